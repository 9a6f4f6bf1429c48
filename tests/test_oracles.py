"""h11's full Connection, httptools and our parser agree on every well-formed message of the captures."""

from __future__ import annotations

from pathlib import Path

import h11
import httptools
import pytest
from support.steps import Step, events_of, in_pieces, words
from support.tap import Tap, Tapped

from pcaptools.core.events import (
    Event,
    HttpError,
    HttpRequest,
    HttpRequestBody,
    HttpRequestComplete,
    HttpResponse,
    HttpResponseBody,
    HttpResponseComplete,
)
from pcaptools.core.sources.files import FileSource

CAPTURES = Path(__file__).parent / "captures"
OWN = [
    "get",
    "post-100-continue",
    "head",
    "chunked",
    "pipelined",
    "404-many",
    "http10-close",
    "ipv6",
    "any-sll",
    "vlan",
]
Message = tuple[str, list[tuple[bytes, bytes]], bytes]
"""(start line in words, header fields, body)."""


def taps(path: Path) -> list[Tap]:
    """Every session of a capture that was captured from its handshake to its end, without a gap."""
    tapped = Tapped()
    with FileSource([path]) as source:
        for batch in source.batches():
            tapped.tracker.track_batch(batch)
    tapped.tracker.finish()
    return [
        tap for tap in tapped.taps if not tap.session.midway and not any(isinstance(word, int) for _, word in tap.units)
    ]


def ours(events: list[Event]) -> tuple[list[Message], list[Message]] | None:
    """Our requests and final responses; None when anything is not well-formed, or not HTTP to its end."""
    found: dict[type, list[Message]] = {HttpRequest: [], HttpResponse: []}
    pending: dict[type, tuple[str, list[tuple[str, str]]]] = {}
    bodies: dict[type, bytes] = {}
    for event in events:
        if isinstance(event, HttpRequest):
            pending[HttpRequest] = (f"{event.method} {event.url}", event.headers)
        elif isinstance(event, HttpResponse) and not event.interim:
            pending[HttpResponse] = (f"{event.status_code} {event.reason}", event.headers)
        if isinstance(event, HttpError) or getattr(event, "violations", None):
            return None
        if isinstance(event, HttpRequest) and event.method == "CONNECT":
            return None
        if isinstance(event, HttpResponse) and event.status_code == 101:
            return None
        for body, complete, head in (
            (HttpRequestBody, HttpRequestComplete, HttpRequest),
            (HttpResponseBody, HttpResponseComplete, HttpResponse),
        ):
            if isinstance(event, body):
                bodies[head] = event.body
            elif isinstance(event, complete):
                line, headers = pending.pop(head)
                raw = [(name.encode(), value.encode()) for name, value in headers]
                found[head].append((line, raw, bodies.pop(head, b"")))
    return None if pending else (found[HttpRequest], found[HttpResponse])


def h11_messages(stream: bytes, methods: list[str] | None) -> list[Message]:
    """Parse a stream, a fresh Connection for each message; `methods` are the requests', for responses."""
    found: list[Message] = []
    while stream:
        connection = h11.Connection(h11.SERVER if methods is None else h11.CLIENT, max_incomplete_event_size=1 << 20)
        if methods is not None:
            method = methods[len(found)]
            connection.send(h11.Request(method=method, target="/", headers=[("Host", "h")]))
            connection.send(h11.EndOfMessage())
        connection.receive_data(stream)
        line, headers, body = "", [], b""
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                connection.receive_data(b"")
            elif isinstance(event, h11.Request):
                line, headers = f"{event.method.decode()} {event.target.decode()}", event.headers.raw_items()
            elif isinstance(event, h11.Response):
                line, headers = f"{event.status_code} {event.reason.decode()}", event.headers.raw_items()
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
        found.append((line, headers, body))
        stream = connection.trailing_data[0]
    return found


class _Heard:
    """The messages that httptools hears."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.parser: httptools.HttpRequestParser | httptools.HttpResponseParser

    def on_message_begin(self) -> None:
        self.line, self.body = b"", b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.in_head = True

    def on_headers_complete(self) -> None:
        self.in_head = False

    def on_url(self, url: bytes) -> None:
        self.line += url

    def on_status(self, status: bytes) -> None:
        self.line += status

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.in_head:  # else a trailer field
            self.headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        if isinstance(self.parser, httptools.HttpRequestParser):
            first = self.parser.get_method().decode()
        else:
            first = str(self.parser.get_status_code())
        if not first.startswith("1"):
            self.messages.append((f"{first} {self.line.decode()}", self.headers, self.body))


def httptools_messages(stream: bytes, kind: type) -> list[Message]:
    heard = _Heard()
    heard.parser = kind(heard)
    heard.parser.feed_data(stream)
    return heard.messages


def compare(tap: Tap) -> int:
    """Hold the three against each other over one session; return how many messages were compared."""
    steps: list[Step] = [(direction, word) for direction, word in tap.units]
    found = ours(events_of(steps))
    if not found or not found[0]:
        return 0
    if sum(len(word) for _, word in tap.units if isinstance(word, bytes)) < 20_000:
        assert words(events_of(in_pieces(steps, 1))) == words(events_of(steps))
    requests, responses = found
    client = "send" if requests and tap.units[0][0] == "send" else "recv"
    sent, received = (
        b"".join(word for side, word in tap.units if side == way and isinstance(word, bytes))
        for way in (client, "recv" if client == "send" else "send")
    )
    if len(requests) != len(responses):
        return 0
    methods = [line.split(" ")[0] for line, _, _ in requests]
    assert requests == h11_messages(sent, None)
    assert responses == h11_messages(received, methods)
    # httptools cannot be told of HEAD, nor that the connection has ended, and takes no QUERY and its like
    assert requests == httptools_messages(sent, httptools.HttpRequestParser)
    if "HEAD" not in methods and all(_has_length(headers) for _, headers, _ in responses):
        assert responses == httptools_messages(received, httptools.HttpResponseParser)
    return len(requests) + len(responses)


def _has_length(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in headers)


@pytest.mark.parametrize("name", OWN)
def test_the_three_agree_on_our_captures(name: str) -> None:
    compared = sum(compare(tap) for tap in taps(CAPTURES / f"{name}.pcap"))
    assert compared >= 2


def test_the_three_agree_on_the_corpus(corpus: Path) -> None:
    compared = 0
    for path in sorted((corpus / "zeek" / "http").glob("*.pcap")):
        compared += sum(compare(tap) for tap in taps(path))
    assert compared > 100
