"""Where a body ends (RFC 9112, section 6.3), and the readers that find the place.

The readers have h11's interface — call one with a ReceiveBuffer, get Data, EndOfMessage or None for "more" —
plus `skip(n)` for bytes that were not captured or that nobody reads. Two are h11's own. Its ChunkedReader is
not used: it waits for ever on chunks whose lines end in a bare LF and keeps an endless chunk line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Self

from h11 import Data, EndOfMessage
from h11._readers import ContentLengthReader, Http10Reader
from h11._receivebuffer import ReceiveBuffer

from pcaptools.core.protocols.http.fields import NO_LENGTH, NOT_PLAIN
from pcaptools.core.protocols.http.head import Head, RequestHead, ResponseHead

ENDLESS = 1 << 62
"""More bytes than any capture holds: `skippable` of a body that ends with its connection."""
MAX_CHUNK_LINE = 16 * 1024
"""Bytes of one chunk-size line with its extensions, or of one trailer line."""
MAX_TRAILERS = 64 * 1024
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]+)[ \t]*(?:;[^\r\n]*)?\r?\n")


@dataclass(slots=True)
class Broken:
    """The framing makes no sense any more; `reason` says why, `line` is what was read in vain."""

    reason: str
    line: bytes = b""


class Buffer(ReceiveBuffer):
    """h11's buffer, with lines that may end in a bare LF."""

    def __iadd__(self, data: bytes | bytearray) -> Self:
        """Append."""
        super().__iadd__(data)
        return self

    def take_line(self, limit: int) -> bytes:
        """Take up to and with the next LF, at most about `limit` bytes; what there is when it has none."""
        end = self._data.find(b"\n", 0, limit) + 1
        return bytes(self._extract(end or min(len(self._data), limit)))

    def take_all(self) -> bytes:
        """Take everything."""
        return bytes(self._extract(len(self._data)))


Item = Data | EndOfMessage | Broken | None


class LengthReader(ContentLengthReader):
    """A body of a known length."""

    held = 0
    """Bytes that the reader keeps until more come."""

    @property
    def skippable(self) -> int:
        """Bytes of the body still to come."""
        return self._remaining

    def beyond(self, count: int) -> int:
        """Pass over `count` bytes; return how many of them are behind the body, -1 while it goes on."""
        left = self._remaining - count
        self._remaining = max(left, 0)
        return -1 if left > 0 else -left

    def skip(self, count: int) -> int:
        """Pass over up to `count` bytes; return how many were the body's."""
        taken = min(count, self._remaining)
        self._remaining -= taken
        return taken


class CloseReader(Http10Reader):
    """A body that ends when its sender closes."""

    skippable = ENDLESS
    held = 0

    def skip(self, count: int) -> int:
        """Pass over `count` bytes."""
        return count


class ChunkedReader:
    """Chunked transfer coding (RFC 9112, 7.1), tolerant of bare LF; extensions and trailers are passed over."""

    def __init__(self) -> None:
        self._state: Literal["size", "data", "data end", "trailers"] = "size"
        self._line = bytearray()
        self._trailers = 0
        self.skippable = 0
        """Bytes of the current chunk still to come."""

    @property
    def held(self) -> int:
        """Bytes of a line that has not ended."""
        return len(self._line)

    def __call__(self, buffer: Buffer) -> Item:
        """Return the next piece of the body, EndOfMessage, Broken, or None when more bytes are needed."""
        while buffer:
            if self._state == "data":
                data = buffer.maybe_extract_at_most(self.skippable)
                if data is None:
                    return None
                self.skip(len(data))
                return Data(data=bytes(data))
            line = self._take_line(buffer)
            if not isinstance(line, bytes):
                return line
            item = self._read_line(line)
            if item is not None:
                return item
        return None

    def _take_line(self, buffer: Buffer) -> bytes | Broken | None:
        self._line += buffer.take_line(MAX_CHUNK_LINE)
        if not self._line.endswith(b"\n"):
            return Broken("a chunk-size or trailer line has no end") if len(self._line) > MAX_CHUNK_LINE else None
        line = bytes(self._line)
        self._line.clear()
        return line

    def _read_line(self, line: bytes) -> Item:
        blank = line in (b"\r\n", b"\n")
        if self._state == "trailers":
            self._trailers += len(line)
            if self._trailers > MAX_TRAILERS:
                return Broken("the trailer section has no end")
            return EndOfMessage() if blank else None
        if self._state == "data end":
            self._state = "size"
            if blank:
                return None
            return Broken("a chunk is longer than its size says", line)
        found = _CHUNK_SIZE.fullmatch(line)
        if not found or len(found[1]) > 16:
            return Broken("invalid chunk size", line)
        self.skippable = int(found[1], 16)
        self._state = "data" if self.skippable else "trailers"
        return None

    def skip(self, count: int) -> int:
        """Pass over up to `count` bytes of the current chunk; return how many were its own."""
        taken = min(count, self.skippable)
        self.skippable -= taken
        if taken and not self.skippable:
            self._state = "data end"
        return taken


Reader = LengthReader | CloseReader | ChunkedReader


def request_reader(head: RequestHead) -> Reader | None:
    """Return the reader of a request's body, None when it has none."""
    plain = head.fields.framing()
    if plain != NOT_PLAIN:
        return LengthReader(plain) if plain > 0 and head.http_version != "0.9" else None
    if head.http_version == "0.9":
        return None
    if head.fields.has(b"\ntransfer-encoding:"):
        if _chunked(head):
            return ChunkedReader()
        head.violations.append("Transfer-Encoding without chunked last in a request")
    length = content_length(head)
    if length is None and _is_hixie_76(head):
        length = 8  # the third key of draft-ietf-hybi-thewebsocketprotocol-00, sent after the head
    return LengthReader(length) if length else None


def response_reader(head: ResponseHead, method: str | None) -> Reader | None:
    """Return the reader of a response's body, None when it has none; `method` is its request's."""
    if method == "HEAD" or head.status_code in (204, 304) or 100 <= head.status_code < 200:
        return None
    plain = head.fields.framing()
    if plain > 0:
        return LengthReader(plain)
    if plain != NOT_PLAIN:
        return CloseReader() if plain == NO_LENGTH else None
    if _transfer_coded(head):
        if _chunked(head):
            return ChunkedReader()
        head.violations.append("Transfer-Encoding without chunked last: the body ends with the connection")
        return CloseReader()
    length = content_length(head)
    if length is None:
        return CloseReader()
    return LengthReader(length) if length else None


def content_length(head: Head) -> int | None:
    """Return the length that Content-Length gives, None without a valid one. Names what is wrong with it."""
    if not head.fields.has(b"\ncontent-length:"):
        return None
    length = head.fields.length()
    if length is not None:
        return length
    values = [part.strip(" \t") for value in head.fields.values("content-length") for part in value.split(",")]
    valid = [value for value in values if value.isascii() and value.isdigit()]
    if len(valid) < len(values):
        head.violations.append("invalid Content-Length")
    if len({int(value[-20:]) for value in valid}) > 1:
        head.violations.append("differing Content-Length values")
    elif len(values) > 1:
        head.violations.append("repeated Content-Length")
    if not valid:
        return None
    if len(valid[0].lstrip("0")) > 18:
        head.violations.append("Content-Length beyond 2**59")
        return None
    return int(valid[0])


def _transfer_coded(head: Head) -> bool:
    """Tell whether Transfer-Encoding says anything; `identity` is the absence of a coding (RFC 2616, 3.6)."""
    if not head.fields.has(b"\ntransfer-encoding:"):
        return False
    if head.fields.tokens("transfer-encoding") != ["identity"]:
        return True
    head.violations.append("Transfer-Encoding: identity")
    return False


def _chunked(head: Head) -> bool:
    codings = head.fields.tokens("transfer-encoding")
    if not codings or codings[-1] != "chunked":
        return False
    if codings.count("chunked") > 1:
        head.violations.append("chunked more than once")
    if head.fields.has(b"\ncontent-length:"):
        head.violations.append("both Content-Length and Transfer-Encoding")  # RFC 9112, 6.3, rule 3
    if head.http_version == "1.0":
        head.violations.append("Transfer-Encoding in an HTTP/1.0 message")  # RFC 9112, 6.1
    return True


def _is_hixie_76(head: Head) -> bool:
    return head.fields.has(b"\nsec-websocket-key1:") and head.fields.has(b"\nsec-websocket-key2:")
