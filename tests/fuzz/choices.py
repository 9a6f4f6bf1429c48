"""Decisions read from bytes: what a fuzzer changes is then what is done, and not only what is read."""

from __future__ import annotations

import re
from collections.abc import Iterator

RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""What must never reach a terminal; TAB stands in texts, and does no harm; LF ends our lines."""


class Choices:
    """Bytes to decide by; when they are used up, every decision is 0."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        """There are more."""
        return self._at < len(self._data)

    def take(self, count: int) -> bytes:
        """Return the next bytes, fewer at the end."""
        taken = self._data[self._at : self._at + count]
        self._at += len(taken)
        return taken

    def number(self, size: int = 1) -> int:
        """Return a number of so many bytes."""
        return int.from_bytes(self.take(size), "big")

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1; 0 where there is none."""
        return self.number(1 if limit <= 256 else 2) % max(limit, 1)

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.take(len(self._data))


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Cut bytes into pieces of `size`, 0 for one piece."""
    for at in range(0, len(data), size or len(data) or 1):
        yield data[at : at + (size or len(data))]


def check_text(text: str) -> None:
    """Raise when a terminal would act upon something in it, or the last line has no end."""
    found = RAW.search(text)
    assert found is None, f"a raw control character: {text[max(0, found.start() - 60) : found.end() + 20]!r}"
    assert not text or text.endswith("\n"), f"the last line has no end: {text[-100:]!r}"
