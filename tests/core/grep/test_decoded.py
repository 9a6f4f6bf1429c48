from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from support.build import Dialogue

from pcaptools.core.events import GrepMatch
from pcaptools.core.grep.decoded import MAX_DECODED, DecodedSearch
from pcaptools.core.grep.pattern import compile_pattern
from pcaptools.core.sources.base import Batch, Record
from pcaptools.core.sources.files import FileSource

CAPTURES = Path(__file__).parents[2] / "captures"


def search(pattern: str, records: list[Record], most: int = 0) -> tuple[DecodedSearch, list[GrepMatch]]:
    decoded = DecodedSearch(compile_pattern(pattern), most=most)
    return decoded, decoded.search(Batch(1, records)) + decoded.finish()


def exchange(body: bytes, *, codings: str = "gzip", mss: int = 30) -> list[Record]:
    """A response in chunks of 7 bytes, cut into small segments."""
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(body[at : at + 7]), body[at : at + 7]) for at in range(0, len(body), 7))
    talk = Dialogue(mss=mss).open().send("c", b"GET /needle HTTP/1.1\r\nHost: example\r\nX-Word: haystack\r\n\r\n")
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {codings}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    return talk.send("s", head + chunks + b"0\r\n\r\n").records


def test_a_body_is_searched_without_chunks_and_compression() -> None:
    records = exchange(gzip.compress(b"first line\nthe secret word\nlast line", mtime=0))
    _, (match,) = search("secret", records)
    assert (match.where, match.data, match.spans, match.offset) == ("body", b"the secret word", [(4, 10)], 11)
    assert (match.src, match.dst) == (("10.0.0.2", 80), ("10.0.0.1", 40000))
    last = max(number for number, record in enumerate(records, 1) if b"0\r\n\r\n" in record[2])
    assert match.packets == (last,)
    assert match.time == records[last - 1][0]


def test_heads_are_searched() -> None:
    records = exchange(b"", codings="identity")
    _, (match,) = search("needle", records)
    first = min(number for number, record in enumerate(records, 1) if b"GET /" in record[2])
    assert (match.where, match.data, match.packets) == ("head", b"GET /needle HTTP/1.1\r", (first,))
    _, (match,) = search("^X-Word: hay", records)
    assert match.spans == [(0, 11)]
    _, (status, field) = search("200 OK|chunked", records)
    assert [match.where for match in (status, field)] == ["head", "head"]
    assert status.packets == field.packets


def test_as_many_as_are_wanted() -> None:
    records = exchange(gzip.compress(b"a needle, a needle\n" * 10, mtime=0))
    decoded, matches = search("needle", records, most=3)
    assert len(matches) == 3
    assert decoded.done
    assert len(search("needle", records)[1]) == 21  # the request line, and each of the body


@pytest.mark.parametrize("pattern", ["", "x*", "^", "(?=n)"])
def test_empty_matches_come_to_an_end(pattern: str) -> None:
    records = exchange(gzip.compress(b"needle\n" * 100, mtime=0))
    assert 1 <= len(search(pattern, records)[1]) <= 10


def test_what_lies_behind_the_bound_is_told() -> None:
    body = gzip.compress(b"x" * MAX_DECODED + b"needle", mtime=0)
    decoded, matches = search("needle$|xneedle", exchange(body, mss=1400))
    assert (matches, decoded.bounded) == ([], 1)


def test_websocket_messages_unmasked_and_inflated() -> None:
    """Frames 8 and 9 are "hello" and its echo (tshark: websocket.payload.text), the first masked, both compressed."""
    decoded = DecodedSearch(compile_pattern("^hello"))
    found = []
    with FileSource([CAPTURES / "websocket-upgrade.pcap"]) as source:
        for batch in source.batches():
            found += decoded.search(batch)
    found += decoded.finish()
    assert [(match.where, match.packets, match.data) for match in found] == [
        ("message", (8,), b"hello"),
        ("message", (9,), b"hello"),
    ]
    assert decoded.bounded == 0
