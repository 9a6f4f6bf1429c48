"""The analyser interface: an analyser that reads everything need only write `feed`."""

from __future__ import annotations

from support.tap import Tap

from pcaptools.core.protocols.base import Data, End, Gap
from pcaptools.core.tcp.session import Session


def test_the_defaults_skip_nothing() -> None:
    tap = Tap(Session(bytes(12), 0))
    assert tap.skippable("send") == 0
    tap.skip("send", 5)
    for unit in (Data(b"x", 1), Gap(3, 2), End("fin", 3)):
        assert list(tap.feed("recv", unit)) == []
    assert tap.units == [("recv", b"x"), ("recv", 3), ("recv", "fin")]
