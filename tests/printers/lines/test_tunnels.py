from __future__ import annotations

import pytest
from support.tunnels import FRAME, INNER, INNER6, decoded, ip4, udp

from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.lines.tunnels import LINES
from pcaptools.printers.packet import PacketPrinter

GRE, UDP = 0, 1


def told(carrier: int, port: int, header: str, inner: bytes) -> str:
    """Return what the tunnel's own layers say of a packet."""
    payload = bytes.fromhex(header) + inner
    packet = decoded(ip4(payload, 47) if carrier == GRE else udp(payload, port))
    return " ".join(LINES[name](layer) for layer in packet.layers() if (name := type(layer).__name__) in LINES)


@pytest.mark.parametrize(
    ("carrier", "port", "header", "inner", "line"),
    [
        (GRE, 0, "0000 0800", INNER, "GRE"),
        (GRE, 0, "2000 0800 000003e8", INNER, "GRE key 0x3e8"),
        (GRE, 0, "0000 0000", b"", "GRE keep-alive"),
        (GRE, 0, "2001 880b 0000 0005", INNER, "GRE call 5"),
        (GRE, 0, "2081 880b 0000 0005 00000009", b"", "GRE call 5 ack 9"),
        (GRE, 0, "0000 883e 04590048", INNER, "GRE WCCP redirect service 89"),
        (GRE, 0, "0000 88be", FRAME, "GRE ERSPAN I"),
        (GRE, 0, "1000 88be 00000001 10070065 00000000", FRAME, "GRE ERSPAN II session 101 vlan 7"),
        (GRE, 0, "1000 22eb 00000001 20070065 00000000 00000008", FRAME, "GRE ERSPAN III session 101 vlan 7 egress"),
        (GRE, 0, "1000 22eb 00000001 20070065 00000000 00000000", FRAME, "GRE ERSPAN III session 101 vlan 7 ingress"),
        (UDP, 4789, "08000000 00138900", FRAME, "VXLAN vni 5001"),
        (UDP, 4790, "0c000001 00138900", INNER, "VXLAN vni 5001"),
        (UDP, 6081, "0000 6558 00138900", FRAME, "Geneve vni 5001"),
        (UDP, 2152, "30ff 0028 0000abcd", INNER, "GTP teid 0x0000abcd"),
        (UDP, 3386, "1eff 0028 0001 0002 ffffffff 0000000000000000", INNER, "GTP"),
        (UDP, 2123, "3201 0004 00000000 0001 0000", b"", "GTPv1 Echo Request"),
        (UDP, 2123, "4820 0008 00000001 000001 00", b"", "GTPv2 Create Session Request"),
        (UDP, 2123, "327b 0004 00000000 0001 0000", b"", "GTPv1 message 123"),
        (UDP, 3386, "2f01 0000 0001", b"", "GTP' Echo Request"),
        (UDP, 1701, "0002 0007 0009 ff03 0021", INNER, "L2TP tunnel 7 session 9"),
        (UDP, 1701, "c802 0014 0000 0000 0000 0000 8008 0000 0000 0001", b"", "L2TP SCCRQ tunnel 0 session 0"),
        (UDP, 1701, "c802 000c 0007 0000 0000 0000", b"", "L2TP ZLB tunnel 7 session 0"),
        (UDP, 1701, "c802 0014 0007 0000 0000 0000 8008 0000 0000 0063", b"", "L2TP control tunnel 7 session 0"),
        (UDP, 1701, "c803 0014 00000007 0000 0000 8008 0000 0000 0001", b"", "L2TPv3 SCCRQ connection 7"),
        (UDP, 1701, "0003 0000 00000009", b"", "L2TPv3 session 9"),
        (UDP, 3544, "", INNER6, "Teredo"),
        (UDP, 3544, "", INNER6[:4] + b"\0\0\x3b" + INNER6[7:40], "Teredo bubble"),
        (UDP, 3544, "0000 fffe 34ff8ef5", INNER6, "Teredo origin 203.0.113.10:1"),
        (UDP, 5072, "00 00 01 29 00000000 00", INNER6, "AYIYA"),
        (UDP, 5072, "00 00 00 3b 00000000 00", b"", "AYIYA no operation"),
    ],
)
def test_lines(carrier: int, port: int, header: str, inner: bytes, line: str) -> None:
    said = told(carrier, port, header, inner)
    assert said.removesuffix(" PPP") == line


def test_a_whole_line() -> None:
    packet = decoded(udp(bytes.fromhex("08000000 00138900") + FRAME, 4789))
    assert PacketPrinter(Clock("none"), Painter(color=False)).line(packet) == (
        "raw 1.1.1.1:50000 -> 2.2.2.2:4789 VXLAN vni 5001 02:00:00:00:00:01 -> 02:00:00:00:00:02 "
        "3.3.3.3:1 -> 4.4.4.4:2 TCP len 40 [ack,psh]\n"
    )
