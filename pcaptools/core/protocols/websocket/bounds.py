"""What one message, and what all sessions together, may cost."""

from __future__ import annotations

MAX_MESSAGE = 1 << 20
"""Bytes kept of one message; the others are counted."""
MAX_INFLATED = 64 << 20
"""Bytes that one compressed message may become, before it is taken for a decompression bomb."""
MAX_HELD = 128 << 20
"""Bytes that all sessions together may hold: beginnings of messages, and what later ones may refer to."""


class Budget:
    """Bytes that may still be held, and how many one message may keep."""

    __slots__ = ("left", "message", "refused")

    def __init__(self, limit: int = MAX_HELD, *, message: int = MAX_MESSAGE) -> None:
        """`message` is at most MAX_INFLATED."""
        self.left = limit
        self.message = min(message, MAX_INFLATED)
        self.refused = 0

    def notices(self) -> dict[str, int]:
        """Return in words what was refused, and how often."""
        text = "did not keep a WebSocket message further: too many are under way"
        return {text: self.refused} if self.refused else {}

    def take(self, count: int) -> bool:
        """Ask for `count` bytes more (negative: give them back); False when they are not to be had."""
        if count > self.left:
            self.refused += 1
            return False
        self.left -= count
        return True
