"""Every protocol that is decoded, and where it is found: a new one is one module and one row here."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from pcaptools.core.decode import tables
from pcaptools.core.decode.layer import Layer, layer_keys
from pcaptools.core.decode.segment import look_into
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
    gre: tuple[int, ...] = ()
    """GRE protocol types that are no ethertypes."""
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
    Protocol("gre", "gre:GRE", protocols=(47,), udp=(4754,), carrier=True),  # RFC 8086
    Protocol("link", "ethernet:Ethernet", gre=(0x6400,)),  # MikroTik's EoIP
    Protocol("wccp", "gre:WCCPRedirect", gre=(0x883E,)),
    Protocol("erspan", "erspan:ERSPAN", gre=(0x88BE, 0x22EB)),
    Protocol("mpls", "mpls:MPLS", protocols=(137,), udp=(6635,), carrier=True),  # RFC 4023 and 7510
    Protocol("vxlan", "vxlan:VXLAN", udp=(4789, 8472), carrier=True),  # 8472: Linux before there was a number
    Protocol("vxlan", "vxlan:VXLANGPE", udp=(4790,), carrier=True),
    Protocol("geneve", "geneve:Geneve", udp=(6081,), udp_content=True, carrier=True),
    Protocol("gtp", "gtp:GTP", udp=(2123, 2152, 3386), carrier=True),
    Protocol("l2tp", "l2tp:L2TP", udp=(1701,), carrier=True),
    Protocol("teredo", "teredo:Teredo", udp=(3544,), udp_content=True, carrier=True),
    Protocol("ayiya", "ayiya:AYIYA", udp=(5072,), carrier=True),
    # ---- over UDP
    Protocol("dns", "dns:DNS", udp=(53,), udp_content=True),
    Protocol("mdns", "dns:MDNS", udp=(5353,)),
    Protocol("llmnr", "dns:LLMNR", udp=(5355,)),
    Protocol("dhcp", "dhcp:DHCP", udp=(67, 68)),
    Protocol("dhcpv6", "dhcpv6:DHCPv6", udp=(546, 547)),
    Protocol("nbns", "nbns:NBNS", udp=(137,)),
    Protocol("ntp", "ntp:NTP", udp=(123,)),
    Protocol("radius", "radius:RADIUS", udp=(1645, 1646, 1700, 1812, 1813, 3799)),
    Protocol("rtcp", "rtp:RTCP"),  # by --decode-as only, as RTP
    Protocol("rtp", "rtp:RTP"),
    Protocol("snmp", "snmp:SNMP", udp=(161, 162)),
    Protocol("ssdp", "ssdp:SSDP", udp=(1900,), udp_content=True),
    Protocol("stun", "stun:STUN", udp=(3478,), udp_content=True),
    Protocol("syslog", "syslog:Syslog", udp=(514,)),
    Protocol("tftp", "tftp:TFTP", udp=(69,), udp_content=True),
    Protocol("quic", "quic:QUIC", udp_content=True),
    # ---- over TCP
    Protocol("dns", "dns:DNSOverTCP", tcp=(53, 5355)),
    Protocol("tls", "tls:TLS", tcp_content=True),
    Protocol("tls", "ssl2:SSL2Hello", tcp_content=True),
    Protocol("http2", "http2:HTTP2", tcp_content=True),  # before HTTP/1, whose request line its preface looks like
    Protocol("http", "http:HTTP", tcp_content=True),
    Protocol("ssh", "ssh:SSH", tcp=(22,), tcp_content=True),
    Protocol("smtp", "smtp:SMTP", tcp=(25, 465, 587, 2525)),
    Protocol("ftp", "ftp:FTP", tcp=(21,)),
    Protocol("imap", "imap:IMAP", tcp=(143,)),
    Protocol("pop", "pop3:POP3", tcp=(110,)),
    Protocol("redis", "redis:RedisOnPort", tcp=(6379,)),
    Protocol("redis", "redis:Redis", tcp_content=True),
    Protocol("mqtt", "mqtt:MQTTOnPort", tcp=(1883,)),
    Protocol("mqtt", "mqtt:MQTT", tcp_content=True),
)

DECODE_AS = {"udp.port": tables.udp_ports, "tcp.port": tables.tcp_ports}
"""What `--decode-as` can say where a protocol is found, in tshark's words."""
ANY_IP = "anyip:AnyIP"
"""Where nothing else tells which version it is."""


def _fill() -> None:
    for row in PROTOCOLS:
        layer_keys.add(row.key)
        places = (
            (tables.links, row.links),
            (tables.ethertypes, row.ethertypes),
            (tables.protocols, row.protocols),
            (tables.ppp_protocols, row.ppp),
            (tables.gre_protocols, row.gre),
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
    DECODE_AS[where].add(port, tables.load(_called(key, where)))  # now, while its module may be read
    if where == "udp.port":
        look_into(port)


def _called(key: str, where: str) -> str:
    """Return the decoder of a name: of a protocol with two forms that of the transport."""
    rows = [row for row in PROTOCOLS if row.key == key]
    if where == "udp.port":
        if key == "ip":
            return ANY_IP
        fitting, known = [row for row in rows if row.udp] or rows, {row.key for row in PROTOCOLS}
    else:  # TCP shows a decoder every segment: it must know its own
        over_tcp = [row for row in PROTOCOLS if row.tcp or row.tcp_content]
        fitting, known = [row for row in over_tcp if row.key == key], {row.key for row in over_tcp}
    if rows and not fitting:
        raise UsageError(f'"{key}" is nothing that goes over TCP', f"there are {', '.join(sorted(known))}")
    if not fitting:
        raise UsageError(f'no decoder is called "{key}"', f"there are {', '.join(sorted(known))}")
    return fitting[0].decoder


def decoders() -> list[type[Layer]]:
    """Import every decoder and return them."""
    return [tables.load(row.decoder) for row in PROTOCOLS]


def preload() -> None:
    """Import all that decoding may need, for a run that is about to lose the right to read the modules.

    A decoder's module that imports something only when it is needed has a function `preload()` for that.
    """
    import dpkt  # noqa: F401 (which decoders import with the first header)

    for decoder in decoders():
        load_more = getattr(sys.modules[decoder.__module__], "preload", None)
        if load_more is not None:
            load_more()
