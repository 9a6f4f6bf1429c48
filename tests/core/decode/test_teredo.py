import random

import pytest
from support.crosscheck import Row, packets, rows
from support.tunnels import TCP, check_cuts, decoded, udp

from pcaptools.core.decode.teredo import Teredo

NONCE, OTHER_NONCE = "bca0192db16ff53b", "cd5669400b22df88"
CHECKS = (
    rows("teredo.pcap", {
        2: [
            ("link.ip.udp.teredo.auth_id", b"", "teredo.auth.idlen", "0"),
            ("link.ip.udp.teredo.auth_value", b"", "teredo.auth.aulen", "0"),
            ("link.ip.udp.teredo.auth_nonce", bytes.fromhex(NONCE), "teredo.auth.nonce", NONCE),
            ("link.ip.udp.teredo.auth_conf", 0, "teredo.auth.conf", "00"),
            ("link.ip.udp.teredo.orig_port", 37483, "teredo.orig.port"),
            ("link.ip.udp.teredo.orig_addr", "203.0.113.10", "teredo.orig.addr"),
            ("link.ip.udp.teredo.ip.saddr", "fe80::8000:f227:34ff:8efe", "ipv6.src"),
        ],
        7: [
            ("link.ip.udp.teredo.auth_nonce", None, "ipv6.nxt", "59"),
            ("link.ip.udp.teredo.orig_port", 60373, "teredo.orig.port"),
            ("link.ip.udp.teredo.bubble", 1, "ipv6.plen", "0"),
        ],
    })
    + rows("corpus:zeek/tunnels/teredo_bubble_with_payload.pcap", {
        1: [
            ("link.ip.udp.teredo.auth_nonce", bytes.fromhex(OTHER_NONCE), "teredo.auth.nonce", OTHER_NONCE),
            ("link.ip.udp.teredo.orig_port", None, "ipv6.src", "fe80::8000:ffff:ffff:fffd"),
            ("link.ip.udp.teredo.ip.daddr", "ff02::2", "ipv6.dst"),
        ],
        5: [
            ("link.ip.udp.teredo.orig_port", 32900, "teredo.orig.port"),
            ("link.ip.udp.teredo.orig_addr", "83.170.1.38", "teredo.orig.addr"),
            ("link.ip.udp.teredo.trailer", b"1234", "frame.len", "94"),  # 14 + 20 + 8 + 8 + 40 bytes before it
        ],
    })
)  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


CLIENT = bytes.fromhex("2001 0000 cb007101 344a 6d94 34ff8ef5")
HOST = bytes.fromhex("20010db8 00090000 00000000 00000001")
SEGMENT = bytes.fromhex("60000000 0014 06 40") + CLIENT + HOST + TCP
BUBBLE = bytes.fromhex("60000000 0000 3b 40") + HOST + CLIENT
AUTHENTICATION = "0001 02 03 6964 616263 0102030405060708 01"  # RFC 4380, 5.1.1: an identifier and a value
ORIGIN = "0000 fffe 34ff8ef5"  # 5.1.1: both inverted, port 1 and 203.0.113.10


def test_authentication_and_origin() -> None:
    found = decoded(udp(bytes.fromhex(AUTHENTICATION + ORIGIN) + SEGMENT, 3544)).link.ip.udp.teredo
    assert (found.auth_id, found.auth_value, found.auth_conf) == (b"id", b"abc", 1)
    assert found.auth_nonce == bytes.fromhex("0102030405060708")
    assert (found.orig_port, found.orig_addr) == (1, "203.0.113.10")
    assert (found.bubble, found.trailer) == (0, None)
    assert found.ip.tcp.dport == 2


def test_what_is_not_there_is_left_out() -> None:
    assert list(decoded(udp(BUBBLE, 3544)).link.ip.udp.teredo.as_dict()) == ["bubble", "ip"]


def test_trailer() -> None:  # RFC 6081, 4.3
    found = decoded(udp(BUBBLE + bytes.fromhex("01 04 00000007"), 3544)).link.ip.udp.teredo
    assert found.trailer == bytes.fromhex("0104 00000007")


@pytest.mark.parametrize("payload", [SEGMENT, BUBBLE, BUBBLE + b"\1\4\0\0\0\7"])
def test_known_by_its_content(payload: bytes) -> None:
    assert decoded(udp(payload, 9999)).link.ip.udp.teredo.ip.version == 6


def test_what_client_and_relay_send_each_other() -> None:
    # Neither has a port of Teredo's, so that tshark shows no more than UDP. From frame 10 on it is TCP.
    ports = [packet.link.ip.udp.teredo.ip.tcp.dport for packet in packets("teredo.pcap")[9:]]
    assert len(ports) == 12
    assert set(ports) == {8080, 33702}


@pytest.mark.parametrize(
    "payload",
    [
        SEGMENT[:8] + HOST + HOST + TCP,
        SEGMENT[:-1],
        b"\x50" + SEGMENT[1:],
        SEGMENT + bytes(300),
        SEGMENT[:39],
        bytes.fromhex(ORIGIN) + SEGMENT,  # only a server says such things, and it has a port of its own
    ],
)
def test_not_known_by_its_content(payload: bytes) -> None:
    assert decoded(udp(payload, 9999)).link.ip.udp.teredo is None


def test_random_bytes_are_not_taken_for_it() -> None:
    source = random.Random(3544)
    for _ in range(20_000):
        data = b"\x60" + source.randbytes(3) + b"\0\x3c" + source.randbytes(94)
        assert not Teredo.recognises(data, 0, 100)


def test_that_is_none() -> None:
    found = decoded(udp(b"\x45" + bytes(50), 3544)).link.ip.udp
    assert found.malformed.reason == "Teredo with IP version 4"
    found = decoded(udp(b"\0\2" + SEGMENT, 3544)).link.ip.udp
    assert found.malformed.reason == "Teredo with an unknown indication"
    found = decoded(udp(bytes.fromhex(AUTHENTICATION) + b"\0\1" + SEGMENT, 3544)).link.ip.udp.teredo
    assert (found.auth_id, found.malformed.reason) == (b"id", "Teredo with an unknown indication")


def test_cut() -> None:
    check_cuts(udp(SEGMENT, 3544), keep="teredo", after=29)
    check_cuts(udp(bytes.fromhex(AUTHENTICATION + ORIGIN) + SEGMENT, 3544), keep="teredo", after=28 + 18)
    check_cuts(udp(bytes.fromhex(ORIGIN) + SEGMENT, 3544), keep="teredo", after=28 + 8)
    for length in range(len(SEGMENT)):
        Teredo.recognises(SEGMENT[:length], 0, len(SEGMENT))
        Teredo.recognises(SEGMENT, 0, length)
