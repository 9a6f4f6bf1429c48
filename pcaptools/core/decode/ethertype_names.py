"""Names of ethertypes (IANA's and IEEE's lists), for what no decoder takes."""

from __future__ import annotations

ETHERTYPE_NAMES = {
    0x0600: "XNS", 0x0800: "IPv4", 0x0805: "X.25", 0x0806: "ARP", 0x0842: "Wake-on-LAN", 0x0BAD: "VINES",
    0x2000: "CDP", 0x22EA: "stream reservation", 0x22F0: "AVTP", 0x22F3: "TRILL", 0x22F4: "IS-IS of TRILL",
    0x6000: "DEC", 0x6001: "DEC MOP dump/load", 0x6002: "DEC MOP remote console", 0x6003: "DECnet phase IV",
    0x6004: "DEC LAT", 0x6005: "DEC diagnostics", 0x6007: "DEC LAVC", 0x6558: "Transparent Ethernet bridging",
    0x8035: "RARP", 0x809B: "AppleTalk", 0x80F3: "AARP", 0x8100: "802.1Q tag", 0x8102: "SLPP",
    0x8137: "IPX", 0x8138: "IPX", 0x8204: "QNX", 0x86DD: "IPv6", 0x8808: "MAC control", 0x8809: "slow protocols",
    0x880B: "PPP", 0x8819: "CobraNet", 0x8847: "MPLS", 0x8848: "MPLS, upstream label", 0x8863: "PPPoE discovery",
    0x8864: "PPPoE session", 0x886D: "Intel ANS", 0x886F: "NLB heartbeat", 0x8870: "LLC in jumbo frames",
    0x8874: "Broadcom tag", 0x887B: "HomePlug", 0x888E: "EAPOL", 0x8892: "PROFINET", 0x8899: "Realtek",
    0x88A2: "ATA over Ethernet", 0x88A4: "EtherCAT", 0x88A8: "802.1ad tag", 0x88AB: "POWERLINK",
    0x88B5: "local experiment 1", 0x88B6: "local experiment 2", 0x88B7: "OUI extended", 0x88B8: "GOOSE",
    0x88B9: "GSE management", 0x88BA: "sampled values", 0x88C7: "802.11 preauthentication", 0x88CA: "TIPC",
    0x88CC: "LLDP", 0x88CD: "SERCOS III", 0x88D8: "MEF8", 0x88D9: "LLTD", 0x88DC: "WSMP", 0x88E1: "HomePlug AV",
    0x88E3: "MRP", 0x88E5: "MACsec", 0x88E7: "provider backbone bridge", 0x88EE: "E-LMI", 0x88F5: "MVRP",
    0x88F6: "MMRP", 0x88F7: "PTP", 0x88F8: "NC-SI", 0x88FB: "PRP", 0x8902: "CFM", 0x8906: "FCoE",
    0x8909: "Cisco metadata", 0x890D: "802.11 encapsulation", 0x8914: "FCoE initialization", 0x8915: "RoCE",
    0x8917: "media independent handover", 0x891D: "TTEthernet", 0x8926: "VN-Tag", 0x892F: "HSR",
    0x893A: "1905.1", 0x893B: "TRILL fine-grained labeling", 0x893F: "E-Tag", 0x8940: "ECP",
    0x8946: "TRILL RBridge channel", 0x8947: "GeoNetworking", 0x894F: "NSH", 0x9000: "configuration test",
    0x9100: "QinQ tag", 0xA0ED: "6LoWPAN", 0xAEFE: "eCPRI", 0xCAFE: "Veritas LLT", 0xD28B: "Arista timestamp",
    0xE555: "EXOS", 0xF1C1: "frame replication tag",
}  # fmt: skip


def named(ethertype: int) -> str:
    """Return the number and, where it has one, the name: "0x88e5 (MACsec)"."""
    name = ETHERTYPE_NAMES.get(ethertype)
    return f"{ethertype:#06x} ({name})" if name else f"{ethertype:#06x}"
