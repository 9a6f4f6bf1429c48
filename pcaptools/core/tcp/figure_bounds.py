"""What the figures of all sessions may hold together. Each direction has bounds of its own, but there are many.

Looked at now and then, never on a packet's path: between two looks memory grows by what those packets bring.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pcaptools.core.tcp.figures import Figures
from pcaptools.core.tcp.session import Session

MAX_OUTSTANDING_TOTAL = 1 << 18
"""Segments of all sessions that await their acknowledgment; some 200 bytes each."""
MAX_BUCKETS_TOTAL = 1 << 19
"""Buckets of round-trip times of all sessions; some 100 bytes each."""
MAX_POINTS_TOTAL = 1 << 19
"""Points of all sessions, where one is to be drawn; some 200 bytes each."""
FEW = 16
"""Buckets and segments that every direction keeps."""
LOOK = 1 << 16
"""Packets between two looks, at least: as many as twice the directions in the table, if those are more."""
Told = Counter[str]


class FigureBounds:
    """Looks at all sessions every so many packets, and takes away what is too much."""

    def __init__(self, bounds_hit: Told) -> None:
        self._bounds_hit = bounds_hit
        self._packets = 0

    def due(self, packets: int, directions: int) -> bool:
        """Count packets; tell whether it is time to look."""
        self._packets += packets
        if self._packets < LOOK or self._packets < 2 * directions:
            return False
        self._packets = 0
        return True

    def look(self, sessions: Iterable[Session]) -> None:
        """Take away what is beyond the bounds."""
        outstanding = buckets = points = 0
        found = [figures for session in sessions for figures in _both(session)]
        for figures in found:
            outstanding += len(figures.outstanding)
            buckets += figures.rtts.buckets
            if figures.points is not None:
                points += figures.points.count
        if outstanding > MAX_OUTSTANDING_TOTAL:
            self._bounds_hit["segments of all sessions give no round-trip time: too many were not acknowledged"] += sum(
                map(_forget_outstanding, found)
            )
        if buckets > MAX_BUCKETS_TOTAL:
            self._bounds_hit["round-trip times of all sessions are told less exactly: they were too many"] += 1
            for figures in found:
                figures.rtts.freeze(FEW)
        while points > MAX_POINTS_TOTAL:
            self._bounds_hit["every second point of all sessions is left out: there were too many to draw"] += 1
            points = sum(figures.points.halve() for figures in found if figures.points is not None)


def _both(session: Session) -> Iterator[Figures]:
    for endpoint in (session.send, session.recv):
        if endpoint.figures is not None:
            yield endpoint.figures


def _forget_outstanding(figures: Figures) -> int:
    """Let go of the oldest segments that are not acknowledged; return how many."""
    count = max(0, len(figures.outstanding) - FEW)
    if count:
        del figures.outstanding[:count]
        figures.unsampled += count
    return count
