"""A session's names, id, client and node_pcap attributes."""

from __future__ import annotations

from socket import AF_INET6, inet_pton

from support.build import Dialogue

from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.session import Session, endpoints, reversed_key
from pcaptools.core.tcp.tracker import TCPTracker

KEY = bytes([10, 0, 0, 1, 10, 0, 0, 2, 156, 64, 0, 80])


def test_names_of_both_families() -> None:
    assert endpoints(KEY) == ("10.0.0.1:40000", "10.0.0.2:80")
    six = inet_pton(AF_INET6, "fe80::1") + inet_pton(AF_INET6, "::1") + b"\x9c\x40\x00\x50"
    assert endpoints(six) == ("[fe80::1]:40000", "[::1]:80")
    assert endpoints(reversed_key(six)) == ("[::1]:80", "[fe80::1]:40000")


def test_the_id_depends_on_ends_and_first_packet_only() -> None:
    assert Session(KEY, 5).id == Session(KEY, 5).id
    assert len({Session(KEY, 5).id, Session(KEY, 6).id, Session(reversed_key(KEY), 5).id}) == 3
    assert len(Session(KEY, 5).id) == 16


def test_attributes_of_a_short_session() -> None:
    talk = Dialogue()
    talk.raw("c", 2, ack=0, options=b"\x03\x03\x07")
    talk.seq["c"] += 1
    talk.raw("s", 18)
    talk.seq["s"] += 1
    talk.raw("c", 16)
    talk.send("c", b"12345")
    tracker = TCPTracker(figures=True, maps=True)
    tracker.track_batch(Batch(1, talk.records))
    (session,) = tracker.open_sessions()
    first = talk.records[0][0] / 10**9
    assert session.state == "ESTAB"
    assert session.client == "send"
    assert (session.send_isn, session.recv_isn) == (1000, 5000)
    assert (session.send_window_scale, session.recv_window_scale) == (128, None)
    assert (session.send_next_seq, session.send_acked_seq) == (1006, 1006)
    assert session.send_bytes_payload == 5
    assert session.send_bytes_ip == 60  # three packets of 20 bytes of IP header
    assert session.send_bytes_tcp == 24 + 20 + 20
    assert session.syn_time == first
    assert session.connect_time == talk.records[2][0] / 10**9
    assert session.close_time is None
    assert session.current_cap_time == talk.records[-1][0] / 10**9
    assert session.send_packets is not None
    assert list(session.send_packets) == [1001, 1006]
    assert session.recv_acks is not None
    assert list(session.recv_acks) == [1001, 1006]


def test_the_client_of_a_session_met_midway_is_told_by_ports() -> None:
    talk = Dialogue().raw("s", 16, b"x")
    tracker = TCPTracker()
    tracker.track_batch(Batch(1, talk.records))
    (session,) = tracker.open_sessions()
    assert session.src == "10.0.0.2:80"
    assert session.client == "recv"


def test_a_lone_syn_ack_has_its_receiver_as_src() -> None:
    talk = Dialogue().raw("s", 18)
    tracker = TCPTracker()
    tracker.track_batch(Batch(1, talk.records))
    (session,) = tracker.open_sessions()
    assert session.src == "10.0.0.1:40000"
    assert session.client == "send"
