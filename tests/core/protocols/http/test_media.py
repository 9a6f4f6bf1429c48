"""Media types and charsets: the forms of RFC 9110 (8.3, 5.6.6), and those that are met."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.protocols.http.media import MediaType, as_text, charset_codec, media_type, preload, sniff


@pytest.mark.parametrize(
    ("value", "name", "parameters"),
    [
        ("text/html;charset=utf-8", "text/html", {"charset": "utf-8"}),
        ('Text/HTML;Charset="utf-8"', "text/html", {"charset": "utf-8"}),  # RFC 9110, 8.3.1: the same
        ('text/html; charset="utf\\-8"', "text/html", {"charset": "utf-8"}),
        ("text/html ; a = 1 ;; b=2", "text/html", {"a": "1", "b": "2"}),
        ('multipart/form-data; boundary="a;b=c"; x=y', "multipart/form-data", {"boundary": "a;b=c", "x": "y"}),
        ('multipart/mixed; boundary="never closed', "multipart/mixed", {"boundary": "never closed"}),
        ("text/plain; charset=a; charset=b", "text/plain", {"charset": "a"}),
        ("application/json, text/plain", "application/json", {}),
        ("", "", {}),
        (";", "", {}),
        ("nonsense", "nonsense", {}),
    ],
)
def test_media_types(value: str, name: str, parameters: dict[str, str]) -> None:
    assert media_type(value) == MediaType(name, parameters)


@given(st.text())
def test_any_text_is_taken(value: str) -> None:
    media_type(value)


@pytest.mark.parametrize(
    ("value", "json", "text"),
    [
        ("application/json", True, True),
        ("application/problem+json; charset=utf-8", True, True),
        ("application/ld+json", True, True),
        ("text/css", False, True),
        ("image/svg+xml", False, True),
        ("application/javascript", False, True),
        ("application/octet-stream", False, False),
        ("image/png", False, False),
    ],
)
def test_what_is_text(value: str, json: bool, text: bool) -> None:
    media = media_type(value)
    assert (media.is_json, media.is_text) == (json, text)


@pytest.mark.parametrize(
    ("content_type", "data", "text", "codec"),
    [
        ("text/plain", "grüß".encode(), "grüß", "utf-8"),
        ("text/plain; charset=ISO-8859-1", b"gr\xfc\xdf", "grüß", "cp1252"),
        ("text/plain; charset=windows-1251", "привет".encode("cp1251"), "привет", "cp1251"),
        ("text/plain; charset=Shift_JIS", "日本".encode("shift_jis"), "日本", "cp932"),
        ("text/plain; charset=us-ascii", "grüß".encode(), "grüß", "utf-8"),
        ("text/plain; charset=latin1", codecs.BOM_UTF8 + "grüß".encode(), "\ufeffgrüß", "utf-8"),  # the mark wins
        ("application/json", codecs.BOM_UTF16_LE + "{}".encode("utf-16-le"), "{}", "utf-16"),
        ("text/html", b'<meta charset="iso-8859-2">\xb1', '<meta charset="iso-8859-2">ą', "iso8859-2"),
        ("text/html", b"<meta http-equiv=content-type content='text/html; charset=koi8-r'>\xd0", None, "koi8-r"),
        ("text/html", "<meta charset=utf-16>ü".encode(), "<meta charset=utf-16>ü", "utf-8"),
        ("application/xml", b'<?xml version="1.0" encoding="iso-8859-15"?>\xa4', None, "iso8859-15"),
        ("text/plain; charset=nosuch", "ü".encode(), "ü", "utf-8"),
        ("text/plain; charset=zip", b"abc", "abc", "utf-8"),
        ("text/plain", b"a\xffb", "a\\xffb", ""),
        ("", "ü".encode(), "ü", "utf-8"),
    ],
)
def test_charsets(content_type: str, data: bytes, text: str | None, codec: str) -> None:
    read = as_text(media_type(content_type), data)
    assert read is not None
    assert read[1] == codec
    assert text is None or read[0] == text


@pytest.mark.parametrize("data", [b"\xff\xfa\0\1", b"PK\x03\x04\0\0", b"\0" * 9])
def test_what_is_no_text(data: bytes) -> None:
    assert as_text(media_type("application/octet-stream"), data) is None


def test_a_cut_body_may_end_inside_a_character() -> None:
    data = "aü".encode()[:-1]
    assert as_text(media_type("application/json"), data) is None
    assert as_text(media_type("application/json"), data, cut=True) == ("a", "utf-8")


@pytest.mark.parametrize("label", ["zip", "hex", "rot13", "idna", "unicode_escape", "raw_unicode_escape", "../x", ""])
def test_only_charsets_are_taken_for_one(label: str) -> None:
    assert charset_codec(label) is None


def test_every_codec_is_there() -> None:
    preload()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypavif", "image/avif"),
        (b"plain", ""),
        (b"", ""),
    ],
)
def test_well_known_beginnings(data: bytes, name: str) -> None:
    assert sniff(data) == name
