from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from pcaptools.core.sources.poll import PollSet


class Pipe:
    def __init__(self) -> None:
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.read_end, False)
        self._open = {self.read_end, self.write_end}

    def close(self, *ends: int) -> None:
        for end in ends or tuple(self._open):
            if end in self._open:
                self._open.remove(end)
                os.close(end)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()


def waited(poll: PollSet, seconds: float) -> tuple[bool, float]:
    start = time.monotonic()
    gone = poll.wait(seconds)
    return gone, time.monotonic() - start


def test_nothing_happens_for_the_whole_time(pipe: Pipe) -> None:
    gone, took = waited(PollSet([pipe.read_end], [pipe.write_end]), 0.05)
    assert not gone
    assert 0.05 <= took < 0.5


def test_a_negative_time_does_not_wait(pipe: Pipe) -> None:
    assert waited(PollSet([pipe.read_end], []), -1)[1] < 0.5


def test_input_ends_the_wait_and_is_left_alone(pipe: Pipe) -> None:
    os.write(pipe.write_end, b"x")
    gone, took = waited(PollSet([pipe.read_end], []), 5)
    assert (gone, os.read(pipe.read_end, 9)) == (False, b"x")
    assert took < 1


def test_a_wake_up_pipe_is_read_empty(pipe: Pipe) -> None:
    poll = PollSet([], [pipe.read_end])
    os.write(pipe.write_end, b"\x02\x0f")
    assert waited(poll, 5)[1] < 1
    with pytest.raises(BlockingIOError):
        os.read(pipe.read_end, 1)


def test_a_wake_up_pipe_that_has_ended_does_not_spin(pipe: Pipe) -> None:
    poll = PollSet([], [pipe.read_end])
    pipe.close(pipe.write_end)
    assert not poll.wait(5)
    assert waited(poll, 0.05) >= (False, 0.05)


def test_an_output_whose_reader_went_away(pipe: Pipe) -> None:
    poll = PollSet([], [pipe.write_end])
    pipe.close(pipe.read_end)
    gone, took = waited(poll, 5)
    assert gone
    assert took < 1


def test_an_output_that_is_closed_has_no_reader(pipe: Pipe) -> None:
    pipe.close(pipe.write_end)
    assert PollSet([], [pipe.write_end]).wait(0)


def test_what_is_typed_on_a_terminal_does_not_wake_its_output() -> None:
    leader, follower = os.openpty()
    try:
        poll = PollSet([], [follower])
        os.write(leader, b"typed\n")
        assert waited(poll, 0.05) >= (False, 0.05)
        os.close(leader)
        leader = -1
        assert poll.wait(5)
    finally:
        for fd in {leader, follower} - {-1}:
            os.close(fd)


def test_a_file_is_never_gone(tmp_path: os.PathLike[str]) -> None:
    with open(os.path.join(tmp_path, "out"), "wb") as file:
        assert not PollSet([], [file.fileno()]).wait(0)
