"""The path of the common segment, from a file's buffer to its stream: nothing is copied, no function called.

It takes what most segments are: whole, next in order, in a session that is open on both sides and waits for
nothing. All others it leaves to the tracker, whose general path takes any; tests show that the two come to the same.
"""

from __future__ import annotations

from collections.abc import Callable

from pcaptools.core.decode.segment import TCP, Parser, Segment, segment_parser
from pcaptools.core.decode.shape import Shape
from pcaptools.core.protocols.base import Data
from pcaptools.core.sources.base import Batch, Record
from pcaptools.core.tcp.figures import Anomaly
from pcaptools.core.tcp.seq import HALF, MASK
from pcaptools.core.tcp.session import Endpoint
from pcaptools.core.tcp.state import ACK
from pcaptools.core.tcp.streams import Streams

_FLAGS = 0x17
"""FIN, SYN, RST and ACK."""
_SHORTEST = 0x5000
"""A TCP header of 20 bytes, where its length stands beside the flags."""


class CommonPath:
    """Takes batches for a tracker: `find` an endpoint, else leave the packet to `record`."""

    def __init__(
        self,
        find: Callable[[bytes], Endpoint | None],
        streams: Streams,
        record: Callable[[Record, Parser, int], None],
        tell: Callable[[Endpoint, list[Anomaly], Segment, int], None],
    ) -> None:
        self._find = find
        self._streams = streams
        self._record = record
        self._tell = tell

    def take(self, batch: Batch, shape: Shape) -> None:
        """Take the packets of a batch with places, most of which have this shape."""
        unpack, size, expected, version, version_mask, word_mask, ip, header, uncounted = shape
        buffer, link_type, find, record = batch.buffer, batch.link_type, self._find, self._record
        parse, feed, remember = segment_parser(link_type), self._streams.feed, self._streams.recent.remember
        usual_header = header + 32
        self._streams.recent.begin(buffer)
        for time, wire_len, at, end in batch.places or ():
            if at + size <= end:
                link, first, total, word, key, seq, ack, bits, window = unpack(buffer, at)
                if link == expected and first & version_mask == version and word & word_mask == TCP:
                    endpoint = find(key)
                    l3 = at + ip
                    start, stop = l3 + header + (bits >> 10 & 0x3C), l3 + uncounted + total
                    if (
                        endpoint is not None
                        and endpoint.common
                        and bits & _FLAGS == ACK
                        and bits >= _SHORTEST
                        and (endpoint.peer.next_seq - ack) & MASK < HALF
                        and start <= stop <= end
                        and (start == stop or seq == endpoint.next_seq)
                    ):
                        session = endpoint.session
                        session.last_ns = time
                        endpoint.packet_count += 1
                        if uncounted:
                            endpoint.odd_ip += 20
                        if start - l3 != usual_header:
                            endpoint.odd_tcp += start - l3 - usual_header
                        if endpoint.figures is not None:
                            found = (key, seq, ack, bits & 0xFF, window, l3, l3 + header, start, stop - start)
                            self._note(time, buffer, found, endpoint)
                        if start != stop:
                            length, before = stop - start, endpoint.offset
                            endpoint.bytes_payload += length
                            remember((endpoint, before, buffer, l3, l3 + header, start, stop, time))
                            endpoint.next_seq = (seq + length) & MASK
                            endpoint.offset = before + length
                            if length < endpoint.skip:
                                endpoint.skip -= length
                                endpoint.skipped += length
                            elif session.analyser is not None:
                                feed(endpoint, session.analyser, Data(buffer[start:stop], time))
                        continue
            record((time, wire_len, buffer[at:end]), parse, link_type)

    def _note(self, time: int, buffer: bytes, segment: Segment, endpoint: Endpoint) -> None:
        figures = endpoint.figures
        assert figures is not None
        figures.note(time, buffer, segment, endpoint, self._streams)
        if figures.anomalies:
            self._tell(endpoint, figures.anomalies, segment, time)
