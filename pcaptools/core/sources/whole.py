"""Writing all of it: a stream without a buffer may take less than it is given, and says so only in what it returns."""

from __future__ import annotations

import errno
import os
from typing import Protocol


class Stream(Protocol):
    """A binary stream, with a buffer or raw."""

    def write(self, data: memoryview, /) -> int | None:
        """Take bytes and return how many; None where a raw stream would have to wait."""

    def flush(self) -> None:
        """Hand on what is in a buffer."""

    def close(self) -> None:
        """Close it."""


def write_whole(stream: Stream, data: bytes) -> None:
    """Write all of `data`; raise OSError where that is not possible.

    With PYTHONUNBUFFERED standard output is a raw stream: `write()` comes back early, with the number of bytes, when a
    signal arrives while it waits for the reader of a full pipe (write(2)).
    """
    rest = memoryview(data)
    while rest:
        written = stream.write(rest)
        if written is None:  # a raw stream that does not block
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        rest = rest[written:]
