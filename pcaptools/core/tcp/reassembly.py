"""Bytes that arrived before those in front of them: held sorted and without overlap, first seen wins.

Segments are stored as they came, never copied into one buffer: a forged sequence number a gigabyte ahead
costs its own bytes and no more.
"""

from __future__ import annotations

from bisect import bisect_left

from pcaptools.core.tcp.session import Endpoint, Piece

PIECE_OVERHEAD = 200
"""Bytes charged for holding a piece at all, so that one-byte segments are bounded too."""


def hold(endpoint: Endpoint, piece: Piece) -> bool:
    """Keep the parts of a piece that no held piece covers; return whether there were any.

    What is held already was seen first and stays (the receiver's choice differs between systems; a tracer
    must choose one and say when it mattered).
    """
    if endpoint.held is None:
        endpoint.held = []
    held = endpoint.held
    offset, end, data, time, needs = piece
    origin, kept = offset, False
    index = bisect_left(held, (offset,))
    if index and held[index - 1][1] > offset:
        offset = held[index - 1][1]
    while offset < end:
        stop = min(end, held[index][0]) if index < len(held) else end
        if stop > offset:
            held.insert(index, (offset, stop, data[offset - origin : stop - origin], time, needs))
            endpoint.held_bytes += stop - offset + PIECE_OVERHEAD
            index, kept = index + 1, True
        if index < len(held):
            offset = max(stop, held[index][1])
            index += 1
        else:
            offset = end
    return kept


def overlapping(endpoint: Endpoint, offset: int, end: int) -> list[Piece]:
    """Return the held pieces that share bytes with [offset, end)."""
    if not endpoint.held:
        return []
    index = max(0, bisect_left(endpoint.held, (offset,)) - 1)
    found = []
    while index < len(endpoint.held) and endpoint.held[index][0] < end:
        if endpoint.held[index][1] > offset:
            found.append(endpoint.held[index])
        index += 1
    return found


def take(endpoint: Endpoint, peer_offset: int) -> Piece | None:
    """Return the piece that comes next, if it is held and its sender had seen no more than we have.

    A segment acknowledges what its sender had received; while we have not seen those bytes of the peer, the
    segment is ahead of its cause (captured out of order) and waits.
    """
    held = endpoint.held
    if not held or held[0][0] > endpoint.offset or held[0][4] > peer_offset:
        return None
    piece = held.pop(0)
    endpoint.held_bytes -= piece[1] - piece[0] + PIECE_OVERHEAD
    return piece
