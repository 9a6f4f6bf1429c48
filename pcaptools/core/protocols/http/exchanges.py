"""Puts exchanges together from their events."""

from __future__ import annotations

from pcaptools.core.events import (
    Conversation,
    Event,
    HttpError,
    HttpEvent,
    HttpRequest,
    HttpRequestBody,
    HttpRequestComplete,
    HttpResponse,
    HttpResponseBody,
    HttpResponseComplete,
    TcpEnd,
    TcpReset,
    WebSocketMessage,
    WebSocketUpgrade,
)
from pcaptools.core.protocols.http.exchange import Exchange
from pcaptools.core.tcp.session import Session

MAX_OPEN = 65_536
"""Exchanges on their way."""
MAX_MESSAGES = 8 << 20
"""Bytes kept of a WebSocket's messages."""


class Exchanges:
    """Takes events, gives exchanges that are over. A WebSocket's is over with its session."""

    def __init__(self) -> None:
        self._open: dict[str, dict[int, Exchange]] = {}
        self._count = 0
        self._message_bytes: dict[str, int] = {}

    def take(self, event: Event) -> list[Exchange]:
        """Take an event; return the exchanges that it ends."""
        if isinstance(event, HttpEvent):
            return self._take(event)
        if isinstance(event, HttpError):
            return self._close(event.session, event.error, event.direction)
        if isinstance(event, TcpEnd | TcpReset):
            return self._close(event.session, "the session ended")
        return []

    def finish(self) -> list[Exchange]:
        """End of the input: return those that are still open."""
        rest = [exchange for exchanges in self._open.values() for exchange in exchanges.values()]
        for exchange in rest:
            _settle(exchange, "still open at the end of the capture")
        self._open.clear()
        return rest

    def _take(self, event: HttpEvent) -> list[Exchange]:
        session = event.session.id
        exchange = self._open.get(session, {}).get(event.number)
        gone: list[Exchange] = []
        if exchange is None:
            if self._count >= MAX_OPEN:
                gone = self._remove(next(iter(self._open)))[:]
                for old in gone:
                    _settle(old, "too many exchanges at once: given up")
            exchange = Exchange(event.session, event.number, connect=_connect(event))
            self._open.setdefault(session, {})[event.number] = exchange
            self._count += 1
        self._note(exchange, event)
        over = isinstance(event, HttpResponseComplete) and not isinstance(exchange.response, WebSocketUpgrade)
        # a response that came before the end of its request: the rest of the request is awaited
        if over and exchange.request is not None and exchange.request_complete is None:
            over = False
        if isinstance(event, HttpRequestComplete) and exchange.response_complete is not None:
            over = True
        if over:
            self._remove(session, event.number)
            _settle(exchange, "")
            return [*gone, exchange]
        return gone

    def _note(self, exchange: Exchange, event: HttpEvent) -> None:
        if isinstance(event, HttpRequest):
            exchange.request = event
        elif isinstance(event, HttpRequestBody):
            exchange.request_body = event.body
        elif isinstance(event, HttpRequestComplete):
            exchange.request_complete = event
        elif isinstance(event, HttpResponse):
            if event.interim:
                exchange.interim.append(event)
            else:
                exchange.response = event
        elif isinstance(event, HttpResponseBody):
            exchange.response_body = event.body
        elif isinstance(event, HttpResponseComplete):
            exchange.response_complete = event
        elif isinstance(event, WebSocketMessage):
            key = exchange.session.id
            self._message_bytes[key] = self._message_bytes.get(key, 0) + len(event.data) + 200
            if self._message_bytes[key] < MAX_MESSAGES:
                exchange.messages.append(event)
            else:
                exchange.verdict = f"only the first {len(exchange.messages)} messages were kept"

    def _close(self, session: Conversation, why: str, direction: str = "") -> list[Exchange]:
        """Give up what a session has open; after an error in one direction only what is unfinished there."""
        gone = []
        for number, exchange in list(self._open.get(session.id, {}).items()):
            sender = exchange.request.direction if exchange.request else ""
            if direction and (sender == direction) == (exchange.request_complete is not None):
                continue
            self._remove(session.id, number)
            _settle(exchange, why)
            gone.append(exchange)
        return gone

    def _remove(self, session: str, number: int | None = None) -> list[Exchange]:
        """Forget an exchange, or all of a session."""
        exchanges = self._open[session]
        gone = [exchanges.pop(number)] if number is not None else list(exchanges.values())
        self._count -= len(gone)
        if number is None or not exchanges:
            del self._open[session]
            self._message_bytes.pop(session, None)
        return gone


def _settle(exchange: Exchange, why: str) -> None:
    """Write down whether the exchange is complete, or why it is not."""
    if exchange.verdict != "complete" or isinstance(exchange.response, WebSocketUpgrade):
        return
    parts = (exchange.request_complete, exchange.response_complete)
    missing = sum(part.missing for part in parts if part is not None)
    if exchange.request is None:
        exchange.verdict = "joined in the middle: the request was not seen"
    elif missing:
        exchange.verdict = f"{missing} bytes missing"
    elif None in parts:
        exchange.verdict = why


def _connect(event: HttpEvent) -> int | None:
    """Return what the handshake took, for the first exchange of a session that was seen from its start."""
    session = event.session
    if event.number != 1 or not isinstance(session, Session):
        return None
    if session.syn_ns is None or session.connect_ns is None:
        return None
    return session.connect_ns - session.syn_ns
