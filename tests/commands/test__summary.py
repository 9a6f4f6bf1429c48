from __future__ import annotations

import io
from pathlib import Path

import pytest

from pcaptools.commands._metrics import Metrics, View
from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._summary import LEFT, _table, summarise
from pcaptools.commands._tables import draw, plain
from pcaptools.core.sources.files import FileSource

CAPTURES = Path(__file__).parents[1] / "captures"


def metrics_of(name: str, view: View) -> Metrics:
    metrics = Metrics(CaptureOptions(read=(name,), names=False), view)
    with FileSource([CAPTURES / name]) as source:
        for batch in source.batches():
            metrics.handle(batch)
    metrics.finish()
    return metrics


def test_one_session_needs_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    summarise(metrics_of("get.pcap", View()), color=False)
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "1 session (1 fin): 15 packets, 3.68KB payload, 0 retransmitted (0.00 %)\n"


def test_a_table_holds_so_many_rows(capsys: pytest.CaptureFixture[str]) -> None:
    summarise(metrics_of("connect-proxy.pcap", View(sort="duration", top=2)), color=False)
    lines = capsys.readouterr().err.splitlines()
    assert lines[1].rstrip() == "Sessions by duration"
    assert lines[2].split() == ["src", "dst", "payload", "retrans", "rate", "RTT", "duration", "state", "duration"]
    assert len(lines) == 5


def test_without_sessions_there_is_nothing_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    summarise(metrics_of("dhcp.pcap", View()), color=False)
    assert tuple(capsys.readouterr()) == ("", "")


def test_both_forms_of_a_table_say_the_same() -> None:
    (top,) = metrics_of("connect-proxy.pcap", View(sort="idle_time", top=9)).tops
    drawn = io.StringIO()
    draw([_table(top)], "all", False, left=LEFT, file=drawn)
    assert [line.split() for line in drawn.getvalue().splitlines()] == [
        ["all"], *(line.split() for line in plain(*_table(top), left=LEFT))
    ]  # fmt: skip
