from __future__ import annotations

import re
import time

from pcaptools.commands._watchdog import LIMIT, Watchdog
from pcaptools.core.protocols.http.search import Bounded, Searches, Searching

CATASTROPHE, ATTACK = "(a+)+$", "a" * 64 + "!"


def test_without_a_watch_it_searches_as_the_pattern_does() -> None:
    searches = Searches()
    assert searches.bounded(re.compile("b")).search("abc") is True
    binary: Searching[bytes] = searches.bounded(re.compile(b"b"))
    assert binary.search(b"xyz") is False
    assert searches.notices() == {}


def test_a_search_without_end_is_no_match_and_counted() -> None:
    searches = Searches(Watchdog(Bounded.unbounded))
    begun = time.process_time()
    with searches.watch:
        assert searches.bounded(re.compile(CATASTROPHE)).search(ATTACK) is False
        assert time.process_time() - begun < 3 * LIMIT
        binary: Searching[bytes] = searches.bounded(re.compile(CATASTROPHE.encode()))
        assert binary.search(ATTACK.encode()) is False
        assert searches.bounded(re.compile("a!")).search(ATTACK) is True
    assert searches.notices() == {"gave up a search that took too long: taken for no match": 2}
