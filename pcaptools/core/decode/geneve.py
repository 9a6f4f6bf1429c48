"""Generic Network Virtualization Encapsulation (RFC 8926)."""

from __future__ import annotations

from typing import NamedTuple

from pcaptools.core.decode.layer import Layer, Malformed, Next
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tables import ethertypes

IPV4, IPV6, ARP, VLAN, QINQ, BRIDGING = 0x0800, 0x86DD, 0x0806, 0x8100, 0x88A8, 0x6558
RECOGNISED = frozenset((IPV4, IPV6, BRIDGING))
"""Protocol types by which a header is known on a port that is not Geneve's; segment.py has them, too."""
IN_FRAMES = frozenset((IPV4, IPV6, ARP))
NAMES = {IPV4: "IPv4", IPV6: "IPv6", BRIDGING: "Ethernet", 0x8847: "MPLS", 0x894F: "NSH"}

CLASSES = {
    0x0100: "Linux", 0x0101: "Open vSwitch", 0x0102: "OVN", 0x0103: "INT", 0x0104: "VMware",
    **dict.fromkeys(range(0x0105, 0x0108), "Cisco"), **dict.fromkeys(range(0x0108, 0x0111), "Amazon"),
}  # fmt: skip
"""Who defined the options of a class (IANA's registry), as far as they are met."""


class GeneveFlags(NamedTuple):
    """Flag bits, each 0 or 1: `oam` for a control message, `critical` if some option must be understood."""

    oam: int
    critical: int


class GeneveOption(NamedTuple):
    """One option (RFC 8926, 3.5); `length` is that of the data in bytes."""

    option_class: int
    class_name: str
    type: int
    critical: int
    length: int
    data: bytes


class Geneve(Layer):
    """A Geneve header and its options; `options_length` is theirs in bytes."""

    __slots__ = ("_trouble", "flags", "options", "options_length", "payload_offset", "proto_type", "version", "vni")

    key = "geneve"
    fields = ("version", "options_length", "flags", "proto_type", "proto_type_name", "vni", "options")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "Geneve header")
        first, bits = read.u8(), read.u8()
        self.version = first >> 6
        if self.version:
            raise Malformed(f"Geneve version {self.version}")
        self.options_length = (first & 0x3F) << 2
        self.flags = GeneveFlags(bits >> 7, bits >> 6 & 1)
        self.proto_type = read.u16()
        self.vni = read.u24()
        read.skip(1)
        self.payload_offset = start + 8 + self.options_length
        self.options: list[GeneveOption] = []
        self._trouble: Malformed | None = None
        try:
            options = read.part(self.options_length, "Geneve options")
            while options:
                self.options.append(_option(options))
        except Malformed as error:
            self._trouble = error

    @property
    def proto_type_name(self) -> str:
        """What the protocol type means, or its number."""
        return NAMES.get(self.proto_type, f"{self.proto_type:#06x}")

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Want reserved bits of 0, options that fill their place, and a packet inside whose length fits."""
        if start + 8 > min(end, len(data)) or int.from_bytes(data[start + 2 : start + 4], "big") not in RECOGNISED:
            return False
        if data[start] & 0xC0 or data[start + 1] & 0x3F or data[start + 7]:
            return False
        try:
            header = cls(data, start, end, 0)
        except Malformed:
            return False
        return header._trouble is None and _is_packet(data, header.payload_offset, end, header.proto_type)

    def next(self) -> Next | None:
        """Look the protocol type up, which is an ethertype. Control messages may have nothing but options."""
        if self._trouble is not None:
            raise self._trouble
        if self.payload_offset >= self.end:
            return None
        decoder = ethertypes.get(self.proto_type)
        reason = "" if decoder else f"no decoder for Geneve protocol {self.proto_type:#06x}"
        return Next(decoder, self.payload_offset, self.end, reason)


def _option(read: Reader) -> GeneveOption:
    number, kind, length = read.u16(), read.u8(), (read.u8() & 0x1F) << 2
    name = CLASSES.get(number, "unknown")
    return GeneveOption(number, name, kind, kind >> 7, length, read.take(length))


def _is_packet(data: bytes, at: int, end: int, ethertype: int) -> bool:
    """Tell whether such a packet could begin at `at` and end at `end`, by version and length."""
    head, left = data[at : at + 6], end - at
    if len(head) < 6:
        return False
    if ethertype == IPV4:
        return 0x45 <= head[0] <= 0x4F and int.from_bytes(head[2:4], "big") == left
    if ethertype == IPV6:
        return head[0] >> 4 == 6 and int.from_bytes(head[4:6], "big") + 40 == left
    return _is_frame(data, at, end)


def _is_frame(data: bytes, at: int, end: int) -> bool:
    """The same for an Ethernet frame, which may be padded, so that the length inside must only not be too great."""
    at += 14
    ethertype = int.from_bytes(data[at - 2 : at], "big")
    if ethertype in (VLAN, QINQ):
        at += 4
        ethertype = int.from_bytes(data[at - 2 : at], "big")
    head, left = data[at : at + 6], end - at
    if len(head) < 6 or ethertype not in IN_FRAMES:
        return False
    if ethertype == IPV4:
        return 0x45 <= head[0] <= 0x4F and 20 <= int.from_bytes(head[2:4], "big") <= left
    if ethertype == IPV6:
        return head[0] >> 4 == 6 and int.from_bytes(head[4:6], "big") + 40 <= left
    return head == b"\0\1\x08\0\6\4"
