"""Fields as we decode them beside the same fields as tshark (or tcpdump) reads them, in real captures.

    CHECKS = rows("corpus:zeek/dns53.pcap", {
        1: [
            ("link.ip.udp.dns.header.id", 25701, "dns.id"),
            ("link.ip.udp.dns.question[0].qtype", "A", "dns.qry.type", "1"),
            ("link.ip.udp.dns.answer[2].rdata", "205.149.163.211", "dns.a[2]"),
        ],
    })

    @pytest.mark.parametrize("row", CHECKS, ids=str)
    def test_as_tshark_reads_it(row: Row) -> None:
        row.check()

A row holds where we have the value, the value, tshark's name for it (the n-th of several: `dns.a[2]`), and how
tshark writes it, where that is not how we do. `tcpdump` in the place of the name and some words: tcpdump -vv
prints these words for the frame. A capture is one of tests/captures, or of the corpus, by "corpus:" and its path.

What is expected stands in the test and is compared with what we decode always, and with the other program's
reading wherever that program is installed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support import corpus

from pcaptools.core.decode.dissector import Dissector
from pcaptools.core.decode.packet import Packet
from pcaptools.core.errors import PcapToolsError
from pcaptools.core.sources.files import FileSource

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
_AGGREGATOR = "\x01"
_fields: dict[str, set[str]] = {}
"""Capture → every tshark field that some row asks of it, so that one run of tshark answers all rows."""


@dataclass(frozen=True)
class Row:
    """One field of one frame."""

    capture: str
    frame: int
    path: str
    value: Any
    field: str
    shown: str | None = None

    def __str__(self) -> str:
        return f"{self.capture} {self.frame} {self.path}"

    def check(self) -> None:
        """Compare our reading with what is expected, and the other program's, if it is there."""
        assert follow(packets(self.capture)[self.frame - 1], self.path) == self.value
        if self.field == "tcpdump":
            self._check_tcpdump()
        elif shutil.which("tshark"):
            assert self._by_tshark() == (str(self.value) if self.shown is None else self.shown)

    def _by_tshark(self) -> str:
        name, index = _indexed(self.field)
        found = by_tshark(self.capture)[self.frame][name]
        assert len(found) > index, f"tshark has {len(found)} {name} in frame {self.frame}"
        text = found[index]
        plain_number = isinstance(self.value, int) and self.shown is None
        return str(int(text, 0) if plain_number and text not in {"True", "False"} else text)

    def _check_tcpdump(self) -> None:
        if shutil.which("tcpdump"):
            assert (self.shown or str(self.value)) in by_tcpdump(self.capture)[self.frame]


def rows(capture: str, frames: dict[int, list[tuple[Any, ...]]]) -> list[Row]:
    """Make the rows of a capture: {frame number: [(path, value, tshark's field, how tshark shows it), …]}."""
    made = [Row(capture, frame, *row) for frame, listed in frames.items() for row in listed]
    asked = (_indexed(row.field)[0] for row in made if row.field != "tcpdump")
    _fields.setdefault(capture, set()).update(asked)
    return made


def path_of(capture: str) -> Path:
    """Return where a capture is; skip the test when it is in a corpus that is not here."""
    if not capture.startswith("corpus:"):
        return CAPTURES / capture
    folder = corpus.folder()
    if folder is None:
        pytest.skip(corpus.why_not())
    return folder / capture.removeprefix("corpus:")


@cache
def packets(capture: str) -> list[Packet]:
    """Return every packet of a capture, dissected; where the file is broken those before."""
    dissector, found = Dissector(), []
    with FileSource([path_of(capture)]) as source:
        try:
            for batch in source.batches():
                for record in batch.records:
                    found.append(dissector.packet(Packet.of(record, batch.link_type).raw))  # noqa: PERF401
        except PcapToolsError:
            pass
    return found


def follow(packet: Packet, path: str) -> Any:
    """Return what a path leads to: attributes, keys of dicts, and numbers of lists in brackets."""
    found: Any = packet
    for name, index in re.findall(r"(\w+)|\[(-?\d+)\]", path):
        key: Any = int(index) if index else name
        found = found[key] if index or isinstance(found, dict) else getattr(found, key)
    return found


@cache
def by_tshark(capture: str) -> dict[int, dict[str, list[str]]]:
    """Return {frame number: {field: values}}."""
    fields = sorted(_fields[capture])
    command = ["tshark", "-n", "-r", str(path_of(capture)), "-T", "fields", "-E", f"aggregator={_AGGREGATOR}"]
    command += ["-o", "tcp.relative_sequence_numbers:FALSE", "-e", "frame.number"]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, timeout=60)
    assert "aren't valid" not in done.stderr, done.stderr
    lines = (line.split("\t") for line in done.stdout.splitlines())
    return {
        int(number): {field: text.split(_AGGREGATOR) if text else [] for field, text in zip(fields, rest, strict=True)}
        for number, *rest in lines
    }


@cache
def by_tcpdump(capture: str) -> dict[int, str]:
    """Return {frame number: what tcpdump -vv prints}."""
    command = ["tcpdump", "-nn", "-vv", "-e", "-#", "-r", str(path_of(capture))]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, timeout=60)
    parts = re.split(r"^ *(\d+)  (?=\d\d:)", done.stdout, flags=re.MULTILINE)
    return {int(number): text for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def _indexed(field: str) -> tuple[str, int]:
    found = re.fullmatch(r"(.*)\[(\d+)\]", field)
    return (found[1], int(found[2])) if found else (field, 0)
