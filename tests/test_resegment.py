"""The same bytes in other segments: cut anew, sent twice, out of order — the HTTP events must not change."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from support.build import Dialogue, Record
from support.steps import words
from support.tap import Tapped
from support.websocket import REQUEST, Deflater, frame, response

from pcaptools.commands._bodies import BodyOptions
from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._trace import HttpTrace
from pcaptools.core.events import Event
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.files import FileSource
from pcaptools.core.tcp.tracker import TCPTracker

CAPTURES = Path(__file__).parent / "captures"
NAMES = ["get", "post-100-continue", "head", "chunked", "pipelined", "connect-proxy", "404-many", "http10-close",
         "websocket-upgrade", "tls12", "tls13-retry", "tls-alert"]  # fmt: skip
Turns = list[tuple[str, bytes]]


def turns_of(name: str) -> list[Turns]:
    """What each side said, in turn, of every session of a capture that has data."""
    tapped = Tapped()
    with FileSource([CAPTURES / f"{name}.pcap"]) as source:
        for batch in source.batches():
            tapped.tracker.track_batch(batch)
    tapped.tracker.finish()
    found = []
    for tap in tapped.taps:
        turns: Turns = []
        for direction, word in tap.units:
            if isinstance(word, bytes):
                if turns and turns[-1][0] == direction:
                    turns[-1] = (direction, turns[-1][1] + word)
                else:
                    turns.append((direction, word))
        if turns:
            found.append(turns)
    assert found
    return found


def dialogue(turns: Turns, mss: int) -> list[Record]:
    talk = Dialogue(mss=mss).open()
    for direction, data in turns:
        talk.send("c" if direction == "send" else "s", data)
    return talk.close().records


def http_words(records: list[Record]) -> list[str]:
    tracker = TCPTracker(Analysers(bodies=True))
    events: list[Event] = []
    for record in records:
        events += tracker.track_batch(Batch(1, [record]))
    events += tracker.finish()
    assert not tracker.bounds_hit
    return words(
        event for event in events if event.name.startswith(("http", "websocket", "tls")) or event.name == "tcp_gap"
    )


def sent_twice(records: list[Record], rng: random.Random) -> list[Record]:
    """Some segments come again, a few packets and more than a timer later, as packets of their own."""
    result: list[Record] = []
    late: list[Record] = []
    for number, (time, wire_len, data) in enumerate(records):
        result.append((time, wire_len, data))
        if number > 2 and rng.random() < 0.3:
            late.append((time, wire_len, data[:18] + b"\xff\xff" + data[20:]))  # another IP identification
        if late and rng.random() < 0.5:
            result.append(late.pop(0))
    return [(records[0][0] + 10_000_000 * at, size, data) for at, (_, size, data) in enumerate(result)]


def out_of_order(records: list[Record], rng: random.Random, window: int) -> list[Record]:
    """Segments of both directions change places within a window; the capture's clock goes on evenly."""
    order = list(range(3, len(records)))
    order.sort(key=lambda place: place + rng.uniform(0, window))
    shuffled = records[:3] + [records[place] for place in order]
    return [(records[0][0] + 1_000_000 * at, size, data) for at, (_, size, data) in enumerate(shuffled)]


def websocket_turns(rng: random.Random) -> Turns:
    """A session with fragments, control frames in between, compression, and frames that are wrong."""
    server, client = Deflater(), Deflater(takeover=False)
    hello = client(b"hello " * 50)
    turns: Turns = [
        ("send", REQUEST),
        (
            "recv",
            response(b"permessage-deflate; client_no_context_takeover") + frame(0xC1, server(b'{"a": [1, 2]}' * 9)),
        ),
        ("send", frame(0x41, hello[:5], mask=True) + frame(0x89, b"?", mask=True) + frame(0x80, hello[5:], mask=True)),
    ]
    for _ in range(rng.randint(1, 9)):
        data = rng.randbytes(rng.randint(0, 300))
        first = rng.choice([0x81, 0x82, 0x01, 0x80, 0x8A, 0x83, 0xC1, 0x91])
        turns.append(("recv", frame(first, server(data) if first == 0xC1 and rng.random() < 0.7 else data)))
        turns.append(("send", frame(rng.choice([0x81, 0x82, 0xC2]), data, mask=rng.random() < 0.9)))
    return [*turns, ("recv", frame(0x88, b"\x03\xe8bye"))]


@pytest.mark.parametrize("seed", range(24))
def test_websocket_messages_do_not_depend_on_the_segments(seed: int) -> None:
    rng = random.Random(seed)
    turns = websocket_turns(rng)
    expected = http_words(dialogue(turns, 65_000))
    assert sum("websocket_message" in word for word in expected) > 4
    for mss in (1, 7, 100, 536):
        records = dialogue(turns, mss)
        assert http_words(records) == expected, mss
        assert http_words(out_of_order(sent_twice(records, rng), rng, 8)) == expected, mss


def output(records: list[Record], *, json: bool) -> list[str]:
    """What the command prints, without times."""
    made = HttpTrace(CaptureOptions(time="none", json=json), bodies=BodyOptions(show=True), headers=True)
    text = "".join(made.handle(Batch(1, [record])) for record in records) + made.finish()
    assert made.notices() == []
    return [_TIMES.sub("", line) for line in text.splitlines()]


_TIMES = re.compile(
    r',"(?:time|latency|duration|connect|total)":(?:[0-9.]+|null)|, (?:connect|wait|transfer|total) [0-9.]+ms'
)


@pytest.mark.parametrize("json", [False, True])
@pytest.mark.parametrize("name", ["pipelined", "chunked", "connect-proxy", "websocket-upgrade", "tls12"])
def test_the_output_does_not_depend_on_the_segments(name: str, json: bool) -> None:
    for turns in turns_of(name)[:2]:
        expected = output(dialogue(turns, 65_000), json=json)
        assert expected
        for mss in (9, 100, 536):
            assert output(dialogue(turns, mss), json=json) == expected, mss


@pytest.mark.parametrize("name", NAMES)
def test_the_events_do_not_depend_on_the_segments(name: str) -> None:
    rng = random.Random(name)
    for turns in turns_of(name)[:2]:
        expected = http_words(dialogue(turns, 65_000))
        assert expected
        assert not [word for word in expected if "gap" in word or "error" in word]
        for mss in (1, 2, 7, 100, 536, 1460):
            if sum(len(data) for _, data in turns) > 1500 * mss:
                continue
            records = dialogue(turns, mss)
            assert http_words(records) == expected, mss
            assert http_words(sent_twice(records, rng)) == expected, mss
            for window in (2, 5, 20):
                assert http_words(out_of_order(records, rng, window)) == expected, (mss, window)
            assert http_words(out_of_order(sent_twice(records, rng), rng, 8)) == expected, mss
