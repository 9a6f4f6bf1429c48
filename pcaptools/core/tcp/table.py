"""The table of sessions: bounded, aged by the packets' clock, closed sessions kept for late segments."""

from __future__ import annotations

from collections.abc import Callable
from heapq import nsmallest
from itertools import islice

from pcaptools.core.protocols.base import EndReason
from pcaptools.core.tcp.session import NS, Endpoint, Session, reversed_key
from pcaptools.core.tcp.state import EndpointState

LINGER_NS = 60 * NS
"""How long a closed session stays, so that late ACKs and retransmissions count to it.

Less where very many close: see `SessionTable.close`."""
SWEEP_NS = 10 * NS
HALF_OPEN = (EndpointState.SILENT, EndpointState.SYN_SENT, EndpointState.SYN_ACK_SENT)


class SessionTable:
    """Sessions by the raw address and port bytes of each of their directions."""

    def __init__(self, max_sessions: int, idle_timeout: float, drop: Callable[[Session, EndReason], None]) -> None:
        self.flows: dict[bytes, Endpoint] = {}
        """One entry a direction, so that no key is ever sorted or swapped on a packet's path."""
        self.created = 0
        self._sessions: dict[Session, None] = {}
        self._closed: dict[Session, None] = {}
        """Those that linger, the one closed first before the others."""
        self._max = max_sessions
        self._idle_ns = round(idle_timeout * NS)
        self._drop = drop
        self._next_sweep = 0

    def sessions(self) -> list[Session]:
        """Return all sessions, in order of their first packet."""
        return list(self._sessions)

    def add(self, session: Session, key: bytes) -> Endpoint:
        """Enter a session, in place of any on its ports; return the endpoint whose segments carry `key`."""
        old = self.flows.get(key)
        if old is not None:
            self._sessions.pop(old.session, None)
            self._closed.pop(old.session, None)
        elif len(self._sessions) >= self._max:
            self._make_room()
        self.created += 1
        self._sessions[session] = None
        # a host connected to itself on one port has one key for both directions: `send` is both
        self.flows[reversed_key(session.key)] = session.recv
        self.flows[session.key] = session.send
        return self.flows[key]

    def close(self, session: Session) -> None:
        """Take note that a session has ended. An eighth of the table is enough for such to linger in."""
        if session not in self._sessions:
            return
        self._closed[session] = None
        if len(self._closed) > self._max // 8:
            self._remove(next(iter(self._closed)), "fin")

    def sweep(self, now: int) -> None:
        """Forget what was closed or idle long enough. Costs nothing most of the time."""
        if 0 <= self._next_sweep - now <= 2 * SWEEP_NS:
            return
        self._next_sweep = now + SWEEP_NS
        for session in list(self._sessions):
            idle = now - session.last_ns
            if session.ended and idle > LINGER_NS:
                self._remove(session, "fin")
            elif idle > self._idle_ns:
                self._remove(session, "timeout")

    def _make_room(self) -> None:
        """Forget a sixteenth: closed sessions first, then half-open ones, then those idle the longest."""
        count = max(1, self._max // 16)
        going = list(islice(self._closed, count))
        # under a flood of SYNs the oldest sessions are half-open ones: sorting all of them would cost more than the
        # flood itself
        going += islice(filter(_is_half_open, self._sessions), count - len(going))
        if len(going) < count:
            known = set(going)
            rest = (session for session in self._sessions if session not in known)
            going += nsmallest(count - len(going), rest, key=_last_packet)
        for session in going:
            self._remove(session, "fin" if session.ended else "evicted")

    def _remove(self, session: Session, reason: EndReason) -> None:
        self._drop(session, reason)
        del self._sessions[session]
        self._closed.pop(session, None)
        for key in (session.key, reversed_key(session.key)):
            entry = self.flows.get(key)
            if entry is not None and entry.session is session:
                del self.flows[key]


def _is_half_open(session: Session) -> bool:
    return not session.ended and (session.send.state in HALF_OPEN or session.recv.state in HALF_OPEN)


def _last_packet(session: Session) -> int:
    return session.last_ns
