from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, packets, rows

from pcaptools.core.decode.layer import decode_layer
from pcaptools.core.decode.radius import RADIUS

P = "link.ip.udp.radius."

CHECKS = rows("radius.pcap", {
    1: [
        (P + "code", 1, "radius.code"),
        (P + "code_name", "Access-Request", "tcpdump"),
        (P + "id", 91, "radius.id"),
        (P + "length", 151, "radius.length"),
        (
            P + "authenticator", bytes.fromhex("e281e1aa31ab6f3a689a6be9ecd9b414"),
            "radius.authenticator", "e281e1aa31ab6f3a689a6be9ecd9b414",
        ),
    ],
    2: [(P + "code_name", "Access-Accept", "radius.code", "2")],
    4: [(P + "code_name", "Access-Reject", "radius.code", "3")],
    7: [(P + "code_name", "Accounting-Request", "radius.code", "4")],
    9: [(P + "code_name", "Status-Server", "radius.code", "12")],
    11: [(P + "code_name", "Disconnect-Request", "radius.code", "40")],
}) + rows("corpus:tcpdump/RADIUS-port1700.pcap", {
    1: [(P + "code_name", "CoA-Request", "tcpdump"), (P + "id", 166, "radius.id")],
}) + rows("corpus:tcpdump/radius_rfc5447_invalid_length.pcap", {
    1: [(P + "malformed.reason", "RADIUS length 57 in 56 bytes", "tcpdump", "length: 56")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def radius(attributes: str, length: int | None = None, more: int = 0) -> Any:
    body = bytes.fromhex(attributes)
    data = b"\x01\x02" + (20 + len(body) if length is None else length).to_bytes(2, "big") + bytes(16) + body
    return decode_layer(RADIUS, data, 0, len(data) + more, 3)


def test_attributes_by_their_type() -> None:
    found = radius("0103 61 0103 62 0506 00000007")
    assert (found.attribute(1), found.attribute(5), found.attribute(6)) == ("a", 7, None)


@pytest.mark.parametrize(
    ("attributes", "length", "kept", "reason"),
    [
        ("010361", 19, None, "RADIUS length 19 is less than the header's"),
        ("010361", 0xFFFF, 1, "RADIUS length 65535 in 23 bytes"),
        ("010361 0100", None, 1, "RADIUS attribute 1 with length 0"),
        ("010361 0101", None, 1, "RADIUS attribute 1 with length 1"),
        ("010361 0105 61", None, 1, "RADIUS attribute: 3 bytes in 1"),
        ("010361 01", None, 1, "RADIUS attribute: 1 bytes in 0"),
    ],
)
def test_what_is_wrong(attributes: str, length: int | None, kept: int | None, reason: str) -> None:
    found = radius(attributes, length)
    *_, last = found.walk()
    assert last.reason == reason
    assert kept is None or len(found.attributes) == kept


def test_what_is_behind_is_padding() -> None:  # RFC 2865, 3
    found = radius("010361 000000", 23)
    assert (len(found.attributes), found.child) == (1, None)


def test_truncations_keep_what_came_before() -> None:
    whole = packets("radius.pcap")[0].link.ip.udp.radius
    data = whole.data[whole.start : whole.end]
    for size in range(len(data)):
        found: Any = decode_layer(RADIUS, data[:size], 0, len(data), 3)
        assert found.truncated if size < 20 else found.truncated.protocol == "radius"
        if size >= 20:
            assert found.attributes == whole.attributes[: len(found.attributes)]
