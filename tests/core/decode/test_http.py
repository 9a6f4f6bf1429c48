from __future__ import annotations

import pytest
from support.build import Dialogue
from support.crosscheck import Row, rows
from support.layers import decode, every_cut

from pcaptools.core.decode.dissector import Dissector
from pcaptools.core.decode.http import HTTP
from pcaptools.core.sources.base import RawPacket

HTTP_ = "link.ip.tcp.http."
CHECKS = [
    *rows("get.pcap", {
        4: [
            (HTTP_ + "method", "GET", "http.request.method"),
            (HTTP_ + "url", "/index.html", "http.request.uri"),
            (HTTP_ + "version", "1.1", "http.request.version", "HTTP/1.1"),
            (HTTP_ + "host", "10.9.0.1", "http.host"),
        ],
        6: [
            (HTTP_ + "version", "1.1", "http.response.version", "HTTP/1.1"),
            (HTTP_ + "status_code", 200, "http.response.code"),
            (HTTP_ + "reason", "OK", "http.response.phrase"),
        ],
    }),
    *rows("http10-close.pcap", {4: [(HTTP_ + "version", "1.0", "http.request.version", "HTTP/1.0")]}),
    *rows("corpus:zeek/http/methods.pcap", {
        4: [
            (HTTP_ + "method", "OPTIONS", "http.request.method"),
            (HTTP_ + "url", "*", "http.request.uri"),
        ],
    }),
    *rows("corpus:zeek/http/http-lower-case-nonstandard-port.pcap", {
        4: [(HTTP_ + "host", "146.190.62.39", "http.host")],
    }),
]  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


@pytest.mark.parametrize(
    ("line", "method", "url", "version"),
    [
        (b"GET / HTTP/1.1\r\n", "GET", "/", "1.1"),
        (b"CONNECT example.com:443 HTTP/1.0\n", "CONNECT", "example.com:443", "1.0"),
        (b"GET HTTP/1.1\r\n", "GET", "", "1.1"),
        (b"M-SEARCH * HTTP/1.1\r\n", "M-SEARCH", "*", "1.1"),
        (b"get /n\xc3\xa4me\xff HTTP/1.1\r\n", "get", "/n\u00e4me\\xff", "1.1"),
    ],
)
def test_requests(line: bytes, method: str, url: str, version: str) -> None:
    assert HTTP.recognises(line, 0, len(line))
    found = decode(HTTP, line)
    assert (found.method, found.url, found.version, found.incomplete, found.child) == (
        method,
        url,
        version,
        False,
        None,
    )
    assert found.as_dict() == {"method": method, "url": url, "version": version}


@pytest.mark.parametrize(
    ("line", "version", "code", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\n", "1.1", 200, "OK"),
        (b"HTTP/1.0 404 Not Found at \xff\n", "1.0", 404, "Not Found at \\xff"),
        (b"HTTP/1.1 204 \r\n", "1.1", 204, ""),  # RFC 9112, 4: the reason may be empty
        (b"HTTP/1.1 304\r\n", "1.1", 304, ""),  # and some leave the blank out
    ],
)
def test_responses(line: bytes, version: str, code: int, reason: str) -> None:
    assert HTTP.recognises(line, 0, len(line))
    found = decode(HTTP, line)
    assert (found.version, found.status_code, found.reason, found.host) == (version, code, reason, None)


@pytest.mark.parametrize(
    "text",
    [
        b"the quick brown fox\r\n",
        b"GET it while you can\r\n",
        b"GET /\r\n",  # HTTP/0.9 says nothing that could not stand in other text
        b"INVITE sip:a@b SIP/2.0\r\n",
        b"GET / RTSP/1.0\r\n",
        b"HTTP/1.1 2000 OK\r\n",
        b"HTTP/1.1 OK\r\n",
        b"GET /a b HTTP/1.1\r\n",
        b"GET  / HTTP/1.1\r\n",
        b"GET /\x00 HTTP/1.1\r\n",
        b"A" * 33 + b" / HTTP/1.1\r\n",
        b"POSTED something",
        b"GET x",
        b"GET ",
    ],
)
def test_what_is_no_start_line(text: bytes) -> None:
    assert not HTTP.recognises(text, 0, len(text))


def test_the_end_of_the_segment_ends_the_line() -> None:
    frame = b"GET /abc HTTP/1.1\r\n"
    assert not HTTP.recognises(frame, 0, 3)
    assert decode(HTTP, frame + b"Host: padding\r\n", len(frame)).host is None


@pytest.mark.parametrize(
    ("fields", "host"),
    [
        (b"Host: a\r\n\r\n", "a"),
        (b"A: b\r\nhOST:\t a.b:80 \r\n\r\n", "a.b:80"),
        (b"Host:\r\n\r\n", ""),
        (b"A: b\r\n\r\nHost: in the body\r\n", None),
        (b"X-Host: a\r\n\r\n", None),
        (b"", None),
    ],
)
def test_host(fields: bytes, host: str | None) -> None:
    assert decode(HTTP, b"GET / HTTP/1.1\r\n" + fields).host == host


LINE = b"GET /" + b"a" * 90 + b"?q=1 HTTP/1.1\r\nHost: h\r\n\r\n"


def test_a_line_that_spans_segments() -> None:
    dialogue = Dialogue(mss=40).open().send("c", LINE, acked=False)
    dissector = Dissector()
    frames = [data for _, _, data in dialogue.records[3:]]
    found = [dissector.packet(RawPacket(data, 0, 0, len(data), len(data), 1)).link.ip.tcp.http for data in frames]
    assert [http and http.incomplete for http in found] == [True, True, False, None]
    assert (found[0].method, found[0].url, found[0].version) == ("GET", "/" + "a" * 35, None)
    assert (found[2].url, found[2].version) == ("/" + "a" * 90 + "?q=1", "1.1")


@pytest.mark.parametrize("text", [b"HTTP/1.1 200 O", b"HTTP/1.1 200", b"POST /x HTT", b"PUT http://a/b HTTP/1.1\r"])
def test_what_may_go_on(text: bytes) -> None:
    assert HTTP.recognises(text, 0, len(text))
    assert decode(HTTP, text).incomplete


def test_cut_by_the_snap_length_is_told() -> None:
    found = decode(HTTP, LINE[:60], len(LINE))
    assert HTTP.recognises(LINE[:60], 0, len(LINE))
    assert (found.child.truncated, found.incomplete, found.method) == (True, False, "GET")


def test_every_cut() -> None:
    for data in (LINE, b"HTTP/1.1 200 All is well\r\n\r\n"):
        for layer in every_cut(HTTP, data):
            assert layer.method in (None, "GET", "GE", "G") or layer.status_code is not None


def test_long_lines_cost_linear_time() -> None:
    for text in (
        b"a" * 60_000,
        b"GET " + b"a " * 30_000,
        b"GET /" + b"a HTTP/1." * 6_000,
        b"HTTP/1.1 200 " + b"a\r" * 30_000,
    ):
        HTTP.recognises(text, 0, len(text))
        decode(HTTP, text).as_dict()
