from __future__ import annotations

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.tcp.sketch import MAX_BUCKETS, Sketch


def sketch_of(values: list[int]) -> Sketch:
    sketch = Sketch()
    for value in values:
        sketch.add(value)
    return sketch


@given(st.lists(st.integers(0, 10**14), min_size=1, max_size=300), st.sampled_from([0.1, 50, 95, 99, 100]))
def test_percentiles_are_within_one_percent_of_the_nearest_rank(values: list[int], percent: float) -> None:
    exact = sorted(values)[max(1, ceil(len(values) * percent / 100)) - 1]
    assert sketch_of(values).percentile(percent) == pytest.approx(exact, rel=0.0101, abs=1)


@given(st.lists(st.integers(0, 10**14), min_size=1, max_size=300))
def test_least_greatest_and_mean_are_exact(values: list[int]) -> None:
    sketch = sketch_of(values)
    assert (sketch.count, sketch.least, sketch.greatest) == (len(values), min(values), max(values))
    assert sketch.mean == sum(values) / len(values)


def test_nothing() -> None:
    sketch = Sketch()
    assert (sketch.count, sketch.mean, sketch.percentile(50)) == (0, 0.0, 0.0)


def test_memory_is_bounded_however_many_values() -> None:
    sketch = sketch_of([int(1.0003**n) for n in range(100_000)])
    assert len(sketch._buckets) <= MAX_BUCKETS
    assert sketch.count == 100_000
