"""docs/figures.md: every figure is defined there, and the numbers beside each other are what both sides say."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pcaptools.core.sources.files import FileSource
from pcaptools.core.tcp.stats import SIDE, WHOLE, session_stats
from pcaptools.core.tcp.tracker import TCPTracker

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| `(\w+)` \| ([^|]*) \| ([^|]+) \| ([^|]+) \| ([\w-]*) \| ?(send|recv|both|) ?\| ([^|]*) ?\| ([^|]*) ?\|$",
    re.MULTILINE,
)
ROWS = ROW.findall(PAGE)
WORDS_ONLY = {"state", "client", "start", "end", "ended"}
"""Defined in a paragraph."""


@cache
def stats_of(capture: str) -> dict[str, Any]:
    tracker = TCPTracker(figures=True)
    with FileSource([ROOT / "tests" / "captures" / "impaired" / f"{capture}.pcap.gz"]) as source:
        for batch in source.batches():
            tracker.track_batch(batch)
    return session_stats(tracker.open_sessions()[0])


def test_every_figure_is_defined() -> None:
    assert {row[0] for row in ROWS} == {*SIDE, *WHOLE} - WORDS_ONLY
    assert all(f"`{name}`" in PAGE for name in WORDS_ONLY)


@pytest.mark.parametrize("row", [row for row in ROWS if row[4]], ids=lambda row: str(row[0]))
def test_the_numbers_are_those_of_the_capture(row: tuple[str, ...]) -> None:
    name, _, _, _, capture, side, theirs, ours = row
    value = stats_of(capture)[name if side == "both" else f"{side}_{name}"]
    assert value == pytest.approx(float(ours), abs=1e-6 if isinstance(value, float) and value < 1000 else 0.5)
    assert float(theirs) == pytest.approx(float(ours), rel=0.001)


@pytest.mark.parametrize("row", [row for row in ROWS if not row[4]], ids=lambda row: str(row[0]))
def test_what_has_no_counterpart_is_worked_by_hand(row: tuple[str, ...]) -> None:
    worked = PAGE.partition("## Worked by hand")[2].partition("\n## ")[0]
    name = "rtt_p95" if row[0] == "rtt_p99" else row[0]
    assert re.search(rf"^- .*`{name}`.*:", worked, re.MULTILINE)


def test_numbers_worked_by_hand() -> None:
    assert stats_of("duplicate10")["recv_copies"] == 10
    assert stats_of("zero-window")["send_zero_window_time"] == pytest.approx(3.368166)
    assert stats_of("offload")["recv_oversized"] == 8
    loss = stats_of("loss5")
    assert loss["recv_rtt_p50"] == pytest.approx(0.020399, rel=0.01)
    assert loss["recv_rtt_p95"] == loss["recv_rtt_p99"] == pytest.approx(0.041503, rel=0.01)
    assert loss["recv_rtt_jitter"] == pytest.approx(0.003382, abs=1e-6)
    assert loss["time_to_first_byte"] == pytest.approx(0.000176)
    assert (loss["connect_duration"], loss["total_time"]) == (pytest.approx(0.02031), pytest.approx(0.178756))
    syn_lost = stats_of("syn-lost")
    assert syn_lost["connect_duration"] > 1
    assert syn_lost["handshake_rtt"] < 0.1
