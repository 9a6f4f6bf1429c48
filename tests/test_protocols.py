"""docs/protocols.md against the program: every protocol is listed, every example is what is printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from support.crosscheck import packets

from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.packet import PacketPrinter

PAGE = Path(__file__).resolve().parents[1] / "docs" / "protocols.md"


class Entry(NamedTuple):
    """One row of the page's tables."""

    layer: str
    protocol: str
    tier: str
    line: str
    capture: str
    frame: int

    def __str__(self) -> str:
        return f"{self.layer} {self.capture} {self.frame}"


def entries() -> list[Entry]:
    row = re.compile(r"^\| `(\w+)` \| (.+?) \| ([12]) \| `(.+?)` \| `(.+?)` (\d+) \|$", re.MULTILINE)
    found = row.findall(PAGE.read_text(encoding="utf-8"))
    return [Entry(layer, name, tier, line, capture, int(frame)) for layer, name, tier, line, capture, frame in found]


def test_every_row_is_read() -> None:
    assert len(entries()) == PAGE.read_text(encoding="utf-8").count("\n| `")


@pytest.mark.parametrize("entry", entries(), ids=str)
def test_the_line_is_what_is_printed(entry: Entry) -> None:
    packet = packets(entry.capture)[entry.frame - 1]
    assert entry.line.replace(r"\|", "|") in PacketPrinter(Clock("none"), Painter(color=False)).line(packet)
    assert entry.layer in {layer.key for layer in packet.layers()} | {"link"}
