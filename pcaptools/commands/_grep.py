"""What network-grep does with packets: a search and its printer put together."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pcaptools.commands._options import CaptureOptions, names_for
from pcaptools.commands._run import Handler
from pcaptools.commands._watchdog import Watchdog
from pcaptools.core.errors import CaptureFileError, PcapToolsError
from pcaptools.core.events import GrepMatch
from pcaptools.core.grep.packets import PacketSearch
from pcaptools.core.grep.pattern import Pattern
from pcaptools.core.grep.payload import Belonging, Flow
from pcaptools.core.sources.base import Batch
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter, wants_color
from pcaptools.printers.grep import GrepPrinter, grep_line
from pcaptools.printers.safe import no_name

if TYPE_CHECKING:
    import tempfile

    from pcaptools.core.grep.streams import StreamSearch
    from pcaptools.core.sources.files import FileSource
    from pcaptools.core.sources.writer import CaptureWriter

MAX_SPOOL = 1 << 30
"""Bytes of packets that are kept in a file of their own, until it is known which are to be written."""


@dataclass(slots=True)
class View:
    """What is shown of the matches, and kept."""

    invert: bool = False
    dump: bool = False
    before: int = 0
    after: int = 0
    most: int = 0
    count_only: bool = False
    only: bool = False
    quiet: bool = False
    stream: bool = False
    decoded: bool = False
    whole_session: bool = False


class Grep(Handler):
    """Batches of packets in, a line for each match out."""

    def __init__(self, options: CaptureOptions, view: View, pattern: Pattern) -> None:
        self._options = options
        self._view = view
        self._nanosecond = False
        names = names_for(options)
        self._printer = GrepPrinter(
            Clock(options.time or "local"),
            Painter(wants_color(sys.stdout, options.color)),
            names.name if names is not None else no_name,
            dump=view.dump,
        )
        most = 1 if view.quiet and not options.write else view.most
        self._streams: StreamSearch | None = None
        self._of_packets: PacketSearch | None = None
        if view.decoded:
            from pcaptools.core.grep.decoded import DecodedSearch

            self._streams = DecodedSearch(pattern, most=most, watch=Watchdog())
        elif view.stream:
            from pcaptools.core.grep.streams import StreamSearch

            self._streams = StreamSearch(pattern, most=most, watch=Watchdog())
        else:
            self._of_packets = PacketSearch(
                pattern,
                invert=view.invert,
                before=view.before,
                after=view.after,
                most=most,
                watch=Watchdog(),
            )
        later = bool(options.write) and (view.whole_session or view.stream or view.decoded)
        self._keeper = Keeper(options, whole_session=view.whole_session) if later else None

    def begin(self) -> None:
        """Make the folder of what is kept for later."""
        if self._keeper is not None:
            self._keeper.open()

    @property
    def failure(self) -> PcapToolsError | None:
        """Why packets cannot be kept any more."""
        return self._keeper.failure if self._keeper is not None else None

    @property
    def search(self) -> PacketSearch | StreamSearch:
        """What finds the matches."""
        search = self._streams or self._of_packets
        assert search is not None
        return search

    @property
    def found(self) -> int:
        """Packets or places in which the pattern was found."""
        return self.search.found

    @property
    def done(self) -> bool:
        """As many matches as were wanted are found."""
        return self.search.done

    def handle(self, batch: Batch) -> str:
        """Take a batch and return the lines to print; leave in it what is to be written."""
        self._nanosecond = batch.nanosecond
        matches = self.search.search(batch)
        if self._keeper is not None:
            self._keeper.see(batch, matches)
            batch.records = []
        elif self._of_packets is not None:
            batch.records = [batch.records[index] for index in self._of_packets.selected]
        return self._lines(matches)

    def tick(self, now: int) -> str:
        """Let time pass: a match that waited for more data is printed."""
        return self._later(self._streams.let_pass(now)) if self._streams is not None else ""

    def finish(self) -> str:
        """End of the input: print the last matches, or how many there were."""
        text = self._later(self._streams.finish()) if self._streams is not None else ""
        return f"{self.search.found}\n" if self._view.count_only else text

    def _later(self, matches: list[GrepMatch]) -> str:
        if self._keeper is not None:
            self._keeper.note(matches)
        return self._lines(matches)

    def _lines(self, matches: list[GrepMatch]) -> str:
        if self._view.count_only or self._view.quiet:
            return ""
        if self._options.json:
            return "".join([grep_line(match, self._nanosecond) for match in matches])
        line = self._printer.only if self._view.only else self._printer.line
        return "".join(map(line, matches))

    def rest(self) -> Iterator[Batch]:
        """Yield the packets to be written that were not known to be such when they came."""
        if self._keeper is not None:
            yield from self._keeper.kept()

    def notices(self) -> list[str]:
        """Say which bounds were hit, and what was not searched."""
        search = self.search
        notices = []
        if search.gave_up:
            slow, first = len(search.gave_up), search.gave_up[0]
            notices.append(f"gave up {slow} of the searches, which took too long (the first in packet {first})")
        if self._streams is not None:
            told = {**self._streams.tracker.notices(), **self._streams.unfinished.notices()}
            notices += [f"{text} ({count} times)" for text, count in told.items()]
            if self._streams.bounded:
                notices.append(
                    f"{self._streams.bounded} bodies or messages were searched up to a bound only (bodies: 1 MB)"
                )
            if self._streams.cut:
                notices.append(f"{self._streams.cut} matches of more than 64 KB were cut short")
        if self._of_packets is not None:
            dropped = self._of_packets.dropped_fragments.items()
            notices += [f"dropped fragments: {why} ({count} times)" for why, count in dropped]
        if self._keeper is not None and self._keeper.lost:
            notices.append(f"{self._keeper.lost} packets were not kept: more than {MAX_SPOOL >> 30} GB came")
        return notices


class Keeper:
    """Finds again the packets that are to be written, when all matches are known.

    Files are read a second time; what comes from an interface or a pipe is put into a file of its own until then.
    """

    def __init__(self, options: CaptureOptions, *, whole_session: bool) -> None:
        self._options = options
        self._whole_session = whole_session
        self._numbers: set[int] = set()
        self._flows: set[Flow] = set()
        self._packets = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._spool_name = ""
        self._spool: CaptureWriter | None = None
        self._size = 0
        self.lost = 0
        """Packets that came when there was no more room for them."""
        # now, since what they import may be unreadable when it is time to write
        from pcaptools.core.sources import files, writer

        self._open_file, self._open_writer = files.FileSource, writer.open_writer
        self._spools = not options.read or "-" in options.read
        if self._spools:
            import tempfile  # noqa: F401 (as above)
        self.failure: CaptureFileError | None = None
        """Why packets cannot be kept any more."""

    def open(self) -> None:
        """Make the folder for the packets of an interface or a pipe, as who we are by now."""
        if self._spools:
            import tempfile

            self._folder = tempfile.TemporaryDirectory(prefix="pcaptools-", ignore_cleanup_errors=True)

    def see(self, batch: Batch, matches: list[GrepMatch]) -> None:
        """Take the packets of a batch, and what was found when it came."""
        self.note(matches)
        self._packets += len(batch.records)
        if self._folder is None or self.failure is not None:
            return
        try:
            self._keep(batch)
        except CaptureFileError as error:
            self.failure = error

    def _keep(self, batch: Batch) -> None:
        if self._spool is None:
            assert self._folder is not None
            self._spool_name = str(Path(self._folder.name) / "spool.pcapng")
            self._spool = self._open_writer(self._spool_name)
        self._size += sum(len(record[2]) + 32 for record in batch.records)
        if self._size > MAX_SPOOL:
            self.lost += len(batch.records)
        else:
            self._spool.write(batch)

    def note(self, matches: list[GrepMatch]) -> None:
        """Remember which packets matched."""
        for match in matches:
            if not match.context:
                self._numbers.update(match.packets)
            if self._whole_session and not match.context:
                self._flows.add((match.protocol, frozenset((match.src, match.dst))))

    def kept(self) -> Iterator[Batch]:
        """Yield the packets to be written."""
        belongs = Belonging(self._flows)
        number = 0
        with self._source() as source:
            for batch in source.batches():
                records = []
                for record in batch.records:
                    number += 1
                    if number > self._packets:
                        break
                    if number in self._numbers or (self._flows and belongs(record, batch.link_type)):
                        records.append(record)
                yield Batch(batch.link_type, records, batch.nanosecond)
                if number >= self._packets:  # of a file that grows only what was searched
                    return

    @contextlib.contextmanager
    def _source(self) -> Iterator[FileSource]:
        if self._folder is None:
            with self._open_file(self._options.read, self._options.filter) as source:
                yield source
            return
        with self._folder:
            if self._spool is not None:
                self._spool.close()
                with self._open_file([self._spool_name]) as source:
                    yield source
