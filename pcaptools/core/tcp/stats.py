"""A session's figures by name: node_pcap's `session_stats()`, and much more.

docs/figures.md defines each, with its unit and what Wireshark and tcptrace call it. Times are seconds, sizes bytes;
what is not known is None. A figure is worked out when somebody asks for it, so that one that nobody shows costs
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from pcaptools.core.tcp.figures import Figures
from pcaptools.core.tcp.session import NS, Endpoint, Session


class SessionStats(Mapping[str, Any]):
    """The figures of a session whose tracker makes figures, as they stand when they are read."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getitem__(self, name: str) -> Any:
        return FIGURES[name](self._session)

    def __contains__(self, name: object) -> bool:
        return name in FIGURES

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


def session_stats(session: Session) -> dict[str, Any]:
    """Return every figure, and node_pcap's `send_times` and `recv_times` where the tracker keeps its maps."""
    stats = dict(SessionStats(session))
    for side, figures in (("send", session.send.figures), ("recv", session.recv.figures)):
        if figures is not None and figures.maps:
            stats[f"{side}_times"] = {ack: (acked - sent) / NS for ack, sent, acked in figures.round_trips}
    return stats


def _duration(session: Session) -> float:
    return max(session.last_ns - session.start_ns, 0) / NS  # 0: the clock stepped back meanwhile


def _ended(session: Session) -> str:
    """Say how it ended: "fin", "reset by src", "reset by dst", "timeout", "replaced", "forgotten" or "open"."""
    if session.end_reason == "rst":
        return "reset by src" if session.reset_by == "send" else "reset by dst"
    words = {"fin": "fin", "timeout": "timeout", "replaced": "replaced", "evicted": "forgotten"}
    return words.get(session.end_reason, "open")


def _connect_duration(session: Session) -> float | None:
    if session.syn_ns is None or session.connect_ns is None:
        return None
    return _span(session.syn_ns, session.connect_ns)


def _total_time(session: Session) -> float | None:
    if session.close_ns is None:
        return None
    return _span(session.start_ns if session.syn_ns is None else session.syn_ns, session.close_ns)


def _span(begin: int, end: int) -> float | None:
    """Return the seconds between two moments, None where the clock stepped back between them."""
    return (end - begin) / NS if end >= begin else None


def _handshake(session: Session) -> float | None:
    figures = session.send.figures
    return figures.handshake_rtt / NS if figures is not None and figures.handshake_rtt >= 0 else None


def _first_byte(session: Session) -> float | None:
    """Return how long after the client's first byte the server's first came."""
    client, server = session.send.figures, session.recv.figures
    if session.client == "recv":
        client, server = server, client
    if client is None or server is None or min(client.first_data, server.first_data) < 0:
        return None
    return (server.first_data - client.first_data) / NS


WHOLE: dict[str, Callable[[Session], Any]] = {
    "state": lambda session: session.state,
    "client": lambda session: session.client,
    "start": lambda session: session.start_ns / NS,
    "end": lambda session: session.last_ns / NS,
    "duration": _duration,
    "ended": _ended,
    "connect_duration": _connect_duration,
    "total_time": _total_time,
    "handshake_rtt": _handshake,
    "time_to_first_byte": _first_byte,
}
"""Figures of the whole session."""


def _overhead(endpoint: Endpoint, _: Figures) -> int:
    return endpoint.bytes_ip + endpoint.bytes_tcp


def _total(endpoint: Endpoint, _: Figures) -> int:
    return endpoint.bytes_ip + endpoint.bytes_tcp + endpoint.bytes_payload


def _unique(endpoint: Endpoint, figures: Figures) -> int:
    return endpoint.bytes_payload - figures.duplicate_bytes


def _timeouts(_: Endpoint, figures: Figures) -> int:
    return max(0, figures.retransmitted - figures.fast - figures.spurious)


def _zero_window_time(endpoint: Endpoint, figures: Figures) -> float:
    session = endpoint.session
    still = session.last_ns - figures.zero_since if figures.zero_since >= 0 and not session.ended else 0
    return (figures.zero_time + still) / NS


def _rate(amount: Callable[[Endpoint, Figures], int]) -> Callable[[Endpoint, Figures], float | None]:
    def rate(endpoint: Endpoint, figures: Figures) -> float | None:
        duration = _duration(endpoint.session)
        return amount(endpoint, figures) / duration if duration > 0 else None

    return rate


Side = str | Callable[[Endpoint, Figures], Any]
"""How a figure of one side is got: an attribute of its endpoint, by its path, or a function."""


def _known(name: str) -> Callable[[Endpoint, Figures], int | None]:
    return lambda _, figures: value if (value := getattr(figures, name)) >= 0 else None


def _rtt(value: Callable[[Figures], float]) -> Callable[[Endpoint, Figures], float | None]:
    return lambda _, figures: value(figures) / NS if figures.rtts.count else None


def _jitter(_: Endpoint, figures: Figures) -> float | None:
    changes = figures.rtts.count - 1
    return figures.rtts.changes / changes / NS if changes > 0 else None


SIDE: dict[str, Side] = {
    "packets": "packet_count",
    "payload": "bytes_payload",
    "overhead": _overhead,
    "total": _total,
    "unique": _unique,
    "data_packets": "figures.data_packets",
    "pure_acks": "figures.pure_acks",
    "retrans": "figures.retransmitted",
    "retrans_fast": "figures.fast",
    "retrans_spurious": "figures.spurious",
    "retrans_timeout": _timeouts,
    "retrans_partial": "figures.partial",
    "retrans_segments": "figures.seen_again",
    "retrans_bytes": "figures.duplicate_bytes",
    "keep_alives": "figures.keep_alives",
    "window_probes": "figures.probes",
    "out_of_order": "figures.out_of_order",
    "lost_segments": "figures.lost",
    "unseen_acks": "figures.ack_lost",
    "copies": "figures.copies",
    "duplicate_acks": "figures.duplicate_acks",
    "sack_packets": "figures.sack_packets",
    "sack_blocks": "figures.sack_blocks",
    "dsack_packets": "figures.dsack_packets",
    "window_min": _known("window_min"),
    "window_max": _known("window_max"),
    "window_scale": "window_scale",
    "window_updates": "figures.window_updates",
    "window_full": "figures.window_full",
    "zero_windows": "figures.zero_windows",
    "zero_window_time": _zero_window_time,
    "mss": _known("mss"),
    "max_segment": "figures.max_segment",
    "oversized": "figures.oversized",
    "options": lambda _, figures: " ".join(figures.offered),
    "bytes_in_flight": "figures.bytes_in_flight",
    "rtt_samples": "figures.rtts.count",
    "rtt_min": _rtt(lambda figures: figures.rtts.least),
    "rtt_mean": _rtt(lambda figures: figures.rtts.mean),
    "rtt_p50": _rtt(lambda figures: figures.rtts.percentile(50)),
    "rtt_p95": _rtt(lambda figures: figures.rtts.percentile(95)),
    "rtt_p99": _rtt(lambda figures: figures.rtts.percentile(99)),
    "rtt_max": _rtt(lambda figures: figures.rtts.greatest),
    "rtt_jitter": _jitter,
    "throughput": _rate(_total),
    "goodput": _rate(_unique),
    "idle_time": lambda _, figures: figures.idle_max / NS,
}
"""Figures of each side: `send_` and `recv_` stand before them."""


def _bound(side: str, how: Side) -> Callable[[Session], Any]:
    if isinstance(how, str):
        return attrgetter(f"{side}.{how}")  # C from end to end
    endpoint_of: Callable[[Session], Endpoint] = attrgetter(side)

    def figure(session: Session) -> Any:
        endpoint = endpoint_of(session)
        assert endpoint.figures is not None, "a tracker with figures=True makes them"
        return how(endpoint, endpoint.figures)

    return figure


FIGURES: dict[str, Callable[[Session], Any]] = WHOLE | {
    f"{side}_{name}": _bound(side, how) for side in ("send", "recv") for name, how in SIDE.items()
}
"""Name → what gets the figure of a session."""
NAMES = tuple(FIGURES)
