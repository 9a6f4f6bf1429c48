"""Which exchanges are shown: filters over an exchange as a whole, whose events wait until they are decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from pcaptools.core.events import (
    Event,
    HttpError,
    HttpEvent,
    HttpRequest,
    HttpResponse,
    HttpResponseComplete,
    TcpGap,
    TlsSession,
)
from pcaptools.core.protocols.http.coding import decode_content
from pcaptools.core.protocols.http.exchange import Exchange
from pcaptools.core.protocols.http.exchanges import Exchanges, Key, weight
from pcaptools.core.protocols.http.fields import HeaderFields
from pcaptools.core.protocols.http.kept import MAX_BODY
from pcaptools.core.protocols.http.search import Searches, Searching

MAX_WAITING = 100_000
"""Events that wait for the fact that decides their exchange."""
MAX_WAITING_BYTES = 64 << 20
"""Bytes of their heads, bodies and messages."""


class Stage(IntEnum):
    """How much of an exchange must be known before a condition can be looked at."""

    REQUEST = 1
    RESPONSE = 2
    COMPLETE = 3


Test = Callable[[Exchange], bool | None]
"""Tells whether an exchange is meant; None when the fact is not known."""


@dataclass(slots=True)
class Condition:
    """One option: it holds when one of its values does. `ignore`: then the exchange is not shown."""

    stage: Stage
    tests: list[Test]
    ignore: bool = False
    of_messages: bool = False
    """It looks at WebSocket messages, too: each may be the one that is meant, up to the last."""

    def holds(self, exchange: Exchange) -> bool | None:
        """Tell whether one of the tests does; None when that is not known."""
        results = [test(exchange) for test in self.tests]
        return True if True in results else None if None in results else False


@dataclass(slots=True)
class Selector:
    """Lets through the events of exchanges for which all conditions hold."""

    conditions: list[Condition]
    searches: Searches = field(default_factory=Searches)
    """What the conditions search with."""
    undecided: int = 0
    """Exchanges not shown, because the fact that decides was never seen."""
    hidden: int = 0
    """Exchanges not shown, because the filters say so."""
    shown: int = 0
    given_up: int = 0
    """Exchanges not shown, because too much waited to be decided."""
    _exchanges: Exchanges = field(default_factory=Exchanges)
    _shown: dict[Key, bool] = field(default_factory=dict)
    _open_shown: Counter[str] = field(default_factory=Counter)
    """Session → its open exchanges that are shown."""
    _waiting: dict[Key, list[HttpEvent]] = field(default_factory=dict)
    _count: int = 0
    _bytes: int = 0

    def take(self, events: Iterable[Event]) -> list[Event]:
        """Take the next events; return those to show, a waiting exchange's when it is decided."""
        with self.searches.watch:
            return self._take_all(events)

    def _take_all(self, events: Iterable[Event]) -> list[Event]:
        shown: list[Event] = []
        for event in events:
            if isinstance(event, HttpEvent):
                self._take(event, shown)
            elif isinstance(event, HttpError | TcpGap):
                # it belongs to no exchange by itself: it explains what is shown of its session
                if self._open_shown[event.session.id]:
                    shown.append(event)
            elif not isinstance(event, TlsSession):
                shown.append(event)
                self._close(self._exchanges.take(event), shown)
        return shown

    def finish(self) -> None:
        """End of the input: what still waits is not decided."""
        self._close(self._exchanges.finish(), [])

    def notices(self) -> dict[str, int]:
        """Return what was not shown for other reasons than the filters, in words, and how often."""
        told = {
            "an exchange is not shown: what the filters ask for was not seen of it": self.undecided,
            "an exchange is not shown: too many waited for what the filters ask for": self.given_up,
        } | self._exchanges.notices()
        return {text: count for text, count in told.items() if count}

    def _take(self, event: HttpEvent, shown: list[Event]) -> None:
        key = (event.session.id, event.number)
        before = self._exchanges.find(event)
        over = self._exchanges.take(event)
        exchange = before or self._exchanges.find(event) or (over[-1] if over else None)
        if exchange is None:  # it was over before: its WebSocket was closed, or reset
            return
        chosen = self._shown.get(key)
        if chosen is None:
            chosen = self._decide(exchange)
            if chosen is not None:
                self._shown[key] = chosen
                waiting = self._release(key)
                self.shown += chosen
                self.hidden += not chosen
                if chosen:
                    shown += waiting
                    self._open_shown[key[0]] += 1
        if chosen:
            shown.append(event)
        elif chosen is None:
            self._wait(key, event)
        self._close(over, shown)

    def _decide(self, exchange: Exchange, *, over: bool = False) -> bool | None:
        """Tell whether an exchange is shown; None as long as that is not known. `over`: no message comes any more."""
        decided = True
        for condition in self.conditions:
            spoken = condition.of_messages and bool(exchange.messages)
            known = spoken or _reached(exchange, condition.stage)
            holds = condition.holds(exchange) if known else None
            if over and spoken and holds is None:
                holds = False
            if holds is None:
                decided = False
            elif holds is condition.ignore:
                return False
        return True if decided else None

    def _wait(self, key: Key, event: HttpEvent) -> None:
        self._waiting.setdefault(key, []).append(event)
        self._count += 1
        self._bytes += weight(event)
        while self._count > MAX_WAITING or self._bytes > MAX_WAITING_BYTES:
            oldest = next(iter(self._waiting))
            self._release(oldest)
            self._shown[oldest] = False
            self.given_up += 1

    def _decide_late(self, exchange: Exchange, waiting: Sequence[Event], shown: list[Event]) -> None:
        """An exchange is over, and was not decided before."""
        chosen = self._decide(exchange, over=True)
        if chosen is None:
            self.undecided += 1
        elif chosen:
            self.shown += 1
            shown += waiting
        else:
            self.hidden += 1

    def _release(self, key: Key) -> list[HttpEvent]:
        events = self._waiting.pop(key, [])
        self._count -= len(events)
        self._bytes -= sum(map(weight, events))
        return events

    def _close(self, over: Iterable[Exchange], shown: list[Event]) -> None:
        for exchange in over:
            key = (exchange.session.id, exchange.number)
            chosen = self._shown.pop(key, None)
            if chosen is None:
                self._decide_late(exchange, self._release(key), shown)
            elif chosen:
                self._open_shown[key[0]] -= 1
                if not self._open_shown[key[0]]:
                    del self._open_shown[key[0]]


def _reached(exchange: Exchange, stage: Stage) -> bool:
    if stage is Stage.REQUEST:
        return exchange.request is not None or exchange.response is not None
    if stage is Stage.RESPONSE:
        return exchange.response is not None
    return exchange.response_complete is not None


# --- what can be asked of an exchange ---


def method(pattern: Searching[str]) -> Test:
    """By the request's method."""
    return lambda exchange: _search(pattern, (exchange.request or exchange.response), "method")


def url(pattern: Searching[str]) -> Test:
    """By the request-target as sent."""
    return lambda exchange: _search(pattern, (exchange.request or exchange.response), "url")


def request_header(name: str, pattern: Searching[str]) -> Test:
    """By the values of a header of the request (`name` in lower case); a header that is not there is empty."""

    def test(exchange: Exchange) -> bool | None:
        return None if exchange.request is None else _among(pattern, exchange.request.fields, name)

    return test


def content_type(pattern: Searching[str]) -> Test:
    """By the response's Content-Type."""

    def test(exchange: Exchange) -> bool | None:
        return None if exchange.response is None else _among(pattern, exchange.response.fields, "content-type")

    return test


def status(low: int, high: int) -> Test:
    """By the final response's status, both ends included."""
    return lambda exchange: None if exchange.response is None else low <= exchange.response.status_code <= high


def slower_than(span: int) -> Test:
    """By the time (ns) from the request's first byte to the response's last; None when one was not seen."""

    def test(exchange: Exchange) -> bool | None:
        if exchange.request is None or exchange.response_complete is None:
            return None
        return exchange.response_complete.time - exchange.request.time > span

    return test


def larger_than(size: int) -> Test:
    """By the bytes of the response's body, content coding not undone; missing ones count."""

    def test(exchange: Exchange) -> bool | None:
        complete: HttpResponseComplete | None = exchange.response_complete
        return None if complete is None else complete.body_len + complete.missing > size

    return test


def find(pattern: Searching[bytes]) -> Test:
    """By what a body, its content codings undone, or a WebSocket message contains; of the latter by the latest."""

    def test(exchange: Exchange) -> bool | None:
        if exchange.messages:
            return True if pattern.search(exchange.messages[-1].data) else None
        pairs = ((exchange.request, exchange.request_body), (exchange.response, exchange.response_body))
        return any(head and body and bool(pattern.search(plain(head.fields, body))) for head, body in pairs)

    return test


def plain(fields: HeaderFields, body: bytes) -> bytes:
    """Return a body as it is searched: its content codings undone."""
    return decode_content(fields, body, MAX_BODY).data


def _search(pattern: Searching[str], head: HttpRequest | HttpResponse | None, name: str) -> bool | None:
    value = getattr(head, name, None)
    return None if value is None else bool(pattern.search(value))


def _among(pattern: Searching[str], fields: HeaderFields, name: str) -> bool:
    return any(pattern.search(value) for value in fields.values(name) or [""])
