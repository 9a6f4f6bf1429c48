from __future__ import annotations

import pytest
from support.crosscheck import Row, rows
from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.icmpv6 import ICMPv6
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("icmpv6.pcap", {
    1: [
        ("link.ip.icmpv6.hop_limit", 64, "icmpv6.nd.ra.cur_hop_limit"),
        ("link.ip.icmpv6.flags.managed", 1, "icmpv6.nd.ra.flag.m"),
        ("link.ip.icmpv6.flags.other", 1, "icmpv6.nd.ra.flag.o"),
        ("link.ip.icmpv6.flags.home_agent", 1, "icmpv6.nd.ra.flag.h"),
        ("link.ip.icmpv6.flags.proxy", 0, "icmpv6.nd.ra.flag.p"),
        ("link.ip.icmpv6.preference", 1, "icmpv6.nd.ra.flag.prf"),
        ("link.ip.icmpv6.router_lifetime", 900, "icmpv6.nd.ra.router_lifetime"),
        ("link.ip.icmpv6.reachable_time", 30000, "icmpv6.nd.ra.reachable_time"),
        ("link.ip.icmpv6.retrans_timer", 1000, "icmpv6.nd.ra.retrans_timer"),
    ],
    2: [
        ("link.ip.icmpv6.type_desc", "Router Solicitation", "tcpdump", "router solicitation"),
    ],
    5: [
        ("link.ip.icmpv6.target_address", "fd01::1", "icmpv6.nd.ns.target_address"),
        ("link.ip.icmpv6.options[0].link_layer_address", "02:00:00:00:00:0a", "icmpv6.opt.linkaddr"),
    ],
    6: [
        ("link.ip.icmpv6.target_address", "fd01::1", "icmpv6.nd.na.target_address"),
        ("link.ip.icmpv6.flags.router", 1, "icmpv6.nd.na.flag.r"),
        ("link.ip.icmpv6.flags.solicited", 1, "icmpv6.nd.na.flag.s"),
        ("link.ip.icmpv6.flags.override", 1, "icmpv6.nd.na.flag.o"),
    ],
    26: [
        ("link.ip.icmpv6.flags.override", 0, "icmpv6.nd.na.flag.o"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:zeek/icmp/icmp6-neighbor-advert.pcap", {
    1: [
        ("link.ip.icmpv6.target_address", "fe80::babe", "icmpv6.nd.na.target_address"),
        ("link.ip.icmpv6.flags.solicited", 0, "icmpv6.nd.na.flag.s"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_cut_at_every_length() -> None:
    survives_cuts("corpus:zeek/icmp/icmp6-nd-options.pcap", most=8)


def icmpv6(text: str, wire: int = 0) -> ICMPv6:
    message = bytes.fromhex(text)
    header = bytes.fromhex("60000000") + (wire or len(message)).to_bytes(2, "big") + bytes([58, 255]) + bytes(32)
    data = header + message
    got = packet(RawPacket(data, 0, 0, len(data), 40 + (wire or len(message)), 229)).find(ICMPv6)
    assert got is not None
    return got


TARGET = "20010db8 00000000 00000000 00000001"


def test_redirect() -> None:  # RFC 4861, 4.5
    got = icmpv6(f"8900 0000 00000000 fe800000000000000000000000000077 {TARGET}")
    assert (got.target_address, got.destination_address, got.options) == ("fe80::77", "2001:db8::1", [])
    assert not got.quotes


def test_inverse_discovery() -> None:  # RFC 3122, 3
    got = icmpv6(f"8d00 0000 00000000 0101 020000000001 0903 000000000000 {TARGET}")
    assert [option["type_name"] for option in got.options] == ["Source Link-layer Address", "Source Address List"]
    assert got.options[1]["addresses"] == ["2001:db8::1"]


def test_home_agents() -> None:  # RFC 6275, 6.5 and 6.6
    assert icmpv6("9000 0000 0007 0000").body == {"id": 7}
    assert icmpv6(f"9100 0000 0007 0000 {TARGET}").addresses == ["2001:db8::1"]
    assert icmpv6(f"9100 0000 0007 0000 {TARGET} 2001").addresses == ["2001:db8::1"]


def test_mobile_prefix() -> None:  # RFC 6275, 6.8
    got = icmpv6("9300 0000 0007 8000")
    assert (got.id, got.flags) == (7, {"managed": 1, "other": 0})


def test_certification_path() -> None:  # RFC 3971, 6.4
    got = icmpv6("9400 0000 0007 ffff")
    assert (got.id, got.component, got.options) == (7, 0xFFFF, [])
    got = icmpv6("9500 0000 0007 0003 0001 0000")
    assert (got.id, got.all_components, got.component) == (7, 3, 1)


def test_duplicate_address() -> None:  # RFC 6775, 4.4
    got = icmpv6(f"9d00 0000 01 00 000a 0102030405060708 {TARGET}")
    assert (got.status, got.registration_lifetime, got.eui64) == (1, 10, "01:02:03:04:05:06:07:08")
    assert got.registered_address == "2001:db8::1"
