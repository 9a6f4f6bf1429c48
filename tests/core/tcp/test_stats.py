"""session_stats(): node_pcap's figures, and ours, of a session built by hand so that each can be worked out."""

from __future__ import annotations

from typing import Any

import pytest
from support.build import ACK, FIN, RST, SYN, Dialogue

from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.stats import session_stats
from pcaptools.core.tcp.tracker import TCPTracker

MS = 0.001
"""Frames of a Dialogue are a millisecond apart."""


def stats_of(talk: Dialogue) -> dict[str, Any]:
    tracker = TCPTracker(figures=True)
    tracker.track_batch(Batch(1, talk.records))
    (session,) = tracker.open_sessions()
    return session_stats(session)


def exchange() -> Dialogue:
    """Handshake (frames 1-3), 100 bytes and their ACK (4, 5), 300 bytes and theirs (6, 7), both FINs (8-10)."""
    talk = Dialogue().open().send("c", b"q" * 100).send("s", b"a" * 300)
    talk.raw("c", FIN | ACK)
    talk.seq["c"] += 1
    talk.raw("s", FIN | ACK)
    talk.seq["s"] += 1
    return talk.raw("c", ACK)


def test_node_pcaps_figures() -> None:
    stats = stats_of(exchange())
    assert stats["connect_duration"] == pytest.approx(2 * MS)
    assert stats["total_time"] == pytest.approx(9 * MS)
    assert (stats["send_payload"], stats["recv_payload"]) == (100, 300)
    assert (stats["send_packets"], stats["recv_packets"]) == (6, 4)
    assert (stats["send_overhead"], stats["recv_overhead"]) == (6 * 40, 4 * 40)
    assert (stats["send_total"], stats["recv_total"]) == (340, 460)
    assert (stats["send_retrans"], stats["recv_retrans"]) == (0, 0)


def test_times() -> None:
    stats = stats_of(exchange())
    assert stats["duration"] == pytest.approx(9 * MS)
    assert stats["handshake_rtt"] == pytest.approx(2 * MS)
    assert stats["time_to_first_byte"] == pytest.approx(2 * MS)  # frame 4 to frame 6
    # SYN to SYN+ACK, data to ACK, FIN to FIN+ACK: a millisecond each
    assert stats["send_rtt_samples"] == 3
    assert [stats[f"send_rtt_{name}"] for name in ("min", "mean", "max")] == [pytest.approx(MS)] * 3
    assert stats["send_rtt_jitter"] == pytest.approx(0, abs=1e-9)
    assert stats["send_idle_time"] == pytest.approx(3 * MS)  # frame 4 to frame 7
    assert stats["send_goodput"] == pytest.approx(100 / (9 * MS))
    assert stats["send_throughput"] == pytest.approx(340 / (9 * MS))


def test_percentiles() -> None:
    talk = Dialogue().open()
    for number in range(1, 101):
        talk.send("c", b"x", acked=False)
        talk.now += (number - 1) * 1_000_000
        talk.raw("s", ACK)
    stats = stats_of(talk)
    # the handshake's millisecond, then 1 to 100
    assert stats["send_rtt_p50"] == pytest.approx(50 * MS, rel=0.011)
    assert stats["send_rtt_p95"] == pytest.approx(95 * MS, rel=0.011)
    assert stats["send_rtt_p99"] == pytest.approx(99 * MS, rel=0.011)
    assert stats["send_rtt_max"] == pytest.approx(100 * MS)


def test_how_it_ended() -> None:
    assert stats_of(exchange())["ended"] == "fin"
    assert stats_of(Dialogue().open())["ended"] == "open"
    assert stats_of(Dialogue().open().raw("c", RST))["ended"] == "reset by src"
    assert stats_of(Dialogue().open().raw("s", RST))["ended"] == "reset by dst"


def test_what_is_not_known_is_none() -> None:
    stats = stats_of(Dialogue().raw("c", ACK))
    unknown = ("connect_duration", "total_time", "handshake_rtt", "time_to_first_byte", "send_rtt_mean", "send_mss",
               "recv_window_max", "send_goodput")  # fmt: skip
    assert [stats[name] for name in unknown] == [None] * len(unknown)
    assert (stats["state"], stats["client"]) == ("ESTAB", "send")


def test_both_sides_have_the_same_figures() -> None:
    names = list(stats_of(exchange()))
    sent = [name.removeprefix("send_") for name in names if name.startswith("send_")]
    assert sent == [name.removeprefix("recv_") for name in names if name.startswith("recv_")]
    assert len(sent) > 40


def test_the_maps_of_node_pcap() -> None:
    tracker = TCPTracker(figures=True, maps=True)
    talk = Dialogue().open().send("c", b"12345").raw("c", ACK, b"12345", seq=1001)
    tracker.track_batch(Batch(1, talk.records))
    (session,) = tracker.open_sessions()
    first = talk.records[0][0] / 10**9
    assert dict(session.send_packets or {}) == pytest.approx({1001: first, 1006: first + 3 * MS})
    assert dict(session.recv_acks or {}) == pytest.approx({1001: first + MS, 1006: first + 4 * MS})
    assert session.send_retrans == {1001: 1}
    assert session.recv_retrans == {}
    assert (session.recv_packets or {}).keys() == {5001}
    assert (session.send_acks or {}).keys() == {5001}


def test_without_figures_there_are_no_maps() -> None:
    tracker = TCPTracker()
    tracker.track_batch(Batch(1, Dialogue().raw("c", SYN).records))
    (session,) = tracker.open_sessions()
    maps = (session.send_packets, session.recv_packets, session.send_acks, session.recv_acks, session.send_retrans)
    assert maps == (None,) * 5
