"""Capture files as a source: pcap and pcapng, plain or compressed, standard input, several in one run."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pcaptools.core.errors import CaptureFileError, NotACaptureFileError
from pcaptools.core.sources import inflate
from pcaptools.core.sources.base import Batch, Source, Stats
from pcaptools.core.sources.inflate import Decoder, decoder_for
from pcaptools.core.sources.pcap import NOT_A_CAPTURE, PcapReader, Reader, is_pcap
from pcaptools.core.sources.pcapng import MAGIC as PCAPNG_MAGIC
from pcaptools.core.sources.pcapng import PcapngReader
from pcaptools.core.sources.poll import PollSet

if TYPE_CHECKING:
    from pcaptools.core.sources.bpf import Filter  # without a filter there is no need of libpcap

CHUNK = 1 << 18
"""Bytes read at once: a packet of the greatest length may come in two."""

IDLE_S = 0.2
"""A pipe that gives nothing for so long yields an empty batch, as an idle link does."""

FOLLOW_S = 0.1
"""A file that is followed is asked so often whether it has grown: no descriptor tells."""

_OPEN_AHEAD = 128
"""So many files are opened when the source is made, the others when their turn comes."""


def create_offline_session(path: str | Path, filter: str = "") -> FileSource:  # noqa: A002 (node_pcap's name)
    """Read the packets of a capture file; "-" is standard input."""
    return FileSource([path], filter)


class FileSource(Source):
    """The packets of capture files, one file after the other."""

    def __init__(
        self,
        paths: Sequence[str | Path],
        filter: str = "",  # noqa: A002 (as above)
        *,
        follow: bool = False,
    ) -> None:
        """Open the files, so that one that is missing is told at once and privileges may be dropped.

        With `follow` the end of the last file is not the end: what is appended to it is waited for.
        """
        super().__init__()
        self._follow = follow
        if filter:
            from pcaptools.core.sources.bpf import check_filter

            check_filter(filter)
        self.extra_fds: list[int] = []
        """More descriptors to watch, filled in before `batches()`; as `LiveSource.extra_fds`."""
        self.reader_gone = False
        """`batches()` ended because the reader of one of `extra_fds` went away."""
        self.rejected: dict[int, str] = {}
        """Link types seen on which the filter can match nothing, with libpcap's words for it."""
        self._filter = filter
        self._filters: dict[int, Filter | None] = {}
        self._stream: Iterator[Batch] | None = None  # one only: a second loop goes on where the first left off
        self._single = len(paths) == 1
        self._read = 0
        self._bytes = 0
        self._stopped = self._closed = False
        self._errors: list[CaptureFileError] = []
        self._inputs = [_Input(path) for path in paths]
        sizes = [one.size() for one in self._inputs]
        self._total = sum(sizes) if all(sizes) and not follow else 0
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        try:
            for one in self._inputs[:_OPEN_AHEAD]:
                one.open()
        except CaptureFileError:
            self.close()
            raise

    def batches(self) -> Iterator[Batch]:
        """Yield the packets that pass the filter; raise what was wrong with a file after the last of them."""
        if self._stream is None:
            self._stream = self._all()
        return self._stream

    def _all(self) -> Iterator[Batch]:
        while self._inputs and not self._stopped:
            one = self._inputs[0]
            try:
                yield from self._file(one)
            except CaptureFileError as error:
                self._errors.append(_naming(one.name, error))
            if self._inputs:  # not closed meanwhile
                self._inputs.pop(0).close()
        if self._stopped:
            return
        self._judge_filter()
        if self._errors:
            raise self._errors[0]

    def preload(self) -> None:
        """Import what compressed files need."""
        inflate.preload()

    def stats(self) -> Stats:
        """Return how many packets were read, before the filter; a file drops none."""
        return Stats(ps_recv=self._read)

    def position(self) -> tuple[int, int]:
        """Return how many bytes of the files were read, and how many there are; 0 where that is not known."""
        return self._bytes, self._total

    def stop(self) -> None:
        """End `batches()` soon. May be called from another thread or a signal handler, more than once."""
        self._stopped = True
        with contextlib.suppress(OSError):  # full, it has been woken more than enough; or closed
            if not self._closed:
                os.write(self._wake_write, b"\0")

    def close(self) -> None:
        """Release the descriptors. May be called more than once."""
        self._stopped = True
        if self._closed:
            return
        self._closed = True
        for one in self._inputs:
            one.close()
        self._inputs = []
        os.close(self._wake_read)
        os.close(self._wake_write)

    # --- one file

    def _file(self, one: _Input) -> Iterator[Batch]:
        """Yield a file's packets; raises what is wrong with it last."""
        decoder: Decoder | None = None
        parser = _Parser()
        start = b""
        for chunk in self._chunks(one):
            if not chunk:
                yield Batch(parser.link_type, [])
                continue
            if decoder is None:
                start += chunk
                if len(start) < 4:
                    continue
                decoder, chunk = decoder_for(start), start  # noqa: PLW2901 (what was held back is read first)
            for piece in decoder.feed(chunk):
                for batch in parser.feed(piece):
                    if self._stopped and not self._follow:
                        return
                    kept = self._sift(batch)
                    if kept:
                        yield kept
                    elif len(self.rejected) == 1 and self._single and parser.one_link_type:
                        self._judge_filter()  # nothing can come, and standard input may never end
        if self._stopped:
            return
        if decoder is None:
            raise NotACaptureFileError("is empty" if not start else NOT_A_CAPTURE)
        decoder.finish()  # first: where compressed data is cut short, the capture inside is too
        parser.finish()

    def _chunks(self, one: _Input) -> Iterator[bytes]:
        """Yield the bytes as they come; empty bytes when none have come for a while."""
        fd = one.open()
        poll, asleep = PollSet([fd, self._wake_read], self.extra_fds), PollSet([self._wake_read], self.extra_fds)
        ready = select.poll()
        ready.register(fd, select.POLLIN)
        due = time.monotonic() + IDLE_S
        at_end = False
        while not self._stopped:
            # at the end of a file its descriptor is readable still, so it is not among what is waited for
            self.reader_gone = asleep.wait(FOLLOW_S) if at_end else poll.wait(due - time.monotonic())
            if self.reader_gone:
                self._stopped = True
            if self._stopped:
                break
            chunk = one.read() if ready.poll(0) else None
            at_end = chunk == b""
            if at_end and not (self._follow and len(self._inputs) == 1 and one.may_grow()):
                return
            if chunk:
                self._bytes += len(chunk)
                yield chunk
            elif time.monotonic() < due:
                continue
            else:
                yield b""
            due = time.monotonic() + IDLE_S
        if self._follow and not self.reader_gone:  # the signal may have come while a batch was handled, too
            yield from self._last_chunks(one)

    def _last_chunks(self, one: _Input) -> Iterator[bytes]:
        """Yield what was appended to a file that is followed before `stop()`, as a live source does."""
        left = one.unread() if self._inputs == [one] and one.may_grow() else 0
        if left > CHUNK:  # it is read for the first time still
            return
        while left > 0 and (chunk := one.read()):
            left -= len(chunk)
            yield chunk

    # --- the filter

    def _sift(self, batch: Batch) -> Batch:
        """Count a batch and return what passes the filter."""
        self._read += len(batch)
        if not self._filter:
            return batch
        link_type = batch.link_type
        if link_type not in self._filters:
            from pcaptools.core.sources.bpf import compile_filter

            program = compile_filter(self._filter, link_type)
            self._filters[link_type] = program
            if program is not None and program.rejects_all is not None:
                self.rejected[link_type] = program.rejects_all
        program = self._filters[link_type]
        return batch if program is None else program.select(batch)

    def _judge_filter(self) -> None:
        """A filter that can match nothing on any link type that was there is the user's mistake."""
        if self.rejected and len(self.rejected) == len(self._filters):
            from pcaptools.core.sources.bpf import filter_error

            raise filter_error(self._filter, next(iter(self.rejected.values())))


class _Input:
    """A file to read: its descriptor, its size, and its name for messages."""

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        self._fd = -1
        shown = self._path if self._path.isprintable() else ascii(self._path)
        self.name = "standard input" if self._path == "-" else shown

    def open(self) -> int:
        """Open the file if that was not done yet, and return its descriptor."""
        if self._fd < 0:
            try:
                # without O_NONBLOCK, opening a named pipe would wait for its writer and no signal end that
                self._fd = 0 if self._path == "-" else os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
                if stat.S_ISDIR(os.fstat(self._fd).st_mode):
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            except (OSError, ValueError) as error:  # ValueError: a NUL in the name
                self.close()
                raise self._cannot("open", error) from None
        return self._fd

    def size(self) -> int:
        """Return the file's size, 0 where it is not known: of a pipe, say."""
        try:
            return 0 if self._path == "-" else os.stat(self._path).st_size
        except (OSError, ValueError):
            return 0

    def read(self) -> bytes | None:
        """Read what is there, b"" at the end of the file, None when nothing is there after all."""
        try:
            return os.read(self._fd, CHUNK)
        except BlockingIOError:
            return None
        except OSError as error:
            raise self._cannot("read", error) from None

    def may_grow(self) -> bool:
        """Tell whether something may be appended: not to a pipe, whose end is the end."""
        if not stat.S_ISREG(os.fstat(self._fd).st_mode):
            return False
        if self.unread() < 0:
            raise CaptureFileError("was made shorter while it was followed")
        return True

    def unread(self) -> int:
        """Return how many bytes of an ordinary file were not read yet."""
        return os.fstat(self._fd).st_size - os.lseek(self._fd, 0, os.SEEK_CUR)

    def close(self) -> None:
        """Close the file, but never standard input."""
        if self._fd > 0:
            os.close(self._fd)
        self._fd = -1

    def _cannot(self, verb: str, error: OSError | ValueError) -> CaptureFileError:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        return CaptureFileError(f"cannot {verb} {self.name}: {reason}")


class _Parser:
    """Finds out which format it is, from the first four bytes, and hands over to its reader."""

    def __init__(self) -> None:
        self._start = b""
        self._reader: Reader | None = None
        self.link_type = 1
        """Of the last batch."""

    @property
    def one_link_type(self) -> bool:
        """No packet of another link type can follow."""
        return isinstance(self._reader, PcapReader)

    def feed(self, data: bytes) -> Iterator[Batch]:
        """Yield the packets that are complete with these bytes."""
        if self._reader is None:
            data = self._start + data
            self._start = data
            if len(data) < 4:
                return
            self._reader = _reader_for(data[:4])
        for batch in self._reader.feed(data):
            self.link_type = batch.link_type
            yield batch

    def finish(self) -> None:
        """Say that the file has ended."""
        if self._reader is None:
            raise NotACaptureFileError(NOT_A_CAPTURE if self._start else "is empty")
        self._reader.finish()


def _reader_for(magic: bytes) -> Reader:
    if is_pcap(magic):
        return PcapReader()
    if magic == PCAPNG_MAGIC:
        return PcapngReader()
    raise NotACaptureFileError(NOT_A_CAPTURE)


def _naming(name: str, error: CaptureFileError) -> CaptureFileError:
    """Return the error with the file's name before what is wrong with it."""
    if error.message.startswith("cannot "):
        return error
    return type(error)(f"{name} {error.message}", error.remedy)
