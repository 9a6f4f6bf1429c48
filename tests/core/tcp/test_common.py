"""The common path (places in a buffer) and the general one (records) come to the same, whatever the packets are."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from support import corpus

from pcaptools.commands._bodies import BodyOptions
from pcaptools.core.errors import CaptureFileError
from pcaptools.core.sources.base import Batch, Place, Record
from pcaptools.core.sources.files import FileSource
from pcaptools.core.tcp.session import Endpoint, Session
from pcaptools.core.tcp.tracker import TCPTracker
from pcaptools.printers.jsonl import JsonPrinter

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))
import generate

CAPTURES = sorted((Path(__file__).resolve().parents[2] / "captures").rglob("*.pcap*"))
Run = tuple[int, bool, list[Record]]
"""(link type, nanoseconds, packets)"""


def runs_of(path: Path, most: int = 4000) -> list[Run]:
    runs: list[Run] = []
    try:
        with FileSource([path]) as source:
            for batch in source.batches():
                runs.append((batch.link_type, batch.nanosecond, batch.records))
                most -= len(batch)
                if most < 0:
                    break
    except CaptureFileError:
        pass
    return runs


def with_places(run: Run, size: int) -> Iterator[Batch]:
    """Yield the packets in batches with places, a few bytes of a file between them."""
    link_type, nanosecond, records = run
    for first in range(0, len(records), size):
        buffer, places = bytearray(b"header"), list[Place]()
        for time, wire_len, data in records[first : first + size]:
            places.append((time, wire_len, len(buffer), len(buffer) + len(data)))
            buffer += data + b"\xffbetween\xff"
        yield Batch(link_type, None, nanosecond, buffer=bytes(buffer), places=places)


def with_records(run: Run, size: int) -> Iterator[Batch]:
    link_type, nanosecond, records = run
    for first in range(0, len(records), size):
        yield Batch(link_type, records[first : first + size], nanosecond)


def told(runs: list[Run], batches: Any, size: int, *, figures: bool) -> tuple[str, dict[str, int], Any]:
    """Return the events as JSON, what was noticed, and what the sessions are at the end."""
    analyse = BodyOptions().analysers(json=True)
    tracker = TCPTracker(None if figures else analyse, figures=figures, anomalies=figures)
    printer, lines = JsonPrinter(tcp_verbose=True), ""
    for run in runs:
        for batch in batches(run, size):
            lines += printer.format(tracker.track_batch(batch), batch.nanosecond)
    sessions = [state(session) for session in tracker.open_sessions()]
    lines += printer.format(tracker.finish(), True)
    return lines, dict(tracker.notices()), sessions


def state(session: Session) -> list[Any]:
    """Return all that a session knows; what lives in its endpoints, too."""
    skip = {"session", "peer", "figures", "common"}
    return [session.id, session.last_ns, session.state] + [
        {name: getattr(side, name) for name in (*Endpoint.__slots__, "bytes_ip", "bytes_tcp") if name not in skip}
        for side in (session.send, session.recv)
    ]


def common_share(runs: list[Run]) -> float:
    """Return which part of the packets the general path did not see."""
    seen = 0
    really = TCPTracker._record

    def record(self: TCPTracker, *arguments: Any) -> None:
        nonlocal seen
        seen += 1
        really(self, *arguments)

    with patch.object(TCPTracker, "_record", record):
        told(runs, with_places, 500, figures=False)
    return 1 - seen / sum(len(run[2]) for run in runs)


def check(runs: list[Run]) -> None:
    for figures in (False, True):
        expected = told(runs, with_records, 500, figures=figures)
        assert told(runs, with_places, 500, figures=figures) == expected


def damaged(runs: list[Run], dice: random.Random) -> list[Run]:
    """Drop, double, swap, cut and change packets."""
    changed = []
    for link_type, nanosecond, records in runs:
        packets = list(records)
        for _ in range(max(3, len(packets) // 20)):
            at, how = dice.randrange(len(packets)), dice.randrange(6)
            time, wire_len, data = packets[at]
            if how == 0 and len(packets) > 2:
                del packets[at]
            elif how == 1:
                packets.insert(at, packets[dice.randrange(len(packets))])
            elif how == 2:
                other = dice.randrange(len(packets))
                packets[at], packets[other] = packets[other], packets[at]
            elif how == 3:
                packets[at] = (time, wire_len, data[: dice.randrange(len(data) + 1)])
            elif data:
                where = dice.randrange(min(len(data), 70))
                packets[at] = (time, wire_len, data[:where] + bytes([dice.randrange(256)]) + data[where + 1 :])
        changed.append((link_type, nanosecond, packets))
    return changed


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_recorded_captures(path: Path) -> None:
    check(runs_of(path))


@pytest.mark.parametrize("seed", range(12))
def test_damaged_captures(seed: int) -> None:
    dice = random.Random(seed)
    for path in dice.sample(CAPTURES, 5):
        check(damaged(runs_of(path, 800), dice))


def test_most_packets_take_the_common_path() -> None:
    records = list(generate.records(generate.keep_alive(4), 2000))
    assert common_share([(1, False, records)]) > 0.9


@pytest.mark.skipif(corpus.folder() is None, reason=corpus.why_not())
def test_the_corpus() -> None:
    folder = corpus.folder()
    assert folder is not None
    paths = [path for path in sorted(folder.rglob("*.*cap*")) if path.stat().st_size < 300_000]
    assert len(paths) > 300
    for path in paths:
        check(runs_of(path, 1500))
