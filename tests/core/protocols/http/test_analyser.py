"""Exchanges: pairing, interim responses, tunnels, upgrades, and the oracles h11 and httptools."""

from __future__ import annotations

from dataclasses import dataclass

import h11
import httptools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.steps import Step, events_of, in_pieces, words

from pcaptools.core.events import HttpRequest, HttpRequestBody, HttpResponse, HttpResponseBody, WebSocketUpgrade

GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def request(method: bytes, url: bytes = b"/", more: bytes = b"") -> bytes:
    return method + b" " + url + b" HTTP/1.1\r\nHost: h\r\n" + more + b"\r\n"


def test_pipelined_requests_get_their_responses_in_order() -> None:
    steps: list[Step] = [
        ("send", request(b"GET", b"/1") + request(b"HEAD", b"/2") + request(b"GET", b"/3")),
        ("recv", OK + b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
        ("recv", b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"),
    ]
    for size in (1, 13, 10_000):
        found = words(events_of(in_pieces(steps, size), bodies=False))
        assert found[6:] == [
            "recv response 1 200 GET", "recv response_complete 1 2", "recv response 2 200 HEAD",
            "recv response_complete 2 0", "recv response 3 404 GET", "recv response_complete 3 0",
        ]  # fmt: skip


def test_interim_responses_come_before_the_final_one_with_its_number() -> None:
    steps: list[Step] = [
        ("send", request(b"POST", more=b"Expect: 100-continue\r\nContent-Length: 3\r\n")),
        ("recv", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
        ("send", b"abc"), ("recv", OK),
    ]  # fmt: skip
    events = events_of(steps)
    assert words(events) == [
        "send request 1 POST / 1.1", "recv response 1 100 POST", "recv response 1 103 POST",
        "send request_body 1 b'abc'", "send request_complete 1 3", "recv response 1 200 POST",
        "recv response_body 1 b'ok'", "recv response_complete 1 2",
    ]  # fmt: skip
    responses = [event for event in events if isinstance(event, HttpResponse)]
    assert [event.interim for event in responses] == [True, True, False]
    assert [event.latency for event in responses] == [None, None, 1_000_000]


def test_a_response_before_the_end_of_its_request_has_no_latency() -> None:
    steps: list[Step] = [
        ("send", request(b"PUT", more=b"Content-Length: 6\r\n") + b"abc"),
        ("recv", b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"), ("send", b"def"),
    ]  # fmt: skip
    events = events_of(steps)
    assert words(events)[1] == "recv response 1 413 PUT"
    assert [event.latency for event in events if isinstance(event, HttpResponse)] == [None]


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_responses_without_a_body_whatever_their_headers_say(status: bytes) -> None:
    steps: list[Step] = [("send", GET + GET), ("recv", b"HTTP/1.1 " + status + b"\r\nContent-Length: 5\r\n\r\n" + OK)]
    assert words(events_of(steps, bodies=False))[-2:] == ["recv response 2 200 GET", "recv response_complete 2 2"]


def test_a_tunnel_is_detected_afresh_after_connect() -> None:
    steps: list[Step] = [
        ("send", b"CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n"),
        ("recv", b"HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n"), ("send", GET), ("recv", OK),
    ]  # fmt: skip
    for size in (1, 10_000):
        assert words(events_of(in_pieces(steps, size), bodies=False)) == [
            "send request 1 CONNECT h:80 1.1", "send request_complete 1 0", "recv response 1 200 CONNECT",
            "recv response_complete 1 0", "send request 2 GET / 1.1", "send request_complete 2 0",
            "recv response 2 200 GET", "recv response_complete 2 2",
        ]  # fmt: skip


def test_a_refused_connect_is_an_exchange_like_any_other() -> None:
    steps: list[Step] = [
        ("send", b"CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n" + GET),
        ("recv", b"HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno" + OK),
    ]  # fmt: skip
    assert words(events_of(steps, bodies=False)) == [
        "send request 1 CONNECT h:80 1.1", "send request_complete 1 0", "recv response 1 407 CONNECT",
        "send request 2 GET / 1.1", "send request_complete 2 0", "recv response_complete 1 2",
        "recv response 2 200 GET", "recv response_complete 2 2",
    ]  # fmt: skip


def test_an_upgrade_to_websocket_is_announced_and_its_frames_are_not_taken_for_http() -> None:
    steps: list[Step] = [
        ("send", request(b"GET", b"/chat", b"Upgrade: WebSocket\r\nConnection: Upgrade\r\n")),
        ("recv", (b"HTTP/1.1 101 Switching Protocols\r\nUPGRADE: websocket\r\nSec-WebSocket-Accept: x\r\n"
                  b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n\x81\x05hello")),
        ("send", b"\x81\x8fGET / HTTP/1.1\r\n\r\n"), ("send", "fin"),
    ]  # fmt: skip
    events = events_of(steps)
    assert words(events) == [
        "send request 1 GET /chat 1.1", "send request_complete 1 0",
        "recv websocket_upgrade 1 101 GET ['Connection without upgrade', 'Sec-WebSocket-Accept answers no key']",
        "recv websocket_message text b'hello' 5",
        "send error the connection ended inside a text message, after 14 bytes",
    ]  # fmt: skip
    (upgrade,) = [event for event in events if isinstance(event, WebSocketUpgrade)]
    assert (upgrade.protocol, upgrade.extensions) == ("rfc6455", "permessage-deflate")


def test_another_upgrade_is_a_response() -> None:
    steps: list[Step] = [("send", GET), ("recv", b"HTTP/1.1 101 OK\r\nUpgrade: tcp\r\n\r\nraw stream")]
    assert words(events_of(steps))[-1] == "recv response 1 101 GET"


def test_a_response_whose_request_was_not_seen() -> None:
    events = events_of([("recv", OK)])
    assert words(events)[0] == "recv response 1 200 None"


def test_requests_without_responses_are_bounded() -> None:
    found = words(events_of([("send", GET * 5000)], bodies=False))
    assert sum("error more than 4096 requests" in word for word in found) == 1
    assert sum("request_complete" in word for word in found) == 5000


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        # what is missing of the second response of three, of a client that waits for each
        (41, ["1 200 /1", "3 200 /3", "4 200 /4"]),
        (43, ["1 200 /1", "3 200 /3", "4 200 /4"]),
    ],
)
def test_after_a_lost_response_of_a_client_that_waits_the_next_finds_its_request(
    lost: int, expected: list[str]
) -> None:
    steps: list[Step] = [
        ("send", request(b"GET", b"/1")),
        ("recv", OK),
        ("send", request(b"GET", b"/2")),
        ("recv", lost),
    ]
    steps += [("recv", (OK + b"x" * 9)[lost : len(OK)])] if lost < len(OK) else []
    for url in (b"/3", b"/4"):
        steps += [("send", request(b"GET", url)), ("recv", OK)]
    found = [event for event in events_of(steps, bodies=False) if isinstance(event, HttpResponse)]
    assert [f"{event.number} {event.status_code} {event.url}" for event in found] == expected


def test_after_a_lost_response_of_a_pipelining_client_nobody_knows() -> None:
    steps: list[Step] = [
        ("send", request(b"GET", b"/1") + request(b"GET", b"/2") + request(b"GET", b"/3")), ("recv", OK), ("recv", 43),
        ("recv", OK), ("send", request(b"GET", b"/4")), ("recv", OK),
    ]  # fmt: skip
    found = [event.url for event in events_of(steps, bodies=False) if isinstance(event, HttpResponse)]
    assert found == ["/1", None, "/4"]


def test_when_a_request_and_a_response_were_lost_the_next_response_has_no_request() -> None:
    steps: list[Step] = [("send", GET), ("recv", b"junk"), ("recv", 43), ("send", 28), ("recv", OK)]
    found = [event.url for event in events_of(steps, bodies=False) if isinstance(event, HttpResponse)]
    assert found == [None]


def test_bytes_on_both_sides_of_a_gap_are_never_joined() -> None:
    post = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"
    lost: list[Step] = [("send", post + b"junk\r\nGET /fo"), ("send", 50)]
    lost += [("send", b"bar HTTP/1.1\r\nHost: h\r\n\r\n")]
    assert not [word for word in words(events_of(lost)) if "foobar" in word or "/fobar" in word]
    paused: list[Step] = [("send", b"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\nabc"), ("send", 10), ("send", b"def")]
    paused += [("recv", b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"), ("send", GET)]
    assert [word for word in words(events_of(paused)) if "GET" in word] == ["send request 2 GET / 1.1"]


# --- the oracles: on every well-formed message all three agree ---

TOKEN = st.text("!#$%&'*+-.^_`|~0123456789abcXYZ", min_size=1, max_size=8)
VALUE = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20).map(lambda text: text.strip())
FRAMING = ("host", "content-length", "transfer-encoding", "connection", "te")
NAMES = TOKEN.filter(lambda name: name.lower() not in FRAMING)
URLS = st.text(st.sampled_from("abc/?=&%20~-."), min_size=1, max_size=20).map(lambda text: f"/{text}")


@dataclass
class Message:
    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes
    chunks: list[int] | None

    def framing(self) -> bytes:
        if self.chunks is not None:
            return b"Transfer-Encoding: chunked\r\n"
        return b"Content-Length: %d\r\n" % len(self.body) if self.body else b""

    def encoded_body(self) -> bytes:
        if self.chunks is None:
            return self.body
        wire, rest = b"", self.body
        for size in [*self.chunks, len(self.body)]:
            part, rest = rest[:size], rest[size:]
            if part:
                wire += b"%x\r\n%b\r\n" % (len(part), part)
        return wire + b"0\r\n\r\n"

    def lines(self) -> bytes:
        return b"".join(f"{name}: {value}\r\n".encode() for name, value in self.headers) + self.framing() + b"\r\n"

    def request(self) -> bytes:
        return f"{self.method} {self.url} HTTP/1.1\r\nHost: h\r\n".encode() + self.lines() + self.encoded_body()

    def response(self) -> bytes:
        framing = b"" if self.framing() else b"Content-Length: 0\r\n"
        return b"HTTP/1.1 200 Fine\r\n" + framing + self.lines() + self.encoded_body()


MESSAGES = st.builds(
    Message, st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "REPORT"]), URLS,
    st.lists(st.tuples(NAMES, VALUE), max_size=5), st.binary(max_size=60),
    st.none() | st.lists(st.integers(1, 20), max_size=4),
)  # fmt: skip


class Heard:
    """What httptools hears."""

    def __init__(self) -> None:
        self.target, self.body, self.complete = b"", b"", False
        self.headers: list[tuple[str, str]] = []

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode(), value.decode()))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


def by_h11(connection: h11.Connection, wire: bytes) -> tuple[object, bytes]:
    connection.receive_data(wire)
    head, body = connection.next_event(), b""
    while isinstance(event := connection.next_event(), h11.Data):
        body += event.data
    assert isinstance(event, h11.EndOfMessage)
    return head, body


@settings(max_examples=150, deadline=None)
@given(MESSAGES, st.sampled_from([1, 5, 10_000]))
def test_h11_httptools_and_we_agree_on_well_formed_requests(message: Message, size: int) -> None:
    wire = message.request()
    events = events_of(in_pieces([("send", wire + b"GET /next")], size))
    ours = events[0]
    assert isinstance(ours, HttpRequest)
    assert ours.violations == []
    body = b"".join(event.body for event in events if isinstance(event, HttpRequestBody))
    theirs, their_body = by_h11(h11.Connection(h11.SERVER), wire)
    assert isinstance(theirs, h11.Request)
    heard = Heard()
    parser = httptools.HttpRequestParser(heard)
    parser.feed_data(wire)
    assert (ours.method, ours.url) == (theirs.method.decode(), theirs.target.decode())
    assert (ours.method, ours.url) == (parser.get_method().decode(), heard.target.decode())
    assert [(name.encode(), value.encode()) for name, value in ours.headers] == theirs.headers.raw_items()
    assert ours.headers == heard.headers
    assert body == their_body == heard.body == message.body
    assert heard.complete
    assert len(events) == (3 if body else 2)


@settings(max_examples=150, deadline=None)
@given(MESSAGES, st.sampled_from([1, 5, 10_000]))
def test_h11_httptools_and_we_agree_on_well_formed_responses(message: Message, size: int) -> None:
    wire = message.response()
    events = events_of([("send", GET), *in_pieces([("recv", wire + b"HTTP/1.1 2")], size)])[2:]
    ours = events[0]
    assert isinstance(ours, HttpResponse)
    assert ours.violations == []
    body = b"".join(event.body for event in events if isinstance(event, HttpResponseBody))
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "h")]))
    connection.send(h11.EndOfMessage())
    theirs, their_body = by_h11(connection, wire)
    assert isinstance(theirs, h11.Response)
    heard = Heard()
    parser = httptools.HttpResponseParser(heard)
    parser.feed_data(wire)
    assert ours.status_code == theirs.status_code == parser.get_status_code() == 200
    assert ours.reason == theirs.reason.decode() == "Fine"
    assert [(name.encode(), value.encode()) for name, value in ours.headers] == theirs.headers.raw_items()
    assert ours.headers == heard.headers
    assert body == their_body == heard.body == message.body


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["send", "recv"]),
            st.one_of(
                st.binary(max_size=30),
                st.sampled_from([GET, OK, b"GET", b"\r\n", b"HTTP/1.1 100 C\r\n\r\n", b"5\r\n"]),
                st.integers(1, 100), st.sampled_from(["fin", "rst", "timeout"]),
            ),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_no_traffic_raises(steps: list[Step]) -> None:
    for bodies in (True, False):
        events_of(steps, bodies=bodies)
