"""Linux "cooked" captures: what the `any` device and links without a header of their own give.

What the protocol field means depends on the kind of device (tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html).
"""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.ethernet import MAX_LENGTH, Ethernet, Ethertyped, by_ethertype
from pcaptools.core.decode.layer import Next, octets, read_header
from pcaptools.core.decode.llc import LLC
from pcaptools.core.decode.tables import links, load

ARPHRD_NETLINK = 824
AS_LINKTYPE = {770: 107, 801: 105, 802: 119, 803: 127}
"""ARPHRD_FRAD, _IEEE80211, _IEEE80211_PRISM, _IEEE80211_RADIOTAP → LINKTYPE_: the frame begins with that header."""
IP_ETHERTYPES = frozenset((0x0800, 0x86DD))

ARPHRD_NAMES = {
    0: "NETROM", 1: "ETHER", 2: "EETHER", 3: "AX25", 6: "IEEE802", 7: "ARCNET", 15: "DLCI", 19: "ATM",
    24: "IEEE1394", 27: "EUI64", 32: "INFINIBAND", 256: "SLIP", 257: "CSLIP", 258: "SLIP6", 259: "CSLIP6",
    271: "X25", 280: "CAN", 512: "PPP", 513: "HDLC", 516: "LAPB", 519: "RAWIP", 768: "TUNNEL", 769: "TUNNEL6",
    770: "FRAD", 771: "SKIP", 772: "LOOPBACK", 773: "LOCALTLK", 774: "FDDI", 776: "SIT", 777: "IPDDP",
    778: "IPGRE", 779: "PIMREG", 783: "IRDA", 800: "IEEE802_TR", 801: "IEEE80211", 802: "IEEE80211_PRISM",
    803: "IEEE80211_RADIOTAP", 804: "IEEE802154", 805: "IEEE802154_MONITOR", 820: "PHONET", 822: "CAIF",
    823: "IP6GRE", 824: "NETLINK", 825: "6LOWPAN", 826: "VSOCKMON", 0xFFFE: "NONE", 0xFFFF: "VOID",
}  # fmt: skip
"""ARPHRD_ numbers of if_arp.h."""

ETHER_ALL, LLC_FRAME = 0x0003, 0x0004
LOW_PROTOCOLS = {
    0x0001: "IPX without LLC", 0x0002: "AX.25", 0x0005: "SNAP", 0x0006: "DEC DDCMP", 0x0008: "PPP multilink",
    0x0009: "LocalTalk", 0x000C: "CAN", 0x000D: "CAN FD", 0x000E: "CAN XL", 0x0010: "PPPTALK",
    0x0011: "802.2 token ring",
    0x0015: "MOBITEX", 0x0016: "CONTROL", 0x0017: "IrDA", 0x0018: "Econet", 0x0019: "HDLC", 0x001A: "ARCNET",
    0x001B: "DSA", 0x001C: "trailer", 0x00F5: "Phonet", 0x00F6: "802.15.4", 0x00F7: "CAIF", 0x00F8: "XDSA",
    0x00F9: "MAP", 0x00FA: "MCTP",
}  # fmt: skip
"""ETH_P_ numbers of if_ether.h that are no ethertypes: they lie where IEEE 802.3 has lengths."""
PPP_FRAME = 0x0007

NETLINK_FAMILIES = {
    0: "route", 1: "unused", 2: "usersock", 3: "firewall", 4: "sock_diag", 5: "nflog", 6: "xfrm", 7: "selinux",
    8: "iscsi", 9: "audit", 10: "fib_lookup", 11: "connector", 12: "netfilter", 13: "ip6_fw", 14: "dnrtmsg",
    15: "kobject_uevent", 16: "generic", 18: "scsitransport", 19: "ecryptfs", 20: "rdma", 21: "crypto", 22: "smc",
}  # fmt: skip


class Cooked(Ethertyped):
    """What both versions of the cooked header share."""

    __slots__ = ("address_type", "packet_type", "shost")

    address_type: int
    packet_type: int
    shost: str

    def read_sender(self, header: Any) -> None:
        """Take what both of dpkt's headers call the same."""
        self.packet_type = header.type
        self.address_type = header.hrd
        self.shost = octets(header.hdr[: header.hlen])

    @property
    def address_type_name(self) -> str:
        """The ARPHRD_ name, or the number."""
        return ARPHRD_NAMES.get(self.address_type, str(self.address_type))

    def next(self) -> Next:
        """Follow the ethertype, except where the kind of device or a low number says that it is none.

        An IP ethertype is one on every kind of device (so it is for the fast path, too).
        """
        protocol, at = self.ethertype or 0, self.payload_offset
        if protocol in IP_ETHERTYPES:
            return super().next()
        if self.address_type == ARPHRD_NETLINK:
            name = NETLINK_FAMILIES.get(protocol, "unknown")
            return Next(None, at, self.end, f"no decoder for netlink family {protocol} ({name})")
        if self.address_type in AS_LINKTYPE:
            link_type = AS_LINKTYPE[self.address_type]
            decoder = links.get(link_type)
            return Next(decoder, at, self.end, "" if decoder else f"no decoder for {self.address_type_name}")
        return by_ethertype(protocol, at, self.end) if protocol > MAX_LENGTH else self._by_low_number(protocol)

    def _by_low_number(self, protocol: int) -> Next:
        at = self.payload_offset
        if protocol == LLC_FRAME:
            return Next(LLC, at, self.end)
        if protocol == ETHER_ALL:  # "in some mysterious cases", say the specification; then the header is there, too
            return Next(Ethernet, at, self.end)
        if protocol == PPP_FRAME:
            return Next(load("ppp:PPP"), at, self.end)
        name = LOW_PROTOCOLS.get(protocol, "unknown")
        return Next(None, at, self.end, f"no decoder for protocol {protocol:#06x} ({name})")


class SLL(Cooked):
    """LINKTYPE_LINUX_SLL. `packet_type`: 0 to us, 1 broadcast, 2 multicast, 3 between others, 4 from us."""

    __slots__ = ()

    key = "link"
    fields = ("packet_type", "address_type", "address_type_name", "shost", "vlan", "ethertype")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        import dpkt  # see read_header

        super().__init__(data, start, end, depth)
        header = read_header(dpkt.sll.SLL, self, "SLL header")
        self.read_sender(header)
        self.read_tags(header.ethtype, start + 16)


class SLL2(Cooked):
    """LINKTYPE_LINUX_SLL2: the same with the interface's index."""

    __slots__ = ("interface_index",)

    key = "link"
    fields = ("interface_index", "packet_type", "address_type", "address_type_name", "shost", "vlan", "ethertype")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        import dpkt  # see read_header

        super().__init__(data, start, end, depth)
        header = read_header(dpkt.sll2.SLL2, self, "SLL2 header")
        self.interface_index: int = header.intindex
        self.read_sender(header)
        self.read_tags(header.ethtype, start + 20)
