"""Exchanges from the analyser's own events."""

from __future__ import annotations

from support.steps import Step, events_of

from pcaptools.core.protocols.http.exchange import Exchange
from pcaptools.core.protocols.http.exchanges import Exchanges

GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def exchanges(*steps: Step) -> tuple[list[Exchange], list[Exchange]]:
    """Return those that were over by themselves, and the rest."""
    gathered = Exchanges()
    over = [exchange for event in events_of(steps) for exchange in gathered.take(event)]
    return over, gathered.finish()


def test_a_whole_one() -> None:
    (one,), rest = exchanges(("send", GET), ("recv", b"HTTP/1.1 103 Early Hints\r\n\r\n"), ("recv", OK))
    assert rest == []
    assert one.request is not None
    assert one.response is not None
    assert (one.request.url, one.response.status_code, one.response_body) == ("/a", 200, b"ok")
    assert [interim.status_code for interim in one.interim] == [103]
    assert (one.number, one.verdict) == (1, "complete")


def test_pipelined_ones_come_in_order() -> None:
    over, rest = exchanges(("send", GET * 3), ("recv", OK * 3))
    assert [exchange.number for exchange in over] == [1, 2, 3]
    assert rest == []


def test_a_response_before_the_end_of_its_request() -> None:
    post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
    (one,), _ = exchanges(("send", post), ("recv", OK), ("send", b"abc"))
    assert (one.request_body, one.response_body, one.verdict) == (b"abc", b"ok", "complete")


def test_verdicts() -> None:
    _, (waiting,) = exchanges(("send", GET))
    assert waiting.verdict == "still open at the end of the capture"
    (cut,), _ = exchanges(("send", GET), ("recv", OK[:-1]), ("recv", "fin"))
    assert cut.verdict == "the connection ended 1 bytes before the end of the body, after 1 bytes"
    assert cut.response_body == b"o"
    (midway,), _ = exchanges(("recv", OK))
    assert midway.verdict == "joined in the middle: the request was not seen"
    (gap,), _ = exchanges(("send", GET), ("recv", OK[:-2]), ("recv", 2), ("recv", b"HTTP/1.1 204 N\r\n\r\n"))[0][:1], 0
    assert gap.verdict == "2 bytes missing"
