"""IANA's PPP protocol numbers, codes and options, as far as they are met."""

from __future__ import annotations

PROTOCOL_NAMES = {
    0x0001: "padding", 0x0003: "ROHC small CID", 0x0005: "ROHC large CID", 0x0021: "IPv4", 0x0023: "OSI",
    0x0025: "XNS", 0x0027: "DECnet phase IV", 0x0029: "AppleTalk", 0x002B: "IPX", 0x002D: "VJ compressed TCP",
    0x002F: "VJ uncompressed TCP", 0x0031: "bridging", 0x0033: "ST-II", 0x0035: "VINES", 0x003D: "multilink",
    0x003F: "NetBIOS", 0x0041: "Cisco", 0x0049: "serial data", 0x004B: "SNA over 802.2", 0x004D: "SNA",
    0x0053: "encrypted", 0x0055: "encrypted, one link", 0x0057: "IPv6", 0x0059: "multiplexed",
    0x005B: "vendor's network",
    0x0061: "IPHC full header", 0x0063: "IPHC compressed TCP", 0x0065: "IPHC compressed", 0x0067: "IPHC compressed UDP",
    0x0069: "IPHC compressed RTP", 0x00FB: "compressed, one link", 0x00FD: "compressed", 0x0201: "STP",
    0x0203: "source routing BPDU", 0x0207: "CDP", 0x0281: "MPLS", 0x0283: "MPLS, upstream label",
    0x8021: "IPCP", 0x8023: "OSINLCP", 0x8025: "XNSCP", 0x8027: "DNCP", 0x8029: "ATCP", 0x802B: "IPXCP",
    0x8031: "BCP", 0x8035: "BVCP", 0x803D: "multilink control", 0x803F: "NBFCP", 0x8041: "Cisco control",
    0x8049: "SDCP", 0x804D: "SNACP", 0x8053: "ECP", 0x8055: "ILECP", 0x8057: "IPv6CP", 0x8059: "PPPMuxCP",
    0x805B: "VSNCP", 0x80FB: "ILCCP", 0x80FD: "CCP", 0x8207: "CDPCP", 0x8281: "MPLSCP", 0x8283: "MPLSCP", 0xC021: "LCP",
    0xC023: "PAP", 0xC025: "LQR", 0xC027: "SPAP", 0xC029: "CBCP", 0xC02B: "BACP", 0xC02D: "BAP", 0xC05B: "VSAP",
    0xC223: "CHAP", 0xC225: "RSA authentication", 0xC227: "EAP",
}  # fmt: skip

CODES = {
    0: "Vendor-Specific", 1: "Configure-Request", 2: "Configure-Ack", 3: "Configure-Nak", 4: "Configure-Reject",
    5: "Terminate-Request", 6: "Terminate-Ack", 7: "Code-Reject", 8: "Protocol-Reject", 9: "Echo-Request",
    10: "Echo-Reply", 11: "Discard-Request", 12: "Identification", 13: "Time-Remaining", 14: "Reset-Request",
    15: "Reset-Ack",
}  # fmt: skip
"""RFC 1661, 5; RFC 1570 (12, 13); RFC 1962, 3 (14, 15); RFC 2153 (0)."""

LCP_OPTIONS = {
    0: "Vendor-Specific", 1: "MRU", 2: "ACCM", 3: "Authentication-Protocol", 4: "Quality-Protocol", 5: "Magic-Number",
    7: "PFC", 8: "ACFC", 9: "FCS-Alternatives", 10: "Self-Describing-Padding", 11: "Numbered-Mode", 13: "Callback",
    15: "Compound-Frames", 17: "MRRU", 18: "Short-Sequence-Numbers", 19: "Endpoint-Discriminator", 21: "Proprietary",
    22: "DCE-Identifier", 23: "Link-Discriminator", 24: "LCP-Authentication", 25: "COBS", 26: "Prefix-Elision",
    27: "Multilink-Header-Format", 28: "Internationalization", 29: "SDL",
}  # fmt: skip
IPCP_OPTIONS = {
    1: "IP-Addresses", 2: "IP-Compression-Protocol", 3: "IP-Address", 4: "Mobile-IPv4", 129: "Primary-DNS",
    130: "Primary-NBNS", 131: "Secondary-DNS", 132: "Secondary-NBNS", 144: "IP-Netmask",
}  # fmt: skip
IPV6CP_OPTIONS = {1: "Interface-Identifier", 2: "IPv6-Compression-Protocol"}
CCP_OPTIONS = {
    0: "OUI", 1: "Predictor-1", 2: "Predictor-2", 3: "Puddle-Jumper", 16: "HP-PPC", 17: "Stac-LZS", 18: "MPPE/MPPC",
    19: "Gandalf-FZA", 20: "V.42bis", 21: "BSD-Compress", 23: "LZS-DCP", 24: "MVRCA", 26: "Deflate", 27: "V.44",
}  # fmt: skip
BCP_OPTIONS = {
    1: "Bridge-Identification", 2: "Line-Identification", 3: "MAC-Support", 4: "Tinygram-Compression",
    6: "MAC-Address", 7: "Spanning-Tree", 8: "IEEE-802-Tagged-Frame", 9: "Management-Inline", 10: "BCP-Control-Packet",
}  # fmt: skip

PAP_CODES = {1: "Authenticate-Request", 2: "Authenticate-Ack", 3: "Authenticate-Nak"}
CHAP_CODES = {1: "Challenge", 2: "Response", 3: "Success", 4: "Failure"}
CHAP_ALGORITHMS = {5: "MD5", 6: "SHA-1", 7: "SHA-256", 8: "SHA3-256", 128: "MS-CHAP", 129: "MS-CHAPv2"}
ENDPOINT_CLASSES = {0: "null", 1: "local", 2: "IP", 3: "MAC", 4: "magic", 5: "directory number"}
"""Of the endpoint discriminator (RFC 1990, 5.1.3)."""


def protocol_name(number: int) -> str:
    """Return the number and, where it has one, the name: "0xc227 (EAP)"."""
    name = PROTOCOL_NAMES.get(number)
    return f"{number:#06x} ({name})" if name else f"{number:#06x}"
