"""Finding frames where nobody knows where one begins: behind a gap, or in a session joined in the middle.

Few bytes can begin a frame, but few is not none. So a place is believed when what is read from there fits to its end:
two whole frames and a third that may be one, or one that ends where the segment does, or one that another leads to.
"""

from __future__ import annotations

from typing import NamedTuple

from pcaptools.core.protocols.websocket.frames import CLOSE, Header, read_header

MAX_CREDIBLE = 1 << 24
"""Payload bytes of a frame that is believed in without having been seen."""
MAX_PLACES = 64
FIRST_BYTES = frozenset((0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8A))
"""FIN, no reserved bit and an opcode of RFC 6455, 5.2; no control frame in fragments."""
PACKED = frozenset((0x41, 0x42, 0xC1, 0xC2))
"""The first frame of a compressed message (RFC 7692, 6)."""


class Walk(NamedTuple):
    """What is read from a place: `whole` frames, then `end`: where they end, or where the one cut off will."""

    whole: int
    end: int
    cut: Header | None
    """The frame that goes on behind the bytes at hand."""
    credible: bool


def credible(header: Header, *, masked: bool, deflate: bool) -> bool:
    """Tell whether a header is one that a peer of that side sends."""
    if bool(header.key) != masked or not header.minimal or header.length > MAX_CREDIBLE:
        return False
    if header.control and (header.length > 125 or (header.opcode == CLOSE and header.length == 1)):
        return False
    return header.first in FIRST_BYTES or (deflate and header.first in PACKED)


def walk(data: bytes, at: int, *, masked: bool, deflate: bool) -> Walk:
    """Read frames from `at` on."""
    whole = 0
    while at < len(data):
        header = read_header(data, at)
        if header is None:
            may_be = data[at] in FIRST_BYTES or (deflate and data[at] in PACKED)
            return Walk(whole, at, None, may_be and (len(data) == at + 1 or data[at + 1] >> 7 == masked))
        if not credible(header, masked=masked, deflate=deflate):
            return Walk(whole, at, None, False)
        end = at + header.size + header.length
        if end > len(data):
            return Walk(whole, end, header, True)
        whole, at = whole + 1, end
    return Walk(whole, at, None, True)


class Seeker:
    """Looks for frames in one direction, at the starts of segments and where a frame that may be one ends."""

    __slots__ = ("_deflate", "_masked", "_places", "passed")

    def __init__(self, *, masked: bool, deflate: bool) -> None:
        self._masked = masked
        self._deflate = deflate
        self._places: list[int] = []
        """Where frames would begin if those that were read were some, in bytes from here."""
        self.passed = 0
        """Bytes seen since the place was lost."""

    def gap(self, length: int) -> None:
        """Take note that bytes are missing; without a length nothing is known any more."""
        self._places = [place - length for place in self._places if place >= length > 0]

    def look(self, data: bytes) -> int | None:
        """Return where in a segment the first frame begins; None when it is not to be told."""
        led_to = {place for place in self._places if place < len(data)}
        for place in sorted({0, *led_to}):
            found = walk(data, place, masked=self._masked, deflate=self._deflate)
            if found.credible and self._enough(found, len(data), led_to=place in led_to):
                self.passed += place
                return place
            if found.cut is not None and found.cut.length >= 126 and len(self._places) < MAX_PLACES:
                self._places.append(found.end)
        self._places = [place - len(data) for place in self._places if place >= len(data)]
        self.passed += len(data)
        return None

    @staticmethod
    def _enough(found: Walk, size: int, *, led_to: bool) -> bool:
        ends_here = found.cut is None and found.end == size
        if led_to:
            return found.whole > 0 or found.cut is not None
        return (found.whole > 0 and ends_here) or found.whole > 1
