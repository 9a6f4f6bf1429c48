"""What sessions may hold, all together, of messages that are not whole: a head, a first line, a hello, a queue.

Each has a bound of its own, but there may be as many of them as sessions: without a bound over all, strangers who
each stop short of the end would fill the memory.
"""

from __future__ import annotations

MAX_UNFINISHED = 64 << 20
"""Bytes of unfinished messages, in all sessions together."""
SMALL = 1024
"""Bytes of a lone request-target that need not be asked for: a table full of them stays small."""


class Unfinished:
    """The bytes held now, and how often more were refused; one for all sessions."""

    __slots__ = ("held", "limit", "refused")

    def __init__(self, limit: int = MAX_UNFINISHED) -> None:
        self.limit = limit
        self.held = self.refused = 0

    def notices(self) -> dict[str, int]:
        """Return in words what was refused, and how often."""
        text = f"gave up an unfinished message, because {self.limit >> 20} MB of such were held in all sessions"
        return {text: self.refused} if self.refused else {}


class Share:
    """What one holder has of it. Given back with the holder at the latest."""

    __slots__ = ("_all", "held")

    def __init__(self, together: Unfinished) -> None:
        self._all = together
        self.held = 0

    def resize(self, size: int) -> bool:
        """Ask to hold `size` bytes; False when they are not to be had, and nothing has changed."""
        together = self._all
        more = size - self.held
        if more > 0 and together.held + more > together.limit:
            together.refused += 1
            return False
        together.held += more
        self.held = size
        return True

    def __del__(self) -> None:
        self._all.held -= self.held
