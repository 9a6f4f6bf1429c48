from __future__ import annotations

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.mptcp import parse_mptcp
from pcaptools.core.decode.tlv import Fields

CHECKS = rows("tcp-options.pcap", {
    27: [
        ("link.ip.tcp.options.mptcp[0].subtype_name", "MP_CAPABLE", "tcpdump", "mptcp 4 capable v1"),
        ("link.ip.tcp.options.mptcp[0].version", 1, "tcp.options.mptcp.version"),
    ],
    28: [
        ("link.ip.tcp.options.mptcp[0].sender_key", bytes.fromhex("34ec59ae0c23f171"),
         "tcpdump", "{0x34ec59ae0c23f171}"),
    ],
    29: [
        ("link.ip.tcp.options.mptcp[0].receiver_key", bytes.fromhex("34ec59ae0c23f171"),
         "tcpdump", "{0xf3a28ee263a470c5,0x34ec59ae0c23f171}"),
    ],
    30: [
        ("link.ip.tcp.options.mptcp[0].subtype", 3, "tcp.options.mptcp.subtype"),
        ("link.ip.tcp.options.mptcp[0].echo", 0, "tcp.options.mptcp.echo"),
        ("link.ip.tcp.options.mptcp[0].address_id", 1, "tcp.options.mptcp.addrid"),
        ("link.ip.tcp.options.mptcp[0].address", "10.2.0.11", "tcp.options.mptcp.ipv4"),
        ("link.ip.tcp.options.mptcp[0].hmac", bytes.fromhex("bca942b92059e971"), "tcpdump", "hmac 0xbca942b92059e971"),
    ],
    31: [
        ("link.ip.tcp.options.mptcp[0].echo", 1, "tcp.options.mptcp.echo"),
    ],
    34: [
        ("link.ip.tcp.options.mptcp[0].subtype_name", "MP_JOIN", "tcpdump", "join id 1"),
        ("link.ip.tcp.options.mptcp[0].token", 2756686851, "tcp.options.mptcp.recvtok"),
        ("link.ip.tcp.options.mptcp[0].nonce", 77125372, "tcpdump", "nonce 0x498d6fc"),
    ],
    35: [
        ("link.ip.tcp.options.mptcp[0].hmac", bytes.fromhex("0ed72ef6abd91163"), "tcpdump", "hmac 0xed72ef6abd91163"),
    ],
    36: [
        ("link.ip.tcp.options.mptcp[0].hmac", bytes.fromhex("85bb6ed0d7d536761f73d3b917e269674836ca2f"),
         "tcpdump", "hmac 0x85bb6ed0d7d536761f73d3b917e269674836ca2f"),
    ],
    38: [
        ("link.ip.tcp.options.mptcp[0].flags.ack_present", 1, "tcp.options.mptcp.dataackpresent.flag"),
        ("link.ip.tcp.options.mptcp[0].data_ack", 3893734696, "tcp.options.mptcp.rawdataack"),
        ("link.ip.tcp.options.mptcp[0].data_sequence", 1452051073380078271, "tcp.options.mptcp.rawdataseqno"),
        ("link.ip.tcp.options.mptcp[0].subflow_sequence", 1, "tcp.options.mptcp.subflowseqno"),
        ("link.ip.tcp.options.mptcp[0].data_length", 5, "tcp.options.mptcp.datalvllen"),
    ],
    43: [
        ("link.ip.tcp.options.mptcp[0].flags.data_fin", 1, "tcp.options.mptcp.datafin.flag"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/mptcp-v0.pcap", {
    1: [
        ("link.ip.tcp.options.mptcp[0].version", 0, "tcp.options.mptcp.version"),
        ("link.ip.tcp.options.mptcp[0].flags.checksum", 1, "tcp.options.mptcp.checksumreq.flags"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def mptcp(text: str) -> Fields:
    return parse_mptcp(bytes.fromhex(text))


def test_capable() -> None:  # RFC 8684, 3.1
    got = mptcp("01 81 0102030405060708 1112131415161718 0005 abcd")
    assert (got["subtype_name"], got["version"], got["data_length"], got["checksum"]) == ("MP_CAPABLE", 1, 5, 0xABCD)
    assert got["flags"] == {"checksum": 1, "extensibility": 0, "no_more_subflows": 0}
    assert got["receiver_key"].hex() == "1112131415161718"
    assert "sender_key" not in mptcp("01 01")


def test_join() -> None:  # RFC 8684, 3.2
    assert mptcp("11 02 00000003 00000004") == {
        "subtype": 1, "subtype_name": "MP_JOIN", "backup": 1, "address_id": 2, "token": 3, "nonce": 4,
    }  # fmt: skip
    got = mptcp("10 02 0102030405060708 00000004")
    assert (got["hmac"].hex(), got["nonce"]) == ("0102030405060708", 4)
    assert mptcp("10 00" + "ab" * 20)["hmac"] == b"\xab" * 20


def test_sequence_numbers() -> None:  # RFC 8684, 3.3.1
    got = mptcp("20 05 00000001 00000002 00000003 0004 abcd")
    assert got["flags"] == {
        "data_fin": 0, "dsn_8_bytes": 0, "dsn_present": 1, "ack_8_bytes": 0, "ack_present": 1,
    }  # fmt: skip
    assert (got["data_ack"], got["data_sequence"], got["subflow_sequence"]) == (1, 2, 3)
    assert (got["data_length"], got["checksum"]) == (4, 0xABCD)
    assert mptcp("20 03 0000000000000001")["data_ack"] == 1


def test_addresses() -> None:  # RFC 8684, 3.4; RFC 6824, 3.4.1 for version 0
    got = mptcp("31 05 0a000001 0050")
    assert (got["echo"], got["address_id"], got["address"], got["port"]) == (1, 5, "10.0.0.1", 80)
    got = mptcp("30 05 20010db8000000000000000000000001 0102030405060708")
    assert (got["address"], got["hmac"].hex()) == ("2001:db8::1", "0102030405060708")
    got = mptcp("34 05 0a000001")
    assert (got["ip_version"], got["address"]) == (4, "10.0.0.1")
    assert mptcp("40 01 02")["address_ids"] == [1, 2]


def test_others() -> None:  # RFC 8684, 3.3.8, 3.5 to 3.7
    assert mptcp("51")["backup"] == 1
    assert mptcp("50 07")["address_id"] == 7
    assert mptcp("60 00 0000000000000007")["data_sequence"] == 7
    assert mptcp("70 00 0102030405060708")["receiver_key"].hex() == "0102030405060708"
    got = mptcp("81 03")
    assert (got["flags"], got["reason"]) == ({"transient": 1}, 3)
    assert mptcp("f0 ab")["content"] == b"\xf0\xab"
    assert mptcp("90")["subtype_name"] == "unknown"


def test_what_is_wrong() -> None:
    assert mptcp("01 81 0102")["malformed"] == "MP_CAPABLE: 8 bytes in 2"
    assert mptcp("10")["malformed"] == "MP_JOIN: 1 bytes in 0"
    assert mptcp("30 05 0a00")["malformed"] == "ADD_ADDR: 4 bytes in 2"
