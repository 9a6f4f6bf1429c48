"""Cisco's HDLC (RFC 1547, 4.3.1), and its keep-alives and address requests (SLARP)."""

from __future__ import annotations

from pcaptools.core.decode.ethertype_names import named
from pcaptools.core.decode.layer import Layer, Next, header_bytes
from pcaptools.core.decode.llc import LLC
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tables import ethertypes, llc_saps, load

ADDRESSES = {0x0F: "unicast", 0x8F: "broadcast"}
SLARP_PROTOCOL, CDP_PROTOCOL, OSI_PROTOCOL = 0x8035, 0x2000, 0xFEFE
SLARP_CODES = {0: "request", 1: "reply", 2: "keepalive"}
KEEPALIVE = 2


class CHDLC(Layer):
    """A Cisco HDLC header: an ethertype behind address and control."""

    __slots__ = ("address", "control", "protocol")

    key = "chdlc"
    shim = True
    fields = ("address", "address_name", "control", "protocol")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "Cisco HDLC header")
        self.address = read.u8()
        self.control = read.u8()
        self.protocol = read.u16()

    @property
    def address_name(self) -> str:
        """To one or to all."""
        return ADDRESSES.get(self.address, "unknown")

    def next(self) -> Next:
        """Look the ethertype up; three numbers mean something else than on Ethernet."""
        at = self.start + 4
        if self.protocol == SLARP_PROTOCOL:
            return Next(SLARP, at, self.end)
        if self.protocol == CDP_PROTOCOL:
            return Next(load("cdp:CDP"), at, self.end)
        if self.protocol == OSI_PROTOCOL:
            # what LLC has behind its header, after a byte of padding
            decoder = llc_saps.get(0xFE)
            return Next(decoder, at + 1, self.end, "" if decoder else "no decoder for OSI")
        if self.protocol == 0x4242:
            return Next(LLC, at - 2, self.end)
        decoder = ethertypes.get(self.protocol)
        return Next(decoder, at, self.end, "" if decoder else f"no decoder for ethertype {named(self.protocol)}")


class CHDLCWithDirection(Layer):
    """LINKTYPE_C_HDLC_WITH_DIR: a byte for the direction before the frame."""

    __slots__ = ("direction",)

    key = "link"
    shim = True
    fields = ("direction",)

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.direction = "out" if header_bytes(self, 1, "direction")[0] else "in"

    def next(self) -> Next:
        """Go on with the frame."""
        return Next(CHDLC, self.start + 1, self.end)


class SLARP(Layer):
    """Serial line ARP: a keep-alive with both ends' sequence numbers, or an address and its mask."""

    __slots__ = ("address", "code", "mask", "mysequence", "reliability", "yoursequence")

    key = "slarp"
    sparse = True
    fields = ("code", "code_name", "address", "mask", "mysequence", "yoursequence", "reliability")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "SLARP")
        self.code = read.u32()
        self.address: str | None = None
        self.mask: str | None = None
        self.mysequence: int | None = None
        self.yoursequence: int | None = None
        if self.code == KEEPALIVE:
            self.mysequence, self.yoursequence = read.u32(), read.u32()
        else:
            self.address, self.mask = read.ipv4(), read.ipv4()
        self.reliability = read.u16()

    @property
    def code_name(self) -> str:
        """What it is."""
        return SLARP_CODES.get(self.code, "unknown")
