from __future__ import annotations

import pytest

from pcaptools.core.decode import packet
from pcaptools.core.sources.base import RawPacket
from pcaptools.printers.lines.links import LINES


def told(text: str, link_type: int) -> list[str]:
    """Return what each link layer of a frame says."""
    data = bytes.fromhex(text)
    layers = packet(RawPacket(data, 0, 0, len(data), len(data), link_type)).layers()
    return [LINES[type(layer).__name__](layer) for layer in layers if type(layer).__name__ in LINES]


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
    ],
)
def test_links(frame: str, link_type: int, lines: list[str]) -> None:
    assert told(frame, link_type) == lines
