import pytest
from support.crosscheck import Row, rows
from support.damage import survives_cuts

from pcaptools.core.decode import Packet, packet
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("ip-options.pcap", {
    1: [
        ("link.ip.version", 4, "ip.version"),
        ("link.ip.header_bytes", 24, "ip.hdr_len"),
        ("link.ip.diffserv", 184, "ip.dsfield"),
        ("link.ip.dscp", "EF", "tcpdump", "tos 0xb8"),
        ("link.ip.total_length", 33, "ip.len"),
        ("link.ip.identification", 29220, "ip.id"),
        ("link.ip.flags.df", 1, "ip.flags.df"),
        ("link.ip.flags.mf", 0, "ip.flags.mf"),
        ("link.ip.ttl", 64, "ip.ttl"),
        ("link.ip.protocol", 17, "ip.proto"),
        ("link.ip.header_checksum", 7893, "ip.checksum"),
        ("link.ip.saddr", "10.1.0.10", "ip.src"),
        ("link.ip.daddr", "10.2.0.10", "ip.dst"),
    ],
})  # fmt: skip
CHECKS += rows("fragments.pcap", {
    1: [
        ("link.ip.flags.mf", 1, "ip.flags.mf"),
    ],
    2: [
        ("link.ip.flags.mf", 0, "ip.flags.mf"),
        ("link.ip.fragment_offset", 1480, "tcpdump", "offset 1480"),
        ("link.ip.icmp.sequence", 1, "icmp.seq"),
    ],
    4: [
        ("link.ip.icmp.type", 0, "icmp.type"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/ipv4_invalid_total_length.pcap", {
    1: [
        ("link.ip.missing", 1, "tcpdump", "truncated-ip - 1 bytes missing"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_cut_at_every_length() -> None:
    survives_cuts("ip-options.pcap")


def ip(text: str, tail: bytes = b"") -> Packet:
    data = bytes.fromhex(text) + tail
    return packet(RawPacket(data, 0, 0, len(data), len(data), 101))


def test_options_and_payload() -> None:
    got = ip("46000019 00004000 fe020000 01010101 e0000016 94040000", b"x" + bytes(9)).link.ip
    assert (got.header_length, got.header_bytes, got.option_bytes) == (6, 24, b"\x94\x04\x00\x00")
    assert (got.ttl, got.protocol_name) == (254, "IGMP")
    assert got.payload == b"x"


def test_fragment_offset_is_in_bytes() -> None:
    got = ip("45000016 12342001 40110000 01010101 02020202", b"xy").link.ip
    assert got.fragment_offset == 8
    assert got.flags == (0, 0, 1)
    assert got.is_fragment
    assert got.udp is None
    assert got.child.reason == "fragment from byte 8 on"


def test_unknown_protocol_has_its_number_for_a_name() -> None:
    got = ip("45000014 00000000 40fd0000 01010101 02020202").link.ip
    assert got.protocol_name == "253"
    assert got.child.reason == "no decoder for IP protocol 253"


def test_malformed() -> None:
    wrong = bytes(12) + bytes.fromhex("0800 65000014 00000000 40060000 01010101 02020202")
    assert packet(RawPacket(wrong, 0, 0, 34, 34, 1)).link.malformed.reason == "IPv4 header with version 6"
    assert ip("44000014 00000000 40060000 01010101 02020202").link.malformed.reason.endswith("less than 5")
    short = ip("45000013 00000000 40060000 01010101 02020202").link.ip
    assert short.saddr == "1.1.1.1"
    assert short.malformed.reason == "IPv4 total length 19 is less than the header's"


def test_options_are_told_where_there_are_some() -> None:
    got = ip("46000018 00000000 40fd0000 01010101 02020202 94040000").link.ip
    assert [option["type_name"] for option in got.options] == ["Router Alert"]
    assert got.as_dict()["options"][0]["router_alert"] == 0
    assert "options" not in ip("45000014 00000000 40fd0000 01010101 02020202").link.ip.as_dict()


def test_bad_options_do_not_hide_the_payload() -> None:
    got = ip("46000020 00000000 40110000 01010101 02020202 830b0400 0001 0002 0008 0000").link.ip
    assert got.options[0]["malformed"] == "IPv4 options: 9 bytes in 2"
    assert got.udp.dport == 2


def test_differentiated_services() -> None:
    got = ip("45b90014 00000000 40fd0000 01010101 02020202").link.ip
    assert (got.diffserv, got.dscp, got.ecn) == (0xB9, "EF", "ECT(1)")
    assert list(got.as_dict())[2:5] == ["diffserv", "dscp", "ecn"]


def test_a_frame_that_is_shorter_than_the_packet() -> None:
    got = ip("4500001e 00000000 40110000 01010101 02020202 0001 0002 000a 0000").link.ip
    assert got.missing == 2
    assert got.as_dict()["missing"] == 2
    raw = RawPacket(bytes.fromhex("4500001e 00000000 40110000 01010101 02020202"), 0, 0, 20, 30, 101)
    assert packet(raw).link.ip.missing == 0  # the snap length cut it, nothing is amiss
