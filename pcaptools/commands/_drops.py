"""When the kernel was last seen to have dropped packets: what a tracker asks when bytes are missing."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 0.05
"""Seconds between two looks where nothing is missing."""


class DropWatch:
    """Looks at the kernel's counter now and then, and whenever it is called. Without a counter it knows of no drops."""

    def __init__(self) -> None:
        self._count: Callable[[], int] | None = None
        self._known = 0
        self._last = 0
        self._next_look = 0.0

    def watch(self, count: Callable[[], int]) -> None:
        """Look from here on at what `count` returns: the packets dropped since the capture began."""
        self._count = count

    def look(self) -> None:
        """Look, if the last look is long ago."""
        if self._count is not None and time.monotonic() >= self._next_look:
            self()

    def __call__(self) -> int:
        """Look, and return when (ns) packets were last found dropped; 0 for never.

        That is a little later than they were: an exchange that lacks them had begun before it.
        """
        if self._count is not None:
            count, self._next_look = self._count(), time.monotonic() + EVERY
            if count > self._known:
                self._known, self._last = count, time.time_ns()
        return self._last
