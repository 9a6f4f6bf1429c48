"""The general way to the TCP segment: through the layers, reassembling fragments, out of tunnels.

For what `segment.py` answers None to. Slower by a factor of thirty, but it knows every layer there is.
"""

from __future__ import annotations

from collections.abc import Iterator

from pcaptools.core.decode.fragments import FragmentTable, carried
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.packet import Packet
from pcaptools.core.decode.segment import Segment
from pcaptools.core.decode.tcp import TCP
from pcaptools.core.sources.base import Record


class SegmentFinder:
    """Finds TCP segments anywhere in a packet; keeps the fragments of those that are not whole yet."""

    def __init__(self, fragments: FragmentTable | None = None) -> None:
        self.fragments = fragments or FragmentTable()

    def find(self, record: Record, link_type: int) -> list[tuple[Segment, bytes]]:
        """Return the segments, hardly ever more than one, each with the bytes that its offsets refer to.

        The bytes are the frame's, or those of the datagram that this frame completed. Where the snap length
        cut the TCP header's options the segment's `start` lies beyond the data, and its payload is missing.
        """
        return list(self.find_in(Packet.of(record, link_type)))

    def find_in(self, packet: Packet) -> Iterator[tuple[Segment, bytes]]:
        """Do the same for a packet that is decoded already."""
        ip: IPv4 | IPv6 | None = None
        for layer in carried(packet, self.fragments):
            if isinstance(layer, IPv4 | IPv6):
                ip = layer
            elif isinstance(layer, TCP) and ip is not None:
                yield segment_of(ip, layer), layer.data


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
