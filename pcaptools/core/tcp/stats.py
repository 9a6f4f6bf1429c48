"""A session's figures as a dictionary: node_pcap's `session_stats()`, and much more.

docs/figures.md defines each, with its unit and what Wireshark and tcptrace call it. Times are seconds, sizes bytes;
what is not known is None.
"""

from __future__ import annotations

from typing import Any

from pcaptools.core.tcp.figures import Figures
from pcaptools.core.tcp.session import NS, Endpoint, Session

PERCENTILES = (50, 95, 99)


def session_stats(session: Session) -> dict[str, Any]:
    """Return every figure of a session whose tracker makes figures."""
    duration = (session.last_ns - session.start_ns) / NS
    stats: dict[str, Any] = {
        "state": session.state,
        "client": session.client,
        "start": session.start_ns / NS,
        "end": session.last_ns / NS,
        "duration": duration,
        "ended": _ended(session),
        "connect_duration": _connect_duration(session),
        "total_time": None
        if session.close_ns is None
        else _since(session.syn_ns or session.start_ns, session.close_ns),
        "handshake_rtt": _handshake(session),
        "time_to_first_byte": _first_byte(session),
    }
    for side, endpoint in (("send", session.send), ("recv", session.recv)):
        figures = endpoint.figures
        assert figures is not None, "a tracker with figures=True makes them"
        for name, value in _side(endpoint, figures, session, duration).items():
            stats[f"{side}_{name}"] = value
    return stats


def _side(endpoint: Endpoint, figures: Figures, session: Session, duration: float) -> dict[str, Any]:
    overhead = endpoint.bytes_ip + endpoint.bytes_tcp
    unique = endpoint.bytes_payload - figures.duplicate_bytes
    total = overhead + endpoint.bytes_payload
    return {
        "packets": endpoint.packet_count,
        "payload": endpoint.bytes_payload,
        "overhead": overhead,
        "total": total,
        "unique": unique,
        "data_packets": figures.data_packets,
        "pure_acks": figures.pure_acks,
        "retrans": figures.retransmitted,
        "retrans_fast": figures.fast,
        "retrans_spurious": figures.spurious,
        "retrans_timeout": max(0, figures.retransmitted - figures.fast - figures.spurious),
        "retrans_partial": figures.partial,
        "retrans_segments": figures.seen_again,
        "retrans_bytes": figures.duplicate_bytes,
        "keep_alives": figures.keep_alives,
        "window_probes": figures.probes,
        "out_of_order": figures.out_of_order,
        "lost_segments": figures.lost,
        "unseen_acks": figures.ack_lost,
        "copies": figures.copies,
        "duplicate_acks": figures.duplicate_acks,
        "sack_packets": figures.sack_packets,
        "sack_blocks": figures.sack_blocks,
        "dsack_packets": figures.dsack_packets,
        "window_min": _known(figures.window_min),
        "window_max": _known(figures.window_max),
        "window_scale": endpoint.window_scale,
        "window_updates": figures.window_updates,
        "window_full": figures.window_full,
        "zero_windows": figures.zero_windows,
        "zero_window_time": _zero_window_time(figures, session),
        "mss": _known(figures.mss),
        "max_segment": figures.max_segment,
        "oversized": figures.oversized,
        "options": " ".join(figures.offered),
        "bytes_in_flight": figures.bytes_in_flight,
        **_round_trips(figures),
        "throughput": total / duration if duration > 0 else None,
        "goodput": unique / duration if duration > 0 else None,
        "idle_time": figures.idle_max / NS,
    }


def _round_trips(figures: Figures) -> dict[str, Any]:
    rtts = figures.rtts
    if not rtts.count:
        names = ("min", "mean", *(f"p{percent}" for percent in PERCENTILES), "max", "jitter")
        return {"rtt_samples": 0, **{f"rtt_{name}": None for name in names}}
    return {
        "rtt_samples": rtts.count,
        "rtt_min": rtts.least / NS,
        "rtt_mean": rtts.mean / NS,
        **{f"rtt_p{percent}": rtts.percentile(percent) / NS for percent in PERCENTILES},
        "rtt_max": rtts.greatest / NS,
        "rtt_jitter": figures.rtt_change / (rtts.count - 1) / NS if rtts.count > 1 else None,
    }


def _ended(session: Session) -> str:
    """Say how it ended: "fin", "reset by src", "reset by dst", "timeout", "replaced", "forgotten" or "open"."""
    if session.end_reason == "rst":
        return "reset by src" if session.reset_by == "send" else "reset by dst"
    words = {"fin": "fin", "timeout": "timeout", "replaced": "replaced", "evicted": "forgotten"}
    return words.get(session.end_reason, "open")


def _connect_duration(session: Session) -> float | None:
    if session.syn_ns is None or session.connect_ns is None:
        return None
    return _since(session.syn_ns, session.connect_ns)


def _handshake(session: Session) -> float | None:
    figures = session.send.figures
    return figures.handshake_rtt / NS if figures is not None and figures.handshake_rtt >= 0 else None


def _first_byte(session: Session) -> float | None:
    """Return how long after the client's first byte the server's first came."""
    client, server = session.send, session.recv
    if session.client == "recv":
        client, server = server, client
    if (
        client.figures is None
        or server.figures is None
        or min(client.figures.first_data, server.figures.first_data) < 0
    ):
        return None
    return _since(client.figures.first_data, server.figures.first_data)


def _zero_window_time(figures: Figures, session: Session) -> float:
    still = session.last_ns - figures.zero_since if figures.zero_since >= 0 and not session.ended else 0
    return (figures.zero_time + still) / NS


def _since(start: int, end: int) -> float:
    return (end - start) / NS


def _known(value: int) -> int | None:
    return value if value >= 0 else None
