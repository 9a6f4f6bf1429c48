"""A head never raises and takes linear time; the fast way, the forgiving one, h11 and a second reading agree."""

from __future__ import annotations

import time
from collections.abc import Iterator

import h11
from fuzz.choices import Choices

from pcaptools.core.protocols.http import head as heads
from pcaptools.core.protocols.http.framing import request_reader, response_reader
from pcaptools.core.protocols.http.head import RequestHead, ResponseHead, parse_head, starts_message, well_formed_head

SLOW = 0.5
"""Seconds that no head of a few hundred kilobytes may take."""
Read = tuple[object, ...]


def check(data: bytes) -> None:
    """Read a head: as it is, and with a part of it many times over."""
    choices = Choices(data)
    at, size, times = choices.number(), choices.number(), choices.number()
    block = choices.rest()
    _check_block(block)
    if times & 1:
        many = block[:at] + block[at : at + size] * (times * 4) + block[at + size :]
        started = time.process_time()
        _check_block(many[: heads.MAX_HEAD])
        assert time.process_time() - started < SLOW, "too slow"


def _check_block(block: bytes) -> None:
    heads.may_start_message(block)
    heads.cut_start_line(block)
    heads.has_known_method(block)
    assert starts_message(b"\n" + block, 1) == starts_message(block), "a start line depends on its place"
    if not starts_message(block):
        return
    end = heads.HEAD_END.search(block)
    lines = block[: end.start() + 1] if end else block[: block.rindex(b"\n") + 1]
    head = parse_head(lines)
    read = what(head)
    for name, value in head.fields.items:
        assert "\n" not in name + value
    request_reader(head) if isinstance(head, RequestHead) else response_reader(head, None)
    fast = well_formed_head(lines + b"\r\n")
    if fast is not None and fast[1] == len(lines) + 2:
        forgiving = _forgiving(lines)
        assert read == what(forgiving), "the fast way and the forgiving one differ"
        assert fast[0].violations == forgiving.violations
        _as_h11(head, lines)
    _written_anew(head)


def _forgiving(lines: bytes) -> RequestHead | ResponseHead:
    """Read it line by line, as what is not well-formed."""
    end = lines.index(b"\n") + 1
    response = lines[:5].upper() == b"HTTP/"
    head = heads._status_line(lines[:end]) if response else heads._request_line(lines[:end])
    head.fields = heads._tolerant_fields(lines[end:], head.violations)
    if isinstance(head, RequestHead):
        heads._check_host(head)
    return head


def what(head: RequestHead | ResponseHead) -> Read:
    """Return what a head says."""
    start = (head.method, head.url) if isinstance(head, RequestHead) else (head.status_code, head.reason)
    return (*start, head.http_version, head.fields.items)


def _written_anew(head: RequestHead | ResponseHead) -> None:
    """What was read, written as the grammar has it, is read as the same again."""
    if head.violations or not head.fields.items:
        return
    if isinstance(head, RequestHead):
        start = f"{head.method} {head.url} HTTP/{head.http_version}"
    else:
        start = f"HTTP/{head.http_version} {head.status_code:03d} {head.reason}"
    text = f"{start}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in head.fields.items)
    assert what(parse_head(text.encode())) == what(head), "written anew, it says something else"


def _as_h11(head: RequestHead | ResponseHead, lines: bytes) -> None:
    """A request that h11 takes is the same to us."""
    if not isinstance(head, RequestHead):
        return
    peer = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    peer.receive_data(lines + b"\r\n")
    try:
        event = peer.next_event()
    except h11.RemoteProtocolError:
        return
    assert isinstance(event, h11.Request)
    assert (event.method, event.target) == (head.method.encode(), head.url.encode())
    theirs = [(name, value) for name, value in event.headers.raw_items() if name.lower() != b"content-length"]
    ours = [(name, value) for name, value in head.fields.items if name.lower() != "content-length"]
    assert theirs == [(name.encode(), _bytes_of(lines, value)) for name, value in ours], "h11 reads other fields"


def _bytes_of(lines: bytes, value: str) -> bytes:
    """Return the bytes that a value was written in: what is no UTF-8 has become an escape."""
    written = value.encode()
    return written if written in lines else written.decode("unicode_escape").encode("latin-1")


HEADS = [
    b"GET /a?b=c HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nX-Y:\tz \r\n\r\n",
    b"POST http://h/ HTTP/1.0\r\nContent-Length: 5, 5\r\nContent-Length: 6\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nSet-Cookie: a=b\r\n\r\n",
    b"HTTP/1.1 200  \xc2\xa0Not so bad \r\nServer: x\r\n\r\n",
    b"HTTP/1.1 404\r\nServer: \xc3\xa9\xff\r\n\r\n",
    b"ICY 200 OK\nicy-name: x\n\n",
    b"get  /a b\tHTTP/1.1 \nHost : h\r\n folded\r\nno colon\r\nbad name: 1\r\n\r\n",
    b"GET /\r\nHost: h\r\n\r\n",
    b"OPTIONS * HTTP/2.0\r\nhost:h\r\nHost:h\r\nX: \x00\x7f\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Key1: 4 @1\r\nSec-WebSocket-Key2: 12\r\n\r\n12345678",
]


def seeds() -> Iterator[bytes]:
    """Yield heads of every kind, once and with a part repeated."""
    for head in HEADS:
        yield b"\0\0\0" + head
        yield b"\x16\x09\xff" + head
        yield b"\x04\x01\xff" + head
