"""A bound on the time of one search: a pattern that backtracks without end on what somebody sent must not stop us.

An interval timer of the process's own time interrupts: Python's `re` looks for signals while it matches. Between two
ticks nothing is done, so that a packet pays one attribute for it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from types import CodeType, FrameType, TracebackType
from typing import Any, Self

from pcaptools.core.grep.pattern import Pattern
from pcaptools.core.grep.watch import TooSlow, Watch

LIMIT = 0.5
"""Seconds of one search: between one and two of these it is given up."""
LEAST = 0.01
"""The limit after many: it is halved each time, or a flood of such packets would stop us all the same."""


class Watchdog(Watch):
    """Raises TooSlow inside a search that runs for too long; only in the main thread, elsewhere it does nothing."""

    def __init__(self, *searches: Callable[..., object]) -> None:
        """Watch these functions; those of `Pattern` when none are given."""
        super().__init__()
        functions: Iterable[Any] = searches or Pattern.SEARCHES
        self._searches: set[CodeType] = {function.__code__ for function in functions}
        self.limit = LIMIT
        self._seen = -1
        self._before: Any = None

    def __enter__(self) -> Self:
        try:
            self._before = signal.signal(signal.SIGVTALRM, self._look)
        except ValueError:  # not the main thread
            return self
        self._seen = -1
        signal.setitimer(signal.ITIMER_VIRTUAL, self.limit, self.limit)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, self._before)
            self._before = None

    def _look(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._seen == self.turn and frame is not None and frame.f_code in self._searches:
            self._seen = -1
            self.limit = max(LEAST, self.limit / 2)
            signal.setitimer(signal.ITIMER_VIRTUAL, self.limit, self.limit)
            raise TooSlow
        self._seen = self.turn
