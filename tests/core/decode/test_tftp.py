from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, packets, rows

from pcaptools.core.decode.layer import decode_layer
from pcaptools.core.decode.tftp import MAX_OPTIONS, TFTP

P = "link.ip.udp.tftp."

CHECKS = rows("tftp.pcap", {
    1: [
        (P + "opcode", 1, "tftp.opcode"),
        (P + "opcode_name", "Read Request", "tcpdump", "RRQ"),
        (P + "file", "boot.img", "tftp.source_file"),
        (P + "type", "octet", "tftp.type"),
        (P + "options", None, "tftp.opcode", "1"),
    ],
    9: [
        (P + "error_code", 1, "tftp.error.code"),
        (P + "error_name", "File not found", "tftp.error.code", "1"),
        (P + "error_string", "File not found", "tftp.error.message"),
    ],
    11: [(P + "opcode_name", "Write Request", "tftp.opcode", "2"), (P + "file", "up.txt", "tftp.destination_file")],
    15: [
        (P + "options.blksize", "1428", "tftp.option.value"),
        (P + "options.tsize", "0", "tftp.option.value[1]"),
    ],
    16: [
        (P + "opcode_name", "Option Acknowledgement", "tftp.opcode", "6"),
        (P + "options.tsize", "6", "tftp.option.value[1]"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def tftp(data: bytes, end: int | None = None) -> Any:
    return decode_layer(TFTP, data, 0, len(data) if end is None else end, 3)


def test_data_and_acknowledgements() -> None:
    raw = packets("tftp.pcap")[5].link.ip.udp
    found = decode_layer(TFTP, raw.data, raw.child.start, raw.child.end, 3)
    assert found.as_dict() == {"opcode": 3, "opcode_name": "Data", "block": 3, "payload": {"length": 276}}
    assert tftp(b"\0\4\xff\xff").as_dict() == {"opcode": 4, "opcode_name": "Acknowledgement", "block": 65535}
    assert tftp(b"\0\3\0\1").child is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\0\x09", "TFTP opcode 9"),
        (b"\0\1", "TFTP text without an end"),
        (b"\0\1file", "TFTP text without an end"),
        (b"\0\1file\0", "TFTP text without an end"),
        (b"\0\1file\0octet\0blksize\0", "TFTP text without an end"),
        (b"\0\3\0", "TFTP: 2 bytes in 1"),
        (b"\0\5\0\1no", "TFTP text without an end"),
        (b"\0\1f\0octet\0" + b"a\0b\0" * 1, None),
    ],
)
def test_what_is_wrong(data: bytes, reason: str | None) -> None:
    found = tftp(data)
    assert (found.malformed and found.malformed.reason) == reason


def test_options_are_bounded() -> None:
    data = b"\0\6" + b"".join(b"o%d\0v\0" % n for n in range(MAX_OPTIONS + 1))
    assert len(tftp(data).options) == MAX_OPTIONS
    assert tftp(data).malformed.reason == f"more than {MAX_OPTIONS} TFTP options"


def test_truncations_keep_what_came_before() -> None:
    whole = b"\0\1small.txt\0octet\0blksize\x001428\0"
    for size in range(2, len(whole)):
        found = tftp(whole[:size], len(whole))
        assert found.truncated.reason.startswith("TFTP cut short")
        assert (found.file, found.type) == ("small.txt" if size > 11 else None, "octet" if size > 17 else None)


@pytest.mark.parametrize("number", [1, 8, 9, 11, 15, 16])
def test_recognises(number: int) -> None:
    tftp = packets("tftp.pcap")[number - 1].link.ip.udp.tftp
    assert TFTP.recognises(tftp.data, tftp.start, tftp.end)
    assert not TFTP.recognises(tftp.data, tftp.start, tftp.end - 1)


@pytest.mark.parametrize(
    "data",
    [
        b"\0\4\0\1",  # an acknowledgement could be anything
        b"\0\3\0\1data\0",
        b"\0\1\0octet\0",
        b"\0\1file\0gzip\0",
        b"\0\1fil\xff\0octet\0",
        b"\0\6what\0ever\0",
        b"\0\5\0\x09error\0",
        b"\0\5\0\1\x01\x02\x03\x04\0",
        b"\0\0\0\0",
        bytes(40),
    ],
)
def test_anything_else(data: bytes) -> None:
    assert not TFTP.recognises(data, 0, len(data))
    assert not TFTP.recognises(data[:-1], 0, len(data))
