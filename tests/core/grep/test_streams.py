from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.build import ACK, PSH, Dialogue

from pcaptools.commands._watchdog import Watchdog
from pcaptools.core.events import GrepMatch
from pcaptools.core.grep.pattern import UNBOUNDED, compile_pattern
from pcaptools.core.grep.streams import CONTEXT, StreamSearch
from pcaptools.core.sources.base import Batch, Record


def search(pattern: str, records: list[Record], *, batch: int = 4096, most: int = 0) -> list[GrepMatch]:
    streams = StreamSearch(compile_pattern(pattern), most=most)
    found = []
    for start in range(0, len(records), batch):
        found += streams.search(Batch(1, records[start : start + batch]))
    return found + streams.finish()


def matched(matches: list[GrepMatch]) -> list[bytes]:
    return [match.data[start:end] for match in matches for start, end in match.spans]


def test_a_match_across_segments_names_the_packets_it_spans() -> None:
    talk = Dialogue(mss=4).open().send("c", b"one nee" + b"dle two", acked=False)  # "one ", "need" is cut: nee|dle
    (match,) = search("needle", talk.records)
    assert match.packets == (5, 6)
    assert (match.data, match.spans, match.offset) == (b"one needle two", [(4, 10)], 0)
    assert (match.src, match.dst, match.where) == (("10.0.0.1", 40000), ("10.0.0.2", 80), "stream")
    assert match.time == talk.records[5][0]


def test_out_of_order_and_sent_twice() -> None:
    talk = Dialogue().open()
    talk.raw("c", ACK | PSH, b"dle", seq=1004).raw("c", ACK | PSH, b"nee", seq=1001).raw(
        "c", ACK | PSH, b"nee", seq=1001
    )
    (match,) = search("needle", talk.records)
    assert match.packets == (4, 5)


def test_the_two_directions_are_two_streams() -> None:
    talk = Dialogue().open().send("c", b"nee").send("s", b"dle").send("c", b"dle")
    (match,) = search("needle", talk.records)
    assert match.src == ("10.0.0.1", 40000)


def test_nothing_is_found_across_a_gap() -> None:
    talk = Dialogue().open().send("c", b"nee", acked=False)
    talk.seq["c"] += 1000
    talk.send("c", b"dle needle", acked=False)
    matches = search("needle", talk.records)
    assert matched(matches) == [b"needle"]
    assert matches[0].offset + matches[0].spans[0][0] == 3 + 1000 + 4


def test_the_longest_match_whatever_the_segments() -> None:
    text = b"aaaa" * 500 + b"b"
    for mss in (1, 7, 1460):
        assert matched(search("a+", Dialogue(mss=mss).open().send("c", text).close().records)) == [b"aaaa" * 500]


def test_a_line_is_shown_whole() -> None:
    talk = Dialogue(mss=5).open().send("c", b"first\nthe needle here\nlast\n")
    (match,) = search("needle", talk.records)
    assert match.data == b"the needle here"


def test_a_long_line_is_shown_around_the_match() -> None:
    (match,) = search("needle", Dialogue().open().send("c", b"x" * 5000 + b"needle" + b"y" * 5000).records)
    assert match.data == b"x" * CONTEXT + b"needle" + b"y" * CONTEXT


def test_anchors_know_where_a_stream_begins() -> None:
    talk = Dialogue(mss=1000).open().send("c", b"GET" + b"x" * 100_000 + b"GET\nGET")
    assert [match.offset + match.spans[0][0] for match in search("^GET", talk.records, batch=7)] == [0, 3 + 100_000 + 4]


def test_a_match_longer_than_what_is_kept_is_cut_and_counted() -> None:
    streams = StreamSearch(compile_pattern("a+"))
    talk = Dialogue().open().send("c", b"a" * (3 * UNBOUNDED) + b"b")
    found = []
    for start in range(0, len(talk.records), 10):
        found += streams.search(Batch(1, talk.records[start : start + 10]))
    found += streams.finish()
    assert streams.cut
    assert sum(map(len, matched(found))) == 3 * UNBOUNDED


def test_a_match_at_the_end_waits_a_quarter_of_a_second() -> None:
    streams = StreamSearch(compile_pattern("ne+dle"))
    talk = Dialogue().open().send("c", b"needle")
    assert streams.search(Batch(1, talk.records)) == []
    assert matched(streams.let_pass(talk.now + 300_000_000)) == [b"needle"]


def test_as_many_as_wanted() -> None:
    streams = StreamSearch(compile_pattern("a"), most=2)
    assert len(streams.search(Batch(1, Dialogue().open().send("c", b"a\na\na\n\n").close().records))) == 2
    assert streams.done


def test_a_search_without_end_is_given_up_and_the_stream_goes_on() -> None:
    streams = StreamSearch(compile_pattern("(a+)+$"), watch=Watchdog())
    talk = Dialogue().open().send("c", b"a" * 64 + b"b")
    streams.search(Batch(1, talk.records))
    streams.let_pass(talk.now + 300_000_000)
    assert streams.gave_up == [4]
    more = talk.records[len(talk.records) :]
    talk.send("c", b"\naaa\n")
    more = talk.records[len(talk.records) - 2 :]
    assert matched(streams.search(Batch(1, more)) + streams.finish()) == [b"aaa"]


@given(
    st.lists(st.sampled_from([b"needle", b"nee", b"dle", b"\n", b"x", b"hay stack "]), max_size=40).map(b"".join),
    st.integers(1, 30),
    st.integers(1, 9),
    st.sampled_from(["needle", "ne+dle", "n[^x]*e", r"\bdle", "^x", "x$", "(?:nee|dle)+"]),
    st.randoms(use_true_random=False),
)
def test_how_a_stream_is_cut_does_not_matter(
    text: bytes, mss: int, batch: int, pattern: str, chance: random.Random
) -> None:
    """Cut in any way, some segments twice and some pairs the other way round: the matches are those of the whole."""
    talk = Dialogue(mss=mss).open().send("c", text, acked=False)
    records = talk.records
    for place in range(3, len(records) - 1):
        if chance.random() < 0.2:
            records[place], records[place + 1] = records[place + 1], records[place]
    records += [record for record in records[3:] if chance.random() < 0.2]
    regex = re.compile(pattern.encode(), re.MULTILINE)
    expected = [match.span() for match in regex.finditer(text) if match[0]]
    found = search(pattern, records, batch=batch)
    spans = sorted((match.offset + low, match.offset + high) for match in found for low, high in match.spans)
    assert spans == expected


@pytest.mark.parametrize("pattern", ["needle", "[a-z]+zle", "x[^y]*y"])
def test_memory_does_not_grow_with_the_stream(pattern: str) -> None:
    streams = StreamSearch(compile_pattern(pattern))
    talk = Dialogue().open()
    for _ in range(300):
        talk.records.clear()
        talk.send("c", b"hay stack " * 1000)
        streams.search(Batch(1, talk.records))
    kept = sum(len(side._buffer) + side._size + len(side._stamps) for side in streams.waiting)
    assert kept < 3 * UNBOUNDED
