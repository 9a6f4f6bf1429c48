import random

import pytest
from support.crosscheck import Row, rows
from support.tunnels import FRAME, INNER, INNER6, MACS, check_cuts, decoded, udp

from pcaptools.core.decode.geneve import Geneve
from pcaptools.core.decode.segment import GENEVE_TYPES

CHECKS = (
    rows("geneve.pcap", {
        1: [
            ("link.ip.udp.geneve.version", 0, "geneve.version"),
            ("link.ip.udp.geneve.options_length", 8, "geneve.option.length[0]", "8"),
            ("link.ip.udp.geneve.flags.oam", 0, "geneve.flags.oam"),
            ("link.ip.udp.geneve.flags.critical", 1, "geneve.flags.critical"),
            ("link.ip.udp.geneve.proto_type", 0x6558, "geneve.proto_type"),
            ("link.ip.udp.geneve.vni", 4242, "geneve.vni"),
            ("link.ip.udp.geneve.options[0].option_class", 0x0102, "geneve.option.class"),
            ("link.ip.udp.geneve.options[0].type", 0x80, "geneve.option.type"),
            ("link.ip.udp.geneve.options[0].critical", 1, "geneve.option.type.critical"),
            ("link.ip.udp.geneve.options[0].data", b"\0\1\0\2", "geneve.option.unknown.data", "00010002"),
            ("link.ip.udp.geneve.link.dhost", "02:00:00:00:09:02", "eth.dst[1]"),
            ("link.ip.udp.geneve.link.ip.tcp.dport", 8080, "tcp.dstport"),
        ],
        2: [
            ("link.ip.udp.geneve.flags.critical", 0, "geneve.flags.critical"),
            ("link.ip.udp.geneve.options", [], "geneve.vni", "0x001092"),
        ],
    })
    + rows("corpus:tcpdump/geneve.pcap", {
        4: [
            ("link.ip.udp.geneve.vni", 10, "geneve.vni"),
            ("link.ip.udp.geneve.options[0].option_class", 0, "geneve.option.class"),
            ("link.ip.udp.geneve.options[0].data", b"\0\0\0\x0c", "geneve.option.unknown.data", "0000000c"),
            ("link.ip.udp.geneve.link.ip.tcp.dport", 51225, "tcp.dstport"),
        ],
    })
    + rows("corpus:zeek/tunnels/geneve-vxlan-dns-truncated.pcap", {
        1: [
            ("link.ip.udp.geneve.proto_type", 0x0800, "geneve.proto_type"),
            ("link.ip.udp.geneve.ip.udp.vxlan.vni", 4242, "vxlan.vni"),
            ("link.ip.udp.geneve.ip.udp.vxlan.link.ip.udp.dport", 53, "udp.dstport[2]"),
        ],
    })
    + rows("corpus:zeek/tunnels/geneve-tagged-udp-packet.pcap", {
        1: [
            ("link.ip.udp.geneve.vni", 100, "geneve.vni"),
            ("link.ip.udp.geneve.link.ip.udp.dport", 31337, "udp.dstport[1]"),
        ],
    })
    + rows("corpus:tcpdump/gso-ipv6-geneve-ipv4.pcap", {
        1: [
            ("link.ip.version", 6, "ipv6.version"),
            ("link.ip.udp.geneve.link.ip.tcp.payload_length", 6890, "tcp.len"),
        ],
    })
)  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


HEADER = "0000 6558 00138900"


def geneve(header: str, inner: bytes = FRAME, port: int = 6081) -> Geneve:
    found: Geneve = decoded(udp(bytes.fromhex(header) + inner, port)).link.ip.udp.geneve
    return found


def test_every_bit() -> None:  # RFC 8926, 3.4 and 3.5; the classes are IANA's
    header = geneve("03c0 6558 abcdef00 0102 83 01 01020304 0110 01 00")
    assert header.flags == (1, 1)
    assert (header.vni, header.options_length, header.proto_type_name) == (0xABCDEF, 12, "Ethernet")
    assert header.options == [(0x0102, "OVN", 0x83, 1, 4, b"\1\2\3\4"), (0x0110, "Amazon", 1, 0, 0, b"")]
    assert header.link.ip.tcp.dport == 2


def test_a_control_message_may_carry_nothing() -> None:
    assert geneve("0080 6558 00000500", b"").child is None


def test_options_that_do_not_fill_their_place() -> None:
    header = geneve("0100 6558 00000500 0102 80 02")  # eight bytes announced in four
    assert header.vni == 5
    assert header.malformed.reason == "Geneve options: 8 bytes in 0"
    header = geneve("0200 6558 00000500 0102 80 00 0108 01 01")
    assert [option.option_class for option in header.options] == [0x0102]
    assert header.malformed.reason == "Geneve options: 4 bytes in 0"


def test_that_is_none() -> None:
    found = decoded(udp(bytes.fromhex("4000 6558 00000500") + FRAME, 6081)).link.ip.udp
    assert found.malformed.reason == "Geneve version 1"
    raw = geneve("0000 894f 00000500").child
    assert raw is not None
    assert raw.reason == "no decoder for Geneve protocol 0x894f"


TAGGED = MACS + bytes.fromhex("8100 0007 0800") + INNER
ARP = MACS + bytes.fromhex("0806 0001 0800 06 04 0001 020000000001 01010101 000000000000 01010102")


@pytest.mark.parametrize(
    ("header", "inner"),
    [
        (HEADER, FRAME),
        (HEADER, FRAME + bytes(6)),  # padded
        (HEADER, MACS + b"\x86\xdd" + INNER6),
        (HEADER, TAGGED),
        (HEADER, ARP),
        ("0000 0800 00138900", INNER),
        ("0000 86dd 00138900", INNER6),
        ("0240 6558 00138900 0102 80 01 00010002", FRAME),
    ],
)
def test_known_by_its_content(header: str, inner: bytes) -> None:
    assert geneve(header, inner, 9999).vni == 0x1389


@pytest.mark.parametrize(
    ("header", "inner"),
    [
        ("0000 6558 00138901", FRAME),  # the last byte is reserved
        ("0001 6558 00138900", FRAME),  # so are six bits of the second
        ("4000 6558 00138900", FRAME),  # version 1
        ("0000 8847 00138900", FRAME),
        ("0100 6558 00138900 0102 80 02", FRAME),
        (HEADER, FRAME[:12] + b"\x08\x01" + INNER),
        (HEADER, FRAME[:-1]),  # longer inside than it has room for
        (HEADER, MACS + b"\x08\x00" + INNER6),
        (HEADER, TAGGED[:-1]),
        (HEADER, ARP[:18] + b"\x06\x06" + ARP[20:]),
        ("0000 0800 00138900", INNER + b"\0"),
        ("0000 86dd 00138900", INNER),
        ("0000 86dd 00138900", INNER6 + b"\0"),
        (HEADER, b""),
    ],
)
def test_not_known_by_its_content(header: str, inner: bytes) -> None:
    assert decoded(udp(bytes.fromhex(header) + inner, 9999)).link.ip.udp.geneve is None


def test_random_bytes_are_not_taken_for_it() -> None:
    source = random.Random(6081)
    for _ in range(20_000):
        data = bytearray(source.randbytes(80))
        data[2:4] = source.choice(sorted(GENEVE_TYPES)).to_bytes(2, "big")
        data[0] &= 0x3F
        data[1] &= 0xC0
        data[7] = 0
        assert not Geneve.recognises(bytes(data), 0, len(data))


def test_cut() -> None:
    packet = udp(bytes.fromhex("0240 6558 00138900 0102 80 01 00010002") + FRAME, 6081)
    check_cuts(packet, keep="geneve", after=36)
    for length in range(len(packet)):
        Geneve.recognises(packet[28:length], 0, len(packet) - 28)
        Geneve.recognises(packet[28:], 0, length)
