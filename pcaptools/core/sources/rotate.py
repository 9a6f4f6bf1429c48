"""Capture files that follow one another, by size or time: tcpdump's -C, -G and -W (tcpdump(1)).

The clock of `-G` is that of the packets, so that a file is cut as the capture was.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pcaptools.core.errors import UsageError
from pcaptools.core.sources.base import Batch

if TYPE_CHECKING:
    from pcaptools.core.sources.writer import CaptureWriter

_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Rotation:
    """When a file is followed by the next; 0 is never."""

    size: int = 0
    """Bytes: a file that has more is followed by the next."""
    seconds: int = 0
    files: int = 0
    """With `size` alone: so many files, then the first is written anew. With `seconds` alone: so many, then
    the end."""

    def __bool__(self) -> bool:
        return bool(self.size or self.seconds)

    @property
    def ring(self) -> bool:
        """The first file is written anew after the last."""
        return bool(self.files and self.size and not self.seconds)

    @property
    def last(self) -> int:
        """The number of files after which it ends; 0 for no end."""
        return self.files if self.seconds and not self.size else 0


def check_rotation(name: str, rotation: Rotation) -> None:
    """Raise UsageError where the files that follow could not have names of their own."""
    if rotation.files and not rotation:
        raise UsageError("-W counts the files of -C or -G", "give one of them")
    if not rotation:
        return
    if name in {"", "-"}:
        raise UsageError("-C and -G need files to write", "give a name with -w")
    if rotation.seconds and not rotation.size and "%" not in name:
        raise UsageError(
            "-G would write every file over the one before",
            f"put the time into the name, as in -w {Path(name).stem}-%Y%m%d-%H%M%S{Path(name).suffix or '.pcap'}",
        )


class RotatingWriter:
    """Writes one file after the other; a context manager, as `CaptureWriter`."""

    def __init__(
        self,
        path: str | Path,
        rotation: Rotation,
        *,
        force: bool = False,
        snaplen: int = 262_144,
        link_type: int | None = None,
    ) -> None:
        """Prepare to write; with `link_type`, that of a live capture, the first file is made at once."""
        self.full = False
        """The last file that was asked for is complete: nothing more is written."""
        self._path = str(path)
        self._rotation = rotation
        self._force = force
        self._snaplen = snaplen
        self._writer: CaptureWriter | None = None
        self._written: set[str] = set()
        self._count = 0  # of files, in this slot of time where the name has the time in it
        self._total = 0
        self._slot = 0  # when this slot of time began, ns
        self._pending = 0
        if link_type is not None:
            self._next(Batch(link_type, []), time.time_ns())

    def write(self, batch: Batch) -> None:
        """Write the packets of a batch, each to the file whose turn it is."""
        if self._writer is None and batch.records:
            self._next(batch, batch.records[0][0])
        start, overhead = 0, self._writer.overhead if self._writer is not None else 0
        for index, (when, _, data) in enumerate(batch.records):
            if self._is_due(when):
                self._put(batch, start, index)
                start = index
                self._next(batch, when)
                if self.full:
                    return
            self._pending += overhead + len(data)
        self._put(batch, start, len(batch.records))

    def _is_due(self, when: int) -> bool:
        """Tell whether a packet belongs to the next file. tcpdump asks so, too, before each packet."""
        rotation, writer = self._rotation, self._writer
        if writer is None or (rotation.seconds and when - self._slot >= rotation.seconds * _NS):
            return True
        return bool(rotation.size) and writer.size + self._pending > rotation.size

    def _put(self, batch: Batch, start: int, stop: int) -> None:
        self._pending = 0
        if self._writer is None or start == stop:
            return
        comments = {index - start: texts for index, texts in batch.comments.items() if start <= index < stop}
        self._writer.write(Batch(batch.link_type, batch.records[start:stop], batch.nanosecond, comments))

    def _next(self, batch: Batch, when: int) -> None:
        """Close the file that is open and make the next."""
        self.close()
        rotation = self._rotation
        if rotation.last and self._total >= rotation.last:
            self.full = True
            return
        if not self._slot or (rotation.seconds and when - self._slot >= rotation.seconds * _NS):
            self._slot, self._count = when, 0
        from pcaptools.core.sources.writer import open_writer

        name = self._name()
        self._writer = open_writer(
            name,
            force=self._force or (rotation.ring and name in self._written),
            snaplen=self._snaplen,
            link_type=batch.link_type,
            nanosecond=batch.nanosecond,
            like=self._path,
        )
        self._written.add(name)
        self._count += 1
        self._total += 1

    def _name(self) -> str:
        """Return the name of the next file, as tcpdump makes it."""
        rotation, name = self._rotation, self._path
        if rotation.seconds:
            with contextlib.suppress(OverflowError, ValueError, OSError):  # a forged time
                name = time.strftime(name, time.localtime(self._slot // _NS))
        if rotation.ring:
            return f"{name}{self._count % rotation.files:0{len(str(rotation.files - 1))}d}"
        return f"{name}{self._count}" if rotation.size and self._count else name

    def close(self) -> None:
        """Close the file that is open. May be called more than once."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        elif self._writer is not None:
            self._writer.give_up()
