from __future__ import annotations

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.tcp_options import parse_options

CHECKS = rows("tcp-options.pcap", {
    1: [
        ("link.ip.tcp.options.mss", 1460, "tcp.options.mss_val"),
        ("link.ip.tcp.options.window_scale", 10, "tcp.options.wscale.shift"),
        ("link.ip.tcp.options.timestamp", 2628823787, "tcp.options.timestamp.tsval"),
        ("link.ip.tcp.options.echo", 0, "tcp.options.timestamp.tsecr"),
        ("link.ip.tcp.options.fast_open", b"", "tcpdump", "tfo  cookiereq"),
    ],
    2: [
        ("link.ip.tcp.options.fast_open", bytes.fromhex("e76940f55953b42f"),
         "tcp.options.tfo.cookie", "e76940f55953b42f"),
        ("link.ip.tcp.options.echo", 2628823787, "tcp.options.timestamp.tsecr"),
    ],
    9: [
        ("link.ip.tcp.options.fast_open", bytes.fromhex("e76940f55953b42f"),
         "tcp.options.tfo.cookie", "e76940f55953b42f"),
        ("link.ip.tcp.payload_length", 5, "tcp.len"),
    ],
    17: [
        ("link.ip.tcp.options.md5", bytes.fromhex("df1a1a4aae523c6891012259c1bd9b8c"),
         "tcp.options.md5.digest", "df1a1a4aae523c6891012259c1bd9b8c"),
        ("link.ip.tcp.options.sack_ok", True, "tcpdump", "sackOK"),
    ],
    27: [
        ("link.ip.tcp.options.mptcp[0].subtype", 0, "tcp.options.mptcp.subtype"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_names_of_node_pcap() -> None:
    text = "020405b4 0402 080a0000000100000002 01 030307 0512 0000000100000002 0000000300000004 00 ffff"
    got = parse_options(bytes.fromhex(text))
    assert (got.mss, got.sack_ok, got.timestamp, got.echo, got.window_scale) == (1460, True, 1, 2, 7)
    assert got.sack == [(1, 2), (3, 4)]
    assert got.malformed == ""
    assert got.as_dict() == {
        "mss": 1460, "window_scale": 7, "sack_ok": True, "sack": [[1, 2], [3, 4]], "timestamp": 1, "echo": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "cookie"),
    [("2202", b""), ("2206 01020304", b"\1\2\3\4"), ("fe04 f989", b""), ("fd08 f989 01020304", b"\1\2\3\4")],
)
def test_fast_open(text: str, cookie: bytes) -> None:  # RFC 7413, 4.1.1 and appendix A
    got = parse_options(bytes.fromhex(text))
    assert got.fast_open == cookie
    assert got.as_dict() == {"fast_open": cookie.hex()}


def test_security() -> None:  # RFC 2385, 3; RFC 5925, 2.2
    got = parse_options(bytes.fromhex("1312 000102030405060708090a0b0c0d0e0f"))
    assert got.md5 == bytes(range(16))
    got = parse_options(bytes.fromhex("1d10 01 02 000102030405060708090a0b"))
    assert got.ao == {"key_id": 1, "rnext_key_id": 2, "mac": bytes(range(12))}


def test_user_timeout() -> None:  # RFC 5482, 3: with the highest bit it counts minutes
    assert parse_options(bytes.fromhex("1c04 003c")).user_timeout == 60
    assert parse_options(bytes.fromhex("1c04 8005")).user_timeout == 300


def test_every_other_one_is_kept_by_its_name() -> None:
    got = parse_options(bytes.fromhex("1404 0102 0606 01020304 c803 ff fe06 acce 0102 fd04 abcd"))
    assert got.others == [
        {"kind": 20, "kind_name": "SCPS Capabilities", "content": b"\1\2"},
        {"kind": 6, "kind_name": "Echo", "content": b"\1\2\3\4"},
        {"kind": 200, "kind_name": "unknown", "content": b"\xff"},
        {
            "kind": 254, "kind_name": "RFC3692-style Experiment 2", "experiment": 0xACCE,
            "experiment_name": "Accurate ECN", "content": b"\1\2",
        },
        {
            "kind": 253, "kind_name": "RFC3692-style Experiment 1", "experiment": 0xABCD,
            "experiment_name": "unknown", "content": b"",
        },
    ]  # fmt: skip


def test_a_known_one_with_a_length_that_it_cannot_have() -> None:
    assert parse_options(b"\x02\x03\x01").others == [{"kind": 2, "kind_name": "Maximum Segment Size", "content": b"\1"}]
    assert parse_options(b"\x05\x02").others == [{"kind": 5, "kind_name": "SACK", "content": b""}]
    assert parse_options(b"\x1e\x02").others == [{"kind": 30, "kind_name": "MPTCP", "content": b""}]
    assert parse_options(b"\xfe\x03\xf9").others[0]["content"] == b"\xf9"


def test_lists_that_are_wrong() -> None:
    assert parse_options(b"\x02").malformed == "option 2 with length 0 in 1 bytes"
    assert parse_options(b"\x02\x01").malformed == "option 2 with length 1 in 2 bytes"
    assert parse_options(b"\x08\x0a\x00").malformed == "option 8 with length 10 in 3 bytes"
    assert parse_options(b"").as_dict() == {}
    assert parse_options(b"\x03\x03\x00").as_dict() == {"window_scale": 0}
