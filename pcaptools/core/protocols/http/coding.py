"""Content codings undone (RFC 9110, 8.4): gzip, deflate, br, zstd, one upon the other, always within a bound.

Limitations: `compress` (LZW) and the dictionary codings (dcb, dcz) are named, not undone.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from pcaptools.core.protocols.http.fields import HeaderFields

PIECE = 1 << 16
"""At most about so many bytes come out of a decompressor at once."""
STEP = 1 << 14
"""So many bytes go in at once: what a damaged one gave before the damage is found again within them."""
MAX_CODINGS = 8
"""Codings of one body; nobody honest applies more than two."""
MAX_MEMBERS = 1024
"""Members of a gzip body, or frames of zstd: empty ones cost time and give nothing."""
ZSTD_WINDOW_LOG = 23
"""RFC 9659: as a content coding zstd must not need a window beyond 8 MiB; a forged frame may ask for 2 GiB."""


@dataclass(slots=True)
class Decoded:
    """A body with its content codings undone."""

    data: bytes
    codings: list[str] = field(default_factory=list)
    """Those undone, in the order of undoing: the last applied first."""
    note: str = ""
    """What stopped it, in words; empty when all went well."""
    bounded: bool = False
    """There is more than `data`: the bound was hit."""


def content_codings(fields: HeaderFields) -> list[str]:
    """Return the codings of a body in the order they were applied, in lower case, without identity."""
    if not fields.has(b"\ncontent-encoding:"):
        return []
    return [token for token in fields.tokens("content-encoding") if token != "identity"]


def decode_content(fields: HeaderFields, body: bytes, limit: int) -> Decoded:
    """Undo the content codings of a body, to at most `limit` bytes; never raises for what the body holds."""
    codings = content_codings(fields)
    decoded = Decoded(body)
    if len(codings) > MAX_CODINGS:
        decoded.note = f"{len(codings)} content codings: not undone"
        codings = []
    while codings and not decoded.note and decoded.data:
        coding = codings.pop()
        # what lies between two codings is compressed itself: hardly larger than what it becomes
        _undo(decoded, coding, limit + PIECE if codings else limit)
    if len(decoded.data) > limit:
        decoded.data = decoded.data[:limit]
        decoded.bounded = True
        decoded.note = decoded.note or f"cut at {limit} bytes"
    return decoded


def preload() -> None:
    """Import what decoding may need now, for a run that gives up its privileges before."""
    for library in (_brotli_library, _zstd_library):
        try:
            library()
        except ImportError:  # told where a body needs it
            continue


# --- one coding


class _Stream(Protocol):
    """A decompressor that gives its output in pieces."""

    def feed(self, data: bytes) -> bytes:
        """Take bytes and return some of what they give."""

    @property
    def more(self) -> bool:
        """There may be more output without more input: feed it nothing."""

    @property
    def eof(self) -> bool:
        """The member, or frame, has ended."""

    @property
    def unused(self) -> bytes:
        """What followed the end."""


class _DamagedError(Exception):
    """The bytes are not of the coding."""


def _undo(decoded: Decoded, coding: str, limit: int) -> None:
    make = _CODINGS.get(coding)
    if make is None:
        decoded.note = f"unknown content coding {coding}"
        return
    try:
        stream = make(decoded.data)
    except ImportError as error:
        decoded.note = f"{coding} not undone: the library {error.name} is not installed"
        return
    run = _Run(make, decoded.data, limit, _MAGICS.get(coding, ()))
    run.all(stream)
    if run.failed and not run.out:
        decoded.note = f"not {coding}, as Content-Encoding has it"  # the body as it is tells more than nothing
        return
    decoded.codings.append(coding)
    decoded.data, decoded.note, decoded.bounded = bytes(run.out), run.note(coding), run.bounded


class _Run:
    """One coding being undone: members one after the other, until the end, the bound, or damage."""

    def __init__(self, make: Callable[[bytes], _Stream], data: bytes, limit: int, magics: tuple[bytes, ...]) -> None:
        self._make = make
        self._magics = magics
        self._data = data
        self._limit = limit
        self._at = 0
        self._members = 1
        self.out = bytearray()
        self.bounded = False
        self.failed = False
        self._trailing = 0
        self._ended = False

    def all(self, stream: _Stream) -> None:
        """Undo as much as there is."""
        member = 0  # where the member at hand began, and how much had come out by then
        before = 0
        while self._at < len(self._data):
            chunk = self._data[self._at : self._at + STEP]
            had = len(self.out)
            try:
                self._feed(stream, chunk)
            except _DamagedError:
                del self.out[had:]
                self._again(self._data[member:], self._at - member, had - before)
                return
            if self.bounded:
                return
            self._at += len(chunk)
            if stream.eof:
                self._at -= len(stream.unused)
                if not self._next_member():
                    return
                head = self._data[self._at : self._at + 2]  # all that tells the form; the rest would be copied for each
                stream, member, before = self._make(head), self._at, len(self.out)
                self._ended = False

    def _feed(self, stream: _Stream, chunk: bytes) -> None:
        self.out += stream.feed(chunk)
        while not self.bounded:
            if len(self.out) > self._limit:
                self.bounded = True
            elif stream.more and not stream.eof:
                self.out += stream.feed(b"")
            else:
                return

    def _next_member(self) -> bool:
        """See whether another member follows (RFC 1952, 2.2; RFC 8878, 3.1)."""
        self._ended = True
        rest = self._data[self._at : self._at + 64]
        if not rest.strip(b"\0"):
            return False  # the end, or padding
        if rest.startswith(self._magics) and self._members < MAX_MEMBERS:
            self._members += 1
            return True
        self._trailing = len(self._data) - self._at
        return False

    def _again(self, data: bytes, good: int, had: int) -> None:
        """Undo a damaged member once more, up to the damage: `good` bytes went well and gave `had`."""
        self.failed = True
        stream = self._make(data)
        skip = had
        try:
            for start in (*range(0, good, STEP), *range(good, min(len(data), good + STEP))):
                piece = data[start : min(start + STEP, good)] if start < good else data[start : start + 1]
                out = stream.feed(piece)
                while True:
                    fresh = out[skip:]
                    skip = max(0, skip - len(out))
                    self.out += fresh
                    if len(self.out) > self._limit or not stream.more or stream.eof:
                        break
                    out = stream.feed(b"")
                self._at += start >= good
                if stream.eof:  # byte by byte zstd ends a frame that it called damaged together with the next one
                    return
        except _DamagedError:
            pass

    def note(self, coding: str) -> str:
        """Say what stopped it."""
        if self.failed:
            return f"{coding} is damaged at byte {self._at}: what came before it is shown"
        if self.bounded:
            return f"{coding} gives more than the limit of {self._limit} bytes: not undone further"
        if self._trailing:
            return f"{self._trailing} bytes after the end of the {coding} data"
        return "" if self._ended else f"the {coding} data ends too early"


_GZIP_MAGICS = (b"\x1f\x8b",)
_ZSTD_MAGICS = (b"\x28\xb5\x2f\xfd", *(bytes([n, 0x2A, 0x4D, 0x18]) for n in range(0x50, 0x60)))
_MAGICS = {"gzip": _GZIP_MAGICS, "x-gzip": _GZIP_MAGICS, "zstd": _ZSTD_MAGICS}
"""Codings of which one body may have several members, and how each begins (RFC 8878, 3.1.2: skippable frames too)."""


class _Zlib:
    """gzip, zlib or raw deflate."""

    def __init__(self, bits: int) -> None:
        self._zlib = zlib.decompressobj(bits)
        self.more = False

    def feed(self, data: bytes) -> bytes:
        try:
            out = self._zlib.decompress(self._zlib.unconsumed_tail + data, PIECE)
        except zlib.error:
            raise _DamagedError from None
        # zlib may hold output although it has taken all input: only a short piece says that nothing is left
        self.more = len(out) == PIECE or bool(self._zlib.unconsumed_tail)
        return out

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused(self) -> bytes:
        return self._zlib.unused_data


class _Brotli:
    """RFC 7932. The library tells its end only, not what follows it."""

    def __init__(self) -> None:
        self._library = _brotli_library()
        self._brotli = self._library.Decompressor()
        self.unused = b""
        self.more = False

    def feed(self, data: bytes) -> bytes:
        try:
            out: bytes = self._brotli.process(data, output_buffer_limit=PIECE)
        except self._library.error:
            raise _DamagedError from None
        # can_accept_more_data() is true with output left (brotli 1.2): only an empty piece says that nothing is
        self.more = bool(out)
        return out

    @property
    def eof(self) -> bool:
        return bool(self._brotli.is_finished())


class _Zstd:
    """RFC 8878."""

    def __init__(self) -> None:
        self._library = _zstd_library()
        options = {self._library.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG}
        self._zstd = self._library.ZstdDecompressor(options=options)

    def feed(self, data: bytes) -> bytes:
        try:
            out: bytes = self._zstd.decompress(data, PIECE)
        except self._library.ZstdError:
            raise _DamagedError from None
        return out

    @property
    def more(self) -> bool:
        return not self._zstd.eof and not self._zstd.needs_input

    @property
    def eof(self) -> bool:
        return bool(self._zstd.eof)

    @property
    def unused(self) -> bytes:
        return bytes(self._zstd.unused_data)


def _deflate(data: bytes) -> _Stream:
    """Tell zlib's form, which RFC 9110 means, from the raw one that some send, by the header (RFC 1950, 2.2)."""
    wrapped = len(data) >= 2 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    return _Zlib(15 if wrapped else -15)


def _brotli_library() -> Any:
    import brotli

    return brotli


def _zstd_library() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


_CODINGS: dict[str, Callable[[bytes], _Stream]] = {
    "gzip": lambda _: _Zlib(31),
    "x-gzip": lambda _: _Zlib(31),
    "deflate": _deflate,
    "br": lambda _: _Brotli(),
    "zstd": lambda _: _Zstd(),
}
