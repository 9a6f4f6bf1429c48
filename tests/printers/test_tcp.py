from __future__ import annotations

from typing import Any

import pytest

from pcaptools.core.events import (
    Event,
    TcpAnomaly,
    TcpEnd,
    TcpGap,
    TcpReset,
    TcpRetransmit,
    TcpSession,
    TcpStart,
    TcpSynRetry,
)
from pcaptools.core.tcp.session import Session
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import THEME, Painter
from pcaptools.printers.http import HttpPrinter
from pcaptools.printers.tcp import TCP_EVENTS, format_tcp

NOON = 43_200_000_000_000

EVENTS: list[tuple[type[Event], tuple[Any, ...], str]] = [
    (TcpStart, (), "TCP start"),
    (TcpEnd, (), "TCP end"),
    (TcpReset, (), "TCP reset"),
    (TcpSynRetry, (), "TCP syn retry"),
    (TcpRetransmit, (4294967295, 1, "full"), "TCP retransmit seq 4294967295 len 1 (full)"),
    (TcpRetransmit, (7, 0, "keep_alive"), "TCP retransmit seq 7 len 0 (keep alive)"),
    (TcpAnomaly, (7, 1448, "zero_window_probe"), "TCP zero window probe seq 7 len 1448"),
    (TcpGap, (1460,), "TCP gap: 1460 bytes missing"),
    (TcpGap, (1,), "TCP gap: 1 byte missing"),
    (TcpGap, (None,), "TCP gap: unknown number of bytes missing"),
]
IDS = [f"{kind.name} {fields}" for kind, fields, _ in EVENTS]


def session() -> Session:
    return Session(bytes([10, 9, 0, 2, 10, 9, 0, 1, 160, 76, 31, 144]), 0)


def line(event: Event, *, tcp_verbose: bool) -> str:
    printer = HttpPrinter(Clock("utc"), Painter(color=False), tcp_verbose=tcp_verbose)
    return printer.format([event], nanosecond=False)


@pytest.mark.parametrize(("kind", "fields", "text"), EVENTS, ids=IDS)
def test_words_and_style(kind: type[Event], fields: tuple[Any, ...], text: str) -> None:
    words, style = format_tcp(kind(session(), NOON, "send", *fields))
    assert words == text
    assert style in THEME


@pytest.mark.parametrize(("kind", "fields", "text"), EVENTS, ids=IDS)
def test_whole_lines(kind: type[Event], fields: tuple[Any, ...], text: str) -> None:
    sent = line(kind(session(), NOON, "send", *fields), tcp_verbose=True)
    received = line(kind(session(), NOON, "recv", *fields), tcp_verbose=True)
    assert sent == f"12:00:00.000 10.9.0.2:41036 -> 10.9.0.1:8080 {text}\n"
    assert received == f"12:00:00.000 10.9.0.1:8080 -> 10.9.0.2:41036 {text}\n"


@pytest.mark.parametrize(("kind", "fields", "text"), EVENTS, ids=IDS)
def test_only_a_gap_is_shown_without_being_asked_for(kind: type[Event], fields: tuple[Any, ...], text: str) -> None:
    shown = line(kind(session(), NOON, "send", *fields), tcp_verbose=False)
    assert (text in shown) is (kind is TcpGap)
    assert bool(shown) is (kind is TcpGap)


def test_every_tcp_event_is_here() -> None:
    kinds = {kind for kind in Event.__subclasses__() if kind.name.startswith("tcp_")}
    assert kinds - {TcpSession} == {kind for kind, *_ in EVENTS} == {*TCP_EVENTS, TcpGap}
