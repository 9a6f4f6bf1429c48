"""The options of DHCPv6 (RFC 8415, 21, and many others): their names, and what their bytes mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from socket import AF_INET6, inet_ntop  # of socket, only the formatting
from typing import Any

from pcaptools.core.decode.dnsname import Message
from pcaptools.core.decode.duid import duid
from pcaptools.core.decode.layer import Malformed, octets, text
from pcaptools.core.decode.reader import Reader

Fields = dict[str, Any]
Kind = Callable[[Reader], Any]
"""Reads all of an option's content; what it leaves is told as too much."""

RELAY_MESSAGE = 9
MAX_OPTIONS = 4
"""Options within options: in an IA an address, in that a status."""

STATUS_CODES = {
    0: "Success", 1: "UnspecFail", 2: "NoAddrsAvail", 3: "NoBinding", 4: "NotOnLink", 5: "UseMulticast",
    6: "NoPrefixAvail", 7: "UnknownQueryType", 8: "MalformedQuery", 9: "NotConfigured", 10: "NotAllowed",
    11: "QueryTerminated", 12: "DataMissing", 13: "CatchUpComplete", 14: "NotSupported", 15: "TLSConnectionRefused",
}  # fmt: skip


def split(read: Reader) -> Iterator[tuple[int, Reader]]:
    """Yield (code, content) of a list of options; raise `Malformed` at the one that is cut short."""
    while read:
        begin = read.at
        try:
            code = read.u16()
            content = read.part(read.u16(), "DHCPv6 option")
        except Malformed as error:
            error.at = begin
            raise
        yield code, content


def name(code: int) -> str:
    """Return the name of an option."""
    return OPTIONS[code][0] if code in OPTIONS else f"Option {code}"


def option(code: int, read: Reader, depth: int = 0) -> Fields:
    """Return an option as code, name and value; what is not as it should be keeps its bytes, and the reason."""
    found: Fields = {"code": code, "name": name(code)}
    begin, end = read.at, read.end
    try:
        if code in NESTING:
            return {**found, "value": NESTING[code](read, depth)}
        value = OPTIONS[code][1](read) if code in OPTIONS else read.rest()
        if read.left:
            raise Malformed(f"{read.left} bytes too many")
    except Malformed as error:
        return {**found, "value": read.data[begin:end], "reason": str(error)}
    return {**found, "value": value}


def _nested(read: Reader, depth: int) -> list[Fields]:
    if depth >= MAX_OPTIONS:
        raise Malformed(f"more than {MAX_OPTIONS} options within each other")
    return [option(code, content, depth + 1) for code, content in split(read)]


def _association(read: Reader, depth: int) -> Fields:  # RFC 8415, 21.4 and 21.21
    return {"iaid": read.u32(), "t1": read.u32(), "t2": read.u32(), "options": _nested(read, depth)}


def _temporary(read: Reader, depth: int) -> Fields:
    return {"iaid": read.u32(), "options": _nested(read, depth)}


def _address(read: Reader, depth: int) -> Fields:
    return {
        "address": read.ipv6(), "preferred_lifetime": read.u32(), "valid_lifetime": read.u32(),
        "options": _nested(read, depth),
    }  # fmt: skip


def _prefix(read: Reader, depth: int) -> Fields:
    preferred, valid, length = read.u32(), read.u32(), read.u8()
    return {
        "prefix": f"{read.ipv6()}/{length}", "preferred_lifetime": preferred, "valid_lifetime": valid,
        "options": _nested(read, depth),
    }  # fmt: skip


def _vendor_options(read: Reader, depth: int) -> Fields:  # noqa: ARG001 (they are not looked into)
    enterprise, at = read.u32(), read.at
    try:  # RFC 8415, 21.17: what is inside should look like options
        listed = [{"code": code, "data": content.rest()} for code, content in split(read)]
    except Malformed:
        return {"enterprise": enterprise, "data": read.data[at : read.end]}
    return {"enterprise": enterprise, "options": listed}


def _bytes(read: Reader) -> bytes:
    return read.rest()


def _text(read: Reader) -> str:
    return text(read.rest())


def _duid(read: Reader) -> Fields:
    return duid(read.rest())


def _requested(read: Reader) -> list[Fields]:
    codes = [read.u16() for _ in range(read.left // 2)]
    return [{"code": code, "name": name(code)} for code in codes]


def _ips(read: Reader) -> list[str]:
    return [read.ipv6() for _ in range(read.left // 16)]


def _domains(read: Reader) -> list[str]:
    """Read names, which are never compressed here (RFC 8415, 10)."""
    content = read.rest()
    message, at, found = Message(content, 0, len(content)), 0, []
    while at < len(content):
        domain, at = message.name(at)
        found.append(domain)
    return found


def _status(read: Reader) -> Fields:
    code = read.u16()
    return {"status": code, "status_name": STATUS_CODES.get(code, "unknown"), "message": text(read.rest())}


def _counted(read: Reader) -> list[Any]:
    found = []
    while read:
        data = read.take(read.u16())
        found.append(data.decode() if data.isascii() and data.decode().isprintable() else data)
    return found


def _vendor_class(read: Reader) -> Fields:
    return {"enterprise": read.u32(), "data": _counted(read)}


def _authentication(read: Reader) -> Fields:
    names = ("protocol", "algorithm", "rdm")
    return {**{one: read.u8() for one in names}, "replay_detection": read.take(8), "information": read.rest()}


def _fqdn(read: Reader) -> Fields:  # RFC 4704, 4.1
    flags, rest = read.u8(), read.rest()
    if rest and not rest.endswith(b"\x00"):
        rest += b"\x00"  # a partial name has no end
    domains = _domains(Reader(rest, 0, len(rest), "client FQDN"))
    return {
        "flags": {"n": flags >> 2 & 1, "o": flags >> 1 & 1, "s": flags & 1}, "domain": domains[0] if domains else "",
    }  # fmt: skip


def _remote_id(read: Reader) -> Fields:
    return {"enterprise": read.u32(), "remote_id": read.rest()}


def _ntp(read: Reader) -> list[Fields]:  # RFC 5908, 4
    found: list[Fields] = []
    for code, content in split(read):
        if code == 3:
            found.append({"name": (_domains(content) or [""])[0]})
        else:
            found.append({{1: "address", 2: "multicast"}.get(code, f"suboption_{code}"): _ip_or_bytes(content)})
    return found


def _ip_or_bytes(read: Reader) -> str | bytes:
    data = read.rest()
    return inet_ntop(AF_INET6, data) if len(data) == 16 else data


def _link_layer(read: Reader) -> Fields:  # RFC 6939, 4
    return {"hardware_type": read.u16(), "address": octets(read.rest())}


def _interface(read: Reader) -> Fields:  # RFC 5970, 3.4
    return {"type": read.u8(), "major": read.u8(), "minor": read.u8()}


def _u16s(read: Reader) -> list[int]:
    return [read.u16() for _ in range(read.left // 2)]


def _interface_id(read: Reader) -> Any:
    data = read.rest()
    return data.decode() if data.isascii() and data.decode().isprintable() else data


def _flag(read: Reader) -> None:  # noqa: ARG001 (that it is there says all)
    return None


U8, U16, U32 = Reader.u8, Reader.u16, Reader.u32

NESTING: dict[int, Callable[[Reader, int], Any]] = {
    3: _association, 4: _temporary, 5: _address, 17: _vendor_options, 25: _association, 26: _prefix,
    66: _nested,
}  # fmt: skip
"""Options with options inside."""

OPTIONS: dict[int, tuple[str, Kind]] = {
    1: ("Client Identifier", _duid), 2: ("Server Identifier", _duid),
    3: ("Identity Association for Non-temporary Address", _bytes),
    4: ("Identity Association for Temporary Address", _bytes), 5: ("IA Address", _bytes),
    6: ("Option Request", _requested), 7: ("Preference", U8), 8: ("Elapsed time", U16),
    RELAY_MESSAGE: ("Relay Message", _bytes), 11: ("Authentication", _authentication),
    12: ("Server unicast", Reader.ipv6), 13: ("Status code", _status), 14: ("Rapid Commit", _flag),
    15: ("User Class", _counted), 16: ("Vendor Class", _vendor_class), 17: ("Vendor-specific Information", _bytes),
    18: ("Interface-Id", _interface_id), 19: ("Reconfigure Message", U8), 20: ("Reconfigure Accept", _flag),
    21: ("SIP Server Domain Name List", _domains), 22: ("SIP Servers IPv6 Address List", _ips),
    23: ("DNS recursive name server", _ips), 24: ("Domain Search List", _domains),
    25: ("Identity Association for Prefix Delegation", _bytes), 26: ("IA Prefix", _bytes), 27: ("NIS Server", _ips),
    28: ("NIS+ Server", _ips), 29: ("NIS Server Domain Name", _domains), 30: ("NIS+ Server Domain Name", _domains),
    31: ("Simple Network Time Protocol Server", _ips), 32: ("Lifetime", U32),
    33: ("BCMCS Controller Domain Name", _domains), 34: ("BCMCS Controller IPv6 Address", _ips),
    36: ("Geoconf Civic Address", _bytes), 37: ("Remote Identifier", _remote_id), 38: ("Subscriber Identifier", _bytes),
    39: ("Client Fully Qualified Domain Name", _fqdn), 40: ("PANA Agent", _ips), 41: ("Time Zone Name", _text),
    42: ("Time Zone Database", _text), 43: ("Relay Agent Echo Request", _u16s), 44: ("Leasequery Query", _bytes),
    45: ("Client Data", _bytes), 46: ("Last Transaction Time", U32), 47: ("Leasequery Relay Data", _bytes),
    48: ("Leasequery Client Link", _ips), 51: ("LoST Server Domain Name", _domains),
    52: ("CAPWAP Access Controllers", _ips),
    53: ("Relay-ID", _duid), 54: ("IPv6 Address MoS", _bytes), 55: ("IPv6 FQDN MoS", _bytes), 56: ("NTP Server", _ntp),
    57: ("V6 Access Domain", _domains), 58: ("SIP UA Configuration Service Domains", _domains),
    59: ("Boot File URL", _text), 60: ("Boot File Parameters", _counted),
    61: ("Client System Architecture Type", _u16s),
    62: ("Client Network Interface Identifier", _interface), 63: ("Geolocation", _bytes),
    64: ("Dual-Stack Lite AFTR Name", _domains), 65: ("ERP Local Domain Name", _domains),
    66: ("Relay-Supplied Options", _bytes), 67: ("PD Exclude", _bytes), 68: ("Virtual Subnet Selection", _bytes),
    74: ("RDNSS Selection", _bytes), 79: ("Client link-layer address", _link_layer), 82: ("SOL_MAX_RT", U32),
    83: ("INF_MAX_RT", U32), 86: ("PCP Server", _ips), 87: ("DHCPv4 Message", _bytes),
    88: ("DHCP 4o6 Server Address", _ips), 94: ("S46 MAP-E Container", _bytes), 95: ("S46 MAP-T Container", _bytes),
    96: ("S46 Lightweight 4Over6 Container", _bytes), 103: ("Captive Portal", _text),
    112: ("Manufacturer Usage Description", _text), 135: ("Relay Port", U16), 136: ("SZTP Redirect", _bytes),
    141: ("DOTS RI", _domains), 142: ("DOTS Address", _ips), 143: ("IPv6 Address ANDSF", _ips),
    144: ("Encrypted DNS Server", _bytes),
}  # fmt: skip
"""Code → name, and how its content is read, unless there are options inside."""
