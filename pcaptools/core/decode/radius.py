"""RADIUS: authentication (RFC 2865), accounting (RFC 2866), dynamic authorization (RFC 5176)."""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.layer import Layer, Malformed, Next
from pcaptools.core.decode.radiusattributes import Fields, attribute
from pcaptools.core.decode.reader import Reader

CODES = {
    1: "Access-Request", 2: "Access-Accept", 3: "Access-Reject", 4: "Accounting-Request", 5: "Accounting-Response",
    11: "Access-Challenge", 12: "Status-Server", 13: "Status-Client", 40: "Disconnect-Request", 41: "Disconnect-ACK",
    42: "Disconnect-NAK", 43: "CoA-Request", 44: "CoA-ACK", 45: "CoA-NAK", 52: "Protocol-Error",
}  # fmt: skip
HEADER = 20


class RADIUS(Layer):
    """A packet. Passwords, and what keys are made of, are hidden unless secrets are shown."""

    __slots__ = ("_contents", "_trouble", "authenticator", "code", "id", "length", "packet_end")

    key = "radius"
    fields = ("code", "code_name", "id", "length", "authenticator", "attributes")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "RADIUS")
        self.code = read.u8()
        self.id = read.u8()
        self.length = read.u16()
        self.authenticator = read.take(16)
        if self.length < HEADER:
            raise Malformed(f"RADIUS length {self.length} is less than the header's")
        self.packet_end = min(end, start + self.length)  # RFC 2865, 3: what is behind is padding
        self._contents: list[tuple[int, bytes]] = []
        self._trouble: Malformed | None = None
        try:
            if self.length > end - start:
                self._collect(read)
                raise Malformed(f"RADIUS length {self.length} in {end - start} bytes", read.at)
            self._collect(Reader(data, read.at, self.packet_end, "RADIUS attribute"))
        except Malformed as error:
            self._trouble = error

    def _collect(self, read: Reader) -> None:
        while read:
            begin, kind, size = read.at, read.u8(), read.u8()
            if size < 2:
                raise Malformed(f"RADIUS attribute {kind} with length {size}", begin)
            try:
                self._contents.append((kind, read.take(size - 2)))
            except Malformed as error:
                error.at = begin
                raise

    @property
    def code_name(self) -> str:
        """What kind of packet it is."""
        return CODES.get(self.code, "unknown")

    @property
    def attributes(self) -> list[Fields]:
        """The attributes, each as type, name and value; `reason` says why a value is only bytes."""
        return [attribute(kind, content) for kind, content in self._contents]

    def attribute(self, kind: int) -> Any:
        """Return the value of the first attribute of a type; None where there is none."""
        found = next((content for code, content in self._contents if code == kind), None)
        return None if found is None else attribute(kind, found)["value"]

    def next(self) -> Next | None:
        """Tell what is wrong with the attributes."""
        if self._trouble is not None:
            raise self._trouble
        return None
