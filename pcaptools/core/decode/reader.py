"""A cursor over a layer's bytes, for protocols that are more than one fixed header."""

from __future__ import annotations

from socket import AF_INET, AF_INET6, inet_ntop  # of socket, only the formatting

from pcaptools.core.decode.layer import Cut, Layer, Malformed


class Reader:
    """Reads from `at` on, up to `end` on the wire; numbers are in network order.

    Beyond `end` it raises `Malformed`, beyond what was captured `Cut`; either tells `what` was read, and
    carries the offset, so that everything before stays decoded.
    """

    __slots__ = ("at", "data", "end", "what")

    def __init__(self, data: bytes, at: int, end: int, what: str) -> None:
        self.data = data
        self.at = at
        self.end = end
        self.what = what

    @classmethod
    def of(cls, layer: Layer, what: str) -> Reader:
        """Read a layer from its start."""
        return cls(layer.data, layer.start, layer.end, what)

    @property
    def left(self) -> int:
        """Bytes up to the end on the wire."""
        return self.end - self.at

    @property
    def captured(self) -> int:
        """Bytes up to the end that were captured."""
        return min(self.end, len(self.data)) - self.at

    def __bool__(self) -> bool:
        return self.at < self.end

    def peek(self, size: int = 1) -> bytes:
        """Return the next bytes without taking them: fewer where there are no more."""
        return self.data[self.at : min(self.at + size, self.end)]

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        at, self.at = self.at, self._ahead(size)
        return self.data[at : self.at]

    def skip(self, size: int) -> None:
        """Pass over `size` bytes."""
        self.at = self._ahead(size)

    def u8(self) -> int:
        """Return a number of one byte."""
        return int.from_bytes(self.take(1), "big")

    def u16(self) -> int:
        """Return a number of two bytes."""
        return int.from_bytes(self.take(2), "big")

    def u24(self) -> int:
        """Return a number of three bytes."""
        return int.from_bytes(self.take(3), "big")

    def u32(self) -> int:
        """Return a number of four bytes."""
        return int.from_bytes(self.take(4), "big")

    def u64(self) -> int:
        """Return a number of eight bytes."""
        return int.from_bytes(self.take(8), "big")

    def little(self, size: int) -> int:
        """Return a number of `size` bytes, the lowest first."""
        return int.from_bytes(self.take(size), "little")

    def ipv4(self) -> str:
        """Return an IPv4 address."""
        return inet_ntop(AF_INET, self.take(4))

    def ipv6(self) -> str:
        """Return an IPv6 address."""
        return inet_ntop(AF_INET6, self.take(16))

    def rest(self) -> bytes:
        """Return all that is left and was captured."""
        return self.take(max(self.captured, 0))

    def part(self, size: int, what: str = "") -> Reader:
        """Return a reader of the next `size` bytes, and pass over them.

        Only the length is checked here, against `end`: what was not captured is told when it is read.
        """
        if size > self.left:
            raise Malformed(f"{self.what}: {size} bytes in {max(self.left, 0)}", self.at)
        part = Reader(self.data, self.at, self.at + size, what or self.what)
        self.at += size
        return part

    def _ahead(self, size: int) -> int:
        ahead = self.at + size
        if ahead > self.end:
            raise Malformed(f"{self.what}: {size} bytes in {max(self.left, 0)}", self.at)
        if ahead > len(self.data):
            raise Cut(f"{self.what} cut short: {max(self.captured, 0)} of {size} bytes captured", self.at)
        return ahead
