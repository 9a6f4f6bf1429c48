"""Exchanges as a whole: put together from dialogues, with their verdicts."""

from __future__ import annotations

import pytest
from support.build import ACK, RST, Dialogue
from support.websocket import frame

from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.protocols.http import exchanges as module
from pcaptools.core.protocols.http.exchange import Exchange
from pcaptools.core.protocols.http.exchanges import Exchanges
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.tracker import TCPTracker

REQUEST = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhi"
UPGRADE = b"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"


def exchanges(talk: Dialogue) -> tuple[list[Exchange], list[Exchange]]:
    """What was over before the end of the input, and what only then."""
    tracker, assembler = TCPTracker(Analysers(bodies=True)), Exchanges()
    early = [found for event in tracker.track_batch(Batch(1, talk.records)) for found in assembler.take(event)]
    late = [found for event in tracker.finish() for found in assembler.take(event)]
    return early, late + assembler.finish()


def lost(talk: Dialogue, side: str, data: bytes) -> Dialogue:
    """Bytes that were sent and acknowledged, and not captured."""
    talk.seq[side] += len(data)
    return talk.raw("c" if side == "s" else "s", ACK)


def test_a_complete_exchange_has_all_of_it() -> None:
    (exchange,), late = exchanges(Dialogue().open().send("c", POST).send("s", RESPONSE).close())
    assert not late
    assert exchange.verdict == "complete"
    assert (exchange.request_body, exchange.response_body) == (b"abcd", b"hi")
    assert exchange.request is not None
    assert exchange.request.method == "POST"
    assert exchange.response is not None
    assert exchange.response.status_code == 200
    assert exchange.connect == 2_000_000  # SYN to ACK, a millisecond between packets


def test_only_the_first_exchange_of_a_session_has_a_handshake() -> None:
    talk = Dialogue().open()
    for _ in range(3):
        talk.send("c", REQUEST).send("s", RESPONSE)
    early, _ = exchanges(talk)
    assert [(found.number, found.connect is None) for found in early] == [(1, False), (2, True), (3, True)]


def test_interim_responses_belong_to_it() -> None:
    early, _ = exchanges(Dialogue().open().send("c", REQUEST).send("s", b"HTTP/1.1 103 E\r\n\r\n" + RESPONSE))
    assert [found.status_code for found in early[0].interim] == [103]
    assert early[0].verdict == "complete"


VERDICTS = [
    ("no answer, FIN", Dialogue().open().send("c", REQUEST).close(), "no response: the connection ended"),
    ("no answer, RST", Dialogue().open().send("c", REQUEST).raw("s", RST), "no response: the connection was reset"),
    ("no answer, the end", Dialogue().open().send("c", REQUEST), "no response: the capture ended"),
    (
        "broken off, FIN",
        Dialogue().open().send("c", REQUEST).send("s", LONG).close(),
        "the connection ended 8 bytes before the end of the body, after 2 bytes",
    ),
    (
        "broken off, the end",
        Dialogue().open().send("c", REQUEST).send("s", LONG),
        "the capture ended 8 bytes before the end of the body, after 2 bytes",
    ),
    (
        "joined in the middle",
        Dialogue().send("s", RESPONSE),
        "joined in the middle: the request was not seen",
    ),
    (
        "bytes missing",
        lost(Dialogue().open().send("c", REQUEST).send("s", LONG), "s", b"x" * 7).send("s", b"x"),
        "7 bytes missing",
    ),
    (
        "request's bytes missing",
        lost(Dialogue().open().send("c", POST[:-3]), "c", b"b").send("c", b"cd").send("s", RESPONSE),
        "1 byte missing",
    ),
]


@pytest.mark.parametrize(("talk", "verdict"), [row[1:] for row in VERDICTS], ids=[row[0] for row in VERDICTS])
def test_verdict(talk: Dialogue, verdict: str) -> None:
    early, late = exchanges(talk)
    assert [found.verdict for found in early + late] == [verdict]


def test_a_response_that_was_not_captured_ends_its_exchange() -> None:
    talk = lost(Dialogue().open().send("c", REQUEST), "s", RESPONSE).send("c", REQUEST).send("s", RESPONSE)
    early, late = exchanges(talk)  # what the tracker does not wait for any more it tells late
    assert [(found.number, found.verdict) for found in early + late] == [
        (1, "the response was not captured"),
        (2, "complete"),
    ]


def test_a_response_may_end_before_its_request() -> None:
    talk = Dialogue().open().send("c", POST[:-2]).send("s", RESPONSE).send("c", POST[-2:])
    (exchange,), _ = exchanges(talk)
    assert (exchange.verdict, exchange.request_body, exchange.response_body) == ("complete", b"abcd", b"hi")


def test_a_websocket_ends_with_its_session() -> None:
    talk = Dialogue().open().send("c", REQUEST).send("s", UPGRADE)
    early, late = exchanges(talk)
    assert [found.verdict for found in early + late] == ["still open: the capture ended"]
    early, late = exchanges(talk.close())
    assert ([found.verdict for found in early], late) == (["no close was seen: the connection ended"], [])


CLOSES = [("c", frame(0x88, b"\x03\xe8", mask=True)), ("s", frame(0x88, b"\x03\xe8"))]


def closing(count: int) -> Dialogue:
    talk = Dialogue().open().send("c", REQUEST).send("s", UPGRADE).send("s", frame(0x81, b"hi"))
    for side, data in CLOSES[:count]:
        talk.send(side, data)  # type: ignore[arg-type]
    return talk


def test_a_websocket_that_was_closed_is_complete() -> None:
    for talk in (closing(2).close(), closing(2).raw("c", RST | ACK)):
        early, late = exchanges(talk)
        assert ([(found.verdict, len(found.messages)) for found in early], late) == ([("complete", 3)], [])


@pytest.mark.parametrize(("closes", "what"), [(0, "no close was seen"), (1, "the close was not answered")])
def test_a_websocket_that_was_reset(closes: int, what: str) -> None:
    (exchange,), late = exchanges(closing(closes).raw("c", RST | ACK))
    assert (exchange.verdict, len(exchange.messages), late) == (f"{what}: the connection was reset", 1 + closes, [])


def test_a_websocket_is_given_at_its_close_where_that_is_asked_for() -> None:
    collector, given = Exchanges(at_close=True), []
    tracker = TCPTracker(Analysers())
    for record in closing(2).send("s", frame(0x81, b"after the close")).close().records:
        for event in tracker.track_batch(Batch(1, [record])):
            given += [(exchange.verdict, len(exchange.messages), record[0]) for exchange in collector.take(event)]
    answered = closing(2).records[-2][0]
    assert given == [("complete", 3, answered)]
    assert collector.finish() == []


def test_no_more_than_a_bound_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_OPEN", 3)
    early, _ = exchanges(Dialogue().open().send("c", REQUEST * 5))
    assert [found.verdict for found in early] == ["given up: too many exchanges at once"] * 2
