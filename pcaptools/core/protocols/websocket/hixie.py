"""The protocols of 2010: draft-hixie-thewebsocketprotocol-75 and -76 (which is hybi-00). Text between 0x00 and 0xFF.

A frame's type byte with the high bit set announces a length in groups of seven bits; 0xFF 0x00 closes (hybi-00, 5.3).
"""

from __future__ import annotations

from pcaptools.core.protocols.websocket.bounds import Budget
from pcaptools.core.protocols.websocket.messages import Assembly, Found, Trouble

BINARY, END = 0x80, 0xFF
MAX_LENGTH_BYTES = 9


class HixieReader:
    """Reads one direction. `skip`: bytes before the first frame, the answer to the keys of -76 (hybi-00, 5.2)."""

    __slots__ = ("_budget", "_found", "_left", "_length", "_length_bytes", "_lost", "_message", "_skip", "_type")

    def __init__(self, *, skip: int, budget: Budget) -> None:
        self._skip = skip
        self._budget = budget
        self._message: Assembly | None = None
        self._type = -1
        """Of the frame in work; -1 between frames."""
        self._left = -1
        """Bytes of it to come, where they are counted; -1 while its length is read."""
        self._length = self._length_bytes = 0
        self._lost = False
        self._found: list[Found] = []

    def feed(self, data: bytes) -> list[Found]:
        """Take the next bytes."""
        at = min(self._skip, len(data))
        self._skip -= at
        while at < len(data):
            if self._lost:
                at = self._look(data, at)
            elif self._type < 0:
                self._type = data[at]
                self._left, self._length, self._length_bytes = -1, 0, 0
                self._message = Assembly("text" if self._type < BINARY else "binary", self._budget)
                if self._type not in {0, BINARY, END}:
                    self._message.note(f"frame type {self._type:#04x}")
                at += 1
            elif self._type < BINARY:
                at = self._text(data, at)
            elif self._left < 0:
                self._read_length(data[at])
                at += 1
            else:
                at = self._counted(data, at)
        return self._take()

    def gap(self, length: int) -> list[Found]:
        """Take note that bytes are missing."""
        if length and self._skip >= length:
            self._skip -= length
        elif length and self._left >= length and self._message is not None:
            self._left -= length
            self._message.note(f"{length} bytes missing")
            self._message.length += length
            self._message.hole = True
            self._finish_counted()
        else:
            if length:
                self._found.append(Trouble(f"{length} bytes missing: looking for the next frame"))
            self._lost, self._skip = True, 0
            self._drop()
        return self._take()

    def end(self, reason: str) -> list[Found]:
        """Take note that nothing more comes."""
        if self._message is not None:
            self._found.append(Trouble(f"{reason} inside a message, after {self._message.length} bytes"))
        self._drop()
        return self._take()

    def _take(self) -> list[Found]:
        found, self._found = self._found, []
        return found

    def _look(self, data: bytes, at: int) -> int:
        """Find where a frame begins: at a segment's start, or behind 0xFF, which is in no text and so ends one."""
        if not at and data[0] == 0:
            self._lost = False
            return 0
        end = data.find(END, at)
        self._lost = end < 0
        return end + 1 or len(data)

    def _text(self, data: bytes, at: int) -> int:
        end = data.find(END, at)
        self._keep(data[at : end if end >= 0 else len(data)])
        if end < 0:
            return len(data)
        self._finish()
        return end + 1

    def _read_length(self, byte: int) -> None:
        self._length = self._length * 128 + (byte & 0x7F)
        self._length_bytes += 1
        if byte & 0x80:
            if self._length_bytes == MAX_LENGTH_BYTES:
                self._found.append(Trouble("a length of more than 63 bits: looking for the next frame"))
                self._lost = True
                self._drop()
            return
        self._left = self._length
        if self._type == END and not self._length and self._message is not None:
            self._message.opcode = "close"
        self._finish_counted()

    def _counted(self, data: bytes, at: int) -> int:
        piece = data[at : at + self._left]
        self._keep(piece)
        self._left -= len(piece)
        self._finish_counted()
        return at + len(piece)

    def _keep(self, data: bytes) -> None:
        if self._message is not None:
            self._message.length += len(data)
            self._message.keep(data)

    def _finish_counted(self) -> None:
        if self._left == 0:
            self._finish()

    def _finish(self) -> None:
        if self._message is not None:
            self._found.append(self._message.finish())
        self._message, self._type, self._left = None, -1, -1

    def _drop(self) -> None:
        if self._message is not None:
            self._message.release()
        self._message, self._type, self._left = None, -1, -1
