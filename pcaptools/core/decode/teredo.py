"""Teredo: IPv6 in UDP, through address translation (RFC 4380)."""

from __future__ import annotations

from socket import AF_INET, inet_ntop  # of socket, only the formatting

from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.layer import Layer, Malformed, Next
from pcaptools.core.decode.reader import Reader

AUTHENTICATION, ORIGIN = b"\0\1", b"\0\0"
PREFIX = b"\x20\x01\0\0"
"""2001::/32, Teredo's own addresses (RFC 4380, 2.6); segment.py has it, too."""
NO_NEXT_HEADER = 59
MAX_TRAILERS = 256
"""More than the trailers of RFC 6081, 4.3 take."""


class Teredo(Layer):
    """What stands before the IPv6 packet: perhaps an authentication, perhaps an origin indication; else None.

    `orig_port` and `orig_addr` are the client's as its server sees them (on the wire they are inverted).
    """

    __slots__ = (
        "_trouble",
        "auth_conf",
        "auth_id",
        "auth_nonce",
        "auth_value",
        "orig_addr",
        "orig_port",
        "payload_offset",
    )

    key = "teredo"
    sparse = True
    fields = ("auth_id", "auth_value", "auth_nonce", "auth_conf", "orig_port", "orig_addr", "bubble", "trailer")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.auth_id: bytes | None = None
        self.auth_value: bytes | None = None
        self.auth_nonce: bytes | None = None
        self.auth_conf: int | None = None
        self.orig_port: int | None = None
        self.orig_addr: str | None = None
        self._trouble: Malformed | None = None
        read = Reader.of(self, "Teredo header")
        try:
            self._read_indications(read)
        except Malformed as error:
            if not self._indicated:
                raise
            self._trouble = error
        self.payload_offset = read.at

    @property
    def _indicated(self) -> bool:
        return self.auth_conf is not None or self.orig_addr is not None

    def _read_indications(self, read: Reader) -> None:
        if read.peek(2) == AUTHENTICATION:
            self._read_authentication(read)
        if read.peek() == ORIGIN[:1]:
            self._read_origin(read)
        version = Reader(self.data, read.at, self.end, read.what).u8() >> 4
        if version != 6:
            raise Malformed(f"Teredo with IP version {version}", read.at)

    def _read_origin(self, read: Reader) -> None:
        at = read.at
        if read.take(2) != ORIGIN:
            raise Malformed("Teredo with an unknown indication", at)
        port = read.u16() ^ 0xFFFF
        self.orig_addr = inet_ntop(AF_INET, bytes(byte ^ 0xFF for byte in read.take(4)))
        self.orig_port = port

    def _read_authentication(self, read: Reader) -> None:
        read.skip(2)
        id_length, value_length = read.u8(), read.u8()
        self.auth_id = read.take(id_length)
        self.auth_value = read.take(value_length)
        self.auth_nonce = read.take(8)
        self.auth_conf = read.u8()

    @property
    def bubble(self) -> int:
        """1 for a packet that is there only to open the way through a translator (RFC 4380, 2.8)."""
        header = self.data[self.payload_offset : self.payload_offset + 7]
        return int(len(header) == 7 and header[4:7] == bytes((0, 0, NO_NEXT_HEADER)))

    @property
    def trailer(self) -> bytes | None:
        """What stands behind the IPv6 packet (RFC 6081, 4.3); None where nothing does."""
        length = int.from_bytes(self.data[self.payload_offset + 4 : self.payload_offset + 6], "big")
        return self.data[self.payload_offset + 40 + length : self.end] or None

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Want an IPv6 packet of the right length, from or to one of Teredo's addresses.

        Clients and relays send to each other from port to port; only servers have one of their own.
        """
        if end - start < 40 or len(data) < start + 40 or data[start] >> 4 != 6:
            return False
        if PREFIX not in (data[start + 8 : start + 12], data[start + 24 : start + 28]):
            return False
        left = end - start - 40 - int.from_bytes(data[start + 4 : start + 6], "big")
        return 0 <= left <= MAX_TRAILERS

    def next(self) -> Next:
        """Follow with the IPv6 packet."""
        if self._trouble is not None:
            raise self._trouble
        return Next(IPv6, self.payload_offset, self.end)
