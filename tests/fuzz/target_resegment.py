"""A real dialogue gives the same events however its bytes are cut, sent again and put out of order on the way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import test_resegment as other
from fuzz.choices import Choices

LONGEST = 20_000
"""Bytes of a dialogue that is played: others take too long in small pieces."""
MSS = (1, 2, 3, 7, 19, 100, 255, 536, 1000, 1460, 4000)


@cache
def dialogues() -> list[other.Turns]:
    """Return what both sides said in the captures, and WebSocket sessions of all kinds of frames."""
    found = [turns for name in other.NAMES for turns in other.turns_of(name)[:2]]
    found += [other.websocket_turns(random.Random(seed)) for seed in range(6)]
    return [turns for turns in found if sum(len(data) for _, data in turns) <= LONGEST]


@cache
def expected(number: int) -> list[str]:
    """Return the events of a dialogue whose turns come whole."""
    return other.http_words(other.dialogue(dialogues()[number], 65_000))


def check(data: bytes) -> None:
    """Choose a dialogue, the size of its segments, a window in which they change places, and what is sent again."""
    choices = Choices(data)
    number, window = choices.below(len(dialogues())), choices.below(20)
    turns = dialogues()[number]
    size = sum(len(data) for _, data in turns)
    fitting = [mss for mss in MSS if size <= 400 * mss]
    mss, twice = fitting[choices.below(len(fitting))], choices.below(2)
    rng = random.Random(choices.rest())
    records = other.dialogue(turns, mss)
    if twice:
        records = other.sent_twice(records, rng)
    if window:
        records = other.out_of_order(records, rng, window)
    found = other.http_words(records)
    assert found == expected(number), f"in segments of {mss}, window {window}, twice {twice}"


def seeds() -> Iterator[bytes]:
    """Yield every dialogue in another way."""
    for number in range(len(dialogues())):
        yield bytes([number, number % 7, number % len(MSS), number % 2, number])
        yield bytes([number, 0, 1, 1, 9])
