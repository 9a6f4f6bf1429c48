"""WebSocket messages: the rest of their line and what is shown of them below it; their fields in JSON.

Without any option a message is shown as far as fits: a short text in its line, JSON indented below it, of binary data
its first bytes. What is left out is told.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import Any

from pcaptools.core.events import WebSocketMessage
from pcaptools.printers.console import Painter
from pcaptools.printers.safe import safe

MAX_TEXT = 1000
"""Characters of a text that are shown, and of a line of JSON."""
MAX_JSON = 64 * 1024
"""Characters of a text that is looked at as JSON."""
MAX_LINES = 200
"""Lines of JSON that are shown."""
SHORT_JSON = 80
"""Characters of JSON that need no lines of their own."""
MAX_HEX = 24
"""Bytes of binary data that are shown."""
INDENT = "    "
CODES = {
    1000: "normal", 1001: "going away", 1002: "protocol error", 1003: "unsupported data", 1005: "no code",
    1006: "abnormal", 1007: "invalid data", 1008: "policy violation", 1009: "too big", 1010: "extension missing",
    1011: "internal error", 1012: "service restart", 1013: "try again later", 1014: "bad gateway", 1015: "TLS failed",
    3000: "unauthorized", 3003: "forbidden", 3008: "timeout",
}  # fmt: skip
"""IANA's registry of WebSocket close codes."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]+')


def format_message(event: WebSocketMessage, size: str, paint: Painter) -> str:
    """Return what stands in a message's line after its number, and the lines below it."""
    notes = paint("warning", f" [{safe(event.notes)}]") if event.notes else ""
    head = f"WebSocket message {paint('size', size)}"
    if event.opcode == "text":
        inline, below = _text(event.data.decode("utf-8", "backslashreplace"))
        return f"{head}{_after(inline)}{_more(event, paint)}{notes}\n{below}"
    if event.opcode == "binary":
        return f"{head} binary{_after(_hex(event.data))}{notes}\n"
    if event.opcode == "close":
        return f"WebSocket {paint('number', 'close')}{_close(event)}{notes}\n"
    shown = f" {paint('size', size)}{_after(_payload(event.data))}" if event.length else ""
    return f"WebSocket {paint('number', event.opcode)}{shown}{notes}\n"


def message_fields(event: WebSocketMessage) -> dict[str, Any]:
    """Return the fields of a message in JSON: as text where it is UTF-8, else in base64."""
    fields: dict[str, Any] = {
        "number": event.number, "direction": event.direction, "opcode": event.opcode, "length": event.length,
    }  # fmt: skip
    text = None if event.opcode == "binary" else _utf8(event.data)
    if text is None:
        fields["message_base64"] = b64encode(event.data).decode("ascii")
    else:
        fields["message"] = text
    if event.opcode == "close":
        fields["close_code"] = event.close_code
    fields["notes"] = event.notes
    return fields


def indented(text: str) -> list[str] | None:
    """Return the lines of a JSON object or array, its words as they were sent; None when it is none."""
    if len(text) > MAX_JSON or text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    lines, line, depth, last = [], "", 0, ""
    for token in _TOKEN.findall(text):
        if token in "}]":
            depth -= 1
            if last not in "{[":
                lines.append(line)
                line = "  " * depth
        elif last in {"{", "[", ","}:
            lines.append(line)
            line = "  " * depth
        line += token + (" " if token == ":" else "")
        depth += token in "{["
        last = token
    return [*lines, line]


def _text(text: str) -> tuple[str, str]:
    """Return what of a text stands in the line, and what below it."""
    lines = indented(text)
    if lines is None or len(text) <= SHORT_JSON:
        return _cut(text), ""
    shown = [f"{INDENT}{_cut(line)}\n" for line in lines[:MAX_LINES]]
    if len(lines) > MAX_LINES:
        shown.append(f"{INDENT}... ({len(lines) - MAX_LINES} lines more)\n")
    return "", "".join(shown)


def _cut(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return safe(text)
    return f"{safe(text[:MAX_TEXT])}... ({len(text) - MAX_TEXT} characters more)"


def _more(event: WebSocketMessage, paint: Painter) -> str:
    """Say that the line is not the whole message, where its bytes were not kept."""
    left_out = event.length - len(event.data)
    return paint("size", f" ({left_out} bytes more)") if left_out > 0 and event.data else ""


def _after(text: str) -> str:
    return f": {text}" if text else ""


def _hex(data: bytes) -> str:
    return data[:MAX_HEX].hex(" ") + (" ..." if len(data) > MAX_HEX else "")


def _payload(data: bytes) -> str:
    """Return a control frame's payload: as text where it is some that can be read, else in hexadecimal."""
    text = _utf8(data)
    return _cut(text) if text is not None and text.isprintable() else _hex(data)


def _close(event: WebSocketMessage) -> str:
    if event.close_code is None:
        return ""
    name = CODES.get(event.close_code)
    reason = _cut(event.data.decode("utf-8", "backslashreplace"))
    return f" {event.close_code}{f' ({name})' if name else ''}{_after(reason)}"


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
