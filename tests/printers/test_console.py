"""The painted line is what rich makes of the same Text, and colour is used where it is wanted."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text
from rich.theme import Theme
from support.build import Dialogue
from support.steps import events_of

from pcaptools.core.decode import packet
from pcaptools.core.events import Event, GrepMatch
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.sources.base import Batch, RawPacket
from pcaptools.core.tcp.tracker import TCPTracker
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import THEME, Painter, wants_color
from pcaptools.printers.grep import GrepPrinter
from pcaptools.printers.http import HttpPrinter
from pcaptools.printers.jsontext import json_lines
from pcaptools.printers.packet import PacketPrinter
from pcaptools.printers.safe import no_name
from pcaptools.printers.tree import format_tree

MARKED = re.compile("\ue000([^\ue001]*)\ue001([^\ue002]*)\ue002|([^\ue000]+)")


def rich_renders(text: Text) -> str:
    """What rich writes to a terminal of the sixteen standard colours."""
    out = io.StringIO()
    console = Console(
        force_terminal=True,
        color_system="standard",
        width=10_000,
        file=out,
        legacy_windows=False,
        _environ={},
        theme=Theme(THEME, inherit=False),
    )
    console.print(text, end="", soft_wrap=True, highlight=False)
    return out.getvalue()


class Marker(Painter):
    """Marks which text is in which style, where the painter paints it."""

    def __init__(self) -> None:
        super().__init__(color=False)
        self.color = True

    def __call__(self, style: str, text: str) -> str:
        return f"\ue000{style}\ue001{text}\ue002"


def as_rich_text(marked: str) -> Text:
    text = Text()
    for style, painted, plain in MARKED.findall(marked):
        text.append(plain or painted, style or None)
    return text


def requests(*paths: str) -> list[bytes]:
    return [f"GET {path} HTTP/1.1\r\nHost: shop.example\r\n\r\n".encode() for path in paths]


def http_events() -> list[Event]:
    steps: list[Any] = []
    for number, request in enumerate(requests("/", "/a b", "/\x1b[31m[red]", "/x:smile:", "/last", "/odd")):
        status = (103, 200, 302, 404, 500, 999)[number]
        steps += [("send", request), ("recv", b"HTTP/1.1 %d Some reason\r\nContent-Length: 0\r\n\r\n" % status)]
    steps += [
        ("send", b"POST /cut HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"),
        ("send", 6),
        ("recv", b"nonsense\r\n\r\n"),
    ]
    return events_of(steps)


def tcp_events() -> list[Event]:
    tracker = TCPTracker(Analysers())
    talk = Dialogue().open().send("c", b"GET / HTTP/1.1\r\n\r\n")
    talk.raw("c", 24, b"GET / HTTP/1.1\r\n\r\n", seq=1001)  # ACK and PSH: a retransmission
    talk.seq["s"] += 100  # bytes nobody captured
    talk.send("s", b"more").raw("c", 4)
    return [*tracker.track_batch(Batch(1, talk.records)), *tracker.finish()]


@pytest.mark.parametrize("style", THEME)
def test_each_style_is_as_rich_renders_it(style: str) -> None:
    painted = Painter(color=True)(style, "some text")
    assert painted == rich_renders(Text("some text", style))
    assert painted != "some text"


@pytest.mark.parametrize("events", [http_events(), tcp_events()], ids=["HTTP", "TCP"])
def test_whole_lines_are_as_rich_renders_them(events: list[Event]) -> None:
    def lines(painter: Painter) -> list[str]:
        for event in events:
            event.session.prefixes.clear()
        printer = HttpPrinter(Clock("utc"), painter, headers=True, tcp_verbose=True)
        return printer.format(events, nanosecond=False).splitlines()

    painted, marked, plain = lines(Painter(color=True)), lines(Marker()), lines(Painter(color=False))
    assert len(painted) >= 5
    assert painted == [rich_renders(as_rich_text(line)) for line in marked]
    assert plain == [as_rich_text(line).plain for line in marked]


GREP_MATCH = GrepMatch(0, ("10.0.0.1", 1), ("10.0.0.2", 2), (1,), "tcp", b"[red]a needle\x1b", [(7, 13)])


def test_a_match_is_as_rich_renders_it() -> None:
    def line(painter: Painter) -> str:
        return GrepPrinter(Clock("utc"), painter, no_name).line(GREP_MATCH).rstrip("\n")

    assert line(Painter(color=True)) == rich_renders(as_rich_text(line(Marker())))


def packet_lines(painter: Painter) -> str:
    """A packet whole, cut by the snap length, and malformed; and the tree of one."""
    whole = Dialogue().open().records[0][2]
    printer, text = PacketPrinter(Clock("utc"), painter), ""
    for data in (whole, whole[:40], whole[:14] + b"\x55" + whole[15:]):
        found = packet(RawPacket(data, 0, 0, len(data), len(whole), 1))
        text += printer.line(found) + format_tree(found.as_dict(), painter)
    return text


def test_lines_of_packets_are_as_rich_renders_them() -> None:
    painted, marked = packet_lines(Painter(color=True)).splitlines(), packet_lines(Marker()).splitlines()
    assert painted == [rich_renders(as_rich_text(line)) for line in marked]


def test_the_lines_above_use_the_whole_theme() -> None:
    used = {style for style, *_ in MARKED.findall(packet_lines(Marker())) if style}
    for events in (http_events(), tcp_events()):
        printer = HttpPrinter(Clock("utc"), Marker(), headers=True, tcp_verbose=True)
        used |= {style for style, *_ in MARKED.findall(printer.format(events, nanosecond=False)) if style}
    bodies = "\n".join(json_lines('{"a": ["b", 1, null]}', Marker()))
    used |= {style for style, *_ in MARKED.findall(bodies) if style}
    used |= {
        style for style, *_ in MARKED.findall(GrepPrinter(Clock("utc"), Marker(), no_name).line(GREP_MATCH)) if style
    }
    assert used == set(THEME)


def test_plain_leaves_text_alone() -> None:
    paint = Painter(color=False)
    assert [paint(style, "text") for style in THEME] == ["text"] * len(THEME)


def test_empty_text_gets_no_codes() -> None:
    assert Painter(color=True)("error", "") == ""


class Stream(io.StringIO):
    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}, {"TERM": "dumb"}])
@pytest.mark.parametrize("choice", [True, False])
def test_the_option_decides(terminal: bool, environment: dict[str, str], choice: bool) -> None:
    assert wants_color(Stream(terminal), choice, environment) is choice


@pytest.mark.parametrize(
    ("environment", "on_terminal", "elsewhere"),
    [
        ({}, True, False),
        ({"TERM": "xterm-256color"}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),  # no-color.org: "when present and not an empty string"
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
    ],
)
def test_the_environment_decides(environment: dict[str, str], on_terminal: bool, elsewhere: bool) -> None:
    assert wants_color(Stream(terminal=True), None, environment) is on_terminal
    assert wants_color(Stream(terminal=False), None, environment) is elsewhere
