from __future__ import annotations

import hashlib
import io
import os
import signal
import threading
import time

import pytest

from pcaptools.core.sources.whole import write_whole

DATA = b"".join(number.to_bytes(4, "big") for number in range(100_000))


@pytest.mark.parametrize("raw", [True, False], ids=["raw", "buffered"])
def test_signals_take_nothing_away(raw: bool) -> None:
    """A timer interrupts the writes again and again, while a slow reader keeps the pipe full."""
    read_end, write_end = os.pipe()
    got, seen = hashlib.sha256(), 0

    def read() -> None:
        with open(read_end, "rb", buffering=0) as stream:
            while piece := stream.read(20_000):
                got.update(piece)
                time.sleep(0.01)

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1

    reader = threading.Thread(target=read)
    reader.start()
    before = signal.signal(signal.SIGALRM, count)
    signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
    try:
        with io.FileIO(write_end, "w") if raw else open(write_end, "wb") as stream:
            write_whole(stream, DATA)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        reader.join()
    assert seen > 5
    assert got.digest() == hashlib.sha256(DATA).digest()


def test_a_full_pipe_that_does_not_block_is_an_error() -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    with io.FileIO(write_end, "w") as stream, pytest.raises(BlockingIOError):
        write_whole(stream, DATA)
    os.close(read_end)
