from __future__ import annotations

import struct

import pytest
from support.crosscheck import Row, rows
from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.icmp import ICMP, describe
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("icmp.pcap", {
    1: [
        ("link.ip.icmp.type", 8, "icmp.type"),
        ("link.ip.icmp.code", 0, "icmp.code"),
        ("link.ip.icmp.type_desc", "Echo Request", "tcpdump", "ICMP echo request"),
        ("link.ip.icmp.checksum", 15958, "icmp.checksum"),
        ("link.ip.icmp.id", 26345, "icmp.ident"),
        ("link.ip.icmp.sequence", 1, "icmp.seq"),
    ],
    2: [
        ("link.ip.icmp.type", 0, "icmp.type"),
        ("link.ip.icmp.type_desc", "Echo Reply", "tcpdump", "ICMP echo reply"),
    ],
    8: [
        ("link.ip.icmp.type", 3, "icmp.type"),
        ("link.ip.icmp.code", 3, "icmp.code"),
        ("link.ip.icmp.type_desc", "Destination Port Unreachable", "tcpdump", "udp port 9 unreachable"),
        ("link.ip.icmp.ip.saddr", "10.1.0.10", "ip.src[1]"),
        ("link.ip.icmp.ip.daddr", "10.2.0.10", "ip.dst[1]"),
        ("link.ip.icmp.ip.total_length", 33, "ip.len[1]"),
        ("link.ip.icmp.ip.udp.sport", 60039, "udp.srcport"),
        ("link.ip.icmp.ip.udp.dport", 9, "udp.dstport"),
    ],
    10: [
        ("link.ip.icmp.code", 13, "icmp.code"),
        ("link.ip.icmp.type_desc", "Communication administratively prohibited", "tcpdump", "admin prohibited"),
        ("link.ip.icmp.ip.tcp.dport", 23, "tcp.dstport"),
        ("link.ip.icmp.ip.tcp.options.mss", 1460, "tcp.options.mss_val"),
    ],
    12: [
        ("link.ip.icmp.type", 11, "icmp.type"),
        ("link.ip.icmp.type_desc", "TTL expired in transit", "tcpdump", "time exceeded in-transit"),
        ("link.ip.icmp.ip.ttl", 1, "ip.ttl[1]"),
        ("link.ip.icmp.ip.udp.dport", 33434, "udp.dstport"),
    ],
    14: [
        ("link.ip.icmp.mtu", 1400, "icmp.mtu"),
        ("link.ip.icmp.type_desc", "Fragmentation required, and DF flag set", "tcpdump", "need to frag (mtu 1400)"),
        ("link.ip.icmp.ip.icmp.sequence", 1, "icmp.seq"),
    ],
    16: [
        ("link.ip.icmp.type", 5, "icmp.type"),
        ("link.ip.icmp.gateway", "10.1.0.77", "icmp.redir_gw"),
        ("link.ip.icmp.type_desc", "Redirect Host", "tcpdump", "redirect 10.3.0.1 to host 10.1.0.77"),
    ],
    18: [
        ("link.ip.icmp.id", 4660, "icmp.ident"),
        ("link.ip.icmp.sequence", 7, "icmp.seq"),
        ("link.ip.icmp.originate_timestamp", 48817929, "icmp.originate_timestamp"),
    ],
    19: [
        ("link.ip.icmp.type", 14, "icmp.type"),
        ("link.ip.icmp.receive_timestamp", 48817929, "icmp.receive_timestamp"),
        ("link.ip.icmp.transmit_timestamp", 48817929, "icmp.transmit_timestamp"),
    ],
    20: [
        ("link.ip.icmp.type", 42, "icmp.type"),
        ("link.ip.icmp.sequence", 8, "icmp.ext.echo.seq"),
        ("link.ip.icmp.local", 1, "icmp.ext.echo.req.local"),
        ("link.ip.icmp.extensions.version", 2, "icmp.ext.version"),
        ("link.ip.icmp.extensions.objects[0].class", 3, "icmp.ext.class"),
        ("link.ip.icmp.extensions.objects[0].c_type", 1, "icmp.ext.ctype"),
        ("link.ip.icmp.extensions.objects[0].name", "vb", "icmp.int_ident.name"),
    ],
    21: [
        ("link.ip.icmp.type", 43, "icmp.type"),
        ("link.ip.icmp.code", 0, "icmp.code"),
        ("link.ip.icmp.state", 0, "icmp.ext.echo.rsp.state"),
        ("link.ip.icmp.flags.active", 1, "icmp.ext.echo.rsp.active"),
        ("link.ip.icmp.flags.ipv4", 1, "icmp.ext.echo.rsp.ipv4"),
        ("link.ip.icmp.flags.ipv6", 1, "icmp.ext.echo.rsp.ipv6"),
    ],
    23: [
        ("link.ip.icmp.code", 2, "icmp.code"),
        ("link.ip.icmp.type_desc", "Destination Protocol Unreachable", "tcpdump", "protocol 253 unreachable"),
        ("link.ip.icmp.ip.protocol", 253, "ip.proto[1]"),
    ],
    25: [
        ("link.ip.icmp.type", 12, "icmp.type"),
        ("link.ip.icmp.pointer", 22, "icmp.pointer"),
        ("link.ip.icmp.ip.options[0].type", 7, "ip.opt.type[0]"),
    ],
    26: [
        ("link.ip.icmp.num_addrs", 1, "icmp.num_addrs"),
        ("link.ip.icmp.addr_entry_size", 2, "icmp.addr_entry_size"),
        ("link.ip.icmp.lifetime", 1800, "icmp.lifetime"),
        ("link.ip.icmp.routers[0].address", "10.1.0.10", "icmp.router_address"),
        ("link.ip.icmp.routers[0].preference_level", -5, "icmp.pref_level"),
    ],
    27: [
        ("link.ip.icmp.type_desc", "Router Solicitation", "tcpdump", "router solicitation"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:zeek/icmp/icmp-destunreach-udp.pcap", {
    1: [
        ("link.ip.icmp.type_desc", "Destination Port Unreachable", "tcpdump", "udp port 59207 unreachable"),
        ("link.ip.icmp.ip.udp.sport", 53, "udp.srcport"),
        ("link.ip.icmp.ip.udp.length", 143, "udp.length"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/icmp-cksum-oobr-4.pcapng", {
    1: [
        ("link.ip.icmp.extensions.objects[0].class", 1, "icmp.ext.class"),
        ("link.ip.icmp.extensions.objects[0].length", 8, "icmp.ext.length"),
        ("link.ip.icmp.extensions.objects[0].labels[0].label", 16, "icmp.mpls.label"),
        ("link.ip.icmp.extensions.objects[0].labels[0].exp", 0, "icmp.mpls.exp"),
        ("link.ip.icmp.extensions.objects[0].labels[0].s", 1, "icmp.mpls.s"),
        ("link.ip.icmp.extensions.objects[0].labels[0].ttl", 1, "icmp.mpls.ttl"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_cut_at_every_length() -> None:
    survives_cuts("icmp.pcap")


def icmp(text: str, wire: int = 0) -> ICMP:
    message = bytes.fromhex(text)
    total = 20 + (wire or len(message))
    data = struct.pack(">BBHHHBBH8s", 0x45, 0, total, 0, 0, 64, 1, 0, bytes([10, 0, 0, 1, 10, 0, 0, 2])) + message
    got = packet(RawPacket(data, 0, 0, len(data), total, 101)).find(ICMP)
    assert got is not None
    return got


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [  # node_pcap's words
        (0, 0, "Echo Reply"), (1, 0, "Reserved"), (2, 0, "Reserved"), (3, 0, "Destination Network Unreachable"),
        (3, 1, "Destination Host Unreachable"), (3, 2, "Destination Protocol Unreachable"),
        (3, 3, "Destination Port Unreachable"), (3, 4, "Fragmentation required, and DF flag set"),
        (3, 5, "Source route failed"), (3, 6, "Destination network unknown"), (3, 7, "Destination host unknown"),
        (3, 8, "Source host isolated"), (3, 9, "Network administratively prohibited"),
        (3, 10, "Host administratively prohibited"), (3, 11, "Network unreachable for TOS"),
        (3, 12, "Host unreachable for TOS"), (3, 13, "Communication administratively prohibited"),
        (3, 99, "Destination Unreachable (unknown code 99)"), (4, 0, "Source Quench"), (5, 0, "Redirect Network"),
        (5, 1, "Redirect Host"), (5, 2, "Redirect TOS and Network"), (5, 3, "Redirect TOS and Host"),
        (5, 4, "Redirect (unknown code 4)"), (6, 0, "Alternate Host Address"), (7, 0, "Reserved"),
        (8, 0, "Echo Request"), (9, 0, "Router Advertisement"), (10, 0, "Router Solicitation"),
        (11, 0, "TTL expired in transit"), (11, 1, "Fragment reassembly time exceeded"),
        (11, 2, "Time Exceeded (unknown code 2)"), (99, 5, "type 99 code 5"),
        # IANA's
        (3, 15, "Precedence cutoff in effect"), (12, 1, "Parameter Problem: missing a required option"),
        (17, 0, "Address Mask Request"), (30, 0, "Traceroute: packet forwarded"), (40, 0, "Photuris: bad SPI"),
        (42, 0, "Extended Echo Request"), (43, 2, "Extended Echo Reply: no such interface"),
        (253, 0, "RFC3692-style Experiment 1"),
    ],
)  # fmt: skip
def test_every_message_has_its_name(number: int, code: int, text: str) -> None:
    assert describe(number, code) == text


def test_echo() -> None:
    got = icmp("0800 1234 002a 0007 6162636465")
    assert (got.id, got.sequence, got.payload) == (42, 7, b"abcde")
    assert got.as_dict() == {
        "type": 8, "code": 0, "type_desc": "Echo Request", "checksum": 0x1234, "id": 42, "sequence": 7,
        "payload": {"length": 5},
    }  # fmt: skip
    assert not got.quotes
    assert repr(got) == "ICMP(type=8, code=0, type_desc='Echo Request', checksum=4660, id=42, sequence=7)"


def test_address_mask() -> None:  # RFC 950, appendix I
    got = icmp("1200 0000 0001 0002 ffffff00")
    assert (got.id, got.sequence, got.address_mask) == (1, 2, "255.255.255.0")


def test_traceroute() -> None:  # RFC 1393, 2.3
    got = icmp("1e00 0000 0007 0000 0001 ffff 000f4240 000005dc")
    assert (got.id, got.outbound_hops, got.return_hops, got.link_speed, got.link_mtu) == (7, 1, 65535, 1000000, 1500)


def test_mobility_agent() -> None:  # RFC 5944, 2.1.1
    got = icmp("0900 0000 01 02 0708 0a000001 80000000 10 0a 0001 003c a080 0a000063 13 01 18 00")
    assert got.routers == [{"address": "10.0.0.1", "preference_level": -(2**31)}]
    agent, prefixes, padding = got.mobile_extensions
    assert agent["type_name"] == "Mobility Agent Advertisement"
    assert [name for name, bit in agent["flags"].items() if bit] == [
        "registration_required",
        "home_agent",
        "udp_tunneling",
    ]
    assert (agent["sequence"], agent["registration_lifetime"], agent["care_of_addresses"]) == (1, 60, ["10.0.0.99"])
    assert prefixes["prefix_lengths"] == [24]
    assert padding == {"type": 0, "type_name": "One-byte Padding"}


def test_entries_too_small_to_be_addresses() -> None:
    got = icmp("0900 0000 02 01 0708 0a000001")
    assert got.routers == []
    assert got.malformed.reason == "router advertisement with entries of 1 words"


QUOTED = "45000054 00004000 40060000 0a000002 0a000001 9c40 0050 00000007"


def test_a_quoted_packet_that_is_cut_is_truncated_not_malformed() -> None:  # RFC 792: 64 bits of the original
    got = icmp(f"0303 0000 00000000 {QUOTED}")
    assert got.quotes
    assert got.ip.total_length == 84
    assert (got.ip.tcp.sport, got.ip.tcp.dport, got.ip.tcp.seqno) == (40000, 80, 7)
    assert got.ip.tcp.truncated.reason == "TCP header cut short: 8 of 20 bytes captured"
    assert got.ip.malformed is None


def test_what_follows_a_quotation_is_none_of_it() -> None:  # RFC 4884, 4: the length counts 32-bit words
    mpls = "2000 0000 0008 0101 00010140"
    got = icmp(f"0b00 0000 00 20 0000 {QUOTED} {'00' * 100} {mpls}")
    assert got.length == 32
    (stack,) = got.extensions["objects"]
    assert stack["labels"] == [{"label": 16, "exp": 0, "s": 1, "ttl": 64}]
    assert got.ip.data == got.data[: 28 + 128]


def test_extensions_from_before_there_was_a_length() -> None:  # RFC 4884, 5.5: told by their checksum
    body = f"0b00 0000 00000000 {QUOTED} {'00' * 100}"
    got = icmp(f"{body} 2000 ddb5 0008 0101 0001 0140")
    assert got.extensions["objects"][0]["labels"][0]["label"] == 16
    assert "extensions" not in icmp(f"{body} 2000 ddb4 0008 0101 0001 0140").body


def test_a_quoted_error_quotes_too() -> None:
    inner = f"45000070 00000000 40010000 0a000001 0a000002 0303 0000 00000000 {QUOTED}"
    got = icmp(f"0303 0000 00000000 {inner}")
    assert got.ip.icmp.quotes
    assert got.ip.icmp.ip.tcp.dport == 80


def test_a_quotation_that_is_no_packet() -> None:
    assert icmp("0303 0000 00000000 65" + "00" * 27).malformed.reason == "IPv4 header with version 6"
    assert icmp("0303 0000 00000000 45000054").truncated.protocol == "ip"
    assert icmp("0303 0000 00000000").child is None


def test_fixed_part_cut_and_too_short() -> None:
    assert icmp("0800 1234 002a").malformed.reason == "ICMP: 2 bytes in 0"
    assert icmp("0800 1234 002a", wire=64).truncated.reason == "ICMP cut short: 0 of 2 bytes captured"
