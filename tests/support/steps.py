"""Runs bytes through the HTTP analyser, cut in any way, and writes down what it makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pcaptools.core.events import Direction, Event, HttpComplete, HttpIncomplete
from pcaptools.core.protocols.base import Data, End, Gap, Unit
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.tcp.session import Session

KEY = bytes([10, 0, 0, 1, 10, 0, 0, 2, 156, 64, 0, 80])
Step = tuple[Direction, "bytes | int | str"]


def events_of(steps: Iterable[Step], *, bodies: bool = True, verdicts: bool = False) -> list[Event]:
    """Feed (direction, bytes | gap length | end reason), one a millisecond, as the tracker would.

    Without `verdicts` those over exchanges are left out: they have tests of their own.
    """
    session = Session(KEY, 0)
    events: list[Event] = []
    session.analyser = Analysers(bodies=bodies)(session)
    for number, (direction, word) in enumerate(steps):
        time = number * 1_000_000
        unit: Unit
        if isinstance(word, bytes):
            unit = Data(word, time)
        elif isinstance(word, int):
            unit = Gap(word, time)
        else:
            unit = End(word, time)  # type: ignore[arg-type]
        told = session.analyser.feed(direction, unit)
        events += [event for event in told if verdicts or not isinstance(event, HttpIncomplete)]
    return events


def in_pieces(steps: Iterable[Step], size: int) -> list[Step]:
    """Cut every run of bytes into pieces of `size`."""
    cut: list[Step] = []
    for direction, word in steps:
        if isinstance(word, bytes):
            cut += [(direction, word[at : at + size]) for at in range(0, len(word), size)]
        else:
            cut.append((direction, word))
    return cut


def words(events: Iterable[Event]) -> list[str]:
    """Each event in a few words, without its times."""
    return [f"{event.direction} {_word(event)}" for event in events]


def _word(event: Any) -> str:
    name = event.name.removeprefix("http_")
    if name == "request":
        text = f"{event.number} {event.method} {event.url} {event.http_version}"
    elif name in ("response", "websocket_upgrade"):
        text = f"{event.number} {event.status_code} {event.method}"
    elif isinstance(event, HttpComplete):
        text = f"{event.number} {event.body_len}" + (f" missing {event.missing}" if event.missing else "")
    elif name == "error":
        return f"error {event.error}"
    elif name == "websocket_message":
        return f"{name} {event.opcode} {event.data!r} {event.length}" + (f" {event.notes}" if event.notes else "")
    elif hasattr(event, "body"):
        text = f"{event.number} {event.body!r}"
    else:
        return str(event.name)
    violations = getattr(event, "violations", None)
    return f"{name} {text}" + (f" {violations}" if violations else "")
