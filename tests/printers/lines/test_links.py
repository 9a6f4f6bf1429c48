from __future__ import annotations

import pytest

from pcaptools.core.decode import packet
from pcaptools.core.sources.base import RawPacket
from pcaptools.printers.lines.links import LINES, LINKS


def told(text: str, link_type: int) -> list[str]:
    """Return what each link layer of a frame says, and what it carries that is no packet."""
    data = bytes.fromhex(text)
    layers = packet(RawPacket(data, 0, 0, len(data), len(data), link_type)).layers()
    names = [(layer, type(layer).__name__) for layer in layers]
    return [table[name](layer) for layer, name in names for table in (LINKS, LINES) if name in table]


IP = "45000014 00000000 40fd0000 01010101 02020202"
MACS = "001f5bce3e29 001839fff91c"
PAIR = "00:18:39:ff:f9:1c -> 00:1f:5b:ce:3e:29"


@pytest.mark.parametrize(
    ("frame", "link_type", "lines"),
    [
        (f"{MACS} 0800 {IP}", 1, [PAIR]),
        (f"{MACS} 88a8 0064 8100 20c8 0800 {IP}", 1, [f"{PAIR} vlan 100,200"]),
        (f"{MACS} 8847 00064040 000c81ff {IP}", 1, [PAIR, "MPLS 100,200"]),
        (f"{MACS} 8864 1100 0007 0016 0021 {IP}", 1, [PAIR, "PPPoE session 7", "PPP"]),
        (f"0004 0001 0006 0018 39ff f91c 0000 0800 {IP}", 113, ["sent_us 00:18:39:ff:f9:1c"]),
        (f"0000 0304 0000 0000000000000000 0800 {IP}", 113, ["recv_us"]),
        (f"0800 0000 00000002 0304 03 00 0000000000000000 {IP}", 276, ["remote_remote"]),
        (f"02000000 {IP}", 0, ["loopback"]),
        (IP, 101, ["raw"]),
        (f"50 {MACS} aaaa03 000000 0800 {IP}", 10, [PAIR, ""]),
        (f"ff03 003d c0000007 0021 {IP}", 9, ["PPP", "multilink 7", "PPP"]),
        (f"ff03 0031 00 01 {MACS} 0800 {IP}", 9, ["PPP", "bridged Ethernet", PAIR]),
        (f"ff03 0021 {IP}", 50, ["", "PPP"]),
        (f"01 ff03 0021 {IP}", 204, ["out", "PPP"]),
        (f"0003 0021 {IP}", 166, ["in", "PPP"]),
        (f"0f00 0800 {IP}", 104, ["Cisco HDLC"]),
        (f"00 8f00 0800 {IP}", 205, ["in", "Cisco HDLC broadcast"]),
        (f"186f 03 cc {IP}", 107, ["DLCI 102 [fecn,becn,de]"]),
        (f"01 1841 03 cc {IP}", 206, ["out", "DLCI 100"]),
        ("02 00 0005 0700 0a00 676f00 00 0800 0400 00000003", 239, ['nflog 5 "go" in 3']),
        (f"{MACS} 0004 f0f0 0105", 1, [PAIR, "LLC NetBIOS RR 2"]),
        (f"{MACS} 0007 424203 0000 00 80", 1, [PAIR, "", "STP Topology Change Notification"]),
        (
            f"{MACS} 88cc 0207 04 001839fff91c 0405 05 65746830 0602 0078 0000",
            1,
            [PAIR, "LLDP 00:18:39:ff:f9:1c port eth0 ttl 120"],
        ),
        (f"{MACS} 0012 aaaa03 00000c 2000 02 b4 0000 0001 0006 5331", 1, [PAIR, "", "CDP S1"]),
        (f"{MACS} 8863 11 09 0000 0004 0101 0000", 1, [PAIR, "PPPoE PADI"]),
        ("c021 09 05 0008 00000001", 9, ["PPP", "LCP Echo-Request 5"]),
        ("8021 01 01 000a 0306 0a000001", 9, ["PPP", "IPCP Configure-Request 1 IP-Address 10.0.0.1"]),
        ("8057 05 01 0004", 9, ["PPP", "IPv6CP Terminate-Request 1"]),
        ("80fd 0e 01 0004", 9, ["PPP", "CCP Reset-Request 1"]),
        ("8031 01 01 0004", 9, ["PPP", "BCP Configure-Request 1"]),
        ("8281 02 01 0004", 9, ["PPP", "MPLSCP Configure-Ack 1"]),
        ("c023 01 01 000b 01 61 04 6f70656e", 9, ["PPP", "PAP Authenticate-Request a"]),
        ("c223 01 01 0008 01 ff 6e65", 9, ["PPP", "CHAP Challenge ne"]),
        ("0f00 8035 00000002 00000002 00000001 ffff", 104, ["Cisco HDLC", "SLARP keepalive mine 2 yours 1"]),
    ],
)
def test_links(frame: str, link_type: int, lines: list[str]) -> None:
    assert told(frame, link_type) == lines


def test_every_kind_of_layer_has_its_line() -> None:
    """A row of the section "links" in registry.py is printed by some module."""
    from pcaptools.core.decode.registry import PROTOCOLS
    from pcaptools.printers import packet as printer

    names = [row.decoder.partition(":")[2] for row in PROTOCOLS]
    unprinted = {name for name in names if name not in {**printer.LINKS, **printer.LINES, **printer.TRANSPORTS}}
    assert unprinted <= {"IPv4", "IPv6"}  # whose addresses the printer itself writes


def test_long_values_are_bounded() -> None:
    name = "0bff" + "61" * 511  # IEEE 802.1AB, 8.4: nine bits of length
    line = told(f"{MACS} 88cc 0207 04 001839fff91c {name} 0000", 1)[1]
    assert len(line) == 200
    assert line.endswith("a…")
