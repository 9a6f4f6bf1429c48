"""The options of DHCP (RFC 2132 and its many successors): their names, and what their bytes mean."""

from __future__ import annotations

from collections.abc import Iterator
from socket import AF_INET, inet_ntop  # of socket, only the formatting
from typing import Any

from pcaptools.core.decode.dhcpvalues import (
    Fields,
    Kind,
    civic_address,
    coordinates,
    domains,
    encrypted_dns,
    isns,
    pcp_servers,
    port_parameters,
    printable,
    provisioning_server,
    rdnss_selection,
    subnet_allocation,
    suboptions,
    uris,
    virtual_subnet,
)  # fmt: skip
from pcaptools.core.decode.duid import duid
from pcaptools.core.decode.layer import Malformed, octets, text
from pcaptools.core.decode.reader import Reader

PAD, END = 0, 255
OVERLOAD, MESSAGE_TYPE = 52, 53

MESSAGE_TYPES = {
    1: "Discover", 2: "Offer", 3: "Request", 4: "Decline", 5: "ACK", 6: "NAK", 7: "Release", 8: "Inform",
    9: "Force Renew", 10: "Lease Query", 11: "Lease Unassigned", 12: "Lease Unknown", 13: "Lease Active",
    14: "Bulk Lease Query", 15: "Lease Query Done", 16: "Active Lease Query", 17: "Lease Query Status", 18: "TLS",
}  # fmt: skip


def split(data: bytes, at: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield (code, content) of a field with options, up to its end; raise `Malformed` where one is cut short."""
    read = Reader(data, at, end, "DHCP option")
    while read:
        begin, code = read.at, read.u8()
        if code == END:
            return
        if code != PAD:
            try:
                content = read.take(read.u8())
            except Malformed as error:
                error.at = begin
                raise
            yield code, content


def name(code: int) -> str:
    """Return the name of an option."""
    return OPTIONS[code][0] if code in OPTIONS else f"Option {code}"


def option(code: int, content: bytes) -> Fields:
    """Return an option as code, name and value; what is not as it should be keeps its bytes, and the reason."""
    kind = OPTIONS[code][1] if code in OPTIONS else _bytes
    found: Fields = {"code": code, "name": name(code)}
    try:
        return {**found, "value": kind(content)}
    except Malformed as error:
        return {**found, "value": content, "reason": str(error)}


def _bytes(content: bytes) -> bytes:
    return content


def _text(content: bytes) -> str:
    return text(content.rstrip(b"\x00"))  # RFC 2132, 2: some end it with zeros


def _number(size: int, *, signed: bool = False) -> Kind:
    def read(content: bytes) -> int:
        if len(content) != size:
            raise Malformed(f"a number of {size} bytes in {len(content)}")
        return int.from_bytes(content, "big", signed=signed)

    return read


def _parts(content: bytes, size: int) -> list[bytes]:
    if not content or len(content) % size:
        raise Malformed(f"values of {size} bytes in {len(content)}")
    return [content[at : at + size] for at in range(0, len(content), size)]


def _numbers(size: int) -> Kind:
    return lambda content: [int.from_bytes(part, "big") for part in _parts(content, size)]


def _ip(content: bytes) -> str:
    if len(content) != 4:
        raise Malformed(f"an address of 4 bytes in {len(content)}")
    return inet_ntop(AF_INET, content)


def _ips(content: bytes) -> list[str]:
    return [inet_ntop(AF_INET, part) for part in _parts(content, 4)]


def _pairs(content: bytes) -> list[list[str]]:
    return [_ips(part) for part in _parts(content, 8)]


def _requested(content: bytes) -> list[Fields]:
    return [{"code": code, "name": name(code)} for code in content]


def _message_type(content: bytes) -> Fields:
    code = _number(1)(content)
    return {"type": code, "type_name": MESSAGE_TYPES.get(code, "unknown")}


def _overload(content: bytes) -> Fields:
    code = _number(1)(content)
    return {"fields": code, "names": {1: ["file"], 2: ["sname"], 3: ["file", "sname"]}.get(code, [])}


def _client_id(content: bytes) -> Fields:
    """Read a client identifier: a hardware address (RFC 2132, 9.14), a DUID (RFC 4361, 6.1), or anything."""
    read = Reader(content, 0, len(content), "client identifier")
    kind = read.u8()
    if kind == 255 and read.left > 4:
        return {"type": kind, "iaid": read.u32(), "duid": duid(read.rest())}
    rest = read.rest()
    return {"type": kind, "address": octets(rest)} if 0 < kind < 48 and len(rest) == 6 else {"type": kind, "data": rest}


def _fqdn(content: bytes) -> Fields:
    """Read a client's name (RFC 4702, 2): in DNS's form if the flag E is set, else plain text."""
    read = Reader(content, 0, len(content), "client FQDN")
    flags, rcode1, rcode2, rest = read.u8(), read.u8(), read.u8(), read.rest()
    found = {"n": flags >> 3 & 1, "e": flags >> 2 & 1, "o": flags >> 1 & 1, "s": flags & 1}
    full = rest
    if found["e"] and rest and not rest.endswith(b"\x00"):
        full = rest + b"\x00"  # RFC 4702, 2.3.1: a name without its end is a partial one
    domain = (domains(full) or [""])[0] if found["e"] else _text(rest)
    return {"flags": found, "rcode1": rcode1, "rcode2": rcode2, "domain": domain}


def _user_classes(content: bytes) -> list[str]:
    """Read user classes, each behind its length (RFC 3004, 4); Microsoft and others send one text alone."""
    try:
        return [printable(part) for part in _counted(content)]
    except Malformed:
        return [printable(content)]


def _counted(content: bytes) -> list[bytes]:
    read, found = Reader(content, 0, len(content), "list"), []
    while read:
        found.append(read.take(read.u8()))
    return found


def _vendor_specific(content: bytes) -> Any:
    """Read suboptions, as RFC 2132, 8.4 suggests; what a vendor fills in otherwise is bytes."""
    found, at = [], 0
    while at < len(content):
        code = content[at]
        if code in (PAD, END):  # of several pieces each may have its end
            at += 1
            continue
        if at + 2 > len(content) or at + 2 + content[at + 1] > len(content):
            return content
        found.append({"code": code, "data": content[at + 2 : at + 2 + content[at + 1]]})
        at += 2 + content[at + 1]
    return found


def _classless_routes(content: bytes) -> list[Fields]:
    """Read routes (RFC 3442): of the destination only the bytes that the prefix reaches are there."""
    read, found = Reader(content, 0, len(content), "route"), []
    while read:
        prefix = read.u8()
        if prefix > 32:
            raise Malformed(f"a route with a prefix of {prefix} bits")
        destination = read.take((prefix + 7) // 8).ljust(4, b"\x00")
        found.append({"destination": f"{inet_ntop(AF_INET, destination)}/{prefix}", "router": read.ipv4()})
    return found


def _sip(content: bytes) -> list[str]:  # RFC 3361, 3
    if content[:1] == b"\x00":
        return domains(content[1:])
    if content[:1] == b"\x01":
        return _ips(content[1:])
    raise Malformed("neither names nor addresses")


def _guid(content: bytes) -> Fields:  # RFC 4578, 2.3
    return {"type": content[0] if content else None, "uuid": content[1:]}


def _ndi(content: bytes) -> Fields:  # RFC 4578, 2.2
    if len(content) != 3:
        raise Malformed(f"3 bytes in {len(content)}")
    return dict(zip(("type", "major", "minor"), content, strict=True))


def _status(content: bytes) -> Fields:  # RFC 6926, 6.2.2
    read = Reader(content, 0, len(content), "status code")
    return {"status": read.u8(), "message": text(read.rest())}


def _slp(content: bytes) -> Fields:  # RFC 2610, 2
    read = Reader(content, 0, len(content), "SLP directory agents")
    return {"mandatory": read.u8(), "addresses": _ips(read.rest())}


def _scope(content: bytes) -> Fields:  # RFC 2610, 3
    read = Reader(content, 0, len(content), "SLP scopes")
    return {"mandatory": read.u8(), "scopes": text(read.rest())}


def _authentication(content: bytes) -> Fields:  # RFC 3118, 2
    read = Reader(content, 0, len(content), "authentication")
    names = ("protocol", "algorithm", "rdm")
    return {**{one: read.u8() for one in names}, "replay_detection": read.take(8), "information": read.rest()}


def _vendor_classes(content: bytes) -> list[Fields]:  # RFC 3925, 3
    read, found = Reader(content, 0, len(content), "vendor class"), []
    while read:
        enterprise = read.u32()
        found.append({"enterprise": enterprise, "data": [printable(one) for one in _counted(read.take(read.u8()))]})
    return found


def _vendor_options(content: bytes) -> list[Fields]:  # RFC 3925, 4
    read, found = Reader(content, 0, len(content), "vendor options"), []
    while read:
        enterprise, part = read.u32(), read.take(read.u8())
        found.append({"enterprise": enterprise, "options": _vendor_specific(part)})
    return found


def _sixrd(content: bytes) -> Fields:  # RFC 5969, 7.1.1
    read = Reader(content, 0, len(content), "6RD")
    mask, prefix = read.u8(), read.u8()
    return {"mask_length": mask, "prefix": f"{read.ipv6()}/{prefix}", "relays": _ips(read.rest())}


def _flag(content: bytes) -> bool:
    return bool(_number(1)(content))


def _nothing(content: bytes) -> None:
    if content:
        raise Malformed(f"{len(content)} bytes, where there should be none")


U8, U16, U32, I32 = _number(1), _number(2), _number(4), _number(4, signed=True)

RELAY_SUBOPTIONS: dict[int, tuple[str, Kind]] = {
    1: ("Agent Circuit ID", printable), 2: ("Agent Remote ID", printable), 4: ("DOCSIS Device Class", U32),
    5: ("Link selection", _ip), 6: ("Subscriber ID", printable), 7: ("RADIUS Attributes", _bytes),
    8: ("Authentication", _bytes), 9: ("Vendor-Specific Information", _bytes), 10: ("Relay Agent Flags", U8),
    11: ("Server ID Override", _ip), 12: ("Relay Agent Identifier", printable),
    13: ("Access Technology Type", _bytes), 19: ("DHCPv4 Source Port", U16), 151: ("VSS", _bytes),
    152: ("VSS Control", _nothing),
}  # fmt: skip
"""RFC 3046, 2, and IANA's registry since."""

CABLELABS_SUBOPTIONS: dict[int, tuple[str, Kind]] = {
    1: ("TSP Primary DHCP Server", _ip), 2: ("TSP Secondary DHCP Server", _ip),
    3: ("TSP Provisioning Server", provisioning_server), 4: ("TSP AS-REQ/AS-REP Backoff and Retry", _bytes),
    5: ("TSP AP-REQ/AP-REP Backoff and Retry", _bytes), 6: ("TSP Kerberos Realm Name", domains),
    7: ("TSP Ticket Granting Server Utilization", U8), 8: ("TSP Provisioning Timer Value", U8),
    9: ("Ticket Control Mask", U16),
}  # fmt: skip
"""RFC 3495, 5, and RFC 3594."""
MOS_ADDRESSES: dict[int, tuple[str, Kind]] = {code: (name, _ips) for code, name in enumerate(("IS", "CS", "ES"), 1)}
MOS_NAMES: dict[int, tuple[str, Kind]] = {code: (name, domains) for code, (name, _) in MOS_ADDRESSES.items()}
"""RFC 5678, 2 and 3: mobility services."""

OPTIONS: dict[int, tuple[str, Kind]] = {
    1: ("Subnet Mask", _ip), 2: ("Time Offset", I32), 3: ("Router", _ips), 4: ("Time Server", _ips),
    5: ("Name Server", _ips), 6: ("Domain Name Server", _ips), 7: ("Log Server", _ips), 8: ("Quotes Server", _ips),
    9: ("LPR Server", _ips), 10: ("Impress Server", _ips), 11: ("Resource Location Server", _ips),
    12: ("Host Name", _text), 13: ("Boot File Size", U16), 14: ("Merit Dump File", _text), 15: ("Domain Name", _text),
    16: ("Swap Server", _ip), 17: ("Root Path", _text), 18: ("Extensions Path", _text), 19: ("IP Forwarding", _flag),
    20: ("Non-Local Source Routing", _flag), 21: ("Policy Filter", _pairs),
    22: ("Maximum Datagram Reassembly Size", U16), 23: ("Default IP Time-to-Live", U8),
    24: ("Path MTU Aging Timeout", U32), 25: ("Path MTU Plateau Table", _numbers(2)), 26: ("Interface MTU", U16),
    27: ("All Subnets are Local", _flag), 28: ("Broadcast Address", _ip), 29: ("Perform Mask Discovery", _flag),
    30: ("Mask Supplier", _flag), 31: ("Perform Router Discover", _flag), 32: ("Router Solicitation Address", _ip),
    33: ("Static Route", _pairs), 34: ("Trailer Encapsulation", _flag), 35: ("ARP Cache Timeout", U32),
    36: ("Ethernet Encapsulation", _flag), 37: ("TCP Default TTL", U8), 38: ("TCP Keepalive Interval", U32),
    39: ("TCP Keepalive Garbage", _flag), 40: ("Network Information Service Domain", _text),
    41: ("Network Information Service Servers", _ips), 42: ("Network Time Protocol Servers", _ips),
    43: ("Vendor-Specific Information", _vendor_specific), 44: ("NetBIOS over TCP/IP Name Server", _ips),
    45: ("NetBIOS over TCP/IP Datagram Distribution Name Server", _ips), 46: ("NetBIOS over TCP/IP Node Type", U8),
    47: ("NetBIOS over TCP/IP Scope", _text), 48: ("X Window System Font Server", _ips),
    49: ("X Window System Display Manager", _ips), 50: ("Requested IP Address", _ip),
    51: ("IP Address Lease Time", U32), OVERLOAD: ("Option Overload", _overload),
    MESSAGE_TYPE: ("DHCP Message Type", _message_type), 54: ("DHCP Server Identifier", _ip),
    55: ("Parameter Request List", _requested), 56: ("Message", _text), 57: ("Maximum DHCP Message Size", U16),
    58: ("Renewal Time Value", U32), 59: ("Rebinding Time Value", U32), 60: ("Vendor class identifier", _text),
    61: ("Client identifier", _client_id), 62: ("NetWare/IP Domain Name", _text),
    63: ("NetWare Sub Options", suboptions({})), 64: ("NIS+ Domain", _text), 65: ("NIS+ Servers", _ips),
    66: ("TFTP Server Name", _text), 67: ("Bootfile name", _text), 68: ("Mobile IP Home Agent", _ips),
    69: ("SMTP Server", _ips), 70: ("POP3 Server", _ips), 71: ("NNTP Server", _ips), 72: ("WWW Server", _ips),
    73: ("Finger Server", _ips), 74: ("IRC Server", _ips), 75: ("StreetTalk Server", _ips),
    76: ("StreetTalk Directory Assistance Server", _ips), 77: ("User Class Information", _user_classes),
    78: ("Directory Agent Information", _slp), 79: ("Service Location Agent Scope", _scope),
    80: ("Rapid commit", _nothing), 81: ("Client Fully Qualified Domain Name", _fqdn),
    82: ("Agent Information Option", suboptions(RELAY_SUBOPTIONS)), 83: ("iSNS", isns),
    85: ("Novell Directory Services Servers", _ips), 86: ("Novell Directory Services Tree Name", _text),
    87: ("Novell Directory Services Context", _text), 88: ("BCMCS Controller Domain Name", domains),
    89: ("BCMCS Controller IPv4 Address", _ips), 90: ("Authentication", _authentication),
    91: ("Client last transaction time", U32), 92: ("Associated IP", _ips),
    93: ("Client System Architecture", _numbers(2)), 94: ("Client Network Device Interface", _ndi),
    95: ("LDAP Servers", _text), 97: ("UUID/GUID-based Client Identifier", _guid), 98: ("User Authentication", _text),
    99: ("Civic Addresses Configuration", civic_address), 100: ("PCode", _text), 101: ("TCode", _text),
    108: ("IPv6-Only Preferred", U32), 112: ("NetInfo Parent Server Address", _ips),
    113: ("NetInfo Parent Server Tag", _text), 114: ("Captive Portal", _text), 116: ("DHCP Auto-Configuration", U8),
    117: ("Name Service Search", _numbers(2)), 118: ("Subnet Selection Option", _ip), 119: ("Domain Search", domains),
    120: ("SIP Servers", _sip), 121: ("Classless Static Route", _classless_routes),
    122: ("CableLabs Client Configuration", suboptions(CABLELABS_SUBOPTIONS)),
    123: ("Coordinate-based Location Configuration", coordinates),
    124: ("V-I Vendor Class", _vendor_classes), 125: ("V-I Vendor-specific Information", _vendor_options),
    136: ("PANA Agents", _ips), 137: ("LoST Server", domains), 138: ("CAPWAP Access Controllers", _ips),
    139: ("IPv4 Address MoS", suboptions(MOS_ADDRESSES)), 140: ("IPv4 FQDN MoS", suboptions(MOS_NAMES)),
    141: ("SIP UA Configuration Domains", domains),
    142: ("IPv4 Address ANDSF", _ips), 143: ("SZTP Redirect", uris), 144: ("GeoLoc", coordinates),
    145: ("Forcerenew Nonce Capable", _numbers(1)), 146: ("RDNSS Selection", rdnss_selection),
    147: ("DOTS RI", domains),
    148: ("DOTS Address", _ips), 150: ("TFTP Server Address", _ips), 151: ("Status code", _status),
    152: ("Base time", U32), 153: ("Start time of state", U32), 154: ("Query start time", U32),
    155: ("Query end time", U32), 156: ("DHCP State", U8), 157: ("Data Source", U8), 158: ("PCP Server", pcp_servers),
    159: ("Portparams", port_parameters), 161: ("Manufacturer Usage Description", _text),
    162: ("Encrypted DNS Server", encrypted_dns),
    175: ("Etherboot", _vendor_specific), 208: ("PXELINUX Magic", _bytes), 209: ("PXELINUX configuration file", _text),
    210: ("PXELINUX path prefix", _text), 211: ("PXELINUX reboot time", U32), 212: ("6RD", _sixrd),
    213: ("V4 Access Domain", domains), 220: ("Subnet Allocation", subnet_allocation),
    221: ("Virtual Subnet Selection", virtual_subnet),
    249: ("Private/Classless Static Route (Microsoft)", _classless_routes),
    252: ("Private/Proxy autodiscovery", _text),
}  # fmt: skip
"""Code → name, and how its content is read."""
