from __future__ import annotations

import pytest
from support.crosscheck import Row, rows
from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.icmpv6 import ICMPv6
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("mld.pcap", {
    2: [
        ("link.ip.extension_headers[0].content.options[0].router_alert", 0, "ipv6.opt.router_alert"),
        ("link.ip.icmpv6.type", 143, "icmpv6.type"),
        ("link.ip.icmpv6.num_records", 2, "icmpv6.mldr.nb_mcast_records"),
        ("link.ip.icmpv6.records[0].record_type", 5, "icmpv6.mldr.mar.record_type"),
        ("link.ip.icmpv6.records[0].record_type_name", "ALLOW_NEW_SOURCES", "tcpdump", "allow { fd02::10 }"),
        ("link.ip.icmpv6.records[0].group_address", "ff35::1234", "icmpv6.mldr.mar.multicast_address"),
        ("link.ip.icmpv6.records[0].sources[0]", "fd02::10", "icmpv6.mldr.mar.source_address"),
        ("link.ip.icmpv6.records[1].record_type", 4, "icmpv6.mldr.mar.record_type[1]"),
        ("link.ip.icmpv6.records[1].record_type_name", "CHANGE_TO_EXCLUDE_MODE", "tcpdump", "ff05::1:3 to_ex"),
    ],
    4: [
        ("link.ip.icmpv6.max_response_delay", 32776, "tcpdump", "max resp delay=32776"),
        ("link.ip.icmpv6.group_address", "::", "icmpv6.mld.multicast_address"),
        ("link.ip.icmpv6.suppress", 0, "icmpv6.mld.flag.s"),
        ("link.ip.icmpv6.qrv", 2, "icmpv6.mld.flag.qrv"),
        ("link.ip.icmpv6.qqic", 125, "icmpv6.mld.qqi"),
    ],
    5: [
        ("link.ip.icmpv6.suppress", 1, "icmpv6.mld.flag.s"),
        ("link.ip.icmpv6.num_sources", 1, "icmpv6.mld.nb_sources"),
        ("link.ip.icmpv6.sources[0]", "fd02::10", "icmpv6.mld.source_address"),
    ],
    7: [
        ("link.ip.icmpv6.type_desc", "Multicast Listener Report", "tcpdump", "multicast listener report"),
        ("link.ip.icmpv6.group_address", "ff05::1:4", "icmpv6.mld.multicast_address"),
    ],
    10: [
        ("link.ip.icmpv6.max_response_delay", 100, "icmpv6.mld.maximum_response_delay"),
    ],
    11: [
        ("link.ip.icmpv6.type_desc", "Multicast Listener Done", "tcpdump", "multicast listener done"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:zeek/icmp/icmp6-mldv2.pcap", {
    1: [
        ("link.ip.icmpv6.num_records", 4, "icmpv6.mldr.nb_mcast_records"),
        ("link.ip.icmpv6.records[0].sources[1]", "fe80::794d:737e:8532", "icmpv6.mldr.mar.source_address[1]"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_cut_at_every_length() -> None:
    survives_cuts("mld.pcap")


def icmpv6(text: str, wire: int = 0) -> ICMPv6:
    message = bytes.fromhex(text)
    header = bytes.fromhex("60000000") + (wire or len(message)).to_bytes(2, "big") + bytes([58, 255]) + bytes(32)
    data = header + message
    got = packet(RawPacket(data, 0, 0, len(data), 40 + (wire or len(message)), 229)).find(ICMPv6)
    assert got is not None
    return got


GROUP = "ff020000 00000000 00000000 000000fb"


def test_the_length_tells_the_version_of_a_query() -> None:  # RFC 9777, 8.1
    one = icmpv6(f"8200 0000 8001 0000 {GROUP}")
    assert (one.version, one.max_response_delay) == (1, 0x8001)
    two = icmpv6(f"8200 0000 8001 0000 {GROUP} 0a 80 0000")
    assert (two.version, two.max_response_delay, two.suppress, two.qrv) == (2, 0x1001 << 3, 1, 2)
    assert (two.qqic, two.query_interval, two.sources) == (0x80, 128, [])


def test_multicast_router_discovery() -> None:  # RFC 4286, 3
    got = icmpv6("9714 0000 007d 0002")
    assert (got.code, got.query_interval, got.robustness) == (20, 125, 2)


def test_more_records_than_there_are() -> None:
    got = icmpv6(f"8f00 0000 0000 0003 04000000 {GROUP}")
    assert [record["group_address"] for record in got.records] == ["ff02::fb"]
    assert got.malformed.reason == "ICMPv6: 1 bytes in 0"
