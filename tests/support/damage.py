"""Captured packets, cut at every length: nothing is raised, and what is still told is what the whole packet tells."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from support.crosscheck import packets

from pcaptools.core.decode.packet import Packet
from pcaptools.core.sources.base import RawPacket
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.packet import PacketPrinter

_PRINTER = PacketPrinter(Clock("none"), Painter(color=False))
_TROUBLE = frozenset(("truncated", "malformed", "payload", "missing"))
EVERY = 200
"""Up to here every length; of what comes behind, a few."""


def survives_cuts(capture: str, *, most: int = 40) -> None:
    """Cut the packets of a capture, `most` of them: by the snap length, and as if the frame itself had been short."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PCAPTOOLS_DEBUG", "1")  # no decoder hides an exception
        for number, packet in enumerate(packets(capture)[:most], 1):
            raw = packet.raw
            whole = decoded(raw, len(raw.data), raw.len)
            for size in [*range(min(len(raw.data), EVERY)), *range(EVERY, len(raw.data), 97)]:
                agrees(decoded(raw, size, raw.len), whole, f"frame {number} of {capture} cut to {size} bytes")
                decoded(raw, size, size)


def decoded(raw: RawPacket, captured: int, wire: int) -> dict[str, Any]:
    """Decode the first bytes of a packet in every way there is."""
    packet = Packet(RawPacket(raw.data[:captured], 0, 0, captured, wire, raw.link_type))
    assert repr(packet)
    assert _PRINTER.line(packet).endswith("\n")
    tree: dict[str, Any] = packet.as_dict()["link"]
    assert json.loads(json.dumps(tree)) == tree
    return tree


def agrees(cut: Any, whole: Any, where: str) -> None:
    """Assert that all that is told of a cut packet is told of the whole one, too."""
    if isinstance(cut, dict) and "reason" not in cut:
        rest = {"data"} if any(isinstance(cut.get(name), str) for name in _TROUBLE) else set()
        if "truncated" in cut:
            rest |= {"protocol", "protocol_name"}  # of IPv6: as far as the extension headers lead
        for name in cut.keys() - _TROUBLE - rest:
            assert name in whole, f"{where}: {name}"
            agrees(cut[name], whole[name], f"{where}: {name}")
    elif isinstance(cut, list):
        for mine, (theirs, _) in zip(cut, pairwise([*whole, None]), strict=False):
            agrees(mine, theirs, where)
    elif isinstance(cut, str):
        assert whole.startswith(cut), where  # bytes are told as far as they are there
    elif not isinstance(cut, dict):
        assert cut == whole, where
