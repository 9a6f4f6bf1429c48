"""Node information queries over ICMPv6 (RFC 4620)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pcaptools.core.decode.layer import Malformed
from pcaptools.core.decode.ndp_options import read_name
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields

NAME, ADDRESSES, IPV4_ADDRESSES = 2, 3, 4
QTYPES = {0: "NOOP", 2: "Node Name", 3: "Node Addresses", 4: "IPv4 Addresses"}
"""RFC 4620, 5; 1 was "supported qtypes"."""
FLAGS = ("truncated", "all", "compression", "link_local", "site_local", "global")
"""From the lowest bit on (RFC 4620, 6.3)."""
MAX_ITEMS = 256


def read_query(read: Reader, body: Fields, code: int) -> None:
    """Read a query: its code says what its data, the subject, are (RFC 4620, 4)."""
    _read_head(read, body)
    if not read:
        return
    if code == 0:
        body["subject"] = read.ipv6()
    elif code == 1:
        body["subject"] = read_name(read)
        read.take(read.left)
    elif code == 2:
        body["subject"] = read.ipv4()


def read_reply(read: Reader, body: Fields, code: int) -> None:
    """Read a reply; if it is a refusal it has no data."""
    _read_head(read, body)
    qtype = body["qtype"]
    if code or not read:
        return
    if qtype == NAME:
        body["ttl"] = read.u32()
        body["names"] = []
        _each(read, body["names"], read_name)
    elif qtype in {ADDRESSES, IPV4_ADDRESSES}:
        body["addresses"] = []
        _each(read, body["addresses"], _address4 if qtype == IPV4_ADDRESSES else _address6)


def _read_head(read: Reader, body: Fields) -> None:
    body["qtype"] = qtype = read.u16()
    body["qtype_name"] = QTYPES.get(qtype, "unknown")
    bits = read.u16()
    body["flags"] = {name: bits >> at & 1 for at, name in enumerate(FLAGS)}
    body["nonce"] = read.take(8)


def _each(read: Reader, into: list[Any], item: Callable[[Reader], Any]) -> None:
    while read:
        if len(into) == MAX_ITEMS:
            raise Malformed(f"more than {MAX_ITEMS} items", read.at)
        found = item(read)
        if found != ".":  # a name without a domain ends with an empty one (RFC 4620, 6.4)
            into.append(found)


def _address6(read: Reader) -> Fields:
    return {"ttl": read.u32(), "address": read.ipv6()}


def _address4(read: Reader) -> Fields:
    return {"ttl": read.u32(), "address": read.ipv4()}
