"""What all sessions together may hold of messages that are not whole."""

from __future__ import annotations

from support.steps import KEY

from pcaptools.core.events import HttpError, HttpIncomplete
from pcaptools.core.protocols.base import Data, End
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.protocols.unfinished import Share, Unfinished
from pcaptools.core.tcp.session import Session


def test_shares_come_out_of_one_bound_and_go_back() -> None:
    together = Unfinished(100)
    one, other = Share(together), Share(together)
    assert one.resize(60)
    assert other.resize(40)
    assert not other.resize(41)
    assert (together.held, together.refused) == (100, 1)
    assert one.resize(10)
    assert other.resize(90)
    del other
    assert together.held == 10
    assert list(together.notices().values()) == [1]


def session_with(analysers: Analysers, number: int, data: bytes) -> tuple[Session, list[object]]:
    """A session whose client sends some bytes."""
    session = Session(KEY[:8] + number.to_bytes(4, "big"), 0)
    session.midway = False
    session.analyser = analysers(session)
    return session, list(session.analyser.feed("send", Data(data, 0)))


def test_heads_lines_hellos_tunnels_and_queues_share_it() -> None:
    head = b"GET / HTTP/1.1\r\nX: " + b"a" * 1000
    for data in (
        head,
        b"GET /" + b"a" * 1000,
        b"\x16\x03\x01\x10\x00\x01\x00\x0f\x00\x03\x03" + bytes(1000),
        b"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n" + b"a" * 1000,
        b"GET /" + b"a" * 1100 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" * 9,
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * 1000,
    ):
        analysers = Analysers()
        analysers.unfinished.limit = 3500
        kept = [session_with(analysers, number, data) for number in range(10)]
        assert 900 < analysers.unfinished.held <= 3500, data[:20]
        assert analysers.unfinished.refused >= 1
        for session, _ in kept:
            assert session.analyser is not None
            session.analyser.feed("send", End("evicted", 1))
            session.analyser = None
        del kept, session
        import gc

        gc.collect()
        assert analysers.unfinished.held == 0, data[:20]


def test_who_is_refused_is_told() -> None:
    analysers = Analysers()
    analysers.unfinished.limit = 500
    _, events = session_with(analysers, 1, b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 1000)
    assert [event.error for event in events if isinstance(event, HttpError)] == [
        "too much is unfinished in all sessions together"
    ]
    assert any(isinstance(event, HttpIncomplete) for event in events)
