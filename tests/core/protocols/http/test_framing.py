"""Where bodies end: the rules of RFC 9112, section 6.3, in its order; and the readers' own edges."""

from __future__ import annotations

import pytest
from h11 import Data, EndOfMessage

from pcaptools.core.protocols.http.framing import (
    ENDLESS,
    MAX_CHUNK_LINE,
    Broken,
    Buffer,
    ChunkedReader,
    CloseReader,
    LengthReader,
    request_reader,
    response_reader,
)
from pcaptools.core.protocols.http.head import RequestHead, ResponseHead, parse_head


def reader_of(fields: bytes, method: str = "GET", status: bytes = b"200"):  # type: ignore[no-untyped-def]
    head = parse_head(b"HTTP/1.1 " + status + b" x\r\n" + fields)
    assert isinstance(head, ResponseHead)
    return response_reader(head, method), head.violations


@pytest.mark.parametrize(
    ("fields", "method", "status", "kind"),
    [
        (b"Content-Length: 5\r\n", "HEAD", b"200", type(None)),
        (b"Transfer-Encoding: chunked\r\n", "HEAD", b"200", type(None)),
        (b"Content-Length: 5\r\n", "GET", b"304", type(None)),
        (b"", "GET", b"204", type(None)),
        (b"", "GET", b"103", type(None)),
        (b"Content-Length: 5\r\n", "GET", b"200", LengthReader),
        (b"Content-Length: 0\r\n", "GET", b"200", type(None)),
        (b"Transfer-Encoding: chunked\r\n", "GET", b"200", ChunkedReader),
        (b"Transfer-Encoding: gzip, Chunked\r\n", "GET", b"200", ChunkedReader),
        (b"Transfer-Encoding: gzip\r\n", "GET", b"200", CloseReader),
        (b"", "GET", b"200", CloseReader),
    ],
)
def test_response_bodies(fields: bytes, method: str, status: bytes, kind: type) -> None:
    assert type(reader_of(fields, method, status)[0]) is kind


@pytest.mark.parametrize(
    ("fields", "kind", "violation"),
    [
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", ChunkedReader,
         "both Content-Length and Transfer-Encoding"),
        (b"Content-Length: 5\r\nContent-Length: 5\r\n", LengthReader, "repeated Content-Length"),
        (b"Content-Length: 5, 5\r\n", LengthReader, "repeated Content-Length"),
        (b"Content-Length: 5\r\nContent-Length: 6\r\n", LengthReader, "differing Content-Length values"),
        (b"Content-Length: -5\r\n", CloseReader, "invalid Content-Length"),
        (b"Content-Length: +5\r\n", CloseReader, "invalid Content-Length"),
        (b"Content-Length: 18446744073709551615\r\n", CloseReader, "Content-Length beyond 2**59"),
        (b"Transfer-Encoding: chunked, chunked\r\n", ChunkedReader, "chunked more than once"),
        (b"Transfer-Encoding: chunked, gzip\r\n", CloseReader,
         "Transfer-Encoding without chunked last: the body ends with the connection"),
    ],
)  # fmt: skip
def test_doubtful_framing_is_named(fields: bytes, kind: type, violation: str) -> None:
    reader, violations = reader_of(fields)
    assert type(reader) is kind
    assert violations == [violation]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (b"", type(None)),
        (b"Content-Length: 5\r\n", LengthReader),
        (b"Content-Length: 0\r\n", type(None)),
        (b"Transfer-Encoding: chunked\r\n", ChunkedReader),
        (b"Transfer-Encoding: gzip\r\nContent-Length: 3\r\n", LengthReader),
        (b"Sec-WebSocket-Key1: a\r\nSec-WebSocket-Key2: b\r\n", LengthReader),
    ],
)
def test_request_bodies(fields: bytes, kind: type) -> None:
    head = parse_head(b"POST / HTTP/1.1\r\nHost: h\r\n" + fields)
    assert isinstance(head, RequestHead)
    assert type(request_reader(head)) is kind


CHUNKED = [
    (b"3\r\nabc\r\n0\r\n\r\n", b"abc"),
    (b"3\nabc\n0\n\n", b"abc"),
    (b'03 ;ext="x"\r\nabc\r\n1\r\nd\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n', b"abcd"),
    (b"A\r\n0123456789\r\n00000000\r\n\r\n", b"0123456789"),
    (b"0\r\n\r\n", b""),
]


@pytest.mark.parametrize(("wire", "body"), CHUNKED)
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_chunked_bodies_in_any_pieces_with_bytes_behind(wire: bytes, body: bytes, size: int) -> None:
    reader, buffer, found = ChunkedReader(), Buffer(), b""
    wire += b"NEXT"
    for at in range(0, len(wire), size):
        buffer += wire[at : at + size]
        while (item := reader(buffer)) is not None:
            if isinstance(item, EndOfMessage):
                assert found == body
                assert buffer.take_all() + wire[at + size :] == b"NEXT"
                return
            assert isinstance(item, Data)
            found += item.data
    raise AssertionError("no end")


@pytest.mark.parametrize(
    "wire",
    [
        b"x\r\n",
        b"-1\r\n",
        b"3\r\nabcd\r\n",
        b"1" * 17 + b"\r\n",
        b"1" * (MAX_CHUNK_LINE + 1),
        b"0\r\n" + b"a: b\r\n" * 20000,
    ],
)
def test_broken_chunks_are_told_and_bounded(wire: bytes) -> None:
    reader, buffer = ChunkedReader(), Buffer()
    item = None
    for at in range(0, len(wire), 4000):
        buffer += wire[at : at + 4000]
        while (item := reader(buffer)) is not None and not isinstance(item, Broken):
            pass
        if isinstance(item, Broken):
            return
    raise AssertionError(f"{item} where Broken is due")


def test_skipping_is_bounded_by_the_body_and_by_the_chunk() -> None:
    length = LengthReader(10)
    assert (length.skip(4), length.skippable, length.skip(100), length.skippable) == (4, 6, 6, 0)
    chunked, buffer = ChunkedReader(), Buffer()
    buffer += b"5\r\n"
    assert chunked(buffer) is None
    assert (chunked.skip(3), chunked.skippable, chunked.skip(9), chunked.skippable) == (3, 2, 2, 0)
    buffer += b"\r\n0\r\n\r\n"
    assert isinstance(chunked(buffer), EndOfMessage)
    assert CloseReader().skip(1 << 40) == 1 << 40
    assert CloseReader.skippable == ENDLESS
