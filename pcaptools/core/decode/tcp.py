"""The Transmission Control Protocol's header (RFC 9293)."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from pcaptools.core.decode.layer import Cut, Layer, Malformed, Next, plain, read_header
from pcaptools.core.decode.tables import tcp_contents, tcp_ports
from pcaptools.core.decode.tcp_options import TCPOptions, parse_options


class TCPFlags(NamedTuple):
    """Flag bits, each 0 or 1."""

    cwr: int
    ece: int
    urg: int
    ack: int
    psh: int
    rst: int
    syn: int
    fin: int

    def __repr__(self) -> str:
        return f"[{','.join(name for name, bit in zip(self._fields, self, strict=True) if bit)}]"


FLAGS = tuple(TCPFlags(*(byte >> bit & 1 for bit in range(7, -1, -1))) for byte in range(256))
"""All that there can be, so that no packet makes one."""


class TCP(Layer):
    """A TCP header. `data_offset` counts 32-bit words, `payload_offset` from the first captured byte."""

    __slots__ = (
        "_options", "ackno", "checksum", "data_offset", "dport", "flag_bits", "payload_offset", "reserved",
        "seqno", "sport", "urgent_pointer", "window_size",
    )  # fmt: skip

    key = "tcp"
    fields = (
        "sport", "dport", "seqno", "ackno", "data_offset", "reserved", "flags", "window_size", "checksum",
        "urgent_pointer", "options", "payload_offset",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        import dpkt  # see read_header

        super().__init__(data, start, end, depth)
        header = read_header(dpkt.tcp.TCP, self, "TCP header")
        if header.off < 5:
            raise Malformed(f"TCP data offset {header.off} is less than 5")
        self.sport: int = header.sport
        self.dport: int = header.dport
        self.seqno: int = header.seq
        self.ackno: int = header.ack
        self.data_offset: int = header.off
        self.reserved: int = data[start + 12] & 15
        self.flag_bits: int = header.flags & 0xFF
        self.window_size: int = header.win
        self.checksum: int = header.sum
        self.urgent_pointer: int = header.urp
        self.payload_offset: int = start + (header.off << 2)
        if self.payload_offset > end:
            raise Malformed(f"TCP header of {header.off << 2} bytes in a segment of {end - start}")
        self._options: TCPOptions | None = None

    @property
    def flags(self) -> TCPFlags:
        """The flags as cwr, ece, urg, ack, psh, rst, syn, fin."""
        return FLAGS[self.flag_bits]

    @property
    def header_bytes(self) -> int:
        """The header's length in bytes."""
        return self.data_offset << 2

    @property
    def options(self) -> TCPOptions:
        """The options; those that the snap length cut are told in `options.malformed`."""
        if self._options is None:
            self._options = parse_options(self.data[self.start + 20 : self.payload_offset])
            if self.payload_offset > len(self.data):
                self._options.malformed = "cut short by the snap length"
        return self._options

    @property
    def payload(self) -> bytes:
        """The segment's data, as far as captured."""
        return self.data[self.payload_offset : self.end]

    @property
    def payload_length(self) -> int:
        """The length of the segment's data on the wire."""
        return self.end - self.payload_offset

    @classmethod
    def partial(cls, data: bytes, start: int, end: int, depth: int) -> Layer | None:
        """Return the ports and the sequence number, if at least those were captured."""
        return TCPStart(data, start, end, depth) if len(data) >= start + 8 else None

    def next(self) -> Next | None:
        """Tell by port, then by content, what a message begins with; most segments begin with none."""
        start, end = self.payload_offset, self.end
        if start >= min(end, len(self.data)):
            return None
        decoder = application(self.sport, self.dport, self.data, start, end)
        return Next(decoder, start, end) if decoder else None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields; of the payload the length on the wire, and what is known of it."""
        result = {name: plain(getattr(self, name)) for name in self.fields if name != "options"}
        result["options"] = self.options.as_dict()
        result["payload"] = {"length": self.payload_length}
        if self.child is not None:
            result[self.child.key] = self.child.as_dict()
        return result


class TCPStart(Layer):
    """The first eight bytes of a TCP header that was cut: all that an ICMP error has to quote (RFC 792)."""

    __slots__ = ("dport", "seqno", "sport")

    key = "tcp"
    fields = ("sport", "dport", "seqno")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.sport, self.dport, self.seqno = struct.unpack_from(">HHI", data, start)

    def next(self) -> Next:
        """Tell that the rest of the header is not there."""
        raise Cut(f"TCP header cut short: {len(self.data) - self.start} of 20 bytes captured", self.start + 8)


def application(sport: int, dport: int, data: bytes, start: int, end: int) -> type[Layer] | None:
    """Return who reads a TCP payload, data[start:end]; None where nobody knows it, or none of it was captured."""
    ports = tcp_ports.numbers
    if (sport in ports or dport in ports) and start < len(data):
        for port in (sport, dport) if sport < dport else (dport, sport):
            decoder = tcp_ports.get(port)
            if decoder is not None and decoder.recognises(data, start, end):
                return decoder
    return tcp_contents.find(data, start, end)
