from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.errors import UsageError
from pcaptools.core.grep.pattern import MAX_SPANS, UNBOUNDED, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "data", "spans"),
    [
        ("GET", b"xGETGET", [(1, 4), (4, 7)]),
        ("^b", b"a\nb", [(2, 3)]),  # every line has its ^ and $
        ("a$", b"a\nb", [(0, 1)]),
        ("a.b", b"a\nb a\rb", [(4, 7)]),
        (r"\xff\xd8", b"..\xff\xd8..", [(2, 4)]),
        ("x*", b"ab", [(0, 0)]),  # matches everywhere, shows nothing
        ("x*", b"axxb", [(1, 3)]),
        ("zz", b"ab", []),
    ],
)
def test_spans(pattern: str, data: bytes, spans: list[tuple[int, int]]) -> None:
    compiled = compile_pattern(pattern)
    assert compiled.spans(data) == spans
    assert compiled.search(data) is bool(spans)


def test_text_beyond_ascii_is_read_as_utf8() -> None:
    data = "grün GRÜN gr\xfcn".encode()
    assert compile_pattern("gr[üö]n").spans(data) == [(0, 5), (12, 17)]
    assert compile_pattern("grün", ignore_case=True).spans(data) == [(0, 5), (6, 11), (12, 17)]
    assert compile_pattern(r"\u00fc+").spans(b"a\xc3\xbc\xc3\xbcb") == [(1, 5)]
    assert compile_pattern("ü").spans(b"\xff\xc3\xbc\xff\xc3\xbc") == [(1, 3), (4, 6)]  # rubbish around it is no matter
    assert compile_pattern("ü").spans(b"\xc3\xbc \xc3\xbc", 2) == [(3, 5)]


def test_words_and_case() -> None:
    assert compile_pattern("cat", word=True).spans(b"concat cat cats") == [(7, 10)]
    assert compile_pattern("a|b", word=True).spans(b"ab a") == [(3, 4)]
    assert compile_pattern("get", ignore_case=True).spans(b"GeT") == [(0, 3)]


@pytest.mark.parametrize(
    "pattern", ["de ad be ef", "DEADBEEF", "0xdeadbeef", "de:ad:be:ef", "de ?? be ..", " deadbeef "]
)
def test_hexadecimal(pattern: str) -> None:
    assert compile_pattern(pattern, hexadecimal=True).spans(b"\n\xde\xad\xbe\xef\n") == [(1, 5)]


def test_a_wildcard_byte_may_be_a_line_end() -> None:
    assert compile_pattern("61 ?? 62", hexadecimal=True).spans(b"a\nb") == [(0, 3)]


@pytest.mark.parametrize(
    ("pattern", "hexadecimal", "reason"),
    [
        ("(", False, '"(" is no regular expression: missing ), unterminated subpattern'),
        ("*", False, "nothing to repeat"),
        ("a{99999999999999999999}", False, "is no regular expression"),
        ("deadbee", True, "is not hexadecimal; write bytes as de ad be ef"),
        ("", True, "is not hexadecimal"),
        ("xy", True, "is not hexadecimal"),
    ],
)
def test_what_is_no_pattern(pattern: str, hexadecimal: bool, reason: str) -> None:
    with pytest.raises(UsageError, match=re.escape(reason)):
        compile_pattern(pattern, hexadecimal=hexadecimal)


@pytest.mark.parametrize(
    ("pattern", "part", "pure", "width", "in_line"),
    [
        ("HTTP/1.1 404", b"HTTP/1", True, 12, True),
        ("^GET", b"GET", False, 3, True),
        ("(abc)+d", b"abc", True, UNBOUNDED, True),
        ("abc|abd", b"ab", True, 3, True),
        ("a|b", None, True, 1, True),
        ("ab?c", b"a", True, 3, True),
        ("(?:xyz)?", None, True, 3, True),
        ("user.*pass", b"user", True, UNBOUNDED, True),
        ("user(?s:.*)pass", b"user", True, UNBOUNDED, False),
        (r"a\sb", b"a", True, 3, False),
        (r"a\Sb", b"a", True, 3, True),
        ("[^x]", None, True, 1, False),
        (r"[^\n]+", None, True, UNBOUNDED, True),
        (r"[^\s]", None, True, 1, True),
        (r"\W", None, True, 1, False),
        ("a\n", b"a\n", True, 2, False),
        (r"foo(?=bar)", b"foo", False, 3, True),
        (r"(a)\1", b"a", True, 2, False),  # what is not known may be anything
        ("ä", "ä".encode(), True, 4, True),
        ("(?i)ä", None, True, 4, True),
    ],
)
def test_what_is_known_beforehand(pattern: str, part: bytes | None, pure: bool, width: int, in_line: bool) -> None:
    compiled = compile_pattern(pattern)
    found = compiled.part.pattern if compiled.part is not None else None
    assert found == (re.escape(part) if part is not None else None)
    assert (compiled.pure, compiled.width, compiled.in_line) == (pure, width, in_line)


PIECES = st.sampled_from(
    ["a", "b", "\\n", ".", "[ab]", "[^a]", "a*", "(ab)+", "a|b", "^", "$", r"\b", r"\s", "(?i:a)", "b{2,3}"]
)


@given(
    st.lists(PIECES, min_size=1, max_size=5).map("".join),
    st.text("abAB\n ", max_size=12).map(str.encode),
    st.booleans(),
)
def test_what_is_known_beforehand_holds(pattern: str, data: bytes, ignore_case: bool) -> None:
    try:
        compiled = compile_pattern(pattern, ignore_case=ignore_case)
    except UsageError:
        return
    for start, end in compiled.spans(data):
        assert end - start <= compiled.width
        assert not compiled.in_line or b"\n" not in data[start:end]
        assert compiled.part is None or compiled.part.search(data[start:end])


def test_matches_are_bounded() -> None:
    assert len(compile_pattern("a").spans(b"a" * 5000)) == MAX_SPANS
    assert len(compile_pattern("ä").spans("ä".encode() * 5000)) == MAX_SPANS
