"""Names of IEEE 802.11's frames, elements, and the suites of its security (IEEE 802.11-2020, 9)."""

from __future__ import annotations

TYPES = ("management", "control", "data", "extension")
MANAGEMENT, CONTROL, DATA, EXTENSION = range(4)
SUBTYPES = (
    {
        0: "Association Request", 1: "Association Response", 2: "Reassociation Request", 3: "Reassociation Response",
        4: "Probe Request", 5: "Probe Response", 6: "Timing Advertisement", 8: "Beacon", 9: "ATIM",
        10: "Disassociation", 11: "Authentication", 12: "Deauthentication", 13: "Action", 14: "Action No Ack",
    },
    {
        2: "Trigger", 3: "TACK", 4: "Beamforming Report Poll", 5: "NDP Announcement", 6: "Control Frame Extension",
        7: "Control Wrapper", 8: "Block Ack Request", 9: "Block Ack", 10: "PS-Poll", 11: "RTS", 12: "CTS", 13: "Ack",
        14: "CF-End", 15: "CF-End + CF-Ack",
    },
    {
        0: "Data", 1: "Data + CF-Ack", 2: "Data + CF-Poll", 3: "Data + CF-Ack + CF-Poll", 4: "Null", 5: "CF-Ack",
        6: "CF-Poll", 7: "CF-Ack + CF-Poll", 8: "QoS Data", 9: "QoS Data + CF-Ack", 10: "QoS Data + CF-Poll",
        11: "QoS Data + CF-Ack + CF-Poll", 12: "QoS Null", 14: "QoS CF-Poll", 15: "QoS CF-Ack + CF-Poll",
    },
    {0: "DMG Beacon", 1: "S1G Beacon"},
)  # fmt: skip
"""By type and subtype (Table 9-1)."""
CONTROL_EXTENSIONS = {
    2: "Poll", 3: "SPR", 4: "Grant", 5: "DMG CTS", 6: "DMG DTS", 7: "Grant Ack", 8: "SSW", 9: "SSW-Feedback",
    10: "SSW-Ack",
}  # fmt: skip
"""By bits 8 to 11 of frame control, which are no flags there (Table 9-2)."""

ELEMENTS = {
    0: "SSID", 1: "Supported Rates", 2: "FH Parameters", 3: "DS Parameters", 4: "CF Parameters", 5: "TIM",
    6: "IBSS Parameters", 7: "Country", 8: "Hopping Pattern Parameters", 9: "Hopping Pattern Table", 10: "Request",
    11: "BSS Load", 12: "EDCA Parameters", 13: "TSPEC", 14: "TCLAS", 15: "Schedule", 16: "Challenge Text",
    32: "Power Constraint", 33: "Power Capability", 34: "TPC Request", 35: "TPC Report", 36: "Supported Channels",
    37: "Channel Switch Announcement", 38: "Measurement Request", 39: "Measurement Report", 40: "Quiet",
    41: "IBSS DFS", 42: "ERP", 43: "TS Delay", 44: "TCLAS Processing", 45: "HT Capabilities", 46: "QoS Capability",
    47: "ERP", 48: "RSN", 50: "Extended Supported Rates", 51: "AP Channel Report", 52: "Neighbor Report", 53: "RCPI",
    54: "Mobility Domain", 55: "Fast BSS Transition", 56: "Timeout Interval", 57: "RIC Data",
    58: "DSE Registered Location", 59: "Supported Operating Classes", 60: "Extended Channel Switch Announcement",
    61: "HT Operation", 62: "Secondary Channel Offset", 63: "BSS Average Access Delay", 64: "Antenna", 65: "RSNI",
    66: "Measurement Pilot Transmission", 67: "BSS Available Admission Capacity", 68: "BSS AC Access Delay",
    69: "Time Advertisement", 70: "RM Enabled Capabilities", 71: "Multiple BSSID", 72: "20/40 BSS Coexistence",
    73: "20/40 BSS Intolerant Channel Report", 74: "Overlapping BSS Scan Parameters", 75: "RIC Descriptor",
    76: "Management MIC", 78: "Event Request", 79: "Event Report", 80: "Diagnostic Request", 81: "Diagnostic Report",
    82: "Location Parameters", 83: "Nontransmitted BSSID Capability", 84: "SSID List", 85: "Multiple BSSID-Index",
    86: "FMS Descriptor", 87: "FMS Request", 88: "FMS Response", 89: "QoS Traffic Capability",
    90: "BSS Max Idle Period", 91: "TFS Request", 92: "TFS Response", 93: "WNM Sleep Mode",
    94: "TIM Broadcast Request", 95: "TIM Broadcast Response", 96: "Collocated Interference Report",
    97: "Channel Usage", 98: "Time Zone", 99: "DMS Request", 100: "DMS Response", 101: "Link Identifier",
    102: "Wakeup Schedule", 104: "Channel Switch Timing", 105: "PTI Control", 106: "PU Buffer Status",
    107: "Interworking", 108: "Advertisement Protocol", 109: "Expedited Bandwidth Request", 110: "QoS Map",
    111: "Roaming Consortium", 112: "Emergency Alert Identifier", 113: "Mesh Configuration", 114: "Mesh ID",
    115: "Mesh Link Metric Report", 116: "Congestion Notification", 117: "Mesh Peering Management",
    118: "Mesh Channel Switch Parameters", 119: "Mesh Awake Window", 120: "Beacon Timing", 121: "MCCAOP Setup Request",
    122: "MCCAOP Setup Reply", 123: "MCCAOP Advertisement", 124: "MCCAOP Teardown", 125: "GANN", 126: "RANN",
    127: "Extended Capabilities", 130: "PREQ", 131: "PREP", 132: "PERR", 133: "Cisco CCX1", 137: "PXU", 138: "PXUC",
    139: "Authenticated Mesh Peering Exchange", 140: "MIC", 141: "Destination URI", 142: "U-APSD Coexistence",
    148: "DMG Capabilities", 151: "DMG Operation", 158: "Multi-band", 191: "VHT Capabilities", 192: "VHT Operation",
    193: "Extended BSS Load", 194: "Wide Bandwidth Channel Switch", 195: "Transmit Power Envelope",
    196: "Channel Switch Wrapper", 197: "AID", 198: "Quiet Channel", 199: "Operating Mode Notification",
    200: "UPSIM", 201: "Reduced Neighbor Report", 202: "TVHT Operation", 206: "Fine Timing Measurement Parameters",
    216: "TWT", 217: "S1G Capabilities", 221: "Vendor Specific", 232: "S1G Operation", 240: "FILS Indication",
    242: "Fragment", 244: "RSN Extension", 255: "Extension",
}  # fmt: skip
"""Element IDs (Table 9-92)."""
EXTENSIONS = {
    1: "Association Delay Info", 2: "FILS Request Parameters", 3: "FILS Key Confirmation", 4: "FILS Session",
    5: "FILS HLP Container", 6: "FILS IP Address Assignment", 7: "Key Delivery", 8: "FILS Wrapped Data",
    9: "FTM Synchronization Information", 10: "Extended Request", 11: "Estimated Service Parameters",
    12: "FILS Public Key", 13: "FILS Nonce", 14: "Future Channel Guidance", 32: "OWE Diffie-Hellman Parameter",
    33: "Password Identifier", 35: "HE Capabilities", 36: "HE Operation", 37: "UORA Parameters",
    38: "MU EDCA Parameters",
    39: "Spatial Reuse Parameters", 41: "NDP Feedback Report Parameters", 42: "BSS Color Change Announcement",
    43: "Quiet Time Period Setup", 45: "ESS Report", 46: "OPS", 47: "HE BSS Load", 52: "Max Channel Switch Time",
    55: "Multiple BSSID Configuration", 56: "Non-Inheritance", 57: "Known BSSID", 58: "Short SSID List",
    59: "HE 6 GHz Band Capabilities", 60: "UL MU Power Capabilities", 88: "MSCS Descriptor", 92: "Rejected Groups",
    93: "Anti-Clogging Token Container", 106: "EHT Operation", 107: "Multi-Link", 108: "EHT Capabilities",
}  # fmt: skip
"""Element ID extensions, behind element ID 255."""

CIPHERS = {
    0: "group cipher", 1: "WEP-40", 2: "TKIP", 4: "CCMP", 5: "WEP-104", 6: "BIP", 7: "no group traffic", 8: "GCMP",
    9: "GCMP-256", 10: "CCMP-256", 11: "BIP-GMAC-128", 12: "BIP-GMAC-256", 13: "BIP-CMAC-256",
}  # fmt: skip
"""Cipher suites (Table 9-149)."""
AKMS = {
    1: "802.1X", 2: "PSK", 3: "FT-802.1X", 4: "FT-PSK", 5: "802.1X-SHA256", 6: "PSK-SHA256", 7: "TDLS", 8: "SAE",
    9: "FT-SAE", 10: "AP-PeerKey", 11: "Suite-B", 12: "Suite-B-192", 13: "FT-802.1X-SHA384", 14: "FILS-SHA256",
    15: "FILS-SHA384", 16: "FT-FILS-SHA256", 17: "FT-FILS-SHA384", 18: "OWE", 19: "FT-PSK-SHA384", 20: "PSK-SHA384",
    24: "SAE-EXT", 25: "FT-SAE-EXT",
}  # fmt: skip
"""Authentication and key management suites (Table 9-151)."""

VENDORS = {
    b"\x00\x0f\xac": "IEEE 802.11", b"\x00\x50\xf2": "Microsoft", b"\x50\x6f\x9a": "Wi-Fi Alliance",
    b"\x00\x10\x18": "Broadcom", b"\x00\x90\x4c": "Epigram", b"\x00\x03\x7f": "Atheros", b"\x00\x0c\x43": "Ralink",
    b"\x00\x40\x96": "Cisco Aironet", b"\x00\x17\xf2": "Apple", b"\x00\xe0\x4c": "Realtek", b"\x00\x0b\x86": "Aruba",
    b"\x8c\xfd\xf0": "Qualcomm", b"\x00\x13\x74": "Atheros", b"\x00\x15\x6d": "Ubiquiti", b"\x00\x0c\xe7": "MediaTek",
    b"\x00\x1a\x11": "Google", b"\x00\x13\x92": "Ruckus", b"\x00\x26\x86": "Quantenna", b"\x00\x00\x0c": "Cisco",
}  # fmt: skip
MICROSOFT_TYPES = {1: "WPA", 2: "WMM", 4: "WPS", 17: "network cost"}
ALLIANCE_TYPES = {
    9: "P2P",
    10: "Wi-Fi Display",
    16: "Hotspot 2.0",
    18: "OSEN",
    22: "MBO",
    27: "Multi-AP",
    28: "OWE transition",
}

ALGORITHMS = {
    0: "open",
    1: "shared key",
    2: "FT",
    3: "SAE",
    4: "FILS",
    5: "FILS PFS",
    6: "FILS public key",
    128: "LEAP",
}
"""Of authentication (9.4.1.1)."""


def subtype_name(kind: int, subtype: int) -> str:
    """Return the name of a frame."""
    return SUBTYPES[kind].get(subtype, f"reserved {TYPES[kind]} {subtype}")
