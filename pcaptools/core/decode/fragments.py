"""IP fragments put together, within bounds, whatever is sent (RFC 791, 3.2; RFC 8200, 4.5; RFC 5722)."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.layer import Layer
from pcaptools.core.decode.packet import Packet
from pcaptools.core.sources.base import RawPacket

LINKTYPE_RAW = 101
MAX_DATAGRAM = 65535
MAX_REASSEMBLIES = 8
"""A reassembled datagram may hold a tunnel with a fragment in it, and so on."""
BLOCK = 8
"""Fragments are cut at multiples of eight bytes, the last one's end excepted."""


@dataclass(slots=True)
class _Datagram:
    """What has come of one datagram. `seen` has one byte a block, so that looking for holes costs C speed."""

    first_seen: int
    header: bytes = b""
    """The IP header, from the fragment with offset 0."""
    data: bytearray = field(default_factory=bytearray)
    seen: bytearray = field(default_factory=bytearray)
    filled: int = 0
    total: int = -1
    """The length of the whole, once the last fragment has told it."""
    dead: bool = False
    """Given up; its other fragments are ignored until the timeout (RFC 5722, 4)."""

    @property
    def held(self) -> int:
        return len(self.data) + len(self.seen)

    @property
    def complete(self) -> bool:
        return not self.dead and bool(self.header) and self.total >= 0 and self.filled == -(-self.total // BLOCK)

    def add(self, offset: int, piece: bytes) -> bool:
        """Keep what is new of a piece: of two versions the first stays. True if something was there already."""
        low, high = offset // BLOCK, -(-(offset + len(piece)) // BLOCK)
        if high > len(self.seen):
            self.seen.extend(bytes(high - len(self.seen)))
        end = offset + len(piece)
        if end > len(self.data):
            self.data.extend(bytes(end - len(self.data)))
        old = self.seen.count(1, low, high)
        if not old:
            self.data[offset:end] = piece
        else:
            for block in range(low, high):
                if not self.seen[block]:
                    at = block * BLOCK
                    upto = min(at + BLOCK, end)
                    self.data[at:upto] = piece[at - offset : upto - offset]
        self.seen[low:high] = b"\x01" * (high - low)
        self.filled += high - low - old
        return bool(old)

    def has(self, offset: int, piece: bytes) -> bool:
        """Tell if the very same piece is there."""
        low, high = offset // BLOCK, -(-(offset + len(piece)) // BLOCK)
        whole = self.seen.count(1, low, high) == high - low
        return whole and self.data[offset : offset + len(piece)] == piece


def carried(packet: Packet, table: FragmentTable) -> Iterator[Layer]:
    """Yield the layers that a packet carries, outermost first, fragments put together by `table`.

    A fragment that completes its datagram is followed by the IP layer of the whole, and carries what the
    whole carries; one that does not is the last. So is a layer that quotes: what it has inside is no packet
    that anybody sends here. Of several packets in one frame one comes after the other.
    """
    chains: list[Layer | None] = [packet.link]
    left = MAX_REASSEMBLIES
    while chains:
        layer = chains.pop()
        while layer is not None:
            yield layer
            if isinstance(layer, IPv4 | IPv6) and layer.is_fragment:
                whole = table.take(layer, packet.raw) if left else None
                left -= 1
                following = None if whole is None else whole.link.ip
                if following is not None:
                    layer.adopt(following.child)
            else:
                chains += reversed(layer.beside)
                following = None if layer.quotes else layer.child
            layer = following


class FragmentTable:
    """Datagrams of which a part has come.

    Limitations: a fragment that the snap length cut is dropped, since what it lacks will never come; two
    datagrams that use one identification at the same time are mixed up, as they are at their receiver.
    """

    def __init__(self, max_datagrams: int = 4096, max_bytes: int = 16 << 20, timeout_ns: int = 30_000_000_000) -> None:
        self.max_datagrams = max_datagrams
        self.max_bytes = max_bytes
        self.timeout_ns = timeout_ns
        self.dropped: Counter[str] = Counter()
        """Why something was dropped → how often: "timeout", "too many datagrams", "too many bytes" count
        datagrams given up; "cut short", "malformed", "oversize", "overlap" fragments (of IPv6, "overlap" the
        whole datagram)."""
        self._datagrams: dict[tuple[bytes, int, int], _Datagram] = {}
        self._held = 0

    def __len__(self) -> int:
        return len(self._datagrams)

    @property
    def held_bytes(self) -> int:
        """Bytes that the table holds."""
        return self._held

    def add(self, packet: Packet) -> Packet | None:
        """Take the outermost fragment of a packet, as `take()` does; a packet without one gives None."""
        for layer in packet.layers():
            if isinstance(layer, IPv4 | IPv6) and layer.is_fragment:
                return self.take(layer, packet.raw)
        return None

    def take(self, ip: IPv4 | IPv6, raw: RawPacket) -> Packet | None:
        """Take a fragment, found in `raw`; when it completes its datagram, return that, of link type RAW."""
        whole = self._add(ip, raw.ts_sec * 1_000_000_000 + raw.ts_nsec)
        return None if whole is None else _packet_of(whole, raw)

    def _add(self, ip: IPv4 | IPv6, now: int) -> bytes | None:
        self._expire(now)
        start, offset, more, key = _cut(ip)
        piece = ip.data[start : ip.payload_end]
        reason = _objection(offset, more, len(piece), ip.payload_end - start)
        if reason:
            self.dropped[reason] += 1
            return None
        datagram = self._datagrams.get(key)
        if datagram is None:
            datagram = self._datagrams[key] = _Datagram(now)
        if datagram.dead:
            return None
        before = datagram.held
        self._fill(datagram, ip, offset, piece, more)
        self._held += datagram.held - before
        if datagram.complete:
            self._remove(key)
            return self._whole(datagram, ip)
        self._bound()
        return None

    def _fill(self, datagram: _Datagram, ip: IPv4 | IPv6, offset: int, piece: bytes, more: int) -> None:
        end = offset + len(piece)
        if datagram.has(offset, piece):
            return  # an exact copy is no overlap (RFC 8200, 4.5): the "any" device shows packets twice
        if 0 <= datagram.total < end or (not more and (len(datagram.data) > end or datagram.total > end)):
            self.dropped["malformed"] += 1  # beyond the end, or a second end
            return
        if not more:
            datagram.total = end
        if not offset and not datagram.header:
            datagram.header = _header_of(ip)
        if datagram.add(offset, piece):
            self.dropped["overlap"] += 1
            if isinstance(ip, IPv6):
                datagram.data, datagram.seen = bytearray(), bytearray()
                datagram.dead = True  # RFC 5722, 4

    def _whole(self, datagram: _Datagram, ip: IPv4 | IPv6) -> bytes | None:
        header, data = datagram.header, bytes(datagram.data[: datagram.total])
        size = len(header) + len(data) - (0 if isinstance(ip, IPv4) else 40)
        if size > MAX_DATAGRAM:
            self.dropped["oversize"] += 1
            return None
        if isinstance(ip, IPv4):
            return _ipv4_header(header, size) + data
        return header[:4] + size.to_bytes(2, "big") + header[6:] + data

    def _expire(self, now: int) -> None:
        # The dict is in order of arrival, so that only what is to go is looked at.
        while self._datagrams:
            key, oldest = next(iter(self._datagrams.items()))
            if now - oldest.first_seen <= self.timeout_ns:
                return
            if not oldest.dead:
                self.dropped["timeout"] += 1
            self._remove(key)

    def _bound(self) -> None:
        while len(self._datagrams) > self.max_datagrams:
            self._remove(next(iter(self._datagrams)))
            self.dropped["too many datagrams"] += 1
        while self._held > self.max_bytes:
            self._remove(next(iter(self._datagrams)))
            self.dropped["too many bytes"] += 1

    def _remove(self, key: tuple[bytes, int, int]) -> None:
        self._held -= self._datagrams.pop(key).held


def _cut(ip: IPv4 | IPv6) -> tuple[int, int, int, tuple[bytes, int, int]]:
    """Return where the piece begins in the data, where in the datagram, if more follows, and whose it is."""
    if isinstance(ip, IPv4):
        key = (ip.addresses, ip.identification, ip.protocol)
        return ip.start + ip.header_bytes, ip.fragment_offset, ip.flags.mf, key
    fragment = ip.fragment
    assert fragment is not None, "an IPv6 fragment has a fragment header"
    return fragment.start, fragment.offset, fragment.more, (ip.addresses, fragment.identification, -1)


def _objection(offset: int, more: int, captured: int, length: int) -> str:
    """Say why a fragment is of no use; "" if it is."""
    if length <= 0 or (more and length % BLOCK):  # RFC 791, 3.1; RFC 8200, 4.5
        return "malformed"
    if captured < length:
        return "cut short"
    return "oversize" if offset + length > MAX_DATAGRAM else ""


def _header_of(ip: IPv4 | IPv6) -> bytes:
    if isinstance(ip, IPv4):
        return ip.data[ip.start : ip.start + ip.header_bytes]
    return ip.unfragmentable


def _ipv4_header(header: bytes, total: int) -> bytes:
    """Make the header of a fragment that of the whole: length, no fragment, checksum anew."""
    fixed = bytearray(header)
    fixed[2:4] = total.to_bytes(2, "big")
    fixed[6:8] = bytes((fixed[6] & 0xC0, 0))
    fixed[10:12] = b"\x00\x00"
    words = sum(struct.unpack(f">{len(fixed) // 2}H", fixed))
    words = (words & 0xFFFF) + (words >> 16)
    words = (words & 0xFFFF) + (words >> 16)
    fixed[10:12] = (~words & 0xFFFF).to_bytes(2, "big")
    return bytes(fixed)


def _packet_of(data: bytes, last: RawPacket) -> Packet:
    return Packet(RawPacket(data, last.ts_sec, last.ts_nsec, len(data), len(data), LINKTYPE_RAW))
