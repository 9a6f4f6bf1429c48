from __future__ import annotations

import pytest

from pcaptools.core.decode.icmp import ICMP
from pcaptools.core.decode.icmpv6 import ICMPv6
from pcaptools.core.decode.igmp import IGMP
from pcaptools.core.decode.mipv6 import Mobility
from pcaptools.printers.lines.icmp import LINES


def line(kind: type, text: str) -> str:
    data = bytes.fromhex(text)
    return LINES[kind.__name__](kind(data, 0, len(data), 2))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0800 0000 002a 0001", "ICMP Echo Request 1"),  # as node_pcap prints it
        ("0303 0000 00000000", "ICMP Destination Port Unreachable"),
        ("0304 0000 0000 0578", "ICMP Fragmentation required, and DF flag set mtu 1400"),
        ("0501 0000 0a00004d", "ICMP Redirect Host gateway 10.0.0.77"),
        ("0c02 0000 16 00 0000", "ICMP Parameter Problem: bad length pointer 22"),
        ("1200 0000 0001 0002 ffffff00", "ICMP Address Mask Reply 2 255.255.255.0"),
        ("0900 0000 01 02 0708 0a000001 00000000", "ICMP Router Advertisement 10.0.0.1 lifetime 1800"),
        ("2a00 0000 0001 02 01 2000 0000 0008 03 01 65746830", "ICMP Extended Echo Request 2 interface eth0"),
        ("2b00 0000 0001 02 44", "ICMP Extended Echo Reply 2 state Reachable"),
        (
            "0b00 0000 00 20 0000" + "45" + "00" * 127 + "2000 0000 0010 0101 00010040 18a4a040 00002140",
            "ICMP TTL expired in transit mpls 16,100938,2",
        ),
    ],
)
def test_icmp(text: str, expected: str) -> None:
    assert line(ICMP, text) == expected


GROUP = "ff020000 00000000 00000000 000000fb"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8000 0000 002a 0001", "ICMPv6 Echo Request 1"),
        ("0200 0000 00000500", "ICMPv6 Packet Too Big mtu 1280"),
        (
            f"8700 0000 00000000 {GROUP} 0101 020000000001",
            "ICMPv6 Neighbor Solicitation ff02::fb hwaddr 02:00:00:00:00:01",
        ),
        (f"8800 0000 60000000 {GROUP}", "ICMPv6 Neighbor Advertisement ff02::fb [solicited,override]"),
        (f"8900 0000 00000000 fe80000000000000 0000000000000077 {GROUP}", "ICMPv6 Redirect ff02::fb to fe80::77"),
        (
            "8600 0000 40 80 0708 00000000 00000000 0304 40c0 00000e10 00000708 00000000 20010db8" + "00" * 12
            + "0501 0000 000005dc 1903 0000 0000000a" + GROUP,
            "ICMPv6 Router Advertisement lifetime 1800 prefix 2001:db8::/64 mtu 1500 dns ff02::fb",
        ),
        (f"8300 0000 00000000 {GROUP}", "ICMPv6 Multicast Listener Report ff02::fb"),
        ("8f00 0000 0000 0000", "ICMPv6 Multicast Listener Report v2"),
        (
            f"8f00 0000 0000 0002 04000000 {GROUP} 05000001 {GROUP} {GROUP}",
            "ICMPv6 Multicast Listener Report v2 ff02::fb to_ex,ff02::fb allow {ff02::fb}",
        ),
        ("8b02 0000 0002 0000 0000000000000000 c0000201", "ICMPv6 Node Information Query Node Name"),
        (
            "8c00 0000 0002 0000 0000000000000000 0000000a 04686f73740000",
            "ICMPv6 Node Information Reply Node Name host",
        ),
        ("9b01 0000 abcd", "ICMPv6 RPL: DODAG Information Object"),
    ],
)  # fmt: skip
def test_icmpv6(text: str, expected: str) -> None:
    assert line(ICMPv6, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1600 0000 e0000005", "IGMP Membership Report 224.0.0.5"),  # as node_pcap prints it
        ("1700 0000 e0000005", "IGMP Leave Group 224.0.0.5"),
        ("1164 0000 00000000", "IGMP Membership Query 0.0.0.0"),
        ("1164 0000 e8000001 02 7d 0001 0a000001", "IGMP Membership Query 232.0.0.1 {10.0.0.1}"),
        ("2200 0000 0000 0001 06000001 e8000001 0a000001", "IGMP Membership Report 232.0.0.1 block {10.0.0.1}"),
        ("1305 0000 00000000", "IGMP DVMRP Ask Neighbors 2"),
    ],
)
def test_igmp(text: str, expected: str) -> None:
    assert line(IGMP, text) == expected


def test_long_lists_are_cut() -> None:
    records = "".join(f"04000000 e00000{number:02x}" for number in range(20))
    told = line(IGMP, f"2200 0000 0000 0014 {records}")
    assert told.endswith("224.0.0.7 to_ex,…")
    assert told.count("to_ex") == 8


def test_mobility() -> None:
    assert line(Mobility, "3b01 05 00 0000 03e8 c000 000a 0102 0000") == "MIPv6 Binding Update 1000"
    assert line(Mobility, "3b00 00 00 0000 0000") == "MIPv6 Binding Refresh Request"


def test_every_class_has_its_line() -> None:
    assert set(LINES) == {"ICMP", "ICMPv6", "IGMP", "Mobility"}
