"""The events of an exchange together: they wait until it is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pcaptools.core.events import Event, HttpError, HttpEvent, HttpRequest, TcpGap, WebSocketError
from pcaptools.core.protocols.http.exchanges import Exchanges, Key

MAX_HELD = 100_000
"""Events that wait for the end of their exchange."""
MAX_HELD_BYTES = 64 << 20
"""Bytes of bodies and messages among them."""


@dataclass(slots=True)
class Block:
    """What is printed together."""

    events: list[Event]
    exchange: bool = True
    """False: an event of no exchange, by itself."""


@dataclass(slots=True)
class Groups:
    """Takes events in their order, gives blocks: an exchange's when it is over, a WebSocket's with its session."""

    max_held: int = MAX_HELD
    max_held_bytes: int = MAX_HELD_BYTES
    parted: int = 0
    """Exchanges printed in parts, because too much was held."""
    _exchanges: Exchanges = field(default_factory=Exchanges)
    _held: dict[Key, list[Event]] = field(default_factory=dict)
    _of_session: dict[str, list[Key]] = field(default_factory=dict)
    """The exchanges of a session of which something is held, the oldest first."""
    _count: int = 0
    _bytes: int = 0

    def take(self, events: Iterable[Event]) -> Iterator[Block]:
        """Take the next events; yield what can be printed now."""
        for event in events:
            key = self._key_of(event)
            if key is not None:
                self._hold(key, event)
            for exchange in self._exchanges.take(event):
                yield from self._release((exchange.session.id, exchange.number))
            if key is None:
                yield Block([event], exchange=False)
            while self._count > self.max_held or self._bytes > self.max_held_bytes:
                self.parted += 1
                yield from self._release(next(iter(self._held)))

    def finish(self) -> Iterator[Block]:
        """End of the input: yield what is held."""
        for key in list(self._held):
            yield from self._release(key)

    def notices(self) -> dict[str, int]:
        """Return which bounds were hit, in words, and how often."""
        return {"printed an exchange in parts, because too much was held": self.parted} if self.parted else {}

    def _key_of(self, event: Event) -> Key | None:
        if isinstance(event, HttpEvent):
            return event.session.id, event.number
        if isinstance(event, WebSocketError) and (event.session.id, event.number) in self._held:
            return event.session.id, event.number
        if not isinstance(event, HttpError | TcpGap):
            return None
        # it names no exchange: what the client sent last, or what the server has to answer first
        keys = self._of_session.get(event.session.id)
        if not keys:
            return None
        first = self._held[keys[-1]][0]
        by_client = event.direction == first.direction if isinstance(first, HttpRequest) else False
        return keys[-1 if by_client else 0]

    def _hold(self, key: Key, event: Event) -> None:
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = []
            self._of_session.setdefault(key[0], []).append(key)
        held.append(event)
        self._count += 1
        self._bytes += _weight(event)

    def _release(self, key: Key) -> Iterator[Block]:
        events = self._held.pop(key, None)
        if events is None:
            return
        self._count -= len(events)
        self._bytes -= sum(map(_weight, events))
        keys = self._of_session[key[0]]
        keys.remove(key)
        if not keys:
            del self._of_session[key[0]]
        yield Block(events)


def _weight(event: Event) -> int:
    return len(getattr(event, "body", b"")) + len(getattr(event, "data", b""))
