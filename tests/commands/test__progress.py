from __future__ import annotations

import io
import sys

import pytest

from pcaptools.commands._progress import SMALLEST, Progress


class Terminal(io.StringIO):
    def __init__(self, terminal: bool = True) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def drawn(monkeypatch: pytest.MonkeyPatch, terminal: bool, total: int) -> str:
    stream, clock, done = Terminal(terminal), Clock(), [0]
    monkeypatch.setattr(sys, "stderr", stream)
    progress = Progress(lambda: (done[0], total), clock)
    for _ in range(4):
        clock.now += 0.05
        done[0] += total // 8
        progress.show()
    progress.hide()
    return stream.getvalue()


def test_a_bar_for_a_large_file_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    text = drawn(monkeypatch, True, SMALLEST)
    first, *_, last = text.split("\r\x1b[K")[1:]
    assert first == "███░░░░░░░░░░░░░░░░░░░░░░░░░░░ 12 % of 32MB, 80MB/s"
    assert text.count("\r\x1b[K") == 3  # not at every batch
    assert last == ""  # and gone at the end


@pytest.mark.parametrize(("terminal", "total"), [(False, SMALLEST), (True, SMALLEST - 1), (True, 0)])
def test_none_for_a_small_one_or_where_nobody_looks(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, total: int
) -> None:
    assert drawn(monkeypatch, terminal, total) == ""
