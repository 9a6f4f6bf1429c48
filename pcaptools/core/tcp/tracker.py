"""The TCP tracker: segments in, sessions and their two in-order byte streams out.

Each direction is delivered in order, exactly once; bytes that were not captured are a gap, never silence.
The common segment takes `_segment` and nothing else; everything unusual is in the functions below it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from pcaptools.core.decode.segment import Parser, Segment, segment_parser
from pcaptools.core.decode.shape import shape_of
from pcaptools.core.events import (
    Event,
    TcpAnomaly,
    TcpEnd,
    TcpReset,
    TcpSession,
    TcpStart,
    TcpSynRetry,
)
from pcaptools.core.protocols.base import Analyser, Data, EndReason
from pcaptools.core.sources.base import Batch, Record
from pcaptools.core.tcp.common import CommonPath
from pcaptools.core.tcp.figure_bounds import FigureBounds
from pcaptools.core.tcp.figures import Anomaly, Figures
from pcaptools.core.tcp.listeners import Listeners
from pcaptools.core.tcp.seq import HALF, MASK, diff, unwrap
from pcaptools.core.tcp.series import Graph, Points, Series
from pcaptools.core.tcp.session import NS, Endpoint, Session, refused_by_syn_sent, reversed_key, window_scale
from pcaptools.core.tcp.state import ACK, FIN, RST, SYN, EndpointState, Kind, after
from pcaptools.core.tcp.stats import SessionStats
from pcaptools.core.tcp.streams import Streams
from pcaptools.core.tcp.table import SessionTable

if TYPE_CHECKING:
    from pcaptools.core.decode.general import SegmentFinder
    from pcaptools.core.decode.packet import Packet
    from pcaptools.core.names import Names

OPEN = EndpointState.OPEN
PLAUSIBLE = 1 << 30
"""Farther ahead than any window reaches (65535 << 14, RFC 7323, 2.3): such a number is forged or stray."""
NEAR_SYN = 1 << 20
"""A SYN this close to what was seen first is the session's own, captured late."""
MAX_HELD = 4 << 20
SWEEP_SHARE = 7
"""For so many bits fewer packets than the table has directions nobody looks through it."""


class TCPTracker:
    """Follows every TCP session in the packets given to it.

    `analyse` makes the reader of a new session's bytes, None for none. `max_held` bounds the out-of-order
    bytes of one direction, `max_sessions` the table, `idle_timeout` (s, by the packets' clock) its entries.
    With `figures` there is a `TcpSession` event for each session, with `maps` node_pcap's maps too; with
    `anomalies` an event for each packet that is out of the ordinary. `bounds_hit` counts, in words, how often a
    bound took something away. `graphs` and `points` keep what is drawn of a session. `names` gives the sessions'
    `src_name` and `dst_name`, and learns from the DNS answers among the packets. `last_drop` tells when
    the kernel was last seen to have dropped packets (ns by the packets' clock, 0 for never).
    """

    def __init__(
        self,
        analyse: Callable[[Session], Analyser | None] | None = None,
        *,
        max_sessions: int = 65_536,
        idle_timeout: float = 7200.0,
        max_held: int = MAX_HELD,
        figures: bool = False,
        maps: bool = False,
        anomalies: bool = False,
        graphs: bool = False,
        points: bool = False,
        names: Names | None = None,
        last_drop: Callable[[], int] | None = None,
    ) -> None:
        self.bounds_hit: Counter[str] = Counter()
        self.not_tcp = 0
        """Packets without a TCP segment."""
        self._analyse = analyse
        self._figures = figures or anomalies
        self._anomalies = anomalies
        self._maps = maps
        self._graphs = graphs
        self._points = points
        self._names = names
        self._others = _learner(names)
        self._table = SessionTable(max_sessions, idle_timeout, self._drop)
        self._find = self._table.flows.get
        self._finder: SegmentFinder | None = None
        self._streams = Streams(max_held, self.bounds_hit, last_drop)
        self._figure_bounds = FigureBounds(self.bounds_hit)
        self._remember = self._streams.recent.remember
        self._listeners = Listeners()
        self._common = CommonPath(self._find, self._streams, self._record, self._tell_anomalies)
        self._unswept = 0
        """Packets since the table was last looked through."""

    @property
    def session_count(self) -> int:
        """Sessions seen so far, those already forgotten included."""
        return self._table.created

    @property
    def snapped(self) -> int:
        """Segments of which the snap length has left a part only."""
        return self._streams.snapped

    @property
    def first_unseen(self) -> Session | None:
        """The first session in which something was acknowledged that was not captured (with `figures`)."""
        return self._streams.first_unseen

    def on(self, name: str, listener: Callable[..., object]) -> None:
        """Call `listener` whenever `name` happens (see Listeners for the names and their arguments)."""
        self._listeners.add(name, listener)

    def track_packet(self, packet: Packet) -> list[Event]:
        """Take one packet; one without TCP makes nothing happen."""
        raw = packet.raw
        record = (raw.ts_sec * NS + raw.ts_nsec, raw.len, raw.data)
        return self.track_batch(Batch(raw.link_type, [record]))

    def track_batch(self, batch: Batch) -> list[Event]:
        """Take a batch of records and return what they made happen, in the order decided."""
        for session in self._streams.ended:
            session.prefixes.clear()
        self._streams.ended.clear()
        shape = shape_of(batch)
        if shape is not None:
            self._common.take(batch, shape)
        else:
            link_type, take = batch.link_type, self._record
            parse = segment_parser(link_type)
            for record in batch.records:
                take(record, parse, link_type)
        if batch:
            # looking through the table costs as much as some packets: where each batch has one and the clock jumps
            # (two interfaces in turn), it would cost thousands of them
            self._unswept += len(batch)
            if self._unswept >= len(self._table.flows) >> SWEEP_SHARE:
                self._unswept = 0
                self._advance(batch.last_time())
            if self._figures and self._figure_bounds.due(len(batch), len(self._table.flows)):
                self._figure_bounds.look(self._table.sessions())
        return self._take_events()

    def _record(self, record: Record, parse: Parser, link_type: int) -> None:
        time, wire_len, data = record
        found = parse(data, wire_len)
        if found:
            self._segment(time, data, found)
        elif found is None:
            self._general(record, link_type)
        else:
            self.not_tcp += 1
            if self._others is not None:
                self._others(record, link_type)

    def let_pass(self, now: int) -> list[Event]:
        """Let time pass to `now` (ns) on an idle link: give up waiting for bytes, forget idle sessions."""
        self._advance(now)
        return self._take_events()

    def _advance(self, now: int) -> None:
        self._streams.let_pass(now)
        self._table.sweep(now)

    def finish(self) -> list[Event]:
        """End of the input: deliver what is held, with its gaps, and end every session that is still open."""
        for session in self._table.sessions():
            self._end(session, session.last_ns, "end of input")
            self._leave(session)
        return self._take_events()

    def notices(self) -> Counter[str]:
        """Return what was taken away by bounds, or ignored, in words, and how often."""
        dropped = self._finder.fragments.dropped if self._finder is not None else {}
        fragments = {f"dropped fragments: {why}": n for why, n in dropped.items()}
        copies = {"passed over a copy of a segment seen before (a bridge, a mirror port, any)": self._streams.copies}
        return self.bounds_hit + Counter(fragments) + Counter(copies)

    def open_sessions(self) -> list[Session]:
        """Return the sessions in the table, in order of their first packet."""
        return self._table.sessions()

    def _take_events(self) -> list[Event]:
        events, self._streams.events = self._streams.events, []
        if self._listeners:
            self._listeners.call(events)
            if self._names is not None:
                for pair in self._names.news():
                    self._listeners.tell("reverse", *pair)
        return events

    def _general(self, record: Record, link_type: int) -> None:
        if self._finder is None:
            from pcaptools.core.decode.general import SegmentFinder  # most captures can do without

            self._finder = SegmentFinder()
        found = self._finder.find(record, link_type)
        if not found:
            self.not_tcp += 1
        for segment, data in found:
            self._segment(record[0], data, segment)

    # --- the path of every packet ---

    def _segment(self, time: int, data: bytes, segment: Segment) -> None:
        key, seq, ack, flags, _, l3, l4, start, length = segment
        endpoint = self._find(key)
        if endpoint is None or flags & SYN:
            endpoint = self._meet(endpoint, segment, time, data)
        session = endpoint.session
        session.last_ns = time
        endpoint.packet_count += 1
        endpoint.odd_ip += l4 - l3 - 20
        endpoint.odd_tcp += start - l4 - 32
        endpoint.bytes_payload += length
        peer = endpoint.peer
        figures = endpoint.figures
        if figures is not None:
            figures.note(time, data, segment, endpoint, self._streams)
            if figures.anomalies:
                self._tell_anomalies(endpoint, figures.anomalies, segment, time)
        # most segments: both sides open, nothing held, acknowledging no more than was seen, next in order
        if (
            flags & 0x17 == ACK
            and endpoint.state is OPEN
            and peer.state is OPEN
            and not session.waiting
            and (peer.next_seq - ack) & MASK < HALF
        ):
            if not length:
                return
            if seq == endpoint.next_seq and start + length <= len(data) and endpoint.fin_at is None:
                offset = endpoint.offset
                self._remember((endpoint, offset, data, l3, l4, start, start + length, time))
                endpoint.next_seq = (seq + length) & MASK
                endpoint.offset = offset + length
                if length < endpoint.skip:
                    endpoint.skip -= length
                    endpoint.skipped += length
                elif session.analyser is not None:
                    self._streams.feed(endpoint, session.analyser, Data(data[start : start + length], time))
                return
        endpoint.common = peer.common = False
        self._unusual(endpoint, time, data, segment)
        if endpoint.state is OPEN and peer.state is OPEN and not session.waiting:
            endpoint.common, peer.common = endpoint.fin_at is None, peer.fin_at is None

    # --- everything else ---

    def _unusual(self, endpoint: Endpoint, time: int, data: bytes, segment: Segment) -> None:
        _, seq, ack, flags, _, _, _, _, length = segment
        session = endpoint.session
        first_byte = (seq + 1) & MASK if flags & SYN else seq
        if session.ended and length and abs(diff(first_byte, endpoint.next_seq)) > NEAR_SYN:
            # ports reused by a session whose handshake was not captured
            self._end(session, time, "replaced")
            self._leave(session)
            endpoint = self._create(segment[0], flags, time)
            session = endpoint.session
            endpoint.packet_count = 1
            endpoint.odd_ip = segment[6] - segment[5] - 20
            endpoint.odd_tcp = segment[7] - segment[6] - 32
            endpoint.bytes_payload = length
        if flags & RST and refused_by_syn_sent(endpoint.peer, segment):
            self.bounds_hit["ignored resets outside the window"] += 1
            return
        if endpoint.next_seq < 0:
            endpoint.next_seq = first_byte
        elif endpoint.packet_count == 1 and abs(diff(first_byte, endpoint.next_seq)) > PLAUSIBLE:
            endpoint.next_seq = first_byte  # the peer's first ACK was of another age
        if flags & RST:
            self._reset(endpoint, time, data, segment)
            return
        if not flags & SYN:
            endpoint.state = after(endpoint.state, Kind.ACK)
        if flags & ACK:
            self._acknowledge(endpoint, ack)
        if length or flags & FIN:
            self._payload(endpoint, time, data, segment, first_byte)
        self._started(session, endpoint, time)
        if session.waiting:
            self._streams.settle(session, time)
        self._check_closed(session, endpoint, time)

    def _started(self, session: Session, endpoint: Endpoint, time: int) -> None:
        if session.connect_ns is None and endpoint.state is OPEN and (session.midway or endpoint.peer.state is OPEN):
            session.connect_ns = time
            self._streams.events.append(TcpStart(session, time, "send"))

    def _acknowledge(self, endpoint: Endpoint, ack: int) -> None:
        """Note what `endpoint` says to have received of its peer."""
        peer = endpoint.peer
        if peer.acked_seq is None or diff(ack, peer.acked_seq) > 0:
            peer.acked_seq = ack
        if peer.next_seq < 0:
            peer.next_seq = ack
        if not peer.packet_count:
            return  # only one side is captured, so far: what it acknowledges is no gap
        reached = unwrap(ack, peer.next_seq, peer.offset)
        if reached >= 0 and peer.state in (EndpointState.SYN_SENT, EndpointState.SYN_ACK_SENT):
            peer.state = after(peer.state, Kind.SYN_ACKED)
        if peer.fin_at is not None:
            reached = min(reached, peer.fin_at + 1)
        if peer.claimed < reached < peer.offset + PLAUSIBLE:
            peer.claimed = reached
            if reached > peer.offset + peer.slack:
                self._streams.wait(peer.session)
            self._streams.check_fin_acked(peer)

    def _payload(self, endpoint: Endpoint, time: int, data: bytes, segment: Segment, first_byte: int) -> None:
        _, _, ack, flags, _, _, _, _, length = segment
        offset = unwrap(first_byte, endpoint.next_seq, endpoint.offset)
        end = offset + length
        if not -PLAUSIBLE < end - endpoint.offset < PLAUSIBLE:
            if first_byte != endpoint.stray:
                endpoint.stray = (first_byte + length) & MASK
                self.bounds_hit["ignored segments too far away from their stream"] += 1
                return
            self._streams.rebase(endpoint, first_byte, time)  # two in a row: an outage, not a forgery
            offset, end = endpoint.offset, endpoint.offset + length
        if flags & FIN and endpoint.fin_at is None and end >= endpoint.offset:
            endpoint.fin_at = end
            endpoint.skip = 0
        if length and end <= endpoint.offset:
            self._streams.seen_before(endpoint, time, data, segment, offset)
        elif length:
            if offset < endpoint.offset:
                self._streams.seen_before(endpoint, time, data, segment, offset)
            needs = 0
            if flags & ACK and endpoint.peer.packet_count:
                needs = unwrap(ack, endpoint.peer.next_seq, endpoint.peer.offset)
                if needs >= endpoint.peer.offset + PLAUSIBLE:
                    needs = 0
            self._streams.new_bytes(endpoint, time, data, segment, offset, needs)
        self._streams.deliver_fin(endpoint, time)

    # --- the life of a session ---

    def _meet(self, endpoint: Endpoint | None, segment: Segment, time: int, data: bytes) -> Endpoint:
        """Return the endpoint that a SYN, or the first segment of a session, belongs to."""
        key, seq, _, flags = segment[:4]
        if endpoint is None:
            endpoint = self._create(key, flags, time)
        elif not self._own_syn(endpoint, seq, flags):
            self._end(endpoint.session, time, "replaced")
            self._leave(endpoint.session)
            endpoint = self._create(key, flags, time)
        if flags & SYN:
            self._note_syn(endpoint, segment, time, data)
        return endpoint

    @staticmethod
    def _own_syn(endpoint: Endpoint, seq: int, flags: int) -> bool:
        """Tell whether a SYN belongs to the session on its ports, or opens a new one there."""
        session = endpoint.session
        if session.ended:
            return endpoint.isn == seq
        if endpoint.isn is not None:
            return endpoint.isn == seq or bool(flags & ACK and not endpoint.offset and endpoint.state < OPEN)
        return endpoint.next_seq < 0 or abs(diff(seq, endpoint.next_seq)) < NEAR_SYN

    def _create(self, key: bytes, flags: int, time: int) -> Endpoint:
        # a lone SYN+ACK was sent by the server: its receiver is the session's `src`
        from_server = flags & (SYN | ACK) == SYN | ACK
        session = Session(reversed_key(key) if from_server else key, time)
        if self._names is not None:
            session.name_of = self._names.name
            if self._listeners.has("reverse"):
                _ = session.src_name, session.dst_name  # asks for them
        endpoint = self._table.add(session, key)
        if self._analyse is not None:
            session.analyser = self._analyse(session)
        if self._figures:
            self._make_figures(session, time)
        return endpoint

    def _make_figures(self, session: Session, time: int) -> None:
        session.figures_due = True
        send, recv = session.send.figures, session.recv.figures = Figures(maps=self._maps), Figures(maps=self._maps)
        send.peer, recv.peer = recv, send
        for figures in (send, recv):
            figures.plain = not (self._maps or self._anomalies or self._graphs or self._points)
            if self._anomalies:
                figures.anomalies = []
            if self._graphs:
                figures.graph = Graph(Series(time), Series(time))
            if self._points:
                figures.points = Points()

    def _note_syn(self, endpoint: Endpoint, segment: Segment, time: int, data: bytes) -> None:
        _, seq, _, flags, _, l3, l4, start, length = segment
        session = endpoint.session
        kind = Kind.SYN_ACK if flags & ACK else Kind.SYN
        state = after(endpoint.state, kind)
        seen, endpoint.syn_kinds = endpoint.syn_kinds, endpoint.syn_kinds | 1 << kind
        if endpoint.isn == seq and seen & 1 << kind:
            if self._streams.recent.is_copy(endpoint, data, l3, l4, start + length, time):
                self._streams.copies += 1
            else:
                self._streams.events.append(TcpSynRetry(session, time, endpoint.direction))
            return
        endpoint.state = state
        if endpoint.isn is None or state in (EndpointState.SYN_SENT, EndpointState.SYN_ACK_SENT):
            if endpoint.isn != seq and not endpoint.offset:
                endpoint.next_seq = (seq + 1) & MASK
            endpoint.isn = seq
        endpoint.window_scale = window_scale(data[l4 + 20 : start])
        session.midway = False
        if session.syn_ns is None:
            session.syn_ns = time
        self._remember((endpoint, 0, data, l3, l4, start, start + length, time))

    def _reset(self, endpoint: Endpoint, time: int, data: bytes, segment: Segment) -> None:
        seq, start, length = segment[1], segment[7], segment[8]
        session = endpoint.session
        distance = diff(seq, endpoint.next_seq)
        # RFC 9293, 3.5.2: a RST outside the window is ignored; sequence 0 answers a SYN (3.5.2, case 1)
        if not -NEAR_SYN < distance < PLAUSIBLE and (endpoint.offset or endpoint.isn is not None):
            self.bounds_hit["ignored resets outside the window"] += 1
            return
        if length and distance == 0 and not endpoint.held and endpoint.fin_at is None:
            self._streams.deliver(endpoint, data[start : start + length], length, time)
        if session.ended:
            return
        endpoint.state = after(endpoint.state, Kind.RST)
        session.reset_by = endpoint.direction
        self._streams.events.append(TcpReset(session, time, endpoint.direction))
        self._end(session, time, "rst", reset=True)

    def _check_closed(self, session: Session, endpoint: Endpoint, time: int) -> None:
        if session.ended or session.send.state is not EndpointState.FIN_ACKED:
            return
        if session.recv.state is EndpointState.FIN_ACKED:
            self._streams.events.append(TcpEnd(session, time, endpoint.direction))
            self._end(session, time, "fin")

    def _end(self, session: Session, time: int, reason: EndReason, *, reset: bool = False) -> None:
        """Deliver what is held, with its gaps, and tell the analyser. The session stays in the table."""
        self._streams.flush(session, time)
        if not session.ended:
            session.ended = True
            session.end_reason = reason
            for endpoint in (session.send, session.recv):
                if endpoint.figures is not None:
                    endpoint.figures.rest()
            session.close_ns = time if reason in ("fin", "rst") else None
            for endpoint in (session.send, session.recv):
                self._streams.tell_end(endpoint, reason, time)
            if session.close_ns is not None:
                self._table.close(session)
        if not reset:
            session.analyser = None
            self._streams.forget(session)

    def _drop(self, session: Session, reason: EndReason) -> None:
        """Take leave of a session that the table forgets."""
        if reason == "timeout" and not session.ended:
            self.bounds_hit["forgot an idle session (see --idle-timeout)"] += 1
        elif reason == "evicted":
            self.bounds_hit["forgot the oldest session, because the table was full (see --max-sessions)"] += 1
        self._end(session, session.last_ns, reason)
        self._leave(session)

    def _tell_anomalies(self, endpoint: Endpoint, kinds: list[Anomaly], segment: Segment, time: int) -> None:
        seq, length = segment[1], segment[8]
        self._streams.events += [
            TcpAnomaly(endpoint.session, time, endpoint.direction, seq, length, kind) for kind in kinds
        ]
        kinds.clear()

    def _leave(self, session: Session) -> None:
        """Tell the figures of a session that no packet can belong to any more, once."""
        if self._figures and session.figures_due:
            session.figures_due = False
            stats = SessionStats(session)
            self._streams.events.append(TcpSession(session, session.last_ns, "send", session.start_ns, stats))


def _learner(names: Names | None) -> Callable[[Record, int], None] | None:
    """Return what takes the packets that have surely no TCP in them."""
    if names is None:
        return None
    from pcaptools.core.answers import Answers

    return Answers(names).look
