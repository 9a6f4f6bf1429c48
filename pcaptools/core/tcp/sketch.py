"""Percentiles of any number of values in bounded memory: counts in buckets whose width grows with the value.

A bucket is 2 % wide, so that a percentile is told within 1 % of a value that was there (the idea of DDSketch,
Masson, Rim and Lee, 2019). From a microsecond to a day there are 1270 of them, and most sketches use a few.
"""

from __future__ import annotations

from math import ceil, exp, log

GROWTH = 1.02
_LOG_GROWTH = log(GROWTH)
MAX_BUCKETS = 2048


class Sketch:
    """Counts of values (any unit, not negative), with their least, greatest and mean exact."""

    __slots__ = ("_buckets", "_most", "changes", "count", "greatest", "latest", "least", "total")

    def __init__(self) -> None:
        self.count = self.total = self.least = self.greatest = self.latest = 0
        self.changes = 0
        """Sum of the changes from one value to the next, up or down."""
        self._buckets: dict[int, int] = {}
        self._most = MAX_BUCKETS

    def add(self, value: int) -> None:
        """Count a value."""
        if self.count:
            self.changes += abs(value - self.latest)
            if value > self.greatest:
                self.greatest = value
            elif value < self.least:
                self.least = value
        else:
            self.least = self.greatest = value
        self.latest = value
        self.count += 1
        self.total += value
        bucket = int(log(value) / _LOG_GROWTH) if value > 0 else -1
        buckets = self._buckets
        if bucket in buckets:
            buckets[bucket] += 1
        elif len(buckets) < self._most:
            buckets[bucket] = 1

    @property
    def buckets(self) -> int:
        """How many buckets there are."""
        return len(self._buckets)

    def freeze(self, few: int) -> None:
        """Make no more buckets, beyond a `few`: values that would need one leave the percentiles as they are."""
        self._most = max(few, len(self._buckets))

    @property
    def mean(self) -> float:
        """The mean; 0 of nothing."""
        return self.total / self.count if self.count else 0.0

    def percentile(self, percent: float) -> float:
        """Return the value that `percent` of the values do not exceed, within 1 % (nearest rank)."""
        rank = max(1, ceil(sum(self._buckets.values()) * percent / 100))
        for bucket in sorted(self._buckets):
            rank -= self._buckets[bucket]
            if rank <= 0:
                middle = exp((bucket + 0.5) * _LOG_GROWTH) if bucket >= 0 else 0.0
                return min(max(middle, self.least), self.greatest)
        return float(self.greatest)
