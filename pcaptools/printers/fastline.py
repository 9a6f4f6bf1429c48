"""The line of a TCP segment, made from the frame without a layer: most packets are such, and cost a tenth so.

Tests show that it says what `PacketPrinter` says, wherever it says anything.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from socket import AF_INET, AF_INET6, inet_ntop  # of socket, only the formatting
from typing import TYPE_CHECKING

from pcaptools.core.decode.packet import Packet
from pcaptools.core.decode.segment import segment_parser
from pcaptools.printers.lines.network import FLAGS
from pcaptools.printers.packet import LINES

if TYPE_CHECKING:
    from pcaptools.core.decode.layer import Layer
    from pcaptools.printers.packet import PacketPrinter

MAX_CACHED = 8192
"""Link headers, and pairs of endpoints, whose text is kept."""

Application = Callable[[int, int, bytes, int, int], "type[Layer] | None"]
Ends = tuple[bytes, str, int, int, bool]
"""(the bytes before the IP header, what is said of them and of the ends, ports, whether a decoder has one of these)"""
Record = tuple[int, int, bytes]
"""(time in ns, length on the wire, captured bytes), as sources give it."""


class FastLines:
    """Lines of the TCP segments of one link type; None for a packet that somebody must look at closely.

    `begun` holds the streams in which a message is waiting for its next segment.
    """

    def __init__(self, printer: PacketPrinter, link_type: int, begun: Container[bytes]) -> None:
        from pcaptools.core.decode import registry  # noqa: F401 (it fills the tables)
        from pcaptools.core.decode.layer import decode_layer
        from pcaptools.core.decode.tables import tcp_contents, tcp_ports
        from pcaptools.core.decode.tcp import application

        self._printer = printer
        self._link_type = link_type
        self._begun = begun
        self._parse = segment_parser(link_type)
        self._application: Application = application
        self._by_first_byte = tcp_contents.by_first_byte
        self._ports = tcp_ports.numbers
        self._decode = decode_layer
        self._time = None if printer.timeless else printer.time
        self._links: dict[bytes, str] = {}
        self._ends: dict[bytes, Ends] = {}
        self._segments: dict[int, str] = {}
        """Length of the IP packet << 8 | flags → what is said of the segment."""

    def line(self, record: Record) -> str | None:
        """Return the line with its line end."""
        return self.lines([record], lambda _: "")[0] or None

    def lines(self, records: list[Record], otherwise: Callable[[Record], str]) -> list[str]:
        """Return the lines of a batch, each with its line end; `otherwise` gives those of what is not for this path."""
        parse, begun, ends_of, segment_of = self._parse, self._begun, self._ends.get, self._segments.get
        by_first_byte, time_of = self._by_first_byte, self._time
        lines: list[str] = []
        for record in records:
            time, wire_len, data = record
            found = parse(data, wire_len)
            if not found:
                lines.append(otherwise(record))
                continue
            key, _, _, flags, _, l3, _, start, length = found
            end = start + length
            if key in begun or (end > wire_len and end > len(data)):  # the latter has a mark
                lines.append(otherwise(record))
                continue
            ends = ends_of(key)
            if ends is None or ends[0] != data[:l3]:
                ends = self._new_ends(record, key, data[:l3])
            text = segment_of(end - l3 << 8 | flags) or self._new_segment(end - l3, flags)
            # most segments begin nothing that anybody knows
            if length and start < len(data) and (ends[4] or by_first_byte[data[start]]):
                said = self._said(ends, data, start, end)
                if said is None:
                    lines.append(otherwise(record))
                    continue
                text += said
            lines.append(f"{ends[1]}{text}\n" if time_of is None else f"{time_of(time)}{ends[1]}{text}\n")
        return lines

    def _said(self, ends: Ends, data: bytes, start: int, end: int) -> str | None:
        """Return what is said of the message that a segment begins; None where somebody must look closely."""
        decoder = self._application(ends[2], ends[3], data, start, end)
        if decoder is None:
            return ""
        layer = self._decode(decoder, data, start, end, 3)
        if layer.incomplete or layer.child is not None or type(layer) is not decoder:
            return None
        said = LINES[type(layer).__name__](layer)
        return f" {self._printer.packet(said)}" if said else ""

    def forget_names(self) -> None:
        """Ask for the names anew: one has become known."""
        self._ends.clear()

    def _new_segment(self, size: int, flags: int) -> str:
        if len(self._segments) >= MAX_CACHED:
            self._segments.clear()
        text = self._segments[size << 8 | flags] = self._printer.packet(f"TCP len {size} [{FLAGS[flags]}]")
        return text

    def _new_link(self, record: Record, header: bytes) -> str:
        if len(self._links) >= MAX_CACHED:
            self._links.clear()
        text = self._links[header] = self._printer.link_of(Packet.of(record, self._link_type))
        return text

    def _new_ends(self, record: Record, key: bytes, header: bytes) -> Ends:
        if len(self._ends) >= MAX_CACHED:
            self._ends.clear()
        link = self._links.get(header)
        if link is None:
            link = self._new_link(record, header)
        sport, dport = int.from_bytes(key[-4:-2], "big"), int.from_bytes(key[-2:], "big")
        half = (len(key) - 4) // 2
        family = AF_INET if half == 4 else AF_INET6
        saddr, daddr = inet_ntop(family, key[:half]), inet_ntop(family, key[half : 2 * half])
        prefix = f"{link}{self._printer.ends(saddr, sport, daddr, dport)} "
        found = self._ends[key] = (header, prefix, sport, dport, sport in self._ports or dport in self._ports)
        return found
