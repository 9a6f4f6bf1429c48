from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.tcp.series import MAX_POINTS, SPANS, Points, Sent, Series


@given(st.lists(st.tuples(st.integers(-10, 10**12), st.integers(0, 2000)), max_size=200))
def test_nothing_is_lost_however_long_it_takes(values: list[tuple[int, int]]) -> None:
    series = Series(0)
    for time, value in values:
        series.add(time, value)
    assert (sum(series.sums), sum(series.counts)) == (sum(value for _, value in values), len(values))
    assert len(series.sums) == len(series.counts) == SPANS


def test_two_spans_become_one() -> None:
    series = Series(1000, width=10)
    for span in range(SPANS):
        series.add(1000 + span * 10, span)
    series.add(1000 + SPANS * 10, 7)
    assert series.width == 20
    assert series.sums[:2] == [0 + 1, 2 + 3]
    assert series.sums[SPANS // 2] == 7
    assert series.used(1000 + SPANS * 10) == SPANS // 2 + 1


@pytest.mark.parametrize(("until", "used"), [(900, 1), (1000, 1), (1009, 1), (1010, 2), (10**9, SPANS)])
def test_used_spans(until: int, used: int) -> None:
    assert Series(1000, width=10).used(until) == used


def test_points_are_bounded() -> None:
    points = Points()
    for number in range(MAX_POINTS + 1):
        points.sent.append(Sent(number, number, 1, False))
    points.bound()
    assert len(points.sent) == MAX_POINTS // 2
    assert points.thinned == 1
    assert points.sent[0].time == 1
