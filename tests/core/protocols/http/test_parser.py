"""One direction: messages found whole, cut, behind trouble; the same events whatever the pieces."""

from __future__ import annotations

import time

import pytest
from support.steps import Step, events_of, in_pieces, words

GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CASES: dict[str, tuple[list[Step], list[str]]] = {
    "keep-alive": (
        [("send", GET), ("recv", OK), ("send", GET), ("recv", OK)],
        [
            "send request 1 GET / 1.1", "send request_complete 1 0", "recv response 1 200 GET",
            "recv response_body 1 b'ok'", "recv response_complete 1 2",
            "send request 2 GET / 1.1", "send request_complete 2 0", "recv response 2 200 GET",
            "recv response_body 2 b'ok'", "recv response_complete 2 2",
        ],
    ),
    "leading blank lines": (
        [("send", b"\r\n\r\n" + GET)],
        ["send request 1 GET / 1.1", "send request_complete 1 0"],
    ),
    "bare LF": (
        [("send", b"GET / HTTP/1.1\nHost: h\n\n"), ("recv", b"HTTP/1.1 200 OK\nContent-Length: 1\n\nx")],
        [
            "send request 1 GET / 1.1 ['bare LF as line end']", "send request_complete 1 0",
            "recv response 1 200 GET ['bare LF as line end']", "recv response_body 1 b'x'",
            "recv response_complete 1 1",
        ],
    ),
    "rubbish between messages": (
        [("send", b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nab?!\r\nnoise\r\n" + GET)],
        [
            "send request 1 POST / 1.1", "send request_body 1 b'a'", "send request_complete 1 1",
            "send error not a start line", "send request 2 GET / 1.1", "send request_complete 2 0",
        ],
    ),
    "broken chunk, next message found": (
        [("send", GET), ("recv", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n\r\n" + OK)],
        [
            "send request 1 GET / 1.1", "send request_complete 1 0", "recv response 1 200 GET",
            "recv response_body 1 b'ab'", "recv error invalid chunk size", "recv response 2 200 None",
            "recv response_body 2 b'ok'", "recv response_complete 2 2",
        ],
    ),
    "until close": (
        [("send", b"GET / HTTP/1.0\r\n\r\n"), ("recv", b"HTTP/1.0 200 OK\r\n\r\nall of it"), ("recv", "fin")],
        [
            "send request 1 GET / 1.0", "send request_complete 1 0", "recv response 1 200 GET",
            "recv response_body 1 b'all of it'", "recv response_complete 1 9",
        ],
    ),
    "HTTP/0.9": (
        [("send", b"GET /old\r\n"), ("recv", b"<p>no head"), ("recv", "fin")],
        [
            "send request 1 GET /old 0.9 ['no HTTP version in the request line']", "send request_complete 1 0",
            "recv response_body 1 b'<p>no head'", "recv response_complete 1 10",
        ],
    ),
    "closed inside a body": (
        [("send", GET), ("recv", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), ("recv", "fin")],
        [
            "send request 1 GET / 1.1", "send request_complete 1 0", "recv response 1 200 GET",
            "recv response_body 1 b'abc'",
            "recv error the connection ended 7 bytes before the end of the body, after 3 bytes",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("size", [1, 2, 7, 100_000])
def test_the_same_events_whatever_the_pieces(name: str, size: int) -> None:
    steps, expected = CASES[name]
    if name == "HTTP/0.9" and size < 11:
        pytest.skip("an HTTP/0.9 request is told from the beginning of another one by the end of its segment")
    assert words(events_of(in_pieces(steps, size))) == expected


def test_a_gap_in_a_body_is_counted_and_the_exchange_goes_on() -> None:
    steps: list[Step] = [("send", GET), ("recv", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"), ("recv", 5),
                         ("recv", b"xyz" + OK)]  # fmt: skip
    assert words(events_of(steps, bodies=False))[3:] == [
        "recv response_complete 1 5 missing 5", "recv response 2 200 None", "recv response_complete 2 2",
    ]  # fmt: skip


def test_a_gap_in_a_chunk_is_counted() -> None:
    steps: list[Step] = [("send", GET), ("recv", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nab"),
                         ("recv", 5), ("recv", b"xyz\r\n0\r\n\r\n")]  # fmt: skip
    assert words(events_of(steps, bodies=False))[3:] == ["recv response_complete 1 5 missing 5"]


def test_a_gap_beyond_a_chunk_leaves_the_body_without_an_end() -> None:
    steps: list[Step] = [("send", GET), ("recv", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nab"),
                         ("recv", 500), ("recv", b"5\r\nhello\r\n0\r\n\r\n"), ("send", GET), ("recv", OK)]  # fmt: skip
    assert words(events_of(steps, bodies=False))[3:] == [
        "recv error 500 bytes missing inside a chunked body: where it ends is unknown",
        "send request 2 GET / 1.1", "send request_complete 2 0",
        "recv response 2 200 GET", "recv response_complete 2 2",
    ]  # fmt: skip


def test_a_status_line_where_a_chunk_is_due_is_found() -> None:
    steps: list[Step] = [("send", GET), ("recv", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"),
                         ("send", GET), ("recv", OK)]  # fmt: skip
    found = words(events_of(steps, bodies=False))
    assert "recv error invalid chunk size" in found
    assert found[-1] == "recv response_complete 2 2"


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("rst", "the connection was reset inside the body, after 3 bytes"),
        ("end of input", "the capture ended inside the body, after 3 bytes"),
    ],
)
def test_a_body_until_close_that_was_not_closed(reason: str, error: str) -> None:
    steps: list[Step] = [("send", GET), ("recv", b"HTTP/1.1 200 OK\r\n\r\nabc"), ("recv", reason)]
    assert words(events_of(steps, bodies=False))[-1] == f"recv error {error}"


@pytest.mark.parametrize("seen", [b"GET /long/path HTTP/1.1", b"GET /long/path HTTP/1.", b"GET /long/path "])
def test_a_request_line_without_its_end_is_shown_as_cut(seen: bytes) -> None:
    assert words(events_of([("send", seen), ("send", 60)])) == [
        "send request 1 GET /long/path 1.1 ['the head is cut: 60 bytes missing']"
    ]


@pytest.mark.parametrize(
    "evil",
    [
        b"GET" + b" " * 60_000 + b"\n",
        b"GET" + b" " * 20_000 + b"HTTP/1" * 5000 + b" x\r\n",
        b"GET " + b"/HTTP/1" * 9000 + b" x\r\n",
        b"x " + b"HTTP/1." * 9000,
        b"A " + b" " * 730 + b"(HTTP/1." * 91,
    ],
)
def test_start_lines_are_found_in_linear_time(evil: bytes) -> None:
    """Cubic matching took minutes on each of these; a generous bound on the processor's time tells."""
    before = time.process_time()
    events_of([("send", evil), ("send", GET + evil), ("send", 10), ("send", evil)])
    assert time.process_time() - before < 1


def test_a_gap_that_ends_a_body_exactly() -> None:
    steps: list[Step] = [("send", GET), ("recv", b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nab"), ("recv", 5),
                         ("send", GET), ("recv", OK)]  # fmt: skip
    assert words(events_of(steps, bodies=False))[3:] == [
        "recv response_complete 1 2 missing 5", "send request 2 GET / 1.1", "send request_complete 2 0",
        "recv response 2 200 GET", "recv response_complete 2 2",
    ]  # fmt: skip


def test_a_gap_over_the_end_of_a_body_loses_the_place_and_the_next_response_finds_its_request() -> None:
    steps: list[Step] = [
        ("send", GET), ("recv", b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nab"), ("recv", 500),
        ("send", b"GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"), ("recv", b"rest of something\r\n"),
        ("send", b"GET /3 HTTP/1.1\r\nHost: h\r\n\r\n"), ("recv", OK),
    ]  # fmt: skip
    found = words(events_of(steps, bodies=False))
    assert found[3] == "recv response_complete 1 2 missing 5"
    assert found[-2:] == ["recv response 3 200 GET", "recv response_complete 3 2"]


def test_a_head_with_a_hole_is_shown_as_far_as_it_came() -> None:
    steps: list[Step] = [("send", b"GET /big HTTP/1.1\r\nHost: h\r\nCookie: abc"), ("send", 900), ("send", GET)]
    assert words(events_of(steps)) == [
        "send request 1 GET /big 1.1 ['the head is cut: 900 bytes missing']",
        "send request 2 GET / 1.1", "send request_complete 2 0",
    ]  # fmt: skip


def test_joined_in_the_middle_of_a_body() -> None:
    steps: list[Step] = [("recv", b"\x00\x01rest of an image"), ("send", GET), ("recv", OK)]
    assert words(events_of(steps, bodies=False)) == [
        "send request 1 GET / 1.1", "send request_complete 1 0", "recv response 1 200 GET",
        "recv response_complete 1 2",
    ]  # fmt: skip


@pytest.mark.parametrize("body", [b"abcdef", b"abcdef (", b"abcdef HT"])
def test_a_response_that_begins_its_segment_is_found_after_an_overlong_body(body: bytes) -> None:
    steps: list[Step] = [
        ("send", GET), ("recv", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + body), ("send", GET), ("recv", OK),
    ]  # fmt: skip
    assert words(events_of(steps, bodies=False))[-2:] == ["recv response 2 200 GET", "recv response_complete 2 2"]


def test_an_endless_head_is_bounded() -> None:
    endless: list[Step] = [("send", b"X: y\r\n" * 1000)] * 100
    steps: list[Step] = [("send", b"GET / HTTP/1.1\r\n"), *endless, ("send", b"\r\n"), ("send", GET)]
    found = words(events_of(steps))
    assert found == [
        "send request 1 GET / 1.1 ['the head is longer than 256 KiB']",
        "send error the head is longer than 256 KiB", "send request 2 GET / 1.1", "send request_complete 2 0",
    ]  # fmt: skip
