"""Times as text: integers until printed, and the second's text is made once a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, get_args

NS = 1_000_000_000
TimeFormat = Literal["none", "local", "utc", "epoch", "relative", "delta"]
TIME_FORMATS: tuple[TimeFormat, ...] = get_args(TimeFormat)


class Clock:
    """Formats packet times (ns since the epoch). Text ends in a blank, or is empty for "none".

    local and utc: HH:MM:SS.mmm; epoch, relative (to the first line) and delta (to the line before): seconds
    with 6 decimals, 9 when the source counts nanoseconds.
    """

    def __init__(self, form: TimeFormat) -> None:
        self.form = form
        self.nanosecond = False
        self._second: int | None = None
        self._text = ""
        self._millisecond: int | None = None
        self._daytime_text = ""
        self._first: int | None = None
        self._last = 0
        self._format: Callable[[int], str] = {
            "none": lambda _: "",
            "local": self._daytime,
            "utc": self._daytime,
            "epoch": self._decimal,
            "relative": self._relative,
            "delta": self._delta,
        }[form]

    def __call__(self, ns: int) -> str:
        """Return the text for a time."""
        return self._format(ns)

    def _daytime(self, ns: int) -> str:
        millisecond = ns // 1_000_000
        if millisecond != self._millisecond:
            self._millisecond = millisecond
            second, rest = divmod(millisecond, 1000)
            if second != self._second:
                self._second = second
                self._text = _clock_time(second, utc=self.form == "utc")
            self._daytime_text = f"{self._text}.{rest:03d} "
        return self._daytime_text

    def _decimal(self, ns: int) -> str:
        return f"{decimal(ns, self.nanosecond)} "

    def _relative(self, ns: int) -> str:
        if self._first is None:
            self._first = ns
        return self._decimal(ns - self._first)

    def _delta(self, ns: int) -> str:
        delta = ns - self._last if self._first is not None else 0
        self._first, self._last = ns, ns
        return self._decimal(delta)


def _clock_time(second: int, *, utc: bool) -> str:
    try:
        return time.strftime("%H:%M:%S", time.gmtime(second) if utc else time.localtime(second))
    except (OverflowError, ValueError, OSError):
        # a forged pcapng time may lie outside the platform's time_t; the time of day is still defined
        second %= 86_400
        return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def decimal(ns: int, nanosecond: bool) -> str:
    """Return seconds with 6 decimals, or 9, from integers only."""
    sign, ns = ("-", -ns) if ns < 0 else ("", ns)
    if nanosecond:
        return f"{sign}{ns // NS}.{ns % NS:09d}"
    return f"{sign}{ns // NS}.{ns % NS // 1000:06d}"
