"""Identifiers of DHCP clients and servers (RFC 8415, 11)."""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.layer import Malformed, octets
from pcaptools.core.decode.reader import Reader

Fields = dict[str, Any]

TYPES = {1: "link-layer address plus time", 2: "enterprise number", 3: "link-layer address", 4: "UUID"}
EPOCH = 946_684_800
"""RFC 8415, 11.2: the time counts seconds from 2000 on."""


def duid(data: bytes) -> Fields:
    """Return an identifier as bytes (to compare it), and what it is made of; never raises."""
    found: Fields = {"bytes": data}
    read = Reader(data, 0, len(data), "DUID")
    try:
        kind = found["type"] = read.u16()
        found["type_name"] = TYPES.get(kind, "unknown")
        if kind == 1:
            found |= {"hardware_type": read.u16(), "time": read.u32() + EPOCH, "address": octets(read.rest())}
        elif kind == 2:
            found |= {"enterprise": read.u32(), "identifier": read.rest()}
        elif kind == 3:
            found |= {"hardware_type": read.u16(), "address": octets(read.rest())}
        elif kind == 4:
            found |= {"uuid": read.take(16)}
    except Malformed as error:
        found["reason"] = str(error)
    return found
