"""PPP over Ethernet (RFC 2516): the session's header, and the discovery that builds it up and down."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from pcaptools.core.decode.layer import Layer, Malformed, Next, read_header, text
from pcaptools.core.decode.ppp import PPP
from pcaptools.core.decode.reader import Reader

CODES = {0x00: "session", 0x07: "PADO", 0x09: "PADI", 0x0A: "PADG", 0x0B: "PADC", 0x0C: "PADQ", 0x19: "PADR",
         0x65: "PADS", 0xA7: "PADT", 0xD3: "PADM", 0xD4: "PADN"}  # fmt: skip
"""RFC 2516, 5; the flow control of RFC 5578; what Cisco made of it (PADM, PADN)."""

END_OF_LIST = 0x0000
TAGS = {
    0x0000: "End-Of-List", 0x0101: "Service-Name", 0x0102: "AC-Name", 0x0103: "Host-Uniq", 0x0104: "AC-Cookie",
    0x0105: "Vendor-Specific", 0x0106: "Credits", 0x0107: "Metrics", 0x0108: "Sequence-Number",
    0x0109: "Credit-Scale-Factor", 0x0110: "Relay-Session-Id", 0x0111: "HURL", 0x0112: "MOTM",
    0x0120: "PPP-Max-Payload", 0x0121: "IP-Route-Add", 0x0201: "Service-Name-Error", 0x0202: "AC-System-Error",
    0x0203: "Generic-Error",
}  # fmt: skip
"""IANA's PPPoE tags."""
TEXTS = frozenset((0x0101, 0x0102, 0x0111, 0x0112, 0x0201, 0x0202, 0x0203))
NUMBERS = frozenset((0x0108, 0x0109, 0x0120))
MAX_TAGS = 64


class Tag(NamedTuple):
    """One tag of discovery: its value is text, a number, or bytes, as its type has it."""

    type: int
    name: str
    value: str | int | bytes


class PPPoE(Layer):
    """A PPPoE session header (RFC 2516, 4)."""

    __slots__ = ("code", "length", "session_id", "type", "version")

    key = "pppoe"
    shim = True
    fields: ClassVar[tuple[str, ...]] = ("version", "type", "code", "code_name", "session_id", "length")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        import dpkt  # see read_header

        super().__init__(data, start, end, depth)
        header = read_header(dpkt.pppoe.PPPoE, self, "PPPoE header")
        self.version: int = header.v
        self.type: int = header.type
        self.code: int = header.code
        self.session_id: int = header.session
        self.length: int = header.len

    @property
    def code_name(self) -> str:
        """The code's name."""
        return CODES.get(self.code, "unknown")

    def next(self) -> Next | None:
        """Code 0 is session data; the others build the session up and down."""
        at = self.start + 6
        if self.code:
            return Next(None, at, self.end, f"PPPoE code {self.code:#04x}")
        return Next(PPP, at, min(self.end, at + self.length))


class PPPoED(PPPoE):
    """A PPPoE discovery packet (RFC 2516, 5), with its tags."""

    __slots__ = ("_trouble", "tags")

    key = "pppoed"
    shim = False
    fields = (*PPPoE.fields, "tags")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.tags: list[Tag] = []
        self._trouble: Malformed | None = None
        try:
            self._read_tags(Reader(data, start + 6, min(end, start + 6 + self.length), "PPPoE tags"))
            if self.length > end - start - 6:
                raise Malformed(f"PPPoE length {self.length} in a packet with {end - start - 6} bytes left", start + 4)
        except Malformed as error:
            self._trouble = error

    def _read_tags(self, read: Reader) -> None:
        while read:
            if len(self.tags) == MAX_TAGS:
                raise Malformed(f"more than {MAX_TAGS} PPPoE tags", read.at)
            kind, size = read.u16(), read.u16()
            self.tags.append(Tag(kind, TAGS.get(kind, "unknown"), _tag_value(kind, read.take(size))))
            if kind == END_OF_LIST:
                return

    def tag(self, kind: int) -> Any:
        """Return the value of the first tag of a type; None where there is none."""
        return next((tag.value for tag in self.tags if tag.type == kind), None)

    def next(self) -> None:
        """Nothing follows but what is wrong with the tags."""
        if self._trouble:
            raise self._trouble


def _tag_value(kind: int, value: bytes) -> str | int | bytes:
    if kind in TEXTS:
        return text(value)
    if kind in NUMBERS and len(value) in {2, 4}:
        return int.from_bytes(value, "big")
    return value
