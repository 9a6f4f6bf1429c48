"""The Point-to-Point Protocol (RFC 1661), its multilink (RFC 1990) and its bridging (RFC 3518)."""

from __future__ import annotations

from pcaptools.core.decode.layer import Layer, Next, header_bytes, octets
from pcaptools.core.decode.ppp_numbers import PROTOCOL_NAMES, protocol_name
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tables import links, load, ppp_protocols

CISCO_ADDRESSES = frozenset((0x0F, 0x8F))
"""RFC 1547, 4.3.1: how Cisco's HDLC begins, which shares LINKTYPE_PPP_HDLC."""
C_HDLC = 104
ALL_STATIONS = 0xFF


class PPP(Layer):
    """A PPP header, with or without address and control bytes (RFC 1662)."""

    __slots__ = ("payload_offset", "protocol")

    key = "ppp"
    shim = True
    fields = ("protocol", "protocol_name")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        at = start + 2 if data[start : start + 2] == b"\xff\x03" else start
        header_bytes(self, 2, "PPP header", at)
        # RFC 1661, 2: an odd first byte is a protocol field compressed to one byte
        size = 1 if data[at] & 1 else 2
        self.protocol = int.from_bytes(data[at : at + size], "big")
        self.payload_offset = at + size

    @property
    def protocol_name(self) -> str:
        """The protocol's name."""
        return PROTOCOL_NAMES.get(self.protocol, "unknown")

    def next(self) -> Next:
        """Look the protocol up."""
        decoder = ppp_protocols.get(self.protocol)
        reason = "" if decoder else f"no decoder for PPP protocol {protocol_name(self.protocol)}"
        return Next(decoder, self.payload_offset, self.end, reason)


class PPPSerial(Layer):
    """LINKTYPE_PPP_HDLC, _PPP_PPPD and _PPP_WITH_DIR: PPP, or Cisco's HDLC, perhaps behind a direction.

    `direction` is "in" or "out"; None where the capture does not tell.
    """

    __slots__ = ("address", "direction")

    key = "link"
    sparse = True
    shim = True
    fields = ("direction",)
    directed = False
    replaced = False

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.address = header_bytes(self, 1, "PPP frame")[0]
        self.direction = ("out" if self.address else "in") if self.directed or self.replaced else None

    def next(self) -> Next:
        """Go on with PPP, or with Cisco's HDLC."""
        if self.directed:
            return Next(PPP, self.start + 1, self.end)
        if self.replaced:  # the address byte is the direction; the control byte follows
            return Next(PPP, self.start + 2, self.end)
        if self.address in CISCO_ADDRESSES:
            return Next(links.get(C_HDLC), self.start, self.end)
        # the control byte is passed over with the address, whatever it is; both may have been compressed away
        return Next(PPP, self.start + 2 if self.address == ALL_STATIONS else self.start, self.end)


class PPPWithDirection(PPPSerial):
    """LINKTYPE_PPP_WITH_DIR: a byte for the direction before the frame."""

    __slots__ = ()
    directed = True


class PPPOfDaemon(PPPSerial):
    """LINKTYPE_PPP_PPPD: the direction in place of the address byte."""

    __slots__ = ()
    replaced = True


class Multilink(Layer):
    """A fragment of a bundle of links (RFC 1990, 3), with the long sequence number that is the default.

    Limitations: short sequence numbers (LCP's option 18) cannot be told from the packet alone; fragments are
    not put together.
    """

    __slots__ = ("beginning", "ending", "sequence")

    key = "mp"
    shim = True
    fields = ("beginning", "ending", "sequence")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        word = Reader.of(self, "multilink header").u32()
        self.beginning = word >> 31
        self.ending = word >> 30 & 1
        self.sequence = word & 0xFFFFFF

    def next(self) -> Next:
        """What is both the first and the last fragment is a whole packet."""
        at = self.start + 4
        if self.beginning and self.ending:
            return Next(PPP, at, self.end)
        return Next(None, at, self.end, "fragment of a multilink packet")


ETHERNET_MAC = 1
MAC_TYPES = {1: "Ethernet", 2: "token bus", 3: "token ring", 4: "FDDI"}
FCS_THERE, LAN_ID, PADDING = 0x80, 0x40, 0x0F


class Bridged(Layer):
    """A frame bridged over PPP (RFC 3518, 4.2)."""

    __slots__ = ("flags", "lan_id", "mac_type", "payload_offset")

    key = "bridged"
    sparse = True
    shim = True
    fields = ("flags", "mac_type", "mac_type_name", "lan_id")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "bridging header")
        self.flags = read.u8()
        self.mac_type = read.u8()
        self.lan_id = octets(read.take(4)) if self.flags & LAN_ID else None
        self.payload_offset = read.at

    @property
    def mac_type_name(self) -> str:
        """The kind of frame."""
        return MAC_TYPES.get(self.mac_type, "unknown")

    def next(self) -> Next:
        """Ethernet frames only; their FCS, and the padding behind it that bits 0 to 3 count, belong to nobody."""
        end = self.end - (self.flags & PADDING)
        end -= 4 if self.flags & FCS_THERE else 0
        if self.mac_type == ETHERNET_MAC:
            return Next(load("ethernet:Ethernet"), self.payload_offset, end)
        return Next(None, self.payload_offset, end, f"no decoder for bridged {self.mac_type_name}")
