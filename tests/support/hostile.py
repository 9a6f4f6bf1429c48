"""Captures whose every text is hostile to a terminal, and a terminal that tells what was done to it."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.files import FileSource
from pcaptools.core.sources.writer import open_writer

POISON = [
    b"\x1b]0;owned\x07", b"\x1b[2J\x1b[H", b"\x1b[31mred", b"\x07\x08\x08", b"\x0e\x1b(0", b"\x1b[?1049h",
    b"\x9b31m\x9d0;x", b"\xc2\x9b31m", b"\xe2\x80\xaegpj", b"a\x00b\x7f", b"\xed\xb2\x80\xff", b"\rover", b"[red]x[/]",
    b"\x1bc\x1b#8", b"\x1bP+q\x1b\\", b"\xe2\x81\xa6\xe2\x80\xa8", b"\x1b[6n\x05", b":smile:",
]  # fmt: skip
"""Title, clearing, colour, bell, character sets, other screen, C1 raw and as UTF-8, bidi, NUL, surrogates, markup, …"""
NAME = "\x1b]0;owned\x07\x1b[31m\u202e\x9b2J[red]"
"""A name for files and interfaces."""
_TEXT = re.compile(rb"[A-Za-z0-9._/ -]{6,}")
_START_LINE = re.compile(rb"[A-Z]+ /[^ \r\n]* HTTP/1\.\d\r\n|HTTP/1\.\d \d{3}[^\r\n]*\r\n")
_SAID = re.compile(
    rb"(?<=[A-Z] /)[^ \r\n]+(?= HTTP/1)|(?<=HTTP/1\.1 \d{3} )[^\r\n]+"
    rb"|(?<=\r\nHost: )[^\r\n]+|(?<=\r\nUser-Agent: )[^\r\n]+|(?<=\r\nServer: )[^\r\n]+|(?<=\r\nDate: )[^\r\n]+"
)
"""The target, the reason and some values."""


def poisoned(data: bytes, poisons: Iterable[bytes]) -> bytes:
    """Return a frame with each text in it replaced, to its length, but for the first character."""
    found = iter(poisons)
    if _START_LINE.search(data):
        return _poisoned_http(data, found)

    def poison(match: re.Match[bytes]) -> bytes:
        text: bytes = match[0]
        put = b""
        while len(put) < len(text):
            put += next(found)
        return text[:1] + put[: len(text) - 1]

    head = 14  # addresses and type of Ethernet
    return data[:head] + _TEXT.sub(poison, data[head:])


def _poisoned_http(data: bytes, found: Iterator[bytes]) -> bytes:
    """Poison what a head says, not how it is built: it is still to be read."""

    def poison(match: re.Match[bytes]) -> bytes:
        text, put = match[0], b""
        while len(put) < len(text):
            more = next(found)
            put += b"" if set(more) & set(b"\r\0 ") else more
        return put[: len(text)]

    return _SAID.sub(poison, data)


def poison_captures(paths: Iterable[Path], folder: Path) -> list[Path]:
    """Write a hostile copy of each capture file."""
    poisons = itertools.cycle(POISON)
    made = []
    for path in paths:
        name = folder / f"{path.name.partition('.')[0]}.pcapng"
        with FileSource([path]) as source, open_writer(name, force=True) as writer:
            for batch in source.batches():
                records = [(time, length, poisoned(data, poisons)) for time, length, data in batch.records]
                comments = {0: tuple(text.decode("utf-8", "surrogateescape") for text in POISON)}
                writer.write(Batch(batch.link_type, records, batch.nanosecond, comments))
        made.append(name)
    return made


class Witness:
    """Stands before a screen of pyte and counts what the output asks of it."""

    def __init__(self, screen: Any) -> None:
        self._screen = screen
        self.asked: Counter[str] = Counter()
        self.colored = False
        """The last colour was not taken back."""
        self.colored_at_line_end = False

    def __getattr__(self, name: str) -> Any:
        does = getattr(self._screen, name)
        return self._counting(name, does) if callable(does) else does

    def _counting(self, name: str, does: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **options: Any) -> Any:
            self.asked[name] += 1
            if name == "select_graphic_rendition":
                self.colored = args not in ((), (0,))
            elif name == "linefeed":
                self.colored_at_line_end = self.colored_at_line_end or self.colored
            return does(*args, **options)

        return counted
