from __future__ import annotations

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode import packet
from pcaptools.core.decode.icmpv6 import ICMPv6
from pcaptools.core.decode.ndp_options import redirected_packet
from pcaptools.core.decode.tlv import Fields
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("icmpv6.pcap", {
    1: [
        ("link.ip.icmpv6.options[0].type", 3, "icmpv6.opt.type"),
        ("link.ip.icmpv6.options[0].length", 4, "icmpv6.opt.length"),
        ("link.ip.icmpv6.options[0].prefix_length", 64, "icmpv6.opt.prefix.length"),
        ("link.ip.icmpv6.options[0].flags.on_link", 1, "icmpv6.opt.prefix.flag.l"),
        ("link.ip.icmpv6.options[0].flags.autonomous", 1, "icmpv6.opt.prefix.flag.a"),
        ("link.ip.icmpv6.options[0].flags.router_address", 1, "icmpv6.opt.prefix.flag.r"),
        ("link.ip.icmpv6.options[0].valid_lifetime", 7200, "icmpv6.opt.prefix.valid_lifetime"),
        ("link.ip.icmpv6.options[0].preferred_lifetime", 3600, "icmpv6.opt.prefix.preferred_lifetime"),
        ("link.ip.icmpv6.options[0].prefix", "fd01::", "icmpv6.opt.prefix"),
        ("link.ip.icmpv6.options[1].flags.on_link", 0, "icmpv6.opt.prefix.flag.l[1]"),
        ("link.ip.icmpv6.options[1].valid_lifetime", 4294967295, "icmpv6.opt.prefix.valid_lifetime[1]"),
        ("link.ip.icmpv6.options[2].prefix_length", 64, "icmpv6.opt.prefix.length[2]"),
        ("link.ip.icmpv6.options[2].preference", 3, "icmpv6.opt.route_info.flag.route_preference"),
        ("link.ip.icmpv6.options[2].route_lifetime", 1800, "icmpv6.opt.route_lifetime"),
        ("link.ip.icmpv6.options[2].prefix", "fd02::", "icmpv6.opt.prefix[2]"),
        ("link.ip.icmpv6.options[3].lifetime", 600, "icmpv6.opt.rdnss.lifetime"),
        ("link.ip.icmpv6.options[3].addresses[0]", "fd01::53", "icmpv6.opt.rdnss"),
        ("link.ip.icmpv6.options[3].addresses[1]", "fd01::54", "icmpv6.opt.rdnss[1]"),
        ("link.ip.icmpv6.options[4].lifetime", 600, "icmpv6.opt.dnssl.lifetime"),
        ("link.ip.icmpv6.options[4].domains[0]", "example.com", "icmpv6.opt.dnssl"),
        ("link.ip.icmpv6.options[4].domains[1]", "lan", "icmpv6.opt.dnssl[1]"),
        ("link.ip.icmpv6.options[5].mtu", 1450, "icmpv6.opt.mtu"),
        ("link.ip.icmpv6.options[6].link_layer_address", "02:00:00:00:00:01", "icmpv6.opt.linkaddr"),
        ("link.ip.icmpv6.options[7].advertisement_interval", 4000, "icmpv6.opt.advertisement_interval"),
        ("link.ip.icmpv6.options[8].preference", 10, "icmpv6.opt.home_agent_preference"),
        ("link.ip.icmpv6.options[8].lifetime", 1000, "icmpv6.opt.home_agent_lifetime"),
        ("link.ip.icmpv6.options[9].type", 34, "icmpv6.opt.type[9]"),
        ("link.ip.icmpv6.options[9].context_length", 64, "icmpv6.opt.6co.context_length"),
        ("link.ip.icmpv6.options[9].compression", 1, "icmpv6.opt.6co.flag.c"),
        ("link.ip.icmpv6.options[9].context_id", 3, "icmpv6.opt.6co.flag.cid"),
        ("link.ip.icmpv6.options[9].valid_lifetime", 1000, "icmpv6.opt.6co.valid_lifetime"),
        ("link.ip.icmpv6.options[10].valid_lifetime", 20, "icmpv6.opt.abro.valid_lifetime"),
        ("link.ip.icmpv6.options[10].address", "fd01::1", "icmpv6.opt.abro.6lbr_address"),
    ],
    18: [
        ("link.ip.icmpv6.options[1].type", 4, "icmpv6.opt.type[1]"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/icmpv6-ra-pref64.pcap", {
    1: [
        ("link.ip.icmpv6.options[-1].type", 38, "icmpv6.opt.type[2]"),
        ("link.ip.icmpv6.options[-1].prefix", "2001:db8:1:64:ff9b::", "icmpv6.opt.pref64.prefix"),
        ("link.ip.icmpv6.options[-1].prefix_length_code", 0, "icmpv6.opt.pref64.plc"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/icmpv6-ns-nonce.pcap", {
    1: [
        ("link.ip.icmpv6.options[0].type", 14, "icmpv6.opt.type"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/icmpv6_opt24.pcap", {
    1: [
        ("link.ip.icmpv6.options[3].prefix", "fd8d:4fb3:5b2e::", "icmpv6.opt.prefix[1]"),
        ("link.ip.icmpv6.options[3].preference", 0, "icmpv6.opt.route_info.flag.route_preference"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def icmpv6(text: str, wire: int = 0) -> ICMPv6:
    message = bytes.fromhex(text)
    header = bytes.fromhex("60000000") + (wire or len(message)).to_bytes(2, "big") + bytes([58, 255]) + bytes(32)
    data = header + message
    got = packet(RawPacket(data, 0, 0, len(data), 40 + (wire or len(message)), 229)).find(ICMPv6)
    assert got is not None
    return got


PREFIX = "20010db8 00010002 00000000 00000000"


def option(text: str) -> Fields:
    """Return the only option of a router solicitation."""
    (found,) = icmpv6(f"8500 0000 00000000 {text}").options
    assert isinstance(found, dict)
    return found


def test_link_layer_addresses_of_any_length() -> None:  # RFC 4861, 4.6.1; RFC 4944, 8
    assert option("0102 0102030405060708 000000000000")["link_layer_address"].startswith("01:02:03:04:05:06:07:08:00")


def test_prefix_information() -> None:  # RFC 4861, 4.6.2
    got = option(f"0304 40 c0 ffffffff 00000e10 00000000 {PREFIX}")
    assert (got["prefix_length"], got["prefix"]) == (64, "2001:db8:1:2::")
    assert (got["valid_lifetime"], got["preferred_lifetime"]) == (0xFFFFFFFF, 3600)
    assert got["flags"] == {"on_link": 1, "autonomous": 1, "router_address": 0, "pd_preferred": 0}


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("1801 00 08 00000e10", "::"),
        ("1802 30 18 00000e10 20010db8 00010000", "2001:db8:1::"),
        (f"1803 40 00 00000e10 {PREFIX}", "2001:db8:1:2::"),
    ],
)
def test_route_information_has_as_much_of_the_prefix_as_matters(text: str, prefix: str) -> None:  # RFC 4191, 2.3
    got = option(text)
    assert (got["route_lifetime"], got["prefix"]) == (3600, prefix)
    assert got["preference_name"] == {0x08: "high", 0x18: "low", 0x00: "medium"}[bytes.fromhex(text)[3]]


def test_search_list() -> None:  # RFC 8106, 5.2
    got = option("1f04 0000 00000258 07 6578616d706c65 03 636f6d 00 03 6c616e 00 00000000000000")
    assert (got["lifetime"], got["domains"]) == (600, ["example.com", "lan"])


def test_names_that_are_wrong() -> None:
    assert option("1f02 0000 00000258 c0 00 0000000000 00")["malformed"] == "a label of 192 bytes"
    assert "malformed" in option("1f02 0000 00000258 3f 61626364656667")


def test_captive_portal() -> None:  # RFC 8910, 2.3
    assert option("2503 68747470733a2f2f6578616d706c652e6f72672f7800")["uri"] == "https://example.org/x"


def test_pref64() -> None:  # RFC 8781, 4
    got = option("2602 0708 0064ff9b 00000000 00000000")
    assert (got["lifetime"], got["prefix_length"], got["prefix"]) == (1800, 96, "64:ff9b::")
    assert option("2602 0709 20010db8 00000000 00000000")["prefix_length"] == 64


def test_encrypted_dns() -> None:  # RFC 9463, 6.1
    got = option("9006 0001 00000e10 000d 03646e73076578616d706c65 00 0010 " + PREFIX + " 0000" + "00" * 5)
    assert (got["service_priority"], got["lifetime"], got["adn"]) == (1, 3600, "dns.example")
    assert got["addresses"] == ["2001:db8:1:2::"]


def test_of_6lowpan() -> None:  # RFC 6775, 4.1 to 4.3; RFC 7400, 3.3
    got = option("2102 02 00 00 00 000a 0102030405060708")
    assert (got["status"], got["registration_lifetime"], got["eui64"]) == (2, 10, "01:02:03:04:05:06:07:08")
    got = option("2202 40 13 0000 000a 20010db800010002")
    assert (got["context_length"], got["compression"], got["context_id"]) == (64, 1, 3)
    assert got["context_prefix"] == "2001:db8:1:2::"
    got = option(f"2303 000a 0002 0014 {PREFIX}")
    assert (got["version"], got["valid_lifetime"], got["address"]) == (2 << 16 | 10, 20, "2001:db8:1:2::")
    assert option("2401 0001 00000000")["flags"]["g"] == 1


def test_of_mobility() -> None:  # RFC 6275, 7.3 and 7.4; RFC 5380, 5; RFC 5568, 6.4
    assert option("0701 0000 00000fa0")["advertisement_interval"] == 4000
    got = option("0801 0000 000a 03e8")
    assert (got["preference"], got["lifetime"]) == (10, 1000)
    got = option(f"1703 2f 80 0000000a {PREFIX}")
    assert (got["distance"], got["preference"], got["flags"], got["valid_lifetime"]) == (2, 15, {"rcoa": 1}, 10)
    got = option(f"1103 01 40 00000000 {PREFIX}")
    assert (got["option_code"], got["prefix_length"], got["address"]) == (1, 64, "2001:db8:1:2::")
    assert option("1401 01 81 00000000")["status"] == 0x81


def test_of_secure_discovery() -> None:  # RFC 3971, 5.3
    assert option("0d02 000000000000 0000647a1b2c 8000") | {} == {
        "type": 13, "type_name": "Timestamp", "length": 2, "seconds": 0x647A1B2C, "fraction": 0x8000,
    }  # fmt: skip
    assert option("0e01 010203040506")["nonce"] == bytes(range(1, 7))


def test_others() -> None:
    assert option("0601 05 0000000000")["shortcut_limit"] == 5  # RFC 2491, 5.2
    assert option("1a01 800000000000")["flags"] == b"\x80\0\0\0\0\0"  # RFC 5175, 4
    unknown = option("c801 010203040506")
    assert (unknown["type_name"], unknown["data"]) == ("unknown", bytes(range(1, 7)))


def test_lengths_that_cannot_be() -> None:  # RFC 4861, 4.6: 0 is to be discarded
    got = icmpv6("8500 0000 00000000 0101 020000000001 0100 020000000002")
    assert [option["type"] for option in got.options] == [1]
    assert got.malformed.reason == "option 1 with length 0"
    got = icmpv6("8500 0000 00000000 0109 020000000001")
    assert got.options[0]["length"] == 9
    assert got.malformed.reason == "ICMPv6: 70 bytes in 6"
    got = icmpv6("8500 0000 00000000 0501 0000")
    assert got.malformed.reason == "ICMPv6: 6 bytes in 2"
    assert icmpv6("8500 0000 00000000" + "fe01 000000000000" * 300).malformed.reason == "more than 256 options"


def test_where_the_redirected_packet_is() -> None:
    data = bytes.fromhex("0101 020000000001 0403 000000000000") + b"x" * 16
    assert redirected_packet(data, 0, len(data)) == (16, 32)
    assert redirected_packet(data, 0, 20) == (16, 20)
    assert redirected_packet(data[:12], 0, len(data)) is None
    assert redirected_packet(bytes(16), 0, 16) is None
