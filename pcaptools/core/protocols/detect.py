"""What a session speaks, told by its bytes and never by its port."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pcaptools.core.events import Direction, Event
from pcaptools.core.protocols.base import NO_EVENTS, Analyser, Data, End, Gap, Unit
from pcaptools.core.protocols.http.analyser import HttpAnalyser
from pcaptools.core.protocols.http.framing import ENDLESS
from pcaptools.core.protocols.http.head import (
    cut_start_line,
    may_start_message,
    starts_request,
    starts_response,
    starts_simple_request,
)
from pcaptools.core.protocols.http.kept import MAX_BODIES, MAX_BODY, BodyBounds
from pcaptools.core.protocols.socks import SocksAnalyser, starts_socks
from pcaptools.core.protocols.tls import TlsAnalyser, may_start_tls, starts_ssl2, starts_tls
from pcaptools.core.protocols.unfinished import Share, Unfinished
from pcaptools.core.protocols.websocket.analyser import WebSocketAnalyser
from pcaptools.core.protocols.websocket.bounds import MAX_MESSAGE, Budget
from pcaptools.core.protocols.websocket.guess import Guesser
from pcaptools.core.protocols.websocket.handshake import UNKNOWN
from pcaptools.core.tcp.session import Session

MAX_UNDECIDED = 64 * 1024
"""Bytes of a direction kept while its first line is not complete."""
# what a load balancer puts in front of the client's bytes (the PROXY protocol, versions 1 and 2)
PROXY_1 = re.compile(rb"PROXY (?:TCP[46]|UNKNOWN)[^\r\n]{0,90}\r\n")
PROXY_2 = b"\r\n\r\n\x00\r\nQUIT\n"
HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n"  # RFC 9113, 3.4


class Analysers:
    """Makes the analyser of each new session, and counts what the sessions turned out to speak."""

    def __init__(self, *, bodies: bool = False, max_body: int = MAX_BODY, max_message: int = MAX_MESSAGE) -> None:
        """With `bodies` keep them, of each at most `max_body` bytes; of a WebSocket message at most `max_message`."""
        self.bodies = BodyBounds(max_body, max(max_body, MAX_BODIES)) if bodies else None
        self.spoken: Counter[str] = Counter()
        self.budget = Budget(message=max_message)
        self.unfinished = Unfinished()

    def __call__(self, session: Session) -> Analyser:
        """Return an analyser for `session`."""
        return Detector(session, self)

    def notices(self) -> dict[str, int]:
        """Return which bounds were hit, in words, and how often."""
        told = self.unfinished.notices() | self.budget.notices()
        return told | (self.bodies.notices() if self.bodies is not None else {})

    def tunnel(self, session: Session, number: int) -> Analyser:
        """Return an analyser for what is inside a tunnel, whose exchanges are numbered from `number` + 1."""
        return Detector(session, self, number)


class Detector(Analyser):
    """Looks at the first bytes of each direction, hands over to the protocol they are, else keeps looking.

    A session that is not known to be something else stays watched at the start of each segment: it may have
    been joined in the middle of a message.
    """

    __slots__ = (
        "_analysers", "_guesser", "_inner", "_number", "_opaque", "_session", "_share", "_undecided", "_unknown",
    )  # fmt: skip

    def __init__(self, session: Session, analysers: Analysers, number: int = 0) -> None:
        """Watch `session`; exchanges found are numbered from `number` + 1."""
        self._session = session
        self._number = number
        self._analysers = analysers
        self._inner: Analyser | None = None
        self._opaque = False
        self._undecided: dict[Direction, list[Data]] = {}
        self._unknown = False
        self._guesser: Guesser | None = None
        """Looks for the frames of a WebSocket whose upgrade was not seen; made when there is something to look at."""
        self._share: Share | None = None
        """Of what sessions may hold of unfinished messages."""

    def feed(self, direction: Direction, unit: Unit) -> Sequence[Event]:
        """Take the next unit of a direction."""
        if self._inner is not None:
            return self._inner.feed(direction, unit)
        if isinstance(unit, Data):
            return NO_EVENTS if self._opaque else self._look(direction, unit)
        return self._last_look(direction, unit)

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
        waiting = self._undecided.setdefault(direction, [])
        waiting.append(unit)
        if (
            len(waiting) > 1
            and b"\n" not in unit.data
            and not _too_long(waiting)
            and not may_start_tls(waiting[0].data)
        ):
            return self._wait(direction)  # the line goes on
        data = unit.data if len(waiting) == 1 else b"".join(part.data for part in waiting)
        header = 0 if self._unknown else _proxy_header(data)
        if 0 < header < len(data):
            data = data[header:]
            waiting[:] = [Data(data, unit.time)]
        elif header:
            return NO_EVENTS  # what is behind it has yet to come
        line = data.lstrip(b"\r\n")
        if starts_request(line) or starts_response(line) or (not self._unknown and starts_simple_request(line)):
            if line.startswith(HTTP2_PREFACE):
                return self._is_opaque("HTTP/2")
            return self._is_http()
        if not self._unknown:
            if starts_tls(data, midway=self._session.midway) or starts_ssl2(data):
                return self._is_tls()
            if data.startswith(b"SSH-"):
                return self._is_opaque("SSH")
        if starts_socks(data) and not self._unknown:
            return self._is_socks(direction, unit, data[0])
        if may_start_tls(data) and not self._unknown:
            return self._wait(direction)
        if b"\n" not in line and len(data) < MAX_UNDECIDED and may_start_message(line):
            return self._wait(direction)
        self._forget_undecided(direction)
        self._note_unknown()
        return self._guess(direction, unit) if unit.data and self._session.midway and not self._number else NO_EVENTS

    def _wait(self, direction: Direction) -> Sequence[Event]:
        """Wait for more, where what waits in all sessions allows it."""
        if not self._hold():
            self._forget_undecided(direction)
            self._note_unknown()
        return NO_EVENTS

    def _hold(self) -> bool:
        size = sum(len(part.data) for parts in self._undecided.values() for part in parts)
        if self._guesser is not None:
            size += self._guesser.held
        if self._share is None:
            self._share = Share(self._analysers.unfinished)
        return self._share.resize(size)

    def _forget_undecided(self, direction: Direction) -> None:
        del self._undecided[direction]
        if self._share is not None:
            self._hold()

    def _guess(self, direction: Direction, unit: Data) -> Sequence[Event]:
        guesser = self._guesser
        if guesser is None:
            guesser = self._guesser = Guesser()
        server = guesser.look(direction, unit)
        if server is None:
            if guesser.held or self._share is not None:
                self._wait_for_frames(guesser, direction)
            return NO_EVENTS
        self._analysers.spoken["unknown"] -= 1
        self._analysers.spoken["WebSocket"] += 1
        self._session.protocol = "WebSocket"
        self._undecided, self._guesser = guesser.waiting, None
        budget = self._analysers.budget
        self._inner = WebSocketAnalyser(
            self._session, server, number=0, protocol="rfc6455", agreement=UNKNOWN, budget=budget, guess=True
        )
        return self._hand_over(self._inner)

    def _wait_for_frames(self, guesser: Guesser, direction: Direction) -> None:
        if not self._hold():
            guesser.forget(direction)

    def _last_look(self, direction: Direction, unit: End | Gap) -> Sequence[Event]:
        """What was undecided stays so; a request line cut before its end is shown as a cut head."""
        if self._guesser is not None:
            self._guesser.forget(direction)
        waiting = self._undecided.get(direction)
        if not waiting:
            return NO_EVENTS
        if cut_start_line(b"".join(part.data for part in waiting)):
            events = list(self._is_http())
            assert self._inner is not None
            return [*events, *self._inner.feed(direction, unit)]
        self._forget_undecided(direction)
        self._note_unknown()
        return NO_EVENTS

    def _note_unknown(self) -> None:
        if not self._unknown:
            self._unknown = True
            self._analysers.spoken["unknown"] += 1

    def _is_http(self) -> Sequence[Event]:
        if self._unknown:
            self._analysers.spoken["unknown"] -= 1
        self._analysers.spoken["HTTP"] += 1
        self._session.protocol = "HTTP"
        inner = HttpAnalyser(
            self._session,
            bodies=self._analysers.bodies,
            number=self._number,
            open_tunnel=self._analysers.tunnel,
            budget=self._analysers.budget,
            unfinished=self._analysers.unfinished,
        )
        self._inner = inner
        if self._session.analyser is self:
            self._session.analyser = inner  # from here on without the detour
        return self._hand_over(inner)

    def _is_tls(self) -> Sequence[Event]:
        self._analysers.spoken["TLS"] += 1
        self._session.protocol = "TLS"
        self._inner = TlsAnalyser(self._session, self._analysers.unfinished)
        return self._hand_over(self._inner)

    def _hand_over(self, inner: Analyser) -> Sequence[Event]:
        """Give the bytes so far to who reads the session from here on."""
        self._share = None
        events: list[Event] = []
        self._undecided = {side: parts for side, parts in self._undecided.items() if parts}
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
        self._share = None
        return NO_EVENTS

    def _is_socks(self, direction: Direction, unit: Data, version: int) -> Sequence[Event]:
        self._analysers.spoken["SOCKS"] += 1
        self._session.protocol = "SOCKS"
        self._inner = SocksAnalyser(direction, version, lambda: Detector(self._session, self._analysers))
        return self._inner.feed(direction, unit)


def _proxy_header(data: bytes) -> int:
    """Return the length of a PROXY protocol header, 0 without one."""
    if data.startswith(PROXY_2) and len(data) >= 16:
        return 16 + int.from_bytes(data[14:16], "big")
    found = PROXY_1.match(data)
    return found.end() if found else 0


def _too_long(waiting: list[Data]) -> bool:
    """Keep the list of undecided segments short; tell whether their bytes are too many."""
    if len(waiting) > 64:
        waiting[:] = [Data(b"".join(part.data for part in waiting), waiting[0].time)]
    return sum(len(part.data) for part in waiting) >= MAX_UNDECIDED
