"""Heads: what RFC 9112 allows passes without a word, everything else is shown with its violation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.protocols.http import head as head_module
from pcaptools.core.protocols.http.head import (
    RequestHead,
    ResponseHead,
    may_start_message,
    parse_head,
    starts_message,
    starts_request,
    starts_response,
    well_formed_head,
)

HOST = b"Host: h\r\n"


def request(block: bytes) -> RequestHead:
    head = parse_head(block)
    assert isinstance(head, RequestHead)
    return head


def response(block: bytes) -> ResponseHead:
    head = parse_head(block)
    assert isinstance(head, ResponseHead)
    return head


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"GET / HTTP/1.1\r\n", ("GET", "/", "1.1", [])),
        (b"QUERY /a?b=c HTTP/1.1\r\n", ("QUERY", "/a?b=c", "1.1", [])),
        (b"OPTIONS * HTTP/1.1\r\n", ("OPTIONS", "*", "1.1", [])),
        (b"CONNECT h:443 HTTP/1.1\r\n", ("CONNECT", "h:443", "1.1", [])),
        (b"GET http://h/x HTTP/1.0\r\n", ("GET", "http://h/x", "1.0", [])),
        (b"M-SEARCH * HTTP/1.1\r\n", ("M-SEARCH", "*", "1.1", [])),
        (b"x!#$%&'*+.^_`|~ / HTTP/1.1\r\n", ("x!#$%&'*+.^_`|~", "/", "1.1", [])),
        (b"get / http/1.1\r\n", ("get", "/", "1.1", ["malformed HTTP version"])),
        (b"GET / HTTP/1\r\n", ("GET", "/", "1", ["malformed HTTP version"])),
        (b"GET /a b HTTP/1.1\r\n", ("GET", "/a b", "1.1", ["white space in the request-target"])),
        (b"GET  / HTTP/1.1\r\n", ("GET", "/", "1.1", ["white space in the request-target"])),
        (b"GET /\xc3\xa9\xff HTTP/1.1\r\n", ("GET", "/é\\xff", "1.1", ["invalid character in the request-target"])),
        (b"GET / HTTP/1.1\n", ("GET", "/", "1.1", ["bare LF as line end"])),
        (b"GET /old\r\n", ("GET", "/old", "0.9", ["no HTTP version in the request line"])),
        (b"GET HTTP/1.1\r\n", ("GET", "HTTP/1.1", "0.9", ["no HTTP version in the request line"])),
    ],
)
def test_request_lines(line: bytes, expected: tuple[str, str, str, list[str]]) -> None:
    head = request(line + HOST)
    assert (head.method, head.url, head.http_version, head.violations) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\n", (200, "OK", "1.1", [])),
        (b"HTTP/1.1 404 Not  Found\r\n", (404, "Not  Found", "1.1", [])),
        (b"HTTP/1.1 204 \r\n", (204, "", "1.1", [])),
        (b"HTTP/1.1 204\r\n", (204, "", "1.1", ["no space after the status code"])),
        (b"HTTP/1.0 200 \xe4\r\n", (200, "\\xe4", "1.0", [])),
        (b"ICY 200 OK\r\n", (200, "OK", "ICY", ["malformed HTTP version"])),
        (b"http/1.1 200 OK\n", (200, "OK", "1.1", ["malformed HTTP version", "bare LF as line end"])),
    ],
)
def test_status_lines(line: bytes, expected: tuple[int, str, str, list[str]]) -> None:
    head = response(line)
    assert (head.status_code, head.reason, head.http_version, head.violations) == expected


def test_fields_keep_order_case_and_value() -> None:
    head = request(b"GET / HTTP/1.1\r\nhOSt:h\r\nX-A: 1\r\nX-a:\t2 \t\r\nEmpty:\r\nColon: a:b\r\nB: \xc3\xa9\xff\r\n")
    assert head.fields.items == [
        ("hOSt", "h"), ("X-A", "1"), ("X-a", "2"), ("Empty", ""), ("Colon", "a:b"), ("B", "é\\xff"),
    ]  # fmt: skip
    assert head.violations == []
    assert head.fields.values("x-a") == ["1", "2"]


@pytest.mark.parametrize(
    ("field", "items", "violations"),
    [
        (b"A: 1\n", [("A", "1")], ["bare LF as line end"]),
        (b"A: 1\r\n  2\r\n\t3\r\n", [("A", "1 2 3")], ["obsolete line folding"]),
        (b"A : 1\r\n", [("A", "1")], ["white space before the colon"]),
        (b"no colon\r\n", [("no colon", "")], ["header line without a colon"]),
        (b"A: \x00\x1b[2J\r\n", [("A", "\x00\x1b[2J")], ["control character in a header"]),
        (b"A(b): 1\r\n", [("A(b)", "1")], ["invalid header name"]),
        (b": 1\r\n", [("", "1")], ["invalid header name"]),
    ],
)
def test_odd_fields_are_shown_and_named(field: bytes, items: list[tuple[str, str]], violations: list[str]) -> None:
    head = request(b"GET / HTTP/1.1\r\n" + HOST + field)
    assert head.fields.items == [("Host", "h"), *items]
    assert head.violations == violations


def test_host_is_due_once_in_http_1_1() -> None:
    assert request(b"GET / HTTP/1.1\r\nA: b\r\n").violations == ["no Host header"]
    assert request(b"GET / HTTP/1.0\r\nA: b\r\n").violations == []
    assert request(b"GET / HTTP/1.1\r\n" + HOST + HOST).violations == ["more than one Host header"]


def test_the_quick_way_and_the_tolerant_way_agree() -> None:
    block = b"POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
    quick = well_formed_head(block + b"\r\nabc")
    assert quick is not None
    assert quick[1] == len(block) + 2
    slow = request(block + b"Odd : x\r\n")
    assert slow.fields.items[:2] == quick[0].fields.items
    assert slow.fields.has(b"\ncontent-length:")
    assert quick[0].fields.has(b"\ncontent-length:")


@pytest.mark.parametrize(
    "line", [b"GET / HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 304\r\n", b"ICY 200 OK\r\n", b"GET /x\r\n"]
)
def test_a_start_line_is_known_and_so_is_its_beginning(line: bytes) -> None:
    assert starts_message(line)
    for end in range(1, len(line)):
        assert may_start_message(line[:end]), line[:end]


@pytest.mark.parametrize(
    "line",
    [
        b"220 mail ESMTP\r\n", b"EHLO me\r\n", b"USER x\r\n", b"* OK IMAP4\r\n", b"get key\r\n", b"+OK\r\n",
        b"\x16\x03\x01\x02\x00\x01\r\n", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n", b"GET key\r\n", b"CWD /pub\r\n",
    ],
)  # fmt: skip
def test_other_protocols_are_not_taken_for_http(line: bytes) -> None:
    assert not starts_message(line)


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    starts_message(data)
    may_start_message(data)
    well_formed_head(data)
    for start in (b"GET / HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200\n", b"G /\x00 HTTP/1.1\n"):
        assert starts_request(start) or starts_response(start)
        head = parse_head(start + data.replace(b"\n\n", b"").replace(b"\n\r\n", b"") + b"\r\n")
        assert all(isinstance(name, str) for name, _ in head.fields.items)


def test_plain_heads_of_equal_bytes_are_one() -> None:
    block = b"GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"
    first, second = well_formed_head(block + b"abc"), well_formed_head(block)
    assert first is not None
    assert second is not None
    assert first[0] is second[0]
    assert first[1] == second[1] == len(block)
    own = parse_head(block[:-2])  # may be cut, and then says so
    own.violations.append("of its own")
    assert first[0].violations == []


def test_of_other_heads_of_equal_bytes_each_has_its_own_violations() -> None:
    block = b"GET /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    first = well_formed_head(block + b"abc")
    assert first is not None
    first[0].violations.append("of the first")
    second = well_formed_head(block)
    assert second is not None
    assert second[0].violations == ["no Host header"]
    assert first[0].fields is second[0].fields
    assert first[1] == second[1] == len(block)
    other = well_formed_head(block.replace(b"GET", b"PUT"))
    assert other is not None
    assert isinstance(other[0], RequestHead)
    assert other[0].method == "PUT"


def test_known_heads_are_bounded() -> None:
    for number in range(head_module.MAX_KNOWN + 5):
        well_formed_head(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number)
    long = b"GET / HTTP/1.1\r\nHost: a\r\nCookie: %b\r\n\r\n" % (b"c" * head_module.MAX_KNOWN_HEAD)
    assert well_formed_head(long) is not None
    assert 0 < len(head_module._known) <= head_module.MAX_KNOWN
    assert all(len(block) <= head_module.MAX_KNOWN_HEAD for block in head_module._known)
