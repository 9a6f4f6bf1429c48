"""What is printed of WebSocket messages."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.steps import KEY

from pcaptools.core.events import WebSocketMessage, WebSocketOpcode
from pcaptools.core.tcp.session import Session
from pcaptools.printers.console import Painter
from pcaptools.printers.websocket import format_message, indented, message_fields


def message(
    opcode: WebSocketOpcode, data: bytes = b"", code: int | None = None, notes: str = "", length: int | None = None
) -> WebSocketMessage:
    length = len(data) if length is None else length
    return WebSocketMessage(Session(KEY, 0), 0, "send", 1, opcode, data, length, code, notes)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (message("text", b"hello"), "WebSocket message 5B: hello\n"),
        (message("text", b"\x1b[31m\xff\xe2\x80\xae", notes="not UTF-8"),
         "WebSocket message 5B: \\x1b[31m\\xff\\u202e [not UTF-8]\n"),
        (message("text", b"x" * 1005), f"WebSocket message 5B: {'x' * 1000}... (5 characters more)\n"),
        (message("text", b"abc", length=10, notes="7 bytes missing"),
         "WebSocket message 5B: abc (7 bytes more) [7 bytes missing]\n"),
        (message("text", b'{"a":[1,{}],"b":"' + b"x" * 70 + b'"}'),
         ('WebSocket message 5B\n    {\n      "a": [\n        1,\n        {}\n      ],\n'
          f'      "b": "{"x" * 70}"\n    }}\n')),
        (message("text", b'{"a": 1}'), 'WebSocket message 5B: {"a": 1}\n'),
        (message("text"), "WebSocket message 5B\n"),
        (message("binary", bytes(range(30))),
         f"WebSocket message 5B binary: {bytes(range(24)).hex(' ')} ...\n"),
        (message("close", b"bye", 1001), "WebSocket close 1001 (going away): bye\n"),
        (message("close"), "WebSocket close\n"),
        (message("close", b"", 4321), "WebSocket close 4321\n"),
        (message("ping"), "WebSocket ping\n"),
        (message("pong", b"\x00\x01"), "WebSocket pong 5B: 00 01\n"),
    ],
)  # fmt: skip
def test_a_line(event: WebSocketMessage, expected: str) -> None:
    assert format_message(event, "5B", Painter(False)) == expected


def test_json_of_many_lines_is_cut() -> None:
    text = format_message(message("text", json.dumps(list(range(500))).encode()), "1B", Painter(False))
    assert len(text.splitlines()) == 202
    assert text.endswith("    ... (302 lines more)\n")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(JSON) | st.dictionaries(st.text(), JSON), st.booleans())
def test_indenting_changes_no_word(value: object, ascii_only: bool) -> None:
    lines = indented(json.dumps(value, ensure_ascii=ascii_only))
    assert lines is not None
    assert json.loads("\n".join(lines)) == value


def test_what_is_no_json_is_text() -> None:
    for text in ("hello", "{", "[1,]", "[" * 50_000, "{}" + " " * 70_000, "[" + "9" * 5000 + "]"):
        assert indented(text) is None


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (message("text", b"a\x00"), {"opcode": "text", "length": 2, "message": "a\x00", "notes": ""}),
        (message("text", b"\xff"), {"opcode": "text", "length": 1, "message_base64": "/w==", "notes": ""}),
        (message("binary", b"a"), {"opcode": "binary", "length": 1, "message_base64": "YQ==", "notes": ""}),
        (message("close", b"bye", 1000),
         {"opcode": "close", "length": 3, "message": "bye", "close_code": 1000, "notes": ""}),
    ],
)  # fmt: skip
def test_fields(event: WebSocketMessage, expected: dict[str, object]) -> None:
    assert message_fields(event) == {"number": 1, "direction": "send", **expected}
