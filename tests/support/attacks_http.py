"""Attacks on what reads HTTP, WebSocket and whatever may become one of them."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Iterator

from support.attack import TRACE, Attack
from support.attacks import BIG, FIN, MSS, Flow, as_pcap
from support.websocket import REQUEST as UPGRADE
from support.websocket import frame, response

GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
MB = 1 << 20


def poured(request: bytes, answer: Iterable[bytes], mss: int = BIG) -> Iterator[bytes]:
    """One session: a request, and then what the server pours."""

    def frames() -> Iterator[bytes]:
        flow = Flow(1, mss=mss)
        yield from flow.open()
        if request:
            yield from flow.send(True, request)
            yield from flow.pour(False, answer)
        else:
            yield from flow.pour(True, answer)

    return as_pcap(frames())


def sessions(count: int, up: bytes, *, down: bytes = b"", port: int = 80) -> Iterator[bytes]:
    """Sessions in which each side sends some bytes, and then nothing: all stay open."""

    def frames() -> Iterator[bytes]:
        for number in range(count):
            flow = Flow(number, port, BIG)
            yield from flow.open()
            yield from flow.send(True, up)
            if down:
                yield from flow.send(False, down)

    return as_pcap(frames())


def repeat(piece: bytes, size: int) -> Iterator[bytes]:
    """A piece again and again, about `size` bytes in all."""
    return itertools.repeat(piece * max(1, min(BIG, size) // len(piece)), max(1, size // max(BIG, len(piece))))


# --- heads


def endless_headers(count: int) -> Iterator[bytes]:
    """N MB of header lines in one head."""
    return poured(GET, itertools.chain([b"HTTP/1.1 200 OK\r\n"], repeat(b"X-Header: value\r\n", count * MB)), MSS)


def endless_line(count: int) -> Iterator[bytes]:
    """A header line of N MB."""
    return poured(b"", itertools.chain([b"GET / HTTP/1.1\r\nX-Header: "], repeat(b"value", count * MB)), MSS)


def endless_target(count: int) -> Iterator[bytes]:
    """A request line of N MB."""
    return poured(b"", itertools.chain([b"GET /"], repeat(b"a", count * MB)), MSS)


def great_heads(count: int) -> Iterator[bytes]:
    """Responses whose heads have 60,000 fields."""
    head = b"HTTP/1.1 204 No\r\n" + b"a:b\r\n" * 50_000 + b"\r\n"
    return poured(GET * 100, itertools.repeat(head, count))


def pipelined(count: int) -> Iterator[bytes]:
    """Requests that nobody answers."""
    return poured(b"", repeat(GET, count * len(GET)), MSS)


def long_targets(count: int) -> Iterator[bytes]:
    """Requests with a target of 200 KB that nobody answers."""
    head = b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n"
    return poured(b"", itertools.chain([GET], itertools.repeat(head, count)))


def unfinished_heads(count: int) -> Iterator[bytes]:
    """Sessions that stop before the end of a head of 250 KB."""
    return sessions(count, b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 250_000)


def unfinished_bodies(count: int) -> Iterator[bytes]:
    """Sessions that stop before the end of the body, behind a head of 200 KB."""
    return sessions(count, b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\nX: " + b"a" * 200_000 + b"\r\n\r\n")


def unfinished_lines(count: int) -> Iterator[bytes]:
    """Sessions that stop before the end of their first line, after 60 KB."""
    return sessions(count, b"GET /" + b"a" * 59_000, down=b"HTTP/1.1 200 " + b"a" * 59_000)


def unfinished_hellos(count: int) -> Iterator[bytes]:
    """Sessions that stop before the end of a TLS ClientHello of 60 KB."""
    hello = b"\x16\x03\x01\x40\x00\x01\x00\xea\x60\x03\x03" + bytes(59_000)
    return sessions(count, hello, port=443)


def tunnels_unanswered(count: int) -> Iterator[bytes]:
    """Sessions that ask for a tunnel and go on at once, 250 KB, without an answer."""
    return sessions(count, b"CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n" + b"a" * 250_000)


def unfinished_sizes(count: int) -> Iterator[bytes]:
    """Sessions that stop before the end of a chunk's size line, after 15 KB."""
    post = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * 15_000
    return sessions(count, post)


def byte_by_byte(count: int) -> Iterator[bytes]:
    """A head in segments of a byte."""
    head = b"GET / HTTP/1.1\r\nHost: h\r\nX: "
    return poured(b"", [head + b"a" * count], 1)


def simple_requests(count: int) -> Iterator[bytes]:
    """A request of HTTP/0.9 in segments of a byte, its line without end."""
    return poured(b"", [b"GET /" + b"a" * 100_000 + b"\n" + b"a" * count], 1)


def hello_in_bytes(count: int) -> Iterator[bytes]:
    """TLS hellos in segments of 16 bytes."""

    def frames() -> Iterator[bytes]:
        hello = b"\x16\x03\x01\x40\x00\x01\x00\xea\x60\x03\x03" + bytes(32) + b"\0\0\x02\x13\x01\x01\0\xea\x20"
        hello += b"\x00\x15\x00\x00" * 4000
        hello = hello[:5] + hello[5:16389] + b"\x16\x03\x01\x40\x00" + hello[16389:]
        for number in range(-(-count // 4096)):
            flow = Flow(number, 443, 16)
            yield from flow.open()
            yield from flow.send(True, hello[: 16 * min(4096, count)].ljust(65_000, b"\0")[: 16 * min(4096, count)])

    return as_pcap(frames())


def interim(count: int) -> Iterator[bytes]:
    """Responses 103 to one request, and never the last one."""
    return poured(GET, repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n", 50 * count), MSS)


def cookies(count: int) -> Iterator[bytes]:
    """N responses with 25,000 cookies each."""
    head = b"GET / HTTP/1.1\r\nHost: h\r\nCookie: " + b"a=b; " * 40_000 + b"c=d\r\n\r\n"
    answer = b"HTTP/1.1 204 No\r\n" + b"Set-Cookie: a=b\r\n" * 12_000 + b"\r\n"

    def frames() -> Iterator[bytes]:
        flow = Flow(1, mss=BIG)
        yield from flow.open()
        for _ in range(count):
            yield from flow.send(True, head)
            yield from flow.send(False, answer)

    return as_pcap(frames())


# --- framing

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def great_chunk(count: int) -> Iterator[bytes]:
    """A chunk of 2**63 bytes, of which N MB come."""
    return poured(GET, itertools.chain([CHUNKED + b"8000000000000000\r\n"], repeat(b"a" * 1000, count * MB)), MSS)


def endless_chunk_size(count: int) -> Iterator[bytes]:
    """A chunk's size of N MB of digits."""
    return poured(GET, itertools.chain([CHUNKED], repeat(b"0", count * MB)), MSS)


def tiny_chunks(count: int) -> Iterator[bytes]:
    """Chunks of a byte."""
    return poured(GET, itertools.chain([CHUNKED], repeat(b"1\r\na\r\n", 6 * count)), MSS)


def endless_trailers(count: int) -> Iterator[bytes]:
    """Trailers of N MB."""
    return poured(GET, itertools.chain([CHUNKED + b"0\r\n"], repeat(b"X-Trailer: value\r\n", count * MB)), MSS)


# --- WebSocket


def socket(frames: Iterable[bytes], extensions: bytes = b"", mss: int = MSS) -> Iterator[bytes]:
    """A WebSocket in which the server pours frames."""
    return poured(UPGRADE, itertools.chain([response(extensions)], frames), mss)


def great_frame(count: int) -> Iterator[bytes]:
    """A frame of 2**62 bytes, of which N MB come."""
    return socket(itertools.chain([b"\x82\x7f" + (1 << 62).to_bytes(8, "big")], repeat(b"a" * 1000, count * MB)))


def empty_fragments(count: int) -> Iterator[bytes]:
    """A message in fragments without bytes, and without end."""
    return socket(itertools.chain([b"\x01\x00"], repeat(b"\x00\x00", 2 * count)))


def pings(count: int) -> Iterator[bytes]:
    """Pings without end."""
    return socket(repeat(b"\x89\x04ping", 6 * count))


def deflate_bombs(count: int) -> Iterator[bytes]:
    """Compressed messages of 100 MB each, in 100 KB."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"".join(deflate.compress(bytes(MB)) for _ in range(100)) + deflate.flush(zlib.Z_SYNC_FLUSH)
    return socket(itertools.repeat(frame(0xC2, bomb[:-4]), count), b"permessage-deflate; server_no_context_takeover")


def guessed_frames(count: int) -> Iterator[bytes]:
    """Frames in segments of their own, in sessions whose upgrade was not seen; only one side speaks."""

    def frames() -> Iterator[bytes]:
        for number in range(-(-count // 8000)):
            flow = Flow(number)
            for _ in range(min(count, 8000)):
                yield flow.frame(True, b"\x89\x80mask")

    return as_pcap(frames())


def unfinished_messages(count: int) -> Iterator[bytes]:
    """WebSockets that stop in the middle of a message, after 900 KB."""
    message = response() + b"\x01\x7f" + MB.to_bytes(8, "big") + b"a" * 900_000
    return sessions(count, UPGRADE, down=message)


def connections(count: int) -> Iterator[bytes]:
    """Whole exchanges, one a connection."""

    def frames() -> Iterator[bytes]:
        for number in range(count):
            flow = Flow(number)
            yield from flow.open()
            yield from flow.send(True, GET)
            yield flow.frame(False, b"HTTP/1.1 204 No\r\n\r\n", FIN | 16)

    return as_pcap(frames())


HEADS = "gave up an unfinished message, because 64 MB of such were held in all sessions"
ATTACKS = [
    Attack("a head of N MB, lines without end", endless_headers, 100, 0, TRACE, "the head is longer than 256 KiB"),
    Attack("a header line of N MB", endless_line, 100, 1, TRACE, "the head is longer than 256 KiB"),
    Attack("a request line of N MB", endless_target, 100, 0, TRACE),
    Attack("N heads of 50,000 fields", great_heads, 100, 0, (*TRACE, "--headers")),
    Attack("N pipelined requests, no response", pipelined, 1_000_000, 5_000, TRACE,
           "more than 4096 requests without a response: the oldest are forgotten"),
    Attack("N pipelined requests with a target of 200 KB, no response", long_targets, 4_000, 0, TRACE, HEADS),
    Attack("N pipelined requests with a target of 200 KB, no response", long_targets, 2_000, 0,
           (*TRACE, "--extract", "FOLDER/x"), HEADS),
    Attack("N sessions that stop inside a head, after 250 KB", unfinished_heads, 4_000, 300, TRACE, HEADS),
    Attack("N sessions that stop inside a body, behind a head of 200 KB", unfinished_bodies, 4_000, 0, TRACE),
    Attack("N sessions that stop inside both first lines, after 59 KB", unfinished_lines, 8_000, 0, TRACE, HEADS),
    Attack("N sessions that stop inside a TLS hello, after 59 KB", unfinished_hellos, 10_000, 1_200, TRACE, HEADS),
    Attack("N sessions that ask for a tunnel and send 250 KB, no response", tunnels_unanswered, 4_000, 0, TRACE,
           HEADS),
    Attack("N sessions that stop inside a chunk's size, after 15 KB", unfinished_sizes, 40_000, 0, TRACE, HEADS),
    Attack("a head in N segments of a byte", byte_by_byte, 200_000, 0, TRACE),
    Attack("a request of HTTP/0.9 with N bytes behind it, a byte a segment", simple_requests, 100_000, 0, TRACE),
    Attack("TLS hellos in N segments of 16 bytes", hello_in_bytes, 40_960, 0, TRACE),
    Attack("N responses 103 to one request", interim, 300_000, 0, TRACE),
    Attack("N responses 103 to one request", interim, 300_000, 0, (*TRACE, "--har", "FOLDER/a.har")),
    Attack("N responses 103 to one request", interim, 300_000, 0, (*TRACE, "--status", "200"),
           "too many waited for what the filters ask for"),
    Attack("N exchanges with 40,000 cookies, and 12,000 set", cookies, 100, 0,
           (*TRACE, "--har", "FOLDER/a.har", "--headers")),
    Attack("a chunk of 2^63 bytes, N MB of it", great_chunk, 100, 1, TRACE,
           r"inside the body, after \d+ bytes"),
    Attack("a chunk's size of N MB", endless_chunk_size, 100, 0, TRACE, "chunk"),
    Attack("N chunks of one byte", tiny_chunks, 1_000_000, 0, TRACE),
    Attack("trailers of N MB", endless_trailers, 100, 1, TRACE, "the trailer section has no end"),
    Attack("a WebSocket frame of 2^62 bytes, N MB of it", great_frame, 100, 1, TRACE, r"inside a binary message"),
    Attack("N fragments of nothing in one WebSocket message", empty_fragments, 1_000_000, 0, TRACE),
    Attack("N WebSocket pings", pings, 200_000, 0, TRACE),
    Attack("N WebSocket pings", pings, 200_000, 0, (*TRACE, "--har", "FOLDER/a.har"),
           "of its messages were kept"),
    Attack("N WebSocket pings", pings, 200_000, 0, (*TRACE, "--status", "200")),
    Attack("N WebSocket messages of 100 MB, deflated", deflate_bombs, 20, 0, TRACE, "a decompression bomb"),
    Attack("N WebSockets that stop inside a message, after 900 KB", unfinished_messages, 600, 0, TRACE,
           "did not keep a WebSocket message further: too many are under way"),
    Attack("N WebSocket frames in sessions joined in the middle", guessed_frames, 80_000, 0, TRACE),
    Attack("N connections with an exchange", connections, 50_000, 0, (*TRACE, "--json", "--tcp-verbose")),
    Attack("N sessions that stop inside a line, searched", unfinished_lines, 8_000, 0,
           ("network-grep", "--stream", "needle.{1,60000}", "-n", "-r", "FILE"), HEADS, status=1),
]  # fmt: skip
