"""The two byte streams of every session: delivered in order, exactly once, with a gap for what is missing.

What to do with a segment's bytes is decided here; what a segment means for its session, in tracker.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from pcaptools.core.decode.segment import Segment
from pcaptools.core.events import Event, RetransmitKind, TcpGap, TcpRetransmit
from pcaptools.core.protocols.base import Analyser, Data, End, EndReason, Gap
from pcaptools.core.tcp.reassembly import hold, overlapping, take
from pcaptools.core.tcp.recent import Recent
from pcaptools.core.tcp.seq import MASK
from pcaptools.core.tcp.session import NS, Endpoint, Session
from pcaptools.core.tcp.state import FIN, EndpointState, Kind, after

PATIENCE_PACKETS = 64
PATIENCE_NS = NS // 4
"""How long acknowledged bytes may stay unseen before they are a gap: captures reorder, by a few packets."""
MAX_HELD_TOTAL = 64 << 20
"""Out-of-order bytes held in all sessions together."""
OUTAGE = 1 << 30
"""The length of a gap whose length nobody knows, for an analyser."""
PASS_NS = NS // 20
"""How often it is looked who has waited too long."""
GAPS_KEPT = 8
"""Gaps of a direction that are remembered, to know bytes that come after they were given up."""


class Streams:
    """Delivers in-order bytes to the sessions' analysers, and collects what they make of them in `events`."""

    def __init__(self, max_held: int, bounds_hit: Counter[str], last_drop: Callable[[], int] | None = None) -> None:
        self.last_drop = last_drop or _never
        """Tells when the kernel was last seen to have dropped packets (ns); 0 for never."""
        self.events: list[Event] = []
        self.bounds_hit = bounds_hit
        self.copies = 0
        """Segments seen twice on the way (a bridge, the device `any`)."""
        self.snapped = 0
        """Segments that the snap length has cut."""
        self.recent = Recent()
        self.waiting: dict[Session, None] = {}
        """Sessions with held bytes, or with bytes acknowledged and not seen."""
        self.ended: list[Session] = []
        """Sessions that ended in this batch: what printers keep in them can go when it is printed."""
        self.first_unseen: Session | None = None
        """The first session in which something was acknowledged that was not captured, where figures are made."""
        self._max_held = max_held
        self._held_total = 0
        self._last_pass = 0
        self._gaps: dict[Endpoint, list[tuple[int, int]]] = {}

    def forget(self, session: Session) -> None:
        """Let go of what is remembered of a session that ended: it may stay long in the table."""
        self.ended.append(session)
        session.waiting = False
        self.waiting.pop(session, None)
        for endpoint in (session.send, session.recv):
            self._gaps.pop(endpoint, None)

    def gaps_of(self, endpoint: Endpoint) -> list[tuple[int, int]]:
        """Return the gaps of a direction that are remembered, as (first offset, offset behind)."""
        return self._gaps.get(endpoint, [])

    def feed(self, endpoint: Endpoint, analyser: Analyser, unit: Data | Gap | End) -> None:
        """Give a unit to the analyser, and learn what it will not read."""
        direction = endpoint.direction
        if endpoint.skipped:
            analyser.skip(direction, endpoint.skipped)
            endpoint.skipped = 0
        events = analyser.feed(direction, unit)
        if events:
            self.events.extend(events)
        endpoint.skip = analyser.skippable(direction)

    def new_bytes(self, endpoint: Endpoint, time: int, data: bytes, segment: Segment, offset: int, needs: int) -> None:
        """Take a segment with bytes not seen before; they may have to wait for others (`needs`: see take)."""
        _, _, _, _, _, l3, l4, start, length = segment
        cut = max(0, endpoint.offset - offset)
        payload = data[start + cut : start + length]
        if endpoint.slack:
            endpoint.slack = 0  # bytes behind it: it was no FIN
            if offset == endpoint.offset + 1:
                self._lose_bytes(endpoint, offset, time)
        peer = endpoint.peer
        if offset <= endpoint.offset and not endpoint.held and needs <= peer.offset + peer.slack:
            self.recent.remember((endpoint, offset, data, l3, l4, start, start + length, time))
            self.deliver(endpoint, payload, length - cut, time)
            return
        piece = (offset + cut, offset + length, payload, time, needs)
        if not cut and overlapping(endpoint, piece[0], piece[1]):
            self.seen_before(endpoint, time, data, segment, offset)
        self._held_total -= endpoint.held_bytes
        kept = hold(endpoint, piece)
        self._held_total += endpoint.held_bytes
        if kept:
            self.recent.remember((endpoint, offset, data, l3, l4, start, start + length, time))
        self.wait(endpoint.session)
        self.drain(endpoint.session)
        if endpoint.held_bytes > self._max_held:
            self.bounds_hit["skipped a hole, because too many bytes behind it were held in one direction"] += 1
            self.force(endpoint)
        elif self._held_total > MAX_HELD_TOTAL:
            self.bounds_hit["skipped a hole, because too many bytes were held in all sessions"] += 1
            self.force(endpoint)

    def seen_before(self, endpoint: Endpoint, time: int, data: bytes, segment: Segment, offset: int) -> None:
        """Name a segment some or all of whose bytes came before."""
        _, seq, _, flags, _, l3, l4, start, length = segment
        if self.recent.is_copy(endpoint, data, l3, l4, start + length, time):
            self.copies += 1
            return
        kind: RetransmitKind
        payload = data[start : start + length]
        if length == 1 and offset == endpoint.offset - 1 and not flags & FIN:
            kind = "keep_alive"  # its byte may be anything (RFC 9293, 3.8.4)
        elif self.recent.compare(endpoint, offset, payload) == "differs":
            kind = "conflict"
        elif any(low < offset + length and offset < high for low, high in self._gaps.get(endpoint, ())):
            kind = "late"
        else:
            kind = (
                "full"
                if offset + length <= endpoint.offset or self._held_whole(endpoint, offset, length)
                else "partial"
            )
        self.events.append(TcpRetransmit(endpoint.session, time, endpoint.direction, seq, length, kind))
        if endpoint.figures is not None:
            endpoint.figures.sent_again(seq)

    @staticmethod
    def _held_whole(endpoint: Endpoint, offset: int, length: int) -> bool:
        return sum(
            min(end, offset + length) - max(start, offset)
            for start, end, *_ in overlapping(endpoint, offset, offset + length)
        ) == offset + length - max(offset, endpoint.offset)

    # --- delivery ---

    def deliver(self, endpoint: Endpoint, payload: bytes, length: int, time: int) -> None:
        """Hand over the next `length` bytes, of which the snap length may have left fewer."""
        if endpoint.fin_at is not None and endpoint.offset + length > endpoint.fin_at:
            self.bounds_hit["ignored bytes sent after a FIN"] += 1
            length = max(0, endpoint.fin_at - endpoint.offset)
            payload = payload[:length]
            if not length:
                return
        endpoint.next_seq = (endpoint.next_seq + length) & MASK
        endpoint.offset += length
        analyser = endpoint.session.analyser
        if payload and analyser is not None:
            if len(payload) < endpoint.skip:
                endpoint.skip -= len(payload)
                endpoint.skipped += len(payload)
            else:
                self.feed(endpoint, analyser, Data(payload, time))
        if len(payload) < length:
            self.snapped += 1
            self._gap_event(endpoint, length - len(payload), time, snapped=True)

    def skip_hole(self, endpoint: Endpoint, to: int, time: int) -> None:
        """Give up the bytes before stream offset `to`."""
        if endpoint.fin_at is not None:
            to = min(to, endpoint.fin_at)
        length = to - endpoint.offset
        if length <= 0:
            return
        if length == 1 and not endpoint.held and endpoint.fin_at is None:
            self._suspect_fin(endpoint)
            return
        self._lose_bytes(endpoint, to, time)

    def _lose_bytes(self, endpoint: Endpoint, to: int, time: int) -> None:
        length = to - endpoint.offset
        gaps = self._gaps.setdefault(endpoint, [])
        gaps.append((endpoint.offset, to))
        del gaps[:-GAPS_KEPT]
        endpoint.next_seq = (endpoint.next_seq + length) & MASK
        endpoint.offset = to
        self._gap_event(endpoint, length, time)

    @staticmethod
    def _suspect_fin(endpoint: Endpoint) -> None:
        """Take a hole one number wide with nothing behind it for a FIN that was not captured, until bytes come.

        At the start of a session joined midway it is the old byte of a keep-alive probe (RFC 9293, 3.8.4).
        """
        if endpoint.session.midway and not endpoint.offset:
            endpoint.next_seq = (endpoint.next_seq + 1) & MASK
            endpoint.claimed = 0
        else:
            endpoint.slack = 1

    def _gap_event(self, endpoint: Endpoint, length: int, time: int, *, snapped: bool = False) -> None:
        self.events.append(TcpGap(endpoint.session, time, endpoint.direction, length))
        if endpoint.session.analyser is not None:
            self.feed(endpoint, endpoint.session.analyser, Gap(length, time, snapped, self.last_drop()))

    def deliver_fin(self, endpoint: Endpoint, time: int) -> None:
        """End a direction when everything before its FIN was delivered."""
        if endpoint.fin_at is None or endpoint.fin_at != endpoint.offset:
            return
        if endpoint.state in (EndpointState.FIN_SENT, EndpointState.FIN_ACKED, EndpointState.RESET):
            return
        endpoint.state = after(endpoint.state, Kind.FIN)
        # the FIN takes one sequence number (RFC 9293, 3.4)
        endpoint.next_seq = (endpoint.next_seq + 1) & MASK
        endpoint.offset += 1
        self.tell_end(endpoint, "fin", time)
        self.check_fin_acked(endpoint)

    def tell_end(self, endpoint: Endpoint, reason: EndReason, time: int) -> None:
        """Tell the analyser that a direction has ended, once."""
        if not endpoint.end_told and endpoint.session.analyser is not None:
            endpoint.end_told = True
            self.feed(endpoint, endpoint.session.analyser, End(reason, time, self.last_drop()))

    def rebase(self, endpoint: Endpoint, first_byte: int, time: int) -> None:
        """Go on at `first_byte`, after an outage of unknown length."""
        self.flush(endpoint.session, time)
        endpoint.next_seq, endpoint.claimed = first_byte, endpoint.offset
        self.events.append(TcpGap(endpoint.session, time, endpoint.direction, None))
        if endpoint.session.analyser is not None:
            self.feed(endpoint, endpoint.session.analyser, Gap(OUTAGE, time, dropped=self.last_drop()))

    @staticmethod
    def check_fin_acked(endpoint: Endpoint) -> None:
        """Take note that the peer has acknowledged the FIN."""
        if endpoint.fin_at is not None and endpoint.claimed > endpoint.fin_at:
            endpoint.state = after(endpoint.state, Kind.FIN_ACKED)

    # --- waiting for bytes ---

    def wait(self, session: Session) -> None:
        """Begin to wait for bytes."""
        if not session.waiting:
            session.waiting = True
            session.held_since, session.held_packets = session.last_ns, 0
            self.waiting[session] = None

    def settle(self, session: Session, time: int) -> None:
        """Deliver what can be; give up what its receiver has and we do not, when patience ends."""
        self.drain(session)
        if not session.waiting:
            return
        session.held_packets += 1
        if session.held_packets > PATIENCE_PACKETS or time - session.held_since > PATIENCE_NS:
            self.give_up(session, time)

    def drain(self, session: Session) -> None:
        """Deliver held pieces of both directions until neither can go on."""
        send, recv = session.send, session.recv
        moved = True
        while moved:
            moved = self._drain_one(send) | self._drain_one(recv)
        settled = send.claimed <= send.offset + send.slack and recv.claimed <= recv.offset + recv.slack
        if settled and not send.held and not recv.held:
            session.waiting = False
            self.waiting.pop(session, None)

    def _drain_one(self, endpoint: Endpoint) -> bool:
        moved, peer = False, endpoint.peer
        while endpoint.held:
            before = endpoint.held_bytes
            piece = take(endpoint, peer.offset + peer.slack if peer.packet_count else MASK << 32)
            if piece is None:
                break
            self._held_total += endpoint.held_bytes - before
            moved = True
            start, end, payload, time, _ = piece
            if end <= endpoint.offset:
                continue
            session = endpoint.session
            session.held_since, session.held_packets = session.last_ns, 0
            self.deliver(endpoint, payload[endpoint.offset - start :], end - endpoint.offset, time)
        offset = endpoint.offset
        self.deliver_fin(endpoint, endpoint.session.last_ns)
        return moved or endpoint.offset != offset

    def give_up(self, session: Session, time: int) -> None:
        """Bytes that the receiver has acknowledged and that were not captured are a gap now."""
        before = session.send.offset, session.recv.offset
        for endpoint in (session.send, session.recv):
            hole_end = endpoint.held[0][0] if endpoint.held else endpoint.claimed
            self.skip_hole(endpoint, min(hole_end, endpoint.claimed), time)
            self.drain(session)
        if (session.send.offset, session.recv.offset) == before:
            self._release(session)
        session.held_since, session.held_packets = time, 0

    def _release(self, session: Session) -> None:
        """Deliver the earliest of two pieces that wait for each other (one was sent again with a later ACK)."""
        ready = [side for side in (session.send, session.recv) if side.held and side.held[0][0] <= side.offset]
        if ready:
            endpoint = min(ready, key=_first_time)
            assert endpoint.held
            offset, end, payload, time, _ = endpoint.held[0]
            endpoint.held[0] = (offset, end, payload, time, 0)
            self.drain(session)

    def force(self, endpoint: Endpoint) -> None:
        """Take away what the first held piece waits for, whether or not it was acknowledged: once, and drain."""
        session, peer = endpoint.session, endpoint.peer
        if not endpoint.held:
            return
        start, _, _, _, needs = endpoint.held[0]
        if start > endpoint.offset:
            self.skip_hole(endpoint, start, session.last_ns)
            if start > endpoint.offset:
                self.bounds_hit["ignored bytes sent after a FIN"] += 1
                self._held_total -= endpoint.held_bytes
                endpoint.held, endpoint.held_bytes = None, 0
        elif needs > peer.offset:
            before = peer.offset
            self.skip_hole(peer, min(needs, peer.held[0][0]) if peer.held else needs, session.last_ns)
            if peer.offset == before:
                self._release(session)
        self.drain(session)

    def let_pass(self, now: int) -> None:
        """Give up what has been awaited too long."""
        if 0 <= now - self._last_pass < PASS_NS:
            return
        self._last_pass = now
        for session in list(self.waiting):
            if now - session.held_since > PATIENCE_NS:
                self.give_up(session, now)

    def flush(self, session: Session, time: int) -> None:
        """Deliver all that is held, in the order it was captured, with its gaps."""
        while session.send.held or session.recv.held:
            self.force(min((side for side in (session.send, session.recv) if side.held), key=_first_time))
        for endpoint in (session.send, session.recv):
            if endpoint.packet_count and not session.ended:
                self.skip_hole(endpoint, max(endpoint.claimed, endpoint.fin_at or 0), time)
            self.deliver_fin(endpoint, time)
        session.waiting = False
        self.waiting.pop(session, None)


def _never() -> int:
    return 0


def _first_time(endpoint: Endpoint) -> int:
    return endpoint.held[0][3] if endpoint.held else 0
