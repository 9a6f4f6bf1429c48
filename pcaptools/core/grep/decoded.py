"""Searching what HTTP and WebSocket messages say: heads, bodies without codings, messages unmasked and inflated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pcaptools.core.events import Event, GrepMatch, HttpBody, HttpRequest, HttpResponse, WebSocketMessage
from pcaptools.core.grep.pattern import Pattern
from pcaptools.core.grep.streams import Stamp, StreamSearch, lines_around, parted
from pcaptools.core.grep.watch import TooSlow, Watch
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.protocols.http.coding import decode_content
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.tracker import TCPTracker

MAX_DECODED = 1 << 20
"""Bytes of a body that are searched, its codings undone."""
Where = Literal["head", "body", "message"]


class DecodedSearch(StreamSearch):
    """Takes batches of packets, returns where the pattern is found in the messages of their TCP sessions.

    A match names one packet: of a head the one with its first byte, of a body or a message the one with its last.
    """

    def __init__(self, pattern: Pattern, *, most: int = 0, watch: Watch | None = None) -> None:
        """Search for `pattern`; `most` matches end it (0: none do)."""
        super().__init__(pattern, most=most, watch=watch)
        self._analysers = Analysers(bodies=True, max_body=MAX_DECODED)
        self.unfinished = self._analysers.unfinished
        self.tracker = TCPTracker(self._analysers)

    def search(self, batch: Batch) -> list[GrepMatch]:
        """Take a batch of packets."""
        stamped = Batch(batch.link_type, list(map(self._stamped, batch.records)), batch.nanosecond)
        return self._look_through(self.tracker.track_batch(stamped))

    def let_pass(self, now: int) -> list[GrepMatch]:
        """Let time pass (ns) on an idle link."""
        return self._look_through(self.tracker.let_pass(now))

    def finish(self) -> list[GrepMatch]:
        """End of the input."""
        return self._look_through(self.tracker.finish())

    def _look_through(self, events: Iterable[Event]) -> list[GrepMatch]:
        with self.watch:
            for event in events:
                if isinstance(event, HttpRequest | HttpResponse):
                    self._look(event, "head", _head(event))
                elif isinstance(event, HttpBody):
                    decoded = decode_content(event.fields, event.body, MAX_DECODED)
                    self.bounded += bool(decoded.bounded or event.left_out)
                    self._look(event, "body", decoded.data)
                elif isinstance(event, WebSocketMessage):
                    self.bounded += event.opcode in ("text", "binary") and event.length > len(event.data)
                    self._look(event, "message", event.data)
        return self._taken()

    def _look(self, event: Event, where: Where, data: bytes) -> None:
        number = event.time.number if isinstance(event.time, Stamp) else self._packets
        self.watch.turn += 1
        at = 0
        try:
            while at < len(data) and (spans := self.pattern.spans(data, at)):
                for start, end in spans:
                    self._tell(event, where, data, start, end, number)
                    at = end
                if spans[-1][0] == spans[-1][1]:
                    break  # an empty match: one of them is enough
        except TooSlow:
            self.gave_up.append(number)

    def _tell(self, event: Event, where: Where, data: bytes, start: int, end: int, number: int) -> None:
        begin, stop = lines_around(data, start, end)
        session = event.session
        src, dst = (session.src, session.dst) if event.direction == "send" else (session.dst, session.src)
        self.matches.append(
            GrepMatch(
                int(event.time), parted(src), parted(dst), (number,), "tcp", data[begin:stop],
                [(start - begin, end - begin)], begin, where, session,
            )
        )  # fmt: skip


def _head(event: HttpRequest | HttpResponse) -> bytes:
    """Return a head as it was sent, but for its line ends and folded lines."""
    if isinstance(event, HttpRequest):
        start = f"{event.method} {event.url} HTTP/{event.http_version}"
    else:
        start = f"HTTP/{event.http_version} {event.status_code} {event.reason}"
    lines = [start, *(f"{name}: {value}" for name, value in event.headers), "", ""]
    return "\r\n".join(lines).encode("utf-8", "backslashreplace")
