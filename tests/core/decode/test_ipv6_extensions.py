from __future__ import annotations

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.ipv6_extensions import AUTHENTICATION, DESTINATION, ROUTING, ExtensionHeader, jumbo_length
from pcaptools.core.decode.tlv import Fields

CHECKS = rows("ipv6-extensions.pcap", {
    1: [
        ("link.ip.extension_headers[0].length", 8, "ipv6.hopopts.len_oct"),
        ("link.ip.extension_headers[0].next_header", 17, "ipv6.hopopts.nxt"),
        ("link.ip.extension_headers[0].content.options[0].type", 5, "ipv6.opt.type"),
        ("link.ip.extension_headers[0].content.options[0].length", 2, "ipv6.opt.length"),
        ("link.ip.extension_headers[0].content.options[0].router_alert", 0, "ipv6.opt.router_alert"),
        ("link.ip.extension_headers[0].content.options[1].type", 1, "ipv6.opt.type[1]"),
    ],
    2: [
        ("link.ip.extension_headers[0].content.options[0].flags.down", 1, "ipv6.opt.rpl.flag.o"),
        ("link.ip.extension_headers[0].content.options[0].instance_id", 30, "ipv6.opt.rpl.instance_id"),
        ("link.ip.extension_headers[0].content.options[0].sender_rank", 256, "ipv6.opt.rpl.sender_rank"),
        ("link.ip.extension_headers[0].content.options[1].function", 0, "ipv6.opt.qs_func"),
        ("link.ip.extension_headers[0].content.options[1].rate", 5, "ipv6.opt.qs_rate"),
        ("link.ip.extension_headers[0].content.options[1].ttl", 64, "ipv6.opt.qs_ttl"),
    ],
    3: [
        ("link.ip.extension_headers[0].content.options[0].doi", 1, "ipv6.opt.calipso.doi"),
        ("link.ip.extension_headers[0].content.options[0].compartment_length", 1, "ipv6.opt.calipso.cmpt.length"),
        ("link.ip.extension_headers[0].content.options[0].sensitivity_level", 5, "ipv6.opt.calipso.sens_level"),
        ("link.ip.extension_headers[0].content.options[0].checksum", 4660, "ipv6.opt.calipso.checksum"),
    ],
    4: [
        ("link.ip.extension_headers[0].protocol", 60, "ipv6.nxt"),
        ("link.ip.extension_headers[0].content.options[0].tunnel_encapsulation_limit", 3, "ipv6.opt.tel"),
    ],
    5: [
        ("link.ip.extension_headers[0].content.options[1].home_address", "2001:db8::1", "ipv6.opt.mipv6.home_address"),
    ],
    6: [
        ("link.ip.extension_headers[0].content.options[0].scale_delta_last_received", 1, "ipv6.opt.pdm.scale_dtlr"),
        ("link.ip.extension_headers[0].content.options[0].psn_this_packet", 3, "ipv6.opt.pdm.psn_this_pkt"),
        ("link.ip.extension_headers[0].content.options[0].delta_last_sent", 6, "ipv6.opt.pdm.delta_last_sent"),
    ],
    7: [
        ("link.ip.extension_headers[0].content.options[0].minimum_mtu", 1500, "ipv6.opt.pmtu.min"),
        ("link.ip.extension_headers[0].content.options[0].return_flag", 1, "ipv6.opt.pmtu.r_flag"),
    ],
    8: [
        ("link.ip.extension_headers[0].content.type", 4, "ipv6.routing.type"),
        ("link.ip.extension_headers[0].content.segments_left", 1, "ipv6.routing.segleft"),
        ("link.ip.extension_headers[0].content.last_entry", 1, "ipv6.routing.srh.last_entry"),
        ("link.ip.extension_headers[0].content.flags", 0, "ipv6.routing.srh.flags"),
        ("link.ip.extension_headers[0].content.segments[0]", "fd02::10", "ipv6.routing.srh.addr"),
        ("link.ip.extension_headers[0].content.segments[1]", "fd01::1", "ipv6.routing.srh.addr[1]"),
    ],
    9: [
        ("link.ip.extension_headers[0].content.type", 3, "ipv6.routing.type"),
        ("link.ip.extension_headers[0].content.compressed_inner", 14, "ipv6.routing.rpl.cmprI"),
        ("link.ip.extension_headers[0].content.compressed_last", 13, "ipv6.routing.rpl.cmprE"),
        ("link.ip.extension_headers[0].content.pad", 3, "ipv6.routing.rpl.pad"),
        ("link.ip.extension_headers[0].content.addresses[0]", "fd02::11", "ipv6.routing.rpl.full_address"),
        ("link.ip.extension_headers[0].content.addresses[1]", "fd02::22", "ipv6.routing.rpl.full_address[1]"),
    ],
    10: [
        ("link.ip.extension_headers[0].content.options[0].payload_length", 65536, "ipv6.opt.jumbo"),
    ],
    11: [
        ("link.ip.extension_headers[0].content.addresses[0]", "fd01::1", "ipv6.routing.src.addr"),
        ("link.ip.extension_headers[0].content.addresses[1]", "fd02::10", "ipv6.routing.src.addr[1]"),
    ],
    12: [
        ("link.ip.extension_headers[0].content.home_address", "2001:db8::7", "ipv6.routing.mipv6.home_address"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/ipv6-srh-tlv-hmac.pcap", {
    1: [
        ("link.ip.extension_headers[0].content.last_entry", 0, "ipv6.routing.srh.last_entry"),
        ("link.ip.extension_headers[0].content.segments[0]", "cafe:1::2", "ipv6.routing.srh.addr"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def header(protocol: int, text: str, length: int = 0) -> ExtensionHeader:
    body = bytes.fromhex(text)
    return ExtensionHeader(protocol, 17, length or len(body) + 2, body, bytes.fromhex("20010db8" + "00" * 11 + "01"))


def option(text: str) -> Fields:
    (found,) = header(DESTINATION, text).content["options"]
    assert isinstance(found, dict)
    return found


def test_as_dict() -> None:
    assert header(DESTINATION, "0401 07 00 0000").as_dict() == {
        "protocol": 60, "protocol_name": "IPv6-Opts", "next_header": 17, "length": 8,
        "options": [
            {"type": 4, "type_name": "Tunnel Encapsulation Limit", "length": 1, "tunnel_encapsulation_limit": 7},
            {"type": 0, "type_name": "Pad1", "length": 0}, {"type": 0, "type_name": "Pad1", "length": 0},
            {"type": 0, "type_name": "Pad1", "length": 0},
        ],
    }  # fmt: skip


def test_options() -> None:
    got = option("6d 12 c0 05" + "00" * 15 + "01")  # RFC 7731, 6.1
    assert (got["sequence"], got["seed_id"]) == (5, bytes(15) + b"\1")
    got = option("08 04 85 010203")  # RFC 6621, 6.1.1
    assert (got["hash_bit"], got["hash_assist_value"]) == (1, b"\5\1\2\3")
    got = option("08 07 13 0a000001 abcd")
    assert (got["tagger_id_type"], got["tagger_id"], got["identifier"]) == (1, b"\x0a\0\0\1", b"\xab\xcd")
    assert option("8c 03 02 6162")["line_id"] == b"ab"  # RFC 6788, 7
    got = option("ee 03 30 0007")  # RFC 6971, 11
    assert (got["flags"], got["sequence"]) == ({"version": 0, "duplicate": 1, "return": 1}, 7)
    assert option("31 04 00 00 abcd")["option_type"] == 0  # RFC 9486, 4
    assert option("8b 02 0102")["data"] == b"\1\2"  # RFC 6744: nobody here reads it further
    assert option("5e 00")["type_name"] == "RFC3692-style Experiment"
    assert option("45 00")["type_name"] == "unknown"


def test_source_route_with_abridged_addresses() -> None:  # RFC 6554, 3
    got = header(ROUTING, "03 02 ef 30 0000 000a 000b 07 000000").content
    assert got["addresses"] == ["2001:db8::a", "2001:db8::b", "2001:db8::7"]
    assert (got["compressed_inner"], got["compressed_last"], got["pad"]) == (14, 15, 3)
    short = header(ROUTING, "03 02 00 00 0000 0102").content
    assert short["malformed"] == "RPL source route of 2 bytes with a last address of 16"


def test_compact_routes() -> None:  # RFC 9631, 4
    assert header(ROUTING, "05 01 0001 0002").content["sids"] == [1, 2]
    assert header(ROUTING, "06 01 00000001 0000").content == {
        "type": 6, "type_name": "CRH-32", "segments_left": 1, "sids": [1], "trailing": b"\0\0",
    }  # fmt: skip


def test_segments_and_what_follows_them() -> None:  # RFC 8754, 2
    segments = "20010db8" + "00" * 11 + "02"
    got = header(ROUTING, f"04 01 00 80 0007 {segments} 0404 00000000 0502 abcd").content
    assert (got["last_entry"], got["flags"], got["tag"], got["segments"]) == (0, 0x80, 7, ["2001:db8::2"])
    assert [tlv["type_name"] for tlv in got["tlvs"]] == ["PadN", "HMAC"]
    assert header(ROUTING, f"04 01 01 00 0000 {segments}").content["malformed"] == (
        "segment routing header with last entry 1 and 16 bytes left"
    )


def test_what_nobody_knows_keeps_its_body() -> None:
    got = header(ROUTING, "09 01 abcd0000").content
    assert (got["type_name"], got["segments_left"], got["body"]) == ("unknown", 1, b"\x09\1\xab\xcd\0\0")


def test_authentication() -> None:  # RFC 4302, 2
    got = header(AUTHENTICATION, "0000 00000100 0000001e 0a6ab0b271917e05f7a01c58").content
    assert (got["spi"], got["sequence"], got["icv"].hex()) == (0x100, 30, "0a6ab0b271917e05f7a01c58")
    assert header(AUTHENTICATION, "0000 00000000").content["malformed"] == "AH header: 4 bytes in 0"


def test_what_was_not_captured() -> None:
    assert header(AUTHENTICATION, "0000 0000", length=24).content == {
        "truncated": "AH header cut short: 2 of 4 bytes captured"
    }
    assert header(ROUTING, "04 01 00 00 0000 2001", length=24).content["truncated"].startswith("IPv6-Route header cut")
    (option,) = header(DESTINATION, "c9 10 2001", length=24).content["options"]
    assert option["truncated"] == "option 201 cut short: 2 of 16 bytes captured"


def test_a_header_full_of_padding() -> None:
    options = header(DESTINATION, "00" * 2046).content["options"]
    assert len(options) == 129
    assert options[-1]["malformed"] == "more than 128 options"


def test_jumbo_length() -> None:  # RFC 2675, 2
    assert jumbo_length(bytes.fromhex("1100 c204 00012345"), 0) == 0x12345
    assert jumbo_length(bytes.fromhex("1100 0104 00000000"), 0) == 0
    assert jumbo_length(bytes.fromhex("1100 c204 000123"), 0) == 0
