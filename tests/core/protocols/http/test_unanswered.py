"""A WebSocket was asked for, and the answer is not in the capture."""

from __future__ import annotations

import pytest
from support.steps import Step, events_of, in_pieces
from support.websocket import REQUEST, Deflater, frame, messages, response

from pcaptools.core.events import Event, HttpError, HttpIncomplete, WebSocketError

GUESS = "a guess: the answer to the upgrade was not seen"
HELLO, HI = frame(0x81, b"hello", mask=True), frame(0x81, b"hi there, client")
ASKED: list[Step] = [("send", REQUEST)]
LOST: list[Step] = [*ASKED, ("recv", 129)]


def told(steps: list[Step]) -> tuple[list[tuple[str, str, bytes, int, str]], list[str]]:
    events: list[Event] = events_of([*steps, ("send", "fin"), ("recv", "fin")], bodies=False)
    return messages(events), [event.error for event in events if isinstance(event, HttpError)]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_frames_of_both_sides_behind_a_lost_answer(size: int) -> None:
    steps = [*LOST, ("recv", HI), ("send", HELLO), ("recv", frame(0x89, b"?")), ("send", HELLO)]
    found, errors = told(in_pieces(steps, size))
    assert found == [
        ("recv", "text", b"hi there, client", 16, GUESS),
        ("send", "text", b"hello", 5, GUESS),
        ("recv", "ping", b"?", 1, GUESS),
        ("send", "text", b"hello", 5, GUESS),
    ]
    assert errors == []


def test_the_verdict_is_told_of_its_exchange() -> None:
    events = events_of([*LOST, ("send", HELLO)], verdicts=True)
    (verdict,) = [event for event in events if isinstance(event, HttpIncomplete)]
    assert (verdict.number, verdict.verdict, verdict.over) == (1, "the response was not captured", False)
    assert verdict.reason == "bytes_missing"
    assert {event.number for event in events if event.name == "websocket_message"} == {1}  # type: ignore[attr-defined]


def test_only_the_client_is_captured() -> None:
    assert told([*ASKED, ("send", HELLO), ("send", HELLO)]) == ([("send", "text", b"hello", 5, GUESS)] * 2, [])


def test_the_gap_takes_frames_with_it() -> None:
    steps: list[Step] = [*ASKED, ("recv", 150), ("recv", HI[7:] + HI), ("recv", HI + HI), ("recv", HI)]
    found, errors = told(steps)
    assert found == [("recv", "text", b"hi there, client", 16, GUESS)] * 3
    assert errors == []


def test_compressed_messages_that_refer_to_lost_ones_are_not_guessed() -> None:
    deflate = Deflater()
    lost, first = deflate(b"the same again " * 5), deflate(b"the same again " * 5)
    assert lost != first
    steps: list[Step] = [*LOST, ("send", HELLO), ("recv", frame(0xC1, first))]
    found, errors = told(steps)
    assert found[1][:3] == ("recv", "text", b"")
    assert "not readable" in found[1][4]
    assert errors == []


def test_an_answer_that_is_there_changes_nothing() -> None:
    steps: list[Step] = [*ASKED, ("recv", response()), ("send", HELLO), ("recv", HI)]
    found, errors = told(steps)
    assert [notes for *_, notes in found] == ["", ""]
    assert errors == []


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_refusal_and_http_that_goes_on(size: int) -> None:
    refused = b"HTTP/1.1 426 No\r\nContent-Length: 20\r\n\r\nBut this is no frame"
    get, ok = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    events = events_of(in_pieces([*ASKED, ("recv", refused), ("send", get), ("recv", ok)], size))
    assert [event.status_code for event in events if event.name == "http_response"] == [426, 200]  # type: ignore[attr-defined]
    assert not [event for event in events if isinstance(event, HttpError)]


def test_a_lost_refusal_and_http_that_goes_on() -> None:
    get, ok = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    events = events_of([*LOST, ("recv", b"But this is the rest of a body"), ("send", get), ("recv", ok)])
    assert [event.name for event in events if event.name.startswith("http_res")] == [
        "http_response", "http_response_body", "http_response_complete"
    ]  # fmt: skip
    assert not [event for event in events if isinstance(event, HttpError)]


def test_what_is_neither_is_an_error_as_ever() -> None:
    found, errors = told([*LOST, ("send", b"\x00\x01\x02nonsense"), ("send", b"more of it")])
    assert found == []
    assert errors == ["not a start line"]


def test_what_was_kept_is_not_lost() -> None:
    """The beginning of a frame, and then the session ends."""
    found, errors = told([*LOST, ("send", HELLO[:4])])
    assert found == []
    assert errors == ["not a start line"]


def test_frames_go_on_to_be_judged() -> None:
    events = events_of([*LOST, ("send", HELLO), ("send", frame(0x83, b"x", mask=True)), ("recv", "fin")])
    assert [type(event) for event in events if isinstance(event, HttpError)] == [WebSocketError]
