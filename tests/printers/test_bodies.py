"""Bodies for people, in plain text: what each kind looks like, what is left out told, nothing raw from the wire."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.events import HttpResponseBody
from pcaptools.core.protocols.http.fields import HeaderFields
from pcaptools.core.tcp.session import Session
from pcaptools.printers.bodies import MAX_PARTS, BodyPrinter, split_multipart
from pcaptools.printers.console import Painter

SESSION = Session(bytes(12), 0)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x20\x08\x02"
FORM = (
    b'--XX\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\nworld\r\n'
    b'--XX\r\nContent-Disposition: form-data; name="pic"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    + PNG
    + b"\r\n--XX--\r\n"
)


def show(
    body: bytes, media: str = "", *, coding: str = "", limit: int | None = None, left_out: int = 0, color: bool = False
) -> tuple[str, list[str]]:
    items = [("Content-Type", media)] * bool(media) + [("Content-Encoding", coding)] * bool(coding)
    event = HttpResponseBody(SESSION, 0, "recv", 1, body, HeaderFields(items=items), left_out)
    words, lines = BodyPrinter(Painter(color), limit)(event)
    assert not lines or lines.endswith("\n")
    return words, lines.splitlines()


@pytest.mark.parametrize(
    ("media", "body", "words", "lines"),
    [
        ("application/json", b'{"a":[1,"x"]}', "application/json, 13B",
         ["    {", '      "a": [', "        1,", '        "x"', "      ]", "    }"]),
        ("application/problem+json", b"[]", "application/problem+json, 2B", ["    []"]),
        ("", b'{"a":1}', "no media type, 7B", ["    {", '      "a": 1', "    }"]),
        ("text/plain", b"one\r\ntwo\n\tthree", "text/plain, 15B", ["    one", "    two", "    \tthree"]),
        ("text/plain; charset=latin1", b"gr\xfc\xdf", "text/plain, 4B", ["    grüß"]),
        ("application/x-www-form-urlencoded", b"a=1&b=x+y%3D%C3%BC&&c", "application/x-www-form-urlencoded, 21B",
         ["    a = 1", "    b = x y=ü", "    c = "]),
        ("image/png", PNG, "image/png, 26B, image of 16x32", []),
        ("application/octet-stream", PNG, "application/octet-stream, 26B, image of 16x32 (image/png)", []),
        ("application/octet-stream", b"\0\1\xff", "application/octet-stream, 3B, binary", []),
        ("", b"\x1f\x8b\x08", "application/gzip, 3B, binary (application/gzip)", []),
        ("multipart/form-data; boundary=XX", FORM, f"multipart/form-data, {len(FORM)}B", [
            "    part 1", '        Content-Disposition: form-data; name="note"', "        hello", "        world",
            "    part 2", '        Content-Disposition: form-data; name="pic"; filename="a.png"',
            "        Content-Type: image/png", "        image of 16x32, 26B"]),
    ],
)  # fmt: skip
def test_each_kind(media: str, body: bytes, words: str, lines: list[str]) -> None:
    assert show(body, media) == (words, lines)


def test_codings_are_undone_and_told() -> None:
    assert show(gzip.compress(b"x" * 5000), "text/plain", coding="gzip", limit=20) == (
        f"text/plain, {len(gzip.compress(b'x' * 5000))}B, gzip undone: 4.88KB",
        ["    " + "x" * 20, "    … the rest of 4.88KB, see --body-limit"],
    )


def test_damage_and_what_was_not_kept_are_told() -> None:
    words, lines = show(gzip.compress(b"hello " * 9)[:-9], "text/plain", coding="gzip", left_out=2048)
    assert words.endswith("[the gzip data ends too early] [2KB more were not kept]")
    assert lines[0].startswith("    hello hello")


def test_json_over_the_limit_is_laid_out_as_far_as_it_goes() -> None:
    _, lines = show(b"[" + b"1," * 100_000 + b"1]", "application/json", limit=10)
    assert lines == ["    [", "      1,", "      1", "    … the rest of 195.32KB, see --body-limit"]


def test_many_parts_are_bounded() -> None:
    body = b"--X\r\n\r\na\r\n" * (MAX_PARTS + 7) + b"--X--"
    _, lines = show(body, "multipart/mixed; boundary=X")
    assert lines[-1] == "    7 more parts"


@pytest.mark.parametrize(
    ("data", "contents"),
    [
        (b"preamble\r\n--X\r\nA: b\r\n\r\none\r\n--X  \r\n\r\ntwo\r\n--X--\r\nepilogue", [b"one", b"two"]),
        (b"--X\r\nA: b\r\n\r\ncut he", [b"cut he"]),
        (b"--X\r\nA: b", [b""]),
        (b"no boundary at all", []),
        (b"", []),
    ],
)
def test_multipart(data: bytes, contents: list[bytes]) -> None:
    """RFC 2046, 5.1.1: a preamble, padding behind the boundary, an epilogue; and what is cut."""
    assert [content for _, content in split_multipart(data, "X")] == contents


MEDIA = st.sampled_from(
    ["", "text/html", "application/json", "image/png", "multipart/x; boundary=a", "application/x-www-form-urlencoded"]
)
EVIL = b'{"\x1b]0;x\x07": "\xc2\x9b"}\x7f\x80\r\n--a\r\n\x1b[31m: \x1b[2J\r\n\r\n\x00&a=%1b%0d\xe2\x80\xae'


@given(st.binary(max_size=80).map(lambda data: data + EVIL), MEDIA, st.booleans())
def test_nothing_raw_reaches_a_terminal(body: bytes, media: str, color: bool) -> None:
    words, lines = show(body, media, color=color)
    text = words + "".join(lines)
    ours = "\x1b" if color else ""
    assert {char for char in text if ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char == "\u202e"} <= {"\t", *ours}
    if color:
        assert "\x1b]" not in text
        assert "\x1b[2J" not in text
