"""A TCP session and its two endpoints. Names of the attributes are node_pcap's."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from socket import AF_INET, AF_INET6, inet_ntop
from typing import TYPE_CHECKING, Generic, TypeVar, overload

from pcaptools.core.decode.segment import Segment
from pcaptools.core.events import Conversation, Direction
from pcaptools.core.protocols.base import Analyser
from pcaptools.core.tcp.seq import MASK
from pcaptools.core.tcp.state import ACK, EndpointState, Kind, SessionState, session_state

if TYPE_CHECKING:
    from pcaptools.core.tcp.figures import Figures

T = TypeVar("T")
NS = 1_000_000_000

Piece = tuple[int, int, bytes, int, int]
"""Held bytes: (offset, end, captured bytes, time, offset that the peer must have reached first)."""


class Endpoint:
    """One direction: what its sender has sent. Offsets count its stream's bytes from the first one known."""

    __slots__ = (
        "acked_seq",
        "bytes_payload",
        "claimed",
        "common",
        "direction",
        "end_told",
        "figures",
        "fin_at",
        "held",
        "held_bytes",
        "isn",
        "next_seq",
        "odd_ip",
        "odd_tcp",
        "offset",
        "packet_count",
        "peer",
        "session",
        "skip",
        "skipped",
        "slack",
        "state",
        "stray",
        "syn_kinds",
        "window_scale",
    )

    def __init__(self, session: Session, direction: Direction) -> None:
        self.session = session
        self.peer: Endpoint
        self.direction = direction
        self.state = EndpointState.SILENT
        self.isn: int | None = None
        self.syn_kinds = 0
        """Which of SYN and SYN+ACK it has sent: a bit for each Kind."""
        self.window_scale: int | None = None
        """The multiplier (RFC 7323, 2.2), None when the option was not offered."""
        self.next_seq = -1
        """Sequence number of the next byte to deliver; -1 while unknown."""
        self.offset = 0
        """Stream offset of `next_seq`."""
        self.claimed = 0
        """Stream offset up to which the peer has acknowledged; past `offset` means bytes not seen (yet)."""
        self.acked_seq: int | None = None
        self.fin_at: int | None = None
        """Stream offset of the FIN."""
        self.slack = 0
        """1 when the peer has acknowledged one number more: a FIN that was not captured, it seems."""
        self.stray = -1
        """Sequence number that would follow the last segment that was too far away to be believed."""
        self.end_told = False
        self.packet_count = 0
        self.odd_ip = 0
        """Bytes of IP headers beyond the 20 of most, together: most packets then need no more than to be counted."""
        self.odd_tcp = 0
        """Bytes of TCP headers beyond the 32 of most (less than 0 where they are fewer)."""
        self.bytes_payload = 0
        self.held: list[Piece] | None = None
        """Out-of-order pieces, sorted, without overlap."""
        self.held_bytes = 0
        self.skip = 0
        """Bytes that need only be counted (Analyser.skippable)."""
        self.skipped = 0
        self.figures: Figures | None = None
        """What its packets tell, where somebody asked for figures."""
        self.common = False
        """Both sides are open, nothing is held or awaited: the next segment in order can take the common path."""

    @property
    def bytes_ip(self) -> int:
        """Bytes of IP headers."""
        return 20 * self.packet_count + self.odd_ip

    @property
    def bytes_tcp(self) -> int:
        """Bytes of TCP headers, options included."""
        return 32 * self.packet_count + self.odd_tcp


class _Of(Generic[T]):
    """An attribute of a session that lives in one of its endpoints: `send_isn` is `send.isn`."""

    def __init__(self, side: Direction, name: str) -> None:
        self._side = side
        self._name = name

    @overload
    def __get__(self, session: None, owner: type) -> _Of[T]: ...
    @overload
    def __get__(self, session: Session, owner: type) -> T: ...
    def __get__(self, session: Session | None, owner: type) -> T | _Of[T]:
        if session is None:
            return self
        value: T = getattr(getattr(session, self._side), self._name)
        return value


class Session(Conversation):
    """Two endpoints and what was seen of them. Times are seconds since the epoch (float), None if not seen."""

    __slots__ = (
        "_id",
        "analyser",
        "close_ns",
        "connect_ns",
        "content_client",
        "end_reason",
        "ended",
        "figures_due",
        "held_packets",
        "held_since",
        "key",
        "last_ns",
        "midway",
        "name_of",
        "protocol",
        "recv",
        "reset_by",
        "send",
        "start_ns",
        "syn_ns",
        "waiting",
    )

    def __init__(self, key: bytes, now: int) -> None:
        self.key = key
        """Source and destination address and port, raw, as in the packets that `src` sends."""
        self.prefixes = {}
        self._prefixes_version = 0
        self.name_of: Callable[[str], str] | None = None
        """Tells the name of an address, or the address; None where nobody asks for names."""
        self.start_ns = self.last_ns = now
        self.syn_ns: int | None = None
        self.connect_ns: int | None = None
        self.close_ns: int | None = None
        self.midway = True
        """Picked up while it was running: its handshake was not seen."""
        self.ended = False
        self.end_reason = ""
        """How it ended: "fin", "rst", "timeout", "replaced", …; empty while it is open."""
        self.reset_by: Direction = "send"
        """Who sent the RST, of a session that ended so."""
        self.figures_due = False
        """Its figures are made, and not told yet."""
        self.waiting = False
        """Bytes are held, or were acknowledged before they were seen."""
        self.held_since = 0
        self.held_packets = 0
        self.analyser: Analyser | None = None
        self.content_client: Direction | None = None
        """Which side sent a request, when the handshake was not seen."""
        self.protocol = ""
        """What the bytes were found to be: HTTP, TLS, …; empty while unknown."""
        self._id = ""
        self.send = Endpoint(self, "send")
        self.recv = Endpoint(self, "recv")
        self.send.peer, self.recv.peer = self.recv, self.send

    @property
    def id(self) -> str:
        """16 hex digits, from the key and the time of the first packet."""
        if not self._id:
            self._id = blake2b(self.key + self.start_ns.to_bytes(16, "big", signed=True), digest_size=8).hexdigest()
        return self._id

    @property
    def src(self) -> str:
        """Address and port of the side that `send` means."""
        return endpoints(self.key)[0]

    @property
    def dst(self) -> str:
        """Address and port of the other side."""
        return endpoints(self.key)[1]

    @property
    def src_name(self) -> str:
        """Name and port of `src`, where the address has a known name."""
        return endpoints(self.key, self.name_of)[0]

    @property
    def dst_name(self) -> str:
        """Name and port of `dst`."""
        return endpoints(self.key, self.name_of)[1]

    @property
    def connect(self) -> int | None:
        """Nanoseconds from the first SYN to the handshake's end; None where the clock stepped back meanwhile."""
        if self.midway or self.syn_ns is None or self.connect_ns is None or self.connect_ns < self.syn_ns:
            return None
        return self.connect_ns - self.syn_ns

    @property
    def state(self) -> SessionState:
        """The state in RFC 9293's words, as `src`'s host would say it."""
        return session_state(self.send.state, self.recv.state)

    @property
    def client(self) -> Direction:
        """Who opened the session: told by the handshake, else by content, else by the port numbers."""
        if self.send.syn_kinds or self.recv.syn_kinds:
            return "recv" if self._opened_by_dst() else "send"
        if self.content_client:
            return self.content_client
        src_port, dst_port = ports(self.key)
        return "send" if src_port >= dst_port else "recv"

    def _opened_by_dst(self) -> bool:
        if self.send.syn_kinds & 1 << Kind.SYN:
            return False
        return bool(self.recv.syn_kinds & 1 << Kind.SYN or self.send.syn_kinds & 1 << Kind.SYN_ACK)

    @property
    def syn_time(self) -> float | None:
        """When the first SYN was seen."""
        return seconds(self.syn_ns)

    @property
    def connect_time(self) -> float | None:
        """When the handshake was complete."""
        return seconds(self.connect_ns)

    @property
    def close_time(self) -> float | None:
        """When the session ended."""
        return seconds(self.close_ns)

    @property
    def current_cap_time(self) -> float:
        """Time of the latest packet."""
        return self.last_ns / NS

    send_isn = _Of[int | None]("send", "isn")
    send_window_scale = _Of[int | None]("send", "window_scale")

    @property
    def send_acked_seq(self) -> int | None:
        """What the other side has acknowledged; exact where there are figures, else it may lag behind."""
        return acked(self.send)

    @property
    def recv_acked_seq(self) -> int | None:
        """What `src` has acknowledged."""
        return acked(self.recv)

    @property
    def send_packets(self) -> dict[int, float] | None:
        """When each segment was sent, by the ackno expected for it: the latest, and those not acknowledged."""
        return sent_times(self.send.figures)

    @property
    def recv_packets(self) -> dict[int, float] | None:
        """The same of the other side."""
        return sent_times(self.recv.figures)

    @property
    def send_acks(self) -> dict[int, float] | None:
        """When each ackno was first sent, of the latest."""
        return ack_times(self.send.figures)

    @property
    def recv_acks(self) -> dict[int, float] | None:
        """The same of the other side."""
        return ack_times(self.recv.figures)

    @property
    def send_retrans(self) -> dict[int, int] | None:
        """How often each segment was sent again, by its sequence number, of the latest."""
        return None if self.send.figures is None else dict(self.send.figures.sent_twice or {})

    @property
    def recv_retrans(self) -> dict[int, int] | None:
        """The same of the other side."""
        return None if self.recv.figures is None else dict(self.recv.figures.sent_twice or {})

    send_next_seq = _Of[int]("send", "next_seq")
    send_bytes_ip = _Of[int]("send", "bytes_ip")
    send_bytes_tcp = _Of[int]("send", "bytes_tcp")
    send_bytes_payload = _Of[int]("send", "bytes_payload")
    recv_isn = _Of[int | None]("recv", "isn")
    recv_window_scale = _Of[int | None]("recv", "window_scale")
    recv_next_seq = _Of[int]("recv", "next_seq")
    recv_bytes_ip = _Of[int]("recv", "bytes_ip")
    recv_bytes_tcp = _Of[int]("recv", "bytes_tcp")
    recv_bytes_payload = _Of[int]("recv", "bytes_payload")

    def __repr__(self) -> str:
        return f"<Session {self.id} {self.src} -> {self.dst} {self.state}>"


def seconds(ns: int | None) -> float | None:
    """Nanoseconds as seconds, None kept."""
    return None if ns is None else ns / NS


def acked(endpoint: Endpoint) -> int | None:
    """Return what was acknowledged of what an endpoint sent; None as long as nothing was."""
    figures = endpoint.peer.figures
    if figures is None:
        return endpoint.acked_seq
    return figures.last_ack if figures.last_ack >= 0 else None


def sent_times(figures: Figures | None) -> dict[int, float] | None:
    """Return node_pcap's map of segments, by the ackno that acknowledges them."""
    if figures is None:
        return None
    acked = {ack: sent / NS for ack, sent, _ in figures.round_trips}
    return acked | {entry[0]: entry[1] / NS for entry in figures.outstanding}


def ack_times(figures: Figures | None) -> dict[int, float] | None:
    """Return node_pcap's map of acknowledgments."""
    return None if figures is None else {ack: time / NS for ack, time in figures.acks}


def ports(key: bytes) -> tuple[int, int]:
    """Return source and destination port of a session key."""
    return int.from_bytes(key[-4:-2], "big"), int.from_bytes(key[-2:], "big")


def endpoints(key: bytes, name_of: Callable[[str], str] | None = None) -> tuple[str, str]:
    """Return "address:port" of source and destination, or the name in the address's place.

    An IPv6 address stands in brackets.
    """
    half = (len(key) - 4) // 2
    src, dst = _address(key[:half]), _address(key[half : 2 * half])
    if name_of is not None:
        src, dst = name_of(src), name_of(dst)
    if ":" in src:
        src = f"[{src}]"
    if ":" in dst:
        dst = f"[{dst}]"
    src_port, dst_port = ports(key)
    return f"{src}:{src_port}", f"{dst}:{dst_port}"


@lru_cache(4096)
def _address(raw: bytes) -> str:
    return inet_ntop(AF_INET if len(raw) == 4 else AF_INET6, raw)


def reversed_key(key: bytes) -> bytes:
    """Return the key of the other direction."""
    half = (len(key) - 4) // 2
    return key[half : 2 * half] + key[:half] + key[-2:] + key[-4:-2]


def refused_by_syn_sent(peer: Endpoint, segment: Segment) -> bool:
    """Tell whether a RST does not answer the SYN that its receiver has sent (RFC 9293, 3.10.7.3)."""
    if peer.state is not EndpointState.SYN_SENT or peer.isn is None:
        return False
    return bool(segment[3] & ACK) and segment[2] != (peer.isn + 1) & MASK


def window_scale(options: bytes) -> int | None:
    """Return the multiplier of the window scale option, None without it (RFC 7323, 2.2: shift at most 14)."""
    index = 0
    while index < len(options):
        kind = options[index]
        if kind == 0:
            break
        if kind == 1:
            index += 1
            continue
        if index + 1 >= len(options) or options[index + 1] < 2:
            break
        if kind == 3 and index + 2 < len(options):
            return 1 << min(options[index + 2], 14)
        index += options[index + 1]
    return None
