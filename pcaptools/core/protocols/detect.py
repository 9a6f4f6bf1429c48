"""What a session speaks, told by its bytes and never by its port."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pcaptools.core.events import Direction, Event
from pcaptools.core.protocols.base import NO_EVENTS, Analyser, Data, End, Unit
from pcaptools.core.protocols.http.analyser import HttpAnalyser
from pcaptools.core.protocols.http.framing import ENDLESS
from pcaptools.core.protocols.http.head import (
    may_start_message,
    starts_request,
    starts_response,
    starts_simple_request,
)
from pcaptools.core.protocols.socks import SocksAnalyser, starts_socks
from pcaptools.core.tcp.session import Session

MAX_UNDECIDED = 64 * 1024
"""Bytes of a direction kept while its first line is not complete."""
HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n"  # RFC 9113, 3.4


class Analysers:
    """Makes the analyser of each new session, and counts what the sessions turned out to speak."""

    def __init__(self, *, bodies: bool = False) -> None:
        self.bodies = bodies
        self.spoken: Counter[str] = Counter()

    def __call__(self, session: Session) -> Analyser:
        """Return an analyser for `session`."""
        return Detector(session, self)


class Detector(Analyser):
    """Looks at the first bytes of each direction, hands over to the protocol they are, else keeps looking.

    A session that is not known to be something else stays watched at the start of each segment: it may have
    been joined in the middle of a message.
    """

    __slots__ = ("_analysers", "_inner", "_opaque", "_session", "_undecided", "_unknown")

    def __init__(self, session: Session, analysers: Analysers) -> None:
        self._session = session
        self._analysers = analysers
        self._inner: Analyser | None = None
        self._opaque = False
        self._undecided: dict[Direction, list[Data]] = {}
        self._unknown = False

    def feed(self, direction: Direction, unit: Unit) -> Sequence[Event]:
        """Take the next unit of a direction."""
        if self._inner is not None:
            return self._inner.feed(direction, unit)
        if isinstance(unit, Data):
            return NO_EVENTS if self._opaque else self._look(direction, unit)
        if isinstance(unit, End):
            return self._last_look(direction)
        self._undecided.pop(direction, None)
        return NO_EVENTS

    def skippable(self, direction: Direction) -> int:
        """Return the bytes nobody reads: all, once the session is known to be something we do not read."""
        if self._inner is not None:
            return self._inner.skippable(direction)
        return ENDLESS if self._opaque else 0

    def skip(self, direction: Direction, count: int) -> None:
        """Pass on to the protocol's analyser."""
        if self._inner is not None:
            self._inner.skip(direction, count)

    def _look(self, direction: Direction, unit: Data) -> Sequence[Event]:
        waiting = self._undecided.get(direction)
        data = unit.data if not waiting else b"".join(part.data for part in waiting) + unit.data
        line = data.lstrip(b"\r\n")
        if starts_request(line) or starts_response(line) or (not self._unknown and starts_simple_request(line)):
            if line.startswith(HTTP2_PREFACE):
                return self._is_opaque("HTTP/2")
            return self._is_http(direction, unit)
        opaque = _opaque_protocol(data)
        if opaque and not self._unknown:
            return self._is_opaque(opaque)
        if starts_socks(data) and not self._unknown:
            return self._is_socks(direction, unit, data[0])
        if b"\n" not in line and len(data) < MAX_UNDECIDED and may_start_message(line):
            self._undecided.setdefault(direction, []).append(unit)
            if len(self._undecided[direction]) > 64:
                self._undecided[direction] = [Data(data, self._undecided[direction][0].time)]
            return NO_EVENTS
        self._undecided.pop(direction, None)
        self._note_unknown()
        return NO_EVENTS

    def _last_look(self, direction: Direction) -> Sequence[Event]:
        if self._undecided.pop(direction, None):
            self._note_unknown()
        return NO_EVENTS

    def _note_unknown(self) -> None:
        if not self._unknown:
            self._unknown = True
            self._analysers.spoken["unknown"] += 1

    def _is_http(self, direction: Direction, unit: Data) -> Sequence[Event]:
        if self._unknown:
            self._analysers.spoken["unknown"] -= 1
        self._analysers.spoken["HTTP"] += 1
        self._session.protocol = "HTTP"
        inner = HttpAnalyser(
            self._session,
            bodies=self._analysers.bodies,
            open_tunnel=lambda session: Detector(session, self._analysers),
        )
        self._inner = inner
        if self._session.analyser is self:
            self._session.analyser = inner  # from here on without the detour
        self._undecided.setdefault(direction, []).append(unit)
        events: list[Event] = []
        first = sorted(self._undecided, key=lambda side: self._undecided[side][0].time)
        for side in first:
            for part in self._undecided[side]:
                events.extend(inner.feed(side, part))
        self._undecided.clear()
        return events

    def _is_opaque(self, protocol: str) -> Sequence[Event]:
        self._analysers.spoken[protocol] += 1
        self._session.protocol = protocol
        self._opaque = True
        self._undecided.clear()
        return NO_EVENTS

    def _is_socks(self, direction: Direction, unit: Data, version: int) -> Sequence[Event]:
        self._analysers.spoken["SOCKS"] += 1
        self._session.protocol = "SOCKS"
        self._inner = SocksAnalyser(direction, version, lambda: Detector(self._session, self._analysers))
        return self._inner.feed(direction, unit)


def _opaque_protocol(data: bytes) -> str:
    """Name a protocol that is known by its first bytes and not read here; empty when it is none of them."""
    # RFC 8446, 5.1: a handshake record, of a version 3.x, and in it a ClientHello or a ServerHello
    if data[:2] == b"\x16\x03" and len(data) > 5 and data[5] in (1, 2):
        return "TLS"
    if data.startswith(b"SSH-"):
        return "SSH"
    return ""
