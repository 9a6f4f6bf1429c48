"""A bar on standard error while large files are read at a terminal."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable

SMALLEST = 32 << 20
"""Files together this large are worth a bar."""
EVERY = 0.1
WIDTH = 30
_CLEAR = "\r\x1b[K"


class Progress:
    """Draws how far reading has come; nothing where nobody would see it.

    `position` returns (bytes read, bytes there are); 0 of the latter is unknown.
    """

    def __init__(self, position: Callable[[], tuple[int, int]], clock: Callable[[], float] = time.monotonic) -> None:
        self._position = position
        self._clock = clock
        self._start = self._next = clock()
        self._shown = False
        self._wanted = sys.stderr.isatty() and position()[1] >= SMALLEST

    def show(self) -> None:
        """Draw the bar, if it is time to."""
        if not self._wanted or (now := self._clock()) < self._next:
            return
        from pcaptools.printers.sizes import format_size  # few see a bar

        self._next = now + EVERY
        done, total = self._position()
        speed = format_size(round(done / max(now - self._start, 0.001)))
        filled = min(WIDTH, WIDTH * done // total)
        bar = "█" * filled + "░" * (WIDTH - filled)
        self._write(f"{_CLEAR}{bar} {100 * done // total} % of {format_size(total)}, {speed}/s")
        self._shown = True

    def hide(self) -> None:
        """Take the bar away, before something else is written to the terminal."""
        if self._shown:
            self._write(_CLEAR)
            self._shown = False

    @staticmethod
    def _write(text: str) -> None:
        with contextlib.suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()
