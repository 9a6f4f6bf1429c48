"""The one loop of every capturing command: source → handler → standard output, and how it ends."""

from __future__ import annotations

import contextlib
import errno
import gc
import math
import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeGuard

from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._progress import Progress
from pcaptools.commands._say import say
from pcaptools.commands._signals import stop_on_signals
from pcaptools.core.errors import CaptureFileError, PcapToolsError, UsageError
from pcaptools.core.privileges import drop_privileges, forswear, remedy_for, will_drop
from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.whole import write_whole

if TYPE_CHECKING:
    # Which of them a run needs shows itself when it opens its source and its writer: only these are imported.
    from pcaptools.core.sources.files import FileSource
    from pcaptools.core.sources.live import LiveSource
    from pcaptools.core.sources.rotate import RotatingWriter
    from pcaptools.core.sources.writer import CaptureWriter

DROP_WATCH = 2.0
"""Seconds between two looks at the kernel's drop counter."""


Banner = Callable[["LiveSource"], list[str]]


class Handler(ABC):
    """What a command does with packets."""

    write: Callable[[str], None] | None = None
    """Prints lines at once: for what would be too much to return for a whole batch."""

    def begin(self) -> None:  # noqa: B027 (most write nothing of their own)
        """Open what is written beside the lines: privileges are dropped, nothing was captured yet."""

    @property
    def failure(self) -> PcapToolsError | None:
        """Why what is written beside the lines cannot be written any more: the end of the run."""
        return None

    @abstractmethod
    def handle(self, batch: Batch) -> str:
        """Take a batch and return the lines to print. What it leaves in `batch.records` is what -w writes."""

    def tick(self, now: int) -> str:  # noqa: ARG002
        """Let time pass (ns) on an idle link, and return the lines to print."""
        return ""

    def finish(self) -> str:
        """End of the input: return the last lines."""
        return ""

    @property
    def done(self) -> bool:
        """Nothing more is wanted."""
        return False

    def rest(self) -> Iterator[Batch]:
        """Yield what is to be written at the end."""
        yield from ()

    def notices(self) -> list[str]:
        """Say which bounds were hit, and what was ignored."""
        return []

    def silence(self) -> str:
        """Explain a run that printed nothing; empty when it did print."""
        return ""

    def watch_drops(self, count: Callable[[], int]) -> None:  # noqa: B027 (most do not ask)
        """Take what tells how many packets the kernel has dropped so far, of a live capture."""

    def preload(self) -> None:  # noqa: B027 (most import nothing late)
        """Import what is imported late: it may be unreadable for who we become when privileges are dropped."""


class Output:
    """Standard output: one write a batch, flushed; says when its reader has left."""

    def __init__(self, records: bool) -> None:
        self._records = records
        self.open = True

    def write(self, text: str) -> None:
        """Write the lines of a batch."""
        if not text or not self.open:
            return
        if not self._records:
            return
        try:
            stream = sys.stdout.buffer
            write_whole(stream, text.encode("utf-8", "backslashreplace"))
            stream.flush()
        except BrokenPipeError:
            self.close()
        except OSError as error:
            self.close()
            raise CaptureFileError(f"cannot write to standard output: {error.strerror}") from None

    def close(self) -> None:
        """The reader has left: what the interpreter flushes at its end goes nowhere."""
        self.open = False
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _stdout_descriptor() -> list[int]:
    """Return stdout's descriptor, to be watched: `| head -1` ends a trace on a link that then falls silent."""
    try:
        return [sys.stdout.fileno()]
    except (OSError, ValueError):
        return []


def is_live(source: FileSource | LiveSource) -> TypeGuard[LiveSource]:
    """Tell which of the two it is, importing neither."""
    return source.live


def _load_what_the_run_may_need(handler: Handler, source: FileSource | LiveSource) -> None:
    """Import, while we are still root, what a run imports late: it may be unreadable for who we become."""
    from pcaptools.core.decode import general, registry  # noqa: F401 (the former is what trackers import late)
    from pcaptools.core.sources import rotate, writer  # noqa: F401

    registry.preload()
    source.preload()
    handler.preload()


def _same_file(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


class Run:
    """One capture, from open to summary."""

    def __init__(
        self,
        options: CaptureOptions,
        handler: Handler,
        live_filter: str,
        source: LiveSource | None = None,
        banner: Banner | None = None,
    ) -> None:
        self._options = options
        self._source = source
        self._banner = banner
        self._handler = handler
        self._live_filter = live_filter
        self._output = Output(records=options.write != "-")
        self._packets = 0
        self._at_terminal = sys.stdout.isatty()
        self._dropped = 0
        self._next_look = time.monotonic() + DROP_WATCH
        self._deadline = time.monotonic() + options.duration if options.duration else math.inf

    def __call__(self) -> int:
        """Run it; return the exit status."""
        # What lives now lives to the end: the collector need not look at it, nor often at what a packet leaves behind.
        # A session is a circle of objects, so it has to come by, now and then, for memory to stay flat.
        gc.freeze()
        gc.set_threshold(20_000, 2, 1)
        self._handler.write = self._output.write
        with self._open() as source:
            self._settle_down(source)
            self._handler.begin()
            with self._writer(source) as writer, stop_on_signals(source.stop) as signals:
                source.extra_fds += [signals.fd, *_stdout_descriptor()]
                if is_live(source):
                    self._announce(source)
                error = self._trace(source, writer)
        if error is not None:
            raise error
        return 0

    def _settle_down(self, source: FileSource | LiveSource) -> None:
        """Become who we are going to be: what is opened from here on is opened with no more than their rights."""
        user = self._options.user or None
        if will_drop(user):
            _load_what_the_run_may_need(self._handler, source)
        drop_privileges(user)
        if is_live(source):
            forswear()
        self._check_folder()

    def _announce(self, source: LiveSource) -> None:
        for line in self._banner(source) if self._banner is not None else []:
            say(line)
        if self._source is None and not self._options.quiet:
            # only now: a script that waits for this line may send its signal at once
            say(f"Listening on {source.device}")
        self._handler.watch_drops(lambda: source.stats().ps_drop)

    def _trace(
        self, source: FileSource | LiveSource, writer: CaptureWriter | RotatingWriter | None
    ) -> PcapToolsError | None:
        """Run to the end, and tell what was seen whatever went wrong on the way; return the first thing that did."""
        steps: list[Callable[[], object]] = [lambda: self._output.write(self._handler.finish())]
        if writer is not None:
            steps.append(lambda: self._write_rest(writer))
        errors = [self._failing(lambda: self._loop(source, writer))]
        if errors[0] is None or source.stats().ps_recv or is_live(source):
            errors += [self._failing(step) for step in steps]
            self._summary(source)
        return next((error for error in errors if error is not None), self._handler.failure)

    @staticmethod
    def _failing(step: Callable[[], object]) -> PcapToolsError | None:
        try:
            step()
        except PcapToolsError as error:
            return error
        return None

    def _write_rest(self, writer: CaptureWriter | RotatingWriter) -> None:
        for batch in self._handler.rest():
            self._write(writer, batch)

    def _check_folder(self) -> None:
        """See that the files that follow the first can be made, by whoever we are now."""
        folder = os.path.dirname(self._options.write) or "."
        if self._options.rotation and not os.access(folder, os.W_OK):
            error = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            raise CaptureFileError(f"cannot make files in {folder}: {error.strerror}", remedy_for(error))

    def _open(self) -> FileSource | LiveSource:
        options = self._options
        if self._source is not None:
            return self._source
        if options.read:
            from pcaptools.core.sources.files import FileSource

            return FileSource(options.read, options.filter, follow=options.follow)
        from pcaptools.core.sources.live import create_session

        return create_session(
            options.interface,
            options.filter or self._live_filter,
            promiscuous=options.promiscuous,
            buffer_size=options.buffer,
            snap_length=options.snaplen,
            monitor=options.monitor,
        )

    @contextlib.contextmanager
    def _writer(self, source: FileSource | LiveSource) -> Iterator[CaptureWriter | RotatingWriter | None]:
        options = self._options
        if not options.write:
            yield None
            return
        if any(_same_file(name, options.write) for name in options.read):
            raise UsageError(f"{options.write} is what -r reads", "write to another file")
        from pcaptools.core.sources.rotate import RotatingWriter
        from pcaptools.core.sources.writer import open_writer

        link_type = source.link_type if is_live(source) else None
        writer: CaptureWriter | RotatingWriter
        if options.rotation:
            writer = RotatingWriter(options.write, options.rotation, force=options.force, link_type=link_type)
        else:
            writer = open_writer(options.write, force=options.force, link_type=link_type)
        with writer:
            yield writer

    def _loop(self, source: FileSource | LiveSource, writer: CaptureWriter | RotatingWriter | None) -> None:
        live = is_live(source)
        progress = Progress(source.position)
        for batch in source.batches():
            whole = self._take(batch)
            if batch:
                text = self._handler.handle(batch)
                if text and self._at_terminal:
                    progress.hide()
                self._output.write(text)
                if writer is not None:
                    whole &= self._write(writer, batch)
                if self._handler.failure is not None:
                    break
            if live:
                if not batch:
                    self._output.write(self._handler.tick(time.time_ns()))
                self._watch_drops(source)
            if not whole or self._handler.done or not self._output.open or self._late():
                break
            progress.show()
        progress.hide()

    def _late(self) -> bool:
        return time.monotonic() >= self._deadline

    def _take(self, batch: Batch) -> bool:
        """Count a batch, cut it at `-c`; return whether more is wanted."""
        limit = self._options.count
        if limit and self._packets + len(batch) >= limit:
            batch.cut(limit - self._packets)
            self._packets = limit
            return False
        self._packets += len(batch)
        return True

    def _write(self, writer: CaptureWriter | RotatingWriter, batch: Batch) -> bool:
        """Write a batch; return whether more may be written."""
        try:
            writer.write(batch)
        except BrokenPipeError:
            self._output.close()
        return not writer.full

    def _watch_drops(self, source: FileSource | LiveSource, *, at_end: bool = False) -> None:
        if time.monotonic() < self._next_look and not at_end:
            return
        self._next_look = time.monotonic() + DROP_WATCH
        dropped = source.stats().ps_drop
        if dropped > self._dropped:
            more, self._dropped = dropped - self._dropped, dropped
            say(
                f"pcaptools: the kernel dropped {more} packets ({dropped} in all): what is shown may be incomplete; "
                f"use a larger --buffer (now {self._options.buffer:g} MB) or a narrower filter"
            )

    def _summary(self, source: FileSource | LiveSource) -> None:
        for notice in self._handler.notices():
            say(f"pcaptools: {notice}")
        self._watch_drops(source, at_end=True)
        stats = source.stats()
        silence = self._handler.silence()
        if silence:
            if not is_live(source) and stats.ps_recv and not self._packets:
                silence = f"the filter let none of the {stats.ps_recv} packets through"
            say(f"pcaptools: {silence}")
        dropped = stats.ps_drop + stats.ps_ifdrop
        if not self._options.quiet:
            say(f"{self._packets} packets captured, {stats.ps_recv} received by filter, {dropped} dropped by kernel")


def run_capture(
    options: CaptureOptions,
    handler: Handler,
    live_filter: str = "",
    source: LiveSource | None = None,
    banner: Banner | None = None,
) -> int:
    """Run a capture to its end and return the exit status.

    `source` is one that is open already; `banner` gives the lines to say first of a live one.
    """
    return Run(options, handler, live_filter, source, banner)()
