"""The quick way to a datagram agrees with the layers wherever it answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcaptools.core.decode.datagram import datagram_parser
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.packet import Packet
from pcaptools.core.decode.udp import UDP
from pcaptools.core.sources.files import FileSource

CAPTURES = Path(__file__).parents[2] / "captures"
NAMES = [
    "dns-records.pcap",
    "dhcpv6.pcap",
    "mdns.pcap",
    "vxlan.pcap",
    "pipelined.pcap",
    "any-sll.pcap",
    "stp-sll2.pcap",
]


@pytest.mark.parametrize("name", NAMES)
def test_it_agrees_with_the_layers(name: str) -> None:
    with FileSource([CAPTURES / name]) as source:
        for batch in source.batches():
            parse = datagram_parser(batch.link_type)
            for record in batch.records:
                packet = Packet.of(record, batch.link_type)
                ip = packet.find(IPv4) or packet.find(IPv6)
                udp = ip.child if ip is not None else None
                if isinstance(udp, UDP):
                    assert isinstance(ip, IPv4 | IPv6)
                    key = ip.addresses + udp.data[udp.start : udp.start + 4]
                    assert parse(record[2]) == (key, udp.start + 8, udp.payload_end)
                else:
                    assert parse(record[2]) is None


def test_what_it_leaves_alone() -> None:
    parse = datagram_parser(101)
    head = bytes.fromhex("45000020 00000000 4011 0000 0a000001 0a000002 0035 0036 000c 0000") + b"abcd"
    assert parse(head) == (head[12:20] + head[20:24], 28, 32)
    assert parse(head[:6] + b"\x20\0" + head[8:]) is None  # a fragment
    assert parse(head[:24] + b"\xff\xff" + head[26:]) is None  # longer than its packet
    assert parse(head[:24] + b"\0\0" + head[26:]) is None
    assert parse(head[:27]) is None
    assert datagram_parser(147)(head) is None
