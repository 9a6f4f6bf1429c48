"""The figures of one direction of a session: what its packets tell of loss, delay and flow control.

The kinds of packets are those of Wireshark's TCP analysis, as its User's Guide describes them (section "TCP
Analysis"), so that the numbers stand beside `tcp.analysis.*`; docs/figures.md defines each. Everything is bounded:
counters, a sketch, and the segments that are not acknowledged yet.

Only a tracker that was asked for figures makes them. `note()` sees every packet of its direction. The common ones
(new data in order, an acknowledgment that moves on) it counts at once, in one function, since calling others costs
as much as what they do; all others it leaves to `note_any()`, which knows every kind. A test shows that the two
come to the same.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pcaptools.core.decode.segment import Segment
from pcaptools.core.decode.tcp_options import parse_options
from pcaptools.core.tcp.reassembly import overlapping
from pcaptools.core.tcp.recent import COPY_NS
from pcaptools.core.tcp.seq import HALF, MASK, unwrap
from pcaptools.core.tcp.series import Graph, Points, Sent
from pcaptools.core.tcp.sketch import Sketch
from pcaptools.core.tcp.state import ACK, FIN, PSH, RST, SYN, URG

if TYPE_CHECKING:
    from pcaptools.core.tcp.session import Endpoint
    from pcaptools.core.tcp.streams import Streams

T = TypeVar("T")

Anomaly = Literal[
    "retransmission",
    "fast_retransmission",
    "spurious_retransmission",
    "out_of_order",
    "previous_segment_not_captured",
    "acked_unseen_segment",
    "zero_window",
    "zero_window_probe",
    "window_full",
    "keep_alive",
]
"""What is told as it happens, in Wireshark's words; duplicate acknowledgments are too many to tell."""

MAX_OUTSTANDING = 8192
"""Segments of one direction that await their acknowledgment; beyond that they give no round-trip time."""
KEPT = 256
"""Acknowledgments and round-trip times that node_pcap's maps show."""
FAST_NS = 20_000_000
"""A retransmission this soon after a duplicate acknowledgment was caused by it."""
REORDERED_NS = 3_000_000
"""A segment that fills a hole this soon was overtaken, where the handshake told no round-trip time."""

_NONE: list[Any] = []
"""What sessions have in common that keep nothing there."""
_OFFERS: dict[tuple[str, ...], tuple[str, ...]] = {}
MAX_OFFERS = 256
"""Different offers of options that sessions share: there are few stacks, and each says the same in every SYN."""
_KEEP_ALIVE, _PROBE = 1, 2
_PLAIN = FIN | SYN | RST | ACK | URG
_ONLY_TIMESTAMPS = b"\x01\x01\x08\x0a"


class Figures:
    """What one side sent. Sequence numbers are those of the wire, times nanoseconds; -1 is unknown."""

    __slots__ = (
        "ack_lost", "acks", "anomalies", "bytes_in_flight", "copies", "data_packets", "dsack_packets", "duplicate_acks",
        "duplicate_bytes", "fast", "first_data", "graph", "handshake_rtt", "idle_max", "keep_alive_acks", "keep_alives",
        "last_ack", "last_ack_time", "last_header", "last_kind", "last_raw", "last_seq", "last_time", "last_window",
        "lost", "maps", "max_segment", "max_to_ack", "mss", "next_seq", "next_time", "offered", "out_of_order",
        "outstanding", "oversized", "partial", "peer", "plain", "points", "probes", "pure_acks", "repeated_acks",
        "retransmitted", "round_trips", "rtts", "sack_blocks", "sack_packets", "seen_again", "sent_twice", "spurious",
        "syn_time", "unsampled", "window_full", "window_max", "window_min", "window_updates", "zero_since", "zero_time",
        "zero_windows",
    )  # fmt: skip

    def __init__(self, *, maps: bool = False) -> None:
        self.peer: Figures
        self.maps = maps
        """Keep what node_pcap's maps show."""
        self.plain = not maps
        """Nothing is kept but figures: no maps, nothing to draw or to tell."""
        self.graph: Graph | None = None
        self.points: Points | None = None
        """Of what the peer sent; both only where somebody draws them."""
        self.anomalies: list[Anomaly] | None = None
        """Where what happens is told; None where nobody wants to know."""
        self.next_seq = -1
        """Behind the highest sequence number sent."""
        self.next_time = 0
        self.max_to_ack = -1
        """Up to here all that was sent was captured: an acknowledgment beyond it is for something else."""
        self.last_ack = self.last_ack_time = self.last_window = self.last_raw = self.last_time = -1
        """`last_raw` is the window field of the packet before; -1 where it may mean another window now."""
        self.last_kind = 0
        self.last_header = b""
        """Of the packet before: from its IP header to the TCP window. Its frame would be much more to keep."""
        self.last_seq = -1
        self.repeated_acks = 0
        self.outstanding: list[list[int]] = []
        """What is not acknowledged: [sequence number behind it, time, 1 if all of it was sent just once, its
        own sequence number]."""
        self.unsampled = 0
        """Segments that found MAX_OUTSTANDING others before them."""
        self.syn_time = self.handshake_rtt = -1
        self.rtts = Sketch()
        self.round_trips: list[tuple[int, int, int]] = [] if maps else _NONE
        """(acknowledgment number, when its segment was sent, when it was acknowledged) of the latest samples."""
        self.acks: list[tuple[int, int]] = [] if maps else _NONE
        """(acknowledgment number, time) of the latest acknowledgments that moved on."""
        self.first_data = -1
        self.idle_max = 0
        self.mss = -1
        """What its SYN said that it takes."""
        self.offered: tuple[str, ...] = ()
        """The options of its SYN, by name."""
        self.data_packets = self.pure_acks = self.max_segment = self.oversized = 0
        self.retransmitted = self.fast = self.spurious = self.out_of_order = 0
        self.partial = self.seen_again = self.duplicate_bytes = 0
        self.sent_twice: dict[int, int] | None = None
        """Sequence number → how often the segment was sent again, of the latest."""
        self.keep_alives = self.keep_alive_acks = self.probes = 0
        self.duplicate_acks = self.window_updates = self.window_full = 0
        self.sack_blocks = self.sack_packets = self.dsack_packets = 0
        self.lost = self.ack_lost = self.copies = self.bytes_in_flight = 0
        self.window_min = self.window_max = self.zero_since = -1
        self.zero_windows = self.zero_time = 0

    def note(self, time: int, data: bytes, segment: Segment, endpoint: Endpoint, streams: Streams) -> None:
        """Take a packet of this side, before the tracker has taken it."""
        _, seq, ack, flags, window, l3, l4, start, length = segment
        peer, end = self.peer, (seq + length) & MASK
        peer_ack = peer.last_ack
        if (
            seq != self.next_seq
            or flags & _PLAIN != ACK
            or not window
            or not self.plain
            or (start - l4 != 20 and (start - l4 != 32 or data[l4 + 20 : l4 + 24] != _ONLY_TIMESTAMPS))
            # with the same acknowledgment as before it must be data that nobody has acknowledged, and no copy
            or (
                ack == self.last_ack
                and (
                    length < 2
                    or (self.last_seq == seq and data[l3 + 4 : l3 + 6] == self.last_header[4:6])
                    or (peer_ack >= 0 and not 0 < end - peer_ack & MASK <= HALF)
                )
            )
        ):
            self.note_any(time, data, segment, endpoint, streams)
            return
        if self.idle_max < (idle := time - self.last_time):
            self.idle_max = idle
        self.last_time = time
        if length:
            if len(self.outstanding) < MAX_OUTSTANDING:
                self.outstanding.append([end, time, 1, seq])
            else:
                self.unsampled += 1
            self.next_seq, self.next_time = end, time
            if seq == self.max_to_ack:
                self.max_to_ack = end
            self.data_packets += 1
            if length > self.max_segment:
                self.max_segment = length
                if self.first_data < 0:
                    self.first_data = time
            if 0 < peer.mss < length:
                self.oversized += 1
            if peer_ack >= 0:
                flight = end - peer_ack & MASK
                if self.bytes_in_flight < flight < HALF:
                    self.bytes_in_flight = flight
                if flight == peer.last_window and not endpoint.session.midway:
                    self.window_full += 1
        else:
            self.pure_acks += 1
        if ack != self.last_ack:
            self._acknowledge(time, ack, flags)
            if self.ack_lost and streams.first_unseen is None:
                streams.first_unseen = endpoint.session
            self.last_ack = ack
        self.last_ack_time = time
        if window != self.last_raw:
            self.last_raw = window
            self._advertise(time, window * self._factor(endpoint), flags)
        self.last_kind = 0
        self.last_header, self.last_seq = data[l3 : l4 + 16], seq

    def note_any(self, time: int, data: bytes, segment: Segment, endpoint: Endpoint, streams: Streams) -> None:
        """Do the same, whatever the packet is."""
        _, seq, ack, flags, window, l3, l4, start, length = segment
        behind = (self.next_seq - seq + HALF & MASK) - HALF if self.next_seq >= 0 else 0
        kind = 0
        if behind or flags & (FIN | SYN | RST) or ack == self.last_ack or not window:
            if self._is_copy(time, data, segment, behind, endpoint, streams):
                self.copies += 1
                return
            kind = self._unusual(time, segment, behind, endpoint, streams)
        if start - l4 > 20 and not (start - l4 == 32 and data[l4 + 20 : l4 + 24] == _ONLY_TIMESTAMPS):
            self._read_options(time, data[l4 + 20 : start], flags, ack)
        if 0 <= self.last_time < time - self.idle_max:
            self.idle_max = time - self.last_time
        self.last_time = time
        size = length + 1 if flags & (FIN | SYN) else length
        if not size:
            self.pure_acks += flags & ~PSH & 0x3F == ACK
        elif kind != _PROBE:
            self._sent(time, seq, size, behind)
        if length:
            self._data(time, seq + length, length, endpoint)
        if seq == self.max_to_ack or self.max_to_ack < 0:
            self.max_to_ack = self.next_seq
        if flags & ACK:
            if ack != self.last_ack:
                self._acknowledge(time, ack, flags)
                if self.ack_lost and streams.first_unseen is None:
                    streams.first_unseen = endpoint.session
            self.last_ack, self.last_ack_time = ack, time
        if not flags & RST:
            self._advertise(time, window if flags & SYN else window * self._factor(endpoint), flags)
            self.last_raw = window
        if flags & SYN:
            self.last_raw = self.peer.last_raw = -1
        if self.points is not None and self.peer.points is not None:
            self._draw(time, segment, behind, self.points, self.peer.points)
        self.last_kind = kind
        self.last_header, self.last_seq = data[l3 : l4 + 16], seq

    # --- what a packet is ---

    def _is_copy(
        self, time: int, data: bytes, segment: Segment, behind: int, endpoint: Endpoint, streams: Streams
    ) -> bool:
        """Tell whether this is a packet seen before, captured once more on its way (a bridge, `any`)."""
        l3, l4 = segment[5], segment[6]
        if behind > 0 and segment[8]:
            return streams.recent.is_copy(endpoint, data, l3, l4, segment[7] + segment[8], time)
        other = self.last_header
        if time - self.last_time > COPY_NS or data[l3] >> 4 != 4 or data[l4 : l4 + 16] != other[-16:]:
            return False  # IPv6 has no identification to tell a copy from the same said twice
        return data[l3 + 4 : l3 + 6] == other[4:6] != b"\0\0"

    def _unusual(self, time: int, segment: Segment, behind: int, endpoint: Endpoint, streams: Streams) -> int:
        """Count what a packet is that is not just the next one; return _KEEP_ALIVE, _PROBE or 0."""
        _, seq, ack, flags, window, _, _, _, length = segment
        peer, known, plain = self.peer, self.next_seq >= 0, not flags & (FIN | SYN | RST)
        if flags & SYN:
            self.syn_time = time
        if length == 1 and known and not behind and peer.last_window == 0:
            self.probes += 1
            self._tell("zero_window_probe")
            return _PROBE
        if plain and not window:
            self.zero_windows += 1
            self._tell("zero_window")
        if behind < 0 and not flags & RST:
            self.lost += 1
            self._tell("previous_segment_not_captured")
        kind = _KEEP_ALIVE if plain and length < 2 and known and behind == 1 else 0
        if kind:
            self.keep_alives += 1
            self._tell("keep_alive")
        if plain and not length and known and not behind and ack == self.last_ack:
            self._same_ack(window * self._factor(endpoint))
        if known and not kind and (length or flags & (FIN | SYN)):
            self._sent_before(time, seq, length, length + bool(flags & (FIN | SYN)), behind)
        if length and behind > 0:
            self._count_duplicates(seq, length, endpoint, streams)
        return kind

    def _same_ack(self, window: int) -> None:
        """Tell what an empty packet is that acknowledges no more than the one before."""
        if window and window != self.last_window:
            self.window_updates += 1
        elif window and self.peer.last_kind == _KEEP_ALIVE:
            self.keep_alive_acks += 1
        elif window:
            self.duplicate_acks += 1
            self.repeated_acks += 1

    def _sent_before(self, time: int, seq: int, length: int, size: int, behind: int) -> None:
        """Name a segment that begins before the end of the highest one, if that is what it does."""
        peer = self.peer
        again = behind > 0 and not (length > 1 and behind == 1)  # that byte was a window probe's
        if length and peer.last_ack >= 0 and (peer.last_ack - seq - length) & MASK < HALF:
            self.spurious += 1
            self.retransmitted += 1
            self._tell("spurious_retransmission")
        elif not again:
            return
        elif peer.repeated_acks >= 2 and peer.last_ack == seq and time - peer.last_ack_time < FAST_NS:
            self.fast += 1
            self.retransmitted += 1
            self._tell("fast_retransmission")
        elif behind != size and time - self.next_time < self._reordered_within():
            self.out_of_order += 1
            self._tell("out_of_order")
        else:
            self.retransmitted += 1
            self._tell("retransmission")

    def _reordered_within(self) -> int:
        return self.handshake_rtt if self.handshake_rtt > 0 else REORDERED_NS

    def _count_duplicates(self, seq: int, length: int, endpoint: Endpoint, streams: Streams) -> None:
        """Count the bytes that were seen before: delivered, or held behind a hole; not those of a gap."""
        if endpoint.next_seq < 0:
            return
        start = unwrap(seq, endpoint.next_seq, endpoint.offset)
        end = start + length
        seen = max(0, min(end, endpoint.offset) - start)
        seen -= sum(max(0, min(end, high) - max(start, low)) for low, high in streams.gaps_of(endpoint))
        if endpoint.held:
            seen += sum(min(end, piece[1]) - max(start, piece[0]) for piece in overlapping(endpoint, start, end))
        if seen > 0:
            self.seen_again += 1
            self.duplicate_bytes += seen
            self.partial += seen < length

    def _draw(self, time: int, segment: Segment, behind: int, own: Points, other: Points) -> None:
        """Note the points of a time-sequence graph: of what this side sends, and of what it says of the other's."""
        _, seq, ack, flags, _, _, _, _, length = segment
        if length:
            own.sent.append(Sent(time, seq, length, behind > 0))
            own.bound()
        if flags & ACK:
            other.acks.append((time, ack))
            other.windows.append((time, (ack + self.last_window) & MASK))
            other.bound()

    def rest(self) -> None:
        """Let go of what only a running session needs: this one ended, and may stay in the table for long."""
        self.last_header, self.last_seq = b"", -1
        if not self.maps:
            self.outstanding.clear()

    def sent_again(self, seq: int) -> None:
        """Remember which segments the tracker calls retransmitted, as node_pcap's map has them."""
        if not self.maps:
            return
        if self.sent_twice is None:
            self.sent_twice = {}
        self.sent_twice[seq] = self.sent_twice.get(seq, 0) + 1
        if len(self.sent_twice) > KEPT:
            del self.sent_twice[next(iter(self.sent_twice))]

    def _tell(self, anomaly: Anomaly) -> None:
        if self.anomalies is not None:
            self.anomalies.append(anomaly)

    # --- what every packet changes ---

    def _sent(self, time: int, seq: int, size: int, behind: int) -> None:
        """Note what awaits its acknowledgment. What was sent twice gives no round-trip time (Karn's rule)."""
        end, outstanding = (seq + size) & MASK, self.outstanding
        if len(outstanding) >= MAX_OUTSTANDING:
            self.unsampled += 1
        elif behind <= 0:
            outstanding.append([end, time, 1, seq])
        else:
            self._sent_late(time, seq, end)
        if behind < size:
            self.next_seq, self.next_time = end, time

    def _sent_late(self, time: int, seq: int, end: int) -> None:
        """Note a segment that begins before the end of the highest one: sent again, or overtaken."""
        outstanding, once, apart = self.outstanding, 1, 0
        # the first that does not end before this one begins; they are sorted but for segments that overlap
        place = bisect_left(outstanding, HALF, key=lambda entry: (entry[0] - seq - 1 + HALF) & MASK)
        for entry in islice(outstanding, place, None):
            if (end - entry[3] - 1) & MASK < HALF:
                entry[2] = once = apart = 0
            elif (apart := apart + 1) > 16:
                break
        acked = self.peer.last_ack
        if acked < 0 or (acked - end) & MASK >= HALF:
            outstanding.insert(place, [end, time, once, seq])

    def _data(self, time: int, end: int, length: int, endpoint: Endpoint) -> None:
        self.data_packets += 1
        if self.first_data < 0:
            self.first_data = time
        if self.graph is not None:
            self.graph.sent.add(time, length)
        self.max_segment = max(self.max_segment, length)
        peer = self.peer
        if 0 < peer.mss < length:
            self.oversized += 1
        if peer.last_ack >= 0:
            flight = (self.next_seq - peer.last_ack) & MASK
            if self.bytes_in_flight < flight < HALF:
                self.bytes_in_flight = flight
            if (end - peer.last_ack) & MASK == peer.last_window and not endpoint.session.midway:
                self.window_full += 1
                self._tell("window_full")

    def _acknowledge(self, time: int, ack: int, flags: int) -> None:
        """Take an acknowledgment that is not the last one again."""
        peer = self.peer
        if self.handshake_rtt < 0 <= self.syn_time <= peer.syn_time and not flags & SYN:
            self.handshake_rtt = peer.handshake_rtt = time - self.syn_time
        self.repeated_acks = 0
        if self.maps:
            keep(self.acks, (ack, time))
        if peer.max_to_ack >= 0 and 0 < (ack - peer.max_to_ack) & MASK < HALF:
            self.ack_lost += 1
            peer.max_to_ack = ack
            self._tell("acked_unseen_segment")
        outstanding, acked = peer.outstanding, 0
        for end, sent, once, _ in outstanding:
            if (ack - end) & MASK >= HALF:
                break
            acked += 1
            if end == ack and once:
                if peer.plain and sent <= time:
                    peer.rtts.add(time - sent)
                else:
                    peer.sample(ack, sent, time)
        if acked:
            del outstanding[:acked]

    def sample(self, ack: int, sent: int, acked: int) -> None:
        """Count a round-trip time."""
        rtt = acked - sent
        if rtt < 0:
            return  # the capture's clock went back
        self.rtts.add(rtt)
        if self.graph is not None:
            self.graph.rtts.add(acked, rtt)
        if self.maps:
            keep(self.round_trips, (ack, sent, acked))

    def _factor(self, endpoint: Endpoint) -> int:
        """Return the multiplier of windows: only where both sides offered one (RFC 7323, 2.2)."""
        own, other = endpoint.window_scale, endpoint.peer.window_scale
        return own if own is not None and other is not None else 1

    def _advertise(self, time: int, window: int, flags: int) -> None:
        self.last_window = window
        if not flags & SYN:
            self.window_max = max(self.window_max, window)
            if window < self.window_min or self.window_min < 0:
                self.window_min = window
        if window:
            if self.zero_since >= 0:
                self.zero_time += time - self.zero_since
                self.zero_since = -1
        elif self.zero_since < 0:
            self.zero_since = time

    def _read_options(self, time: int, data: bytes, flags: int, ack: int) -> None:
        options = parse_options(data)
        if flags & SYN:
            self.mss = options.mss if options.mss is not None else -1
            offered = tuple(options.names())
            self.offered = _OFFERS.setdefault(offered, offered) if len(_OFFERS) < MAX_OFFERS else offered
        if options.sack:
            self.sack_packets += 1
            if self.peer.points is not None:
                self.peer.points.sacks += [(time, left, right) for left, right in options.sack]
            self.sack_blocks += len(options.sack)
            self.dsack_packets += _is_duplicate_sack(options.sack, ack)


def keep(latest: list[T], one: T) -> None:
    """Add to a list that holds the latest KEPT, or up to twice as many."""
    latest.append(one)
    if len(latest) > 2 * KEPT:
        del latest[:KEPT]


def _is_duplicate_sack(blocks: list[tuple[int, int]], ack: int) -> bool:
    """Tell whether the first block reports bytes received twice (RFC 2883, 4)."""
    left, right = blocks[0]
    if (ack - right) & MASK < HALF:
        return True
    if len(blocks) < 2:
        return False
    outer_left, outer_right = blocks[1]
    return (left - outer_left) & MASK < HALF and (outer_right - right) & MASK < HALF
