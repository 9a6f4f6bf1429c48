"""One direction of an HTTP/1 session: finds messages in the byte stream, and finds them again after trouble."""

from __future__ import annotations

from typing import Literal, Protocol

from h11 import EndOfMessage

from pcaptools.core.events import Direction, IncompleteReason
from pcaptools.core.protocols.base import EndReason
from pcaptools.core.protocols.http.framing import Broken, Buffer, CloseReader, LengthReader, Reader
from pcaptools.core.protocols.http.head import (
    HEAD_END,
    MAX_HEAD,
    RequestHead,
    ResponseHead,
    cut_start_line,
    has_known_method,
    may_start_message,
    parse_head,
    starts_message,
    starts_request,
    starts_response,
    starts_simple_request,
    well_formed_head,
)
from pcaptools.core.protocols.http.verdict import END_REASONS, ENDS, Cause, joined, missing_words
from pcaptools.core.protocols.unfinished import Share, Unfinished

MAX_PAUSED = 256 * 1024
"""Bytes kept while the answer to a CONNECT is awaited."""
TOO_MANY = "too much is unfinished in all sessions together"
MAX_LOST_LINE = 8 * 1024
"""Bytes kept of a line that may become a start line, while messages are looked for."""
After = Literal["next", "pause", "tunnel"] | Reader
"""What follows a head: the next message, bytes to keep until the other side answers, a tunnel, or a body."""


class Owner(Protocol):
    """Who is told what the parser finds."""

    def on_head(self, parser: MessageParser, head: RequestHead | ResponseHead, time: int) -> After:
        """Take a head; return what follows it."""
        ...

    def on_cut_head(
        self, parser: MessageParser, head: RequestHead | ResponseHead, time: int, reason: IncompleteReason
    ) -> None:
        """Take a head of which the end is missing."""
        ...

    def on_lost(self, parser: MessageParser) -> None:
        """Take note that a direction lost its place."""
        ...

    def on_body(self, parser: MessageParser, data: bytes) -> None:
        """Take bytes of a body."""
        ...

    def on_complete(self, parser: MessageParser, time: int) -> None:
        """Take note of a message's last byte."""
        ...

    def on_error(self, parser: MessageParser, error: str, time: int, reason: IncompleteReason) -> None:
        """Take note that bytes are no message; `reason`: what that means for the one they should be of."""
        ...

    def on_tunnel(self, parser: MessageParser, data: bytes, time: int) -> None:
        """Take a tunnel's bytes."""
        ...

    def on_no_message(self, parser: MessageParser, time: int) -> Reader | None:
        """Return a reader for bytes that are not a message, None when they should be one."""
        ...


class MessageParser:
    """Splits one direction's bytes into heads and bodies. `mode` says what the next byte is."""

    __slots__ = (
        "_checked",
        "_lost_while_paused",
        "_pending",
        "_pending_time",
        "_scanned",
        "_share",
        "_together",
        "body_len",
        "buffer",
        "cause",
        "direction",
        "keep_bodies",
        "missing",
        "mode",
        "owner",
        "reader",
    )

    def __init__(
        self, owner: Owner, direction: Direction, *, keep_bodies: bool, unfinished: Unfinished | None = None
    ) -> None:
        self.owner = owner
        self._together = unfinished
        self._share: Share | None = None
        """Of what all sessions may hold of unfinished messages; None while nothing is held."""
        self.keep_bodies = keep_bodies
        self.direction = direction
        self.mode: Literal["head", "body", "lost", "paused", "tunnel"] = "head"
        self.reader: Reader | None = None
        self.buffer: Buffer | None = None
        """Body bytes on their way through the reader; made when there are any."""
        self.body_len = 0
        self.missing = 0
        self.cause: Cause | None = None
        """Why bytes are missing, of the message or of those between the last and the next."""
        self._pending = bytearray()
        """The beginning of a head that is not complete."""
        self._pending_time = 0
        self._scanned = 0
        self._checked = False
        self._lost_while_paused = False

    @property
    def between(self) -> bool:
        """Whether the next byte may be the first of a message, as far as is known."""
        return self.mode in ("head", "lost") and not self._pending

    def data(self, data: bytes, time: int) -> None:
        """Take the next bytes."""
        while data:
            if self.mode == "body":
                data = self._take_body(data, time)
            elif self.mode == "head":
                data = self._read_head(data, time)
            elif self.mode == "lost":
                data = self._resync(data, time)
            elif self.mode == "tunnel":
                self.owner.on_tunnel(self, data, time)
                return
            else:
                self._pause(data, time)
                return

    def gap(self, length: int, time: int, cause: Cause = "bytes_missing") -> None:
        """Take note that `length` bytes are missing here, and why."""
        self.cause = joined(self.cause, cause)
        if self.mode == "body" and self.reader is not None:
            taken = self.reader.skip(length)
            self.missing += taken
            if taken == length:
                if not self.reader.skippable:
                    self._data_after_skip(time)
                return
            if isinstance(self.reader, LengthReader):
                self._finish_body(time)  # the rest of the gap was behind the body
                self.cause = cause
                self._lose()
            else:
                error = f"{missing_words(length, cause)} inside a chunked body: where it ends is unknown"
                self._fail(error, time, cause)
        elif self.mode == "head":
            self._cut_head(f"the head is cut: {missing_words(length, cause)}", cause)
        elif self.mode == "paused":
            self._pending.clear()
            self._share = None
            self._lost_while_paused = True
        else:
            self._forget_pending()  # nothing before a gap belongs to anything behind it

    def end(self, reason: EndReason, time: int) -> None:
        """Take note that nothing more comes (or that a reset made the rest meaningless)."""
        if self.mode == "body":
            if isinstance(self.reader, CloseReader) and reason == "fin":
                self._finish_body(time)
            else:
                self.owner.on_error(self, self._unfinished(reason), time, END_REASONS[reason])
                self._lose()
        elif self.mode == "head" and self._pending:
            self._end_in_head(reason, time)

    def _end_in_head(self, reason: EndReason, time: int) -> None:
        if self._checked and starts_simple_request(self._pending):
            self._simple_request(bytes(self._pending), time)
            return
        if not self._checked:
            block, first_time = bytes(self._pending), self._pending_time
            reader = self.owner.on_no_message(self, first_time)
            if reader is not None:
                self._forget_pending()
                self._start(reader, first_time)
                self.data(block, first_time)
                self.end(reason, time)
                return
        self._cut_head(f"the head is cut: {ENDS[reason]}", END_REASONS[reason])

    def skip(self, count: int) -> None:
        """Pass over body bytes that were seen and not delivered."""
        if self.reader is not None:
            self.body_len += self.reader.skip(count)

    def resume(self, tunnel: bool, time: int) -> None:
        """Go on after a pause: with the next message, or as a tunnel."""
        if self.mode == "paused":
            self.mode = "tunnel" if tunnel else "lost" if self._lost_while_paused else "head"
            self._lost_while_paused = False
            data, first_time = bytes(self._pending), self._pending_time
            self._forget_pending()
            self.data(data, first_time if data else time)

    def _data_after_skip(self, time: int) -> None:
        """Look whether a body is complete that ended in skipped bytes."""
        self.data(self._read_body(time), time)

    # --- heads ---

    def _read_head(self, data: bytes, time: int) -> bytes:
        """Read one head; return what follows it, empty when more is needed."""
        block: bytes | bytearray = data
        whole = None if self._pending else well_formed_head(data)
        if whole:
            self._start(self.owner.on_head(self, whole[0], time), time)
            return data[whole[1] :]
        segment = len(self._pending)
        if segment:
            self._pending += data
            block = self._pending
        else:
            block = data.lstrip(b"\r\n")  # RFC 9112, 2.2: empty lines before a request are to be ignored
            self._pending_time = time
            if not block:
                return b""
        # a line that goes on over many segments is looked at again when its end is there
        if not self._checked and (b"\n" in data or block is not self._pending):
            problem = self._check_start(block)
            if problem is not None:
                return self._not_a_message(bytes(block), segment, problem, time)
        found = HEAD_END.search(block, self._scanned)
        if found:
            end = found.end()
            head, rest = bytes(block[: found.start() + 1]), bytes(block[end:])
            first_time = self._pending_time
            self._forget_pending()
            self._start(self.owner.on_head(self, parse_head(head), first_time), time)
            return rest
        if self._checked and starts_simple_request(block) and block.count(b"\n") == 1 and block.endswith(b"\n"):
            self._simple_request(bytes(block), time)
            return b""
        if len(block) > MAX_HEAD:
            too_long = f"the head is longer than {MAX_HEAD // 1024} KiB"
            if block is not self._pending:
                self._pending += block
            self._cut_head(too_long, "bound")
            self._fail(too_long, time, "bound")
            return b""
        if block is not self._pending:
            self._pending += block
        self._scanned = max(0, len(block) - 3)
        if not self._hold(len(self._pending)):
            self._cut_head(TOO_MANY, "bound")
            self._fail(TOO_MANY, time, "bound")
        return b""

    def _hold(self, size: int) -> bool:
        """Ask for the bytes that are kept of a message until more of it comes."""
        if self._together is None:
            return True
        if self._share is None:
            self._share = Share(self._together)
        return self._share.resize(size)

    def _check_start(self, block: bytes | bytearray) -> str | None:
        """Return what is wrong with the start line, None when it is right or not complete yet."""
        if starts_message(block):
            self._checked = True
            return None
        if b"\n" not in block[:MAX_HEAD] and may_start_message(block):
            return None
        return "not a start line"

    def _not_a_message(self, block: bytes, segment: int, problem: str, time: int) -> bytes:
        first_time = self._pending_time
        self._forget_pending()
        reader = self.owner.on_no_message(self, first_time)
        if reader is not None:
            self._start(reader, time)
            return block
        self.owner.on_error(self, problem, first_time, "malformed")
        self._lose()
        self._pending += block[:segment]  # a message may begin where a segment does
        self._pending_time = first_time
        return block[segment:]

    def _simple_request(self, block: bytes, time: int) -> None:
        first_time = self._pending_time
        self._forget_pending()
        self._start(self.owner.on_head(self, parse_head(block), first_time), time)

    def _cut_head(self, violation: str, reason: IncompleteReason) -> None:
        """Lose the place in a head; show as much of it as was captured, when that is more than a word's beginning."""
        block, first_time = bytes(self._pending), self._pending_time
        if not self._checked:
            block = cut_start_line(block)
        self._lose()
        if block:
            head = parse_head(block[: block.rindex(b"\n") + 1])
            head.violations = [text for text in head.violations if text != "no Host header"]  # it may have had one
            head.violations.append(violation)
            self.owner.on_cut_head(self, head, first_time, reason)

    def _start(self, following: After, time: int) -> None:
        self.body_len = self.missing = 0
        self.cause = None
        if following == "next":
            self.mode = "head"
            self.owner.on_complete(self, time)
        elif following == "tunnel":
            self.mode = "tunnel"
        elif following == "pause":
            self.mode = "paused"
            self.owner.on_complete(self, time)
        else:
            self.mode = "body"
            self.reader = following

    # --- bodies ---

    def _take_body(self, data: bytes, time: int) -> bytes:
        """Take body bytes; return what follows the body, empty when more is needed."""
        reader = self.reader
        assert reader is not None
        if not self.keep_bodies:  # count them, without a copy
            if isinstance(reader, LengthReader):
                beyond = reader.beyond(len(data))
                if beyond < 0:
                    self.body_len += len(data)
                    return b""
                self.body_len += len(data) - beyond
                self._finish_body(time)
                return data[len(data) - beyond :]
            taken = reader.skip(min(len(data), reader.skippable))
            self.body_len += taken
            data = data[taken:]
            if reader.skippable:
                return b""
        if self.buffer is None:
            self.buffer = Buffer()
        if data:
            self.buffer += data
        return self._read_body(time)

    def _read_body(self, time: int) -> bytes:
        """Run the reader; return what follows the body, empty when more is needed."""
        reader, buffer = self.reader, self.buffer or Buffer()
        assert reader is not None
        while True:
            item = reader(buffer)
            if item is None:
                held = reader.held
                if held and not self._hold(held):
                    self._fail(TOO_MANY, time, "bound")
                elif not held:
                    self._share = None
                return b""
            if isinstance(item, EndOfMessage):
                rest = buffer.take_all()
                self._finish_body(time)
                return rest
            if isinstance(item, Broken):
                rest = item.line + buffer.take_all()  # the next message may begin right there
                self._fail(item.reason, time)
                return rest
            self.body_len += len(item.data)
            self.owner.on_body(self, bytes(item.data))

    def _finish_body(self, time: int) -> None:
        self.reader = None
        self.mode = "head"
        self.owner.on_complete(self, time)
        self.cause = None

    def _unfinished(self, reason: EndReason) -> str:
        seen = self.body_len + self.missing
        if isinstance(self.reader, LengthReader):
            return f"{ENDS[reason]} {self.reader.skippable} bytes before the end of the body, after {seen} bytes"
        return f"{ENDS[reason]} inside the body, after {seen} bytes"

    # --- trouble ---

    def _fail(self, error: str, time: int, reason: IncompleteReason = "malformed") -> None:
        self.owner.on_error(self, error, time, reason)
        self._lose()

    def _lose(self) -> None:
        self.mode, self.reader = "lost", None
        self.owner.on_lost(self)
        self.buffer = None
        self._forget_pending()

    def _forget_pending(self) -> None:
        if self._pending:
            self._pending = bytearray()
        self._share = None
        self._scanned, self._checked = 0, False

    def _resync(self, data: bytes, time: int) -> bytes:
        """Look for the next start line: at the start of a segment, or of a line in it."""
        segment = len(self._pending)
        if segment:
            data = bytes(self._pending) + data
        start = _find_start(data, segment)
        if start is None:
            line = data.rfind(b"\n") + 1
            self._forget_pending()
            for place in (line, max(line, segment)):
                if place < len(data) <= place + MAX_LOST_LINE and may_start_message(data, place):
                    if place >= segment:
                        self._pending_time = time
                    self._pending += data[place:]
                    if not self._hold(len(self._pending)):
                        self._forget_pending()
                    break
            return b""
        self._forget_pending()
        self.mode = "head"
        if start < segment:
            self._pending += data[start:segment]
            return data[segment:]
        return data[start:]

    def _pause(self, data: bytes, time: int) -> None:
        if not self._pending:
            self._pending_time = time
        if len(self._pending) + len(data) > MAX_PAUSED:
            self._fail("too many bytes before the answer to CONNECT", time, "bound")
            return
        self._pending += data
        if not self._hold(len(self._pending)):
            self._fail(TOO_MANY, time, "bound")


def _find_start(data: bytes, segment: int) -> int | None:
    """Return where the first credible start line begins: one with HTTP/1.x, at the start of a line or of `segment`."""
    mark = data.find(b"HTTP/1.")
    while mark >= 0:
        line = data.rfind(b"\n", 0, mark) + 1
        end = data.find(b"\n", mark) + 1
        places = [place for place in (line, segment) if line <= place <= mark and _starts(data, place)]
        if places:  # any word is a method: of two readings, the one with a method that is known
            return next((place for place in places if has_known_method(data, place)), places[0])
        if not end:
            return None
        mark = data.find(b"HTTP/1.", end)
    return None


def _starts(data: bytes, place: int) -> bool:
    return starts_response(data, place) or starts_request(data, place)
