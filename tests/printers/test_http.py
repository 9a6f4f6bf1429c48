"""Whole lines, as the design writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pcaptools.core.events import (
    Direction,
    Event,
    HttpError,
    HttpRequest,
    HttpRequestBody,
    HttpRequestComplete,
    HttpResponse,
    HttpResponseBody,
    HttpResponseComplete,
    TcpStart,
    WebSocketUpgrade,
)
from pcaptools.core.protocols.http.fields import HeaderFields
from pcaptools.core.tcp.session import Session
from pcaptools.printers.clock import Clock, TimeFormat
from pcaptools.printers.console import Painter
from pcaptools.printers.http import HttpPrinter, format_size

SECOND = int(datetime(2010, 11, 14, 6, 20, 54, tzinfo=UTC).timestamp()) * 1_000_000_000
REQUEST_TIME, RESPONSE_TIME = SECOND + 250_000_000, SECOND + 251_000_000
HEADERS = [("Host", "shop.example"), ("X-Empty", ""), ("x-case", "a: b"), ("X-Case", "[red]again[/]")]


def session() -> Session:
    return Session(bytes([10, 9, 0, 2, 10, 9, 0, 1, 160, 76, 31, 144]), 0)


def request(url: str = "/data.json", method: str = "GET", version: str = "1.1", *violations: str) -> HttpRequest:
    fields = HeaderFields(items=HEADERS)
    return HttpRequest(session(), REQUEST_TIME, "send", 1, method, url, version, fields, list(violations))


def response(status: int = 200, reason: str = "OK", *violations: str, interim: bool = False) -> HttpResponse:
    fields = HeaderFields(items=HEADERS[:1])
    return HttpResponse(
        session(), RESPONSE_TIME, "recv", 1, "GET", "/", status, reason, "1.1", fields, list(violations), interim, None
    )


def complete(body_len: int, missing: int = 0) -> HttpResponseComplete:
    return HttpResponseComplete(
        session(), RESPONSE_TIME, "recv", 1, body_len, missing, "1.1", 1_000_000, 500_000, 2_000_000
    )


def upgrade() -> WebSocketUpgrade:
    fields = HeaderFields(items=HEADERS[:1])
    reason = "Switching Protocols"
    return WebSocketUpgrade(
        session(),
        RESPONSE_TIME,
        "recv",
        2,
        "GET",
        "/chat",
        101,
        reason,
        "1.1",
        fields,
        [],
        False,
        4_552_000,
        "rfc6455",
        "",
    )


def lines(*events: Event, form: TimeFormat = "utc", nanosecond: bool = False, **options: Any) -> list[str]:
    text = HttpPrinter(Clock(form), Painter(color=False), **options).format(events, nanosecond)
    assert not text or text.endswith("\n")
    return text.split("\n")[:-1]


SENT = "06:20:54.250 10.9.0.2:41036 -> 10.9.0.1:8080"
SPANS = ", wait 0.500ms, transfer 1.000ms, total 2.000ms"
RECEIVED = "06:20:54.251 10.9.0.1:8080 -> 10.9.0.2:41036"


def test_the_lines_of_the_design() -> None:
    assert lines(request(), response(), complete(3144)) == [
        "06:20:54.250 10.9.0.2:41036 -> 10.9.0.1:8080 #1 HTTP 1.1 request: GET /data.json",
        "06:20:54.251 10.9.0.1:8080 -> 10.9.0.2:41036 #1 HTTP 1.1 response: 200 OK",
        (
            "06:20:54.251 10.9.0.1:8080 -> 10.9.0.2:41036 #1 HTTP 1.1 response complete 3.07KB, "
            "wait 0.500ms, transfer 1.000ms, total 2.000ms"
        ),
    ]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (request("*", "OPTIONS"), f"{SENT} #1 HTTP 1.1 request: OPTIONS *"),
        (request("/old", "GET", "0.9"), f"{SENT} #1 HTTP 0.9 request: GET /old"),
        (request("/", "get", "1.1", "one thing", "another"), f"{SENT} #1 HTTP 1.1 request: get / [one thing, another]"),
        (request("/\x1b[2J\r\n"), rf"{SENT} #1 HTTP 1.1 request: GET /\x1b[2J\x0d\x0a"),
        (response(404, "Not Found"), f"{RECEIVED} #1 HTTP 1.1 response: 404 Not Found"),
        (response(204, ""), f"{RECEIVED} #1 HTTP 1.1 response: 204"),
        (response(100, "Continue", interim=True), f"{RECEIVED} #1 HTTP 1.1 response: 100 Continue"),
        (response(999, "Odd"), f"{RECEIVED} #1 HTTP 1.1 response: 999 Odd"),
        (response(0, "Odd"), f"{RECEIVED} #1 HTTP 1.1 response: 0 Odd"),
        (response(200, "O\x9bK", "bad"), rf"{RECEIVED} #1 HTTP 1.1 response: 200 O\x9bK [bad]"),
        (complete(0), f"{RECEIVED} #1 HTTP 1.1 response complete 0B{SPANS}"),
        (complete(12, 7), f"{RECEIVED} #1 HTTP 1.1 response complete 12B (7 bytes missing){SPANS}"),
        (complete(12, 1), f"{RECEIVED} #1 HTTP 1.1 response complete 12B (1 byte missing){SPANS}"),
        (upgrade(), f"{RECEIVED} #2 WebSocket upgrade (rfc6455): 101 Switching Protocols, wait 4.552ms"),
        (
            HttpError(session(), RESPONSE_TIME, "recv", "not a status line: \x07"),
            rf"{RECEIVED} HTTP error: not a status line: \x07",
        ),
    ],
)
def test_one_event_is_one_line(event: Event, line: str) -> None:
    assert lines(event) == [line]


@pytest.mark.parametrize(
    ("body_len", "missing", "shown"), [(0, 0, []), (8, 0, ["8B"]), (0, 3, ["0B (3 bytes missing)"])]
)
def test_a_request_is_complete_when_it_has_a_body(body_len: int, missing: int, shown: list[str]) -> None:
    event = HttpRequestComplete(session(), REQUEST_TIME, "send", 1, body_len, missing, "1.1")
    assert lines(event) == [f"{SENT} #1 HTTP 1.1 request complete {size}" for size in shown]


def test_headers_follow_in_wire_order() -> None:
    shown = ["    Host: shop.example", "    X-Empty: ", "    x-case: a: b", "    X-Case: [red]again[/]"]
    assert lines(request(), headers=True)[1:] == shown
    assert lines(response(), headers=True)[1:] == shown[:1]
    assert lines(upgrade(), headers=True)[1:] == shown[:1]


def test_cookies_stand_one_a_line_and_sorted() -> None:
    event = request()
    event.fields = HeaderFields(items=[("cookie", "sid=\x1b3; b=2;a=1"), ("Set-Cookie", "z=1; Path=/")])
    assert lines(event, headers=True)[1:] == [
        "    cookie: a=1",
        "            b=2",
        r"            sid=\x1b3",
        "    Set-Cookie: z=1; Path=/",
    ]


def test_bodies_are_no_lines() -> None:
    sides: list[tuple[type[HttpRequestBody | HttpResponseBody], Direction]] = [
        (HttpRequestBody, "send"),
        (HttpResponseBody, "recv"),
    ]
    assert lines(*(kind(session(), 0, direction, 1, b"body") for kind, direction in sides)) == []


def test_names_stand_for_addresses() -> None:
    class Named(Session):
        src_name = property(lambda _: "laptop:41036")
        dst_name = property(lambda _: "shop.example:http")

    event = request()
    event.session = Named(session().key, 0)
    assert lines(event) == ["06:20:54.250 laptop:41036 -> shop.example:http #1 HTTP 1.1 request: GET /data.json"]


def test_addresses_of_ipv6_stand_in_brackets() -> None:
    talk = Session(b"\xfd" + bytes(14) + b"\1" + b"\xfd" + bytes(14) + b"\2" + bytes([160, 76, 31, 144]), 0)
    assert lines(TcpStart(talk, SECOND, "send"), tcp_verbose=True) == [
        "06:20:54.000 [fd00::1]:41036 -> [fd00::2]:8080 TCP start"
    ]


@pytest.mark.parametrize(
    ("form", "nanosecond", "starts"),
    [
        ("none", False, ["", ""]),
        ("epoch", False, ["1289715654.250000 ", "1289715654.251000 "]),
        ("epoch", True, ["1289715654.250000000 ", "1289715654.251000000 "]),
        ("relative", False, ["0.000000 ", "0.001000 "]),
        ("delta", True, ["0.000000000 ", "0.001000000 "]),
    ],
)
def test_forms_of_time(form: TimeFormat, nanosecond: bool, starts: list[str]) -> None:
    shown = lines(request(), response(), form=form, nanosecond=nanosecond)
    assert [line.partition("10.9.0.")[0] for line in shown] == starts


def test_what_is_not_shown_does_not_move_the_clock() -> None:
    unseen = HttpRequestComplete(session(), REQUEST_TIME + 1, "send", 1, 0, 0, "1.1")
    shown = lines(request(), TcpStart(session(), SECOND, "send"), unseen, response(), form="delta")
    assert [line.split()[0] for line in shown] == ["0.000000", "0.001000"]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0B"),
        (1, "1B"),
        (1023, "1023B"),
        (1024, "1KB"),
        (1034, "1.01KB"),
        (1536, "1.5KB"),
        (3144, "3.07KB"),
        (10 * 1024, "10KB"),
        (100 * 1024, "100KB"),
        (1023 * 1024, "1023KB"),
        (1024 * 1024 - 1, "1MB"),
        (1024 * 1024, "1MB"),
        (1_000_000, "976.56KB"),
        (3 * 1024**3 // 2, "1.5GB"),
        (1024**4, "1TB"),
        (5000 * 1024**4, "5000TB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert format_size(count) == text
