from __future__ import annotations

import signal
import threading
import time

import pytest

from pcaptools.commands._watchdog import LIMIT, Watchdog
from pcaptools.core.grep.pattern import compile_pattern
from pcaptools.core.grep.watch import TooSlow

CATASTROPHE = compile_pattern("(a+)+$")
ATTACK = b"a" * 64 + b"b"


def test_a_search_without_end_is_interrupted() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    begun = time.process_time()
    with Watchdog(), pytest.raises(TooSlow):
        CATASTROPHE.search(ATTACK)
    assert time.process_time() - begun < 3 * LIMIT
    assert signal.getsignal(signal.SIGVTALRM) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def test_each_costs_less_than_the_one_before() -> None:
    watch = Watchdog()
    spent = []
    for _ in range(4):
        begun = time.process_time()
        watch.turn += 1
        with watch, pytest.raises(TooSlow):
            CATASTROPHE.search(ATTACK)
        spent.append(time.process_time() - begun)
    assert spent[-1] < spent[0] / 2
    assert watch.limit == LIMIT / 16


def test_many_short_searches_are_left_alone() -> None:
    quick = compile_pattern("b")
    with Watchdog() as watch:
        watch.limit = 0.01
        end = time.process_time() + 0.1
        while time.process_time() < end:
            watch.turn += 1
            assert quick.search(ATTACK)


def test_what_is_no_search_is_left_alone() -> None:
    watch = Watchdog()
    watch.limit = 0.01
    with watch:
        end = time.process_time() + 0.1
        while time.process_time() < end:
            pass


def test_elsewhere_than_in_the_main_thread_it_does_nothing() -> None:
    found = []

    def work() -> None:
        with Watchdog():
            found.append(compile_pattern("b").search(ATTACK))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [True]
