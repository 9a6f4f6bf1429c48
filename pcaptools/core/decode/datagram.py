"""The quick way from a frame to its UDP datagram, beside `segment.py`: plain ones only, what is rare is left alone."""

from __future__ import annotations

import struct
from collections.abc import Callable

from pcaptools.core.decode.segment import IPV4, IPV6, LINKS, TAG, UDP

Datagram = tuple[bytes, int, int]
"""(key, start, end): the key as that of a Segment, and where the payload is on the wire."""
Parser = Callable[[bytes], Datagram | None]
"""Captured bytes → their datagram; None for whatever else it is, a fragment or damaged."""

_udp = struct.Struct(">4sHxx").unpack_from


def datagram_parser(link_type: int) -> Parser:
    """Return the parser for one LINKTYPE_ number; for an unknown one it always answers None."""
    link = LINKS.get(link_type)
    if link is None:
        return lambda data: None  # noqa: ARG005
    low, high, offset, kinds = link

    def parse(data: bytes) -> Datagram | None:
        at, kind = offset, kinds.get(data[low:high])
        while kind == TAG:
            at += 4
            kind = kinds.get(data[at - 2 : at])
        if kind == IPV4 and data[at : at + 1] == b"\x45" and data[at + 9 : at + 10] == b"\x11":
            if int.from_bytes(data[at + 6 : at + 8], "big") & 0x3FFF or len(data) < at + 28:
                return None
            l4, addresses = at + 20, data[at + 12 : at + 20]
            end = at + int.from_bytes(data[at + 2 : at + 4], "big")
        elif kind == IPV6 and len(data) >= at + 48 and data[at + 6] == UDP and data[at] >> 4 == IPV6:
            l4, addresses = at + 40, data[at + 8 : at + 40]
            end = at + 40 + int.from_bytes(data[at + 4 : at + 6], "big")
        else:
            return None
        ports, length = _udp(data, l4)
        if length < 8 or l4 + length > end:
            return None  # a jumbogram, offload, or nonsense
        return addresses + ports, l4 + 8, l4 + length

    return parse
