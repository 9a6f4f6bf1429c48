"""Delivery: the permutations that a capture can bring, against the bytes that were sent."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from support.build import ACK, Dialogue
from support.tap import Tapped

from pcaptools.core.events import TcpGap


@settings(max_examples=200, deadline=None)
@given(
    st.binary(min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 20)), max_size=20),
    st.randoms(use_true_random=False),
    st.sampled_from([1000, 0xFFFFFFF0]),
)
def test_any_cover_of_the_stream_in_any_order_gives_the_stream(data, spans, rng, isn) -> None:  # type: ignore[no-untyped-def]
    """Whatever segments (overlapping, repeated, shuffled) carry the same bytes: what was sent is delivered, once."""
    cover = [(start, start + 7) for start in range(0, len(data), 7)] + [(start, start + size) for start, size in spans]
    rng.shuffle(cover)
    talk = Dialogue(client_isn=isn).open()
    for start, end in cover:
        if data[start:end]:
            talk.now += 10_000_000
            talk.raw("c", ACK, data[start:end], seq=isn + 1 + start)
    tapped = Tapped()
    assert tapped.run(talk.records).stream("send") == [data]
    assert not [event for event in tapped.events if isinstance(event, TcpGap)]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.booleans(), min_size=2, max_size=30))
def test_lost_segments_are_gaps_of_their_size_and_nothing_is_invented(captured: list[bool]) -> None:
    talk = Dialogue().open()
    for number, seen in enumerate(captured):
        talk.raw("c", ACK, bytes([number]) * 5)
        talk.seq["c"] += 5
        if not seen:
            talk.records.pop()
        talk.raw("s", ACK)
    expected: list[bytes | int] = []
    for number, seen in enumerate(captured):
        part: bytes | int = bytes([number]) * 5 if seen else 5
        if expected and type(expected[-1]) is type(part):
            expected[-1] += part  # type: ignore[operator]
        else:
            expected.append(part)
    merged: list[bytes | int] = []
    for word in Tapped().run(talk.records).stream("send"):
        if merged and isinstance(word, int) and isinstance(merged[-1], int):
            merged[-1] += word
        else:
            merged.append(word)
    assert merged == expected
