"""Searching the payloads of packets, one by one."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from pcaptools.core.decode.fragments import FragmentTable
from pcaptools.core.events import GrepMatch, Span
from pcaptools.core.grep.pattern import Pattern
from pcaptools.core.grep.payload import Payload, Payloads
from pcaptools.core.grep.watch import TooSlow, Watch
from pcaptools.core.sources.base import Batch, Record

Found = tuple[int, int, Payload]
"""(packet number, time, payload)"""


class PacketSearch:
    """Takes batches of packets, returns where the pattern is found.

    `selected` are the indexes of the last batch's packets that matched.
    """

    def __init__(
        self,
        pattern: Pattern,
        *,
        invert: bool = False,
        before: int = 0,
        after: int = 0,
        most: int = 0,
        watch: Watch | None = None,
    ) -> None:
        """Search for `pattern`; `before` and `after` are packets of context, `most` matches end it (0: none do)."""
        self._pattern = pattern
        self._invert = invert
        self._after = after
        self._has_context = bool(before or after)
        self._most = most
        self._watch = watch or Watch()
        self._fragments = FragmentTable()
        self._payloads: dict[int, Payloads] = {}
        self._before: deque[Found] = deque(maxlen=before)
        self._context_left = 0
        self._last = 0
        """Ordinal of the payload that was returned last; payloads are counted for context only."""
        self._ordinal = 0
        self._packets = 0
        self.found = 0
        self.gave_up: list[int] = []
        """Numbers of the packets in which the search took too long."""
        self.selected: list[int] = []

    @property
    def done(self) -> bool:
        """As many matches as were wanted are found, with what stands behind the last."""
        return bool(self._most) and self.found >= self._most and not self._context_left

    @property
    def dropped_fragments(self) -> Counter[str]:
        """Why fragments were dropped → how often."""
        return self._fragments.dropped

    def search(self, batch: Batch) -> list[GrepMatch]:
        """Search a batch's packets."""
        payloads = self._payloads.get(batch.link_type)
        if payloads is None:
            payloads = self._payloads[batch.link_type] = Payloads(batch.link_type, self._fragments)
        self.selected.clear()
        result: list[GrepMatch] = []
        with self._watch:
            for index in self._likely(batch, payloads):
                record = batch.records[index]
                for payload in payloads(record):
                    if payload.data:
                        result += self._one(index, record, payload)
                if self.done:
                    break
        self._packets += len(batch.records)
        return result

    def _likely(self, batch: Batch, payloads: Payloads) -> Iterable[int]:
        """Return the indexes of the packets that may be in the result, found without looking at each closely.

        Where every match contains certain bytes a frame without them has none, but what is not plain TCP or UDP may be
        a fragment of something that has.
        """
        part, records = self._pattern.part, batch.records
        if self._invert or self._has_context or part is None:
            return range(len(records))
        has_part, is_plain = part.search, payloads.is_plain
        return [
            index for index, (_, wire_len, data) in enumerate(records) if has_part(data) or not is_plain(data, wire_len)
        ]

    def _one(self, index: int, record: Record, payload: Payload) -> list[GrepMatch]:
        """Judge one payload; return it, with the context before it, if it is wanted."""
        found = (self._packets + index + 1, record[0], payload)
        self._ordinal += 1
        spans = self._spans(found) if not self._most or self.found < self._most else None
        if spans is None:
            return self._beside(found)
        self.found += 1
        self._context_left = self._after
        self.selected.append(index)
        first = self._ordinal - len(self._before)
        group = [_match(one, [], context=True) for one in self._before] + [_match(found, spans)]
        group[0].apart = self._has_context and 0 < self._last < first - 1
        self._before.clear()
        self._last = self._ordinal
        return group

    def _beside(self, found: Found) -> list[GrepMatch]:
        if self._context_left:
            self._context_left -= 1
            self._last = self._ordinal
            return [_match(found, [], context=True)]
        if self._before.maxlen:
            self._before.append(found)
        return []

    def _spans(self, found: Found) -> list[Span] | None:
        """Return the matches in a payload, none where one without matches is wanted; None if it is not wanted."""
        data = found[2].data
        self._watch.turn += 1
        try:
            if self._pattern.search(data) is self._invert:
                return None
            return [] if self._invert else self._pattern.spans(data)
        except TooSlow:
            self.gave_up.append(found[0])
            return None


def _match(found: Found, spans: list[Span], *, context: bool = False) -> GrepMatch:
    number, time, payload = found
    src, dst = payload.endpoints()
    return GrepMatch(time, src, dst, (number,), payload.protocol, payload.data, spans, context=context)
