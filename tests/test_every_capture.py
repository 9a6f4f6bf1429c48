"""Every command over every capture of the corpus, most of them malformed, truncated or rare.

Nothing may crash, hang, print a raw control byte or lose a packet; an input that cannot be read further ends in an
error of ours.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.corpus import zeek_facts
from support.schema import check_line

from pcaptools.commands._bodies import BodyOptions
from pcaptools.commands._grep import Grep
from pcaptools.commands._grep import View as GrepView
from pcaptools.commands._metrics import Metrics, View
from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._packets import Detail, PacketLines
from pcaptools.commands._run import Handler
from pcaptools.commands._trace import HttpTrace
from pcaptools.core.errors import PcapToolsError
from pcaptools.core.grep.pattern import compile_pattern
from pcaptools.core.sources.files import FileSource

RAW_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
MAX_S = 60
"""A guard against what never ends or grows with the square of its input, not a measure: CI machines differ."""
VALIDATED = 10
"""JSON lines of a file that are validated: the rest is alike, and validation is slow."""

COMMANDS: dict[str, Callable[[], Handler]] = {
    "simple-capture": lambda: PacketLines(CaptureOptions(), Detail()),
    "simple-capture -v -XX": lambda: PacketLines(CaptureOptions(), Detail(tree=True, hex=True, text=True, link=True)),
    "simple-capture --json": lambda: PacketLines(CaptureOptions(json=True), Detail()),
    "http-trace": lambda: HttpTrace(CaptureOptions(), headers=True, tcp_verbose=True),
    "http-trace --json": lambda: HttpTrace(CaptureOptions(json=True), tcp_verbose=True),
    "http-trace --bodies": lambda: HttpTrace(CaptureOptions(), headers=True, bodies=BodyOptions(show=True)),
    "http-trace --bodies --json": lambda: HttpTrace(CaptureOptions(json=True), bodies=BodyOptions(show=True)),
    "tcp-metrics --graph": lambda: Metrics(CaptureOptions(), View(graph=True, tcp_verbose=True)),
    "tcp-metrics --json": lambda: Metrics(CaptureOptions(json=True), View(tcp_verbose=True)),
    "network-grep .": lambda: Grep(CaptureOptions(), GrepView(dump=True), compile_pattern(".")),
    "network-grep --json": lambda: Grep(CaptureOptions(json=True), GrepView(), compile_pattern("HTTP|[0-9]{4}")),
    "network-grep --stream": lambda: Grep(CaptureOptions(json=True), GrepView(stream=True), compile_pattern("[a-z]+")),
    "network-grep --decoded": lambda: Grep(CaptureOptions(), GrepView(decoded=True), compile_pattern("[0-9]{3,}")),
}


def read(path: Path, handler: Handler) -> tuple[int, str, PcapToolsError | None]:
    """Return how many packets there were, what was printed, and how the input ended."""
    packets, text, error = 0, "", None
    try:
        with FileSource([path]) as source:
            for batch in source.batches():
                packets += len(batch.records)
                text += handler.handle(batch)
    except PcapToolsError as trouble:
        error = trouble
    return packets, text + handler.finish(), error


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_over_everything(command: str, corpus: Path) -> None:
    facts = zeek_facts(corpus)
    wrong: dict[str, str] = {}
    paths = sorted(path for path in corpus.rglob("*") if path.is_file() and path.suffix not in (".json", ".md"))
    for path in paths:
        begun = time.process_time()
        packets, text, error = read(path, COMMANDS[command]())
        spent = time.process_time() - begun
        name = path.relative_to(corpus).as_posix()
        known = facts.get(name.removeprefix("zeek/"))
        raw = RAW_CONTROL.search(text)
        if spent > MAX_S:
            wrong[name] = f"took {spent:.1f} s"
        elif raw:
            wrong[name] = f"printed {raw[0]!r}: {text[max(0, raw.start() - 40) : raw.end()]!r}"
        elif error is not None and "\n" in str(error):
            wrong[name] = f"an error of several lines: {error}"
        elif known is not None and packets != known["packets"]:
            wrong[name] = f"{packets} packets, tshark has {known['packets']}"
        elif command == "simple-capture" and len(text.splitlines()) != packets:
            wrong[name] = f"{len(text.splitlines())} lines for {packets} packets"
        elif "--json" in command:
            for line in text.splitlines()[:VALIDATED]:
                check_line(line)
    assert wrong == {}
    assert len(paths) > 600
