import pytest
from support.crosscheck import Row, rows
from support.tunnels import INNER6, by_tshark, check_cuts, decoded, udp

SIGNATURE = "e1cbc30d88bd052ad921d321f0c397ee8492acf5"
IDENTITY = "20014978000f004c0000000000000001"
CHECKS = rows("corpus:zeek/tunnels/ayiya3.pcap", {
    1: [
        ("link.ip.udp.ayiya.idlen", 4, "ayiya.idlen"),
        ("link.ip.udp.ayiya.idtype", 1, "ayiya.idtype"),
        ("link.ip.udp.ayiya.siglen", 5, "ayiya.siglen"),
        ("link.ip.udp.ayiya.hashmethod", 2, "ayiya.hashmethod"),
        ("link.ip.udp.ayiya.authmethod", 1, "ayiya.authmethod"),
        ("link.ip.udp.ayiya.opcode", 1, "ayiya.opcode"),
        ("link.ip.udp.ayiya.nextheader", 41, "ayiya.nextheader"),
        ("link.ip.udp.ayiya.epoch", 1257655293, "ayiya.epoch", "Nov  8, 2009 04:41:33.000000000 UTC"),
        ("link.ip.udp.ayiya.identity", bytes.fromhex(IDENTITY), "ayiya.identity", IDENTITY),
        ("link.ip.udp.ayiya.signature", bytes.fromhex(SIGNATURE), "ayiya.signature", SIGNATURE),
        ("link.ip.udp.ayiya.ip.saddr", "2001:4978:f:4c::1", "ipv6.src"),
    ],
    6: [
        ("link.ip.udp.ayiya.opcode", 0, "ayiya.opcode"),
        ("link.ip.udp.ayiya.nextheader", 59, "ayiya.nextheader"),
        ("link.ip.udp.ayiya.child", None, "udp.length", "52"),
    ],
    12: [("link.ip.udp.ayiya.ip.tcp.dport", 80, "tcp.dstport")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


FORWARD = "11 10 01 29 4af64b7d 0102 03040506"
"""An identity of two bytes, a signature of one word."""


def test_lengths() -> None:  # draft-massar-v6ops-ayiya-02, 3: 2**n bytes, and 32-bit words
    found = decoded(udp(bytes.fromhex(FORWARD) + INNER6, 5072)).link.ip.udp.ayiya
    assert (found.identity, found.signature, found.opcode_name) == (b"\1\2", b"\3\4\5\6", "forward")
    assert found.ip.tcp.dport == 2
    assert by_tshark([udp(bytes.fromhex(FORWARD) + INNER6, 5072)], ["tcp.dstport"]) == [["2"]]


def test_other_operations_have_messages_of_their_own() -> None:
    found = decoded(udp(bytes.fromhex("10 00 05 3a 4af64b7d 0102") + b"hello", 5072)).link.ip.udp.ayiya
    assert (found.opcode_name, found.child.reason, found.payload) == ("MOTD", "AYIYA MOTD", b"hello")
    found = decoded(udp(bytes.fromhex("10 00 0f 3a 4af64b7d 0102"), 5072)).link.ip.udp.ayiya
    assert (found.opcode_name, found.child) == ("unknown", None)


def test_cut() -> None:
    check_cuts(udp(bytes.fromhex(FORWARD) + INNER6, 5072), keep="ayiya", after=28 + 14)
    check_cuts(udp(bytes.fromhex("f1 10 01 29 4af64b7d") + bytes(2000), 5072), keep="ayiya", after=1 << 20)
