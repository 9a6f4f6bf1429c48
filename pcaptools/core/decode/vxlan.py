"""Virtual Extensible LAN (RFC 7348), also with a group policy, and VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe-12)."""

from __future__ import annotations

from typing import NamedTuple

from pcaptools.core.decode.ethernet import Ethernet
from pcaptools.core.decode.layer import Layer, Malformed, Next
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tables import ethertypes

ETHERNET = 3
GPE_PROTOCOLS = {
    1: ("IPv4", 0x0800), 2: ("IPv6", 0x86DD), ETHERNET: ("Ethernet", 0x6558), 4: ("NSH", 0x894F), 5: ("MPLS", 0x8847),
}  # fmt: skip
"""What GPE's number for the payload means: its name and its ethertype."""


class VXLANFlags(NamedTuple):
    """Flag bits, each 0 or 1: `i` that there is a VNI; `g` a group policy, `d` do not learn, `a` policy was applied."""

    g: int
    i: int
    d: int
    a: int


class VXLAN(Layer):
    """A VXLAN header. `gbp` is the group policy where `flags.g` is set (draft-smith-vxlan-group-policy-05)."""

    __slots__ = ("flags", "gbp", "vni")

    key = "vxlan"
    fields = ("flags", "gbp", "vni")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "VXLAN header")
        bits = read.u16()
        self.flags = VXLANFlags(*(bits >> bit & 1 for bit in (15, 11, 6, 3)))
        if not self.flags.i:  # RFC 7348, 5: it must be set
            raise Malformed("VXLAN header without a VNI")
        self.gbp = read.u16()
        self.vni = read.u24()
        read.skip(1)

    def next(self) -> Next:
        """Follow with the Ethernet frame."""
        return Next(Ethernet, self.start + 8, self.end)


class GPEFlags(NamedTuple):
    """Flag bits, each 0 or 1: `i` there is a VNI, `p` a next protocol; `b` to many receivers, `o` for maintenance."""

    i: int
    p: int
    b: int
    o: int


class VXLANGPE(Layer):
    """A VXLAN-GPE header: it says what it carries."""

    __slots__ = ("flags", "next_proto", "ver", "vni")

    key = "vxlan"
    fields = ("ver", "flags", "next_proto", "next_proto_name", "vni")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "VXLAN-GPE header")
        bits = read.u8()
        self.ver = bits >> 4 & 3
        if self.ver:
            raise Malformed(f"VXLAN-GPE version {self.ver}")
        self.flags = GPEFlags(*(bits >> bit & 1 for bit in (3, 2, 1, 0)))
        read.skip(2)
        self.next_proto = read.u8()
        self.vni = read.u24()
        read.skip(1)

    @property
    def next_proto_name(self) -> str:
        """What the next protocol's number means, or "unknown"."""
        return GPE_PROTOCOLS[self.next_proto][0] if self.next_proto in GPE_PROTOCOLS else "unknown"

    def next(self) -> Next:
        """Follow the next protocol; without `flags.p` the payload is Ethernet, as in VXLAN."""
        number = self.next_proto if self.flags.p else ETHERNET
        decoder = ethertypes.get(GPE_PROTOCOLS[number][1]) if number in GPE_PROTOCOLS else None
        reason = "" if decoder else f"no decoder for VXLAN-GPE protocol {number}"
        return Next(decoder, self.start + 8, self.end, reason)
