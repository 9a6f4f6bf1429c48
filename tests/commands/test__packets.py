"""What simple-capture makes of batches; the whole command is in test_simple_capture.py."""

from __future__ import annotations

from support.build import Dialogue

from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._packets import Detail, PacketLines
from pcaptools.core.sources.base import Batch

OPEN = Batch(1, Dialogue().open().records)


def test_a_line_a_packet() -> None:
    lines = PacketLines(CaptureOptions(), Detail()).handle(OPEN).splitlines()
    assert [line.partition("TCP ")[2] for line in lines] == ["len 40 [syn]", "len 40 [ack,syn]", "len 40 [ack]"]


def test_details() -> None:
    text = PacketLines(CaptureOptions(), Detail(tree=True, hex=True)).handle(OPEN)
    assert text.count("\n      tcp:\n") == text.count("\t0x0000:  4500 0028 ") == 3


def test_the_dump_may_have_the_link_header() -> None:
    text = PacketLines(CaptureOptions(), Detail(hex=True, text=True, link=True), link=False).handle(OPEN)
    assert text.splitlines()[1] == "\t0x0000:  0000 0000 0000 0000 0000 0000 0800 4500  ..............E."
    assert text.startswith("10.0.0.1:40000 -> 10.0.0.2:80 TCP")


def test_silence_is_explained() -> None:
    lines = PacketLines(CaptureOptions(), Detail())
    assert lines.silence() == "no packet came"
    assert (lines.tick(0), lines.finish(), lines.notices()) == ("", "", [])
    lines.handle(OPEN)
    assert lines.silence() == ""


def test_bounds_are_told() -> None:
    lines = PacketLines(CaptureOptions(), Detail())
    fragment = bytes.fromhex("45000023 00012000 40fd0000 01010101 02020202") + bytes(15)  # not a multiple of eight
    lines.handle(Batch(101, [(0, len(fragment), fragment)]))
    assert lines.notices() == ["dropped fragments: malformed (1 times)"]
