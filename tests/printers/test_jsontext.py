"""JSON laid out: nothing is added, nothing goes but white space between tokens."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.printers.console import Painter
from pcaptools.printers.jsontext import MAX_DEPTH, json_lines, looks_like_json

PLAIN = Painter(False)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def laid_out(text: str) -> str:
    return "\n".join(json_lines(text, PLAIN))


@given(values)
def test_it_is_what_pythons_json_lays_out(value: Any) -> None:
    assert laid_out(json.dumps(value)) == json.dumps(value, indent=2)


@given(values)
def test_white_space_of_the_sender_does_not_matter(value: Any) -> None:
    assert laid_out(json.dumps(value, indent=7)) == json.dumps(value, indent=2)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('{"a":1.10,"a":12345678901234567890123,"b":1E400}',
         ["{", '  "a": 1.10,', '  "a": 12345678901234567890123,', '  "b": 1E400', "}"]),
        ('{"a": [1, 2', ["{", '  "a": [', "    1,", "    2"]),
        ('{"a": "cut he', ["{", '  "a": ', '"cut he']),
        ("[1, oops, 2]", ["[", "  1,", "  ", "oops, 2]"]),
        ("", []),
        ("[]", ["[]"]),
        ('{"a": {}}', ["{", '  "a": {}', "}"]),
        ("\ufeff[1]", ["[", "  1", "]"]),
        ("]]", ["", "]", "]"]),
        ('["\x7f\u202e"]', ["[", '  "\\x7f\\u202e"', "]"]),
        ("{}\n{}", ["{}{}"]),
    ],
)  # fmt: skip
def test_what_no_parser_would_take(text: str, lines: list[str]) -> None:
    assert [line for line in json_lines(text, PLAIN) if line.strip()] == [line for line in lines if line.strip()]


def test_depth_costs_no_recursion_and_no_width() -> None:
    lines = list(json_lines("[" * 100_000, PLAIN))
    assert max(map(len, lines)) == 2 * MAX_DEPTH + 1


def test_colours_are_around_tokens_only() -> None:
    text = '{"name": ["text", 1, true, null]}'
    painted = "\n".join(json_lines(text, Painter(True)))
    assert re.sub("\x1b\\[[0-9;]*m", "", painted) == laid_out(text)
    assert len(set(re.findall("\x1b\\[[0-9;]*m", painted))) == 5  # four styles and the reset


def test_what_looks_like_json() -> None:
    assert looks_like_json(' \n{"a": 1}')
    assert looks_like_json("\ufeff[")
    assert not looks_like_json("hello")
    assert not looks_like_json("")
