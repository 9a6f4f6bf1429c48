"""What the figures of all sessions may hold together."""

from __future__ import annotations

from collections import Counter

import pytest

from pcaptools.core.tcp import figure_bounds
from pcaptools.core.tcp.figure_bounds import FEW, LOOK, FigureBounds
from pcaptools.core.tcp.figures import Figures
from pcaptools.core.tcp.series import Points, Sent
from pcaptools.core.tcp.session import Session


def made(number: int) -> Session:
    """A session with a hundred of everything."""
    session = Session(bytes([10, 0, 0, 1, 10, 0, 0, 2]) + number.to_bytes(2, "big") + b"\0\x50", 0)
    session.send.figures, session.recv.figures = Figures(), Figures()
    figures = session.send.figures
    figures.outstanding = [[at + 1, at, 1, at] for at in range(100)]
    for at in range(100):
        figures.rtts.add(1000 * 2**at % 10**15)
    figures.points = Points([Sent(at, at, 1, False) for at in range(100)])
    return session


def test_nothing_is_taken_within_the_bounds() -> None:
    hit: Counter[str] = Counter()
    sessions = [made(number) for number in range(10)]
    FigureBounds(hit).look(sessions)
    assert not hit
    assert all(one.send.figures is not None and len(one.send.figures.outstanding) == 100 for one in sessions)


def test_beyond_the_bounds_each_gives_something_and_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAX_OUTSTANDING_TOTAL", "MAX_BUCKETS_TOTAL", "MAX_POINTS_TOTAL"):
        monkeypatch.setattr(figure_bounds, name, 300)
    hit: Counter[str] = Counter()
    sessions = [made(number) for number in range(10)]
    FigureBounds(hit).look(sessions)
    assert sorted(hit.values()) == [1, 2, 10 * (100 - FEW)]
    for one in sessions:
        figures = one.send.figures
        assert figures is not None
        assert figures.points is not None
        assert [entry[3] for entry in figures.outstanding] == list(range(100 - FEW, 100))
        assert figures.unsampled == 100 - FEW
        assert (figures.points.count, figures.points.thinned) == (25, 2)
        before = figures.rtts.buckets
        figures.rtts.add(10**17)
        assert figures.rtts.buckets == before
        assert figures.rtts.greatest == 10**17


def test_it_looks_now_and_then() -> None:
    bounds = FigureBounds(Counter())
    assert [bounds.due(LOOK // 2, 10) for _ in range(4)] == [False, True, False, True]
    assert [bounds.due(LOOK, LOOK) for _ in range(4)] == [False, True, False, True]
