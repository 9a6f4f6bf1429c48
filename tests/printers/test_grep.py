from __future__ import annotations

import pytest

from pcaptools.core.events import GrepMatch, Span
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.grep import AROUND, GrepPrinter, grep_line, numbers

ENDS = (("10.0.0.1", 40000), ("2001:db8::1", 80))


def match(data: bytes, spans: list[Span], **changes: object) -> GrepMatch:
    found = GrepMatch(1_500_000_000, *ENDS, (7,), "tcp", data, spans)
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def line(found: GrepMatch, *, dump: bool = False) -> str:
    names = {"10.0.0.1": "shop.example"}
    printer = GrepPrinter(Clock("none"), Painter(color=False), lambda address: names.get(address, address), dump=dump)
    return printer.line(found)


def excerpt(data: bytes, spans: list[Span]) -> str:
    return line(match(data, spans)).partition(" #7: ")[2].rstrip("\n")


def test_the_ends_have_their_names_and_ports() -> None:
    assert line(match(b"abc", [(0, 1)])) == "shop.example:40000 -> [2001:db8::1]:80 #7: abc\n"
    assert (
        line(match(b"abc", [(0, 1)], src=("10.0.0.9", None), dst=("ff02::1", None))) == "10.0.0.9 -> ff02::1 #7: abc\n"
    )


@pytest.mark.parametrize(
    ("data", "spans", "text"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", [(0, 3)], "GET / HTTP/1.1 …"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", [(16, 20)], "… Host: a"),
        (b"one\ntwo\nthree\nfour", [(0, 3), (14, 18)], "one … four"),
        (b"one\ntwo\nthree", [(0, 3), (4, 7)], "one … two …"),
        (b"one\ntwo\nthree", [(2, 5)], "one\\x0atwo …"),  # a match over two lines
        (b"x" * 1000, [(500, 501)], f"… {'x' * (2 * AROUND + 1)} …"),
        (b"x" * 1000, [(500, 501), (510, 511)], f"… {'x' * (2 * AROUND + 11)} …"),
        (b"ab\xff\x1b[2J\xe2\x80\xae", [(0, 1)], "ab\\xff\\x1b[2J\\u202e"),
        (b"first\nsecond", [], "first …"),  # -v, or context
        (b"\r\n", [(0, 0)], ""),
    ],
)
def test_the_lines_that_match(data: bytes, spans: list[Span], text: str) -> None:
    assert excerpt(data, spans) == text


def test_context_and_groups() -> None:
    assert line(match(b"abc", [], context=True)).endswith(" #7- abc\n")
    assert line(match(b"abc", [], apart=True)).startswith("--\n")


def test_the_dump() -> None:
    assert line(match(b"abc", [(0, 1)]), dump=True).splitlines()[1].startswith("\t0x0000:  6162 63")


@pytest.mark.parametrize(
    ("packets", "text"), [((7,), "7"), ((7, 8, 9), "7-9"), ((7, 9), "7,9"), ((1, 2, 4, 6, 7), "1-2,4,6-7")]
)
def test_numbers(packets: tuple[int, ...], text: str) -> None:
    assert numbers(packets) == text


def test_the_json_line() -> None:
    assert grep_line(match(b"abc", [(1, 2)], offset=10, where="stream"), nanosecond=False) == (
        '{"v":1,"event":"grep_match","time":1.500000,"src":"10.0.0.1:40000","dst":"[2001:db8::1]:80","protocol":"tcp",'
        '"where":"stream","packets":[7],"matches":[{"offset":11,"length":1,"match":"b"}],"offset":10,"length":3,'
        '"payload":"abc"}\n'
    )
