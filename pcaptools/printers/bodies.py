"""Bodies for people: JSON laid out, forms and multipart taken apart, text as it is, anything else in a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_plus

from pcaptools.core.events import HttpBody
from pcaptools.core.protocols.http.coding import Decoded, decode_content
from pcaptools.core.protocols.http.fields import HeaderFields
from pcaptools.core.protocols.http.media import MediaType, as_text, media_type, sniff
from pcaptools.printers.console import Painter
from pcaptools.printers.images import dimensions
from pcaptools.printers.jsontext import json_lines, looks_like_json
from pcaptools.printers.safe import safe
from pcaptools.printers.sizes import format_size

SHOWN = 64 * 1024
"""Characters of a body that are printed: what a person may want to read of one."""
DECODED = 1 << 20
"""Bytes of a body that are decoded for it: taking a form or JSON apart wants more than what is printed in the end."""
MAX_PARTS = 100
"""Parts of a multipart body that are told."""
INDENT = "    "
_COLOUR = re.compile("\x1b\\[[0-9;]*m")
"""What a painter puts around text; the text itself holds none, it is safe."""
_LINE_END = re.compile(r"\r\n|\r|\n")


def body_media(fields: HeaderFields) -> MediaType:
    """Return the media type that a message's header tells."""
    return media_type(next(iter(fields.values("content-type")), ""))


class BodyPrinter:
    """Turns the body of a message into the words for its line, and the lines below it."""

    def __init__(self, paint: Painter, limit: int | None = None) -> None:
        """Print at most `limit` characters of a body; decode at least as much."""
        self._paint = paint
        self._limit = SHOWN if limit is None else limit
        self._decoded = max(DECODED, self._limit)

    def __call__(self, event: HttpBody) -> tuple[str, str]:
        """Return what a body is, in words, and its lines, each with its line end."""
        decoded = decode_content(event.fields, event.body, self._decoded)
        media = body_media(event.fields)
        cut = decoded.bounded or bool(event.left_out) or bool(decoded.note)
        words = [safe(media.name) or sniff(decoded.data) or "no media type", format_size(len(event.body))]
        if decoded.codings:
            size = format_size(len(decoded.data)) + (" or more" if decoded.bounded else "")
            words.append(f"{', '.join(decoded.codings)} undone: {size}")
        summary, lines = self._content(media, decoded.data, cut=cut)
        words += [summary] * bool(summary)
        return self._head(words, decoded, event), "".join(self._within(lines, len(decoded.data)))

    def _head(self, words: list[str], decoded: Decoded, event: HttpBody) -> str:
        text = ", ".join(words)
        if decoded.note:
            text += " " + self._paint("warning", f"[{safe(decoded.note)}]")
        if event.left_out:
            text += " " + self._paint("warning", f"[{format_size(event.left_out)} more were not kept]")
        return text

    def _content(self, media: MediaType, data: bytes, *, cut: bool) -> tuple[str, Iterable[str]]:
        """Return a summary of a body that is not for reading, and the lines of one that is."""
        if media.name.startswith("multipart/") and media.parameters.get("boundary"):
            return "", self._multipart(media, data)
        found = sniff(data)
        read = None if found and not media.is_text else as_text(media, data, cut=cut)
        if read is None:
            return _binary(media, data, found), ()
        text, _ = read
        if media.name == "application/x-www-form-urlencoded":
            return "", self._form(text)
        if media.is_json or (looks_like_json(text) and media.name in ("", "text/plain", "text/json")):
            return "", json_lines(text, self._paint)
        return "", (_safe_line(line) for line in _lines_of(text.removeprefix("\ufeff")))

    def _within(self, lines: Iterable[str], size: int) -> Iterator[str]:
        """Yield lines, indented, until the limit; then tell that there is more."""
        room = self._limit
        for line in lines:
            if len(line) > room:
                yield f"{INDENT}{_COLOUR.sub('', line)[:room]}\n"
                yield f"{INDENT}{self._paint('warning', f'… the rest of {format_size(size)}, see --body-limit')}\n"
                return
            room -= len(line) + 1
            yield f"{INDENT}{line}\n"

    def _form(self, text: str) -> Iterator[str]:
        """Yield the fields of a form (URL standard, 5.1)."""
        for pair in text.split("&"):
            if pair:
                name, _, value = pair.partition("=")
                yield f"{self._paint('header', _unquoted(name))} = {_unquoted(value)}"

    def _multipart(self, media: MediaType, data: bytes) -> Iterator[str]:
        """Yield the parts (RFC 2046, 5.1): header fields, then text, or what a file is."""
        parts = split_multipart(data, media.parameters["boundary"])
        for number, (fields, content) in enumerate(parts[:MAX_PARTS], 1):
            yield self._paint("number", f"part {number}")
            for name, value in fields.items:
                yield f"{INDENT}{self._paint('header', safe(name))}: {safe(value)}"
            kind = body_media(fields)
            if kind.name.startswith("multipart/") or _is_file(fields):
                yield f"{INDENT}{_binary(kind, content, sniff(content))}, {format_size(len(content))}"
                continue
            summary, lines = self._content(kind, content, cut=False)
            yield from (
                f"{INDENT}{line}" for line in ([f"{summary}, {format_size(len(content))}"] if summary else lines)
            )
        if len(parts) > MAX_PARTS:
            yield f"{len(parts) - MAX_PARTS} more parts"


def split_multipart(data: bytes, boundary: str) -> list[tuple[HeaderFields, bytes]]:
    """Return the header fields and the content of each part; of one that is cut, what there is."""
    mark = b"\r\n--" + boundary.encode("utf-8", "surrogateescape")
    parts = []
    for piece in (b"\r\n" + data).split(mark)[1:]:
        if piece.startswith(b"--"):
            break
        head, _, content = piece.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if piece.lstrip(b" \t").startswith(b"\r\n\r\n"):
            head, content = b"", piece.lstrip(b" \t")[4:]  # a part without header fields
        parts.append((_part_fields(head), content))
    return parts


def _part_fields(head: bytes) -> HeaderFields:
    lines = head.decode("utf-8", "backslashreplace").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return HeaderFields(items=[(name.strip(), value.strip(" \t")) for name, _, value in pairs])


def _is_file(fields: HeaderFields) -> bool:
    disposition = media_type(next(iter(fields.values("content-disposition")), ""))
    return bool({"filename", "filename*"} & disposition.parameters.keys())


def _binary(media: MediaType, data: bytes, found: str) -> str:
    """Tell what a body is that nobody reads."""
    kind = (found or media.name).partition("/")[0]
    words = "image" if kind == "image" else "text" if media.is_text and not found else "binary"
    size = dimensions(data)
    if size:
        words += f" of {size[0]}x{size[1]}"
    return f"{words} ({found})" if found and found != media.name else words


def _lines_of(text: str) -> list[str]:
    lines = _LINE_END.split(text)
    if lines and not lines[-1]:
        lines.pop()
    return lines


def _safe_line(line: str) -> str:
    return "\t".join(map(safe, line.split("\t")))  # a TAB does no harm, and is what the text looks like


def _unquoted(text: str) -> str:
    return safe(unquote_plus(text, errors="backslashreplace"))
