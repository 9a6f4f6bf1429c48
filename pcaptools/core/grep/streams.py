"""Searching TCP streams: a match may span segments, come out of order, and be sent twice; it is found once."""

from __future__ import annotations

from collections.abc import Sequence

from pcaptools.core.events import Direction, Event, GrepMatch, Span
from pcaptools.core.grep.pattern import UNBOUNDED, Pattern
from pcaptools.core.grep.watch import TooSlow, Watch
from pcaptools.core.protocols.base import NO_EVENTS, Analyser, Data, Gap, Unit
from pcaptools.core.protocols.unfinished import Share, Unfinished
from pcaptools.core.sources.base import Batch, Record
from pcaptools.core.tcp.session import Session
from pcaptools.core.tcp.tracker import TCPTracker

CONTEXT = 256
"""Bytes on either side of a match in which its line is looked for."""
PATIENCE_NS = 250_000_000
"""How long a match at the end of what has come may grow, and its line with it."""
ENOUGH = 1 << 15
"""Bytes of one direction that are searched before the batch is at its end."""
MAX_PENDING = 16 << 20
"""Bytes of all directions that wait to be searched."""


class Stamp(int):
    """The time of a packet that knows the packet's number: the tracker hands times on as they are."""

    number: int


class StreamSearch:
    """Takes batches of packets, returns where the pattern is found in the streams of their TCP sessions.

    What a match is does not depend on how its stream was cut into segments: one that ends where the data ends is held
    back until more comes, or nothing for a quarter of a second.
    """

    def __init__(self, pattern: Pattern, *, most: int = 0, watch: Watch | None = None) -> None:
        """Search for `pattern`; `most` matches end it (0: none do)."""
        self.pattern = pattern
        self._most = most
        self.tracker = TCPTracker(lambda session: _Session(self, session))
        self._packets = 0
        self.watch = watch or Watch()
        self.unfinished = Unfinished()
        """What all directions hold of what may become a match."""
        self.pending = 0
        """Bytes of all directions that were not searched yet."""
        self.waiting: dict[Side, None] = {}
        """Directions with data that were not searched, or not to their end."""
        self.matches: list[GrepMatch] = []
        self.found = 0
        self.gave_up: list[int] = []
        """Numbers of the last packets of searches that took too long."""
        self.cut = 0
        """Matches that were longer than what is kept."""
        self.bounded = 0
        """Bodies and messages that were searched up to a bound only (by DecodedSearch)."""

    @property
    def done(self) -> bool:
        """As many matches as were wanted are found."""
        return bool(self._most) and self.found >= self._most

    def search(self, batch: Batch) -> list[GrepMatch]:
        """Take a batch of packets."""
        with self.watch:
            self.tracker.track_batch(Batch(batch.link_type, list(map(self._stamped, batch.records)), batch.nanosecond))
            self._go_through(batch.records[-1][0] if batch.records else 0)
        return self._taken()

    def let_pass(self, now: int) -> list[GrepMatch]:
        """Let time pass (ns) on an idle link."""
        with self.watch:
            self.tracker.let_pass(now)
            self._go_through(now)
        return self._taken()

    def finish(self) -> list[GrepMatch]:
        """End of the input."""
        with self.watch:
            self.tracker.finish()
            self._go_through(None)
        return self._taken()

    def _stamped(self, record: Record) -> Record:
        self._packets += 1
        stamp = Stamp(record[0])
        stamp.number = self._packets
        return stamp, record[1], record[2]

    def _go_through(self, now: int | None) -> None:
        for side in list(self.waiting):
            if now is None or now - side.first_time > PATIENCE_NS:
                side.search(final=now is None or now - side.last_time > PATIENCE_NS)
        if self.pending > MAX_PENDING:
            for side in list(self.waiting):
                side.search(final=False)

    def _taken(self) -> list[GrepMatch]:
        """Return what was found, in the order of the packets."""
        found, self.matches = sorted(self.matches, key=lambda match: match.packets[-1]), []
        if self._most:
            del found[max(0, self._most - self.found) :]
        self.found += len(found)
        return found


class _Session(Analyser):
    """Gives the data of a session to the searches of its two sides."""

    __slots__ = ("_search", "_session", "_sides")

    def __init__(self, search: StreamSearch, session: Session) -> None:
        self._search = search
        self._session = session
        self._sides: dict[Direction, Side] = {}

    def feed(self, direction: Direction, unit: Unit) -> Sequence[Event]:
        side = self._sides.get(direction)
        if side is None:
            side = self._sides[direction] = Side(self._search, self._session, direction)
        if isinstance(unit, Data):
            side.add(unit)
        else:
            side.end(unit)
        return NO_EVENTS


class Side:
    """One direction: what of it may still be part of a match, and where its packets are in that."""

    __slots__ = ("_base", "_buffer", "_direction", "_pending", "_position", "_search", "_session", "_share",
                 "_size", "_stamps", "first_time", "last_time")  # fmt: skip

    def __init__(self, search: StreamSearch, session: Session, direction: Direction) -> None:
        self._search = search
        self._session = session
        self._direction: Direction = direction
        self._base = 0
        """Where the buffer begins in the stream."""
        self._buffer = b""
        self._position = 0
        """Where the search goes on, in the buffer."""
        self._pending: list[bytes] = []
        self._size = 0
        self._share: Share | None = None
        self._stamps: list[tuple[int, Stamp]] = []
        """(offset in the stream behind it, packet) of the segments in the buffer."""
        self.first_time = self.last_time = 0
        """Of the data that were not searched."""

    def add(self, unit: Data) -> None:
        """Take the next bytes."""
        assert isinstance(unit.time, Stamp)
        self._pending.append(unit.data)
        self._size += len(unit.data)
        self._search.pending += len(unit.data)
        self._stamps.append((self._base + len(self._buffer) + self._size, unit.time))
        self.last_time = unit.time
        if self not in self._search.waiting:
            self._search.waiting[self] = None
            self.first_time = unit.time
        if self._size >= ENOUGH:
            self.search(final=False)

    def end(self, unit: Unit) -> None:
        """Take note that nothing comes behind these bytes, or not the next ones."""
        self.search(final=True)
        self._clear()
        self._base += unit.length if isinstance(unit, Gap) else 0

    def _clear(self) -> None:
        """Forget what was searched, to its end."""
        self._base += len(self._buffer)
        self._buffer, self._position = b"", 0
        self._stamps.clear()
        self._share = None

    def search(self, *, final: bool) -> None:
        """Search what has come; `final`: nothing that comes may change what is found in it."""
        self._buffer += b"".join(self._pending)
        self._pending.clear()
        search, size = self._search, len(self._buffer)
        search.pending -= self._size
        self._size = 0
        search.watch.turn += 1
        held = False
        try:
            for start, end in search.pattern.spans(self._buffer, self._position):
                held = not final and self._may_go_on(start, end)
                if held:
                    self._position = start
                    break
                self._found(start, end)
                self._position = max(end, start + 1)
        except TooSlow:
            search.gave_up.append(self._stamps[-1][1].number)
            self._position = size
        if final:
            self._position = size
        elif not held:
            behind = self._buffer.rfind(b"\n") + 1 if search.pattern.in_line else 0
            self._position = max(self._position, size - search.pattern.width + 1, behind)
        self._let_go()
        self.first_time = self.last_time
        if not held:
            search.waiting.pop(self, None)
        if not final:
            self._hold()

    def _hold(self) -> None:
        """Keep the rest, where what all directions hold allows it; else what comes is searched by itself."""
        if self._share is None:
            if not self._buffer:
                return
            self._share = Share(self._search.unfinished)
        if not self._share.resize(len(self._buffer)):
            self.search(final=True)
            self._clear()

    def _may_go_on(self, start: int, end: int) -> bool:
        """Tell whether more data may make another match of it, or complete its line."""
        size = len(self._buffer)
        if size - start >= UNBOUNDED:
            self._search.cut += end == size
            return False
        return end == size or (size - end < CONTEXT and self._buffer.find(b"\n", end) < 0)

    def _found(self, start: int, end: int) -> None:
        begin, stop = lines_around(self._buffer, start, end)
        first, last = self._base + start, self._base + max(end, start + 1)
        packets, before, time = [], 0, 0
        for behind, stamp in self._stamps:
            if behind > first and before < last:
                packets.append(stamp.number)
                time = max(time, int(stamp))
            before = behind
        session = self._session
        src, dst = (session.src, session.dst) if self._direction == "send" else (session.dst, session.src)
        self._search.matches.append(
            GrepMatch(
                time, parted(src), parted(dst), tuple(sorted(set(packets))), "tcp", self._buffer[begin:stop],
                [(start - begin, end - begin)], self._base + begin, "stream", session,
            )
        )  # fmt: skip

    def _let_go(self) -> None:
        """Forget what can be neither part of a match nor of its line."""
        keep = max(0, self._position - CONTEXT)
        if keep:
            self._base += keep
            self._buffer = self._buffer[keep:]
            self._position -= keep
        done = next((at for at, (behind, _) in enumerate(self._stamps) if behind > self._base), len(self._stamps))
        del self._stamps[:done]


def lines_around(data: bytes, start: int, end: int) -> Span:
    """Return where the lines of a match begin and stop, at most CONTEXT bytes away from it."""
    begin = data.rfind(b"\n", max(0, start - CONTEXT), start) + 1 or max(0, start - CONTEXT)
    stop = data.find(b"\n", max(start, end - 1), end + CONTEXT)
    return begin, max(end, stop if stop >= 0 else min(len(data), end + CONTEXT))


def parted(end: str) -> tuple[str, int | None]:
    """Part "[v6]:port" or "a.b.c.d:port"."""
    address, _, port = end.rpartition(":")
    return address.strip("[]"), int(port)
