"""The options of IPv4 (RFC 791, 3.1, and later ones), read when somebody asks."""

from __future__ import annotations

from pcaptools.core.decode.ip_names import QUICK_START_FUNCTIONS
from pcaptools.core.decode.layer import Malformed
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import UNKNOWN, Fields, Kind, part_content, trouble

END, NOP = 0, 1

LEVELS = {
    0x01: "Reserved 4", 0x3D: "Top Secret", 0x5A: "Secret", 0x96: "Confidential", 0x66: "Reserved 3",
    0xCC: "Reserved 2", 0xAB: "Unclassified", 0xF1: "Reserved 1",
}  # fmt: skip
"""Classification levels (RFC 1108, 2.3)."""
LEVELS_791 = {
    0x0000: "Unclassified", 0xF135: "Confidential", 0x789A: "EFTO", 0xBC4D: "MMMM", 0x5E26: "PROG",
    0xAF13: "Restricted", 0xD788: "Secret", 0x6BC5: "Top Secret",
}  # fmt: skip
"""The same before RFC 1108."""
TIMESTAMP_FLAGS = {0: "timestamps only", 1: "timestamps and addresses", 3: "prespecified addresses"}


def parse_options(read: Reader) -> list[Fields]:
    """Read the list; what is wrong with it is told in its last item, and the packet's payload stays readable."""
    options: list[Fields] = []
    try:
        while read:
            option = _option(read)
            options.append(option)
            if option["type"] == END:
                break
    except Malformed as error:
        options.append(trouble(error, read))
    return options


def _option(read: Reader) -> Fields:
    at = read.at
    number = read.u8()
    kind = KINDS.get(number, UNKNOWN)
    fields: Fields = {"type": number, "type_name": kind.name, "length": 1}
    if number in {END, NOP}:
        return fields
    fields["length"] = length = read.u8()
    if length < 2:
        raise Malformed(f"IPv4 option {number} with length {length}", at)
    return fields | part_content(kind.parse, read, length - 2, f"option {number}")


def _route(read: Reader) -> Fields:
    """RFC 791: `pointer` counts from the option's first byte, from 1; slots from there on are still to fill."""
    return {"pointer": read.u8(), "addresses": [read.ipv4() for _ in range(read.left // 4)]}


def _timestamp(read: Reader) -> Fields:
    fields: Fields = {"pointer": read.u8()}
    bits = read.u8()
    flag = bits & 15
    fields |= {"overflow": bits >> 4, "flag": flag, "flag_name": TIMESTAMP_FLAGS.get(flag, "unknown")}
    if flag in {1, 3}:
        entries = range(read.left // 8)
        return fields | {"timestamps": [{"address": read.ipv4(), "timestamp": read.u32()} for _ in entries]}
    return fields | {"timestamps": [read.u32() for _ in range(read.left // 4)]}


def _router_alert(read: Reader) -> Fields:
    value = read.u16()
    return {"router_alert": value, "router_alert_name": "examine packet" if not value else "reserved"}


def _security(read: Reader) -> Fields:
    """RFC 1108, 2; with a length of 11, RFC 791's."""
    if read.left == 9:
        security = read.u16()
        return {
            "security": security,
            "security_name": LEVELS_791.get(security, "unknown"),
            "compartments": read.u16(),
            "handling_restrictions": read.take(2),
            "transmission_control_code": read.take(3),
        }
    level = read.u8()
    return {"level": level, "level_name": LEVELS.get(level, "unknown"), "authorities": read.take(read.left)}


def _extended_security(read: Reader) -> Fields:
    return {"format_code": read.u8(), "info": read.take(read.left)}


def _cipso(read: Reader) -> Fields:
    """FIPS 188: a domain of interpretation and tags; of types 1, 2 and 5 the second byte is the level."""
    fields: Fields = {"doi": read.u32(), "tags": []}
    while read:
        number, length = read.u8(), read.u8()
        if length < 2:
            raise Malformed(f"CIPSO tag with length {length}")
        part = read.part(length - 2, "CIPSO tag")
        tag: Fields = {"type": number, "length": length}
        if number in {1, 2, 5}:
            part.skip(1)  # alignment
            tag["level"] = part.u8()
        fields["tags"].append({**tag, "data": part.take(part.left)})
    return fields


def _stream(read: Reader) -> Fields:
    return {"stream_id": read.u16()}


def _mtu(read: Reader) -> Fields:
    return {"mtu": read.u16()}


def _traceroute(read: Reader) -> Fields:  # RFC 1393, 2.2
    return {
        "id_number": read.u16(), "outbound_hops": read.u16(), "return_hops": read.u16(), "originator": read.ipv4(),
    }  # fmt: skip


def _broadcast(read: Reader) -> Fields:
    return {"addresses": [read.ipv4() for _ in range(read.left // 4)]}


def quick_start(read: Reader) -> Fields:
    """Read Quick-Start (RFC 4782, 3.1), which IPv6 has in the same form."""
    bits = read.u8()
    function = bits >> 4
    fields: Fields = {"function": function, "function_name": QUICK_START_FUNCTIONS.get(function, "unknown")}
    ttl = read.u8()
    fields |= {"rate": bits & 15, "ttl": ttl} if not function else {"rate": bits & 15}
    return fields | {"nonce": read.u32() >> 2}


KINDS = {
    END: Kind("End of Options List"),
    NOP: Kind("No Operation"),
    7: Kind("Record Route", _route),
    10: Kind("Experimental Measurement"),
    11: Kind("MTU Probe", _mtu),
    12: Kind("MTU Reply", _mtu),
    15: Kind("ENCODE"),
    25: Kind("Quick-Start", quick_start),
    30: Kind("RFC3692-style Experiment"),
    68: Kind("Time Stamp", _timestamp),
    82: Kind("Traceroute", _traceroute),
    94: Kind("RFC3692-style Experiment"),
    130: Kind("Security", _security),
    131: Kind("Loose Source Route", _route),
    133: Kind("Extended Security", _extended_security),
    134: Kind("Commercial Security", _cipso),
    136: Kind("Stream ID", _stream),
    137: Kind("Strict Source Route", _route),
    142: Kind("Experimental Access Control"),
    144: Kind("IMI Traffic Descriptor"),
    145: Kind("Extended Internet Protocol"),
    147: Kind("Address Extension"),
    148: Kind("Router Alert", _router_alert),
    149: Kind("Selective Directed Broadcast", _broadcast),
    151: Kind("Dynamic Packet State"),
    152: Kind("Upstream Multicast Packet"),
    158: Kind("RFC3692-style Experiment"),
    205: Kind("Experimental Flow Control"),
    222: Kind("RFC3692-style Experiment"),
}
"""IANA's registry of option numbers: copied flag, class and number in one byte."""
