"""What most frames of a batch look like: their headers are then taken apart at once, straight from the buffer.

A shape is a link header as it is in one frame (with its VLAN tags), then IPv4 without options or IPv6 without
extension headers, then TCP. Nearly all TCP segments of a capture have the shape of any of them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from pcaptools.core.decode.segment import IPV4, IPV6, LINKS, TAG, TCP, WHOLE
from pcaptools.core.sources.base import Batch

FRAMES_TRIED = 16


class Shape(NamedTuple):
    """Where a frame has what, and how to know that it has this shape."""

    unpack: Callable[[bytes, int], tuple[Any, ...]]
    """(buffer, where the frame begins) → (link, version, total, word, key, seq, ack, bits, window)"""
    size: int
    """Bytes that `unpack` needs."""
    link: bytes
    """What the link header says of what follows."""
    version: int
    """Of IP, with the header's length where it has one; looked at under `version_mask`."""
    version_mask: int
    word_mask: int
    """`word` under it is TCP in a whole packet."""
    ip: int
    """Where the IP header begins in the frame."""
    header: int
    """Length of the IP header."""
    uncounted: int
    """Bytes of it that `total` does not count."""


def shape_of(batch: Batch) -> Shape | None:
    """Return the shape of the first frames in a batch with places that have one."""
    low, high, offset, kinds = LINKS.get(batch.link_type, (0, 0, 0, {}))
    buffer = batch.buffer
    for _, _, at, end in islice(batch.places or (), FRAMES_TRIED):
        ip = offset
        kind = kinds.get(buffer[at + low : at + high])
        while kind == TAG:
            ip += 4
            kind = kinds.get(buffer[at + ip - 2 : at + ip])
        if kind in (IPV4, IPV6) and at + ip + 60 <= end:
            # in a raw capture IP's version is all that there is, and is looked at anyway
            link = b"" if high > ip else buffer[at + low : at + (high if ip == offset else ip)]
            if buffer[at + ip + (9 if kind == IPV4 else 6)] == TCP:
                return _shape(kind, low if link else ip, link, ip)
    return None


@lru_cache(64)
def _shape(kind: int, low: int, link: bytes, ip: int) -> Shape:
    front = f">{low}x{len(link)}s{ip - low - len(link)}x"
    if kind == IPV4:
        # as in segment.py: a key in one piece, and the last four bytes must be there, too
        look = struct.Struct(front + "BxH2xI2x12sIIHH4x")
        return Shape(look.unpack_from, look.size, link, 0x45, 0xFF, WHOLE, ip, 20, 0)
    look = struct.Struct(front + "BxxxHBx36sIIHH4x")
    return Shape(look.unpack_from, look.size, link, 0x60, 0xF0, 0xFF, ip, 40, 40)
