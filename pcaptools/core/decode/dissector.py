"""Decoding packets that belong together: fragments are reassembled, messages that span segments are joined.

`packet(raw)` looks at one packet alone. A `Dissector` remembers what the packets before began, and lets the
packet that completes it carry the whole, as Wireshark shows it.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass

from pcaptools.core.decode.fragments import FragmentTable, carried
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.layer import Layer, decode_layer
from pcaptools.core.decode.packet import Packet
from pcaptools.core.decode.tcp import TCP
from pcaptools.core.sources.base import RawPacket

MASK = 0xFFFF_FFFF


@dataclass(slots=True)
class _Begun:
    """The first part of a message: what was captured of it, and where the stream goes on."""

    next_seq: int
    data: bytes
    decoder: type[Layer]


class Dissector:
    """Makes packets of captured frames, in their order.

    Limitations: the segments of a message are joined only if they come in order; nothing is known of streams
    (tcp/ has a tracker for those). `dropped` counts, in words, what was given up because of a bound.
    """

    def __init__(self, *, max_message: int = 64 << 10, max_begun: int = 1024) -> None:
        self.fragments = FragmentTable()
        self.max_message = max_message
        self.max_begun = max_begun
        self.dropped: Counter[str] = Counter()
        self.begun: OrderedDict[bytes, _Begun] = OrderedDict()
        """Messages that are not whole yet, by address and port of both sides."""

    def packet(self, raw: RawPacket) -> Packet:
        """Give a captured packet its layers."""
        packet = Packet(raw)
        ip: IPv4 | IPv6 | None = None
        for layer in carried(packet, self.fragments):
            if isinstance(layer, IPv4 | IPv6):
                ip = layer
            elif isinstance(layer, TCP) and ip is not None and layer.payload_length:
                self._join(layer, ip.addresses + layer.data[layer.start : layer.start + 4])
        return packet

    def _join(self, tcp: TCP, key: bytes) -> None:
        """Let the segment that completes a message carry it; remember one that begins a message."""
        data, begun = tcp.payload, self.begun.get(key)
        if begun is not None and begun.next_seq == tcp.seqno:
            del self.begun[key]
            data = begun.data + data
            tcp.adopt(decode_layer(begun.decoder, data, 0, len(data), tcp.depth + 1))
        message = tcp.child
        if message is None or not message.incomplete or len(tcp.data) < tcp.end:
            return  # nothing begins here, or its first bytes were not captured
        data = message.data[message.pending : message.end]
        if len(data) > self.max_message:
            self.dropped[f"messages of more than {self.max_message >> 10} KB"] += 1
            return
        self.begun[key] = _Begun((tcp.seqno + tcp.payload_length) & MASK, data, type(message))
        if len(self.begun) > self.max_begun:
            self.begun.popitem(last=False)
            self.dropped["the oldest message that was not whole yet"] += 1
