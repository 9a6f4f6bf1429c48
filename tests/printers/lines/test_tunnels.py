from __future__ import annotations

from pcaptools.core.decode.tunnels import AH, GRE
from pcaptools.printers.lines.tunnels import ah, gre


def test_gre() -> None:
    assert gre(GRE(bytes(4), 0, 4, 1)) == "GRE"


def test_ah() -> None:
    header = bytes.fromhex("06040000 00000abc 00000002") + bytes(12)
    assert ah(AH(header, 0, len(header), 1)) == "AH spi 0x00000abc"
