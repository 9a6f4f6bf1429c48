"""The lines of http-trace: one event a line, as http_trace printed them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from pcaptools.core.events import (
    Conversation,
    Direction,
    Event,
    HttpBody,
    HttpComplete,
    HttpError,
    HttpIncomplete,
    HttpRequest,
    HttpRequestBody,
    HttpResponse,
    HttpResponseComplete,
    TcpGap,
    TlsSession,
    WebSocketError,
    WebSocketMessage,
    WebSocketUpgrade,
)
from pcaptools.printers.bodies import BodyPrinter
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.latency import latency, upgrade_latency
from pcaptools.printers.safe import safe
from pcaptools.printers.sizes import format_size
from pcaptools.printers.tcp import TCP_EVENTS, format_missing, format_tcp
from pcaptools.printers.tls_session import format_session
from pcaptools.printers.websocket import format_message

__all__ = ["HttpPrinter", "format_size"]


class HttpPrinter:
    """Turns events into lines. `nanosecond` follows the source, for the forms of time that show it."""

    def __init__(
        self,
        clock: Clock,
        paint: Painter,
        *,
        headers: bool = False,
        tcp_verbose: bool = False,
        bodies: BodyPrinter | None = None,
        show_header: Callable[[str], object] | None = None,
    ) -> None:
        self._clock = clock
        self._paint = paint
        self._status = lru_cache(64)(self._painted_status)  # there are few, and a reason may be long
        self._headers = headers or show_header is not None
        self._show_header = show_header
        """Tells by its name whether a header is printed; None: all are."""
        self.names_version = 0
        """To be raised when a name has become known that lines so far were written without."""
        self._formats: dict[type[Event], Callable[..., str]] = {}
        self._formats[HttpRequest] = self._request
        self._formats[HttpResponse] = self._response
        self._formats[WebSocketUpgrade] = self._upgrade
        self._formats[HttpIncomplete] = self._incomplete
        self._formats[HttpError] = self._error
        self._formats[WebSocketMessage] = self._message
        self._formats[WebSocketError] = self._websocket_error
        self._formats[TlsSession] = self._tls
        self._formats[TcpGap] = self._tcp
        self._bodies = bodies
        if bodies is not None:
            for body_event in HttpBody.__subclasses__():
                self._formats[body_event] = self._body
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
            f"{self._violations(event.violations) if event.violations else ''}\n"
            f"{self._header_lines(event) if self._headers else ''}"
        )

    def _response(self, event: HttpResponse) -> str:
        number = self._paint("number", f"#{event.number}")
        return (
            f"{self._start(event)}{number} HTTP {safe(event.http_version)} response: "
            f"{self._status(event.status_code, event.reason)}"
            f"{self._violations(event.violations) if event.violations else ''}\n"
            f"{self._header_lines(event) if self._headers else ''}"
        )

    def _painted_status(self, code: int, reason: str) -> str:
        kind = code // 100
        style = f"status.{kind}" if 1 <= kind <= 5 else "warning"
        return self._paint(style, f"{code} {safe(reason)}".rstrip(" "))

    def _upgrade(self, event: WebSocketUpgrade) -> str:
        return (
            f"{self._start(event)}{self._paint('number', f'#{event.number}')} WebSocket upgrade ({event.protocol}): "
            f"{self._status(event.status_code, event.reason)}{self._violations(event.violations)}"
            f"{self._paint('time', upgrade_latency(event))}\n"
            f"{self._header_lines(event)}"
        )

    def _complete(self, event: HttpComplete) -> str:
        kind, spans = "request", ""
        if isinstance(event, HttpResponseComplete):
            kind, spans = "response", self._paint("time", latency(event))
        elif not event.body_len and not event.missing:
            return ""  # a request without a body is complete with its head
        missing = self._paint("error", f" ({format_missing(event.missing)})") if event.missing else ""
        return (
            f"{self._start(event)}{self._paint('number', f'#{event.number}')} HTTP {safe(event.http_version)} "
            f"{kind} complete {self._paint('size', format_size(event.body_len))}{missing}{spans}\n"
        )

    def _incomplete(self, event: HttpIncomplete) -> str:
        if event.told:
            return ""
        verdict = self._paint("warning", f"incomplete: {safe(event.verdict)}")
        return f"{self._start(event)}{self._paint('number', f'#{event.number}')} HTTP exchange {verdict}\n"

    def _body(self, event: HttpBody) -> str:
        assert self._bodies is not None
        kind = "request" if isinstance(event, HttpRequestBody) else "response"
        words, lines = self._bodies(event)
        return f"{self._start(event)}{self._paint('number', f'#{event.number}')} HTTP {kind} body: {words}\n{lines}"

    def _error(self, event: HttpError) -> str:
        return f"{self._start(event)}{self._paint('error', f'HTTP error: {safe(event.error)}')}\n"

    def _message(self, event: WebSocketMessage) -> str:
        number = self._paint("number", f"#{event.number}")
        return f"{self._start(event)}{number} {format_message(event, format_size(event.length), self._paint)}"

    def _websocket_error(self, event: WebSocketError) -> str:
        return f"{self._start(event)}{self._paint('error', f'WebSocket error: {safe(event.error)}')}\n"

    def _tls(self, event: TlsSession) -> str:
        return f"{self._start(event)}{format_session(event, self._paint)}"

    def _tcp(self, event: Event) -> str:
        text, style = format_tcp(event)
        return f"{self._start(event)}{self._paint(style, text)}\n"

    def _violations(self, violations: list[str]) -> str:
        return self._paint("warning", f" [{safe(', '.join(violations))}]") if violations else ""

    def _header_lines(self, event: HttpRequest | HttpResponse) -> str:
        if not self._headers:
            return ""
        wanted, headers = self._show_header, event.headers
        if wanted is not None:
            headers = [(name, value) for name, value in headers if wanted(name)]
        return "".join(f"    {self._paint('header', safe(name))}: {_value(name, value)}\n" for name, value in headers)


def _value(name: str, value: str) -> str:
    """Return a header's value; the cookies of a request one a line, sorted, below one another."""
    if len(name) != len("cookie") or name.lower() != "cookie":
        return safe(value)
    cookies = sorted(part.strip(" \t") for part in value.split(";"))
    return f"\n    {' ' * len('cookie: ')}".join(safe(cookie) for cookie in cookies)
