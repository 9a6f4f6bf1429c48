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


PROTOCOLS = (
    # ---- links
    Protocol("link", "ethernet:Ethernet", links=(1,), ethertypes=(0x6558,)),  # transparent bridging, in GRE
    Protocol("link", "loopback:Loopback", links=(0, 108)),
    # 12 and 14: DLT_RAW of most systems and of OpenBSD, found in files though LINKTYPE_RAW is 101
    Protocol("link", "loopback:BareIP", links=(12, 14, 101, 228, 229)),
    Protocol("link", "sll:SLL", links=(113,)),
    Protocol("link", "sll:SLL2", links=(276,)),
    Protocol("ppp", "tunnels:PPP", links=(9, 50), ethertypes=(0x880B,)),  # in GRE (PPTP)
    Protocol("pppoe", "tunnels:PPPoE", links=(51,), ethertypes=(0x8864,), carrier=True),
    Protocol("mpls", "tunnels:MPLS", ethertypes=(0x8847, 0x8848), ppp=(0x281, 0x283), carrier=True),
    # ---- network
    Protocol("arp", "arp:ARP", ethertypes=(0x0806, 0x8035)),
    Protocol("ip", "ipv4:IPv4", ethertypes=(0x0800,), protocols=(4,), ppp=(0x21,), carrier=True),
    Protocol("ip", "ipv6:IPv6", ethertypes=(0x86DD,), protocols=(41,), ppp=(0x57,), carrier=True),
    Protocol("tcp", "tcp:TCP", protocols=(6,)),
    Protocol("udp", "udp:UDP", protocols=(17,)),
    Protocol("icmp", "icmp:ICMP", protocols=(1,)),
    Protocol("icmpv6", "icmpv6:ICMPv6", protocols=(58,)),
    Protocol("igmp", "igmp:IGMP", protocols=(2,)),
    Protocol("ah", "ah:AH", protocols=(51,), carrier=True),
    Protocol("esp", "esp:ESP", protocols=(50,)),
    Protocol("mipv6", "mipv6:Mobility", protocols=(135,)),
    Protocol("sctp", "sctp:SCTP", protocols=(132,)),
    Protocol("udplite", "udplite:UDPLite", protocols=(136,)),
    Protocol("dccp", "dccp:DCCP", protocols=(33,)),
    # ---- tunnels
    Protocol("gre", "tunnels:GRE", protocols=(47,), carrier=True),
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
