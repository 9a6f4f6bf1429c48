"""What a figure did over time, in a bounded number of equal spans; and a session's points for a plot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

SPANS = 60
MAX_POINTS = 200_000
"""Points of one direction; of more than that every second one goes."""


class Series:
    """Sums and counts of values by time (ns). When the spans are full, two become one of twice the width."""

    __slots__ = ("counts", "start", "sums", "width")

    def __init__(self, start: int, width: int = 1_000_000) -> None:
        self.start = start
        self.width = width
        self.sums = [0] * SPANS
        self.counts = [0] * SPANS

    def add(self, time: int, value: int) -> None:
        """Count a value; one from before the start counts to the start."""
        span = max(0, time - self.start) // self.width
        while span >= SPANS:
            self._widen()
            span //= 2
        self.sums[span] += value
        self.counts[span] += 1

    def _widen(self) -> None:
        self.width *= 2
        for values in (self.sums, self.counts):
            values[:] = [one + other for one, other in zip(values[::2], values[1::2], strict=True)] + [0] * (SPANS // 2)

    def used(self, until: int) -> int:
        """Return how many spans there are up to a time."""
        return min(SPANS, max(0, until - self.start) // self.width + 1)


@dataclass(slots=True)
class Graph:
    """One direction over time."""

    sent: Series
    """Payload bytes."""
    rtts: Series
    """Round-trip times, ns."""


class Sent(NamedTuple):
    """A segment of a time-sequence graph; `again` when it, or some of it, was sent before."""

    time: int
    seq: int
    length: int
    again: bool


@dataclass(slots=True)
class Points:
    """A direction's segments, and what the other side said of them: (time, sequence number, …)."""

    sent: list[Sent] = field(default_factory=list)
    acks: list[tuple[int, int]] = field(default_factory=list)
    windows: list[tuple[int, int]] = field(default_factory=list)
    """The right edge of the window that the other side advertised."""
    sacks: list[tuple[int, int, int]] = field(default_factory=list)
    """(time, left edge, right edge)"""
    thinned: int = 0
    """How often every second point was left out."""

    @property
    def count(self) -> int:
        """How many points there are."""
        return len(self.sent) + len(self.acks) + len(self.windows) + len(self.sacks)

    def halve(self) -> int:
        """Leave out every second point; return how many stay."""
        for points in (self.sent, self.acks, self.windows, self.sacks):
            del points[::2]
        self.thinned += 1
        return self.count

    def bound(self) -> None:
        """Keep to the bound."""
        for points in (self.sent, self.acks, self.windows, self.sacks):
            if len(points) > MAX_POINTS:
                del points[::2]
                self.thinned += 1
