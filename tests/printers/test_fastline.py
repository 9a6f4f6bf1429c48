"""The fast lines say what the printer of layers says, and rich what the painter says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.build import Dialogue

from pcaptools.core.decode.dissector import Dissector
from pcaptools.core.errors import PcapToolsError
from pcaptools.core.sources.base import RawPacket
from pcaptools.core.sources.files import FileSource
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.fastline import MAX_CACHED, FastLines
from pcaptools.printers.packet import PacketPrinter

CAPTURES = sorted((Path(__file__).parents[1] / "captures").glob("*.pcap*"))


def compare(path: Path, color: bool) -> tuple[int, int]:
    """Return how many packets there are, and how many of them the fast way told."""
    printers = [PacketPrinter(Clock("delta"), Painter(color=color)) for _ in range(2)]
    dissectors = Dissector(), Dissector()
    fast: dict[int, FastLines] = {}
    packets = told = 0
    with FileSource([path]) as source:
        try:
            for batch in source.batches():
                lines = fast.setdefault(batch.link_type, FastLines(printers[0], batch.link_type, dissectors[0].begun))
                for record in batch.records:
                    raw = RawPacket.of(record, batch.link_type)
                    line = lines.line(record)
                    told += line is not None
                    packets += 1
                    expected = printers[1].line(dissectors[1].packet(raw))
                    assert (line or printers[0].line(dissectors[0].packet(raw))) == expected
        except PcapToolsError:
            pass
    return packets, told


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
@pytest.mark.parametrize("color", [False, True])
def test_both_say_the_same_of_our_captures(path: Path, color: bool) -> None:
    compare(path, color)


def test_both_say_the_same_of_the_corpus(corpus: Path) -> None:
    counts = [compare(path, False) for path in sorted(corpus.rglob("*.pcap*"))]
    packets, told = (sum(column) for column in zip(*counts, strict=True))
    assert packets > 20_000
    assert told > 8_000  # of 14,000 with TCP in them


def test_protocols_are_known_before_a_layer_was_looked_at() -> None:
    """Without the link's addresses no packet is decoded in full, which is what else fills the tables."""
    code = f"""
from pcaptools.core.sources.files import FileSource
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.fastline import FastLines
from pcaptools.printers.packet import PacketPrinter
lines = FastLines(PacketPrinter(Clock("none"), Painter(color=False), link=False), 1, ())
with FileSource([{str(CAPTURES[0].parent / "get.pcap")!r}]) as source:
    print(*[lines.line(record) for batch in source.batches() for record in batch.records])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "HTTP 1.1 request: GET /index.html" in done.stdout


def test_the_caches_are_bounded() -> None:
    lines = FastLines(PacketPrinter(Clock("none"), Painter(color=False)), 1, ())
    for port in range(MAX_CACHED + 10):
        dialogue = Dialogue(client=("10.0.0.1", port)).raw("c", 2)
        assert f"10.0.0.1:{port} -> 10.0.0.2:80" in (lines.line(dialogue.records[0]) or "")
    assert len(lines._ends) <= MAX_CACHED
