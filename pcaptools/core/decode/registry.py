"""Every protocol that is decoded, and where it is found: a new one is one module and one row here."""

from __future__ import annotations

from dataclasses import dataclass

from pcaptools.core.decode import tables
from pcaptools.core.decode.layer import Layer, layer_keys
from pcaptools.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Protocol:
    """One decoder and what it takes. A protocol with several decoders has several rows."""

    key: str
    """The attribute that the layer below has it under, and its name for `--decode-as`."""
    decoder: str
    """"module:Class" in this package."""
    links: tuple[int, ...] = ()
    """LINKTYPE_ numbers."""
    ethertypes: tuple[int, ...] = ()
    protocols: tuple[int, ...] = ()
    """IP protocol numbers."""
    ppp: tuple[int, ...] = ()
    """PPP protocol numbers."""
    saps: tuple[int, ...] = ()
    """LLC service access points."""
    snap: tuple[int, ...] = ()
    """SNAP: OUI << 16 | protocol."""
    udp: tuple[int, ...] = ()
    tcp: tuple[int, ...] = ()
    """Ports."""
    udp_content: bool = False
    tcp_content: bool = False
    """Its decoder's `recognises()` is asked about what no port tells."""
    carrier: bool = False
    """There may be TCP inside: segment.py's lists name its numbers, too, so that the fast path leaves it alone."""


BRIDGED_ETHERNET = (0x0080C2_0001, 0x0080C2_0007)
"""IEEE 802.1's numbers for Ethernet frames, with and without their FCS (RFC 2427, 4.2; RFC 2684, 5.2)."""

ARUBA = tuple(range(0x8200, 0x8380, 0x10))
"""What Aruba's access points send over GRE to their controller: IEEE 802.11 frames."""

PROTOCOLS = (
    # ---- links
    # 0x6558: transparent bridging, in GRE
    Protocol("link", "ethernet:Ethernet", links=(1,), ethertypes=(0x6558,), snap=BRIDGED_ETHERNET, carrier=True),
    Protocol("link", "loopback:Loopback", links=(0, 108)),
    # 12 and 14: DLT_RAW of most systems and of OpenBSD, found in files though LINKTYPE_RAW is 101
    Protocol("link", "loopback:BareIP", links=(12, 14, 101, 228, 229)),
    Protocol("link", "sll:SLL", links=(113,)),
    Protocol("link", "sll:SLL2", links=(276,)),
    Protocol("link", "fddi:FDDI", links=(10,)),
    Protocol("llc", "llc:LLC"),
    Protocol("stp", "stp:STP", saps=(0x42,), ppp=(0x0201,), snap=(0x0080C2_000E,)),
    Protocol("stp", "stp:PVST", snap=(0x00000C_010B,)),
    Protocol("lldp", "lldp:LLDP", ethertypes=(0x88CC,)),
    Protocol("cdp", "cdp:CDP", ppp=(0x0207,), snap=(0x00000C_2000,)),
    Protocol("link", "radiotap:Radiotap", links=(127,)),
    Protocol("link", "wlan_monitor:Prism", links=(119,)),
    Protocol("link", "wlan_monitor:AVS", links=(163,)),
    Protocol("wlan", "wlan:WLAN", links=(105,), ethertypes=ARUBA, carrier=True),
    Protocol("amsdu", "wlan_amsdu:AMSDU"),
    Protocol("subframe", "wlan_amsdu:Subframe"),
    Protocol("management", "wlan_management:Management"),
    Protocol("ppp", "ppp:PPP", links=(9,), ethertypes=(0x880B,), carrier=True),  # in GRE (PPTP)
    Protocol("link", "ppp:PPPSerial", links=(50,)),
    Protocol("link", "ppp:PPPOfDaemon", links=(166,)),
    Protocol("link", "ppp:PPPWithDirection", links=(204,)),
    Protocol("mp", "ppp:Multilink", ppp=(0x3D,)),
    Protocol("bridged", "ppp:Bridged", ppp=(0x31,)),
    Protocol("lcp", "ppp_control:LCP", ppp=(0xC021,)),
    Protocol("ipcp", "ppp_control:IPCP", ppp=(0x8021,)),
    Protocol("ipv6cp", "ppp_control:IPv6CP", ppp=(0x8057,)),
    Protocol("ccp", "ppp_control:CCP", ppp=(0x80FB, 0x80FD)),
    Protocol("bcp", "ppp_control:BCP", ppp=(0x8031,)),
    Protocol("mplscp", "ppp_control:MPLSCP", ppp=(0x8281, 0x8283)),
    Protocol("pap", "ppp_control:PAP", ppp=(0xC023,)),
    Protocol("chap", "ppp_control:CHAP", ppp=(0xC223,)),
    Protocol("pppoed", "pppoe:PPPoED", ethertypes=(0x8863,)),
    Protocol("pppoe", "pppoe:PPPoE", links=(51,), ethertypes=(0x8864,), carrier=True),
    Protocol("chdlc", "chdlc:CHDLC", links=(104,)),
    Protocol("link", "chdlc:CHDLCWithDirection", links=(205,)),
    Protocol("slarp", "chdlc:SLARP"),
    Protocol("fr", "frelay:FrameRelay", links=(107,)),
    Protocol("link", "frelay:FrameRelayWithDirection", links=(206,)),
    Protocol("link", "nflog:NFLOG", links=(239,)),
    Protocol("mpls", "mpls:MPLS", links=(219,), ethertypes=(0x8847, 0x8848), ppp=(0x281, 0x283), carrier=True),
    # ---- network
    Protocol("arp", "arp:ARP", ethertypes=(0x0806, 0x8035)),
    Protocol("ip", "ipv4:IPv4", ethertypes=(0x0800,), protocols=(4,), ppp=(0x21,), carrier=True),
    Protocol("ip", "ipv6:IPv6", ethertypes=(0x86DD,), protocols=(41,), ppp=(0x57,), carrier=True),
    Protocol("tcp", "tcp:TCP", protocols=(6,)),
    Protocol("udp", "udp:UDP", protocols=(17,)),
    # ---- tunnels
    Protocol("gre", "tunnels:GRE", protocols=(47,), carrier=True),
    Protocol("ah", "tunnels:AH", protocols=(51,), carrier=True),
    # ---- over UDP
    # ---- over TCP
)

DECODE_AS = {"udp.port": tables.udp_ports, "tcp.port": tables.tcp_ports}
"""What `--decode-as` can say where a protocol is found, in tshark's words."""


def _fill() -> None:
    for row in PROTOCOLS:
        layer_keys.add(row.key)
        places = (
            (tables.links, row.links),
            (tables.ethertypes, row.ethertypes),
            (tables.protocols, row.protocols),
            (tables.ppp_protocols, row.ppp),
            (tables.llc_saps, row.saps),
            (tables.snap_protocols, row.snap),
            (tables.udp_ports, row.udp),
            (tables.tcp_ports, row.tcp),
        )
        for table, numbers in places:
            for number in numbers:
                table.add(number, row.decoder)
        for contents, asked in ((tables.udp_contents, row.udp_content), (tables.tcp_contents, row.tcp_content)):
            if asked:
                contents.add(row.decoder)


_fill()


def decode_as(where: str, port: int, key: str) -> None:
    """Take what goes over a port for a protocol, in this process: ("udp.port", 9999, "geneve")."""
    if where not in DECODE_AS:
        raise UsageError(f'"{where}" is nothing to tell a protocol by', f"use {' or '.join(DECODE_AS)}")
    row = next((row for row in PROTOCOLS if row.key == key), None)
    if row is None:
        known = ", ".join(sorted({row.key for row in PROTOCOLS}))
        raise UsageError(f'no decoder is called "{key}"', f"there are {known}")
    DECODE_AS[where].add(port, row.decoder)


def decoders() -> list[type[Layer]]:
    """Import every decoder, as a run must that is about to lose the right to read their modules."""
    return [tables.load(row.decoder) for row in PROTOCOLS]
