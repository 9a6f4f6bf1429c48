"""The figures that `Figures.note` counts at once are those that `note_any` works out, packet by packet."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from pcaptools.core.sources.base import Batch, Record
from pcaptools.core.sources.files import FileSource
from pcaptools.core.tcp.figures import Figures
from pcaptools.core.tcp.session import Session
from pcaptools.core.tcp.sketch import Sketch
from pcaptools.core.tcp.tracker import TCPTracker

CAPTURES = Path(__file__).parent / "captures"
FILES = sorted(path for path in CAPTURES.rglob("*.pcap*"))
IMPAIRED = [path for path in FILES if path.parent.name == "impaired"]
AT_ONCE = {"peer", "graph", "points", "anomalies"}
"""What is no figure: the other side, and what keeps `note` from counting at once."""
IPV4_TCP = 14 + 20
WINDOW = slice(IPV4_TCP + 14, IPV4_TCP + 16)


def batches(path: Path) -> list[Batch]:
    with FileSource([path]) as source:
        return [batch for batch in source.batches() if batch.records]


def all_of(figures: Figures) -> dict[str, Any]:
    values = {name: getattr(figures, name) for name in Figures.__slots__ if name not in AT_ONCE}
    rtts: Sketch = values.pop("rtts")
    return values | {f"rtts.{name}": getattr(rtts, name) for name in Sketch.__slots__}


def counted(source: list[Batch], note: Any = Figures.note) -> Iterator[dict[str, Any]]:
    """Yield what the figures of each session and side are after each of the batches."""
    with patch.object(Figures, "note", note):
        tracker = TCPTracker(figures=True)
        for batch in source:
            tracker.track_batch(batch)
            for session in tracker.open_sessions():
                assert isinstance(session, Session)
                for figures in (session.send.figures, session.recv.figures):
                    assert figures is not None
                    yield all_of(figures)


def check(source: list[Batch]) -> int:
    """Compare, and return how many packets were counted at once."""
    left_to_any = 0
    really = Figures.note_any

    def note_any(*arguments: Any) -> None:
        nonlocal left_to_any
        left_to_any += 1
        really(*arguments)

    with patch.object(Figures, "note_any", note_any):
        fast = list(counted(source))
    slow = list(counted(source, Figures.note_any))
    assert fast == slow
    return sum(len(batch.records) for batch in source) - left_to_any


def damaged(source: list[Batch], seed: int) -> list[Batch]:
    """Lose, repeat, swap and change packets."""
    dice = random.Random(seed)
    records: list[Record] = []
    for time, wire_len, data in (record for batch in source for record in batch.records):
        chance = dice.random()
        if chance < 0.03:
            continue
        if chance < 0.06:
            records.append((time, wire_len, data))
        elif chance < 0.09 and records:
            records.insert(-1, (time, wire_len, data))
            continue
        elif chance < 0.15 and len(data) >= WINDOW.stop:
            field = dice.choice([WINDOW, slice(IPV4_TCP + 4, IPV4_TCP + 8), slice(IPV4_TCP + 8, IPV4_TCP + 12)])
            value = int.from_bytes(data[field], "big") + dice.choice([-1448, -1, 1, 2, 1448])
            if dice.random() < 0.3:
                value = 0
            size = field.stop - field.start
            data = data[: field.start] + (value % 256**size).to_bytes(size, "big") + data[field.stop :]  # noqa: PLW2901
        elif chance < 0.17 and len(data) > IPV4_TCP + 13:
            at = IPV4_TCP + 13  # flags
            data = data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]  # noqa: PLW2901
        records.append((time, wire_len, data))
    return [Batch(source[0].link_type, records[at : at + 50]) for at in range(0, len(records), 50)]


def test_on_every_capture() -> None:
    assert sum(check(batches(path)) for path in FILES) > 5_000


@pytest.mark.parametrize("path", IMPAIRED[::3], ids=lambda path: path.name)
def test_on_damaged_captures(path: Path) -> None:
    source = batches(path)
    for seed in range(4):
        check(damaged(source, seed))


def test_a_handshake_captured_late_changes_what_windows_mean() -> None:
    (batch, *_) = batches(CAPTURES / "impaired" / "clean.pcap.gz")
    for at in range(3, 30):
        for late in (batch.records[:2], batch.records[:1], batch.records[1:2]):
            records = [record for record in batch.records[:at] if record not in late] + late + batch.records[at:]
            check([Batch(1, [record]) for record in records[:60]])


def test_data_that_looks_like_a_copy_of_the_acknowledgment_before_it() -> None:
    (batch, *_) = batches(CAPTURES / "impaired" / "clean.pcap.gz")
    index = next(i for i, (_, _, data) in enumerate(batch.records) if i > 3 and len(data) > 100)
    time, wire_len, data = batch.records[index]
    header = IPV4_TCP + (data[IPV4_TCP + 12] >> 4) * 4
    empty = data[:16] + (header - 14).to_bytes(2, "big") + data[18:header]
    records = [*batch.records[:index], (time, len(empty), empty), (time + 1000, wire_len, data)]
    check([Batch(1, records)])


def test_probes_of_a_closed_window() -> None:
    source = batches(CAPTURES / "impaired" / "zero-window.pcap.gz")
    records = [record for batch in source for record in batch.records]
    probes = [
        (time, header + 1, data[:16] + (header - 13).to_bytes(2, "big") + data[18 : header + 1])
        for time, _, data in records
        for header in [IPV4_TCP + (data[IPV4_TCP + 12] >> 4) * 4]
        if len(data) > header
    ]
    mixed = [record for pair in zip(records, [*probes, *records], strict=False) for record in pair]
    check([Batch(1, records + probes), Batch(1, mixed)])
