"""Ethernet II and IEEE 802.3, with any number of VLAN tags; what all links with an ethertype share."""

from __future__ import annotations

from typing import NamedTuple

from pcaptools.core.decode.ethertype_names import named
from pcaptools.core.decode.layer import Layer, Malformed, Next, octets, read_header
from pcaptools.core.decode.llc import LLC
from pcaptools.core.decode.tables import ethertypes

TAG_TYPES = frozenset((0x8100, 0x88A8, 0x9100))
"""IEEE 802.1Q, 802.1ad, and QinQ from before there was a standard."""
MAX_LENGTH, MIN_ETHERTYPE = 1500, 0x600
"""IEEE 802.3, 3.2.6: the two bytes are a length up to the one, an ethertype from the other on."""
NOVELL = b"\xff\xff"
"""How IPX begins (no checksum), which Novell once sent without LLC: as an LLC header it would be nonsense."""
ISL = frozenset((b"\x01\x00\x0c\x00\x00", b"\x03\x00\x0c\x00\x00"))
"""The addresses by which Cisco marked frames that it had put its own VLAN header before (Inter-Switch Link)."""


class VLANTag(NamedTuple):
    """One IEEE 802.1Q tag; `tpid` is the ethertype that announced it."""

    tpid: int
    priority: int
    dei: int
    id: int


class Ethertyped(Layer):
    """A link layer that says by an ethertype what it carries, perhaps behind VLAN tags."""

    __slots__ = ("ethertype", "payload_offset", "vlan")

    ethertype: int | None

    def read_tags(self, ethertype: int, at: int) -> None:
        """Walk over the tags at `at` and set `vlan`, `ethertype` (the last one) and `payload_offset`."""
        import dpkt  # see read_header

        self.vlan: list[VLANTag] = []
        while ethertype in TAG_TYPES:
            tag = read_header(dpkt.ethernet.VLANtag8021Q, self, "VLAN tag", at)
            self.vlan.append(VLANTag(ethertype, tag.pri, tag.cfi, tag.id))
            ethertype = tag.type
            at += 4
        self.ethertype = ethertype
        self.payload_offset = at

    def next(self) -> Next:
        """Look the ethertype up."""
        return by_ethertype(self.ethertype or 0, self.payload_offset, self.end)


def by_ethertype(ethertype: int, start: int, end: int) -> Next:
    """Return who takes what an ethertype announces."""
    decoder = ethertypes.get(ethertype)
    return Next(decoder, start, end, "" if decoder else f"no decoder for ethertype {named(ethertype)}")


class Ethernet(Ethertyped):
    """Ethernet II, with an `ethertype`, or IEEE 802.3, with a `length` instead and LLC behind it."""

    __slots__ = ("dhost", "length", "shost")

    key = "link"
    sparse = True
    fields = ("dhost", "shost", "vlan", "ethertype", "length")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        import dpkt  # see read_header

        super().__init__(data, start, end, depth)
        header = read_header(dpkt.ethernet.Ethernet, self, "Ethernet header")
        self.dhost = octets(header.dst)
        self.shost = octets(header.src)
        self.read_tags(header.type, start + 14)
        self.length: int | None = None
        if self.ethertype is not None and self.ethertype <= MAX_LENGTH:
            self.length, self.ethertype = self.ethertype, None

    def next(self) -> Next:
        """Follow the ethertype; without one there is LLC, except in what Novell and Cisco sent before."""
        at = self.payload_offset
        if self.length is None:
            if self.ethertype is not None and self.ethertype < MIN_ETHERTYPE:
                return Next(None, at, self.end, f"neither a length nor an ethertype: {self.ethertype:#06x}")
            return super().next()
        if self.length > self.end - at:
            raise Malformed(f"IEEE 802.3 length {self.length} in a frame with {self.end - at} bytes left", at)
        end = at + self.length
        if self.data[self.start : self.start + 5] in ISL:
            return Next(None, at, end, "no decoder for ISL")
        if self.data[at : at + 2] == NOVELL:
            return Next(None, at, end, "no decoder for IPX without LLC")
        return Next(LLC, at, end)
