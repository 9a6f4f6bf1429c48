"""The options of neighbour discovery (RFC 4861, 4.6, and later ones)."""

from __future__ import annotations

from socket import AF_INET6, inet_ntop  # of socket, only the formatting

from pcaptools.core.decode.layer import Malformed, octets, text
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import UNKNOWN, Fields, Kind, content

MAX_OPTIONS = 256
MAX_LABELS = 128
"""In a name of 255 bytes (RFC 1035, 2.3.4)."""
REDIRECTED = 4
PREFERENCES = ("medium", "high", "reserved", "low")
"""RFC 4191, 2.1."""
PREFIX_LENGTHS = (96, 64, 56, 48, 40, 32)
"""What the prefix length codes of a PREF64 option mean (RFC 8781, 4)."""


def read_options(read: Reader, body: Fields) -> None:
    """Read options to the end of the message: their lengths count units of eight bytes (RFC 4861, 4.6)."""
    options: list[Fields] = []
    body["options"] = options
    while read:
        if len(options) == MAX_OPTIONS:
            raise Malformed(f"more than {MAX_OPTIONS} options", read.at)
        at = read.at
        number, length = read.u8(), read.u8()
        if not length:  # RFC 4861, 4.6: such a packet is to be discarded
            raise Malformed(f"option {number} with length 0", at)
        kind = KINDS.get(number, UNKNOWN)
        option: Fields = {"type": number, "type_name": kind.name, "length": length}
        options.append(option)
        option |= content(kind.parse, read.part(length * 8 - 2, f"option {number}"))


def redirected_packet(data: bytes, at: int, end: int) -> tuple[int, int] | None:
    """Return where in data[at:end], the options of a redirect, the packet is that it is about."""
    for _ in range(MAX_OPTIONS):
        if min(end, len(data)) < at + 8 or not data[at + 1]:
            break
        following = at + data[at + 1] * 8
        if data[at] == REDIRECTED:
            return at + 8, min(following, end)
        at = following
    return None


def _link_layer(read: Reader) -> Fields:
    return {"link_layer_address": octets(read.take(read.left))}


def _prefix(read: Reader) -> Fields:
    """RFC 4861, 4.6.2; the third flag RFC 6275, 7.2, the fourth RFC 9762, 7."""
    size, bits = read.u8(), read.u8()
    flags = {
        "on_link": bits >> 7, "autonomous": bits >> 6 & 1, "router_address": bits >> 5 & 1,
        "pd_preferred": bits >> 4 & 1,
    }  # fmt: skip
    fields: Fields = {"prefix_length": size, "flags": flags, "valid_lifetime": read.u32()}
    fields["preferred_lifetime"] = read.u32()
    read.skip(4)
    return fields | {"prefix": read.ipv6()}


def _redirected(read: Reader) -> Fields:
    """The packet is the layer inside, as far as it was captured."""
    read.skip(6)
    size, read.at = read.left, read.end
    return {"packet_length": size}


def _mtu(read: Reader) -> Fields:
    read.skip(2)
    return {"mtu": read.u32()}


def _shortcut(read: Reader) -> Fields:  # RFC 2491, 5.2
    fields: Fields = {"shortcut_limit": read.u8()}
    read.skip(5)
    return fields


def _interval(read: Reader) -> Fields:  # RFC 6275, 7.3
    read.skip(2)
    return {"advertisement_interval": read.u32()}


def _home_agent(read: Reader) -> Fields:  # RFC 6275, 7.4
    read.skip(2)
    return {"preference": read.u16(), "lifetime": read.u16()}


def _address_list(read: Reader) -> Fields:  # RFC 3122, 3
    read.skip(6)
    return {"addresses": [read.ipv6() for _ in range(read.left // 16)]}


def _timestamp(read: Reader) -> Fields:
    """RFC 3971, 5.3.1: seconds since 1970 and their 65536th parts."""
    read.skip(6)
    return {"seconds": int.from_bytes(read.take(6), "big"), "fraction": read.u16()}


def _padded(read: Reader) -> Fields:
    """RFC 3971, 5.1 and 5.2 (CGA and signature): a reserved part that tells the padding, then bytes."""
    return {"data": read.take(read.left)}


def _nonce(read: Reader) -> Fields:
    return {"nonce": read.take(read.left)}


def _address_prefix(read: Reader) -> Fields:  # RFC 5568, 6.4.1
    fields: Fields = {"option_code": read.u8(), "prefix_length": read.u8()}
    read.skip(4)
    return fields | {"address": read.ipv6()}


def _coded_link_layer(read: Reader) -> Fields:  # RFC 5568, 6.4.3
    return {"option_code": read.u8(), "link_layer_address": octets(read.take(read.left))}


def _acknowledgment(read: Reader) -> Fields:  # RFC 5568, 6.4.5
    return {"option_code": read.u8(), "status": read.u8(), "data": read.take(read.left)}


def _map(read: Reader) -> Fields:  # RFC 5380, 5
    bits, flags = read.u8(), read.u8()
    fields: Fields = {"distance": bits >> 4, "preference": bits & 15, "flags": {"rcoa": flags >> 7}}
    return fields | {"valid_lifetime": read.u32(), "address": read.ipv6()}


def _route(read: Reader) -> Fields:
    """RFC 4191, 2.3: only as many bytes of the prefix as matter, in units of eight."""
    size, preference = read.u8(), read.u8() >> 3 & 3
    fields: Fields = {"prefix_length": size, "preference": preference, "preference_name": PREFERENCES[preference]}
    fields["route_lifetime"] = read.u32()
    return fields | {"prefix": _cut_address(read, min(read.left, 16))}


def _cut_address(read: Reader, size: int) -> str:
    return inet_ntop(AF_INET6, read.take(size).ljust(16, b"\0"))


def _servers(read: Reader) -> Fields:  # RFC 8106, 5.1
    read.skip(2)
    return {"lifetime": read.u32(), "addresses": [read.ipv6() for _ in range(read.left // 16)]}


def _flags(read: Reader) -> Fields:  # RFC 5175, 4
    return {"flags": read.take(read.left)}


def _search_list(read: Reader) -> Fields:
    """RFC 8106, 5.2: names one after the other, then zeros up to a multiple of eight bytes."""
    read.skip(2)
    fields: Fields = {"lifetime": read.u32(), "domains": []}
    while read and read.peek() != b"\0":
        fields["domains"].append(read_name(read))
    read.take(read.left)
    return fields


def read_name(read: Reader) -> str:
    """Read a name as a sequence of labels (RFC 1035, 3.1), never compressed; one may end where the bytes do."""
    labels: list[str] = []
    while read:
        size = read.u8()
        if not size:
            break
        if size > 63 or len(labels) == MAX_LABELS:
            raise Malformed(f"a label of {size} bytes" if size > 63 else f"more than {MAX_LABELS} labels", read.at - 1)
        labels.append(text(read.take(size)))
    return ".".join(labels) or "."


def _registration(read: Reader) -> Fields:
    """RFC 8505, 4.1: flags, and a transaction, where RFC 6775, 4.1 had reserved bytes."""
    fields: Fields = {"status": read.u8(), "opaque": read.u8()}
    bits = read.u8()
    fields["flags"] = {"i": bits >> 2 & 3, "r": bits >> 1 & 1, "t": bits & 1}
    fields["transaction_id"] = read.u8()
    fields["registration_lifetime"] = read.u16()
    return fields | {"eui64": octets(read.take(read.left))}


def _context(read: Reader) -> Fields:  # RFC 6775, 4.2
    size, bits = read.u8(), read.u8()
    fields: Fields = {"context_length": size, "compression": bits >> 4 & 1, "context_id": bits & 15}
    read.skip(2)
    fields["valid_lifetime"] = read.u16()
    return fields | {"context_prefix": _cut_address(read, min(read.left, 16))}


def _border_router(read: Reader) -> Fields:  # RFC 6775, 4.3
    low, high = read.u16(), read.u16()
    return {"version": high << 16 | low, "valid_lifetime": read.u16(), "address": read.ipv6()}


def _capabilities(read: Reader) -> Fields:
    """RFC 7400, 3.3 (G), RFC 8505, 4.3 (the others)."""
    bits = read.u16()
    read.skip(4)
    names = ("g", "e", "p", "b", "l", "d")
    return {"flags": {name: bits >> at & 1 for at, name in enumerate(names)}}


def _portal(read: Reader) -> Fields:
    """RFC 8910, 2.3: a URI, with zeros behind."""
    return {"uri": text(read.take(read.left).rstrip(b"\0"))}


def _pref64(read: Reader) -> Fields:
    """RFC 8781, 4: the lifetime in units of eight seconds, with the prefix length as its last three bits."""
    bits = read.u16()
    code = bits & 7
    fields: Fields = {"lifetime": bits & 0xFFF8, "prefix_length_code": code}
    if code < len(PREFIX_LENGTHS):
        fields["prefix_length"] = PREFIX_LENGTHS[code]
    return fields | {"prefix": _cut_address(read, 12)}


def _encrypted_dns(read: Reader) -> Fields:  # RFC 9463, 6.1
    fields: Fields = {"service_priority": read.u16(), "lifetime": read.u32()}
    fields["adn"] = read_name(read.part(read.u16(), "authentication domain name"))
    if read.left >= 2:
        size = read.u16()
        fields["addresses"] = [read.ipv6() for _ in range(size // 16)]
    if read.left >= 2:
        fields["service_parameters"] = read.take(read.u16())
    read.take(read.left)
    return fields


KINDS = {
    1: Kind("Source Link-layer Address", _link_layer),
    2: Kind("Target Link-layer Address", _link_layer),
    3: Kind("Prefix Information", _prefix),
    4: Kind("Redirected Header", _redirected),
    5: Kind("MTU", _mtu),
    6: Kind("NBMA Shortcut Limit", _shortcut),
    7: Kind("Advertisement Interval", _interval),
    8: Kind("Home Agent Information", _home_agent),
    9: Kind("Source Address List", _address_list),
    10: Kind("Target Address List", _address_list),
    11: Kind("CGA", _padded),
    12: Kind("RSA Signature", _padded),
    13: Kind("Timestamp", _timestamp),
    14: Kind("Nonce", _nonce),
    15: Kind("Trust Anchor"),
    16: Kind("Certificate"),
    17: Kind("IP Address/Prefix", _address_prefix),
    18: Kind("New Router Prefix Information"),
    19: Kind("Link-layer Address", _coded_link_layer),
    20: Kind("Neighbor Advertisement Acknowledgment", _acknowledgment),
    23: Kind("MAP", _map),
    24: Kind("Route Information", _route),
    25: Kind("Recursive DNS Server", _servers),
    26: Kind("RA Flags Extension", _flags),
    27: Kind("Handover Key Request"),
    28: Kind("Handover Key Reply"),
    29: Kind("Handover Assist Information"),
    30: Kind("Mobile Node Identifier"),
    31: Kind("DNS Search List", _search_list),
    32: Kind("Proxy Signature"),
    33: Kind("Address Registration", _registration),
    34: Kind("6LoWPAN Context", _context),
    35: Kind("Authoritative Border Router", _border_router),
    36: Kind("6LoWPAN Capability Indication", _capabilities),
    37: Kind("DHCP Captive-Portal", _portal),
    38: Kind("PREF64", _pref64),
    39: Kind("Crypto-ID Parameters"),
    40: Kind("NDP Signature"),
    41: Kind("Resource Directory Address"),
    42: Kind("Consistent Uptime"),
    138: Kind("CARD Request"),
    139: Kind("CARD Reply"),
    144: Kind("Encrypted DNS", _encrypted_dns),
    253: Kind("RFC3692-style Experiment 1"),
    254: Kind("RFC3692-style Experiment 2"),
}
"""IANA's neighbour discovery options."""
