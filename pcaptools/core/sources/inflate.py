"""Decompression of capture files, streamed: gzip (RFC 1952) and Zstandard (RFC 8878), told by their magic."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from typing import Any, Protocol

from pcaptools.core.errors import CaptureFileError, TruncatedFileError

PIECE = 1 << 18
"""At most this many bytes come out at once, so that a decompression bomb costs time only."""

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGICS = (b"\x28\xb5\x2f\xfd", *(bytes([n, 0x2A, 0x4D, 0x18]) for n in range(0x50, 0x60)))
"""A frame's, and those of the skippable frames that may stand before it (RFC 8878, 3.1.2)."""


class Decoder(Protocol):
    """Bytes of the file in, bytes of the capture out."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what these bytes give."""

    def finish(self) -> None:
        """Say that the file has ended; raises when it should not have."""


def decoder_for(magic: bytes) -> Decoder:
    """Return the decoder for a file that starts with these (at least four, if it has them) bytes."""
    if magic.startswith(_GZIP_MAGIC):
        return _Inflate(_Gzip)
    if magic.startswith(_ZSTD_MAGICS):
        return _Inflate(_Zstd)
    return _Plain()


class _Plain:
    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> None:
        pass


class _Gzip:
    """One gzip member, with the interface of the standard library's stream decompressors."""

    magics: tuple[bytes, ...] = (_GZIP_MAGIC,)
    name = "gzip"

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(31)
        self.more = False

    def decompress(self, data: bytes) -> bytes:
        out = self._zlib.decompress(self._zlib.unconsumed_tail + data, PIECE)
        # zlib may hold output although it has taken all input: only a short piece says that nothing is left
        self.more = len(out) == PIECE or bool(self._zlib.unconsumed_tail)
        return out

    @staticmethod
    def errors() -> tuple[type[Exception], ...]:
        return (zlib.error, EOFError)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data


class _Zstd:
    """One zstd frame."""

    magics: tuple[bytes, ...] = _ZSTD_MAGICS
    name = "zstd"

    def __init__(self) -> None:
        self._zstd = _zstd().ZstdDecompressor()
        self.more = False

    def decompress(self, data: bytes) -> bytes:
        out: bytes = self._zstd.decompress(data, PIECE)
        self.more = not self._zstd.eof and not self._zstd.needs_input
        return out

    @staticmethod
    def errors() -> tuple[type[Exception], ...]:
        return (_zstd().ZstdError, EOFError)

    @property
    def eof(self) -> bool:
        return bool(self._zstd.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._zstd.unused_data)


class _Inflate:
    """Members (gzip) or frames (zstd) one after the other are one stream."""

    def __init__(self, kind: type[_Gzip] | type[_Zstd]) -> None:
        self._kind = kind
        self._member: _Gzip | _Zstd | None = None
        self._next = b""  # what followed the last member, too short to be told yet

    def feed(self, data: bytes) -> Iterator[bytes]:
        data = self._next + data
        self._next = b""
        while data:
            if self._member is None:
                data = data.lstrip(b"\0")  # padding, as on tapes
                if not self._starts(data):
                    return
                self._member = self._kind()
            yield from self._pieces(self._member, data)
            if not self._member.eof:
                return
            data, self._member = self._member.unused_data, None

    def _starts(self, data: bytes) -> bool:
        if data.startswith(self._kind.magics):
            return True
        if data and not any(magic.startswith(data) for magic in self._kind.magics):
            raise CaptureFileError(f"holds something that is not {self._kind.name} after its {self._kind.name} data")
        self._next = data
        return False

    def _pieces(self, member: _Gzip | _Zstd, data: bytes) -> Iterator[bytes]:
        try:
            while True:
                out = member.decompress(data)
                if out:
                    yield out
                if member.eof or not member.more:
                    return
                data = b""
        except self._kind.errors() as error:
            raise CaptureFileError(f"has damaged {self._kind.name} data ({error})") from None

    def finish(self) -> None:
        if self._member is not None or self._next:
            raise TruncatedFileError(f"ends in the middle of its {self._kind.name} data")


def _zstd() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def preload() -> None:
    """Import zstd now, for a run that gives up its privileges before it meets a compressed file."""
    _zstd()
