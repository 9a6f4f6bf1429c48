from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, packets, rows

from pcaptools.core.decode.layer import decode_layer
from pcaptools.core.decode.stun import STUN, ChannelData

P = "link.ip.udp.stun."

CHECKS = rows("stun.pcap", {
    2: [
        (P + "type", 0x0101, "stun.type"),
        (P + "type_class_name", "Success Response", "stun.type.class", "0x0010"),
        (P + "type_method", 1, "stun.type.method"),
        (P + "type_method_name", "Binding", "stun.type.method", "0x0001"),
        (P + "length", 60, "stun.length"),
        (P + "cookie", 0x2112A442, "stun.cookie", "2112a442"),
        (P + "id", bytes.fromhex("aee31ed0dbf9ce19acf8b01c"), "stun.id", "aee31ed0dbf9ce19acf8b01c"),
    ],
    4: [
        (P + "type_class_name", "Error Response", "stun.type.class", "0x0011"),
        (P + "type_method", 3, "stun.type.method"),
    ],
    9: [(P + "type_method_name", "Channel-Bind", "stun.type.method", "0x0009")],
    13: [(P + "channel", 0x4C59, "stun.channel"), (P + "length", 20, "stun.length")],
    16: [
        (P + "type", 0x0101, "classicstun.type"),
        (P + "cookie", None, "classicstun.length", "0x0040"),
        (
            P + "id", bytes.fromhex("01636328cb4e494b7f93b34294dca745"),
            "classicstun.id", "01636328cb4e494b7f93b34294dca745",
        ),
    ],
    20: [
        (P + "type_class_name", "Indication", "stun.type.class", "0x0001"),
        (P + "type_method", 7, "stun.type.method"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def stun(text: str, more: int = 0) -> Any:
    data = bytes.fromhex(text)
    return decode_layer(STUN, data, 0, len(data) + more, 3)


HEAD = "0001 {:04x} 2112a442 000102030405060708090a0b"


@pytest.mark.parametrize(
    ("kind", "method", "group"),
    [(0x0001, 1, 0), (0x0011, 1, 1), (0x0101, 1, 2), (0x0111, 1, 3), (0x3EEF, 0xFFF, 0), (0x3FFF, 0xFFF, 3)],
)
def test_class_and_method_share_the_type(kind: int, method: int, group: int) -> None:  # RFC 8489, 5
    found = stun(f"{kind:04x} 0000 2112a442" + "00" * 12)
    assert (found.type_method, found.type_class) == (method, group)


def test_padding_and_its_absence() -> None:
    found = stun(HEAD.format(12) + "0006 0001 61000000 0025 0000")
    assert [(one["name"], one["value"]) for one in found.attributes] == [("USERNAME", "a"), ("USE-CANDIDATE", None)]
    assert found.child is None
    assert stun(HEAD.format(5) + "0006 0001 61").attributes[0]["value"] == "a"


@pytest.mark.parametrize(
    ("text", "reason", "kept"),
    [
        (HEAD.format(8), "STUN: 8 bytes in 0", 0),
        (HEAD.format(12) + "000d 0004 00000001 0006 0009", "STUN: 9 bytes in 0", 1),
        (HEAD.format(6) + "0025 0000 0006", "STUN: 2 bytes in 0", 1),
        ("8001 0000 2112a442" + "00" * 12, "STUN message of the type 0x8001", None),
        ("0001 0000 2112a442", "STUN: 12 bytes in 0", None),
    ],
)
def test_what_is_wrong(text: str, reason: str, kept: int | None) -> None:
    found = stun(text)
    *_, last = found.walk()
    assert last.reason == reason
    assert kept is None or len(found.attributes) == kept


def test_channel_data() -> None:  # RFC 8656, 12.4
    found = stun("4000 0002 abcd 0000")
    assert isinstance(found, ChannelData)
    assert (found.channel, found.length, found.payload) == (0x4000, 2, b"\xab\xcd")
    assert stun("4000 0000").child is None
    assert stun("4000 0009 abcd").reason == "TURN channel data of 9 bytes in 2"
    assert stun("4000 0009 abcd", 7).length == 9
    assert stun("40").reason == "STUN: 2 bytes in 1" or stun("40").malformed


def test_what_is_behind() -> None:
    assert stun(HEAD.format(0) + "aabb").child.reason == "behind the STUN message"


@pytest.mark.parametrize("number", [2, 4, 16, 20])
def test_truncations_keep_what_came_before(number: int) -> None:
    whole = packets("stun.pcap")[number - 1].link.ip.udp.stun
    data = whole.data[whole.start : whole.end]
    for size in range(1, len(data)):
        found: Any = decode_layer(STUN, data[:size], 0, len(data), 3)
        assert found.truncated
        if size >= 20:
            assert found.attributes == whole.attributes[: len(found.attributes)]


def test_recognises() -> None:
    for number in (1, 2, 3, 4, 19, 20):
        found = packets("stun.pcap")[number - 1].link.ip.udp.stun
        assert STUN.recognises(found.data, found.start, found.end)
        assert not STUN.recognises(found.data, found.start, found.end - 1)
    for number in (13, 15):  # without the cookie it could be anything
        found = packets("stun.pcap")[number - 1].link.ip.udp.stun
        assert not STUN.recognises(found.data, found.start, found.end)
    assert not STUN.recognises(bytes.fromhex("8001 0000 2112a442" + "00" * 12), 0, 20)
    assert not STUN.recognises(b"", 0, 0)
