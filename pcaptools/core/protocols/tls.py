"""TLS named for what it is: the two hellos of a session are read, then nothing more of it."""

from __future__ import annotations

from collections.abc import Sequence

from pcaptools.core.decode.ssl2 import SSL2Hello
from pcaptools.core.decode.tls_ciphers import NAMES
from pcaptools.core.decode.tls_hello import ClientHello, ServerHello, hello_of
from pcaptools.core.decode.tls_names import ALERTS, name_of, version_name
from pcaptools.core.events import Direction, Event, TlsSession
from pcaptools.core.protocols.base import NO_EVENTS, Analyser, Data, Gap, Unit
from pcaptools.core.protocols.http.framing import ENDLESS
from pcaptools.core.protocols.unfinished import SMALL, Share, Unfinished
from pcaptools.core.tcp.session import Session

MAX_HELLO = 64 * 1024
"""Bytes of a direction in which its hello must be."""
ALERT, HANDSHAKE, APPLICATION_DATA = 21, 22, 23
SSL2_SERVER_HELLO = 4
MAX_RECORD = (1 << 14) + 2048
"""Bytes of a record (RFC 5246, 6.2.3)."""


def starts_tls(data: bytes, *, midway: bool) -> bool:
    """Tell whether a direction begins with a hello, or `midway` with a record of one that is running."""
    if len(data) < 6 or data[1] != 3 or data[2] > 4:
        return False
    # RFC 8446, 5.1: a handshake record, of a version 3.x, and in it a ClientHello or a ServerHello
    if data[0] == HANDSHAKE:
        return data[5] in (1, 2)
    return midway and data[0] == APPLICATION_DATA and _in_records(data)


def starts_ssl2(data: bytes) -> bool:
    """Tell whether a direction begins with a client hello in the format of SSL 2.0 (RFC 5246, E.2)."""
    return data[:1] >= b"\x80" and SSL2Hello.recognises(data, 0, len(data))


def may_start_tls(data: bytes) -> bool:
    """Tell whether more bytes may make a hello of data too short to tell."""
    return len(data) < 6 and data.startswith(b"\x16\x03"[: len(data)])


def _in_records(data: bytes) -> bool:
    """Tell whether data can be records of one that is running, the last of them perhaps cut off."""
    at, whole = 0, 0
    while at + 5 <= len(data):
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if data[at] not in (ALERT, HANDSHAKE, APPLICATION_DATA) or data[at + 1] != 3 or not 16 < size <= MAX_RECORD:
            return False
        at, whole = at + 5 + size, whole + 1
    return whole > 0


class TlsAnalyser(Analyser):
    """Waits for both hellos, tells what they say, and reads no more. Told once, at the end if not before."""

    __slots__ = (
        "_begun", "_client", "_client_hello", "_done", "_kept", "_notes", "_old_hello", "_server_hello", "_session",
        "_share", "_unfinished",
    )  # fmt: skip

    def __init__(self, session: Session, unfinished: Unfinished | None = None) -> None:
        self._session = session
        self._unfinished = unfinished or Unfinished()
        self._share: Share | None = None
        self._kept = 0
        """Bytes of a long hello that waits for the other side's."""
        self._begun: dict[Direction, bytes | None] = {"send": b"", "recv": b""}
        """What a direction began with; None once nothing more is expected of it."""
        self._client: Direction | None = None
        self._client_hello: ClientHello | None = None
        self._server_hello: ServerHello | None = None
        self._old_hello = False
        """The client's was in the format of SSL 2.0."""
        self._notes: list[str] = []
        self._done = False

    def feed(self, direction: Direction, unit: Unit) -> Sequence[Event]:
        """Take the next unit of a direction."""
        if self._done:
            return NO_EVENTS
        begun = self._begun[direction]
        if isinstance(unit, Data):
            if begun is None:
                return NO_EVENTS
            self._begun[direction] = begun + unit.data
            return self._read(direction, unit.time)
        if isinstance(unit, Gap):
            return self._cut(direction, unit)
        return self._tell(unit.time)

    def skippable(self, direction: Direction) -> int:
        """Return the bytes nobody reads: all behind a hello."""
        return ENDLESS if self._done or self._begun[direction] is None else 0

    def _read(self, direction: Direction, time: int) -> Sequence[Event]:
        data = self._begun[direction] or b""
        if len(data) < 7:
            return NO_EVENTS
        if data[0] == HANDSHAKE:
            hello = hello_of(data)
            if len(data) < (10 if hello is None else 0 if hello.whole else MAX_HELLO) and self._hold():
                return NO_EVENTS
            events = self._take(direction, hello, time)
            if events or len(data) <= SMALL:
                return events
            self._kept += len(data)
            return NO_EVENTS if self._hold() else self._tell(time)
        self._begun[direction] = None
        if self._client is None and starts_ssl2(data):
            self._old_hello, self._client = True, direction
            self._notes.append("the client's hello is in the format of SSL 2.0")
            return self._tell(time) if self._begun[_other(direction)] is None else NO_EVENTS
        if self._old_hello and data[2] == SSL2_SERVER_HELLO:
            self._notes.append("answered in SSL 2.0")
            return self._tell(time)
        if data[0] == ALERT and int.from_bytes(data[3:5], "big") == 2:
            self._notes.append(f"refused: {name_of(ALERTS, data[6], 2)}")
            return self._tell(time)
        if self._client_hello is None and self._server_hello is None and not self._old_hello:
            self._notes.append("joined in the middle: its handshake was not seen")
        return self._tell(time)

    def _hold(self) -> bool:
        """Keep what has come, where what waits in all sessions allows it."""
        if self._share is None:
            self._share = Share(self._unfinished)
        return self._share.resize(self._kept + sum(len(data) for data in self._begun.values() if data))

    def _take(self, direction: Direction, hello: ClientHello | ServerHello | None, time: int) -> Sequence[Event]:
        self._begun[direction] = None
        if isinstance(hello, ClientHello):
            self._client, self._client_hello = direction, hello
        elif hello is not None:
            self._client, self._server_hello = _other(direction), hello
        if hello is not None and hello.trouble is not None:
            self._notes.append(str(hello.trouble) if hello.whole else "a hello that is not whole")
        server_spoke = self._client is not None and self._begun[_other(self._client)] is None
        return self._tell(time) if server_spoke else NO_EVENTS

    def _cut(self, direction: Direction, gap: Gap) -> Sequence[Event]:
        if self._begun[direction] is None:
            return NO_EVENTS
        self._notes.append(f"{gap.length} bytes of its handshake are missing")
        data = self._begun[direction] or b""
        hello = hello_of(data) if data[:1] == bytes((HANDSHAKE,)) else None
        if hello is None and direction != self._client:
            self._begun[direction] = None
            return self._tell(gap.time) if self._client_hello is not None else NO_EVENTS
        return self._take(direction, hello, gap.time)

    def _tell(self, time: int) -> Sequence[Event]:
        """Tell what is known, and read no more."""
        self._done = True
        self._share = None
        client, server = self._client_hello, self._server_hello
        offered = client.alpn if client is not None else []
        chosen = server.alpn if server is not None else []
        if client is None and server is not None and not self._old_hello:
            self._notes.append("the client's hello was not seen")
        elif (client is not None or self._old_hello) and server is None and len(self._notes) == self._old_hello:
            self._notes.append("the server's hello was not seen")
        event = TlsSession(
            self._session,
            time,
            self._client or self._session.client,
            client.server_name or None if client is not None else None,
            chosen[0] if chosen else None,
            offered,
            version_name(server.version) if server is not None else None,
            _cipher(server),
            ", ".join(self._notes),
        )
        self._client_hello = self._server_hello = None
        self._begun = {"send": None, "recv": None}
        return [event]


def _cipher(server: ServerHello | None) -> str | None:
    if server is None or server.ciphersuite is None:
        return None
    return name_of(NAMES, server.ciphersuite)


def _other(direction: Direction) -> Direction:
    return "recv" if direction == "send" else "send"
