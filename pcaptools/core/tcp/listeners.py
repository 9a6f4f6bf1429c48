"""Event style: listeners called with node_pcap's arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pcaptools.core.events import Event

ARGUMENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    # listener's name: (event's name, the event's fields after the session; "" is the event itself)
    "start": ("tcp_start", ()),
    "end": ("tcp_end", ()),
    "reset": ("tcp_reset", ("direction",)),
    "syn_retry": ("tcp_syn_retry", ("direction",)),
    "retransmit": ("tcp_retransmit", ("direction", "seqno")),
    "gap": ("tcp_gap", ("direction", "length")),
    "http_request": ("http_request", ("",)),
    "http_request_body": ("http_request_body", ("", "body")),
    "http_request_complete": ("http_request_complete", ("",)),
    "http_response": ("http_response", ("",)),
    "http_response_body": ("http_response_body", ("", "body")),
    "http_response_complete": ("http_response_complete", ("",)),
    "http_error": ("http_error", ("direction", "error")),
    "websocket_upgrade": ("websocket_upgrade", ("",)),
    "reverse": ("reverse", ()),  # of no session: (address, name), when a name became known
}


class Listeners:
    """Listeners by the name of what they wait for; called in the order they were added."""

    def __init__(self) -> None:
        self._by_event: dict[str, list[tuple[Callable[..., object], tuple[str, ...]]]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_event)

    def add(self, name: str, listener: Callable[..., object]) -> None:
        """Register `listener(session, …)`; see ARGUMENTS."""
        if name not in ARGUMENTS:
            raise ValueError(f"no such event: {name!r} (there are: {', '.join(ARGUMENTS)})")
        event, fields = ARGUMENTS[name]
        self._by_event.setdefault(event, []).append((listener, fields))

    def has(self, event: str) -> bool:
        """Tell whether anyone waits for `event`."""
        return event in self._by_event

    def tell(self, event: str, *arguments: object) -> None:
        """Tell everyone who waits for `event`."""
        for listener, _ in self._by_event.get(event, ()):
            listener(*arguments)

    def call(self, events: Iterable[Event]) -> None:
        """Tell everyone who waits for one of `events`."""
        for event in events:
            for listener, fields in self._by_event.get(event.name, ()):
                arguments: list[Any] = [getattr(event, field) if field else event for field in fields]
                listener(event.session, *arguments)
