"""RADIUS attributes: their names, and what their bytes mean (RFC 2865 to 2869, 3162, 5176 and others)."""

from __future__ import annotations

from collections.abc import Callable
from socket import AF_INET, AF_INET6, inet_ntop  # of socket, only the formatting
from typing import Any

from pcaptools.core.decode.layer import Malformed, text
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.secrets import secret

Fields = dict[str, Any]
Kind = Callable[[bytes], Any]

VENDOR_SPECIFIC = 26
TAGGED, MAX_TAG = frozenset((64, 65, 66, 67, 69, 81, 82, 83, 90, 91)), 0x1F
"""Attributes that say by a tag which of several tunnels they are about (RFC 2868, 3.1)."""
VENDORS = {
    9: "Cisco", 43: "3Com", 61: "Merit", 166: "Shiva", 311: "Microsoft", 429: "USR", 529: "Ascend", 1584: "Bay",
    1916: "Extreme", 2352: "Redback", 2636: "Juniper", 3076: "Altiga", 4874: "Unisphere", 5535: "3GPP2",
    8164: "Starent", 9048: "Ruckus", 10415: "3GPP", 11344: "FreeRADIUS", 12356: "Fortinet", 14122: "WISPr",
    14179: "Airespace", 14823: "Aruba", 14988: "Mikrotik", 25053: "Ruckus", 25506: "H3C", 25622: "UKERNA",
    29671: "Meraki", 41112: "Ubiquiti",
}  # fmt: skip
"""IANA's enterprise numbers, of those whose attributes are met."""
SECRET_OF_VENDORS = {311: frozenset((1, 2, 3, 4, 5, 6, 11, 12, 16, 17, 25, 26, 27)), 9: frozenset((224, 225))}
"""Vendor → its attributes that hold passwords or keys (RFC 2548)."""


def attribute(kind: int, content: bytes) -> Fields:
    """Return an attribute as type, name and value; what is not as it should be keeps its bytes, and the reason."""
    name, read = ATTRIBUTES.get(kind, (f"Attribute {kind}", bytes))
    found: Fields = {"type": kind, "name": name}
    try:
        found["value"] = read(content)
    except Malformed as error:
        return {**found, "value": content, "reason": str(error)}
    if kind in TAGGED and content and content[0] <= MAX_TAG:
        found["tag"] = content[0]
    if kind in VALUES and isinstance(found["value"], int):
        found["value_name"] = VALUES[kind].get(found["value"], "unknown")
    return found


def _hidden(content: bytes) -> str:
    return secret(content.hex())


def _number(size: int) -> Kind:
    def read(content: bytes) -> int:
        if len(content) != size:
            raise Malformed(f"a number of {size} bytes in {len(content)}")
        return int.from_bytes(content, "big")

    return read


def _ip(content: bytes) -> str:
    if len(content) != 4:
        raise Malformed(f"an address of 4 bytes in {len(content)}")
    return inet_ntop(AF_INET, content)


def _ipv6(content: bytes) -> str:
    if len(content) != 16:
        raise Malformed(f"an address of 16 bytes in {len(content)}")
    return inet_ntop(AF_INET6, content)


def _prefix(content: bytes) -> str:  # RFC 3162, 2.3
    if not 2 <= len(content) <= 18 or content[1] > 128:
        raise Malformed(f"a prefix in {len(content)} bytes")
    return f"{inet_ntop(AF_INET6, content[2:].ljust(16, bytes(1)))}/{content[1]}"


def _printable(content: bytes) -> Any:
    return content.decode() if content.isascii() and content.decode().isprintable() else content


def _tagged_number(content: bytes) -> int:
    """Read three bytes behind a tag (RFC 2868, 3.1)."""
    if len(content) != 4:
        raise Malformed(f"a number of 4 bytes in {len(content)}")
    return int.from_bytes(content[1:], "big")


def _tagged_text(content: bytes) -> str:
    """Read text, behind a tag if its first byte is one (RFC 2868, 3.3)."""
    return text(content[1:] if content and content[0] <= MAX_TAG else content)


def _vendor(content: bytes) -> Fields:
    """Read a vendor's attributes (RFC 2865, 5.26); where they are of another form, bytes."""
    read = Reader(content, 0, len(content), "vendor-specific attribute")
    vendor = read.u32()
    found: Fields = {"vendor": vendor, "vendor_name": VENDORS.get(vendor, "unknown")}
    rest, listed = content[read.at :], []
    while read:
        kind, size = read.u8(), read.u8() if read else 0
        if not 2 <= size <= read.left + 2:
            hides = vendor in SECRET_OF_VENDORS
            return {**found, "data": _hidden(rest) if hides else rest}
        data = read.take(size - 2)
        hides = kind in SECRET_OF_VENDORS.get(vendor, ())
        listed.append({"type": kind, "value": _hidden(data) if hides else _printable(data)})
    return {**found, "attributes": listed}


U32, U64 = _number(4), _number(8)

ATTRIBUTES: dict[int, tuple[str, Kind]] = {
    1: ("User-Name", text), 2: ("User-Password", _hidden), 3: ("CHAP-Password", _hidden), 4: ("NAS-IP-Address", _ip),
    5: ("NAS-Port", U32), 6: ("Service-Type", U32), 7: ("Framed-Protocol", U32), 8: ("Framed-IP-Address", _ip),
    9: ("Framed-IP-Netmask", _ip), 10: ("Framed-Routing", U32), 11: ("Filter-Id", text), 12: ("Framed-MTU", U32),
    13: ("Framed-Compression", U32), 14: ("Login-IP-Host", _ip), 15: ("Login-Service", U32),
    16: ("Login-TCP-Port", U32),
    18: ("Reply-Message", text), 19: ("Callback-Number", text), 20: ("Callback-Id", text), 22: ("Framed-Route", text),
    23: ("Framed-IPX-Network", U32), 24: ("State", bytes), 25: ("Class", bytes),
    VENDOR_SPECIFIC: ("Vendor-Specific", _vendor), 27: ("Session-Timeout", U32), 28: ("Idle-Timeout", U32),
    29: ("Termination-Action", U32), 30: ("Called-Station-Id", text), 31: ("Calling-Station-Id", text),
    32: ("NAS-Identifier", text), 33: ("Proxy-State", bytes), 34: ("Login-LAT-Service", text),
    35: ("Login-LAT-Node", text), 36: ("Login-LAT-Group", bytes), 37: ("Framed-AppleTalk-Link", U32),
    38: ("Framed-AppleTalk-Network", U32), 39: ("Framed-AppleTalk-Zone", text), 40: ("Acct-Status-Type", U32),
    41: ("Acct-Delay-Time", U32), 42: ("Acct-Input-Octets", U32), 43: ("Acct-Output-Octets", U32),
    44: ("Acct-Session-Id", text), 45: ("Acct-Authentic", U32), 46: ("Acct-Session-Time", U32),
    47: ("Acct-Input-Packets", U32), 48: ("Acct-Output-Packets", U32), 49: ("Acct-Terminate-Cause", U32),
    50: ("Acct-Multi-Session-Id", text), 51: ("Acct-Link-Count", U32), 52: ("Acct-Input-Gigawords", U32),
    53: ("Acct-Output-Gigawords", U32), 55: ("Event-Timestamp", U32), 56: ("Egress-VLANID", U32),
    57: ("Ingress-Filters", U32), 58: ("Egress-VLAN-Name", text), 59: ("User-Priority-Table", bytes),
    60: ("CHAP-Challenge", bytes), 61: ("NAS-Port-Type", U32), 62: ("Port-Limit", U32), 63: ("Login-LAT-Port", text),
    64: ("Tunnel-Type", _tagged_number), 65: ("Tunnel-Medium-Type", _tagged_number),
    66: ("Tunnel-Client-Endpoint", _tagged_text), 67: ("Tunnel-Server-Endpoint", _tagged_text),
    68: ("Acct-Tunnel-Connection", text), 69: ("Tunnel-Password", _hidden), 70: ("ARAP-Password", _hidden),
    71: ("ARAP-Features", bytes), 72: ("ARAP-Zone-Access", U32), 73: ("ARAP-Security", U32),
    74: ("ARAP-Security-Data", text), 75: ("Password-Retry", U32), 76: ("Prompt", U32), 77: ("Connect-Info", text),
    78: ("Configuration-Token", text), 79: ("EAP-Message", bytes), 80: ("Message-Authenticator", bytes),
    81: ("Tunnel-Private-Group-Id", _tagged_text), 82: ("Tunnel-Assignment-Id", _tagged_text),
    83: ("Tunnel-Preference", _tagged_number), 84: ("ARAP-Challenge-Response", _hidden),
    85: ("Acct-Interim-Interval", U32), 86: ("Acct-Tunnel-Packets-Lost", U32), 87: ("NAS-Port-Id", text),
    88: ("Framed-Pool", text), 89: ("CUI", _printable), 90: ("Tunnel-Client-Auth-Id", _tagged_text),
    91: ("Tunnel-Server-Auth-Id", _tagged_text), 92: ("NAS-Filter-Rule", text), 94: ("Originating-Line-Info", bytes),
    95: ("NAS-IPv6-Address", _ipv6), 96: ("Framed-Interface-Id", bytes), 97: ("Framed-IPv6-Prefix", _prefix),
    98: ("Login-IPv6-Host", _ipv6), 99: ("Framed-IPv6-Route", text), 100: ("Framed-IPv6-Pool", text),
    101: ("Error-Cause", U32), 102: ("EAP-Key-Name", bytes), 103: ("Digest-Response", _hidden),
    104: ("Digest-Realm", text), 105: ("Digest-Nonce", text), 106: ("Digest-Response-Auth", _hidden),
    107: ("Digest-Nextnonce", text), 108: ("Digest-Method", text), 109: ("Digest-URI", text), 110: ("Digest-Qop", text),
    111: ("Digest-Algorithm", text), 112: ("Digest-Entity-Body-Hash", text), 113: ("Digest-CNonce", text),
    114: ("Digest-Nonce-Count", text), 115: ("Digest-Username", text), 116: ("Digest-Opaque", text),
    117: ("Digest-Auth-Param", text), 118: ("Digest-AKA-Auts", text), 119: ("Digest-Domain", text),
    120: ("Digest-Stale", text), 121: ("Digest-HA1", _hidden), 122: ("SIP-AOR", text),
    123: ("Delegated-IPv6-Prefix", _prefix), 124: ("MIP6-Feature-Vector", U64), 125: ("MIP6-Home-Link-Prefix", bytes),
    126: ("Operator-Name", text), 127: ("Location-Information", bytes), 128: ("Location-Data", bytes),
    129: ("Basic-Location-Policy-Rules", bytes), 130: ("Extended-Location-Policy-Rules", bytes),
    131: ("Location-Capable", U32), 132: ("Requested-Location-Info", U32), 133: ("Framed-Management-Protocol", U32),
    134: ("Management-Transport-Protection", U32), 135: ("Management-Policy-Id", text),
    136: ("Management-Privilege-Level", U32), 137: ("PKM-SS-Cert", bytes), 138: ("PKM-CA-Cert", bytes),
    139: ("PKM-Config-Settings", bytes), 140: ("PKM-Cryptosuite-List", bytes), 141: ("PKM-SAID", bytes),
    142: ("PKM-SA-Descriptor", bytes), 143: ("PKM-AUTH-Key", _hidden), 144: ("DS-Lite-Tunnel-Name", text),
    145: ("Mobile-Node-Identifier", bytes), 146: ("Service-Selection", text),
    147: ("PMIP6-Home-LMA-IPv6-Address", _ipv6),
    148: ("PMIP6-Visited-LMA-IPv6-Address", _ipv6), 149: ("PMIP6-Home-LMA-IPv4-Address", _ip),
    150: ("PMIP6-Visited-LMA-IPv4-Address", _ip), 151: ("PMIP6-Home-HN-Prefix", _prefix),
    152: ("PMIP6-Visited-HN-Prefix", _prefix), 161: ("EAP-Lower-Layer", U32), 162: ("GSS-Acceptor-Service-Name", text),
    163: ("GSS-Acceptor-Host-Name", text), 164: ("GSS-Acceptor-Service-Specifics", text),
    165: ("GSS-Acceptor-Realm-Name", text), 168: ("Framed-IPv6-Address", _ipv6),
    169: ("DNS-Server-IPv6-Address", _ipv6),
    170: ("Route-IPv6-Information", bytes), 171: ("Delegated-IPv6-Prefix-Pool", text),
    172: ("Stateful-IPv6-Address-Pool", text), 174: ("Allowed-Called-Station-Id", text), 176: ("EAP-Server-Id", bytes),
    177: ("Mobility-Domain-Id", U32), 178: ("Preauth-Timeout", U32), 179: ("Network-Id-Name", bytes),
    186: ("WLAN-Pairwise-Cipher", U32), 187: ("WLAN-Group-Cipher", U32), 188: ("WLAN-AKM-Suite", U32),
    241: ("Extended-Attribute-1", bytes), 242: ("Extended-Attribute-2", bytes), 243: ("Extended-Attribute-3", bytes),
    244: ("Extended-Attribute-4", bytes), 245: ("Extended-Attribute-5", bytes), 246: ("Extended-Attribute-6", bytes),
}  # fmt: skip
"""Type → name, and how its content is read."""

VALUES: dict[int, dict[int, str]] = {
    6: {
        1: "Login", 2: "Framed", 3: "Callback-Login", 4: "Callback-Framed", 5: "Outbound", 6: "Administrative",
        7: "NAS-Prompt", 8: "Authenticate-Only", 9: "Callback-NAS-Prompt", 10: "Call-Check",
        11: "Callback-Administrative", 17: "Authorize-Only",
    },
    7: {1: "PPP", 2: "SLIP", 3: "ARAP", 4: "Gandalf-SLML", 5: "Xylogics-IPX-SLIP", 6: "X.75-Synchronous"},
    29: {0: "Default", 1: "RADIUS-Request"},
    40: {
        1: "Start", 2: "Stop", 3: "Interim-Update", 7: "Accounting-On", 8: "Accounting-Off", 9: "Tunnel-Start",
        10: "Tunnel-Stop", 11: "Tunnel-Reject", 12: "Tunnel-Link-Start", 13: "Tunnel-Link-Stop",
        14: "Tunnel-Link-Reject", 15: "Failed",
    },
    45: {1: "RADIUS", 2: "Local", 3: "Remote", 4: "Diameter"},
    49: {
        1: "User-Request", 2: "Lost-Carrier", 3: "Lost-Service", 4: "Idle-Timeout", 5: "Session-Timeout",
        6: "Admin-Reset", 7: "Admin-Reboot", 8: "Port-Error", 9: "NAS-Error", 10: "NAS-Request", 11: "NAS-Reboot",
        12: "Port-Unneeded", 13: "Port-Preempted", 14: "Port-Suspended", 15: "Service-Unavailable", 16: "Callback",
        17: "User-Error", 18: "Host-Request",
    },
    61: {
        0: "Async", 1: "Sync", 2: "ISDN-Sync", 3: "ISDN-V120", 4: "ISDN-V110", 5: "Virtual", 6: "PIAFS",
        7: "HDLC-Clear-Channel", 8: "X.25", 9: "X.75", 10: "G3-Fax", 11: "SDSL", 12: "ADSL-CAP", 13: "ADSL-DMT",
        14: "IDSL", 15: "Ethernet", 16: "xDSL", 17: "Cable", 18: "Wireless-Other", 19: "Wireless-802.11",
        20: "Token-Ring", 21: "FDDI",
    },
    64: {
        1: "PPTP", 2: "L2F", 3: "L2TP", 4: "ATMP", 5: "VTP", 6: "AH", 7: "IP", 8: "MIN-IP", 9: "ESP", 10: "GRE",
        11: "DVS", 12: "IP-in-IP", 13: "VLAN",
    },
    65: {1: "IPv4", 2: "IPv6", 6: "IEEE-802"},
    101: {
        201: "Residual-Context-Removed", 202: "Invalid-EAP-Packet", 401: "Unsupported-Attribute",
        402: "Missing-Attribute", 403: "NAS-Identification-Mismatch", 404: "Invalid-Request",
        405: "Unsupported-Service", 406: "Unsupported-Extension", 407: "Invalid-Attribute-Value",
        501: "Administratively-Prohibited", 502: "Proxy-Request-Not-Routable", 503: "Session-Context-Not-Found",
        504: "Session-Context-Not-Removable", 505: "Proxy-Processing-Error", 506: "Resources-Unavailable",
        507: "Request-Initiated", 508: "Multiple-Session-Selection-Unsupported",
    },
}  # fmt: skip
"""Type → what its numbers mean."""
