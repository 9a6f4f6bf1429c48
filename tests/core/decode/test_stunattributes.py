from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.layer import plain
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.stunattributes import ATTRIBUTES, attribute

A = "link.ip.udp.stun.attributes"

CHECKS = rows("stun.pcap", {
    2: [
        (f"{A}[0].type", 0x20, "stun.att.type"),
        (f"{A}[0].name", "XOR-MAPPED-ADDRESS", "stun.att.type", "0x0020"),
        (f"{A}[0].value.address", "10.9.0.2", "stun.att.ipv4"),
        (f"{A}[0].value.port", 44475, "stun.att.port"),
        (f"{A}[1].value.port", 44475, "stun.att.port[1]"),
        (f"{A}[2].value.address", "10.9.0.1", "stun.att.ipv4[2]"),
        (f"{A}[3].value", "Coturn-4.6.1 'Gorst'", "stun.att.software"),
    ],
    4: [
        (f"{A}[0].value.code", 401, "stun.att.error.class", "4"),
        (f"{A}[0].value.reason", "Unauthorized", "stun.att.error.reason"),
        (f"{A}[1].value", "c72c91ab6b3a5776", "stun.att.nonce"),
        (f"{A}[2].value", "lab.test", "stun.att.realm"),
        (f"{A}[4].value", 0xFC914BB2, "stun.att.crc32"),
    ],
    6: [
        (f"{A}[0].value.port", 59312, "stun.att.port"),
        (f"{A}[2].value", bytes.fromhex("0c3cd1010001f474"), "stun.att.token", "0c3cd1010001f474"),
        (f"{A}[3].value", 777, "stun.att.lifetime"),
    ],
    9: [
        (f"{A}[0].value", 0x4C59, "stun.att.channelnum"),
        (f"{A}[2].value", "u1", "stun.att.username"),
    ],
    16: [(f"{A}[2].value.port", 3478, "classicstun.att.port[2]")],
    20: [(f"{A}[1].value.port", 58387, "stun.att.port")],
}) + rows("corpus:zeek/tls/webrtc-stun.pcap", {
    1: [
        (f"{A}[0].value", "Tw5XmGABTU55u6F2:31e58bb6", "stun.att.username"),
        (f"{A}[1].value", None, "stun.att.type[1]", "0x0025"),
        (f"{A}[2].value", 1853817087, "stun.att.priority"),
        (f"{A}[3].value", 0x9E681F4A7B38B1CC, "stun.att.tie-breaker", "9e681f4a7b38b1cc"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


# RFC 5769, 2.3: the IPv6 response; the mask is the cookie and the transaction
MASK = bytes.fromhex("2112a442 b7e7a701bc34d686fa87dfae")


def read(kind: int, data: str) -> dict[str, Any]:
    content = bytes.fromhex(data)
    return attribute(kind, Reader(content, 0, len(content), "STUN attribute"), MASK)


@pytest.mark.parametrize(
    ("kind", "data", "value"),
    [
        (0x20, "0001a147e112a643", {"address": "192.0.2.1", "port": 32853}),  # RFC 5769, 2.2
        (0x20, "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9",
         {"address": "2001:db8:1234:5678:11:2233:4455:6677", "port": 32853}),  # RFC 5769, 2.3
        (0x01, "0002 0d96 20010db8" + "00" * 11 + "01", {"address": "2001:db8::1", "port": 3478}),
        (0x03, "00000006", {"change_ip": 1, "change_port": 1}),  # RFC 3489, 11.2.4
        (0x09, "00000414 626164", {"code": 420, "reason": "bad"}),
        (0x0A, "0003 7fff", ["CHANGE-REQUEST", "0x7fff"]),
        (0x18, "80", 1),
        (0x19, "11000000", 17),
        (0x17, "02000000", 2),
        (0x27, "0d960000", 3478),
        (0x8029, "0000000000000001", 1),
        (0x7ABC, "01", b"\1"),
        (0x07, "7075626c6963", "[hidden]"),
    ],
)  # fmt: skip
def test_values(kind: int, data: str, value: Any) -> None:
    found = read(kind, data)
    assert (found["value"], found.get("reason")) == (value, None)


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        (0x20, "0003a147e112a643", "address family 3"),
        (0x20, "0001a147", "STUN attribute: 4 bytes in 0"),
        (0x20, "0001a147e112a64300", "1 bytes too many"),
        (0x0D, "00", "STUN attribute: 4 bytes in 1"),
        (0x0A, "00", "1 bytes too many"),
        (0x25, "00", "1 bytes too many"),
    ],
)
def test_what_cannot_be_read_keeps_its_bytes(kind: int, data: str, reason: str) -> None:
    found = read(kind, data)
    assert (found["value"], found["reason"]) == (bytes.fromhex(data), reason)


def test_every_attribute_takes_anything() -> None:
    for kind in ATTRIBUTES:
        for data in ("", "00", "ffffff", "00" * 20, "00" * 8):
            plain(read(kind, data))
