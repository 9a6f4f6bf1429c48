"""permessage-deflate (RFC 7692): messages inflated one after the other, within bounds.

Between messages nothing is kept but the last bytes that they became: what the next one may refer to. So a session
that says little holds little, and after a gap zlib itself tells whether a message refers to what was not captured.
"""

from __future__ import annotations

import zlib

from pcaptools.core.protocols.websocket.bounds import MAX_INFLATED, Budget

WINDOW = 1 << 15
"""The farthest that a reference reaches back (RFC 1951)."""
STEP = 1 << 16
"""Bytes inflated at once."""
EMPTY_BLOCK = b"\x00\x00\xff\xff"
"""The end of the empty block that a sender leaves out (RFC 7692, 7.2.1)."""
LAST_BLOCK = b"\x01" + EMPTY_BLOCK
"""An empty block that ends the data; put behind a message, it shows whether the message is whole."""


class Inflater:
    """Inflates the messages of one direction. `trouble` says what is wrong with the one in work; empty: nothing."""

    __slots__ = ("_budget", "_inflate", "_takeover", "_window", "_window_size", "length", "lost", "trouble")

    def __init__(self, *, takeover: bool, window: int = WINDOW, budget: Budget) -> None:
        """With `takeover` messages refer to earlier ones, at most `window` bytes back."""
        self._takeover = takeover
        self._window_size = window
        self._budget = budget
        self._window = b""
        self._inflate = zlib.decompressobj(-15)
        self.length = 0
        """Bytes that the message in work has become."""
        self.lost = False
        """What later messages may refer to is not known, in part or as a whole."""
        self.trouble = ""

    def start(self) -> None:
        """Begin a message."""
        self.length, self.trouble = 0, ""
        self._inflate = self._fresh()

    def feed(self, data: bytes, room: int) -> bytes:
        """Take compressed bytes; return of what they become the first `room` bytes. The others are counted."""
        kept = b""
        while not self.trouble:
            if self._inflate.eof:  # RFC 7692, 7.2.3.5: a block that says it is the last may be followed by others
                if not data:
                    break
                self._inflate = self._fresh()
            try:
                out = self._inflate.decompress(data, STEP)
            except zlib.error as error:
                self._fail(self._reason(str(error)))
                break
            data = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
            kept += out[: max(0, room - len(kept))]
            self._count(out)
            if not data and len(out) < STEP:
                break
        return kept

    def finish(self, room: int) -> bytes:
        """End the message; return what its end becomes, at most `room` bytes."""
        kept = b""
        if not self._inflate.eof:
            kept = self.feed(EMPTY_BLOCK + LAST_BLOCK, room)
        if not self._inflate.eof and not self.trouble:
            self._fail("the compressed data ends in the middle")
        if not self._takeover:
            self._forget()
        return kept

    def lose(self) -> None:
        """Bytes of a compressed message are missing: what comes may refer to them."""
        self._forget()
        self.lost = self._takeover

    def close(self) -> None:
        """Give back what is held."""
        self._forget()

    def _fresh(self) -> zlib._Decompress:
        return zlib.decompressobj(-15, zdict=self._window) if self._window else zlib.decompressobj(-15)

    def _count(self, out: bytes) -> None:
        self.length += len(out)
        self._remember(out)
        if self.length > MAX_INFLATED:
            self._fail(f"not inflated beyond {MAX_INFLATED >> 20} MB: a decompression bomb")

    def _remember(self, out: bytes) -> None:
        window = (self._window + out)[-self._window_size :]
        if not self._budget.take(len(window) - len(self._window)):
            self.lose()
            return
        self._window = window

    def _forget(self) -> None:
        self._budget.take(-len(self._window))
        self._window = b""

    def _reason(self, error: str) -> str:
        if self.lost and "too far back" in error:
            return "not readable: it refers to bytes that were not captured or not kept"
        return "the compressed data is broken"

    def _fail(self, trouble: str) -> None:
        self.trouble = trouble
        self.lose()
