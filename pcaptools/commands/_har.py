"""--har: a HAR archive that grows entry by entry, and is whole after each."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Self

from pcaptools import __version__
from pcaptools.core.protocols.http.exchange import Exchange
from pcaptools.core.sources.whole import write_whole
from pcaptools.core.sources.writer import cannot_write, open_new
from pcaptools.printers.har import HarFormat
from pcaptools.printers.jsonl import encode

_HEAD = '{"log":{"version":"1.2","creator":{"name":"pcaptools","version":' + encode(__version__) + '},"entries":['
_TAIL = b"\n]}}\n"


class HarFile:
    """Writes entries. The closing brackets come with each, in one write, and the next entry goes over them."""

    def __init__(self, path: str, form: HarFormat, *, force: bool) -> None:
        """Make the file; one that is there is left alone unless `force`."""
        self._path = path
        self._form = form
        # unbuffered: an entry is one write, so that whoever reads, or whatever ends us, meets a whole archive
        self._file = open_new(path, force)
        self._seekable = self._file.seekable()
        self._first = True
        self._failed = False
        self._end = 0
        self._put(_HEAD.encode("ascii"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def take(self, exchanges: Iterable[Exchange]) -> None:
        """Write these."""
        for exchange in exchanges:
            entry = encode(self._form.entry(exchange)).encode("ascii")
            self._put((b"\n" if self._first else b",\n") + entry)
            self._first = False

    def close(self) -> None:
        """End the archive. May be called more than once."""
        if self._file.closed:
            return
        try:
            if not self._seekable and not self._failed:
                self._write(_TAIL)
        finally:
            self._file.close()

    def _put(self, data: bytes) -> None:
        if not self._seekable:  # a pipe gets its end at the end
            self._write(data)
            return
        self._file.seek(self._end)
        self._write(data + _TAIL)
        self._end += len(data)

    def _write(self, data: bytes) -> None:
        try:
            write_whole(self._file, data)
        except OSError as error:
            self._failed = True
            self._mend()
            raise cannot_write(self._path, error) from None

    def _mend(self) -> None:
        """Put the end where it was before an entry that a full disk has room for only in part."""
        with contextlib.suppress(OSError):
            if self._seekable:
                self._file.truncate(self._end)
            if self._seekable and self._end:
                self._file.seek(self._end)
                write_whole(self._file, _TAIL)
