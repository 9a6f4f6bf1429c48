"""The start lines of HTTP/1 messages (RFC 9112, 3 and 4), on any port; http-trace reads the messages themselves."""

from __future__ import annotations

import re

from pcaptools.core.decode.layer import Cut, Layer, text
from pcaptools.core.protocols.http.methods import KNOWN_METHODS

# Every TCP segment is asked that begins with a letter, so this is one pattern, linear by its possessive quantifiers.
# A request needs its version: without, there is no telling it from other text.
_START = re.compile(
    rb"(?:([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}+)(?: ([^\x00-\x20\x7f]++))? HTTP/(\d\.\d)"
    rb"|HTTP/(\d\.\d) (\d{3})(?: ([^\r\n]*+))?)\r?\n"
)
_BEGUN = re.compile(
    KNOWN_METHODS + rb" (?:/|\*|https?://|[\w.-]+:\d)[^\x00-\x20\x7f]*+(?: (?:H(?:T(?:T(?:P(?:/[\d.]*)?)?)?)?)?\r?)?\Z"
    rb"|HTTP/\d\.\d \d{3}(?: [^\r\n]*+\r?)?\Z"
)
"""A start line that goes on in the next segment."""
_FIRST_BYTES = frozenset((b"GET ", b"HEAD", b"POST", b"PUT ", b"DELE", b"OPTI", b"PATC", b"CONN", b"TRAC", b"HTTP"))
"""With which of four bytes that can begin."""
_HOST = re.compile(rb"\nhost:[ \t]*([^\r\n]*)", re.IGNORECASE)
_HEAD_END = re.compile(rb"\n\r?\n")
MAX_HEAD = 16 << 10


class HTTP(Layer):
    """A request line or a status line, and of a request the host that it is for, if the segment has that."""

    __slots__ = ("_line_end", "method", "reason", "status_code", "url", "version")

    key = "http"
    sparse = True
    fields = ("method", "url", "version", "status_code", "reason", "host")
    first_bytes = bytes(range(ord("A"), ord("Z") + 1)) + bytes(range(ord("a"), ord("z") + 1))

    method: str | None
    url: str | None
    version: str | None
    status_code: int | None
    reason: str | None

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        found = _START.match(data, start, end)
        if found is None:
            self._line_end = 0
            self._read_part()
            return
        self._line_end = found.end()
        method, url, version, of_status, code, reason = found.groups()
        if method is None:
            self.method = self.url = None
            self.version = of_status.decode()
            self.status_code = int(code)
            self.reason = text(reason) if reason else ""
        else:
            self.method = method.decode()
            self.url = text(url) if url else ""  # some clients leave it out
            self.version = version.decode()
            self.status_code = self.reason = None

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Take a whole start line, or the beginning of one that nothing else looks like."""
        if _START.match(data, start, end):
            return True
        return data[start : start + 4] in _FIRST_BYTES and _BEGUN.match(data, start, end) is not None

    def _read_part(self) -> None:
        """Keep what is here of a line that goes on: a URL that may be longer, or the status code."""
        self.method = self.url = self.version = self.status_code = self.reason = None
        words = text(self.data[self.start : self.end]).split(" ")
        if words[0].startswith("HTTP/"):
            self.version = words[0][5:]
            self.status_code = int(words[1]) if len(words) > 1 and re.fullmatch("[0-9]{3}", words[1]) else None
        elif len(words) > 1:
            self.method, self.url = words[0], words[1].rstrip("\r")

    @property
    def incomplete(self) -> bool:
        """The line goes on in the next segment."""
        return not self._line_end and self.end <= len(self.data)

    def next(self) -> None:
        """Nothing follows; say if the line was cut."""
        if not self._line_end and self.end > len(self.data):
            raise Cut("HTTP start line cut short", len(self.data))

    @property
    def host(self) -> str | None:
        """The Host field of a request (RFC 9110, 7.2); None if it is not in this segment."""
        if self.method is None:
            return None
        end = min(self.end, self.start + MAX_HEAD)
        head_end = _HEAD_END.search(self.data, self._line_end - 1, end)
        found = _HOST.search(self.data, self._line_end - 1, head_end.start() if head_end else end)
        return text(found[1].rstrip(b" \t")) if found else None
