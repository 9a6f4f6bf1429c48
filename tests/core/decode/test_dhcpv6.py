from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, packets, rows

from pcaptools.core.decode.dhcpv6 import DHCPv6
from pcaptools.core.decode.layer import decode_layer

P = "link.ip.udp.dhcpv6."

CHECKS = rows("dhcpv6.pcap", {
    1: [
        (P + "msgtype", 1, "dhcpv6.msgtype"),
        (P + "msgtype_name", "Solicit", "tcpdump", "dhcp6 solicit"),
        (P + "xid", 0x20E6EC, "dhcpv6.xid"),
    ],
    8: [(P + "msgtype_name", "Reply", "dhcpv6.msgtype", "7")],
}) + rows("dhcpv6-relay.pcap", {
    1: [
        (P + "msgtype_name", "Relay-forw", "dhcpv6.msgtype", "12"),
        (P + "hopcount", 0, "dhcpv6.hopcount"),
        (P + "linkaddr", "2001:db8:8::1", "dhcpv6.linkaddr"),
        (P + "peeraddr", "fe80::98c3:4ff:fea3:433", "dhcpv6.peeraddr"),
        (P + "dhcpv6.msgtype", 1, "dhcpv6.msgtype[1]"),
        (P + "dhcpv6.xid", 0x20E6EC, "dhcpv6.xid"),
    ],
    2: [(P + "dhcpv6.msgtype_name", "Advertise", "dhcpv6.msgtype[1]", "2")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def message(data: bytes, end: int | None = None) -> Any:
    return decode_layer(DHCPv6, data, 0, len(data) if end is None else end, 3)


def test_only_what_there_is_is_told() -> None:
    assert message(bytes.fromhex("0b 000001 0008 0002 0000")).as_dict() == {
        "msgtype": 11, "msgtype_name": "Information-request", "xid": 1,
        "options": [{"code": 8, "name": "Elapsed time", "value": 0}],
    }  # fmt: skip
    assert message(b"\x63\0\0\1").msgtype_name == "unknown"


def test_relays_of_relays_are_bounded() -> None:  # RFC 8415, 19.1.2
    data = bytes.fromhex("01 000001")
    for hop in range(40):
        data = bytes((12, hop)) + bytes(32) + b"\0\x09" + len(data).to_bytes(2, "big") + data
    layers = list(message(data).walk())
    assert layers[-1].reason == "more than 32 layers"
    assert [layer.hopcount for layer in layers[:3]] == [39, 38, 37]


def test_a_bad_option_keeps_those_before() -> None:
    found = message(bytes.fromhex("01 000001 0008 0002 0000 0001 0009 ab"))
    assert [one["code"] for one in found.options] == [8]
    assert found.malformed.payload == bytes.fromhex("00010009ab")


@pytest.mark.parametrize("number", [1, 2])
def test_truncations(number: int) -> None:
    for capture in ("dhcpv6.pcap", "dhcpv6-relay.pcap"):
        whole = packets(capture)[number - 1].link.ip.udp.dhcpv6
        data = whole.data[whole.start : whole.end]
        told = [repr(one) for one in whole.options]
        for size in range(len(data)):
            for found in (message(data[:size], len(data)), message(data[:size])):
                assert found.as_dict()
                if isinstance(found, DHCPv6):
                    assert [repr(one) for one in found.options] == told[: len(found.options)]
                    assert found.child is not None or size in (4, 34) or found.data[:size] == data[:size]
