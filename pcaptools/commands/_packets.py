"""What simple-capture does with packets: dissector and printers put together."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from pcaptools.commands._options import CaptureOptions, names_for
from pcaptools.commands._run import Handler
from pcaptools.core.answers import Answers
from pcaptools.core.decode.dissector import Dissector
from pcaptools.core.decode.packet import Packet
from pcaptools.core.sources.base import Batch, RawPacket
from pcaptools.printers.checksums import annotate, checksums, marks
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter, wants_color
from pcaptools.printers.fastline import FastLines
from pcaptools.printers.hexdump import hexdump
from pcaptools.printers.jsonl import packet_line
from pcaptools.printers.packet import PacketPrinter
from pcaptools.printers.safe import no_name
from pcaptools.printers.tree import format_tree


@dataclass(slots=True)
class Detail:
    """How much of a packet is shown in and beside its line."""

    tree: bool = False
    hex: bool = False
    text: bool = False
    """Characters beside the hexadecimal."""
    link: bool = False
    """The dump begins with the link-layer header."""
    checksums: bool = False
    """Checksums are verified."""

    @property
    def any(self) -> bool:
        """Something is."""
        return self.tree or self.hex or self.checksums


class PacketLines(Handler):
    """Batches of packets in, a line for each out."""

    def __init__(self, options: CaptureOptions, detail: Detail, *, link: bool = True) -> None:
        self._json = options.json
        self._detail = detail
        self._clock = Clock(options.time or "none")
        self._paint = Painter(wants_color(sys.stdout, options.color))
        self._names = names_for(options)
        name = self._names.name if self._names is not None else no_name
        self._printer = PacketPrinter(self._clock, self._paint, link=link, name=name)
        self._names_version = 0
        self._answers = Answers(self._names) if self._names is not None else None
        self._dissector = Dissector()
        self._fast: dict[int, FastLines] = {}
        self._quiet = True

    def handle(self, batch: Batch) -> str:
        """Take a batch and return the lines to print."""
        self._quiet = False
        self._clock.nanosecond = batch.nanosecond
        if self._json or self._detail.any:
            return "".join([self._full(RawPacket.of(record, batch.link_type), batch) for record in batch.records])
        fast = self._fast.get(batch.link_type)
        if fast is None:
            fast = self._fast[batch.link_type] = FastLines(self._printer, batch.link_type, self._dissector.begun)
        if self._names is not None and self._names.changes != self._names_version:
            self._names_version = self._names.changes
            fast.forget_names()
        link_type = batch.link_type
        return "".join(fast.lines(batch.records, lambda record: self._line(RawPacket.of(record, link_type))))

    def _line(self, raw: RawPacket) -> str:
        return self._printer.line(self._packet(raw))

    def _packet(self, raw: RawPacket) -> Packet:
        packet = self._dissector.packet(raw)
        if self._answers is not None:
            self._answers.learn(packet.layers())
        return packet

    def _full(self, raw: RawPacket, batch: Batch) -> str:
        packet = self._packet(raw)
        checked = checksums(packet) if self._detail.checksums else []
        tree = {}
        if self._json or self._detail.tree:
            tree = packet.as_dict()
            annotate(tree, packet, checked)
        if self._json:
            return packet_line(packet, batch.nanosecond, tree)
        lines = self._printer.line(packet, marks(checked))
        if self._detail.tree:
            lines += format_tree(tree, self._paint)
        if self._detail.hex:
            lines += hexdump(raw.data[0 if self._detail.link else _network(packet) :], text=self._detail.text)
        return lines

    def notices(self) -> list[str]:
        """Say which bounds were hit, and what was ignored."""
        fragments = {f"dropped fragments: {why}": n for why, n in self._dissector.fragments.dropped.items()}
        gave_up = {f"gave up joining {what}": n for what, n in self._dissector.dropped.items()}
        return [f"{text} ({count} times)" for text, count in {**fragments, **gave_up}.items()]

    def preload(self) -> None:
        """Import what verifies checksums, and what tells libpcap's version."""
        from pcaptools.core.sources import bpf  # noqa: F401

        if self._detail.checksums:
            from pcaptools.core.decode import checksums  # noqa: F401

    def silence(self) -> str:
        """Explain a run that printed nothing; empty when it did print."""
        return "no packet came" if self._quiet else ""


def _network(packet: Packet) -> int:
    """Return where the first layer after the link's own begins, as tcpdump's -x has it."""
    child = packet.link.child
    return child.start if child is not None else 0
