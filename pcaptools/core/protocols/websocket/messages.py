"""Messages of one direction (RFC 6455, 5.4 to 5.6): fragments put together, compression undone, what is wrong named."""

from __future__ import annotations

from codecs import getincrementaldecoder
from dataclasses import dataclass
from typing import Protocol

from pcaptools.core.events import WebSocketOpcode
from pcaptools.core.protocols.websocket.bounds import MAX_INFLATED, Budget
from pcaptools.core.protocols.websocket.deflate import Inflater
from pcaptools.core.protocols.websocket.frames import (
    CLOSE,
    CONTINUATION,
    MAX_CONTROL,
    RESERVED,
    RSV1,
    FrameEnd,
    FrameReader,
    Header,
)
from pcaptools.core.protocols.websocket.resync import Seeker

OPCODES: dict[int, WebSocketOpcode] = {1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
UTF8 = getincrementaldecoder("utf-8")


@dataclass(slots=True)
class Message:
    """A whole message, or a control frame; the fields are those of `core.events.WebSocketMessage`."""

    opcode: WebSocketOpcode
    data: bytes
    length: int
    close_code: int | None
    notes: list[str]


@dataclass(slots=True)
class Trouble:
    """Bytes that became no message, and why."""

    error: str


Found = Message | Trouble


class Reader(Protocol):
    """What reads one direction, of whichever version of the protocol."""

    def feed(self, data: bytes) -> list[Found]:
        """Take the next bytes."""
        ...

    def gap(self, length: int) -> list[Found]:
        """Take note that bytes are missing; 0: that more may be, and the place is lost."""
        ...

    def end(self, reason: str) -> list[Found]:
        """Take note that nothing more comes; `reason` says in words why."""
        ...


class Assembly:
    """A message in the making. What it keeps is asked of the budget, and given back at its end."""

    __slots__ = ("_budget", "data", "hole", "length", "notes", "opcode", "packed")

    def __init__(self, opcode: WebSocketOpcode, budget: Budget, *, packed: bool = False) -> None:
        self.opcode = opcode
        self.packed = packed
        """It is compressed."""
        self.data = bytearray()
        self.length = 0
        """Of what was sent; once it is whole, inflated."""
        self.hole = False
        """Nothing more is kept: what comes does not follow what is there."""
        self.notes: list[str] = []
        self._budget = budget

    @property
    def room(self) -> int:
        """Bytes that may still be kept."""
        return 0 if self.hole else self._budget.message - len(self.data)

    def keep(self, data: bytes) -> None:
        """Keep what there is room for."""
        data = data[: self.room]
        if data and not self._budget.take(len(data)):
            self.note("not kept further: too many messages are under way")
            self.hole = True
        else:
            self.data += data

    def note(self, text: str) -> None:
        """Say what is wrong, once."""
        if text not in self.notes:
            self.notes.append(text)

    def release(self) -> None:
        """Give back what was kept."""
        self._budget.take(-len(self.data))
        self.data = bytearray()

    def finish(self) -> Message:
        """Return it as a whole."""
        data, code = bytes(self.data), None
        self.release()
        whole = len(data) == self.length
        if not whole and not self.hole:
            limit = self._budget.message
            kept = f"{limit} bytes" if limit % (1 << 20) else f"{limit >> 20} MB"
            self.note(f"only its first {kept} are kept")
        if self.opcode == "close":
            code, data = self._close(data)
        if self.opcode in {"text", "close"} and not is_utf8(data, whole=whole):
            self.note("not UTF-8")  # RFC 6455, 8.1
        return Message(self.opcode, data, self.length, code, self.notes)

    def _close(self, data: bytes) -> tuple[int | None, bytes]:
        if len(data) < 2:
            if data:
                self.note("a close with half a code")  # RFC 6455, 5.5.1
            return None, b""
        code = int.from_bytes(data[:2], "big")
        if not 1000 <= code < 5000 or code in {1004, 1005, 1006, 1015}:  # RFC 6455, 7.4
            self.note(f"close code {code} must not be sent")
        return code, data[2:]


def is_utf8(data: bytes, *, whole: bool) -> bool:
    """Tell whether bytes are UTF-8; when they are not the `whole`, a character may be cut at the end."""
    try:
        UTF8().decode(data, whole)
    except UnicodeDecodeError:
        return False
    return True


class MessageReader:
    """Reads one direction of a session of RFC 6455. `masked`: it is the client's."""

    __slots__ = (
        "_budget", "_closed", "_control", "_found", "_frames", "_inflater", "_last", "_masked", "_message", "_seeker",
        "_stray", "_target",
    )  # fmt: skip

    def __init__(self, *, masked: bool, inflater: Inflater | None, budget: Budget) -> None:
        self._masked = masked
        self._inflater = inflater
        self._budget = budget
        self._frames = FrameReader()
        self._message: Assembly | None = None
        """The message of which fragments are to come."""
        self._control: Assembly | None = None
        self._target: Assembly | None = None
        """What the frame in work is part of: one of these two; None for a frame that is passed over."""
        self._last = True
        """The frame in work is the last of its message."""
        self._seeker: Seeker | None = None
        """Looks for a frame, when the place is lost."""
        self._stray = ""
        """Why the frame in work is passed over."""
        self._closed = False
        self._found: list[Found] = []

    def feed(self, data: bytes) -> list[Found]:
        """Take the next bytes."""
        if self._seeker is not None:
            start = self._seeker.look(data)
            if start is None:
                return []
            data = data[start:]
            self._found.append(Trouble(f"frames found again, after {self._seeker.passed} bytes that were passed over"))
            self._seeker = None
        for item in self._frames.read(data):
            if isinstance(item, Header):
                self._begin(item)
            elif isinstance(item, FrameEnd):
                self._end_frame()
            else:
                self._payload(item)
        return self._take()

    def gap(self, length: int) -> list[Found]:
        """Take note that bytes are missing; 0: that more may be, and the place is lost."""
        target = self._target
        if self._seeker is not None:
            self._seeker.gap(length)
        elif length and self._frames.skip(length):
            if target is not None:
                self._hole(target, length)
            if not self._frames.left:
                self._frames.lose()
                self._end_frame()
        else:
            self._lose(length)
        return self._take()

    def end(self, reason: str) -> list[Found]:
        """Take note that nothing more comes."""
        if self._seeker is not None:
            if self._seeker.passed:
                self._found.append(Trouble(f"no frame found again in {self._seeker.passed} bytes"))
        elif self._message is not None or not self._frames.between:
            self._found.append(Trouble(f"{reason} inside {self._what()}"))
        self._abandon()
        if self._inflater is not None:
            self._inflater.close()
        return self._take()

    def _take(self) -> list[Found]:
        found, self._found = self._found, []
        return found

    # --- frames ---

    def _begin(self, header: Header) -> None:
        """Decide what a frame is part of."""
        target: Assembly | None
        self._last = header.fin or header.control
        if header.control:
            target = self._begin_control(header)
        elif header.opcode == CONTINUATION:
            target = self._message
            if target is None:
                self._stray = "a continuation of nothing"  # RFC 6455, 5.4
        else:
            target = self._begin_message(header)
        self._target = target
        if target is not None:
            self._judge(header, target)
        else:
            self._found.append(Trouble(f"{self._stray}, {header.length} bytes, passed over"))

    def _begin_control(self, header: Header) -> Assembly | None:
        opcode = OPCODES.get(header.opcode)
        if opcode is None:
            self._stray = f"a frame of the reserved opcode {header.opcode}"
            return None
        control = self._control = Assembly(opcode, self._budget)
        if header.length > MAX_CONTROL:
            control.note(f"a control frame beyond {MAX_CONTROL} bytes")  # RFC 6455, 5.5
        if not header.fin:
            control.note("a control frame in fragments")
        return control

    def _begin_message(self, header: Header) -> Assembly | None:
        opcode = OPCODES.get(header.opcode)
        if opcode is None:
            self._stray = f"a frame of the reserved opcode {header.opcode}"
            return None
        if self._message is not None:  # RFC 6455, 5.4: fragments of two messages do not mix
            self._found.append(Trouble(f"a new message inside {self._what()}"))
            self._abandon()
        packed = bool(header.first & RSV1) and self._inflater is not None
        self._message = Assembly(opcode, self._budget, packed=packed)
        if packed and self._inflater is not None:
            self._inflater.start()
        return self._message

    def _judge(self, header: Header, target: Assembly) -> None:
        """Note what a frame must not have."""
        if bool(header.key) != self._masked:  # RFC 6455, 5.1
            target.note("not masked by the client" if self._masked else "masked by the server")
        reserved = header.first & RESERVED
        if reserved and header.opcode != CONTINUATION and target.packed:
            reserved &= ~RSV1  # RFC 7692, 6: only the first frame of a message has it
        if reserved:
            target.note(f"reserved bits {reserved >> 4:03b}")
        if not header.minimal:
            target.note("a length in more bytes than needed")
        if self._closed:
            target.note("after the close")  # RFC 6455, 5.5.1

    def _payload(self, data: bytes) -> None:
        target = self._target
        if target is None:
            return
        target.length += len(data)
        if target.packed and self._inflater is not None:
            if not target.hole:
                data = self._inflater.feed(data, target.room)
                target.keep(data)
        elif target.room:
            target.keep(data)

    def _end_frame(self) -> None:
        """A frame is complete, and with its last one a message."""
        target, self._target = self._target, None
        if target is None or not self._last:
            return
        if target is self._message:
            self._message = None
            self._unpack(target)
        else:
            self._control = None
            self._closed |= target.opcode == OPCODES[CLOSE]
        self._found.append(target.finish())

    def _unpack(self, target: Assembly) -> None:
        inflater = self._inflater
        if not target.packed or inflater is None:
            return
        if target.hole:
            return
        target.keep(inflater.finish(target.room))
        if not inflater.trouble:
            target.length = inflater.length
            return
        target.note(inflater.trouble)
        target.hole = True
        if inflater.length > MAX_INFLATED:
            target.length = MAX_INFLATED
        else:  # zlib gives or withholds the bytes before the trouble by how the input was cut: none are shown
            target.release()

    # --- trouble ---

    def _hole(self, target: Assembly, length: int) -> None:
        target.note(f"{length} bytes missing")
        target.hole = True
        target.length += length
        if target.packed and self._inflater is not None:
            self._inflater.lose()

    def _lose(self, length: int) -> None:
        if length:
            inside = (
                "" if self._message is None and self._target is None else f", the rest of {self._what()} among them"
            )
            self._found.append(Trouble(f"{length} bytes missing{inside}: looking for the next frame"))
        self._frames.lose()
        self._abandon()
        if self._inflater is not None:
            self._inflater.lose()
        self._seeker = Seeker(masked=self._masked, deflate=self._inflater is not None)

    def _what(self) -> str:
        target = self._target or self._message
        if target is None:
            return "a frame's header" if self._frames.header is None else "a frame that was passed over"
        return f"a {target.opcode} message, after {target.length} bytes"

    def _abandon(self) -> None:
        for target in (self._message, self._control):
            if target is not None:
                target.release()
        self._message = self._control = self._target = None
