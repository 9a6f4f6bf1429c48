"""The last data segments of all sessions: tells a retransmission from a copy, and same bytes from others."""

from __future__ import annotations

from collections import deque
from typing import Literal

from pcaptools.core.tcp.session import Endpoint

KEPT = 256
"""Segments remembered over all sessions: a bound on memory, and on the cost of one look back."""
COPY_NS = 5_000_000
"""Two identical segments closer than this are one segment seen twice (no timer of TCP is that short)."""

BUFFERS_KEPT = 4
"""Buffers of a file that segments are remembered in without a copy."""

Entry = tuple[Endpoint, int, bytes, int, int, int, int, int]
"""(endpoint, stream offset, bytes, where in them the IP header is, the TCP header, the payload, its end on
the wire, time). The bytes are a frame, or a buffer that holds many if the payload was captured whole."""


class Recent:
    """A ring of the segments seen last."""

    __slots__ = ("_buffers", "entries", "remember")

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.remember = self.entries.append
        self._buffers: deque[bytes] = deque()

    def begin(self, buffer: bytes) -> None:
        """Take note that segments of another buffer follow; of the oldest no more is kept than what is remembered."""
        self._buffers.append(buffer)
        if len(self._buffers) <= BUFFERS_KEPT:
            return
        old = self._buffers.popleft()
        for index, (endpoint, offset, data, l3, l4, start, end, time) in enumerate(self.entries):
            if data is old:
                self.entries[index] = (endpoint, offset, data[l3:end], 0, l4 - l3, start - l3, end - l3, time)

    def is_copy(self, endpoint: Endpoint, data: bytes, l3: int, l4: int, end: int, time: int) -> bool:
        """Tell whether this very segment was seen before: on `any`, on a bridge, by a mirror port.

        A host that retransmits makes a new IP packet: the identification differs, or the time between the two
        is that of a timer. The IPv4 TTL and the checksums may change on the way and are not compared.
        """
        identity = _identity(data, l3, l4, end)
        for entry in reversed(self.entries):
            if abs(time - entry[7]) > COPY_NS:
                return False
            if entry[0] is endpoint and _identity(entry[2], entry[3], entry[4], entry[6]) == identity:
                return True
        return False

    def compare(self, endpoint: Endpoint, offset: int, payload: bytes) -> Literal["same", "differs", "unknown"]:
        """Compare bytes that came again with those seen first, as far as they are remembered."""
        end, known = offset + len(payload), False
        for other, start, data, _, _, payload_start, payload_end, _ in self.entries:
            if other is not endpoint:
                continue
            low, high = max(start, offset), min(start + min(len(data), payload_end) - payload_start, end)
            if low < high:
                known = True
                first = data[payload_start + low - start : payload_start + high - start]
                if first != payload[low - offset : high - offset]:
                    return "differs"
        return "same" if known else "unknown"


def _identity(data: bytes, l3: int, l4: int, end: int) -> tuple[bytes, bytes, bytes]:
    """Return what stays equal between two sightings of one segment and changes when it is sent again."""
    identification = data[l3 + 4 : l3 + 6] if data[l3] >> 4 == 4 else b""
    return identification, data[l4 : l4 + 16], data[l4 + 18 : end]
