"""Capture files to write: pcap, or pcapng where the name says so."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from pcaptools.core.errors import CaptureFileError
from pcaptools.core.privileges import give_to_invoker, remedy_for
from pcaptools.core.sources.base import Batch, Record
from pcaptools.core.sources.whole import Stream, write_whole

_SECOND = 1_000_000_000
_EPB, _U32 = struct.Struct("<IIIIIII"), struct.Struct("<I")
_PCAPNG_ENDINGS = {".pcapng", ".ntar"}


def open_writer(
    path: str | Path,
    *,
    force: bool = False,
    snaplen: int = 262_144,
    link_type: int | None = None,
    nanosecond: bool = False,
    like: str | Path = "",
) -> CaptureWriter:
    """Make a capture file and return its writer; "-" is standard output.

    An existing file is left alone unless `force`. With `link_type` the file's header is written at once, so
    that a capture without packets is a valid file; `nanosecond` then says how fine its times will be. The
    format is told by the ending of `like`, or of the path where that is not given.
    """
    name = str(path)
    stream: Stream = sys.stdout.buffer if name == "-" else open_new(name, force)
    kind = _Pcapng if Path(like or name).suffix.lower() in _PCAPNG_ENDINGS else _Pcap
    writer = CaptureWriter(stream, "standard output" if name == "-" else _shown(name), kind(snaplen))
    if link_type is not None:
        try:
            writer.write(Batch(link_type, [], nanosecond=nanosecond))
        except (CaptureFileError, BrokenPipeError):
            writer.give_up()
            raise
    return writer


class CaptureWriter:
    """A capture file being written; a context manager. Made by `open_writer`."""

    full = False
    """No more may be written; see `RotatingWriter`."""

    def __init__(self, stream: Stream, name: str, form: _Pcap | _Pcapng) -> None:
        self._stream = stream
        self._own = stream is not getattr(sys.stdout, "buffer", None)
        self._name = name
        self._form = form
        self._closed = False
        self.size = 0
        """Bytes written."""
        self.overhead = 16 if isinstance(form, _Pcap) else 32
        """Bytes that a packet takes beside its own (in pcapng without padding and comments)."""

    def write(self, batch: Batch) -> None:
        """Write the packets of a batch, so that a reader of the file sees them at once."""
        data = self._form.encode(batch)
        try:
            with self._telling():
                write_whole(self._stream, data)
                self._stream.flush()
        except CaptureFileError:
            self._cut_off_the_rest(data)
            raise
        self.size += len(data)

    def _cut_off_the_rest(self, data: bytes) -> None:
        """Take away the packet that a full disk has room for only in part: what is left can be read."""
        if not isinstance(self._stream, io.FileIO) or not self._own:
            return
        with contextlib.suppress(OSError):
            there = os.fstat(self._stream.fileno())
            if stat.S_ISREG(there.st_mode):
                whole = self._form.whole(data, there.st_size - self.size, first=not self.size)
                os.ftruncate(self._stream.fileno(), self.size + whole)

    def flush(self) -> None:
        """Hand everything to the operating system."""
        with self._telling():
            self._stream.flush()

    def close(self) -> None:
        """Close the file, but never standard output. May be called more than once."""
        if self._closed:
            return
        self._closed = True
        with self._telling():
            if self._own:
                self._stream.close()
            else:
                self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
            return
        self.give_up()

    def give_up(self) -> None:
        """Close after an error, which is the one to tell: closing may well meet it again."""
        with contextlib.suppress(CaptureFileError, BrokenPipeError):
            self.close()

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn the system's errors into ours; that a reader has gone is none."""
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CaptureFileError(f"cannot write {self._name}: {error.strerror or error}") from None


class _Pcap:
    """Records of a pcap file (draft-ietf-opsawg-pcap), little-endian."""

    def __init__(self, snaplen: int) -> None:
        self._snaplen = snaplen
        self._link_type: int | None = None
        self._unit = 1000

    def encode(self, batch: Batch) -> bytes:
        """Return the bytes of a batch, after the file header where it is the first."""
        if self._link_type is None:
            unit = 1 if batch.nanosecond else 1000
            data = self._header(batch) + _pcap_records(batch, unit)
            self._link_type, self._unit = batch.link_type, unit
            return data
        if batch.link_type != self._link_type:
            raise CaptureFileError(
                f"a pcap file holds packets of one link type, here are {self._link_type} and {batch.link_type}",
                "write to a .pcapng file",
            )
        return _pcap_records(batch, self._unit)

    @staticmethod
    def whole(data: bytes, size: int, *, first: bool) -> int:
        """Return how many of the first `size` bytes of what was encoded are whole packets."""
        at, end = 0, 24 if first else 0
        while end <= size:
            at = end
            if at + 16 > size:
                break
            end = at + 16 + _U32.unpack_from(data, at + 8)[0]
        return at

    def _header(self, batch: Batch) -> bytes:
        magic = 0xA1B23C4D if batch.nanosecond else 0xA1B2C3D4
        return struct.pack("<IHHiIII", magic, 2, 4, 0, 0, self._snaplen, batch.link_type)


def _pcap_records(batch: Batch, unit: int) -> bytes:
    parts: list[bytes] = []
    pack = struct.Struct("<IIII").pack
    for time, wire_len, data in batch.records:
        sec, nsec = divmod(time, _SECOND)
        if not 0 <= sec < 1 << 32:
            raise CaptureFileError("a pcap file holds times from 1970 to 2106 only", "write to a .pcapng file")
        parts += (pack(sec, nsec // unit, len(data), wire_len), data)
    return b"".join(parts)


class _Pcapng:
    """Blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian; an interface for each link type."""

    def __init__(self, snaplen: int) -> None:
        self._snaplen = snaplen
        self._interfaces: dict[tuple[int, bool], int] = {}
        self._started = False

    def encode(self, batch: Batch) -> bytes:
        """Return the bytes of a batch, after the section and interface headers that it needs."""
        parts = []
        if not self._started:
            self._started = True
            parts.append(_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
        key = (batch.link_type, batch.nanosecond)
        number = self._interfaces.get(key)
        if number is None:
            number = self._interfaces[key] = len(self._interfaces)
            parts.append(self._interface(*key))
        for index, record in enumerate(batch.records):
            comments = batch.comments.get(index, ())
            parts.append(_packet(number, 1 if batch.nanosecond else 1000, record, comments))
        return b"".join(parts)

    @staticmethod
    def whole(data: bytes, size: int, *, first: bool) -> int:  # noqa: ARG004 (the file's header is a block, too)
        """Return how many of the first `size` bytes of what was encoded are whole blocks."""
        at = 0
        while at + 8 <= size and at + _U32.unpack_from(data, at + 4)[0] <= size:
            at += _U32.unpack_from(data, at + 4)[0]
        return at

    def _interface(self, link_type: int, nanosecond: bool) -> bytes:
        options = [(9, bytes([9 if nanosecond else 6]))]  # if_tsresol
        return _block(1, struct.pack("<HHI", link_type, 0, self._snaplen) + _options(options))


def _packet(interface: int, unit: int, record: Record, comments: tuple[str, ...]) -> bytes:
    time, wire_len, data = record
    ticks = time // unit
    if not 0 <= ticks < 1 << 64:
        raise CaptureFileError("a pcapng file holds times from 1970 on, in 64 bits")
    options = _options([(1, _fitting(comment)) for comment in comments]) if comments else b""
    caplen = len(data)
    length = 32 + caplen + (-caplen & 3) + len(options)
    head = _EPB.pack(6, length, interface, ticks >> 32, ticks & 0xFFFF_FFFF, caplen, wire_len)
    return b"".join((head, data, bytes(-caplen & 3), options, _U32.pack(length)))


def _fitting(comment: str) -> bytes:
    """Return a comment as bytes, cut to what an option's 16-bit length can tell."""
    return comment.encode("utf-8", "backslashreplace")[:0xFFFF].decode("utf-8", "ignore").encode()


def _options(options: list[tuple[int, bytes]]) -> bytes:
    parts = [struct.pack("<HH", code, len(value)) + _padded(value) for code, value in options]
    return b"".join(parts) + bytes(4)  # opt_endofopt


def _block(kind: int, body: bytes) -> bytes:
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) & 3)


# --- opening


def check_new(name: str, force: bool) -> None:
    """Raise what `open_new` would, as far as that can be told without making the file."""
    there = os.path.lexists(name)
    if there and not force:
        raise CaptureFileError(f"{_shown(name)} exists already", "overwrite it with --force")
    try:
        folder = os.path.dirname(name) or "."
        os.stat(folder)
        if not os.access(name if there else folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except (OSError, ValueError) as error:
        raise cannot_write(name, error) from None


def cannot_write(name: str, error: OSError | ValueError) -> CaptureFileError:
    """Say that, and why."""
    reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
    return CaptureFileError(f"cannot write {_shown(name)}: {reason}", remedy_for(error))


def open_new(name: str, force: bool) -> io.FileIO:
    """Open a file to write: a new one, the invoking user's; a device or a pipe; or with `force` any."""
    try:
        fd = _open_special(name)
        if fd is None:
            fd = _open_new(name)
        if fd is None and force:
            fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise cannot_write(name, error) from None
    if fd is None:
        raise CaptureFileError(f"{_shown(name)} exists already", "overwrite it with --force")
    return io.FileIO(fd, "wb")


def _open_special(name: str) -> int | None:
    """Open a character device (/dev/null) or a pipe: nothing there that could be overwritten."""
    try:
        mode = os.stat(name).st_mode
    except FileNotFoundError:
        return None
    if not (stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)):
        return None
    return os.open(name, os.O_WRONLY)


def _open_new(name: str) -> int | None:
    """Make a new file, the invoking user's; None when there is one, or a symbolic link even to nothing."""
    try:
        fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        return None
    give_to_invoker(fd)
    return fd


def _shown(name: str) -> str:
    return name if name.isprintable() else ascii(name)
