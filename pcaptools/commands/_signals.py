"""Ctrl-C, kill and a closed terminal: the first asks the capture to stop, a second Ctrl-C ends at once."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from types import FrameType

_Handler = Callable[[int, FrameType | None], object] | int | signal.Handlers | None

EXIT_AT_ONCE = 130
"""What a shell reports for a program ended by SIGINT."""


class Signals:
    """What has arrived while `stop_on_signals` is in force."""

    def __init__(self, stop: Callable[[], None], fd: int) -> None:
        self._stop = stop
        self.fd = fd
        """Becomes readable with every signal, for the poll set of whoever waits; anyone may read it empty."""
        self.received: int | None = None
        """The first signal's number."""

    def _handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self.received is not None and number == signal.SIGINT:
            os._exit(EXIT_AT_ONCE)  # no clean-up: it may be what hangs
        if self.received is None:
            self.received = number
        self._stop()


@contextlib.contextmanager
def stop_on_signals(stop: Callable[[], None]) -> Iterator[Signals]:
    """Let SIGINT, SIGTERM and SIGHUP call `stop`, until the block is left. For the main thread only.

    SIGINT and SIGTERM are taken even if they came ignored, since a shell without job control starts `cmd &`
    so; an ignored SIGHUP stays ignored, since that is what nohup is for.
    """
    with contextlib.ExitStack() as undo:
        read_end, write_end = _pipe(undo)
        signals = Signals(stop, read_end)
        undo.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(write_end, warn_on_full_buffer=False))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            before = signal.getsignal(number)
            if number == signal.SIGHUP and before == signal.SIG_IGN:
                continue
            undo.callback(_restore, number, before)
            signal.signal(number, signals._handle)
        yield signals


def _pipe(undo: contextlib.ExitStack) -> tuple[int, int]:
    ends = os.pipe()
    for end in ends:
        undo.callback(os.close, end)
        os.set_blocking(end, False)
    return ends


def _restore(number: int, handler: _Handler) -> None:
    # None: it was not installed by Python, so Python cannot put it back
    signal.signal(number, signal.SIG_DFL if handler is None else handler)
