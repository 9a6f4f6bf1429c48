"""Names of the numbers in IP headers, by IANA's registries."""

from __future__ import annotations

PROTOCOL_NAMES = {
    0: "HOPOPT", 1: "ICMP", 2: "IGMP", 3: "GGP", 4: "IPv4", 5: "ST", 6: "TCP", 7: "CBT", 8: "EGP", 9: "IGP",
    10: "BBN-RCC-MON", 11: "NVP-II", 12: "PUP", 13: "ARGUS", 14: "EMCON", 15: "XNET", 16: "CHAOS", 17: "UDP",
    18: "MUX", 19: "DCN-MEAS", 20: "HMP", 21: "PRM", 22: "XNS-IDP", 23: "TRUNK-1", 24: "TRUNK-2", 25: "LEAF-1",
    26: "LEAF-2", 27: "RDP", 28: "IRTP", 29: "ISO-TP4", 30: "NETBLT", 31: "MFE-NSP", 32: "MERIT-INP", 33: "DCCP",
    34: "3PC", 35: "IDPR", 36: "XTP", 37: "DDP", 38: "IDPR-CMTP", 39: "TP++", 40: "IL", 41: "IPv6", 42: "SDRP",
    43: "IPv6-Route", 44: "IPv6-Frag", 45: "IDRP", 46: "RSVP", 47: "GRE", 48: "DSR", 49: "BNA", 50: "ESP",
    51: "AH", 52: "I-NLSP", 53: "SWIPE", 54: "NARP", 55: "Min-IPv4", 56: "TLSP", 57: "SKIP", 58: "ICMPv6",
    59: "IPv6-NoNxt", 60: "IPv6-Opts", 62: "CFTP", 64: "SAT-EXPAK", 65: "KRYPTOLAN", 66: "RVD", 67: "IPPC",
    69: "SAT-MON", 70: "VISA", 71: "IPCV", 72: "CPNX", 73: "CPHB", 74: "WSN", 75: "PVP", 76: "BR-SAT-MON",
    77: "SUN-ND", 78: "WB-MON", 79: "WB-EXPAK", 80: "ISO-IP", 81: "VMTP", 82: "SECURE-VMTP", 83: "VINES",
    84: "IPTM", 85: "NSFNET-IGP", 86: "DGP", 87: "TCF", 88: "EIGRP", 89: "OSPF", 90: "Sprite-RPC", 91: "LARP",
    92: "MTP", 93: "AX.25", 94: "IPIP", 95: "MICP", 96: "SCC-SP", 97: "ETHERIP", 98: "ENCAP", 100: "GMTP",
    101: "IFMP", 102: "PNNI", 103: "PIM", 104: "ARIS", 105: "SCPS", 106: "QNX", 107: "A/N", 108: "IPComp",
    109: "SNP", 110: "Compaq-Peer", 111: "IPX-in-IP", 112: "VRRP", 113: "PGM", 115: "L2TP", 116: "DDX",
    117: "IATP", 118: "STP", 119: "SRP", 120: "UTI", 121: "SMP", 122: "SM", 123: "PTP", 124: "ISIS over IPv4",
    125: "FIRE", 126: "CRTP", 127: "CRUDP", 128: "SSCOPMCE", 129: "IPLT", 130: "SPS", 131: "PIPE", 132: "SCTP",
    133: "FC", 134: "RSVP-E2E-IGNORE", 135: "Mobility", 136: "UDPLite", 137: "MPLS-in-IP", 138: "manet",
    139: "HIP", 140: "Shim6", 141: "WESP", 142: "ROHC", 143: "Ethernet", 144: "AGGFRAG", 145: "NSH",
    146: "Homa", 147: "BIT-EMU",
}  # fmt: skip
"""IANA's keywords of the protocol numbers; those that have none (61, 63, 253, …) are missing. Three are as
everybody says them: ICMPv6 (IPv6-ICMP), OSPF (OSPFIGP), Mobility (Mobility Header)."""

DSCP_NAMES = {
    0: "CS0", 1: "LE", 8: "CS1", 10: "AF11", 12: "AF12", 14: "AF13", 16: "CS2", 18: "AF21", 20: "AF22",
    22: "AF23", 24: "CS3", 26: "AF31", 28: "AF32", 30: "AF33", 32: "CS4", 34: "AF41", 36: "AF42", 38: "AF43",
    40: "CS5", 44: "VOICE-ADMIT", 45: "NQB", 46: "EF", 48: "CS6", 56: "CS7",
}  # fmt: skip
"""Differentiated services code points (RFC 2474, 2597, 3246, 5865, 8622)."""

ECN_NAMES = ("Not-ECT", "ECT(1)", "ECT(0)", "CE")
"""Explicit congestion notification (RFC 3168, 5)."""

ROUTER_ALERTS = {
    0: "Multicast Listener Discovery", 1: "RSVP", 2: "Active Networks", 3: "reserved",
    68: "NSIS NATFW NSLP", 69: "MPLS OAM",
}  # fmt: skip
"""Values of IPv6's router alert (RFC 2711), beside the aggregated reservation nesting levels."""

QUICK_START_FUNCTIONS = {0: "Rate Request", 8: "Rate Report"}
"""RFC 4782, 3.1."""


def protocol_name(number: int) -> str:
    """Return IANA's keyword of an IP protocol, or the number."""
    return PROTOCOL_NAMES.get(number, str(number))


def dscp_name(traffic_class: int) -> str:
    """Return the name of the code point in a differentiated services byte, or its number."""
    return DSCP_NAMES.get(traffic_class >> 2, str(traffic_class >> 2))


def ecn_name(traffic_class: int) -> str:
    """Return the name of the two congestion bits."""
    return ECN_NAMES[traffic_class & 3]


def router_alert_name(value: int) -> str:
    """Return what a router shall look for in a packet (RFC 2711, 2.1; RFC 3175, RFC 5350 for the levels)."""
    if 4 <= value <= 35:
        return f"Aggregated Reservation Nesting Level {value - 4}"
    if 36 <= value <= 67:
        return f"QoS NSLP Aggregation Level {value - 36}"
    return ROUTER_ALERTS.get(value, "unknown")
