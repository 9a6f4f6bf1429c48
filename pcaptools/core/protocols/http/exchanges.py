"""Puts exchanges together from their events."""

from __future__ import annotations

from pcaptools.core.events import (
    Event,
    HttpBody,
    HttpEvent,
    HttpIncomplete,
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
from pcaptools.core.protocols.http.fields import HeaderFields

MAX_OPEN = 65_536
"""Exchanges on their way."""
MAX_HELD = 64 << 20
"""Bytes of heads, bodies and messages of the exchanges on their way."""
MAX_INTERIM = 100
"""Interim responses kept of one exchange."""
MAX_MESSAGES = 8 << 20
"""Bytes kept of the messages of one WebSocket."""
MESSAGE_OVERHEAD = 200
"""Bytes that a message takes beside its data, about."""
Key = tuple[str, int]
"""A session's id and the number of an exchange in it."""


class Exchanges:
    """Takes events in their order, gives exchanges that are over. A WebSocket's is over with its session.

    With `at_close` it is given when both sides have closed it; what is sent after that belongs to nothing.
    """

    def __init__(self, *, at_close: bool = False) -> None:
        self._at_close = at_close
        self._closed: dict[Key, set[str]] = {}
        """The sides that have closed a WebSocket."""
        self._open: dict[Key, Exchange] = {}
        self._sockets: dict[str, list[Key]] = {}
        """The exchanges of a session that ended in a WebSocket."""
        self._message_bytes: dict[Key, int] = {}
        self._weights: dict[Key, int] = {}
        self._held = 0
        self.given_up = 0
        """Exchanges given up because more than MAX_OPEN were on their way, or MAX_HELD bytes of them."""

    def take(self, event: Event) -> list[Exchange]:
        """Take an event; return the exchanges that it ends."""
        if isinstance(event, HttpEvent):
            return self._take(event)
        if isinstance(event, TcpEnd | TcpReset) and self._sockets:
            return self._end_sockets(event)
        return []

    def finish(self) -> list[Exchange]:
        """End of the input: return those that are still open."""
        rest = list(self._open.values())
        for exchange in rest:
            if exchange.verdict == "complete" and not isinstance(exchange.response, WebSocketUpgrade):
                exchange.verdict = "still open at the end"
        self._open.clear()
        self._sockets.clear()
        self._closed.clear()
        self._message_bytes.clear()
        self._weights.clear()
        self._held = 0
        return rest

    def notices(self) -> dict[str, int]:
        """Return in words what was given up, and how often."""
        text = f"gave up an exchange, because {MAX_OPEN} of them, or {MAX_HELD >> 20} MB, were held at once"
        return {text: self.given_up} if self.given_up else {}

    def find(self, event: HttpEvent) -> Exchange | None:
        """Return the open exchange that an event belongs to."""
        return self._open.get((event.session.id, event.number))

    def _end_sockets(self, event: TcpEnd | TcpReset) -> list[Exchange]:
        """The session is over, and with it its WebSocket; behind a reset its verdict is still to come."""
        over = [
            key
            for key in self._sockets.get(event.session.id, ())
            if isinstance(event, TcpEnd) or self._is_closed(key) or not _gets_verdict(self._open.get(key))
        ]
        return [exchange for key in over if (exchange := self._remove(key)) is not None]

    def _is_closed(self, key: Key) -> bool:
        return len(self._closed.get(key, ())) == 2

    def _take(self, event: HttpEvent) -> list[Exchange]:
        key = (event.session.id, event.number)
        gone: list[Exchange] = []
        exchange = self._open.get(key)
        if exchange is None and (self._is_closed(key) or isinstance(event, HttpIncomplete)):
            return []
        if exchange is None:
            if len(self._open) >= MAX_OPEN:
                gone += filter(None, [self._give_up()])
            exchange = self._open[key] = Exchange(
                event.session, event.number, connect=event.session.connect if event.number == 1 else None
            )
        if isinstance(event, WebSocketMessage):
            kept = self._note_message(key, exchange, event)
        else:
            kept = note(exchange, event)
        if kept:
            size = weight(event)
            self._weights[key] = self._weights.get(key, 0) + size
            self._held += size
        if isinstance(event, WebSocketUpgrade):
            self._sockets.setdefault(key[0], []).append(key)
        elif _is_over(exchange, event) or (self._at_close and self._is_closed(key)):
            self._remove(key, ended=not self._is_closed(key))
            gone.append(exchange)
        while self._held > MAX_HELD:
            gone += filter(None, [self._give_up()])
        return gone

    def _note_message(self, key: Key, exchange: Exchange, message: WebSocketMessage) -> bool:
        if exchange.response is None and key not in self._sockets.setdefault(key[0], []):
            self._sockets[key[0]].append(key)
            if exchange.verdict == "complete":
                exchange.verdict = "joined in the middle: the upgrade was not seen"
        if message.opcode == "close":
            self._closed.setdefault(key, set()).add(message.direction)
        held = self._message_bytes.get(key, 0) + len(message.data) + MESSAGE_OVERHEAD
        if held <= MAX_MESSAGES:
            self._message_bytes[key] = held
            exchange.messages.append(message)
            return True
        if exchange.verdict == "complete":
            exchange.verdict = f"only {len(exchange.messages)} of its messages were kept"
        return False

    def _give_up(self) -> Exchange | None:
        """Let go of the exchange that has been open longest."""
        self.given_up += 1
        exchange = self._remove(next(iter(self._open)))
        if exchange is not None and exchange.verdict == "complete":
            exchange.verdict = "given up: too many exchanges at once"
        return exchange

    def _remove(self, key: Key, *, ended: bool = True) -> Exchange | None:
        """Forget an exchange; with its session `ended` that it was closed, too. None: it was given already."""
        self._message_bytes.pop(key, None)
        self._held -= self._weights.pop(key, 0)
        session, exchange = key[0], self._open.pop(key, None)
        if not ended:
            return exchange
        self._closed.pop(key, None)
        if session in self._sockets and key in self._sockets[session]:
            self._sockets[session].remove(key)
            if not self._sockets[session]:
                del self._sockets[session]
        return exchange


def weight(event: HttpEvent) -> int:
    """Return how many bytes of memory an event takes, about."""
    if isinstance(event, HttpBody):
        return MESSAGE_OVERHEAD + len(event.body)
    if isinstance(event, WebSocketMessage):
        return MESSAGE_OVERHEAD + len(event.data)
    fields: HeaderFields | None = getattr(event, "fields", None)
    return MESSAGE_OVERHEAD + (fields.weight + len(getattr(event, "url", None) or "") if fields is not None else 0)


def note(exchange: Exchange, event: HttpEvent) -> bool:
    """Write down in an exchange what an event of it says; return whether it is kept."""
    if isinstance(event, HttpRequest):
        exchange.request = event
    elif isinstance(event, HttpRequestBody):
        exchange.request_body = event.body
    elif isinstance(event, HttpRequestComplete):
        exchange.request_complete = event
    elif isinstance(event, HttpResponse):
        if event.interim and len(exchange.interim) >= MAX_INTERIM:
            if exchange.verdict == "complete":
                exchange.verdict = f"only {MAX_INTERIM} of its interim responses were kept"
            return False
        if event.interim:
            exchange.interim.append(event)
        else:
            exchange.response = event
    elif isinstance(event, HttpResponseBody):
        exchange.response_body = event.body
    elif isinstance(event, HttpResponseComplete):
        exchange.response_complete = event
    elif isinstance(event, HttpIncomplete) and exchange.verdict == "complete":
        exchange.verdict = event.verdict
    return True


def _gets_verdict(exchange: Exchange | None) -> bool:
    """Tell whether the end of a WebSocket that was not closed has a verdict."""
    if exchange is None or not exchange.number:
        return False
    return not isinstance(exchange.response, WebSocketUpgrade) or exchange.response.protocol != "hixie-75"


def _is_over(exchange: Exchange, event: HttpEvent) -> bool:
    """Tell whether nothing more is expected; a response may end before its request does."""
    if isinstance(event, HttpIncomplete) and event.over:
        return True
    if exchange.response_complete is None:
        return False
    return exchange.request is None or exchange.request_complete is not None or exchange.verdict != "complete"
