"""The lines of http-trace: one event a line, as http_trace printed them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from pcaptools.core.events import (
    Conversation,
    Direction,
    Event,
    HttpComplete,
    HttpError,
    HttpRequest,
    HttpRequestComplete,
    HttpResponse,
    TcpGap,
    WebSocketUpgrade,
)
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.safe import safe
from pcaptools.printers.tcp import TCP_EVENTS, format_missing, format_tcp


class HttpPrinter:
    """Turns events into lines. `nanosecond` follows the source, for the forms of time that show it."""

    def __init__(self, clock: Clock, paint: Painter, *, headers: bool = False, tcp_verbose: bool = False) -> None:
        self._clock = clock
        self._paint = paint
        self._headers = headers
        self.names_version = 0
        """To be raised when a name has become known that lines so far were written without."""
        self._formats: dict[type[Event], Callable[..., str]] = {}
        self._formats[HttpRequest] = self._request
        self._formats[HttpResponse] = self._response
        self._formats[WebSocketUpgrade] = self._upgrade
        self._formats[HttpError] = self._error
        self._formats[TcpGap] = self._tcp
        for kind in HttpComplete.__subclasses__():
            self._formats[kind] = self._complete
        if tcp_verbose:
            for tcp_event in TCP_EVENTS:
                self._formats[tcp_event] = self._tcp

    def format(self, events: Iterable[Event], nanosecond: bool) -> str:
        """Return the lines of those events that are shown, each with its line end."""
        self._clock.nanosecond = nanosecond
        lines = []
        for event in events:
            formatter = self._formats.get(type(event))
            if formatter is not None:
                lines.append(formatter(event))
        return "".join(lines)

    def _start(self, event: Event) -> str:
        prefix = event.session.prefixes_of(self.names_version).get(event.direction)
        if prefix is None:
            prefix = self._prefix(event.session, event.direction)
        time = self._clock(event.time)
        return self._paint("time", time) + prefix if time else prefix

    def _prefix(self, session: Conversation, direction: Direction) -> str:
        src, dst = (self._paint("address", safe(name)) for name in session.names)
        session.prefixes.update(send=f"{src} -> {dst} ", recv=f"{dst} -> {src} ")  # each is asked for soon
        return session.prefixes[direction]

    def _request(self, event: HttpRequest) -> str:
        paint = self._paint
        return (
            f"{self._start(event)}{paint('number', f'#{event.number}')} HTTP {safe(event.http_version)} request: "
            f"{paint('method', safe(event.method))} {paint('url', safe(event.url))}"
            f"{self._violations(event.violations)}\n{self._header_lines(event)}"
        )

    def _response(self, event: HttpResponse) -> str:
        paint = self._paint
        kind = event.status_code // 100
        status = f"{event.status_code} {safe(event.reason)}".rstrip(" ")
        return (
            f"{self._start(event)}{paint('number', f'#{event.number}')} HTTP {safe(event.http_version)} response: "
            f"{paint(f'status.{kind}' if 1 <= kind <= 5 else 'warning', status)}"
            f"{self._violations(event.violations)}\n{self._header_lines(event)}"
        )

    def _upgrade(self, event: WebSocketUpgrade) -> str:
        status = f"{event.status_code} {safe(event.reason)}".rstrip(" ")
        return (
            f"{self._start(event)}{self._paint('number', f'#{event.number}')} WebSocket upgrade ({event.protocol}): "
            f"{self._paint('status.1', status)}{self._violations(event.violations)}\n"
            f"{self._header_lines(event)}"
        )

    def _complete(self, event: HttpComplete) -> str:
        kind = "response"
        if isinstance(event, HttpRequestComplete):
            if not event.body_len and not event.missing:
                return ""  # a request without a body is complete with its head
            kind = "request"
        missing = self._paint("error", f" ({format_missing(event.missing)})") if event.missing else ""
        return (
            f"{self._start(event)}{self._paint('number', f'#{event.number}')} HTTP {safe(event.http_version)} "
            f"{kind} complete {self._paint('size', format_size(event.body_len))}{missing}\n"
        )

    def _error(self, event: HttpError) -> str:
        return f"{self._start(event)}{self._paint('error', f'HTTP error: {safe(event.error)}')}\n"

    def _tcp(self, event: Event) -> str:
        text, style = format_tcp(event)
        return f"{self._start(event)}{self._paint(style, text)}\n"

    def _violations(self, violations: list[str]) -> str:
        return self._paint("warning", f" [{safe(', '.join(violations))}]") if violations else ""

    def _header_lines(self, event: HttpRequest | HttpResponse) -> str:
        if not self._headers:
            return ""
        return "".join(f"    {self._paint('header', safe(name))}: {safe(value)}\n" for name, value in event.headers)


@lru_cache(1024)
def format_size(count: int) -> str:
    """Return a number of bytes as http_trace writes it: 12B, 3.07KB, 1.5MB (units of 1024, no idle zeros)."""
    if count < 1024:
        return f"{count}B"
    size, unit = float(count), "B"
    for unit in ("KB", "MB", "GB", "TB"):  # noqa: B007 - the last unit is the result
        size /= 1024
        if round(size, 2) < 1024:
            break
    return f"{size:.2f}".rstrip("0").rstrip(".") + unit
