"""IEEE 802.11's aggregate MSDU: several packets in one frame (9.3.2.2)."""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.layer import Cut, Layer, Malformed, Next, decode_layer, octets
from pcaptools.core.decode.llc import LLC
from pcaptools.core.decode.reader import Reader

MAX_SUBFRAMES = 256
HEADER = 14


class Subframe(Layer):
    """One packet of an aggregate, with its own addresses."""

    __slots__ = ("dhost", "length", "shost")

    key = "subframe"
    shim = True
    fields = ("dhost", "shost", "length")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "A-MSDU subframe")
        self.dhost = octets(read.take(6))
        self.shost = octets(read.take(6))
        self.length = read.u16()
        if self.length > read.left:
            raise Malformed(f"A-MSDU subframe of {self.length} bytes in {read.left}")

    def next(self) -> Next:
        """Go on with LLC."""
        at = self.start + HEADER
        return Next(LLC, at, at + self.length)


class AMSDU(Layer):
    """The subframes, each padded to four bytes. `child` is the first of them, `beside` the others."""

    __slots__ = ("_beside", "_spans", "_trouble")

    key = "amsdu"
    shim = True
    fields = ("count",)

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self._spans: list[tuple[int, int]] = []
        self._beside: list[Layer] | None = None
        self._trouble: Malformed | None = None
        try:
            self._find(Reader.of(self, "A-MSDU"))
        except Malformed as error:
            self._trouble = error
        if not self._spans:
            raise self._trouble or Malformed("A-MSDU without a subframe")

    def _find(self, read: Reader) -> None:
        while read:
            if len(self._spans) == MAX_SUBFRAMES:
                raise Malformed(f"more than {MAX_SUBFRAMES} subframes", read.at)
            at = read.at
            read.skip(12)
            size = read.u16()
            if size > read.left:
                raise Malformed(f"A-MSDU subframe of {size} bytes in {read.left}", at)
            self._spans.append((at, read.at + size))
            if len(self.data) < read.at + size:
                raise Cut("A-MSDU cut short", at)
            read.skip(size)
            read.skip(min(-(HEADER + size) % 4, read.left))

    @property
    def count(self) -> int:
        """How many subframes there are."""
        return len(self._spans)

    def next(self) -> Next:
        """The first subframe."""
        start, end = self._spans[0]
        return Next(Subframe, start, end)

    @property
    def beside(self) -> list[Layer]:
        """The other subframes."""
        if self._beside is None:
            spans, depth = self._spans[1:], self.depth + 1
            self._beside = [decode_layer(Subframe, self.data, start, end, depth) for start, end in spans]
        return self._beside

    def as_dict(self) -> dict[str, Any]:
        """Return the subframes as a list."""
        first = [self.child] if self.child is not None else []
        result: dict[str, Any] = {
            "count": self.count,
            "subframes": [layer.as_dict() for layer in [*first, *self.beside]],
        }
        if self._trouble:
            key = "truncated" if isinstance(self._trouble, Cut) else "malformed"
            result[key] = {"protocol": self.key, "reason": str(self._trouble)}
        return result
