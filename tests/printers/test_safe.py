"""Nothing that a terminal would act upon leaves `safe`; whatever else there is in Unicode leaves unchanged."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.events import (
    Event,
    HttpError,
    HttpRequest,
    HttpRequestComplete,
    HttpResponse,
    HttpResponseComplete,
    WebSocketUpgrade,
)
from pcaptools.core.protocols.http.fields import HeaderFields
from pcaptools.core.tcp.session import Session
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.http import HttpPrinter
from pcaptools.printers.jsonl import JsonPrinter
from pcaptools.printers.safe import _UNSAFE, safe

BIDI_CLASSES = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
BIDI_MARKS = {"\u061c", "\u200e", "\u200f"}  # the rest of Unicode's property Bidi_Control (UAX 9)
BYTE_ORDER_MARK = "\ufeff"


def is_unsafe(character: str) -> bool:
    """C0, DEL and C1 (Cc), lone surrogates (Cs), line and paragraph separator, what reorders, what hides."""
    return (
        unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(character) in BIDI_CLASSES
        or character in BIDI_MARKS
        or character == BYTE_ORDER_MARK
    )


def escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def expected(text: str) -> str:
    return "".join(escaped(character) if is_unsafe(character) else character for character in text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("a\rb\nc\td", r"a\x0db\x0ac\x09d"),
        ("\x00\x7f\x80\x9b31m", r"\x00\x7f\x80\x9b31m"),
        ("user\u202egnp.exe", r"user\u202egnp.exe"),
        ("\u2066a\u2069", r"\u2066a\u2069"),
        ("one\u2028two\u2029three", r"one\u2028two\u2029three"),
        ("\udcff", r"\udcff"),
        ("Grüße, 世界 🎉 a\u0301", "Grüße, 世界 🎉 a\u0301"),
        (r"\x1b is four characters", r"\x1b is four characters"),
        ("[red]x[/] :smile:", "[red]x[/] :smile:"),
        ("", ""),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_every_character_there_is() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert safe(everything) == expected(everything)


@given(st.text(st.characters(exclude_categories=()) | st.sampled_from("\x1b\x07\x9b\x7f\r\n\u202e\u2028\ud800")))
def test_any_text(text: str) -> None:
    assert safe(text) == expected(text)
    assert safe(safe(text)) == safe(text)


HOSTILE = "\x1b[2J\x00\x07\r\n\t\x7f\x85\x9b\u061c\u200f\u202e\u2028\u2066\udcff\ufeff[red]x[/] :smile:"
SHOWN = r"\x1b[2J\x00\x07\x0d\x0a\x09\x7f\x85\x9b\u061c\u200f\u202e\u2028\u2066\udcff\ufeff[red]x[/] :smile:"


class HostileSession(Session):
    """Its two ends have names that somebody else chose."""

    src_name = dst_name = property(lambda _: HOSTILE)


def hostile_events() -> Iterator[Event]:
    """Every event that carries text of the wire, all of it hostile."""
    for direction in ("send", "recv"):
        start = (HostileSession(bytes([10, 9, 0, 2, 10, 9, 0, 1, 160, 76, 31, 144]), 0), 0, direction, 1)
        fields = HeaderFields(items=[(HOSTILE, HOSTILE)])
        response = (*start, HOSTILE, HOSTILE, 200, HOSTILE, HOSTILE, fields, [HOSTILE], False, None)
        yield HttpRequest(*start, HOSTILE, HOSTILE, HOSTILE, fields, [HOSTILE])  # type: ignore[arg-type]
        yield HttpRequestComplete(*start, 1, 1, HOSTILE)  # type: ignore[arg-type]
        yield HttpResponse(*response)  # type: ignore[arg-type]
        yield HttpResponseComplete(*start, 1, 1, HOSTILE, 0)  # type: ignore[arg-type]
        yield WebSocketUpgrade(*response, "rfc6455", HOSTILE)  # type: ignore[arg-type]
        yield HttpError(*start[:3], HOSTILE)  # type: ignore[arg-type]


@pytest.mark.parametrize("event", [*hostile_events()], ids=lambda event: f"{event.name} {event.direction}")
def test_hostile_text_is_harmless_in_every_line(event: Event) -> None:
    printer = HttpPrinter(Clock("utc"), Painter(color=False), headers=True, tcp_verbose=True)
    text = printer.format([event], nanosecond=False)
    assert text.endswith("\n")
    lines = text.split("\n")[:-1]
    assert all(line == safe(line) for line in lines)
    in_head = {"http_request": 4, "http_response": 3, "websocket_upgrade": 2, "http_error": 1}.get(event.name, 1)
    assert lines[0].count(SHOWN) == 2 + in_head  # the two ends, then what the event itself tells
    has_headers = event.name in {"http_request", "http_response", "websocket_upgrade"}
    assert lines[1:] == ([f"    {SHOWN}: {SHOWN}"] if has_headers else [])


@pytest.mark.parametrize("event", [*hostile_events()], ids=lambda event: f"{event.name} {event.direction}")
def test_hostile_text_is_harmless_in_json(event: Event) -> None:
    line = JsonPrinter(tcp_verbose=True).format([event], nanosecond=False)
    assert line.isascii()
    assert line.removesuffix("\n").isprintable()


def test_what_is_printable_is_safe_whatever_it_is() -> None:
    for code in range(sys.maxunicode + 1):
        assert not (chr(code).isprintable() and safe(chr(code)) != chr(code))
        assert not (_UNSAFE.match(chr(code)) and safe(f"a{chr(code)}") == f"a{chr(code)}")
