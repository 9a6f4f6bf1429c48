"""Filters over exchanges: what is let through of dialogues."""

from __future__ import annotations

import re

import pytest
from support.build import Dialogue
from support.websocket import REQUEST, frame, response

from pcaptools.commands._filters import Filters
from pcaptools.core.errors import UsageError
from pcaptools.core.events import HttpEvent
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.protocols.http import select
from pcaptools.core.protocols.http.select import Condition, Selector, Stage
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.tracker import TCPTracker


def get(path: str, host: str = "a", agent: str = "curl/8", method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\n\r\n".encode()


def answer(status: int, body: bytes = b"", kind: str = "text/html") -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def talk() -> Dialogue:
    """Four exchanges and a request without an answer; every packet takes a millisecond."""
    dialogue = Dialogue().open()
    dialogue.send("c", get("/index")).send("s", answer(200, b"<p>fox</p>"))
    dialogue.send("c", get("/api/1", host="b", agent="node", method="DELETE")).send("s", answer(404, kind="text/json"))
    dialogue.send("c", get("/big")).send("s", answer(200, b"x" * 100_000))
    dialogue.send("c", get("/api/2", host="c")).send("s", answer(503, b"down"))
    return dialogue.send("c", get("/never"))


def shown(**given: str | tuple[str, ...]) -> tuple[list[int], Selector]:
    """The numbers of the exchanges let through, in the order they came, and who did it."""
    values = {name.replace("_", "-"): (value,) if isinstance(value, str) else value for name, value in given.items()}
    tracker = TCPTracker(Analysers(bodies=True))
    selector = Filters(values).selector()
    assert selector is not None
    events = selector.take(tracker.track_batch(Batch(1, talk().records))) + selector.take(tracker.finish())
    selector.finish()
    return list(dict.fromkeys(event.number for event in events if isinstance(event, HttpEvent))), selector


def socket_shown(**given: str) -> tuple[list[str], Selector]:
    """What is let through of a WebSocket with two messages and a close of both sides."""
    talk = Dialogue().open().send("c", REQUEST).send("s", response())
    talk.send("c", frame(0x81, b"the fox", mask=True)).send("s", frame(0x81, b"the hound"))
    talk.send("c", frame(0x88, b"\x03\xe8", mask=True)).send("s", frame(0x88, b"\x03\xe8")).close()
    tracker, selector = TCPTracker(Analysers(bodies=True)), Filters({name: (value,) for name, value in given.items()})
    made = selector.selector()
    assert made is not None
    events = [found for record in talk.records for found in made.take(tracker.track_batch(Batch(1, [record])))]
    events += made.take(tracker.finish())
    made.finish()
    return [getattr(event, "opcode", event.name) for event in events if isinstance(event, HttpEvent)], made


WHOLE_SOCKET = ["http_request", "http_request_complete", "websocket_upgrade", "text", "text", "close", "close"]


def test_a_websocket_is_found_by_its_messages() -> None:
    for pattern in ("fox", "hound"):
        assert socket_shown(find=pattern)[0] == WHOLE_SOCKET
        shown, selector = socket_shown(**{"find-ignore": pattern})
        assert (shown, selector.hidden, selector.undecided) == ([], 1, 0)
    shown, selector = socket_shown(find="wolf")
    assert (shown, selector.hidden, selector.undecided) == ([], 1, 0)
    assert socket_shown(**{"find-ignore": "wolf"})[0] == WHOLE_SOCKET
    assert socket_shown(**{"slower-than": "1ms"})[1].undecided == 1


def test_messages_that_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(select, "MAX_WAITING_BYTES", 10)
    assert socket_shown(find="wolf")[1].given_up == 1


CASES: list[tuple[dict[str, str | tuple[str, ...]], list[int]]] = [
    ({"method": "delete"}, [2]),
    ({"host": "^[bc]$"}, [2, 4]),
    ({"url": "^/api/"}, [2, 4]),
    ({"url": ("index", "big")}, [1, 3]),
    ({"user_agent": "curl"}, [1, 3, 4, 5]),
    ({"status": "400-599"}, [2, 4]),
    ({"status": "4xx,503"}, [2, 4]),
    ({"status": "404"}, [2]),
    ({"content_type": "json"}, [2]),
    ({"slower_than": "50ms"}, [3]),
    ({"larger_than": "50KB"}, [3]),
    ({"find": "f.x"}, [1]),
    ({"find": "FOX"}, []),
    ({"url": "api", "status": "5xx"}, [4]),
    ({"url": "api", "url_ignore": "2$"}, [2]),
    ({"method_ignore": "GET"}, [2]),
    ({"host_ignore": ("a", "b")}, [4]),
    ({"status_ignore": "200"}, [2, 4]),
    ({"find_ignore": "x"}, [2, 4]),
    ({"larger_than_ignore": "50KB"}, [1, 2, 4]),
]


@pytest.mark.parametrize(("given", "numbers"), CASES, ids=[str(given) for given, _ in CASES])
def test_which_exchanges(given: dict[str, str | tuple[str, ...]], numbers: list[int]) -> None:
    assert shown(**given)[0] == numbers


def test_an_exchange_never_decided_is_counted() -> None:
    assert shown(status="200")[1].undecided == 1  # the request without an answer
    assert shown(url="index", status="200")[1].undecided == 0  # its url did decide
    assert list(shown(status="200")[1].notices().values()) == [1]


def test_all_events_of_an_exchange_come_together_when_it_is_decided() -> None:
    tracker, selector = TCPTracker(Analysers()), Selector([Condition(Stage.RESPONSE, [select.status(200, 200)])])
    records = Dialogue().open().send("c", get("/")).send("s", answer(200)).records
    told = [[event.name for event in selector.take(tracker.track_batch(Batch(1, [one])))] for one in records]
    assert [names for names in told if names] == [
        ["tcp_start"],
        ["http_request", "http_request_complete", "http_response", "http_response_complete"],
    ]


def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(select, "MAX_WAITING", 4)
    selector = Selector([Condition(Stage.RESPONSE, [select.status(200, 200)])])
    tracker = TCPTracker(Analysers())
    talk = Dialogue().open().send("c", get("/") * 5).send("s", answer(200) * 5)
    events = selector.take(tracker.track_batch(Batch(1, talk.records)))
    assert selector.given_up == 3
    assert {event.number for event in events if isinstance(event, HttpEvent)} == {4, 5}


def test_an_error_is_shown_beside_a_shown_exchange_only() -> None:
    talk = Dialogue().open().send("c", get("/")).send("s", b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nabc").close()
    for pattern, count in (("/", 1), ("other", 0)):
        selector = Selector([Condition(Stage.REQUEST, [select.url(re.compile(pattern))])])
        events = selector.take(TCPTracker(Analysers()).track_batch(Batch(1, talk.records)))
        assert [event.name for event in events].count("http_error") == count


@pytest.mark.parametrize(
    ("name", "value"),
    [("url", "("), ("find", "["), ("status", "ok"), ("status", "4xy"), ("slower-than", "fast"), ("larger-than", "-1")],
)
def test_what_is_no_value_is_refused(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=name):
        Filters({name: (value,)})
