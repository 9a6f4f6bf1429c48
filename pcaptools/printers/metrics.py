"""The lines of tcp-metrics: sessions that start and end, as tcp_metrics printed them, and their figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pcaptools.core.events import (
    Conversation,
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
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.safe import safe
from pcaptools.printers.sizes import format_size
from pcaptools.printers.sparkline import sparkline
from pcaptools.printers.tcp import format_tcp

Stats = Mapping[str, Any]
Values = Sequence[float | None]
Graphs = dict[str, tuple[Values, Values]]
"""Side → bytes a second and mean round-trip time in seconds, span by span; None where there was nothing."""

ODDITIES = (
    ("retrans", "retransmitted"),
    ("out_of_order", "out of order"),
    ("lost_segments", "not captured before"),
    ("unseen_acks", "for what was not captured"),
    ("duplicate_acks", "duplicate ACKs"),
    ("zero_windows", "zero windows"),
    ("window_full", "window full"),
    ("keep_alives", "keep-alives"),
    ("window_probes", "window probes"),
    ("copies", "copies"),
    ("oversized", "over the MSS"),
)
"""Figures that are told where they are not 0, and in which words."""
KINDS = (("retrans_fast", "fast"), ("retrans_timeout", "timeout"), ("retrans_spurious", "spurious"))


_ODD_OF_SIDE = {side: [(f"{side}_{name}", name, words) for name, words in ODDITIES] for side in ("send", "recv")}
_SHOWN = ("packets", "payload", "unique", "rtt_samples", "rtt_min", "rtt_p50", "rtt_p95", "rtt_max")
_OF_SIDE = {side: {name: f"{side}_{name}" for name in _SHOWN} for side in ("send", "recv")}


class MetricsPrinter:
    """Turns events into lines."""

    def __init__(self, clock: Clock, paint: Painter, *, tcp_verbose: bool = False) -> None:
        self._clock = clock
        self._paint = paint
        self._formats: dict[type[Event], Callable[[Any], str]] = {TcpStart: self._start}
        if tcp_verbose:
            self._formats |= dict.fromkeys((TcpSynRetry, TcpGap, TcpAnomaly), self._verbose)
            self._formats[TcpRetransmit] = self._retransmit

    def event(self, event: Event) -> str:
        """Return the line of an event, with its line end; empty for one that is not shown."""
        formatter = self._formats.get(type(event))
        return formatter(event) if formatter else ""

    def ended(self, event: TcpEnd | TcpReset | TcpSession, stats: Stats, graphs: Graphs | None = None) -> str:
        """Return the lines of a session's end: how it ended, its figures, and what they did over time."""
        src, dst = self._names(event.session)
        how = {"fin": "", "open": ""}.get(stats["ended"], f" ({stats['ended']})")
        what = "End of" if not isinstance(event, TcpSession) or stats["ended"] != "open" else "Open"
        lines = [f"{self._time(event)}{what} TCP session between {src} and {dst}{how}"]
        lines.append(f"  {src} <-> {dst} {self._whole(stats)}")
        lines += [f"  {src} -> {dst} {self._side(stats, 'send')}", f"  {dst} -> {src} {self._side(stats, 'recv')}"]
        for side, ends in (("send", f"{src} -> {dst}"), ("recv", f"{dst} -> {src}")):
            if graphs and side in graphs:
                lines += [f"  {ends} {text}" for text in self._graph(*graphs[side], stats["duration"])]
        return "".join(f"{line}\n" for line in lines)

    def _graph(self, rates: Values, rtts: Values, duration: float) -> Iterator[str]:
        sent = [value for value in rates if value is not None]
        if sent:
            line = self._paint("number", sparkline(rates))
            yield f"throughput {line} up to {format_size(round(max(sent)))}/s in {seconds(duration)}"
        known = [value for value in rtts if value is not None]
        if known:
            line = self._paint("number", sparkline(rtts))
            yield f"RTT        {line} {seconds(min(known))} to {seconds(max(known))}"

    def _time(self, event: Event) -> str:
        return self._paint("time", self._clock(event.time))

    def _start(self, event: TcpStart) -> str:
        src, dst = self._names(event.session)
        return f"{self._time(event)}Start of TCP session between {src} and {dst}\n"

    def _retransmit(self, event: TcpRetransmit) -> str:
        """An anomaly tells of a retransmission already, but not that its bytes are others, or late for their gap."""
        return self._verbose(event) if event.kind in ("conflict", "late") else ""

    def _verbose(self, event: Event) -> str:
        text, style = format_tcp(event)
        src, dst = self._names(event.session)
        if event.direction == "recv":
            src, dst = dst, src
        return f"{self._time(event)}{src} -> {dst} {self._paint(style, text)}\n"

    def _names(self, session: Conversation) -> tuple[str, str]:
        src, dst = session.names
        return self._paint("address", safe(src)), self._paint("address", safe(dst))

    def _whole(self, stats: Stats) -> str:
        parts = [f"{self._paint('number', stats['state'])} {seconds(stats['duration'])}"]
        for figure, words in (("handshake_rtt", "handshake"), ("time_to_first_byte", "first byte after")):
            if stats[figure] is not None:
                parts.append(f"{words} {seconds(stats[figure])}")
        return ", ".join(parts)

    def _side(self, stats: Stats, side: str) -> str:
        names = _OF_SIDE[side]

        def figure(name: str) -> Any:
            return stats[names[name]]

        text = f"{count(figure('packets'), 'packet')} {self._paint('size', format_size(figure('payload')))}"
        if figure("unique") != figure("payload"):
            text += f" ({format_size(figure('unique'))} unique)"
        if figure("rtt_samples"):
            times = "/".join(seconds(figure(f"rtt_{name}")) for name in ("min", "p50", "p95", "max"))
            text += f", RTT {times} ({figure('rtt_samples')})"
        odd = [
            f"{stats[key]} {words}{self._kinds(stats, side, name)}"
            for key, name, words in _ODD_OF_SIDE[side]
            if stats[key]
        ]
        return text + "".join(f", {self._paint('warning', words)}" for words in odd)

    @staticmethod
    def _kinds(stats: Stats, side: str, name: str) -> str:
        if name != "retrans":
            return ""
        kinds = [f"{stats[f'{side}_{kind}']} {word}" for kind, word in KINDS if stats[f"{side}_{kind}"]]
        return f" ({', '.join(kinds)})"


def count(number: int, noun: str) -> str:
    """Return a number of things in words."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def seconds(value: float) -> str:
    """Return a span of time in the unit that leaves three digits: 12 us, 3.4 ms, 5.67 s."""
    if round(value * 1e6, 1) < 1000:
        return f"{value * 1e6:.3g} us"
    if round(value * 1e3, 1) < 1000:
        return f"{value * 1e3:.3g} ms"
    return f"{value:.2f} s" if value < 1000 else f"{value:.0f} s"
