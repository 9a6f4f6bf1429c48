import pytest

from pcaptools.core.decode.layer import Cut
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields, Kind, content, read_options

KINDS = {0: Kind("Pad1"), 1: Kind("PadN"), 5: Kind("Number", lambda read: {"number": read.u16()})}


def options(text: str, wire: int | None = None, limit: int = 99) -> list[Fields]:
    data = bytes.fromhex(text)
    return read_options(Reader(data, 0, len(data) if wire is None else wire, "options"), KINDS, limit=limit)


def test_options() -> None:
    assert options("00 0102abcd 05021234 0700 0801ff") == [
        {"type": 0, "type_name": "Pad1", "length": 0},
        {"type": 1, "type_name": "PadN", "length": 2, "data": b"\xab\xcd"},
        {"type": 5, "type_name": "Number", "length": 2, "number": 0x1234},
        {"type": 7, "type_name": "unknown", "length": 0},
        {"type": 8, "type_name": "unknown", "length": 1, "data": b"\xff"},
    ]


def test_an_option_that_is_wrong_in_itself_does_not_hide_the_others() -> None:
    short, whole, long = options("050112 05021234 0503123456")
    assert short["malformed"] == "option 5: 2 bytes in 1"
    assert short["data"] == b"\x12"
    assert whole["number"] == 0x1234
    assert long["trailing"] == b"\x56"


def test_what_is_wrong_with_the_list_is_told_in_its_last_item() -> None:
    first, second = options("05021234 0509aa")
    assert first["number"] == 0x1234
    assert second == {
        "type": 5,
        "type_name": "Number",
        "length": 9,
        "malformed": "options: 9 bytes in 1",
        "data": b"\xaa",
    }
    assert options("05")[-1] == {"malformed": "options: 1 bytes in 0"}
    assert options("05021234", wire=20)[-1] == {"truncated": "options cut short: 0 of 1 bytes captured"}
    (last,) = options("050212", wire=20)
    assert (last["type_name"], last["truncated"]) == ("Number", "option 5 cut short: 1 of 2 bytes captured")
    assert last["data"] == b"\x12"


def test_there_is_a_limit() -> None:
    found = options("00" * 50, limit=10)
    assert len(found) == 11
    assert found[-1]["malformed"] == "more than 10 options"


def test_content_that_was_not_captured_is_cut() -> None:
    with pytest.raises(Cut):
        content(None, Reader(b"ab", 0, 4, "thing"))
