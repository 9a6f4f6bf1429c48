"""Attacks on what takes bodies apart: codings, forms, JSON, archives."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Iterable, Iterator
from functools import cache

from support.attack import TRACE, Attack
from support.attacks import BIG, Flow, as_pcap
from support.attacks_http import GET, MB, poured, sessions


def answer(body: bytes, coding: str, kind: str = "text/plain") -> bytes:
    """A response with a body."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return (head + (f"Content-Encoding: {coding}\r\n" if coding else "") + "\r\n").encode() + body


def exchanges(answers: Iterable[bytes], request: bytes = GET, mss: int = BIG) -> Iterator[bytes]:
    """One session, request and response in turn."""

    def frames() -> Iterator[bytes]:
        flow = Flow(1, mss=mss)
        yield from flow.open()
        for one in answers:
            yield from flow.send(True, request)
            yield from flow.pour(False, [one])

    return as_pcap(frames())


@cache
def gzip_bomb(count: int, filling: bytes = b"\0") -> bytes:
    """N MB of the same bytes, gzip. Each MB is as the one before; the checksum at the end is wrong."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(filling * (MB // len(filling))) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08" + bytes(7) + piece * count + packer.flush() + bytes(8)


@cache
def other_bomb(coding: str, count: int) -> bytes:
    """N MB of zeros, br or zstd."""
    if coding == "br":
        import brotli

        packer = brotli.Compressor(quality=1)
        return bytes(b"".join(packer.process(bytes(MB)) for _ in range(count)) + packer.finish())
    import sys

    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    squeezer = zstd.ZstdCompressor()
    return bytes(b"".join(squeezer.compress(bytes(MB)) for _ in range(count)) + squeezer.flush())


def one_gzip(count: int) -> Iterator[bytes]:
    """A gzip body of N MB."""
    return exchanges([answer(gzip_bomb(count), "gzip")])


def one_br(count: int) -> Iterator[bytes]:
    """A brotli body of N MB."""
    return exchanges([answer(other_bomb("br", count), "br")])


def one_zstd(count: int) -> Iterator[bytes]:
    """A zstd body of N MB."""
    return exchanges([answer(other_bomb("zstd", count), "zstd")])


def nested(count: int) -> Iterator[bytes]:
    """N bodies of 10 GB, gzip upon gzip upon gzip."""
    body = gzip.compress(gzip.compress(gzip_bomb(1_000)))
    return exchanges(itertools.repeat(answer(body, "gzip, gzip, gzip"), count))


def many_codings(count: int) -> Iterator[bytes]:
    """N bodies of which a thousand codings are said."""
    return exchanges(itertools.repeat(answer(b"x", ", ".join(["gzip"] * 1000)), count))


def many_members(count: int) -> Iterator[bytes]:
    """N bodies of a thousand empty gzip members and 8 MB behind them."""
    body = gzip.compress(b"") * 1000 + gzip.compress(bytes(MB))[:-9] + b"\xff" * (8 * MB)
    return exchanges(itertools.repeat(answer(body, "gzip"), count))


def bombs_at_once(count: int, filling: bytes = b"\0") -> Iterator[bytes]:
    """N bodies of 16 MB in 16 KB, one right behind the other."""

    def frames() -> Iterator[bytes]:
        flow = Flow(1, mss=BIG)
        yield from flow.open()
        yield from flow.send(True, GET * count)
        yield from flow.pour(False, itertools.repeat(answer(gzip_bomb(16, filling), "gzip"), count))

    return as_pcap(frames())


def control_bombs(count: int) -> Iterator[bytes]:
    """The same of text, each character six as JSON has it."""
    return bombs_at_once(count, b"\xc3\xa9")


def posts(count: int) -> Iterator[bytes]:
    """Requests with bodies of 4 MB that nobody answers."""
    post = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % (4 * MB)
    return poured(b"", itertools.chain.from_iterable([post, bytes(4 * MB)] for _ in range(count)))


def bodies_under_way(count: int) -> Iterator[bytes]:
    """Sessions that stop inside a body, after 900 KB."""
    return sessions(count, b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n" + bytes(900_000))


def great_requests(count: int) -> Iterator[bytes]:
    """Requests with heads of 200 KB that nobody answers, each on a connection of its own."""
    return sessions(count, b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 200_000 + b"\r\n\r\n")


def deep_json(count: int) -> Iterator[bytes]:
    """A JSON body N deep."""
    return exchanges([answer(b'{"a":[' * count + b"1" + b"]}" * count, "", "application/json")])


def wide_json(count: int) -> Iterator[bytes]:
    """A JSON body of N empty objects."""
    return exchanges([answer(b"[" + b"{}," * count + b"0]", "", "application/json")])


def parts(count: int) -> Iterator[bytes]:
    """A multipart body of N parts."""
    body = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * count + b"--b--\r\n"
    return exchanges([answer(body, "", "multipart/form-data; boundary=b")])


def form(count: int) -> Iterator[bytes]:
    """A form of N fields, sent."""
    body = b"a=b&" * count
    head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    head += b"Content-Length: %d\r\n\r\n"
    return exchanges([b"HTTP/1.1 204 No\r\n\r\n"], head % len(body) + body)


CUT = r"kept only the first \d+ bytes of a body|not undone further|cut at \d+ bytes"
HELD = r"gave up an exchange, because \d+ of them, or 64 MB, were held at once"
CROWDED = "cut a body, because those on their way were longer than"
BODIES = (*TRACE, "--bodies")
JSON = (*BODIES, "--json")
HAR = (*BODIES, "--har", "FOLDER/a.har")
ATTACKS = [
    Attack("a gzip body of N MB", one_gzip, 10_000, 0, BODIES, CUT),
    Attack("a gzip body of N MB", one_gzip, 10_000, 100, JSON, CUT),
    Attack("a brotli body of N MB", one_br, 10_000, 0, JSON, CUT),
    Attack("a zstd body of N MB", one_zstd, 10_000, 0, JSON, CUT),
    Attack("N bodies of 1 GB, gzip upon gzip upon gzip", nested, 10, 1, JSON, CUT),
    Attack("N bodies of a thousand codings", many_codings, 5_000, 0, BODIES, "1000 content codings: not undone"),
    Attack("N bodies of a thousand empty gzip members", many_members, 10, 0, JSON),
    Attack("N bodies of 16 MB in 16 KB at once", bombs_at_once, 50, 0, JSON),
    Attack("N texts of 16 MB in 16 KB at once", control_bombs, 20, 2, JSON),
    Attack("N texts of 16 MB in 16 KB at once", control_bombs, 20, 0, HAR),
    Attack("N texts of 16 MB in 16 KB at once", control_bombs, 20, 0, (*TRACE, "--extract", "FOLDER/x")),
    Attack("N texts of 16 MB in 16 KB at once, searched", control_bombs, 20, 0, (*TRACE, "--find", "needle")),
    Attack("N texts of 16 MB in 16 KB at once, searched", control_bombs, 20, 0,
           ("network-grep", "--decoded", "needle", "-n", "-r", "FILE"), status=1),
    Attack("N requests with bodies of 4 MB, no response", posts, 200, 17, HAR, HELD),
    Attack("N requests with bodies of 4 MB, no response", posts, 200, 0, (*TRACE, "--find", "needle"),
           "too many waited"),
    Attack("N sessions that stop inside a body, after 900 KB", bodies_under_way, 800, 0, HAR, CROWDED),
    Attack("N requests with heads of 200 KB, no response", great_requests, 2_000, 0,
           (*TRACE, "--har", "FOLDER/a.har"), HELD),
    Attack("N requests with heads of 200 KB, no response", great_requests, 2_000, 0, (*TRACE, "--status", "200"),
           "too many waited"),
    Attack("JSON N deep", deep_json, 1_000_000, 100_000, BODIES),
    Attack("JSON N deep", deep_json, 1_000_000, 0, HAR),
    Attack("JSON of N empty objects", wide_json, 3_000_000, 0, BODIES),
    Attack("a multipart body of N parts", parts, 1_000_000, 0, BODIES, "more parts"),
    Attack("a form of N fields", form, 2_000_000, 0, HAR),
]  # fmt: skip
