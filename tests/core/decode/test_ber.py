from __future__ import annotations

import pytest

from pcaptools.core.decode import ber
from pcaptools.core.decode.layer import Cut, Malformed
from pcaptools.core.decode.reader import Reader


def reader(text: str, more: int = 0) -> Reader:
    data = bytes.fromhex(text)
    return Reader(data, 0, len(data) + more, "BER")


@pytest.mark.parametrize(
    ("text", "tag", "length", "left"), [("0400", 4, 0, 0), ("0401aabb", 4, 1, 1), ("30820002aabb", 0x30, 2, 0)]
)
def test_elements(text: str, tag: int, length: int, left: int) -> None:  # X.690, 8.1
    read = reader(text)
    found = ber.element(read)
    assert (found.tag, found.content.left, read.left) == (tag, length, left)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "BER: 1 bytes in 0"),
        ("04", "BER: 1 bytes in 0"),
        ("0402aa", "BER: 2 bytes in 1"),
        ("1f8101", "BER tag of several bytes"),
        ("3080", "BER element without a length"),
        ("048500000000", "BER length of 5 bytes"),
        ("0482ff", "BER: 2 bytes in 1"),
        ("0484ffffffffaa", "BER: 4294967295 bytes in 1"),
    ],
)
def test_what_is_no_element(text: str, reason: str) -> None:
    with pytest.raises(Malformed, match=f"^{reason}$"):
        ber.element(reader(text))


def test_a_length_reaches_beyond_what_was_captured() -> None:
    content = ber.expect(reader("0404aabb", 2), 4, "bytes")
    with pytest.raises(Cut):
        content.take(4)


def test_another_tag_than_expected() -> None:
    with pytest.raises(Malformed, match=r"^version: BER tag 0x04, where 0x02 should be$") as malformed:
        ber.expect(reader("0400"), 2, "version")
    assert malformed.value.at == 0


@pytest.mark.parametrize(
    ("text", "number", "unsigned"),
    [("00", 0, 0), ("7f", 127, 127), ("0080", 128, 128), ("80", -128, 128), ("ff7f", -129, 65407)],  # X.690, 8.3
)
def test_integers(text: str, number: int, unsigned: int) -> None:
    assert ber.integer(reader(text)) == number
    assert ber.integer(reader(text), signed=False) == unsigned


@pytest.mark.parametrize("text", ["", "00" * 17])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(Malformed, match="BER integer of"):
        ber.integer(reader(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("883703", "2.999.3"),  # X.690, 8.19.5
        ("2b06010201", "1.3.6.1.2.1"),
        ("2b060104018fff7f", "1.3.6.1.4.1.262143"),
        ("00", "0.0"),
        ("27", "0.39"),
        ("28", "1.0"),
        ("", ""),
    ],
)
def test_object_identifiers(text: str, name: str) -> None:
    assert ber.object_id(reader(text)) == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2b86", "BER: 1 bytes in 0"),
        ("2b" + "ff" * 10, "more than 63 bits"),
        ("2b" + "01" * 200, "more than 128 numbers"),
    ],
)
def test_what_is_no_object_identifier(text: str, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        ber.object_id(reader(text))
