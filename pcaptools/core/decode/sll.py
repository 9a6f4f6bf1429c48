"""Linux "cooked" captures: what the `any` device and links without a header of their own give."""

from __future__ import annotations

import dpkt

from pcaptools.core.decode.ethernet import Ethertyped
from pcaptools.core.decode.layer import octets, read_header


class SLL(Ethertyped):
    """LINKTYPE_LINUX_SLL. `packet_type`: 0 to us, 1 broadcast, 2 multicast, 3 between others, 4 from us."""

    __slots__ = ("address_type", "packet_type", "shost")

    key = "link"
    fields = ("packet_type", "address_type", "shost", "vlan", "ethertype")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        header = read_header(dpkt.sll.SLL, self, "SLL header")
        self.packet_type: int = header.type
        self.address_type: int = header.hrd
        self.shost = octets(header.hdr[: header.hlen])
        self.read_tags(header.ethtype, start + 16)


class SLL2(Ethertyped):
    """LINKTYPE_LINUX_SLL2: the same with the interface's index."""

    __slots__ = ("address_type", "interface_index", "packet_type", "shost")

    key = "link"
    fields = ("interface_index", "packet_type", "address_type", "shost", "vlan", "ethertype")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        header = read_header(dpkt.sll2.SLL2, self, "SLL2 header")
        self.interface_index: int = header.intindex
        self.packet_type: int = header.type
        self.address_type: int = header.hrd
        self.shost = octets(header.hdr[: header.hlen])
        self.read_tags(header.ethtype, start + 20)
