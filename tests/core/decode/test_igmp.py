from __future__ import annotations

import pytest
from support.crosscheck import Row, rows
from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.igmp import IGMP
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("igmp.pcap", {
    1: [
        ("link.ip.options[0].router_alert", 0, "ip.opt.ra"),
        ("link.ip.igmp.version", 3, "igmp.version"),
        ("link.ip.igmp.type", 34, "igmp.type"),
        ("link.ip.igmp.type_desc", "Membership Report", "tcpdump", "igmp v3 report"),
        ("link.ip.igmp.checksum", 59899, "igmp.checksum"),
    ],
    2: [
        ("link.ip.igmp.num_records", 2, "igmp.num_grp_recs"),
        ("link.ip.igmp.records[0].record_type", 5, "igmp.record_type"),
        ("link.ip.igmp.records[0].record_type_name",
         "ALLOW_NEW_SOURCES", "tcpdump", "gaddr 232.1.1.1 allow { 10.2.0.10 10.2.0.11 }"),
        ("link.ip.igmp.records[0].num_sources", 2, "igmp.num_src"),
        ("link.ip.igmp.records[0].group_address", "232.1.1.1", "igmp.maddr"),
        ("link.ip.igmp.records[0].sources[1]", "10.2.0.11", "igmp.saddr[1]"),
        ("link.ip.igmp.records[1].record_type_name", "CHANGE_TO_EXCLUDE_MODE", "tcpdump", "gaddr 239.1.1.1 to_ex"),
    ],
    4: [
        ("link.ip.igmp.version", 3, "igmp.version"),
        ("link.ip.igmp.max_response_time", 2, "igmp.max_resp"),
        ("link.ip.igmp.group_address", "0.0.0.0", "igmp.maddr"),
        ("link.ip.igmp.qrv", 2, "igmp.qrv"),
        ("link.ip.igmp.qqic", 141, "igmp.qqic"),
        ("link.ip.igmp.suppress", 0, "igmp.s"),
    ],
    5: [
        ("link.ip.igmp.records[0].record_type_name", "MODE_IS_INCLUDE", "tcpdump", "gaddr 232.1.1.1 is_in"),
        ("link.ip.igmp.records[1].record_type_name", "MODE_IS_EXCLUDE", "tcpdump", "gaddr 239.1.1.1 is_ex"),
    ],
    6: [
        ("link.ip.igmp.num_sources", 2, "igmp.num_src"),
        ("link.ip.igmp.sources[1]", "10.2.0.11", "igmp.saddr[1]"),
        ("link.ip.igmp.suppress", 1, "igmp.s"),
    ],
    8: [
        ("link.ip.igmp.records[0].record_type_name", "BLOCK_OLD_SOURCES", "tcpdump", "gaddr 232.1.1.1 block"),
        ("link.ip.igmp.records[1].record_type_name", "CHANGE_TO_INCLUDE_MODE", "tcpdump", "gaddr 239.1.1.1 to_in"),
    ],
    10: [
        ("link.ip.igmp.version", 2, "igmp.version"),
        ("link.ip.igmp.type_desc", "Membership Report", "tcpdump", "igmp v2 report 239.2.2.2"),
        ("link.ip.igmp.group_address", "239.2.2.2", "igmp.maddr"),
    ],
    11: [
        ("link.ip.igmp.version", 2, "igmp.version"),
        ("link.ip.igmp.max_response_time", 1, "igmp.max_resp"),
    ],
    13: [
        ("link.ip.igmp.type", 23, "igmp.type"),
        ("link.ip.igmp.type_desc", "Leave Group", "tcpdump", "igmp leave 239.2.2.2"),
    ],
    14: [
        ("link.ip.igmp.version", 1, "igmp.version"),
        ("link.ip.igmp.type_desc", "Membership Report", "tcpdump", "igmp v1 report 239.3.3.3"),
    ],
    15: [
        ("link.ip.igmp.version", 1, "igmp.version"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/mtrace.pcap", {
    1: [
        ("link.ip.igmp.type", 31, "igmp.type"),
        ("link.ip.igmp.source_address", "172.16.40.1", "igmp.mtrace.saddr"),
        ("link.ip.igmp.receiver_address", "172.16.20.1", "igmp.mtrace.raddr"),
        ("link.ip.igmp.response_address", "172.16.40.1", "igmp.mtrace.rspaddr"),
        ("link.ip.igmp.response_ttl", 64, "igmp.mtrace.resp_ttl"),
        ("link.ip.igmp.query_id", 7, "igmp.mtrace.q_id"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/mrinfo_query.pcap", {
    1: [
        ("link.ip.igmp.type_desc", "DVMRP Ask Neighbors 2", "tcpdump", "igmp dvmrp Ask-neighbors2"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/igmpv3-queries.pcap", {
    1: [
        ("link.ip.igmp.version", 3, "igmp.version"),
        ("link.ip.igmp.max_response_time", 100, "igmp.max_resp"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_cut_at_every_length() -> None:
    survives_cuts("igmp.pcap")


def igmp(text: str, wire: int = 0) -> IGMP:
    message = bytes.fromhex(text)
    total = 20 + (wire or len(message))
    data = b"\x45\0" + total.to_bytes(2, "big") + bytes.fromhex("0000000001020000 0a000001 e0000016") + message
    got = packet(RawPacket(data, 0, 0, len(data), total, 101)).find(IGMP)
    assert got is not None
    return got


@pytest.mark.parametrize(
    ("text", "version", "type_desc"),
    [  # node_pcap's words; RFC 3376, 7.1 for the versions of a query
        ("1100 0000 00000000", 1, "Membership Query"), ("1164 0000 00000000", 2, "Membership Query"),
        ("1100 0000 00000000 02 7d 0000", 3, "Membership Query"), ("1200 0000 e0000005", 1, "Membership Report"),
        ("1600 0000 e0000005", 2, "Membership Report"), ("1700 0000 e0000005", 2, "Leave Group"),
        ("2200 0000 0000 0000", 3, "Membership Report"), ("1302 0000 00000000", None, "DVMRP Report"),
        ("1399 0000 00000000", None, "DVMRP code 153"), ("1403 0000 00000000", None, "PIM version 1 Join/Prune"),
        ("3000 0000 007d 0002", None, "Multicast Router Advertisement"), ("9900 0000 00000000", None, "type 0x99"),
    ],
)  # fmt: skip
def test_versions_and_names(text: str, version: int | None, type_desc: str) -> None:
    got = igmp(text)
    assert (got.version, got.type_desc) == (version, type_desc)
    assert got.malformed is None


def test_response_time() -> None:  # RFC 3376, 4.1.1: a floating point number in version 3 only
    assert igmp("11ff 0000 00000000").max_response_time == 255
    assert igmp("11ff 0000 00000000 02 7d 0000").max_response_time == 31 << 10


def test_as_dict_has_node_pcaps_names() -> None:
    assert igmp("1600 1234 e0000005").as_dict() == {
        "version": 2, "type": 0x16, "type_desc": "Membership Report", "checksum": 0x1234, "max_response_time": 0,
        "group_address": "224.0.0.5",
    }  # fmt: skip


def test_router_advertisement() -> None:  # RFC 4286, 3
    got = igmp("3014 0000 007d 0002")
    assert (got.code, got.query_interval, got.robustness) == (20, 125, 2)


def test_more_sources_than_there_are() -> None:
    got = igmp("1100 0000 e8000001 02 7d 0005 0a000001 0a00")
    assert got.sources == ["10.0.0.1"]
    assert got.malformed.reason == "IGMP: 4 bytes in 2"


def test_fixed_part_cut_and_too_short() -> None:
    assert igmp("1600 1234").malformed.reason == "IGMP: 4 bytes in 0"
    assert igmp("1600 1234", wire=8).truncated.reason == "IGMP cut short: 0 of 4 bytes captured"
