"""A request for a WebSocket whose answer was not captured: what follows may be frames, and is none of HTTP's errors."""

from __future__ import annotations

from pcaptools.core.events import Direction
from pcaptools.core.protocols.base import Data
from pcaptools.core.protocols.websocket.guess import Guesser


class Unanswered:
    """Looks whether the two sides speak frames, behind a request that asked for them.

    Bytes that may be frames are kept until that is sure; those that are none come back.
    """

    __slots__ = ("_guesser", "server")

    def __init__(self, client: Direction) -> None:
        self._guesser = Guesser(client)
        self.server: Direction | None = None
        """The side that answers, once it is sure that these are frames."""

    def look(self, direction: Direction, unit: Data) -> list[Data]:
        """Take a segment; return those, in order, that are no frames."""
        waiting = self._guesser.waiting[direction]
        before = list(waiting)
        if not unit.data:
            return []
        self.server = self._guesser.look(direction, unit) or self.server
        after = self._guesser.waiting[direction]
        if not after:
            return [*before, unit]
        return before if before and after[0] is unit else []

    def take(self, direction: Direction | None = None) -> list[tuple[Direction, Data]]:
        """Return what is kept (of one direction), in the order in which it came, and keep it no longer."""
        sides: tuple[Direction, ...] = (direction,) if direction else ("send", "recv")
        kept = [(side, unit) for side in sides for unit in self._guesser.waiting[side]]
        for side in sides:
            self._guesser.forget(side)
        return sorted(kept, key=lambda pair: pair[1].time)
