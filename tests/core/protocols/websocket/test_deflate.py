"""Inflating messages: RFC 7692's examples, context takeover, bombs, and what is lost in a gap."""

from __future__ import annotations

import zlib

import pytest
from support.websocket import Deflater

from pcaptools.core.protocols.websocket.bounds import MAX_INFLATED, Budget
from pcaptools.core.protocols.websocket.deflate import Inflater

HELLO = bytes.fromhex("f248cdc9c90700")


def inflated(inflater: Inflater, data: bytes, room: int = 1 << 20, size: int = 1 << 20) -> bytes:
    inflater.start()
    kept = b""
    for at in range(0, len(data), size):
        kept += inflater.feed(data[at : at + size], room - len(kept))
    return kept + inflater.finish(room - len(kept))


@pytest.mark.parametrize(
    "data",
    ["f248cdc9c90700", "000500faff48656c6c6f00", "f348cdc9c9070000", "f24805000000ffffcac9c90700"],
    ids=["7.2.3.1", "7.2.3.3", "7.2.3.4", "7.2.3.5"],
)
@pytest.mark.parametrize("size", [1, 100])
def test_the_examples_of_rfc_7692(data: str, size: int) -> None:
    inflater = Inflater(takeover=True, budget=Budget())
    assert inflated(inflater, bytes.fromhex(data), size=size) == b"Hello"
    assert inflater.trouble == ""


def test_a_second_message_refers_to_the_first() -> None:  # RFC 7692, 7.2.3.2
    inflater = Inflater(takeover=True, budget=Budget())
    assert inflated(inflater, HELLO) == inflated(inflater, bytes.fromhex("f200110000")) == b"Hello"
    assert inflated(inflater, b"\x00") == b""
    assert inflater.trouble == ""


@pytest.mark.parametrize("bits", [9, 12, 15])
@pytest.mark.parametrize("takeover", [True, False])
def test_many_messages(bits: int, takeover: bool) -> None:
    deflate = Deflater(takeover=takeover, bits=bits)
    inflater = Inflater(takeover=takeover, window=1 << bits, budget=Budget())
    for number in range(50):
        message = b"%d bottles of beer " % number * (number * 40)
        assert inflated(inflater, deflate(message), size=97) == message
        assert (inflater.length, inflater.trouble) == (len(message), "")


def test_what_refers_to_lost_bytes_is_not_readable_and_what_does_not_is() -> None:
    deflate, inflater = Deflater(), Inflater(takeover=True, budget=Budget())
    first, second = deflate(b"a long enough message to refer to"), deflate(b"a long enough message to refer to, twice")
    inflater.lose()
    assert inflated(inflater, second) == b""
    assert "was not captured" in inflater.trouble or "were not captured" in inflater.trouble
    assert inflated(inflater, first) == b"a long enough message to refer to"
    assert inflater.trouble == ""


@pytest.mark.parametrize(
    ("data", "trouble"),
    [(b"\xff\xff\xff", "the compressed data is broken"), (HELLO[:3], "the compressed data is broken")],
)
def test_broken_data(data: bytes, trouble: str) -> None:
    inflater = Inflater(takeover=True, budget=Budget())
    inflated(inflater, data)
    assert inflater.trouble == trouble


def test_a_bomb_is_stopped_and_the_next_message_read() -> None:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"".join(deflate.compress(bytes(1 << 20)) for _ in range(100)) + deflate.flush(zlib.Z_SYNC_FLUSH)
    budget = Budget()
    inflater = Inflater(takeover=True, budget=budget)
    assert len(inflated(inflater, bomb, room=1000)) == 1000
    assert inflater.trouble == "not inflated beyond 64 MB: a decompression bomb"
    assert MAX_INFLATED < inflater.length < MAX_INFLATED + (1 << 17)
    assert inflated(inflater, HELLO) == b"Hello"
    inflater.close()
    assert budget.left == Budget().left


def test_without_budget_nothing_is_remembered() -> None:
    inflater = Inflater(takeover=True, budget=Budget(3))
    assert inflated(inflater, HELLO) == b"Hello"
    assert inflated(inflater, bytes.fromhex("f200110000")) == b""
    assert inflater.trouble.startswith("not readable")
