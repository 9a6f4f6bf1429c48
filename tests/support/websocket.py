"""WebSocket frames made by hand, as RFC 6455, 5.2 lays them out, and what the analysers make of them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from support.steps import Step, events_of

from pcaptools.core.events import Event, WebSocketMessage

KEY, ACCEPT = b"dGhlIHNhbXBsZSBub25jZQ==", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455, 1.3
MASK = b"\x37\xfa\x21\x3d"  # RFC 6455, 5.7
REQUEST = (
    b"GET /chat HTTP/1.1\r\nHost: h\r\nupgrade: h2c, WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + b"\r\n\r\n"
)


def response(extensions: bytes = b"", accept: bytes = ACCEPT) -> bytes:
    """A 101 that answers REQUEST."""
    more = b"Sec-WebSocket-Extensions: " + extensions + b"\r\n" if extensions else b""
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUPGRADE: websocket\r\nConnection: upgrade\r\n"
        b"SEC-WEBSOCKET-ACCEPT: " + accept + b"\r\n" + more + b"\r\n"
    )


def frame(first: int, payload: bytes = b"", *, mask: bool = False) -> bytes:
    """A frame with the first byte `first`."""
    size, bit = len(payload), 0x80 if mask else 0
    if size < 126:
        head = bytes((first, bit | size))
    elif size < 1 << 16:
        head = bytes((first, bit | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, bit | 127)) + size.to_bytes(8, "big")
    if not mask:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))


class Deflater:
    """permessage-deflate's sender (RFC 7692, 7.2.1)."""

    def __init__(self, *, takeover: bool = True, bits: int = 15) -> None:
        self._bits = -bits
        self._takeover = takeover
        self._deflate = zlib.compressobj(9, zlib.DEFLATED, self._bits)

    def __call__(self, data: bytes) -> bytes:
        """Compress one message."""
        if not self._takeover:
            self._deflate = zlib.compressobj(9, zlib.DEFLATED, self._bits)
        return (self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]


def messages(events: Iterable[Event]) -> list[tuple[str, str, bytes, int, str]]:
    """(direction, opcode, data, length, notes) of each message."""
    return [
        (event.direction, event.opcode, event.data, event.length, event.notes)
        for event in events
        if isinstance(event, WebSocketMessage)
    ]


def session(steps: Iterable[Step], extensions: bytes = b"") -> list[Event]:
    """The events of an upgrade and what follows it."""
    return events_of([("send", REQUEST), ("recv", response(extensions)), *steps], bodies=False)
