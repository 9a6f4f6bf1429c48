from __future__ import annotations

import time

from pcaptools.commands._drops import DropWatch


def test_without_a_counter_it_knows_of_none() -> None:
    watch = DropWatch()
    watch.look()
    assert watch() == 0


def test_it_tells_when_the_counter_was_last_seen_to_have_risen() -> None:
    counts = [0, 0, 3, 3, 5]
    watch = DropWatch()
    watch.watch(lambda: counts.pop(0))
    assert watch() == watch() == 0
    before = time.time_ns()
    first = watch()
    assert before <= first <= time.time_ns()
    assert watch() == first
    assert watch() > first


def test_looks_are_rare() -> None:
    looked = 0

    def count() -> int:
        nonlocal looked
        looked += 1
        return 0

    watch = DropWatch()
    watch.watch(count)
    for _ in range(1000):
        watch.look()
    assert looked < 100
