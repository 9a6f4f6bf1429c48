"""Which decoder takes what: a new protocol is one module and one row here."""

from __future__ import annotations

from pcaptools.core.decode import layer
from pcaptools.core.decode.ethernet import Ethernet
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.loopback import BareIP, Loopback
from pcaptools.core.decode.sll import SLL, SLL2
from pcaptools.core.decode.tcp import TCP
from pcaptools.core.decode.tunnels import AH, GRE, MPLS, PPP, PPPoE
from pcaptools.core.decode.udp import UDP

# What carries TCP must be in segment.py's lists of such, too, or the fast path says there is none.

LINKS = layer.links
LINKS.update(
    {
        0: Loopback,
        1: Ethernet,
        9: PPP,
        12: BareIP,  # DLT_RAW of most systems, found in files though LINKTYPE_RAW is 101
        14: BareIP,  # DLT_RAW of OpenBSD
        50: PPP,  # PPP_HDLC
        51: PPPoE,
        101: BareIP,
        108: Loopback,
        113: SLL,
        228: BareIP,
        229: BareIP,
        276: SLL2,
    }
)

layer.ethertypes.update(
    {
        0x0800: IPv4,
        0x6558: Ethernet,  # transparent Ethernet bridging, in GRE
        0x86DD: IPv6,
        0x8847: MPLS,
        0x8848: MPLS,
        0x8864: PPPoE,
        0x880B: PPP,  # in GRE (PPTP)
    }
)

layer.protocols.update({4: IPv4, 6: TCP, 17: UDP, 41: IPv6, 47: GRE, 51: AH})

layer.ppp_protocols.update({0x21: IPv4, 0x57: IPv6, 0x281: MPLS, 0x283: MPLS})

layer.udp_ports.update({})

for table in (layer.links, layer.ethertypes, layer.protocols, layer.ppp_protocols, layer.udp_ports):
    layer.layer_keys.update(decoder.key for decoder in table.values())
