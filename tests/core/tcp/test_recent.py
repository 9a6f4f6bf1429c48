"""A copy of a segment and a retransmission are told apart; bytes that changed are found."""

from __future__ import annotations

from support.build import ACK, CLIENT, SERVER, tcp_frame

from pcaptools.core.tcp.recent import COPY_NS, Recent
from pcaptools.core.tcp.session import Session

KEY = bytes([10, 0, 0, 1, 10, 0, 0, 2, 156, 64, 0, 80])


def remembered(frame: bytes) -> tuple[Recent, Session]:
    recent, session = Recent(), Session(KEY, 0)
    recent.remember((session.send, 100, frame, 14, 34, 54, len(frame), 0))
    return recent, session


def test_the_same_packet_a_moment_later_is_a_copy() -> None:
    frame = tcp_frame(CLIENT, SERVER, 1, 2, ACK, b"data", ident=7)
    routed = tcp_frame(CLIENT, SERVER, 1, 2, ACK, b"data", ident=7, ttl=63)
    recent, session = remembered(frame)
    assert recent.is_copy(session.send, routed, 14, 34, len(routed), COPY_NS)
    assert not recent.is_copy(session.send, routed, 14, 34, len(routed), COPY_NS + 1)
    assert not recent.is_copy(session.recv, routed, 14, 34, len(routed), 0)


def test_a_retransmission_is_a_packet_of_its_own() -> None:
    recent, session = remembered(tcp_frame(CLIENT, SERVER, 1, 2, ACK, b"data", ident=7))
    again = tcp_frame(CLIENT, SERVER, 1, 2, ACK, b"data", ident=8)
    assert not recent.is_copy(session.send, again, 14, 34, len(again), 1000)


def test_bytes_are_compared_where_they_are_known() -> None:
    recent, session = remembered(tcp_frame(CLIENT, SERVER, 1, 2, ACK, b"data"))
    assert recent.compare(session.send, 100, b"data") == "same"
    assert recent.compare(session.send, 102, b"ta and more") == "same"
    assert recent.compare(session.send, 98, b"??dXta") == "differs"
    assert recent.compare(session.send, 104, b"more") == "unknown"
    assert recent.compare(session.recv, 100, b"other") == "unknown"
