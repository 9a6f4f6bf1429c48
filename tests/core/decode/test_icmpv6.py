from __future__ import annotations

import pytest
from support.crosscheck import Row, rows
from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.icmpv6 import ICMPv6, describe
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("icmpv6.pcap", {
    7: [
        ("link.ip.icmpv6.type", 128, "icmpv6.type"),
        ("link.ip.icmpv6.code", 0, "icmpv6.code"),
        ("link.ip.icmpv6.checksum", 23889, "icmpv6.checksum"),
        ("link.ip.icmpv6.id", 27306, "icmpv6.echo.identifier"),
        ("link.ip.icmpv6.sequence", 1, "icmpv6.echo.sequence_number"),
        ("link.ip.icmpv6.type_desc", "Echo Request", "tcpdump", "echo request"),
    ],
    10: [
        ("link.ip.icmpv6.type", 1, "icmpv6.type"),
        ("link.ip.icmpv6.code", 4, "icmpv6.code"),
        ("link.ip.icmpv6.type_desc", "Destination Unreachable: port unreachable", "tcpdump", "unreachable port"),
        ("link.ip.icmpv6.ip.daddr", "fd02::10", "ipv6.dst[1]"),
        ("link.ip.icmpv6.ip.udp.dport", 9, "udp.dstport"),
    ],
    12: [
        ("link.ip.icmpv6.type_desc",
         "Destination Unreachable: administratively prohibited", "tcpdump", "unreachable prohibited"),
        ("link.ip.icmpv6.ip.tcp.dport", 23, "tcp.dstport"),
    ],
    14: [
        ("link.ip.icmpv6.type_desc",
         "Time Exceeded: hop limit exceeded in transit", "tcpdump", "time exceeded in-transit"),
        ("link.ip.icmpv6.ip.hop_limit", 1, "ipv6.hlim[1]"),
    ],
    16: [
        ("link.ip.icmpv6.type_desc", "Packet Too Big", "tcpdump", "packet too big"),
        ("link.ip.icmpv6.mtu", 1400, "icmpv6.mtu"),
        ("link.ip.icmpv6.ip.icmpv6.sequence", 1, "icmpv6.echo.sequence_number"),
    ],
    18: [
        ("link.ip.icmpv6.type_desc", "Redirect", "tcpdump", "redirect, length 112, fd03::9 to fe80::77"),
        ("link.ip.icmpv6.target_address", "fe80::77", "tcpdump", "fd03::9 to fe80::77"),
        ("link.ip.icmpv6.destination_address", "fd03::9", "icmpv6.rd.na.destination_address"),
        ("link.ip.icmpv6.options[0].link_layer_address", "02:00:00:00:00:77", "icmpv6.opt.linkaddr"),
        ("link.ip.icmpv6.options[1].length", 8, "icmpv6.opt.length[1]"),
        ("link.ip.icmpv6.ip.daddr", "fd03::9", "ipv6.dst[1]"),
    ],
    20: [
        ("link.ip.icmpv6.sequence", 8, "icmpv6.ext.echo.seq"),
        ("link.ip.icmpv6.extensions.objects[0].class", 3, "icmp.ext.class"),
        ("link.ip.icmpv6.extensions.objects[0].name", "vb", "icmp.int_ident.name"),
    ],
    21: [
        ("link.ip.icmpv6.flags.active", 1, "icmpv6.ext.echo.rsp.active"),
        ("link.ip.icmpv6.flags.ipv6", 1, "icmpv6.ext.echo.rsp.ipv6"),
    ],
    23: [
        ("link.ip.icmpv6.type", 4, "icmpv6.type"),
        ("link.ip.icmpv6.code", 1, "icmpv6.code"),
        ("link.ip.icmpv6.pointer", 6, "icmpv6.pointer"),
        ("link.ip.icmpv6.ip.protocol", 253, "ipv6.nxt[1]"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/icmpv6-RFC2894-RR.pcap", {
    1: [
        ("link.ip.icmpv6.type_desc", "Router Renumbering: command", "tcpdump", "router renum"),
        ("link.ip.icmpv6.max_delay", 0, "icmpv6.rr.maxdelay"),
    ],
    4: [
        ("link.ip.icmpv6.sequence", 16777216, "icmpv6.rr.sequence_number"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/rpl-26-senddaoack.pcap", {
    1: [
        ("link.ip.icmpv6.type", 155, "icmpv6.type"),
        ("link.ip.icmpv6.code", 3, "icmpv6.code"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:zeek/icmp/icmp6-destunreach-ip6ext-udp.pcap", {
    1: [
        ("link.ip.icmpv6.code", 0, "icmpv6.code"),
        ("link.ip.icmpv6.ip.extension_headers[0].length", 8, "ipv6.hopopts.len_oct"),
        ("link.ip.icmpv6.ip.udp.dport", 13000, "udp.dstport"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_cut_at_every_length() -> None:
    survives_cuts("icmpv6.pcap")


def icmpv6(text: str, wire: int = 0) -> ICMPv6:
    message = bytes.fromhex(text)
    header = bytes.fromhex("60000000") + (wire or len(message)).to_bytes(2, "big") + bytes([58, 255]) + bytes(32)
    data = header + message
    got = packet(RawPacket(data, 0, 0, len(data), 40 + (wire or len(message)), 229)).find(ICMPv6)
    assert got is not None
    return got


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [  # RFC 4443, 3; IANA, "ICMPv6 Parameters"
        (1, 0, "Destination Unreachable: no route"), (1, 4, "Destination Unreachable: port unreachable"),
        (1, 6, "Destination Unreachable: reject route"), (1, 77, "Destination Unreachable (unknown code 77)"),
        (2, 0, "Packet Too Big"), (3, 1, "Time Exceeded: fragment reassembly time exceeded"),
        (4, 2, "Parameter Problem: unrecognized option"), (4, 10, "Parameter Problem: option too big"),
        (128, 0, "Echo Request"), (130, 0, "Multicast Listener Query"), (137, 0, "Redirect"),
        (138, 255, "Router Renumbering: sequence number reset"), (140, 0, "Node Information Reply"),
        (140, 1, "Node Information Reply: refused"), (143, 0, "Multicast Listener Report v2"),
        (148, 0, "Certification Path Solicitation"), (155, 1, "RPL: DODAG Information Object"),
        (155, 0x8A, "RPL: Consistency Check"), (159, 0, "MPL Control"),
        (161, 3, "Extended Echo Reply: no such table entry"),
        (161, 0, "Extended Echo Reply"), (201, 0, "Private Experimentation"), (99, 7, "type 99 code 7"),
    ],
)  # fmt: skip
def test_every_message_has_its_name(number: int, code: int, text: str) -> None:
    assert describe(number, code) == text


def test_echo() -> None:
    got = icmpv6("8000 1234 002a 0007 6162")
    assert got.as_dict() == {
        "type": 128, "code": 0, "type_desc": "Echo Request", "checksum": 0x1234, "id": 42, "sequence": 7,
        "payload": {"length": 2},
    }  # fmt: skip


def test_errors() -> None:
    assert icmpv6("0200 0000 00000500 " + "60000000 0000 3b40" + "00" * 32).mtu == 1280
    assert icmpv6("0401 0000 00000028").pointer == 40


def test_renumbering() -> None:  # RFC 2894, 3.1
    got = icmpv6("8a00 0000 00000007 02 e0 000a 00000000 abcd")
    assert (got.sequence, got.segment, got.max_delay, got.payload) == (7, 2, 10, b"\xab\xcd")
    assert got.flags == {"test": 1, "result": 1, "all_interfaces": 1, "site_specific": 0, "processed": 0}


def test_a_message_that_nobody_knows_is_kept() -> None:
    got = icmpv6("c800 0000 0102030405")
    assert got.type_desc == "Private Experimentation"
    assert got.payload == bytes(range(1, 6))
    assert got.body == {}


def test_fixed_part_cut_and_too_short() -> None:
    assert icmpv6("8000 1234 00").malformed.reason == "ICMPv6: 2 bytes in 1"
    assert icmpv6("8000 1234 00", wire=64).truncated.reason == "ICMPv6 cut short: 1 of 2 bytes captured"
