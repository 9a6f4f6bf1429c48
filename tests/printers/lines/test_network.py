from __future__ import annotations

import pytest

from pcaptools.core.decode.arp import ARP
from pcaptools.printers.lines.network import FLAGS, arp


@pytest.mark.parametrize(
    ("opcode", "line"),
    [
        (1, "10.240.0.1 ARP request 10.240.0.133"),
        (2, "10.240.0.1 ARP reply 10.240.0.133 hwaddr 00:1f:5b:ce:3e:29"),  # node_pcap: the target's
        (3, "00:18:39:ff:f9:1c RARP request 00:1f:5b:ce:3e:29 10.240.0.133"),
        (77, "10.240.0.1 ARP unknown 10.240.0.133"),
    ],
)
def test_arp(opcode: int, line: str) -> None:
    data = bytes.fromhex(f"0001 0800 06 04 {opcode:04x} 001839fff91c 0af00001 001f5bce3e29 0af00085")
    assert arp(ARP(data, 0, len(data), 1)) == line


def test_arp_without_its_addresses() -> None:
    data = bytes.fromhex("0001 0800 06 04 0002 001839fff91c")
    assert arp(ARP(data, 0, len(data), 1)) == "ARP reply"


def test_flags_are_in_node_pcaps_order() -> None:
    assert len(FLAGS) == 256
    assert [FLAGS[bits] for bits in (0, 1, 2, 0x12, 0x18, 0xFF)] == [
        "", "fin", "syn", "ack,syn", "ack,psh", "cwr,ece,urg,ack,psh,rst,syn,fin",
    ]  # fmt: skip
