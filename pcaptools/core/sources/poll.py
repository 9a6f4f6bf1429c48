"""Waiting for input without missing that the reader of the output has gone."""

from __future__ import annotations

import fcntl
import math
import os
import select


class PollSet:
    """A poll set of descriptors to read from, wake-up pipes to empty and outputs whose end matters."""

    def __init__(self, inputs: list[int], extra: list[int]) -> None:
        self._poll = select.poll()
        self._wake_ups = {fd for fd in extra if _is_read_only(fd)}
        self._outputs = set(extra) - self._wake_ups
        for fd in (*inputs, *self._wake_ups):
            self._poll.register(fd, select.POLLIN)
        for fd in self._outputs:
            # Hang-ups are always reported on Linux, on macOS only when asked for; there, asking for them on a
            # terminal would report its input too.
            self._poll.register(fd, 0 if os.isatty(fd) else select.POLLHUP)

    def wait(self, seconds: float) -> bool:
        """Wait until something can be read; tell whether an output's reader has gone."""
        gone = False
        for fd, _ in self._poll.poll(max(0, math.ceil(seconds * 1000))):
            gone = gone or fd in self._outputs
            if fd in self._wake_ups and not _empty(fd):
                self._poll.unregister(fd)
        return gone


def _is_read_only(fd: int) -> bool:
    try:
        return fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    except OSError:  # closed: poll will say so
        return False


def _empty(fd: int) -> bool:
    """Read what is in a pipe; False when nothing will ever come again."""
    try:
        return bool(os.read(fd, 4096))
    except BlockingIOError:  # somebody else was faster
        return True
    except OSError:
        return False
