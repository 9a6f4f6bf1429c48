"""HT Control and Block Ack by IEEE 802.11-2020, 9.2.4.6 and 9.3.1; test_wlan.py compares whole frames with tshark."""

import pytest

from pcaptools.core.decode import wlan_management
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.wlan_control import MANAGEMENT_CLASSES, read_details, read_ht_control


def read(text: str) -> Reader:
    data = bytes.fromhex(text)
    return Reader(data, 0, len(data), "field")


@pytest.mark.parametrize(
    ("value", "variant", "controls"),
    [
        (0x00000000, "HT", []),
        (0x00000001, "VHT", []),
        (0x3 | 1 << 2, "HE", ["OM"]),
        (0x3 | (1 | 0xABC << 4 | 4 << 16) << 2, "HE", ["OM", "UPH"]),
        (0x3 | 3 << 2, "HE", ["BSR"]),
        (0xFFFFFFFF, "HE", []),
    ],
)
def test_ht_control(value: int, variant: str, controls: list[str]) -> None:
    found = read_ht_control(read(value.to_bytes(4, "little").hex()))
    assert (found.value, found.variant, found.controls) == (value, variant, controls)


@pytest.mark.parametrize(
    ("control", "start", "size", "name"),
    [
        ("0000", "0000", 128, "basic"),
        ("0400", "0000", 8, "compressed"),
        ("0400", "0400", 64, "compressed"),  # 9.3.1.8.2: the fragment field tells the bitmap's length
        ("0c00", "0000", 8, "GCR"),
    ],
)
def test_bitmaps(control: str, start: str, size: int, name: str) -> None:
    found = read_details(9, read(control + start + "00" * 200))
    assert found is not None
    assert (found["type_name"], len(found["bitmap"])) == (name, size)


def test_multi_tid() -> None:
    assert read_details(8, read("0610 0010 3012")) == {
        "ack_policy": 0, "type": 3, "type_name": "multi-TID", "tid": 1, "information": b"\x00\x10\x30\x12",
    }  # fmt: skip


def test_frames_without_more() -> None:
    assert read_details(11, read("")) is None


def test_every_class_is_there() -> None:
    assert all(hasattr(wlan_management, name) for name in MANAGEMENT_CLASSES.values())
