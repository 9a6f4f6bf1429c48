from __future__ import annotations

from pcaptools.core.decode.tunnels import GRE
from pcaptools.printers.lines.tunnels import gre


def test_gre() -> None:
    assert gre(GRE(bytes(4), 0, 4, 1)) == "GRE"
