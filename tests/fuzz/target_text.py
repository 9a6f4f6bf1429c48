"""safe() lets no control character and nothing that reorders through, changes nothing twice; nor does any line."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.choices import RAW, Choices, check_text
from support.schema import check_line
from support.steps import KEY

from pcaptools.core.events import (
    Direction,
    Event,
    HttpRequest,
    HttpResponse,
    HttpResponseBody,
    WebSocketMessage,
    WebSocketOpcode,
)
from pcaptools.core.protocols.http.fields import HeaderFields
from pcaptools.core.tcp.session import Session
from pcaptools.printers.bodies import BodyPrinter
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.http import HttpPrinter
from pcaptools.printers.jsonl import JsonPrinter
from pcaptools.printers.safe import safe

PAINT = Painter(color=False)
TYPES = (
    "text/plain", "application/json", "application/x-www-form-urlencoded", 'multipart/form-data; boundary="x"',
    "text/html; charset=utf-16", "text/plain; charset=utf-7", "image/png", "", "text/plain; charset=shift_jis",
    "application/ld+json; charset=utf-8", "text/plain; charset=iso-2022-jp", "text/plain; charset=\x1b[2J",
)  # fmt: skip
OPCODES: tuple[WebSocketOpcode, ...] = ("text", "binary", "close", "ping", "pong")
PARTS = (
    b'--x\r\nContent-Disposition: form-data; name="\x1b"\r\n\r\nva\x9blue\r\n--x\r\nContent-Type: image/png\r\n\r\n'
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\r\n--x--"
)
SESSION = Session(KEY, 0)


def check(data: bytes) -> None:
    """Show the rest of `data`: as a text, in heads, as a body, as a message."""
    choices = Choices(data)
    media, limit, opcode = choices.below(len(TYPES)), choices.number(2), choices.below(len(OPCODES))
    raw = choices.rest()
    text = (
        raw.decode("utf-8", ("surrogatepass", "surrogateescape", "backslashreplace", "replace")[limit & 3])
        if limit & 3
        else raw.decode("latin-1")
    )
    shown = safe(text)
    assert not RAW.search(shown), "a raw control character"
    assert "\t" not in shown
    assert "\n" not in shown
    assert safe(shown) == shown, "it changes what it made"
    assert shown.isprintable() or not text.isprintable()
    kept = "".join(character for character in text if not RAW.match(character) and character not in "\t\n")
    assert len(shown) >= len(kept)
    _events(TYPES[media], limit, OPCODES[opcode], raw, text)


def _events(media: str, limit: int, opcode: WebSocketOpcode, raw: bytes, text: str) -> None:
    fields = HeaderFields(items=[("Content-Type", media), (text[:200], text[200:400])])
    start: tuple[Session, int, Direction, int] = (SESSION, 0, "recv", 1)
    events: list[Event] = [
        HttpRequest(*start, text[:9], text, text[:3], fields, [text[:20]]),
        HttpResponse(*start, text[:9], text, 200, text, "1.1", fields, [], False, 5),
        HttpResponseBody(*start, raw, fields, limit & 1),
        WebSocketMessage(*start, opcode, raw, len(raw), 1000 if opcode == "close" else None, text[:30]),
    ]
    printer = HttpPrinter(
        Clock("none"), PAINT, headers=True, tcp_verbose=True, bodies=BodyPrinter(PAINT, limit), show_header=None
    )
    shown = printer.format(events, nanosecond=False)
    check_text(shown)
    assert len(shown) < 4000 + 40 * len(raw) + 40 * len(text), "text out of proportion"
    lines = JsonPrinter(body_limit=limit).format(events, nanosecond=False)
    for line in lines.splitlines():
        check_line(line)


def seeds() -> Iterator[bytes]:
    """Yield texts that move cursors, hide and reorder; JSON, forms, parts, other character sets."""
    texts = [
        b"\x1b]0;title\x07\x9b31m\xc2\x9b\x00\x7f\r\n\t", "user\u202egnp.exe\u2066\u2028\u061c\ufeff".encode(),
        b'{"a": "\x1b[2J", "b": [1, -2.5e9, null, {}], "a": "\\u001b\\ud800"}', b"\xed\xa0\x80\xff\xfe",
        b"a=%1b%5b2J&b=%e2%80%ae&%00=%ff+", "h\u00e9\u4e16".encode("utf-16"), b"+AGwAbwA-", b"\x1b$B0l\x1b(B",
        PARTS, b"\x83\x65\x83\x58\x83\x67", b"[" * 200, b"line\rline\x0bline\x0c",
    ]  # fmt: skip
    for number, text in enumerate(texts):
        for media in (number % len(TYPES), (number + 5) % len(TYPES), 1):
            yield bytes([media, number, 20 * number, number % 5]) + text
