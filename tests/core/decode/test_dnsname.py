from __future__ import annotations

import pytest

from pcaptools.core.decode.dnsname import MAX_POINTERS, Message, label_text, quoted
from pcaptools.core.decode.layer import Cut, Malformed

# RFC 1035, 4.1.4: F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA at 64, the root at 92
RFC = bytearray(93)
RFC[20:32] = b"\x01F\x03ISI\x04ARPA\x00"
RFC[40:46] = b"\x03FOO\xc0\x14"
RFC[64:66] = b"\xc0\x1a"


@pytest.mark.parametrize(
    ("at", "name", "end"),
    [(20, "F.ISI.ARPA", 32), (40, "FOO.F.ISI.ARPA", 46), (64, "ARPA", 66), (92, ".", 93)],
)
@pytest.mark.parametrize("base", [0, 7])
def test_the_example_of_the_rfc(at: int, name: str, end: int, base: int) -> None:
    message = Message(b"x" * base + bytes(RFC), base, base + len(RFC))
    for _ in range(2):  # the second time it is known
        assert message.name(base + at) == (name, base + end)


def test_a_pointer_to_a_known_name() -> None:
    message = Message(bytes(RFC), 0, len(RFC))
    assert message.name(20)[0] == "F.ISI.ARPA"
    assert message.name(40) == ("FOO.F.ISI.ARPA", 46)


def test_a_pointer_to_the_known_root() -> None:
    message = Message(b"\x00\x01a\xc0\x00", 0, 5)
    assert message.name(0) == (".", 1)
    assert message.name(1) == ("a", 5)


@pytest.mark.parametrize(
    ("label", "text"),
    [
        (b"www", "www"),
        (b"_sip", "_sip"),
        (b"a.b\\c", r"a\.b\\c"),  # RFC 1035, 5.1
        (b"a b", r"a\032b"),  # RFC 4343, 2.1
        (b"\x00\xff\x7f", r"\000\255\127"),
        ("ü".encode(), r"\195\188"),
    ],
)
def test_labels_as_text(label: bytes, text: str) -> None:
    assert label_text(label) == text


def test_character_strings_are_quoted() -> None:
    assert quoted(b'a "b" \\ \x00\xfc') == r'"a \"b\" \\ \000\252"'


def test_255_bytes_are_a_name_and_256_are_none() -> None:  # RFC 1035, 2.3.4
    most = (b"\x3f" + b"a" * 63) * 3 + b"\x3d" + b"a" * 61 + b"\x00"
    assert len(most) == 255
    assert Message(most, 0, 255).name(0)[1] == 255
    more = most[:-63] + b"\x3e" + b"a" * 62 + b"\x00"
    with pytest.raises(Malformed, match="more than 255 bytes"):
        Message(more, 0, 256).name(0)
    known = Message(most + b"\x01a\xc0\x00", 0, 259)
    known.name(0)
    with pytest.raises(Malformed, match="more than 255 bytes"):
        known.name(255)


@pytest.mark.parametrize(
    ("data", "at"),
    [
        (b"\xc0\x00", 0),  # to itself
        (b"\xc0\x02\xc0\x00", 0),  # ahead, and back
        (b"\x01a\xc0\x00", 0),  # to the name that it is in
        (b"\x01a\xc0\x04\x00", 0),
        (b"\x00\x01a\xc0\x03", 1),
    ],
)
def test_pointers_lead_back_only(data: bytes, at: int) -> None:
    with pytest.raises(Malformed, match="not backwards"):
        Message(data, 0, len(data)).name(at)


def test_pointers_are_bounded() -> None:
    data = b"\x00" + b"".join((b"\xc0" + bytes((2 * n - 1 if n else 0,))) for n in range(127))
    message = Message(data + b"\xc0\xfb", 0, len(data) + 2)
    assert message.name(1) == (".", 3)
    chain = b"\x00" + b"".join((0xC000 | max(2 * n - 1, 0)).to_bytes(2, "big") for n in range(400))
    with pytest.raises(Malformed, match=f"more than {MAX_POINTERS} pointers"):
        Message(chain, 0, len(chain)).name(len(chain) - 2)


@pytest.mark.parametrize("data", [b"", b"\x03ab", b"\x01a", b"\xc0"])
def test_the_end_of_the_message(data: bytes) -> None:
    with pytest.raises(Malformed) as malformed:
        Message(data, 0, len(data)).name(0)
    assert not isinstance(malformed.value, Cut)
    with pytest.raises(Cut):
        Message(data, 0, len(data) + 9).name(0)


@pytest.mark.parametrize("first", [0x41, 0x80, 0xBF])
def test_labels_of_other_types(first: int) -> None:  # RFC 6891, 5: nobody uses them
    with pytest.raises(Malformed, match=f"unknown type {first >> 6}"):
        Message(bytes((first, 0, 0)), 0, 3).name(0)
