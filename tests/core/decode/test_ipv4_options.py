from __future__ import annotations

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.ipv4_options import parse_options
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields

CHECKS = rows("ip-options.pcap", {
    1: [
        ("link.ip.options[0].type", 148, "ip.opt.type"),
        ("link.ip.options[0].length", 4, "ip.opt.len"),
        ("link.ip.options[0].router_alert", 0, "ip.opt.ra"),
        ("link.ip.options[0].type_name", "Router Alert", "tcpdump", "options (RA)"),
    ],
    2: [
        ("link.ip.options[0].type", 131, "ip.opt.type"),
        ("link.ip.options[0].pointer", 4, "ip.opt.ptr"),
        ("link.ip.options[0].addresses[0]", "10.2.0.10", "ip.dst"),
        ("link.ip.options[0].type_name", "Loose Source Route", "tcpdump", "LSRR 10.2.0.10 10.2.0.10"),
    ],
    3: [
        ("link.ip.options[0].type", 137, "ip.opt.type"),
        ("link.ip.options[0].type_name", "Strict Source Route", "tcpdump", "SSRR 10.2.0.10"),
        ("link.ip.options[1].type", 0, "ip.opt.type[1]"),
    ],
    4: [
        ("link.ip.options[0].type", 136, "ip.opt.type"),
        ("link.ip.options[0].stream_id", 4660, "ip.opt.sid"),
    ],
    5: [
        ("link.ip.options[0].type", 130, "ip.opt.type"),
        ("link.ip.options[0].level", 171, "ip.opt.sec_cl"),
    ],
    6: [
        ("link.ip.options[0].id_number", 7, "ip.opt.id_number"),
        ("link.ip.options[0].outbound_hops", 1, "ip.opt.ohc"),
        ("link.ip.options[0].return_hops", 65535, "ip.opt.rhc"),
        ("link.ip.options[0].originator", "10.1.0.10", "ip.opt.originator"),
    ],
})  # fmt: skip
CHECKS += rows("icmp.pcap", {
    3: [
        ("link.ip.options[0].type", 1, "ip.opt.type"),
        ("link.ip.options[1].pointer", 8, "ip.opt.ptr"),
        ("link.ip.options[1].addresses[0]", "10.1.0.10", "ip.rec_rt"),
        ("link.ip.options[1].type_name", "Record Route", "tcpdump", "RR 10.1.0.10, 0.0.0.0"),
    ],
    4: [
        ("link.ip.options[0].pointer", 24, "ip.opt.ptr"),
        ("link.ip.options[0].addresses[2]", "10.2.0.10", "ip.rec_rt[2]"),
    ],
    5: [
        ("link.ip.options[0].pointer", 13, "ip.opt.ptr"),
        ("link.ip.options[0].overflow", 0, "ip.opt.overflow"),
        ("link.ip.options[0].flag", 1, "ip.opt.flag"),
        ("link.ip.options[0].timestamps[0].address", "10.1.0.10", "ip.opt.time_stamp_addr"),
        ("link.ip.options[0].timestamps[0].timestamp", 48816713, "ip.opt.time_stamp"),
    ],
    6: [
        ("link.ip.options[0].timestamps[1].timestamp", 48816713, "ip.opt.time_stamp[1]"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def options(text: str, wire: int = 0) -> list[Fields]:
    data = bytes.fromhex(text)
    return parse_options(Reader(data, 0, wire or len(data), "IPv4 options"))


def option(text: str) -> Fields:
    (found,) = options(text)
    return found


def test_the_list_ends_with_its_end() -> None:  # RFC 791, 3.1
    assert [item["type_name"] for item in options("01 00 07 03 04")] == ["No Operation", "End of Options List"]


def test_routes() -> None:  # RFC 791
    got = option("83 0b 08 0a000001 0a000002")
    assert got == {
        "type": 131, "type_name": "Loose Source Route", "length": 11, "pointer": 8,
        "addresses": ["10.0.0.1", "10.0.0.2"],
    }  # fmt: skip
    assert option("89 07 04 0a000001")["type_name"] == "Strict Source Route"
    assert option("07 06 04 0a0000")["trailing"] == b"\x0a\0\0"


def test_timestamps() -> None:  # RFC 791
    got = option("44 0c 0d 20 00000001 80000002")
    assert (got["pointer"], got["overflow"], got["flag_name"]) == (13, 2, "timestamps only")
    assert got["timestamps"] == [1, 0x80000002]
    got = option("44 0c 05 03 0a000001 00000005")
    assert got["flag_name"] == "prespecified addresses"
    assert got["timestamps"] == [{"address": "10.0.0.1", "timestamp": 5}]
    assert option("44 04 05 07")["flag_name"] == "unknown"


def test_security() -> None:  # RFC 1108, 2; RFC 791 for eleven bytes
    got = option("82 05 5a 81 02")
    assert (got["level_name"], got["authorities"]) == ("Secret", b"\x81\x02")
    got = option("82 0b d788 0001 0002 000003")
    assert (got["security_name"], got["compartments"], got["transmission_control_code"]) == ("Secret", 1, b"\0\0\3")
    assert option("85 04 07 ab") | {} == {
        "type": 133, "type_name": "Extended Security", "length": 4, "format_code": 7, "info": b"\xab",
    }  # fmt: skip


def test_cipso() -> None:  # FIPS 188, 3: domain of interpretation, then tags
    got = option("86 0e 00000005 01 08 00 03 c0000000")
    assert got["doi"] == 5
    assert got["tags"] == [{"type": 1, "length": 8, "level": 3, "data": b"\xc0\0\0\0"}]
    assert option("86 08 00000005 01 01")["malformed"] == "CIPSO tag with length 1"


def test_others() -> None:
    assert option("0b 04 05dc")["mtu"] == 1500  # RFC 1063
    assert option("88 04 1234")["stream_id"] == 0x1234
    assert option("95 06 0a000001")["addresses"] == ["10.0.0.1"]  # RFC 1770
    got = option("19 08 05 40 00000010")  # RFC 4782, 3.1
    assert (got["function_name"], got["rate"], got["ttl"], got["nonce"]) == ("Rate Request", 5, 64, 4)
    assert "ttl" not in option("19 08 85 00 00000010")
    assert option("94 04 0001")["router_alert_name"] == "reserved"  # RFC 2113
    assert option("c8 03 ff") == {"type": 200, "type_name": "unknown", "length": 3, "data": b"\xff"}


def test_what_is_wrong() -> None:
    assert options("01 94 01 00")[-1]["malformed"] == "IPv4 option 148 with length 1"
    assert options("94 00 00 00")[-1]["malformed"] == "IPv4 option 148 with length 0"
    assert options("94 09 00 00")[-1]["malformed"] == "IPv4 options: 7 bytes in 2"
    assert options("94 03 00 01") == [
        {"type": 148, "type_name": "Router Alert", "length": 3, "malformed": "option 148: 2 bytes in 1", "data": b"\0"},
        {"type": 1, "type_name": "No Operation", "length": 1},
    ]
    assert options("94", wire=4)[-1]["truncated"] == "IPv4 options cut short: 0 of 1 bytes captured"
