"""A changed capture makes no command raise, print a control character, break its schema or archive, or stall."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from functools import cache
from io import StringIO
from pathlib import Path

from fuzz.choices import Choices, check_text
from fuzz.records import CHANGES, Packets, captures, changed
from support.har import entries_of
from support.schema import check_line

from pcaptools.commands._bodies import BodyOptions
from pcaptools.commands._filters import Filters
from pcaptools.commands._grep import Grep
from pcaptools.commands._grep import View as GrepView
from pcaptools.commands._metrics import Metrics
from pcaptools.commands._metrics import View as MetricsView
from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._packets import Detail, PacketLines
from pcaptools.commands._run import Handler
from pcaptools.commands._summary import summarise
from pcaptools.core.grep.pattern import compile_pattern
from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.files import FileSource
from pcaptools.core.sources.writer import open_writer

SLOW = 5
"""Seconds of processor time for one command over a few hundred packets."""
FILES = ("x.pcap",)  # a file: then no name is looked up, but those in the capture are learnt
HELD = 8
EXTRACTED = re.compile(r"[A-Za-z0-9._-]{1,255}")


@cache
def folder() -> Path:
    """Return where files may be made; it goes away at the end."""
    made = tempfile.TemporaryDirectory(prefix="pcaptools-fuzz-")
    _kept.append(made)
    return Path(made.name)


_kept: list[object] = []


def options(*, json: bool = False, time: bool = False) -> CaptureOptions:
    """Return the options of a command that reads a file."""
    return CaptureOptions(read=FILES, color=False, json=json, time="utc" if time else "relative")


def trace(json: bool, **more: bool) -> Callable[[], Handler]:
    """Return what makes http-trace."""
    from pcaptools.commands._trace import HttpTrace

    def make() -> Handler:
        har = str(folder() / "x.har") if more.get("har") else ""
        extract = str(folder() / "bodies") if more.get("extract") else ""
        limit = 5000 if more.get("short") else None
        bodies = BodyOptions(more.get("bodies", True), limit, extract=extract, har=har, force=True)
        filters = Filters({"status": ("2xx,4xx",), "find": ("[a-c]",)}) if more.get("filters") else None
        return HttpTrace(
            options(json=json), bodies=bodies, filters=filters, headers=True, tcp_verbose=more.get("verbose", True),
            max_sessions=3 if more.get("short") else 65_536,
        )  # fmt: skip

    return make


def grep(json: bool, view: GrepView, pattern: str = "[a-z]+") -> Callable[[], Handler]:
    """Return what makes network-grep."""
    return lambda: Grep(options(json=json, time=True), view, compile_pattern(pattern))


def metrics(json: bool, view: MetricsView) -> Callable[[], Handler]:
    """Return what makes tcp-metrics."""
    return lambda: Metrics(options(json=json), view)


def packets(json: bool, detail: Detail) -> Callable[[], Handler]:
    """Return what makes simple-capture."""
    return lambda: PacketLines(options(json=json), detail)


COMMANDS: tuple[tuple[str, bool, Callable[[], Handler]], ...] = (
    ("http-trace --bodies --headers", False, trace(False)),
    ("http-trace --json --bodies --har", True, trace(True, har=True)),
    ("http-trace --extract, few sessions", False, trace(False, extract=True, short=True)),
    ("http-trace with filters", False, trace(False, filters=True, bodies=False)),
    ("http-trace without bodies", True, trace(True, bodies=False)),
    ("network-grep", False, grep(False, GrepView(before=1, after=1))),
    ("network-grep --json", True, grep(True, GrepView())),
    ("network-grep -X", False, grep(False, GrepView(dump=True), "HTTP|\\x00")),
    ("network-grep --stream", True, grep(True, GrepView(stream=True), "o.*\n")),
    ("network-grep --decoded", False, grep(False, GrepView(decoded=True))),
    ("network-grep --decoded -o", False, grep(False, GrepView(decoded=True, only=True), "[^ ]+")),
    ("tcp-metrics --graph", False, metrics(False, MetricsView(tcp_verbose=True, graph=True))),
    ("tcp-metrics --json", True, metrics(True, MetricsView(tcp_verbose=True))),
    ("tcp-metrics --csv", False, metrics(False, MetricsView(csv=True, plot="x.svg"))),
    ("simple-capture", False, packets(False, Detail())),
    ("simple-capture -v -XX --checksums", False, packets(False, Detail(True, True, True, True, True))),
    ("simple-capture --json", True, packets(True, Detail(checksums=True))),
)


def check(data: bytes) -> None:
    """Change a capture as `data` tells, and give it to one command."""
    choices = Choices(data)
    command, capture, size = choices.number(), choices.below(len(captures())), choices.number()
    _, link_type, records = captures()[capture]
    play(command, link_type, changed(choices, link_type, records), 1 + size)


def replay(path: Path) -> None:
    """Give the packets of a capture to every command, by ones and together."""
    with FileSource([path]) as source:
        batches = list(source.batches())
    packets = [record for batch in batches for record in batch.records]
    for command in range(len(COMMANDS)):
        for size in (1, len(packets)):
            play(command, batches[0].link_type, packets, size)


def keep(data: bytes, path: Path) -> None:
    """Write what an input makes of its capture as a capture of its own: captures come and go, a case stays."""
    choices = Choices(data)
    _, capture, _ = choices.number(), choices.below(len(captures())), choices.number()
    _, link_type, records = captures()[capture]
    with open_writer(path, force=True) as writer:
        writer.write(Batch(link_type, changed(choices, link_type, records)))


def play(command: int, link_type: int, records: Packets, size: int) -> None:
    """Run one command over packets, in batches of `size`."""
    name, as_json, make = COMMANDS[command % len(COMMANDS)]
    started = time.process_time()
    try:
        with redirect_stderr(StringIO()) as errors:
            handler = make()
            parts = [handler.handle(Batch(link_type, records[at : at + size])) for at in range(0, len(records), size)]
            text = "".join(parts) + handler.finish()
            if isinstance(handler, Metrics):
                summarise(handler, color=False)
        notices = "".join(f"{line}\n" for line in [*handler.notices(), handler.silence()])
        assert time.process_time() - started < SLOW, f"{name}: too slow"
        check_text(text)
        check_text(errors.getvalue() + notices)
        if as_json:
            _check_json(text.split("\n")[:-1])
        _check_files()
    except Exception as error:
        error.add_note(f"in {name}")
        raise


def _check_json(lines: list[str]) -> None:
    """Every line is JSON; some lines of each event are held against the schema, which takes its time."""
    seen: Counter[str] = Counter()
    for line in lines:
        event = json.loads(line)["event"]
        seen[event] += 1
        if seen[event] <= HELD:
            check_line(line)


def _check_files() -> None:
    har, bodies = folder() / "x.har", folder() / "bodies"
    if har.exists():
        entries_of(har.read_text(encoding="ascii"))
        har.unlink()
    if bodies.exists():
        names = {path.name for path in bodies.iterdir()}
        assert all(EXTRACTED.fullmatch(name) for name in names), names
        if names:
            index = [json.loads(line) for line in (bodies / "index.jsonl").read_text().splitlines()]
            assert {one["file"] for one in index} == names - {"index.jsonl"}
        shutil.rmtree(bodies)
    assert not os.listdir(folder()), "a file outside of its folder"


def seeds() -> Iterator[bytes]:
    """Yield every capture, each with one change and given to one command."""
    for number in range(len(captures()) * 2):
        change = bytes([number % len(CHANGES), number % 3, number * 7 % 256, number * 31 % 256, number * 11 % 256])
        yield bytes([number % len(COMMANDS), number % len(captures()), number * 5 % 256]) + change * (1 + number % 3)
