"""What tcp-metrics does with packets: tracker, figures and printers put together."""

from __future__ import annotations

import csv
import heapq
import io
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pcaptools.commands._options import CaptureOptions, names_for
from pcaptools.commands._run import Handler
from pcaptools.commands._say import say
from pcaptools.core.events import Conversation, Event, TcpEnd, TcpReset, TcpSession
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.choose import Test, value_of
from pcaptools.core.tcp.series import Sent
from pcaptools.core.tcp.session import NS, Session
from pcaptools.core.tcp.stats import NAMES, SessionStats
from pcaptools.core.tcp.tracker import TCPTracker
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter, wants_color
from pcaptools.printers.jsonl import JsonPrinter
from pcaptools.printers.metrics import Graphs, MetricsPrinter, count

if TYPE_CHECKING:
    from pcaptools.printers.plot import TimeSequence

Stats = Mapping[str, Any]
SUMMARIES = (("by bytes", "bytes"), ("by retransmission rate", "retrans_rate"), ("by round-trip time", "rtt_mean"))
"""The tables at the end: title, and the figure that they are sorted by."""


@dataclass(frozen=True, slots=True)
class Row:
    """One session of a table."""

    value: float
    event: TcpSession


class Top:
    """The sessions that have most of a figure; holds no more than are shown."""

    def __init__(self, size: int, figure: str) -> None:
        self.figure = figure
        self._size = size
        self._heap: list[tuple[float, int, Row]] = []
        self._number = 0

    def add(self, event: TcpSession) -> None:
        """Look at a session."""
        value = value_of(event.stats, self.figure)
        if not value:
            return
        self._number += 1
        entry = (value, -self._number, Row(value, event))
        if len(self._heap) < self._size:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def rows(self) -> list[Row]:
        """Return them, the greatest first."""
        return [row for _, _, row in sorted(self._heap, reverse=True)]


@dataclass(slots=True)
class View:
    """What is shown of the sessions, and how."""

    where: list[Test] = field(default_factory=list)
    sort: str = ""
    top: int = 0
    csv: bool = False
    tcp_verbose: bool = False
    graph: bool = False
    plot: str = ""
    max_sessions: int = 65_536
    idle_timeout: float = 7200.0


class Metrics(Handler):
    """Batches of packets in, lines of text out, and at the end the tables."""

    def __init__(self, options: CaptureOptions, view: View) -> None:
        self._view = view
        self._names = names_for(options)
        self._tracker = TCPTracker(
            max_sessions=view.max_sessions,
            idle_timeout=view.idle_timeout,
            figures=True,
            anomalies=view.tcp_verbose,
            graphs=view.graph,
            points=bool(view.plot),
            names=self._names,
        )
        self._nanosecond = False
        self._json = JsonPrinter(tcp_verbose=True) if options.json else None
        self._text = MetricsPrinter(
            Clock(options.time or "none"),
            Painter(wants_color(sys.stdout, options.color)),
            tcp_verbose=view.tcp_verbose,
        )
        self._header = _csv_line(["session", "src", "dst", *NAMES]) if view.csv else ""
        figures = [view.sort] if view.sort else [figure for _, figure in SUMMARIES]
        self.tops = [Top(view.top or 5, figure) for figure in figures]
        self._sorted_only = bool(view.sort and (options.json or view.csv))
        self.ended: Counter[str] = Counter()
        """How sessions ended → how many, of those that are shown."""
        self.total: Counter[str] = Counter()
        """Figures of all these together."""
        self.largest: Session | None = None
        """The session with most payload, of those that are shown, where one is to be drawn."""
        self._warned = False
        self._color = options.color
        self._device = options.interface or "eth0"
        self._force = options.force

    def begin(self) -> None:
        """Refuse at the start what could not be written at the end."""
        if self._view.plot:
            from pcaptools.core.sources.writer import check_new

            check_new(self._view.plot, self._force)

    def handle(self, batch: Batch) -> str:
        """Take a batch and return the lines to print."""
        self._nanosecond = batch.nanosecond
        return self._lines(self._tracker.track_batch(batch))

    def tick(self, now: int) -> str:
        """Let time pass (ns) on an idle link, and return the lines to print."""
        return self._lines(self._tracker.let_pass(now))

    def finish(self) -> str:
        """End of the input: return the last lines."""
        text = self._lines(self._tracker.finish())
        if self._sorted_only:
            text += "".join(self._record(row.event) for row in self.tops[0].rows())
        return text

    def _lines(self, events: list[Event]) -> str:
        self._warn()
        return "".join(map(self._line, events))

    def _line(self, event: Event) -> str:
        if isinstance(event, TcpSession):
            return self._over(event)
        if self._json is not None:
            return self._json.format([event], self._nanosecond) if self._view.tcp_verbose else ""
        if self._view.csv:
            return ""
        if isinstance(event, TcpEnd | TcpReset):
            assert isinstance(event.session, Session)
            stats = SessionStats(event.session)
            return self._ended(event, stats) if self._shown(event.session, stats) else ""
        return self._text.event(event)

    def _over(self, event: TcpSession) -> str:
        """Count a session that nothing can be added to, and return its lines where they were not printed yet."""
        session, stats = event.session, event.stats
        if not self._shown(session, stats):
            return ""
        self._count(event)
        if self._sorted_only:
            return ""
        if self._json is not None or self._view.csv:
            return self._record(event)
        closed = stats["ended"] == "fin" or stats["ended"].startswith("reset")
        return "" if closed else self._ended(event, stats)

    def _ended(self, event: TcpEnd | TcpReset | TcpSession, stats: Stats) -> str:
        graphs = _graphs(event.session) if self._view.graph else None
        return self._text.ended(event, stats, graphs)

    def _record(self, event: TcpSession) -> str:
        if self._json is not None:
            return self._json.format([event], self._nanosecond)
        header, self._header = self._header, ""
        return header + _csv_line([event.session.id, event.session.src, event.session.dst, *event.stats.values()])

    def _shown(self, session: Conversation, stats: Stats) -> bool:
        return all(test(session, stats) for test in self._view.where)

    def _count(self, event: TcpSession) -> None:
        stats = event.stats
        self.ended[stats["ended"]] += 1
        for figure in ("packets", "data_packets", "payload", "retrans"):
            self.total[figure] += stats[f"send_{figure}"] + stats[f"recv_{figure}"]
        for top in self.tops:
            top.add(event)
        session = event.session
        if self._view.plot and isinstance(session, Session) and _payload(session) > _payload(self.largest):
            self.largest = session

    def _warn(self) -> None:
        """Say once, in node_pcap's words, that something was acknowledged which was not captured, and what helps."""
        unseen = self._tracker.first_unseen
        if unseen is None or self._warned:
            return
        self._warned = True
        ends, why = f"{unseen.src} and {unseen.dst}", "packets were dropped, or only one side is captured"
        figures = (unseen.send.figures, unseen.recv.figures)
        if any(side is not None and side.oversized for side in figures):
            why = f"segmentation is left to the device; {offload_remedy(self._device)}"
        say(f"pcaptools: Received ACK for packet we didn't see get sent, between {ends}: {why}")

    def notices(self) -> list[str]:
        """Say which bounds were hit, and what was ignored."""
        return [f"{text} ({count(number, 'time')})" for text, number in self._tracker.notices().items()]

    def preload(self) -> None:
        """Import what the tables and the drawing at the end need, by drawing."""
        from pcaptools.commands import _summary, _tables  # noqa: F401

        _tables.preload(self._color)
        if self._view.plot:
            from pcaptools.core.sources import writer  # noqa: F401
            from pcaptools.printers.plot import PngCanvas, SvgCanvas, TimeSequence, draw

            canvas = SvgCanvas() if self._view.plot.lower().endswith(".svg") else PngCanvas()
            draw(TimeSequence("", 0, 0, [Sent(0, 0, 1, False), Sent(1, 1, 1, False)], [(1, 1)], [], []), canvas)

    def silence(self) -> str:
        """Explain a run without sessions; empty when there were some."""
        if self.ended:
            return ""
        if self._tracker.session_count:
            return f"--where lets none of {count(self._tracker.session_count, 'TCP session')} through"
        return f"no TCP session: {count(self._tracker.not_tcp, 'packet')} not TCP"


def _payload(session: Session | None) -> int:
    return -1 if session is None else session.send.bytes_payload + session.recv.bytes_payload


def _graphs(session: Conversation) -> Graphs:
    """Return the values over time of both sides: bytes a second, and mean round-trip time in seconds."""
    assert isinstance(session, Session)
    graphs: Graphs = {}
    for endpoint in (session.send, session.recv):
        graph = endpoint.figures.graph if endpoint.figures is not None else None
        if graph is not None:
            sent, rtts = graph.sent, graph.rtts
            rates = [value * NS / sent.width if value else None for value in sent.sums[: sent.used(session.last_ns)]]
            times = zip(rtts.sums[: rtts.used(session.last_ns)], rtts.counts, strict=False)
            graphs[endpoint.direction] = (rates, [total / count / NS if count else None for total, count in times])
    return graphs


def time_sequence(session: Session) -> TimeSequence:
    """Return what is drawn of a session: the side that sent more."""
    endpoint = max((session.send, session.recv), key=lambda side: side.bytes_payload)
    from pcaptools.printers.plot import TimeSequence

    points = endpoint.figures.points if endpoint.figures is not None else None
    assert points is not None, "the tracker was asked for points"
    src, dst = (session.src, session.dst) if endpoint.direction == "send" else (session.dst, session.src)
    first = endpoint.isn if endpoint.isn is not None else points.sent[0].seq if points.sent else 0
    thinned = ", thinned" if points.thinned else ""
    title = f"{src} -> {dst}: time and sequence{thinned}"
    return TimeSequence(title, session.start_ns, first, points.sent, points.acks, points.windows, points.sacks)


def _csv_line(values: Iterable[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(["" if value is None else value for value in values])
    return text.getvalue()


def offload_remedy(device: str) -> str:
    """Tell the command that lets captures hold what the wire carries."""
    commands = {
        "darwin": "sysctl -w net.inet.tcp.tso=0",
        "linux": f"ethtool -K {device} tso off gso off gro off",
    }
    return f"run: sudo {commands.get(sys.platform, f'ifconfig {device} -tso -lro')}"
