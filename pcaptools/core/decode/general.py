"""The general way to the TCP segment: through the layers, reassembling fragments, out of tunnels.

For what `segment.py` answers None to. Slower by a factor of thirty, but it knows every layer there is.
"""

from __future__ import annotations

from pcaptools.core.decode.fragments import FragmentTable
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.packet import Packet
from pcaptools.core.decode.segment import Segment
from pcaptools.core.decode.tcp import TCP
from pcaptools.core.sources.base import RawPacket, Record

MAX_REASSEMBLIES = 8
"""A reassembled datagram may hold a tunnel with a fragment in it, and so on."""


class SegmentFinder:
    """Finds TCP segments anywhere in a packet; keeps the fragments of those that are not whole yet."""

    def __init__(self, fragments: FragmentTable | None = None) -> None:
        self.fragments = fragments or FragmentTable()

    def find(self, record: Record, link_type: int) -> tuple[Segment, bytes] | None:
        """Return the segment and the bytes that its offsets refer to.

        The bytes are the frame's, or those of the datagram that this frame completed. Where the snap length
        cut the TCP header's options the segment's `start` lies beyond the data, and its payload is missing.
        """
        return self.find_in(Packet(RawPacket.of(record, link_type)))

    def find_in(self, packet: Packet) -> tuple[Segment, bytes] | None:
        """Do the same for a packet that is decoded already."""
        for _ in range(MAX_REASSEMBLIES):
            found = innermost_segment(packet)
            if not isinstance(found, IPv4 | IPv6):
                return found
            whole = self.fragments.add(packet)
            if whole is None:
                return None
            packet = whole
        return None


def innermost_segment(packet: Packet) -> tuple[Segment, bytes] | IPv4 | IPv6 | None:
    """Return the segment, or the layer that is a fragment and so in the way of knowing."""
    ip: IPv4 | IPv6 | None = None
    for layer in packet.layers():
        if isinstance(layer, IPv4 | IPv6):
            if layer.is_fragment:
                return layer
            ip = layer
        elif isinstance(layer, TCP) and ip is not None:
            return segment_of(ip, layer), layer.data
    return None


def segment_of(ip: IPv4 | IPv6, tcp: TCP) -> Segment:
    """Make the tuple that the fast path makes."""
    key = ip.addresses + tcp.data[tcp.start : tcp.start + 4]
    return (
        key,
        tcp.seqno,
        tcp.ackno,
        tcp.flag_bits,
        tcp.window_size,
        ip.start,
        tcp.start,
        tcp.payload_offset,
        tcp.payload_length,
    )
