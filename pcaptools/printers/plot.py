"""A time-sequence graph, as tcptrace's users know it: what one side of a session sent, and what came back.

Every segment is a vertical line from its first to its last sequence number, red where bytes were sent again; below
runs the line of what was acknowledged, above it the edge of the window; SACK blocks are purple. Written as SVG by
hand, or as PNG with Pillow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Protocol
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 1200, 800
LEFT, RIGHT, TOP, BOTTOM = 110, 30, 60, 60
INK, GRID = "#222222", "#dddddd"
COLORS = {"segment": "#1f4e9c", "retransmission": "#d62728", "ack": "#2ca02c", "window": "#e69f00", "sack": "#9467bd"}
MASK, HALF = 0xFFFF_FFFF, 1 << 31

Point = tuple[float, float]


class Canvas(Protocol):
    """What a graph is drawn on; the origin is the upper left corner."""

    def line(self, points: Sequence[Point], color: str, width: float = 1.0) -> None:
        """Draw from point to point."""

    def text(self, at: Point, text: str, *, anchor: str = "start", size: int = 14) -> None:
        """Write a line of text that starts, ends or has its middle at a point."""

    def data(self) -> bytes:
        """Return the file."""


class SvgCanvas:
    """Scalable Vector Graphics 1.1."""

    def __init__(self) -> None:
        size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">',
            '<rect width="100%" height="100%" fill="white"/>',
        ]

    def line(self, points: Sequence[Point], color: str, width: float = 1.0) -> None:
        """Draw from point to point."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{width:g}"/>')

    def text(self, at: Point, text: str, *, anchor: str = "start", size: int = 14) -> None:
        """Write a line of text that starts, ends or has its middle at a point."""
        x, y = at
        place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
        self._parts.append(f'<text {place} fill="{INK}">{escape(text)}</text>')

    def data(self) -> bytes:
        """Return the file."""
        return "\n".join([*self._parts, "</svg>\n"]).encode()


class PngCanvas:
    """Portable Network Graphics, by Pillow."""

    def __init__(self) -> None:
        from PIL import Image, ImageDraw

        self._image = Image.new("RGB", (WIDTH, HEIGHT), "white")
        self._draw = ImageDraw.Draw(self._image)

    def line(self, points: Sequence[Point], color: str, width: float = 1.0) -> None:
        """Draw from point to point."""
        self._draw.line(list(points), fill=color, width=max(1, round(width)))

    def text(self, at: Point, text: str, *, anchor: str = "start", size: int = 14) -> None:
        """Write a line of text that starts, ends or has its middle at a point."""
        from PIL import ImageFont

        place = {"start": "ls", "middle": "ms", "end": "rs"}[anchor]
        self._draw.text(at, text, fill=INK, font=ImageFont.load_default(size), anchor=place)

    def data(self) -> bytes:
        """Return the file."""
        import io

        file = io.BytesIO()
        self._image.save(file, "PNG")
        return file.getvalue()


@dataclass(slots=True)
class TimeSequence:
    """What is drawn: times in ns, sequence numbers as on the wire."""

    title: str
    start: int
    first_seq: int
    sent: Iterable[tuple[int, int, int, bool]]
    """(time, sequence number, length, sent before)"""
    acks: Sequence[tuple[int, int]]
    windows: Sequence[tuple[int, int]]
    sacks: Iterable[tuple[int, int, int]]


@dataclass(slots=True)
class _Axis:
    """Maps values to pixels."""

    low: float
    high: float
    first: float
    last: float

    def __call__(self, value: float) -> float:
        return self.first + (value - self.low) / (self.high - self.low) * (self.last - self.first)

    def ticks(self) -> list[float]:
        """Return five to ten round values."""
        step = 10.0 ** floor(log10((self.high - self.low) / 5))
        step *= next(factor for factor in (1, 2, 5, 10) if (self.high - self.low) / (step * factor) <= 10)
        first = -(-self.low // step) * step
        return [first + number * step for number in range(int((self.high - first) / step) + 1)]


def draw(graph: TimeSequence, canvas: Canvas) -> bytes:
    """Draw a graph and return the file."""
    segments = [(_s(graph, when), _offset(graph, seq), length, again) for when, seq, length, again in graph.sent]
    acks = [(_s(graph, when), _offset(graph, ack)) for when, ack in graph.acks]
    windows = [(_s(graph, when), _offset(graph, edge)) for when, edge in graph.windows]
    sacks = [(_s(graph, when), _offset(graph, left), _offset(graph, right)) for when, left, right in graph.sacks]
    times = [point[0] for point in (*segments, *acks)] or [0.0]
    highest = max((seq + length for _, seq, length, _ in segments), default=0)
    across = _Axis(0.0, max(*times, 1e-6), LEFT, WIDTH - RIGHT)
    # the window may be far above what was sent: then its edge is cut off, not the rest squeezed
    reach = min(max([highest, *(edge for _, edge in windows)]), 2 * max(highest, 1))
    up = _Axis(0.0, max(reach, 1), HEIGHT - BOTTOM, TOP)
    _draw_axes(canvas, across, up, graph.title)
    _steps(canvas, [(x, y) for x, y in windows if y <= reach], across, up, COLORS["window"])
    _steps(canvas, acks, across, up, COLORS["ack"])
    drawn: set[tuple[int, int, int]] = set()
    for when, seq, length, again in segments:
        _upright(canvas, across(when), up(seq), up(seq + length), "retransmission" if again else "segment", drawn)
    for when, left, right in sacks:
        _upright(canvas, across(when), up(left), up(right), "sack", drawn)
    return canvas.data()


def _s(graph: TimeSequence, when: int) -> float:
    return (when - graph.start) / 1e9


def _offset(graph: TimeSequence, seq: int) -> int:
    return ((seq - graph.first_seq + HALF) & MASK) - HALF


def _upright(canvas: Canvas, x: float, low: float, high: float, kind: str, drawn: set[tuple[int, int, int]]) -> None:
    """Draw a segment, unless one of its kind is on the same pixels already."""
    pixels = (round(x), round(low), list(COLORS).index(kind))
    if pixels in drawn:
        return
    drawn.add(pixels)
    canvas.line([(x, low), (x, min(high, low - 1))], COLORS[kind], 2.0 if kind == "retransmission" else 1.4)


def _steps(canvas: Canvas, points: Sequence[Point], across: _Axis, up: _Axis, color: str) -> None:
    """Draw a line that stays at a value until the next one."""
    path: list[Point] = []
    for when, value in points:
        x, y = round(across(when), 1), round(up(value), 1)
        if path and y == path[-1][1]:
            continue
        if path:
            path.append((x, path[-1][1]))
        path.append((x, y))
    if len(path) > 1:
        canvas.line(path, color)


def _draw_axes(canvas: Canvas, across: _Axis, up: _Axis, title: str) -> None:
    for tick in across.ticks():
        canvas.line([(across(tick), TOP), (across(tick), HEIGHT - BOTTOM)], GRID)
        canvas.text((across(tick), HEIGHT - BOTTOM + 20), f"{tick:g}", anchor="middle")
    for tick in up.ticks():
        canvas.line([(LEFT, up(tick)), (WIDTH - RIGHT, up(tick))], GRID)
        canvas.text((LEFT - 8, up(tick) + 5), f"{tick:,.0f}", anchor="end")
    canvas.line([(LEFT, TOP), (LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, HEIGHT - BOTTOM)], INK)
    canvas.text((WIDTH / 2, HEIGHT - 15), "time (s)", anchor="middle")
    canvas.text((LEFT, 24), title, size=16)
    x = LEFT
    for name, color in COLORS.items():
        canvas.line([(x, 45), (x + 24, 45)], color, 3.0)
        canvas.text((x + 30, 50), name)
        x += 60 + 9 * len(name)
