"""The figures against tshark's (tcp.analysis.*) and tcptrace's (-l) on real transfers over bad links.

captures/impaired/facts.json was read with those programs; where we count otherwise it says so in KNOWN, and the
test fails as well when an entry no longer differs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.build import ACK, SYN, Dialogue

from pcaptools.core.events import TcpAnomaly, TcpSession
from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.files import FileSource
from pcaptools.core.tcp.figures import MAX_OUTSTANDING, Figures
from pcaptools.core.tcp.session import Session
from pcaptools.core.tcp.tracker import TCPTracker

FOLDER = Path(__file__).parents[2] / "captures" / "impaired"
FACTS: dict[str, list[dict[str, Any]]] = json.loads((FOLDER / "facts.json").read_text())
SIDES = [(name, side) for name in FACTS for side in ("send", "recv")]

FLAGS = {
    "retransmission": "retransmitted",
    "fast_retransmission": "fast",
    "spurious_retransmission": "spurious",
    "out_of_order": "out_of_order",
    "lost_segment": "lost",
    "ack_lost_segment": "ack_lost",
    "duplicate_ack": "duplicate_acks",
    "zero_window": "zero_windows",
    "zero_window_probe": "probes",
    "keep_alive": "keep_alives",
    "keep_alive_ack": "keep_alive_acks",
    "window_update": "window_updates",
    "window_full": "window_full",
}
"""tcp.analysis.* → our figure."""

COPIES = "the link sent frames twice: two of one IP identification within 5 ms are copies here, not retransmissions"
SYN_AGAIN = "tcptrace counts a SYN or FIN that is sent again as a byte sent again; we count bytes of payload"
KNOWN: dict[tuple[str, str, str], tuple[float, float, str]] = {
    # (capture, side, figure): (theirs, ours, why)
    ("duplicate10.pcap.gz", "recv", "retransmission"): (9, 0, COPIES),
    ("duplicate10.pcap.gz", "recv", "spurious_retransmission"): (8, 0, COPIES),
    ("duplicate10.pcap.gz", "recv", "duplicate_ack"): (1, 0, COPIES),
    ("duplicate10.pcap.gz", "recv", "pure_acks"): (3, 2, COPIES),
    ("duplicate10.pcap.gz", "recv", "unique_bytes"): (150244, 163276, COPIES),
    ("duplicate10.pcap.gz", "recv", "data_packets"): (113, 104, COPIES),
    ("duplicate10.pcap.gz", "recv", "retransmitted_packets"): (9, 0, COPIES),
    ("duplicate10.pcap.gz", "recv", "retransmitted_bytes"): (13032, 0, COPIES),
    ("fin-lost.pcap.gz", "recv", "retransmitted_packets"): (2, 0, SYN_AGAIN),
    ("fin-lost.pcap.gz", "recv", "retransmitted_bytes"): (2, 0, SYN_AGAIN),
    ("syn-lost.pcap.gz", "send", "retransmitted_packets"): (2, 0, SYN_AGAIN),
    ("syn-lost.pcap.gz", "send", "retransmitted_bytes"): (2, 0, SYN_AGAIN),
    ("syn-lost.pcap.gz", "recv", "retransmitted_packets"): (1, 0, SYN_AGAIN),
    ("syn-lost.pcap.gz", "recv", "retransmitted_bytes"): (1, 0, SYN_AGAIN),
    ("zero-window.pcap.gz", "send", "min_window"): (1448, 0, "tcptrace leaves windows of zero out of the minimum"),
    ("zero-window-loss.pcap.gz", "send", "min_window"): (1448, 0, "tcptrace leaves windows of zero out of the minimum"),
    ("no-scaling.pcap.gz", "recv", "max_window"): (65160, 65078, "tcptrace takes the SYN's, too"),
}  # fmt: skip


@cache
def sessions(name: str) -> list[Session]:
    tracker = TCPTracker(figures=True)
    with FileSource([FOLDER / name]) as source:
        for batch in source.batches():
            tracker.track_batch(batch)
    return tracker.open_sessions()


def sides(name: str, side: str) -> list[tuple[Any, dict[str, Any]]]:
    """Return our endpoint and their facts, session by session."""
    pairs = zip(sessions(name), FACTS[name], strict=True)
    return [(getattr(session, side), facts[side]) for session, facts in pairs]


def compare(name: str, side: str, theirs: Mapping[str, float], ours: Mapping[str, float]) -> None:
    for figure, value in theirs.items():
        expected = KNOWN.get((name, side, figure), (value, value, ""))
        assert (value, ours[figure]) == expected[:2], f"{figure}: theirs {value}, ours {ours[figure]}"


def test_there_are_many_scenarios() -> None:
    assert len(FACTS) >= 30
    assert sum(bool(facts[0]["recv"]["frames"] or facts[0]["send"]["frames"]) for facts in FACTS.values()) >= 25


@pytest.mark.parametrize(("name", "side"), SIDES)
def test_kinds_of_packets_are_wiresharks(name: str, side: str) -> None:
    for endpoint, facts in sides(name, side):
        theirs = {flag: len(facts["frames"].get(flag, [])) for flag in FLAGS}
        compare(name, side, theirs, {flag: getattr(endpoint.figures, ours) for flag, ours in FLAGS.items()})


@pytest.mark.parametrize(("name", "side"), SIDES)
def test_counts_are_tcptraces(name: str, side: str) -> None:
    for endpoint, facts in sides(name, side):
        figures: Figures = endpoint.figures
        ours = {
            "packets": endpoint.packet_count,
            "pure_acks": figures.pure_acks,
            "sack_packets": figures.sack_packets,
            "dsack_packets": figures.dsack_packets,
            "unique_bytes": endpoint.bytes_payload - figures.duplicate_bytes,
            "data_packets": figures.data_packets,
            "data_bytes": endpoint.bytes_payload,
            "retransmitted_packets": figures.seen_again,
            "retransmitted_bytes": figures.duplicate_bytes,
            "zero_windows": figures.zero_windows,
            "max_segment": figures.max_segment,
            "max_window": figures.window_max,
            "min_window": figures.window_min,
            "mss": figures.mss,
        }
        compare(name, side, {figure: facts["tcptrace"][figure] for figure in ours}, ours)


@pytest.mark.parametrize(("name", "side"), SIDES)
def test_bytes_in_flight_are_tcptraces_outstanding_window(name: str, side: str) -> None:
    """tcptrace counts one more, but no FIN; a number near 2**64 is its own overflow, when an ACK overtakes data."""
    for endpoint, facts in sides(name, side):
        theirs = facts["tcptrace"]["max_outstanding"]
        assert theirs > 1 << 63 or endpoint.figures.bytes_in_flight in (theirs - 1, theirs)


@pytest.mark.parametrize(("name", "side"), SIDES)
def test_round_trip_times_are_tsharks(name: str, side: str) -> None:
    for endpoint, facts in sides(name, side):
        theirs, ours = facts["rtt"], endpoint.figures.rtts
        if (name, side) == ("duplicate10.pcap.gz", "recv"):
            assert (theirs["samples"], ours.count) == (97, 106)  # of copies: see KNOWN
            continue
        assert ours.count == pytest.approx(theirs["samples"], abs=max(1, 0.15 * theirs["samples"]))
        if not theirs["samples"]:
            continue
        for ours_value, figure in ((ours.least, "min"), (ours.greatest, "max")):
            assert ours_value / 1e9 == pytest.approx(theirs[figure], rel=0.05, abs=30e-6)
        wide = 0.15 if name == "jitter.pcap.gz" else 0.05  # tshark gives no sample of a segment that was overtaken
        assert ours.mean / 1e9 == pytest.approx(theirs["mean"], rel=wide, abs=3e-6)


@pytest.mark.parametrize("name", FACTS)
def test_the_handshakes_round_trip_time_is_tsharks(name: str) -> None:
    for session, facts in zip(sessions(name), FACTS[name], strict=True):
        figures = session.send.figures
        assert figures is not None
        if facts["initial_rtt"] is not None:
            assert figures.handshake_rtt / 1e9 == pytest.approx(facts["initial_rtt"], abs=1e-6)


def test_known_differences_are_all_met() -> None:
    assert {(name, side) for name, side, _ in KNOWN} <= set(SIDES)


# ---------------------------------------------------------------- built by hand


def figures_of(talk: Dialogue) -> tuple[Figures, Figures]:
    tracker = TCPTracker(figures=True)
    tracker.track_batch(Batch(1, talk.records))
    (session,) = tracker.open_sessions()
    assert session.send.figures is not None
    assert session.recv.figures is not None
    return session.send.figures, session.recv.figures


def test_karns_rule() -> None:
    """RFC 6298, 3: no round-trip time from a segment that was sent again."""
    talk = Dialogue().open()
    talk.raw("c", ACK, b"once").raw("c", ACK, b"once")
    talk.seq["c"] += 4
    talk.now += 10_000_000
    talk.raw("s", ACK)
    send, _ = figures_of(talk)
    assert send.rtts.count == 1  # the SYN's
    assert send.retransmitted == 1


def test_a_window_probe_of_one_byte() -> None:
    talk = Dialogue().open().send("c", b"x" * 10, acked=False)
    frame = talk.records[-1]
    talk.raw("s", ACK)
    time, length, data = talk.records.pop()
    talk.records.append((time, length, data[:48] + b"\0\0" + data[50:]))  # a window of zero
    talk.raw("c", ACK, b"p")
    send, recv = figures_of(talk)
    assert (recv.zero_windows, send.probes, send.retransmitted) == (1, 1, 0)
    assert send.next_seq == 1000 + 1 + 10  # the probe's byte is not taken
    assert frame


def test_zero_window_time() -> None:
    talk = Dialogue().open()
    for window in (b"\0\0", b"\0\0", b"\1\0"):
        talk.raw("s", ACK)
        time, length, data = talk.records.pop()
        talk.records.append((time, length, data[:48] + window + data[50:]))
    _, recv = figures_of(talk)
    assert recv.zero_time == 2_000_000  # frames are 1 ms apart
    assert (recv.window_min, recv.window_max) == (0, 256)  # of the packets behind its SYN


def test_options_of_the_syn_and_segments_over_the_mss() -> None:
    talk = Dialogue()
    talk.raw("c", SYN, ack=0, options=b"\x02\x04\x05\xb4\x04\x02")
    talk.seq["c"] += 1
    talk.raw("s", SYN | ACK, options=b"\x02\x04\x02\x00")
    talk.seq["s"] += 1
    talk.raw("c", ACK).raw("c", ACK, b"y" * 600)
    send, recv = figures_of(talk)
    assert (send.mss, recv.mss) == (1460, 512)
    assert (send.offered, recv.offered) == (("mss", "sack_ok"), ("mss",))
    assert (send.oversized, send.max_segment) == (1, 600)


def test_duplicate_sack() -> None:
    """RFC 2883, 4: the first block is below the acknowledgment, or inside the second."""

    def sack(*edges: int) -> bytes:
        body = b"".join(edge.to_bytes(4, "big") for edge in edges)
        return b"\x01\x01\x05" + bytes([2 + len(body)]) + body

    talk = Dialogue().open().send("c", b"z" * 100)
    talk.raw("s", ACK, options=sack(1001, 1051))  # below: a D-SACK
    talk.raw("s", ACK, options=sack(1201, 1301))  # above: a plain one
    talk.raw("s", ACK, options=sack(1221, 1241, 1201, 1301))  # inside the second
    _, recv = figures_of(talk)
    assert (recv.sack_packets, recv.sack_blocks, recv.dsack_packets) == (3, 4, 2)


def test_an_acknowledgment_of_what_was_not_captured() -> None:
    talk = Dialogue().open().send("c", b"a" * 10).raw("s", ACK, ack=1001 + 500)
    send, recv = figures_of(talk)
    assert (send.ack_lost, recv.ack_lost) == (0, 1)


def test_what_awaits_its_acknowledgment_is_bounded() -> None:
    talk = Dialogue().open()
    for _ in range(MAX_OUTSTANDING + 10):
        talk.send("c", b"b", acked=False)
    send, _ = figures_of(talk)
    assert len(send.outstanding) == MAX_OUTSTANDING
    assert send.unsampled == 10


def test_the_session_is_told_once_when_nothing_can_come_any_more() -> None:
    talk = Dialogue().open().send("c", b"hello").raw("c", ACK | 1)
    tracker = TCPTracker(figures=True)
    events = [*tracker.track_batch(Batch(1, talk.records)), *tracker.finish(), *tracker.finish()]
    (told,) = [event for event in events if isinstance(event, TcpSession)]
    assert told.stats["send_payload"] == 5
    assert told.stats["ended"] == "open"


def test_anomalies_are_told_in_wiresharks_words() -> None:
    talk = Dialogue().open().send("c", b"hello").raw("c", ACK, b"hello", seq=1001)
    tracker = TCPTracker(anomalies=True)
    events = tracker.track_batch(Batch(1, talk.records))
    (told,) = [event for event in events if isinstance(event, TcpAnomaly)]
    assert (told.kind, told.seqno, told.length, told.direction) == ("spurious_retransmission", 1001, 5, "send")
