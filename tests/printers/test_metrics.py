from __future__ import annotations

from typing import Any

import pytest

from pcaptools.core.events import TcpAnomaly, TcpEnd, TcpGap, TcpReset, TcpRetransmit, TcpSession, TcpStart
from pcaptools.core.tcp.session import Session
from pcaptools.core.tcp.stats import NAMES
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.metrics import Graphs, MetricsPrinter, seconds

SESSION = Session(bytes([10, 9, 0, 2, 10, 9, 0, 1, 160, 76, 31, 144]), 0)
A, B = "10.9.0.2:41036", "10.9.0.1:8080"
STATS: dict[str, Any] = {
    **dict.fromkeys(NAMES, 0),
    "state": "CLOSED", "ended": "fin", "duration": 1.25, "handshake_rtt": 0.0205, "time_to_first_byte": None,
    "send_packets": 1, "send_payload": 77, "send_unique": 77,
    "recv_packets": 12, "recv_payload": 20_480, "recv_unique": 19_456, "recv_retrans": 3, "recv_retrans_fast": 2,
    "recv_retrans_timeout": 1, "recv_zero_windows": 4, "recv_rtt_samples": 7, "recv_rtt_min": 0.000012,
    "recv_rtt_p50": 0.0102, "recv_rtt_p95": 0.2, "recv_rtt_max": 1.5,
}  # fmt: skip


def printer(*, tcp_verbose: bool = False) -> MetricsPrinter:
    return MetricsPrinter(Clock("none"), Painter(color=False), tcp_verbose=tcp_verbose)


def test_start_and_end_are_in_the_originals_words() -> None:
    assert printer().event(TcpStart(SESSION, 0, "send")) == f"Start of TCP session between {A} and {B}\n"
    text = printer().ended(TcpEnd(SESSION, 0, "send"), STATS)
    assert text.splitlines() == [
        f"End of TCP session between {A} and {B}",
        f"  {A} <-> {B} CLOSED 1.25 s, handshake 20.5 ms",
        f"  {A} -> {B} 1 packet 77B",
        (
            f"  {B} -> {A} 12 packets 20KB (19KB unique), RTT 12 us/10.2 ms/200 ms/1.50 s (7), "
            "3 retransmitted (2 fast, 1 timeout), 4 zero windows"
        ),
    ]


@pytest.mark.parametrize(
    ("ended", "first"),
    [
        ("reset by dst", f"End of TCP session between {A} and {B} (reset by dst)"),
        ("open", f"Open TCP session between {A} and {B}"),
        ("timeout", f"End of TCP session between {A} and {B} (timeout)"),
    ],
)
def test_how_it_ended(ended: str, first: str) -> None:
    stats = {**STATS, "ended": ended}
    event = TcpReset(SESSION, 0, "recv") if "reset" in ended else TcpSession(SESSION, 0, "send", 0, stats)
    assert printer().ended(event, stats).splitlines()[0] == first


def test_graphs() -> None:
    graphs: Graphs = {"recv": ([1024.0, None, 2048.0], [0.01, 0.02, None])}
    text = printer().ended(TcpEnd(SESSION, 0, "send"), STATS, graphs)
    assert text.splitlines()[-2:] == [
        f"  {B} -> {A} throughput ▅ █ up to 2KB/s in 1.25 s",
        f"  {B} -> {A} RTT        ▅█  10 ms to 20 ms",
    ]


def test_anomalies_are_told_when_asked_for() -> None:
    events = [
        TcpAnomaly(SESSION, 0, "recv", 7, 1448, "zero_window"),
        TcpGap(SESSION, 0, "send", 5),
        TcpRetransmit(SESSION, 0, "send", 7, 9, "full"),
        TcpRetransmit(SESSION, 0, "send", 7, 9, "conflict"),
    ]
    assert "".join(map(printer().event, events)) == ""
    assert "".join(map(printer(tcp_verbose=True).event, events)).splitlines() == [
        f"{B} -> {A} TCP zero window seq 7 len 1448",
        f"{A} -> {B} TCP gap: 5 bytes missing",
        f"{A} -> {B} TCP retransmit seq 7 len 9 (conflict)",
    ]


def test_names_are_escaped() -> None:
    class Named(Session):
        dst_name = property(lambda _: "evil\x1b[31m:80")

    text = printer().event(TcpStart(Named(SESSION.key, 0), 0, "send"))
    assert text == f"Start of TCP session between {A} and evil\\x1b[31m:80\n"


def test_time_and_colour() -> None:
    painted = MetricsPrinter(Clock("epoch"), Painter(color=True)).event(TcpStart(SESSION, 1_500_000_000, "send"))
    assert "1.500000 " in painted
    assert "\x1b[36m" in painted


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 us"), (0.0000004, "0.4 us"), (0.000999, "999 us"), (0.00099996, "1 ms"), (0.0205, "20.5 ms"),
     (0.99996, "1.00 s"), (12.345, "12.35 s"), (7200, "7200 s")],
)  # fmt: skip
def test_spans_of_time(value: float, text: str) -> None:
    assert seconds(value) == text
