"""The Simple Service Discovery Protocol (UPnP Device Architecture 2.0, 1): HTTP's form, over UDP."""

from __future__ import annotations

import re

from pcaptools.core.decode.layer import Cut, Layer, Malformed, Next, text

MAX_HEADERS = 100
REQUEST = re.compile(rb"(M-SEARCH|NOTIFY|SUBSCRIBE|UNSUBSCRIBE) (\S+) HTTP/(\d\.\d)")
RESPONSE = re.compile(rb"HTTP/(\d\.\d) (\d{3})(?: ([^\r\n]*))?")
FIELDS = ("st", "nt", "nts", "usn", "location", "server")
"""The headers that say what is looked for, or offered, in the names of attributes."""


class SSDP(Layer):
    """A search, an announcement, or the answer to a search. Header names are as they came."""

    __slots__ = ("_trouble", "headers", "method", "reason", "status_code", "target", "version")

    key = "ssdp"
    sparse = True
    fields = ("method", "target", "status_code", "reason", "version", *FIELDS, "headers")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.method: str | None = None
        self.target: str | None = None
        self.status_code: int | None = None
        self.reason: str | None = None
        self._trouble: Malformed | None = None
        self.headers: list[tuple[str, str]] = []
        first, *lines = data[start:end].split(b"\n", MAX_HEADERS + 1)
        self._read_first(first.rstrip(b"\r"))
        for line in lines:
            if line in (b"", b"\r") or len(self.headers) == MAX_HEADERS:
                break
            name, colon, value = line.partition(b":")
            if not colon:
                self._trouble = Malformed(f"a header without a colon: {text(line[:60].strip())}")
                break
            self.headers.append((text(name.strip()), text(value.strip())))
        more = lines[MAX_HEADERS] if len(self.headers) == MAX_HEADERS < len(lines) else b""
        if more and not more.startswith((b"\n", b"\r\n")):
            self._trouble = Malformed(f"more than {MAX_HEADERS} headers")

    def _read_first(self, line: bytes) -> None:
        request, response = REQUEST.fullmatch(line), RESPONSE.fullmatch(line)
        if request:
            method, target, version = request.groups()
            self.method, self.target, self.version = text(method), text(target), text(version)
        elif response:
            version, status, reason = response.groups()
            self.version, self.status_code, self.reason = text(version), int(status), text(reason or b"")
        else:
            raise Malformed(f"no start line of SSDP: {text(line[:60])}")

    def header(self, name: str) -> str | None:
        """Return the value of a header, whatever the case of its name."""
        return next((value for found, value in self.headers if found.lower() == name), None)

    @property
    def st(self) -> str | None:
        """What is searched for."""
        return self.header("st")

    @property
    def nt(self) -> str | None:
        """What is announced."""
        return self.header("nt")

    @property
    def nts(self) -> str | None:
        """Whether it comes, changes or goes."""
        return self.header("nts")

    @property
    def usn(self) -> str | None:
        """The unique name of the service."""
        return self.header("usn")

    @property
    def location(self) -> str | None:
        """Where its description is."""
        return self.header("location")

    @property
    def server(self) -> str | None:
        """What program it is."""
        return self.header("server")

    def next(self) -> Next | None:
        """Tell what is wrong with the headers."""
        if len(self.data) < self.end:
            raise Cut("SSDP cut short", len(self.data))
        if self._trouble is not None:
            raise self._trouble
        return None

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Take searches and announcements, and answers that name a service."""
        begin = data[start : start + 12]
        if begin.startswith((b"M-SEARCH * H", b"NOTIFY * HTT")):
            return True
        if not begin.startswith(b"HTTP/1."):
            return False
        head = data[start : min(end, start + 2000)].upper()
        return b"\nUSN:" in head and b"\nST:" in head
