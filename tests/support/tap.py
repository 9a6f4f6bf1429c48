"""An analyser that writes down what the tracker delivers."""

from __future__ import annotations

from collections.abc import Sequence

from pcaptools.core.events import Direction, Event
from pcaptools.core.protocols.base import NO_EVENTS, Analyser, Data, Gap, Unit
from pcaptools.core.sources.base import Batch, Record
from pcaptools.core.tcp.session import Session
from pcaptools.core.tcp.tracker import TCPTracker


class Tap(Analyser):
    """Keeps every unit of one session, as short words."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.units: list[tuple[Direction, bytes | int | str]] = []

    def feed(self, direction: Direction, unit: Unit) -> Sequence[Event]:
        word: bytes | int | str
        if isinstance(unit, Data):
            word = unit.data
        elif isinstance(unit, Gap):
            word = unit.length
        else:
            word = unit.reason
        self.units.append((direction, word))
        return NO_EVENTS

    def stream(self, direction: Direction) -> list[bytes | int]:
        """Bytes (joined) and gap lengths of one direction."""
        joined: list[bytes | int] = []
        for side, word in self.units:
            if side != direction or isinstance(word, str):
                continue
            if isinstance(word, bytes) and joined and isinstance(joined[-1], bytes):
                joined[-1] += word
            else:
                joined.append(word)
        return joined


class Tapped:
    """A tracker with a tap on each session; `events` are the names of what happened."""

    def __init__(self, **options: int) -> None:
        self.taps: list[Tap] = []
        self.events: list[Event] = []
        self.tracker = TCPTracker(self._tap, **options)  # type: ignore[arg-type]

    def _tap(self, session: Session) -> Tap:
        self.taps.append(Tap(session))
        return self.taps[-1]

    def run(self, records: list[Record], *, finish: bool = True) -> Tap:
        """Feed all records, one a batch; return the first session's tap."""
        for record in records:
            self.events += self.tracker.track_batch(Batch(1, [record]))
        if finish:
            self.events += self.tracker.finish()
        return self.taps[0]

    def names(self) -> list[str]:
        """What happened, a TCP retransmission with its kind."""
        return [f"{event.name}:{kind}" if (kind := getattr(event, "kind", "")) else event.name for event in self.events]
