from __future__ import annotations

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode import packet
from pcaptools.core.decode.icmpv6 import ICMPv6
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("corpus:tcpdump/icmpv6_nodeinfo_queryipv6.pcap", {
    1: [
        ("link.ip.icmpv6.type", 139, "icmpv6.type"),
        ("link.ip.icmpv6.qtype", 3, "icmpv6.ni.qtype"),
        ("link.ip.icmpv6.subject", "2001:db8::1", "icmpv6.ni.query.subject_ipv6"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/icmpv6-ni-flags.pcap", {
    1: [
        ("link.ip.icmpv6.qtype", 3, "icmpv6.ni.qtype"),
        ("link.ip.icmpv6.flags.global", 0, "icmpv6.ni.flag.g"),
    ],
    2: [
        ("link.ip.icmpv6.flags.site_local", 0, "icmpv6.ni.flag.s"),
    ],
    3: [
        ("link.ip.icmpv6.flags.link_local", 1, "icmpv6.ni.flag.l"),
    ],
    4: [
        ("link.ip.icmpv6.flags.compression", 0, "icmpv6.ni.flag.c"),
    ],
    5: [
        ("link.ip.icmpv6.flags.all", 0, "icmpv6.ni.flag.a"),
    ],
})  # fmt: skip
CHECKS += rows("icmpv6.pcap", {
    24: [
        ("link.ip.icmpv6.qtype", 3, "icmpv6.ni.qtype"),
        ("link.ip.icmpv6.subject", "fd02::10", "icmpv6.ni.query.subject_ipv6"),
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


HEAD = "0000 0102030405060708"


def test_subjects() -> None:  # RFC 4620, 4: the code says what the subject is
    assert icmpv6(f"8b00 0000 0002 {HEAD} 20010db8000000000000000000000001").subject == "2001:db8::1"
    assert icmpv6(f"8b01 0000 0003 {HEAD} 0468 6f73 7400 00").subject == "host"
    assert icmpv6(f"8b02 0000 0003 {HEAD} c0000201").subject == "192.0.2.1"
    assert "subject" not in icmpv6(f"8b01 0000 0000 {HEAD}").body


def test_names() -> None:  # RFC 4620, 6.4
    got = icmpv6(f"8c00 0000 0002 {HEAD} 0000000a 04686f73740000 04 6e616d65 03 6f7267 00")
    assert (got.qtype_name, got.ttl, got.names) == ("Node Name", 10, ["host", "name.org"])
    assert got.nonce == bytes(range(1, 9))


def test_addresses() -> None:  # RFC 4620, 6.5 and 6.6
    got = icmpv6("8c00 0000 0003 0001 0102030405060708 0000000a 20010db8000000000000000000000001")
    assert got.addresses == [{"ttl": 10, "address": "2001:db8::1"}]
    assert got.flags["truncated"] == 1
    assert icmpv6(f"8c00 0000 0004 {HEAD} 0000000a c0000201").addresses == [{"ttl": 10, "address": "192.0.2.1"}]


def test_a_refusal_has_no_data() -> None:
    got = icmpv6(f"8c01 0000 0003 {HEAD} abcd")
    assert got.type_desc == "Node Information Reply: refused"
    assert got.payload == b"\xab\xcd"


def test_what_is_wrong() -> None:
    assert icmpv6(f"8c00 0000 0004 {HEAD} 0000000a c0").addresses == []
    assert icmpv6(f"8c00 0000 0002 {HEAD} 0000000a" + "0161 00" * 300).malformed.reason == "more than 256 items"
