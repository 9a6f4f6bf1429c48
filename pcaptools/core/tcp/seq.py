"""Sequence-number arithmetic: 32-bit values from the wire become 64-bit offsets at the door (RFC 9293, 3.4)."""

from __future__ import annotations

MODULUS = 1 << 32
MASK = MODULUS - 1
HALF = 1 << 31


def add(seq: int, count: int) -> int:
    """Return the sequence number `count` bytes after `seq`."""
    return (seq + count) & MASK


def diff(seq: int, base: int) -> int:
    """Return the signed distance from `base` to `seq`, in -2**31 … 2**31 - 1."""
    return ((seq - base + HALF) & MASK) - HALF


def unwrap(seq: int, base: int, offset: int) -> int:
    """Return the stream offset of `seq`, where `base` is the sequence number at `offset`."""
    return offset + ((seq - base + HALF) & MASK) - HALF
