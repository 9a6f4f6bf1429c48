"""Ethernet II and IEEE 802.3, with any number of VLAN tags; what all links with an ethertype share."""

from __future__ import annotations

from typing import NamedTuple

import dpkt

from pcaptools.core.decode.layer import Layer, Malformed, Next, octets, read_header
from pcaptools.core.decode.tables import ethertypes

TAG_TYPES = frozenset((0x8100, 0x88A8, 0x9100))
"""IEEE 802.1Q, 802.1ad, and QinQ from before there was a standard."""
MAX_LENGTH = 1500
"""IEEE 802.3: the two bytes are a length up to here, an ethertype from 0x600 on."""
SNAP = b"\xaa\xaa\x03\x00\x00\x00"  # LLC and the OUI that says an ethertype follows (RFC 1042)


class VLANTag(NamedTuple):
    """One IEEE 802.1Q tag; `tpid` is the ethertype that announced it."""

    tpid: int
    priority: int
    dei: int
    id: int


class Ethertyped(Layer):
    """A link layer that says by an ethertype what it carries, perhaps behind VLAN tags."""

    __slots__ = ("ethertype", "payload_offset", "vlan")

    def read_tags(self, ethertype: int, at: int) -> None:
        """Walk over the tags at `at` and set `vlan`, `ethertype` (the last one) and `payload_offset`."""
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
        decoder = ethertypes.get(self.ethertype)
        reason = "" if decoder else f"no decoder for ethertype {self.ethertype:#06x}"
        return Next(decoder, self.payload_offset, self.end, reason)


class Ethernet(Ethertyped):
    """Ethernet II, or IEEE 802.3 with LLC."""

    __slots__ = ("dhost", "shost")

    key = "link"
    fields = ("dhost", "shost", "vlan", "ethertype")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        header = read_header(dpkt.ethernet.Ethernet, self, "Ethernet header")
        self.dhost = octets(header.dst)
        self.shost = octets(header.src)
        self.read_tags(header.type, start + 14)

    def next(self) -> Next:
        """Follow the ethertype, or look behind LLC for one."""
        if self.ethertype > MAX_LENGTH:
            return super().next()
        at, length = self.payload_offset, self.ethertype
        if length > self.end - at:
            raise Malformed(f"IEEE 802.3 length {length} in a frame with {self.end - at} bytes left")
        end = at + length
        if self.data[at : at + 6] != SNAP or length < 8 or len(self.data) < at + 8:
            return Next(None, at, end, "no decoder for LLC")
        ethertype = int.from_bytes(self.data[at + 6 : at + 8], "big")
        decoder = ethertypes.get(ethertype)
        reason = "" if decoder else f"no decoder for ethertype {ethertype:#06x} in SNAP"
        return Next(decoder, at + 8, end, reason)
