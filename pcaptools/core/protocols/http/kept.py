"""What is kept of bodies while they arrive: each within a bound, and all together within another."""

from __future__ import annotations

from dataclasses import dataclass

MAX_BODY = 16 << 20
"""Bytes kept of one body, when somebody asked for bodies."""
MAX_BODIES = 64 << 20
"""Bytes kept of all bodies that are on their way: thousands of sessions may each be in the middle of one."""


@dataclass(slots=True)
class BodyBounds:
    """The bounds, and what they have cost; one for all sessions."""

    each: int = MAX_BODY
    together: int = MAX_BODIES
    held: int = 0
    """Bytes kept right now."""
    cut: int = 0
    """Bodies that were longer than `each`."""
    crowded: int = 0
    """Bodies cut because of `together`."""

    def notices(self) -> dict[str, int]:
        """Return which bounds were hit, in words, and how often."""
        told = {
            f"kept only the first {self.each} bytes of a body (see --body-limit)": self.cut,
            f"cut a body, because those on their way were longer than {self.together} bytes together": self.crowded,
        }
        return {text: count for text, count in told.items() if count}


class KeptBody:
    """The beginning of one body."""

    __slots__ = ("_bounds", "_bytes", "left_out")

    def __init__(self, bounds: BodyBounds) -> None:
        self._bounds = bounds
        self._bytes = bytearray()
        self.left_out = 0
        """Bytes behind the beginning that were not kept."""

    def add(self, data: bytes | bytearray) -> None:
        """Keep what the bounds let."""
        bounds = self._bounds
        if self.left_out:
            self.left_out += len(data)
            return
        room = bounds.each - len(self._bytes)
        if len(data) > room:
            bounds.cut += 1
        if len(data) > bounds.together - bounds.held < room:
            room = bounds.together - bounds.held
            bounds.crowded += 1
        kept = data[:room]
        self._bytes += kept
        bounds.held += len(kept)
        self.left_out = len(data) - len(kept)

    def take(self) -> bytes:
        """Return what was kept; from here on it is the caller's."""
        self._bounds.held -= len(self._bytes)
        data, self._bytes = bytes(self._bytes), bytearray()
        return data
