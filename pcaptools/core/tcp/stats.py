"""A session's figures by name: node_pcap's `session_stats()`, and much more.

docs/figures.md defines each, with its unit and what Wireshark and tcptrace call it. Times are seconds, sizes bytes;
what is not known is None. A figure is worked out when somebody asks for it, so that one that nobody shows costs
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pcaptools.core.tcp.figures import Figures
from pcaptools.core.tcp.session import NS, Endpoint, Session


class SessionStats(Mapping[str, Any]):
    """The figures of a session whose tracker makes figures, as they stand when they are read."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getitem__(self, name: str) -> Any:
        session = self._session
        whole = WHOLE.get(name)
        if whole is not None:
            return whole(session)
        endpoint = session.send if name.startswith("send_") else session.recv
        figures = endpoint.figures
        assert figures is not None, "a tracker with figures=True makes them"
        return SIDE[name[5:]](endpoint, figures)

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
    return (session.last_ns - session.start_ns) / NS


def _ended(session: Session) -> str:
    """Say how it ended: "fin", "reset by src", "reset by dst", "timeout", "replaced", "forgotten" or "open"."""
    if session.end_reason == "rst":
        return "reset by src" if session.reset_by == "send" else "reset by dst"
    words = {"fin": "fin", "timeout": "timeout", "replaced": "replaced", "evicted": "forgotten"}
    return words.get(session.end_reason, "open")


def _connect_duration(session: Session) -> float | None:
    if session.syn_ns is None or session.connect_ns is None:
        return None
    return (session.connect_ns - session.syn_ns) / NS


def _total_time(session: Session) -> float | None:
    if session.close_ns is None:
        return None
    return (session.close_ns - (session.start_ns if session.syn_ns is None else session.syn_ns)) / NS


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


def _of(name: str) -> Callable[[Endpoint, Figures], Any]:
    return lambda _, figures: getattr(figures, name)


def _known(name: str) -> Callable[[Endpoint, Figures], int | None]:
    return lambda _, figures: value if (value := getattr(figures, name)) >= 0 else None


def _rtt(value: Callable[[Figures], float]) -> Callable[[Endpoint, Figures], float | None]:
    return lambda _, figures: value(figures) / NS if figures.rtts.count else None


def _jitter(_: Endpoint, figures: Figures) -> float | None:
    changes = figures.rtts.count - 1
    return figures.rtt_change / changes / NS if changes > 0 else None


SIDE: dict[str, Callable[[Endpoint, Figures], Any]] = {
    "packets": lambda endpoint, _: endpoint.packet_count,
    "payload": lambda endpoint, _: endpoint.bytes_payload,
    "overhead": _overhead,
    "total": _total,
    "unique": _unique,
    "data_packets": _of("data_packets"),
    "pure_acks": _of("pure_acks"),
    "retrans": _of("retransmitted"),
    "retrans_fast": _of("fast"),
    "retrans_spurious": _of("spurious"),
    "retrans_timeout": _timeouts,
    "retrans_partial": _of("partial"),
    "retrans_segments": _of("seen_again"),
    "retrans_bytes": _of("duplicate_bytes"),
    "keep_alives": _of("keep_alives"),
    "window_probes": _of("probes"),
    "out_of_order": _of("out_of_order"),
    "lost_segments": _of("lost"),
    "unseen_acks": _of("ack_lost"),
    "copies": _of("copies"),
    "duplicate_acks": _of("duplicate_acks"),
    "sack_packets": _of("sack_packets"),
    "sack_blocks": _of("sack_blocks"),
    "dsack_packets": _of("dsack_packets"),
    "window_min": _known("window_min"),
    "window_max": _known("window_max"),
    "window_scale": lambda endpoint, _: endpoint.window_scale,
    "window_updates": _of("window_updates"),
    "window_full": _of("window_full"),
    "zero_windows": _of("zero_windows"),
    "zero_window_time": _zero_window_time,
    "mss": _known("mss"),
    "max_segment": _of("max_segment"),
    "oversized": _of("oversized"),
    "options": lambda _, figures: " ".join(figures.offered),
    "bytes_in_flight": _of("bytes_in_flight"),
    "rtt_samples": lambda _, figures: figures.rtts.count,
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

NAMES = (*WHOLE, *(f"{side}_{name}" for side in ("send", "recv") for name in SIDE))
