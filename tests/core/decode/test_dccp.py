from __future__ import annotations

import pytest
from support.crosscheck import Row, rows
from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("corpus:tcpdump/dccp_partial_csum_v4_simple.pcap", {
    1: [
        ("link.ip.dccp.sport", 52667, "dccp.srcport"),
        ("link.ip.dccp.dport", 5001, "dccp.dstport"),
        ("link.ip.dccp.data_offset", 8, "dccp.data_offset"),
        ("link.ip.dccp.coverage", 0, "dccp.cscov"),
        ("link.ip.dccp.ccval", 0, "dccp.ccval"),
        ("link.ip.dccp.checksum", 42854, "dccp.checksum"),
        ("link.ip.dccp.type", 0, "dccp.type"),
        ("link.ip.dccp.extended", 1, "dccp.x"),
        ("link.ip.dccp.seqno", 33164071488, "dccp.seq_raw"),
        ("link.ip.dccp.service_code", 0, "dccp.service_code"),
    ],
    2: [
        ("link.ip.dccp.type", 1, "dccp.type"),
        ("link.ip.dccp.type_name", "Response", "tcpdump", "DCCP-Response"),
        ("link.ip.dccp.ackno", 33164071488, "dccp.ack_raw"),
    ],
    5: [
        ("link.ip.dccp.type", 3, "dccp.type"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_cut_at_every_length() -> None:
    survives_cuts("corpus:tcpdump/dccp_partial_csum_v4_simple.pcap")


def carried(protocol: int, text: str, wire: int = 0) -> IPv4:
    payload = bytes.fromhex(text)
    total = 20 + (wire or len(payload))
    data = b"\x45\0" + total.to_bytes(2, "big") + bytes([0, 0, 0, 0, 64, protocol]) + bytes(10) + payload
    got = packet(RawPacket(data, 0, 0, len(data), total, 101)).find(IPv4)
    assert got is not None
    return got


def test_request() -> None:  # RFC 4340, 5.1 and 5.2
    got = carried(33, "1389 0050 05 00 abcd 01 00 000000000007 00000063 70617920").dccp
    assert (got.sport, got.dport, got.data_offset, got.checksum) == (5001, 80, 5, 0xABCD)
    assert (got.type_name, got.extended, got.seqno, got.ackno, got.service_code) == ("Request", 1, 7, None, 99)
    assert "ackno" not in got.as_dict()
    assert got.payload == b"pay "


def test_short_sequence_numbers() -> None:  # RFC 4340, 5.1
    got = carried(33, "1389 0050 04 12 0000 06 000007 00 000005").dccp
    assert (got.type_name, got.seqno, got.ackno, got.ccval, got.coverage) == ("Ack", 7, 5, 1, 2)


def test_reset() -> None:  # RFC 4340, 5.6
    got = carried(33, "1389 0050 07 00 0000 0f 00 000000000007 0000 000000000005 07 000000").dccp
    assert (got.type_name, got.reset_code, got.reset_code_name) == ("Reset", 7, "Connection Refused")


def test_what_is_wrong() -> None:
    short = carried(33, "1389 0050 03 12 0000 06 000007 00 000005")
    assert short.malformed.reason == "DCCP data offset 3 is less than the header's 16 bytes"
    assert carried(33, "1389 0050 ff 12 0000 04 000007").dccp.malformed.reason == "DCCP header of 1020 bytes in 12"
    assert carried(33, "1389 0050 03 12 0000 1e 000007").dccp.type_name == "unknown"


def test_the_ports_are_told() -> None:
    got = carried(33, "1389 0050 05 00 abcd", wire=60).dccp
    assert (got.sport, got.dport) == (5001, 80)
    assert got.truncated.reason == "DCCP header cut short"
