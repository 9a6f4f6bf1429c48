"""Every event as a JSON line, held against docs/schema.json and the design."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.build import Dialogue
from support.schema import validate_lines

from pcaptools.core.events import (
    Event,
    HttpError,
    HttpIncomplete,
    HttpRequest,
    HttpRequestBody,
    HttpRequestComplete,
    HttpResponse,
    HttpResponseBody,
    HttpResponseComplete,
    TcpAnomaly,
    TcpEnd,
    TcpGap,
    TcpReset,
    TcpRetransmit,
    TcpStart,
    TcpSynRetry,
    TlsSession,
    WebSocketError,
    WebSocketMessage,
    WebSocketUpgrade,
)
from pcaptools.core.protocols.http.fields import HeaderFields
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.session import Session
from pcaptools.core.tcp.tracker import TCPTracker
from pcaptools.printers.jsonl import FIELDS, JsonPrinter, encode

TIME = 1_700_000_000_123_456_000
HEADERS = [("Host", "shop.example"), ("X-A", "1"), ("x-a", "2")]
FROM_SRC = {"src": "10.9.0.2:41036", "dst": "10.9.0.1:8080"}
FROM_DST = {"src": "10.9.0.1:8080", "dst": "10.9.0.2:41036"}
HEAD: dict[str, Any] = {
    "http_version": "1.1",
    "headers": [["Host", "shop.example"], ["X-A", "1"], ["x-a", "2"]],
    "violations": [],
}
ANSWER: dict[str, Any] = {"number": 1, "method": "GET", "url": "/a?b", "status_code": 200, "reason": "OK"}
Fields = dict[str, Any]


def talk() -> Session:
    return Session(bytes([10, 9, 0, 2, 10, 9, 0, 1, 160, 76, 31, 144]), 0)


def fields() -> HeaderFields:
    return HeaderFields(items=list(HEADERS))


def request(url: str = "/a?b") -> HttpRequest:
    return HttpRequest(talk(), TIME, "send", 1, "GET", url, "1.1", fields(), [])


def response(latency: int | None = 251_000, *, interim: bool = False) -> HttpResponse:
    return HttpResponse(talk(), TIME, "recv", 1, "GET", "/a?b", 200, "OK", "1.1", fields(), [], interim, latency)


def unseen_request() -> HttpResponse:
    return HttpResponse(talk(), TIME, "recv", 1, None, None, 200, "OK", "1.1", fields(), ["one"], False, None)


def upgrade() -> WebSocketUpgrade:
    head = (1, "GET", "/a?b", 101, "Switching Protocols", "1.1", fields(), list[str](), False, None)
    return WebSocketUpgrade(talk(), TIME, "recv", *head, "rfc6455", "permessage-deflate")


EVENTS: list[tuple[Event, Fields]] = [
    (TcpStart(talk(), TIME, "send"), FROM_SRC),
    (TcpEnd(talk(), TIME, "recv"), FROM_DST),
    (TcpReset(talk(), TIME, "recv"), {**FROM_DST, "direction": "recv"}),
    (TcpSynRetry(talk(), TIME, "send"), {**FROM_SRC, "direction": "send"}),
    (
        TcpRetransmit(talk(), TIME, "send", 2**32 - 1, 9, "keep_alive"),
        {**FROM_SRC, "direction": "send", "seqno": 2**32 - 1, "length": 9, "kind": "keep_alive"},
    ),
    (
        TcpAnomaly(talk(), TIME, "send", 7, 1448, "zero_window"),
        {**FROM_SRC, "direction": "send", "seqno": 7, "length": 1448, "kind": "zero_window"},
    ),
    (TcpGap(talk(), TIME, "recv", 1460), {**FROM_DST, "direction": "recv", "length": 1460}),
    (TcpGap(talk(), TIME, "send", None), {**FROM_SRC, "direction": "send", "length": None}),
    (request(), {**FROM_SRC, **HEAD, "number": 1, "method": "GET", "url": "/a?b"}),
    (
        HttpRequestComplete(talk(), TIME, "send", 1, 8, 0, "1.1"),
        {**FROM_SRC, "number": 1, "body_len": 8, "missing": 0},
    ),
    (response(), {**FROM_DST, **ANSWER, **HEAD, "interim": False, "latency": 0.000251}),
    (response(0, interim=True), {**FROM_DST, **ANSWER, **HEAD, "interim": True, "latency": 0}),
    (
        unseen_request(),
        {
            **FROM_DST, **ANSWER, **HEAD,
            "method": None, "url": None, "violations": ["one"], "interim": False, "latency": None,
        },
    ),
    (
        HttpResponseComplete(talk(), TIME, "recv", 1, 3144, 12, "1.1", 1_500_000_000, 250_000_000, 1_750_000_000),
        {**FROM_DST, "number": 1, "body_len": 3144, "missing": 12, "duration": 1.5, "total": 1.75},
    ),
    (
        HttpRequestBody(talk(), TIME, "send", 1, "tea für zwei".encode()),
        {**FROM_SRC, "number": 1, "body": "tea für zwei", "decoded": []},
    ),
    (
        HttpResponseBody(talk(), TIME, "recv", 2, b"\x00\xff"),
        {**FROM_DST, "number": 2, "body_base64": "AP8=", "decoded": []},
    ),
    (
        HttpIncomplete(talk(), TIME, "recv", 3, "no response: the connection ended", True, "ended"),
        {**FROM_DST, "number": 3, "verdict": "no response: the connection ended", "over": True, "reason": "ended"},
    ),
    (HttpError(talk(), TIME, "recv", "nonsense"), {**FROM_DST, "direction": "recv", "error": "nonsense"}),
    (
        upgrade(),
        {
            **FROM_DST, **ANSWER, **HEAD,
            "status_code": 101, "reason": "Switching Protocols", "interim": False, "latency": None,
            "protocol": "rfc6455", "extensions": "permessage-deflate",
        },
    ),
    (WebSocketError(talk(), TIME, "recv", "odd", 1), {**FROM_DST, "direction": "recv", "error": "odd"}),
    (
        WebSocketMessage(talk(), TIME, "send", 1, "close", b"bye", 5, 1000, "odd"),
        {
            **FROM_SRC, "number": 1, "direction": "send", "opcode": "close", "length": 5, "message": "bye",
            "close_code": 1000, "notes": "odd",
        },
    ),
    (
        TlsSession(talk(), TIME, "send", "h", None, ["h2"], "TLS 1.3", None),
        {
            **FROM_SRC, "sni": "h", "alpn": None, "alpn_offered": ["h2"], "version": "TLS 1.3", "cipher": None,
            "notes": "",
        },
    ),
]  # fmt: skip


def print_json(*events: Event, nanosecond: bool = False, tcp_verbose: bool = True) -> str:
    return JsonPrinter(tcp_verbose=tcp_verbose).format(events, nanosecond)


def one(event: Event, **options: bool) -> Fields:
    return validate_lines(print_json(event, **options))[0]


@pytest.mark.parametrize(("event", "further"), EVENTS, ids=[event.name for event, _ in EVENTS])
def test_every_field(event: Event, further: Fields) -> None:
    line = one(event)
    assert len(line.pop("session")) == 16
    assert line == {"v": 1, "event": event.name, "time": 1700000000.123456, **further}


def test_every_event_is_above() -> None:
    assert {type(event) for event, _ in EVENTS} == set(FIELDS)


def test_a_whole_line(validate_lines: Callable[[str], list[Fields]]) -> None:
    event = TcpGap(talk(), TIME, "send", 5)
    text = print_json(event)
    assert text == (
        f'{{"v":1,"event":"tcp_gap","time":1700000000.123456,"session":"{event.session.id}",'
        '"src":"10.9.0.2:41036","dst":"10.9.0.1:8080","direction":"send","length":5}\n'
    )
    assert len(validate_lines(text)) == 1


def test_one_session_has_one_id_in_both_directions() -> None:
    session = talk()
    both = [one(TcpStart(session, TIME, "send")), one(TcpReset(session, TIME, "recv"))]
    assert both[0]["session"] == both[1]["session"] == session.id
    assert (both[0]["src"], both[1]["src"]) == (FROM_SRC["src"], FROM_DST["src"])
    assert one(TcpStart(session, TIME, "send")) == both[0]


@pytest.mark.parametrize(
    ("time", "nanosecond", "written"),
    [
        (1_700_000_000_123_456_789, True, "1700000000.123456789"),
        (1_700_000_000_123_456_789, False, "1700000000.123456"),
        (1_700_000_000_000_000_000, False, "1700000000.000000"),
        (1_700_000_000_000_000_001, True, "1700000000.000000001"),
        (2**64 - 1, True, "18446744073.709551615"),
        (0, False, "0.000000"),
    ],
)
def test_time_is_written_from_the_integer(time: int, nanosecond: bool, written: str) -> None:
    text = print_json(TcpStart(talk(), time, "send"), nanosecond=nanosecond)
    assert f'"time":{written},' in text
    validate_lines(text)


@given(st.integers(0, 2**64 - 1))
def test_no_time_goes_through_a_float(time: int) -> None:
    line = json.loads(print_json(TcpStart(talk(), time, "send"), nanosecond=True), parse_float=Decimal)
    assert line["time"] == Decimal(time).scaleb(-9)


def test_names_only_where_known() -> None:
    class Named(Session):
        dst_name = property(lambda _: "shop.example:8080")

    session = Named(talk().key, 0)
    assert one(TcpStart(session, TIME, "send"))["dst_name"] == "shop.example:8080"
    assert "src_name" not in one(TcpStart(session, TIME, "send"))
    received = one(TcpReset(session, TIME, "recv"))
    assert (received["src"], received["src_name"]) == ("10.9.0.1:8080", "shop.example:8080")
    assert "dst_name" not in received


@pytest.mark.parametrize(("event", "_further"), EVENTS, ids=[event.name for event, _ in EVENTS])
def test_tcp_is_told_when_asked_for(event: Event, _further: Fields) -> None:
    only_verbose = event.name.startswith("tcp_") and event.name != "tcp_gap"
    assert bool(print_json(event, tcp_verbose=False)) is not only_verbose


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("\x7f", r'"\u007f"'),
        ("\x1b\x00", r'"\u001b\u0000"'),
        ("\x9b", r'"\u009b"'),
        ("\u202e\u2028", r'"\u202e\u2028"'),
        ("\ud800", r'"\ud800"'),
        ("🎉", r'"\ud83c\udf89"'),
        ("\\x7f", r'"\\x7f"'),
    ],
)
def test_text_is_pure_ascii(text: str, written: str) -> None:
    assert encode(text) == written


@given(st.text(st.characters(exclude_categories=()) | st.sampled_from('\x7f\x1b\x9b\ud800\n"\\')))
def test_any_text_comes_back(text: str) -> None:
    event = request(text)
    event.fields = HeaderFields(items=[(text, text)])
    line = one(event)
    # a pair of surrogates is one character, in JSON as in UTF-16; wire text, read as UTF-8, holds none
    same = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert line["url"] == same
    assert line["headers"] == [[same, same]]


@given(st.binary() | st.text().map(str.encode))
def test_any_body_comes_back(body: bytes) -> None:
    from base64 import b64decode

    line = one(HttpResponseBody(talk(), TIME, "recv", 1, body))
    assert (line["body"].encode() if "body" in line else b64decode(line["body_base64"])) == body


@pytest.mark.parametrize(
    ("latency", "seconds"), [(None, None), (0, 0.0), (1_000, 0.000001), (251_000, 0.000251), (3_600 * 10**9, 3600.0)]
)
def test_latency(latency: int | None, seconds: float | None) -> None:
    assert one(response(latency))["latency"] == seconds


def test_spans_of_time_are_decimals_never_exponents() -> None:
    assert '"latency":0.000001}' in print_json(response(1_000))


def test_nothing_shown_is_no_text() -> None:
    assert print_json() == ""


def test_the_figures_of_a_session(validate_lines: Callable[[str], list[Fields]]) -> None:
    tracker = TCPTracker(figures=True)
    frames = Dialogue(now=1_700_000_000_000_000_000).open().send("c", b"x" * 100).records
    (told,) = [
        event for event in tracker.track_batch(Batch(1, frames)) + tracker.finish() if event.name == "tcp_session"
    ]
    text = print_json(told)
    (line,) = validate_lines(text)
    assert (line["state"], line["send_payload"], line["send_options"]) == ("ESTAB", 100, "")
    # frames are a millisecond apart; written from integers, with six decimals
    assert '"start":1700000000.001000,"end":1700000000.005000,"duration":0.004000,' in text
    assert '"handshake_rtt":0.002000,' in text
    assert line["send_goodput"] == 25000.0
    assert print_json(told, nanosecond=True).count('"duration":0.004000000,') == 1
