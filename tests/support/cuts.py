"""Packets cut at every length, by the snap length and on the wire: nothing raises, and what came before stays."""

from __future__ import annotations

from collections.abc import Iterator

from support.crosscheck import packets

from pcaptools.core.decode.packet import Packet
from pcaptools.core.sources.base import RawPacket
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.packet import PacketPrinter

_printer = PacketPrinter(Clock("none"), Painter(color=False))


def framed(text: str, link_type: int = 1, wire_len: int | None = None) -> Packet:
    """Make a packet of a frame in hexadecimal."""
    data = bytes.fromhex(text)
    return Packet(RawPacket(data, 0, 0, len(data), wire_len or len(data), link_type))


def line(packet: Packet) -> str:
    """Return the line that is printed of a packet, without its end."""
    return _printer.line(packet).rstrip("\n")


def cuts(packet: Packet, step: int = 1) -> Iterator[tuple[int, Packet]]:
    """Yield (length, packet) for every shorter length: first with the wire's length, then as if that were all.

    Everything that there is to ask is asked of each; with PCAPTOOLS_DEBUG set, as the tests have it, an exception
    that no decoder may let out comes through.
    """
    raw = packet.raw
    for size in range(0, len(raw.data), step):
        for wire_len in (raw.len, size):
            cut = Packet(RawPacket(raw.data[:size], raw.ts_sec, raw.ts_nsec, size, wire_len, raw.link_type))
            cut.as_dict()
            repr(cut)
            _printer.line(cut)
            yield size, cut


def survive_cuts(capture: str, *frames: int) -> None:
    """Cut frames of a capture at every length."""
    for frame in frames:
        for _ in cuts(packets(capture)[frame - 1]):
            pass
