"""JSON laid out for reading, without reading it into objects: numbers, doubled names and cut ends stay as they came."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pcaptools.printers.console import Painter
from pcaptools.printers.safe import safe

MAX_DEPTH = 40
"""Levels that are indented; deeper ones stand no further to the right."""
_TOKEN = re.compile(
    r'[ \t\r\n]*(?:(?P<string>"(?:[^"\\]|\\.)*+")|(?P<word>-?\d[\d.eE+-]*|true|false|null)|(?P<mark>[][{}:,])'
    r"|(?P<end>\Z))",
    re.DOTALL,
)
_STYLES = {"true": "json.word", "false": "json.word", "null": "json.word"}


def looks_like_json(text: str) -> bool:
    """Tell whether a text is apt to be JSON, by its beginning."""
    return text.lstrip(" \t\r\n\ufeff")[:1] in ("{", "[")


def json_lines(text: str, paint: Painter) -> Iterator[str]:
    """Yield the lines of a JSON text, two blanks a level, painted and harmless.

    From where it is no JSON any more, the rest comes as it is.
    """
    line: list[str] = []
    depth = 0
    opened = False  # the last token was an opening bracket: an empty pair stays on its line
    at = 1 if text.startswith("\ufeff") else 0
    while True:
        token = _TOKEN.match(text, at)
        if token is None:
            if line:
                yield "".join(line)
            yield from map(safe, text[at:].strip().splitlines())
            return
        at = token.end()
        mark = token["mark"]
        if mark in ("}", "]"):
            depth = max(0, depth - 1)
            if not opened:
                yield "".join(line)
                line = [_indent(depth)]
            line.append(mark)
        elif token["end"] is not None:
            if line:
                yield "".join(line)
            return
        elif mark == ",":
            yield "".join([*line, ","])
            line = [_indent(depth)]
        elif mark == ":":
            line.append(": ")
        else:
            if opened:
                yield "".join(line)
                line = [_indent(depth)]
            line.append(mark or _painted(token, text, paint))
            depth += bool(mark)
        opened = mark in ("{", "[")


def _painted(token: re.Match[str], text: str, paint: Painter) -> str:
    if token["word"] is not None:
        return paint(_STYLES.get(token["word"], "json.number"), token["word"])
    name = text[token.end() : token.end() + 64].lstrip(" \t\r\n").startswith(":")
    return paint("json.name" if name else "json.string", safe(token["string"]))


def _indent(depth: int) -> str:
    return "  " * min(depth, MAX_DEPTH)
