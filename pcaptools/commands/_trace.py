"""What http-trace does with packets: tracker, analysers and printer put together."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from pcaptools.commands._bodies import BodyOptions, BodyOutputs
from pcaptools.commands._drops import DropWatch
from pcaptools.commands._filters import Filters
from pcaptools.commands._options import CaptureOptions, names_for
from pcaptools.commands._run import Handler
from pcaptools.commands._views import ViewOutputs, Views
from pcaptools.core.errors import PcapToolsError, UsageError
from pcaptools.core.events import Event, HttpBody, HttpEvent
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.tracker import TCPTracker
from pcaptools.printers.bodies import BodyPrinter
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter, wants_color
from pcaptools.printers.curl import CurlPrinter
from pcaptools.printers.http import HttpPrinter
from pcaptools.printers.jsonl import JsonPrinter


class HttpTrace(Handler):
    """Batches of packets in, lines of text out, and at the end an account of what was not shown."""

    def __init__(
        self,
        options: CaptureOptions,
        *,
        bodies: BodyOptions | None = None,
        filters: Filters | None = None,
        views: Views | None = None,
        headers: bool = False,
        tcp_verbose: bool = False,
        max_sessions: int = 65_536,
        idle_timeout: float = 7200,
    ) -> None:
        bodies, views = bodies or BodyOptions(), views or Views()
        if views.curl and options.json:
            raise UsageError("--json and --curl both want standard output", "give one of them")
        self._filters = filters
        self._selector = filters.selector() if filters is not None else None
        self._bodies = bodies.show
        searched = views.curl or (filters is not None and filters.bodies)
        self._outputs = BodyOutputs(bodies, searched=searched)
        self._analysers = bodies.analysers(options.json, searched=searched)
        self._names = names_for(options)
        self._drops = DropWatch()
        self._tracker = TCPTracker(
            self._analysers,
            max_sessions=max_sessions,
            idle_timeout=idle_timeout,
            names=self._names,
            last_drop=self._drops,
        )
        self._nanosecond = False
        self._seen_http = False
        self._printer: HttpPrinter | JsonPrinter | CurlPrinter
        if views.curl:
            self._printer = CurlPrinter(secrets=bodies.secrets)
        elif options.json:
            self._printer = JsonPrinter(tcp_verbose=tcp_verbose, bodies=bodies.show, body_limit=bodies.files_limit)
        else:
            paint = Painter(wants_color(sys.stdout, options.color))
            self._printer = HttpPrinter(
                Clock(options.time or "local"),
                paint,
                headers=headers,
                tcp_verbose=tcp_verbose,
                bodies=BodyPrinter(paint, bodies.limit) if bodies.show else None,
                show_header=filters.show_header if filters is not None else None,
            )

        self._color = options.color
        self.views = ViewOutputs(views, self._format, json=options.json)

    def begin(self) -> None:
        """Open what is written beside the lines."""
        self._outputs.open()

    @property
    def failure(self) -> PcapToolsError | None:
        """Why what is written beside the lines cannot be written any more."""
        return self._outputs.failure

    def handle(self, batch: Batch) -> str:
        """Take a batch and return the lines to print."""
        self._nanosecond = batch.nanosecond
        self._drops.look()
        return self._lines(self._tracker.track_batch(batch))

    def tick(self, now: int) -> str:
        """Let time pass (ns) on an idle link, and return the lines to print."""
        return self._lines(self._tracker.let_pass(now))

    def watch_drops(self, count: Callable[[], int]) -> None:
        """Take what tells how many packets the kernel has dropped so far."""
        self._drops.watch(count)

    def finish(self) -> str:
        """End of the input: return the last lines."""
        lines = self._lines(self._tracker.finish())
        if self._selector is not None:
            self._selector.finish()
        self._outputs.close()
        lines += self.views.finish(self._nanosecond)
        return lines + self._printer.finish() if isinstance(self._printer, CurlPrinter) else lines

    def preload(self) -> None:
        """Import what the table at the end needs, by drawing."""
        if self.views.statistics is not None:
            from pcaptools.commands import _tables

            _tables.preload(self._color)

    def _lines(self, events: list[Event]) -> str:
        if self._names is not None:
            self._printer.names_version = self._names.changes
        if not self._seen_http:
            self._seen_http = any(isinstance(event, HttpEvent) for event in events)
        if self._selector is not None:
            events = self._selector.take(events)
        if not events:
            return ""
        self._outputs.take(events)
        if not self._bodies:
            return self.views.lines(events)
        # a body may be a thousand times as long once it is decoded, and a batch have hundreds of them
        text = ""
        for some in _apart(events):
            if self.write is not None:
                self.write(text)
                text = ""
            text += self.views.lines(some)
        return text

    def _format(self, events: list[Event]) -> str:
        return self._printer.format(events, self._nanosecond)

    def notices(self) -> list[str]:
        """Say which bounds were hit, and what was ignored."""
        told = {**self._tracker.notices(), **self._analysers.notices(), **self.views.notices()}
        told |= self._outputs.notices()
        if self._selector is not None:
            told |= self._selector.notices()
        if self._filters is not None:
            told |= self._filters.notices()
        return [f"{text} ({_count(count, 'time')})" for text, count in told.items()]

    def silence(self) -> str:
        """Explain a run that showed no HTTP; empty when it did."""
        if self._seen_http:
            return self._all_hidden()
        tracker, spoken = self._tracker, self._analysers.spoken
        parts = [f"{count} {_kind(name)}" for name, count in spoken.items() if count]
        quiet = tracker.session_count - sum(spoken.values())
        if quiet > 0:
            parts.append(f"{quiet} without data")
        sessions = f"{_count(tracker.session_count, 'TCP session')} ({', '.join(parts)})" if parts else "no TCP session"
        nothing = "no whole HTTP message" if spoken["HTTP"] else "no HTTP seen"
        cut = f", {_count(tracker.snapped, 'packet')} cut by the snap length" if tracker.snapped else ""
        return f"{nothing}: {sessions}, {_count(tracker.not_tcp, 'packet')} not TCP{cut}"

    def _all_hidden(self) -> str:
        """Explain a run whose filters let nothing through; empty when they did, or when there are none."""
        selector = self._selector
        if selector is None or selector.shown or not selector.hidden:
            return ""
        return f"no exchange is shown: the filters let none of {_count(selector.hidden, 'exchange')} through"


def _apart(events: list[Event]) -> Iterator[list[Event]]:
    """Part events into runs of which each ends with a body, if it has one."""
    first = 0
    for number, event in enumerate(events, 1):
        if isinstance(event, HttpBody):
            yield events[first:number]
            first = number
    if first < len(events):
        yield events[first:]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _kind(name: str) -> str:
    if name == "TLS":
        return "encrypted (TLS)"
    return "of unknown protocol" if name == "unknown" else name
