"""What the line of a packet says of ICMP, ICMPv6, IGMP and Mobile IPv6."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pcaptools.core.decode.icmp import ICMP
    from pcaptools.core.decode.icmpv6 import ICMPv6
    from pcaptools.core.decode.igmp import IGMP
    from pcaptools.core.decode.mipv6 import Mobility

MAX_ITEMS = 8
RECORDS = {1: "is_in", 2: "is_ex", 3: "to_in", 4: "to_ex", 5: "allow", 6: "block"}
"""tcpdump's words for the types of group records."""

PREFIXES = {24: "route", 38: "pref64"}


def icmp(message: ICMP) -> str:
    """Return what the message is and what it says, as node_pcap does the sequence number of an echo."""
    return " ".join([f"ICMP {message.type_desc}", *_said(message.body)])


def icmpv6(message: ICMPv6) -> str:
    """Return what the message is and what it says."""
    return " ".join([f"ICMPv6 {message.type_desc}", *_said(message.body)])


def igmp(message: IGMP) -> str:
    """Return what the message is, and the groups."""
    return " ".join([f"IGMP {message.type_desc}", *_said(message.body)])


def mobility(message: Mobility) -> str:
    """Return what the message is."""
    sequence = message.body.get("sequence")
    return f"MIPv6 {message.type_name}" + (f" {sequence}" if sequence is not None else "")


def _said(body: dict[str, Any]) -> Iterator[str]:
    """Yield the parts of a message that matter, whichever it has."""
    if "sequence" in body:
        yield str(body["sequence"])
    if "destination_address" in body:
        yield f"{body['destination_address']} to"  # a redirect
    for name in ("group_address", "target_address", "address_mask"):
        if name in body:
            yield body[name]
    for name in ("mtu", "gateway", "pointer"):
        if name in body:
            yield f"{name} {body[name]}"
    if body.get("state"):
        yield f"state {body['state_name']}"
    if "flags" in body and "target_address" in body:
        yield f"[{','.join(name for name, bit in body['flags'].items() if bit)}]"
    yield from _lists(body)


def _lists(body: dict[str, Any]) -> Iterator[str]:
    if body.get("sources"):
        yield _sources(body["sources"])
    if body.get("records"):
        yield _some([_record(record) for record in body["records"][: MAX_ITEMS + 1]])
    if body.get("routers"):
        yield _some([router["address"] for router in body["routers"][: MAX_ITEMS + 1]])
    if "qtype_name" in body:
        yield body["qtype_name"]
    if body.get("names"):
        yield _some(body["names"][: MAX_ITEMS + 1])
    if "lifetime" in body or "router_lifetime" in body:
        yield f"lifetime {body.get('router_lifetime', body.get('lifetime'))}"
    for option in body.get("options", [])[:MAX_ITEMS]:
        yield from _option(option)
    if "extensions" in body:
        yield from (_object(item) for item in body["extensions"]["objects"][:MAX_ITEMS] if len(item) > 4)


def _record(record: dict[str, Any]) -> str:
    kind = RECORDS.get(record["record_type"], f"type {record['record_type']}")
    sources = f" {_sources(record['sources'])}" if record["sources"] else ""
    return f"{record['group_address']} {kind}{sources}"


def _sources(addresses: list[str]) -> str:
    return "{" + _some(addresses[: MAX_ITEMS + 1]) + "}"


def _option(option: dict[str, Any]) -> Iterator[str]:
    """Yield what a neighbour discovery option says, if it is one that tells what is going on."""
    number = option["type"]
    if "link_layer_address" in option:
        yield f"hwaddr {option['link_layer_address']}"
    elif "prefix" in option and "prefix_length" in option:
        yield f"{PREFIXES.get(number, 'prefix')} {option['prefix']}/{option['prefix_length']}"
    elif number == 5 and "mtu" in option:
        yield f"mtu {option['mtu']}"
    elif number == 25 and option.get("addresses"):
        yield f"dns {_some(option['addresses'][: MAX_ITEMS + 1])}"
    elif number == 31 and option.get("domains"):
        yield f"search {_some(option['domains'][: MAX_ITEMS + 1])}"
    elif number == 37 and "uri" in option:
        yield f"portal {option['uri'][:200]}"


def _object(item: dict[str, Any]) -> str:
    """Return what an extension object says: MPLS labels, or an interface by name, index or address."""
    if "labels" in item:
        return f"mpls {_some([str(label['label']) for label in item['labels'][: MAX_ITEMS + 1]])}"
    told = next((item[name] for name in ("name", "index", "address") if name in item), None)
    if told is not None:
        return f"interface {str(told)[:64]}"
    return str(item["class_name"])


def _some(items: list[str]) -> str:
    shown = items[:MAX_ITEMS]
    return ",".join(shown) + (",…" if len(items) > MAX_ITEMS else "")


LINES: dict[str, Callable[[Any], str]] = {"ICMP": icmp, "ICMPv6": icmpv6, "IGMP": igmp, "Mobility": mobility}
