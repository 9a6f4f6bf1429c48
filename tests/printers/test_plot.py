"""The graph as SVG that a parser reads and as PNG that Pillow reads, of points whose places can be worked out."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from dataclasses import replace

from PIL import Image

from pcaptools.printers.plot import BOTTOM, COLORS, HEIGHT, LEFT, RIGHT, WIDTH, PngCanvas, SvgCanvas, TimeSequence, draw

SECOND = 10**9
GRAPH = TimeSequence(
    title="[fd00::1]:80 -> <&>:1",
    start=5 * SECOND,
    first_seq=0xFFFF_FF00,  # it wraps
    sent=[(5 * SECOND, 0xFFFF_FF00, 500, False), (6 * SECOND, 244, 500, False), (7 * SECOND, 0xFFFF_FF00, 500, True)],
    acks=[(5 * SECOND, 0xFFFF_FF00), (8 * SECOND, 744)],
    windows=[(5 * SECOND, 744), (8 * SECOND, 1244)],
    sacks=[(6 * SECOND, 244, 744)],
)


def lines(kind: str, graph: TimeSequence = GRAPH) -> list[list[tuple[float, float]]]:
    """Return the points of every line of a colour, but for the legend."""
    root = ET.fromstring(draw(graph, SvgCanvas()))
    found = root.findall(".//{http://www.w3.org/2000/svg}polyline")
    points = [line.attrib["points"] for line in found if line.attrib["stroke"] == COLORS[kind]]
    parsed = [[(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())] for text in points]
    return [line for line in parsed if line[0][1] != 45]


def test_segments_stand_where_they_belong() -> None:
    first, second = lines("segment")
    assert first[0] == (float(LEFT), float(HEIGHT - BOTTOM))  # the first byte, at the start
    assert second[0][0] == round(LEFT + (WIDTH - LEFT - RIGHT) / 3, 1)  # after one of three seconds
    assert first[1][1] == second[0][1]  # one begins where the other ends, across the wrap
    assert second[1][1] < second[0][1]


def test_what_was_sent_again_has_its_own_colour() -> None:
    (again,) = lines("retransmission")
    assert again[0][1] == HEIGHT - BOTTOM


def test_acks_windows_and_sacks() -> None:
    (acks,) = lines("ack")
    (windows,) = lines("window")
    (sacks,) = lines("sack")
    assert [point[0] for point in acks] == [LEFT, WIDTH - RIGHT, WIDTH - RIGHT]  # steps: flat, then up
    assert acks[0][1] == acks[1][1] == HEIGHT - BOTTOM
    assert windows[0][1] == acks[2][1]
    assert sacks[0][1] > sacks[1][1]


def test_a_window_far_above_does_not_squeeze_the_rest() -> None:
    far = replace(GRAPH, windows=[(5 * SECOND, 0x7000_0000), (6 * SECOND, 0x7000_0001)])
    assert lines("window", far) == []
    first, *_ = lines("segment", far)
    assert first[0][1] - first[1][1] > 50


def test_text_is_escaped() -> None:
    assert b"&lt;&amp;&gt;:1" in draw(GRAPH, SvgCanvas())


def test_nothing_at_all() -> None:
    empty = TimeSequence("", 0, 0, [], [], [], [])
    assert draw(empty, SvgCanvas()).endswith(b"</svg>\n")


def test_equal_pixels_are_drawn_once() -> None:
    many = replace(GRAPH, sent=[(5 * SECOND, 0xFFFF_FF00, 500, False)] * 1000)
    assert len(lines("segment", many)) == 1


def test_png_is_the_same_picture() -> None:
    image = Image.open(io.BytesIO(draw(GRAPH, PngCanvas())))
    assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
    colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 20) or []}
    expected = {tuple(bytes.fromhex(colour[1:])) for colour in COLORS.values()}
    assert expected <= colours
