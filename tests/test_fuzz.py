"""A short run of tests/fuzz, with a seed that does not change, so that a failure is the change's fault."""

from __future__ import annotations

import pytest
from fuzz import packets


def test_damaged_packets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PCAPTOOLS_DEBUG", "1")
    pool = packets.seeds()
    assert len(pool) > 150
    assert packets.run(20_000, 1, pool) is None
