from __future__ import annotations

import pytest

from pcaptools.core.decode import packet
from pcaptools.core.decode.arp import ARP
from pcaptools.core.sources.base import RawPacket
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.lines.network import FLAGS, arp
from pcaptools.printers.packet import PacketPrinter


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


def carried(protocol: int, text: str, wire: int = 0) -> str:
    """Return what the line says of an IPv4 packet from 10.0.0.1 to 10.0.0.2."""
    payload = bytes.fromhex(text)
    total = 20 + (wire or len(payload))
    ends = bytes([10, 0, 0, 1, 10, 0, 0, 2])
    data = b"\x45\0" + total.to_bytes(2, "big") + bytes([0, 0, 0, 0, 64, protocol, 0, 0]) + ends + payload
    line = PacketPrinter(Clock("none"), Painter(color=False)).line(packet(RawPacket(data, 0, 0, len(data), total, 101)))
    return line.removeprefix("raw ").rstrip()


SCTP = "1389 0050 00000007 00000000"


@pytest.mark.parametrize(
    ("protocol", "text", "expected"),
    [
        (17, "1389 0009 0008 0000", "10.0.0.1:5001 -> 10.0.0.2:9 UDP len 28"),
        (136, "1389 0009 0008 0000", "10.0.0.1:5001 -> 10.0.0.2:9 UDPLite len 28"),
        (132, f"{SCTP} 0e000004", "10.0.0.1:5001 -> 10.0.0.2:80 SCTP len 36 [SHUTDOWN_COMPLETE]"),
        (
            132,
            f"{SCTP} 00030010 00000001 00000000 0000003c 00030010 00000001 00000000 00000063",
            "10.0.0.1:5001 -> 10.0.0.2:80 SCTP len 64 [DATA NGAP, DATA ppid 99]",
        ),
        (132, f"{SCTP} 06000008 000c0004", "10.0.0.1:5001 -> 10.0.0.2:80 SCTP len 40 [ABORT User-Initiated Abort]"),
        (132, SCTP + "0e000004" * 9, "10.0.0.1:5001 -> 10.0.0.2:80 SCTP len 68 [" + "SHUTDOWN_COMPLETE, " * 8 + "…]"),
        (33, "1389 0050 05 00 0000 01 00 000000000007 00000063", "10.0.0.1:5001 -> 10.0.0.2:80 DCCP len 40 [Request]"),
        (
            33,
            "1389 0050 07 00 0000 0f 00 000000000007 0000 000000000005 07 000000",
            "10.0.0.1:5001 -> 10.0.0.2:80 DCCP len 48 [Reset Connection Refused]",
        ),
        (50, "00001001 00000007 abcd", "10.0.0.1 -> 10.0.0.2 ESP spi 0x00001001 sequence 7"),
        (
            51,
            "11040000 00000abc 00000007 000000000000000000000000 1389 0009 0008 0000",
            "10.0.0.1:5001 -> 10.0.0.2:9 AH spi 0x00000abc UDP len 52",
        ),
        (
            51,
            "59040000 00000abc 00000007" + "00" * 12 + "0201",
            "10.0.0.1 -> 10.0.0.2 AH spi 0x00000abc no decoder for IP protocol 89, 2 bytes",
        ),
    ],
)  # fmt: skip
def test_transports(protocol: int, text: str, expected: str) -> None:
    assert carried(protocol, text) == expected


@pytest.mark.parametrize(
    ("protocol", "text", "expected"),
    [
        (6, "1389 0050 00000007", "TCP len 80 [|tcp]"),
        (17, "1389 0009 003c 0000", "UDP len 80"),
        (33, "1389 0050 05 00 0000", "DCCP len 80 [|dccp]"),
        (132, "1389 0050 00000007", "SCTP len 80 [|sctp]"),
    ],
)
def test_transports_that_were_cut(protocol: int, text: str, expected: str) -> None:
    assert carried(protocol, text, wire=60).split(" -> ")[1].split(" ", 1)[1] == expected
