"""What tcp-metrics makes of batches; the whole command is in test_tcp_metrics.py."""

from __future__ import annotations

import csv
import io
import sys

import pytest
from support.build import ACK, FIN, RST, Dialogue

from pcaptools.commands._metrics import Metrics, View, offload_remedy, time_sequence
from pcaptools.commands._options import CaptureOptions
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.choose import condition


def talk(port: int, size: int = 100, *, end: int = RST) -> Dialogue:
    return Dialogue(client=("10.0.0.1", port)).open().send("c", b"x" * size).raw("c", end)


def run(view: View, *talks: Dialogue, **options: bool) -> tuple[str, Metrics]:
    metrics = Metrics(CaptureOptions(**options), view)  # type: ignore[arg-type]
    text = "".join(metrics.handle(Batch(1, talk.records)) for talk in talks)
    return text + metrics.finish(), metrics


def test_each_session_ends_once_in_text() -> None:
    text, metrics = run(View(), talk(1), talk(2, end=ACK))
    assert text.count("End of TCP session") == 1
    assert text.count("Open TCP session") == 1
    assert metrics.ended == {"reset by src": 1, "open": 1}
    assert metrics.total["payload"] == 200


def test_where() -> None:
    view = View([condition("payload > 150"), condition("src = 10.0.0.1")])
    text, metrics = run(view, talk(1), talk(2, 200), talk(3, 300, end=ACK))
    ends = [line for line in text.splitlines() if line.startswith(("End", "Open"))]
    assert ends == [
        "End of TCP session between 10.0.0.1:2 and 10.0.0.2:80 (reset by src)",
        "Open TCP session between 10.0.0.1:3 and 10.0.0.2:80",
    ]
    assert sum(metrics.ended.values()) == 2
    _, metrics = run(View([condition("payload > 1MB")]), talk(1))
    assert metrics.silence() == "--where lets none of 1 TCP session through"


def test_tables_hold_the_first_of_each_figure() -> None:
    _, metrics = run(View(top=2), *(talk(port, port * 10) for port in range(1, 9)))
    by_bytes = metrics.tops[0].rows()
    assert [row.event.session.src for row in by_bytes] == ["10.0.0.1:8", "10.0.0.1:7"]
    _, metrics = run(View(sort="send_payload"), *(talk(port, port * 10) for port in range(1, 9)))
    assert [row.value for row in metrics.tops[0].rows()] == [80, 70, 60, 50, 40]


def test_csv_has_one_header() -> None:
    text, _ = run(View(csv=True), talk(1), talk(2))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["src"] for row in rows] == ["10.0.0.1:1", "10.0.0.1:2"]
    assert {row["send_payload"] for row in rows} == {"100"}
    assert rows[0]["recv_mss"] == ""


def test_sorted_records_come_at_the_end() -> None:
    text, _ = run(View(csv=True, sort="payload", top=2), talk(1, 50), talk(2, 90), talk(3, 70))
    assert [row["src"] for row in csv.DictReader(io.StringIO(text))] == ["10.0.0.1:2", "10.0.0.1:3"]


def test_unseen_acknowledgments_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    lost = Dialogue().open().send("c", b"x").raw("s", ACK, ack=1001 + 900).raw("s", ACK, ack=1001 + 1900)
    run(View(), lost)
    err = capsys.readouterr().err
    assert err.count("Received ACK for packet we didn't see get sent") == 1
    assert "10.0.0.1:40000 and 10.0.0.2:80: packets were dropped, or only one side is captured" in err


def test_segments_over_the_mss_are_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    big = Dialogue()
    big.raw("c", 2, ack=0).raw("s", 18, options=b"\x02\x04\x02\x00")
    big.seq = {"c": 1001, "s": 5001}
    big.raw("c", ACK).raw("c", ACK, b"x" * 1400).raw("s", ACK, ack=1001 + 9000)
    run(View(), big)
    assert "segmentation is left to the device; run: sudo " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("system", "command"),
    [
        ("linux", "ethtool -K en0 tso off"),
        ("darwin", "sysctl -w net.inet.tcp.tso=0"),
        ("freebsd14", "ifconfig en0 -tso"),
    ],
)
def test_the_command_is_this_systems(monkeypatch: pytest.MonkeyPatch, system: str, command: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert f"sudo {command}" in offload_remedy("en0")


def test_the_largest_session_is_drawn() -> None:
    _, metrics = run(View(plot="x.svg"), talk(1, 50), talk(2, 90), talk(3, 70))
    assert metrics.largest is not None
    graph = time_sequence(metrics.largest)
    assert graph.title == "10.0.0.1:2 -> 10.0.0.2:80: time and sequence"
    assert [point[2] for point in graph.sent] == [90]
    assert graph.first_seq == 1000


def test_graphs_over_time() -> None:
    text, _ = run(View(graph=True), talk(1, 5000, end=FIN | ACK))
    assert "throughput " in text
    assert "RTT        " in text


def test_silence_without_tcp() -> None:
    metrics = Metrics(CaptureOptions(), View())
    metrics.handle(Batch(1, [(0, 60, bytes(60))]))
    assert metrics.silence() == "no TCP session: 1 packet not TCP"
