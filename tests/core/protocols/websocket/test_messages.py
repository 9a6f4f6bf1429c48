"""Messages from frames: fragments, compression, what is wrong, gaps."""

from __future__ import annotations

import pytest
from support.websocket import Deflater, frame

from pcaptools.core.protocols.websocket.bounds import MAX_MESSAGE, Budget
from pcaptools.core.protocols.websocket.deflate import Inflater
from pcaptools.core.protocols.websocket.messages import Found, Message, MessageReader, is_utf8


def reader(*, masked: bool = False, deflate: bool = False, budget: Budget | None = None) -> MessageReader:
    budget = budget or Budget()
    return MessageReader(
        masked=masked, inflater=Inflater(takeover=True, budget=budget) if deflate else None, budget=budget
    )


def told(found: list[Found]) -> list[str]:
    texts = []
    for item in found:
        if isinstance(item, Message):
            code = "" if item.close_code is None else f" {item.close_code}"
            texts.append(f"{item.opcode}{code} {item.data!r} {item.length} {item.notes or ''}".rstrip())
        else:
            texts.append(item.error)
    return texts


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([(0x01, b"Hel"), (0x89, b"?"), (0x80, b"lo")], ["ping b'?' 1", "text b'Hello' 5"]),
        ([(0x81, b"")], ["text b'' 0"]),
        ([(0x81, b"\xff")], ["text b'\\xff' 1 ['not UTF-8']"]),
        ([(0x81, b"\xe2\x82")], ["text b'\\xe2\\x82' 2 ['not UTF-8']"]),
        ([(0x82, b"\xff")], ["binary b'\\xff' 1"]),
        ([(0x88, b"\x03\xe8bye")], ["close 1000 b'bye' 5"]),
        ([(0x88, b"")], ["close b'' 0"]),
        ([(0x88, b"\x03")], ["close b'' 1 ['a close with half a code']"]),
        ([(0x88, b"\x03\xed")], ["close 1005 b'' 2 ['close code 1005 must not be sent']"]),
        ([(0x88, b"\x03\xe8"), (0x8A, b"")], ["close 1000 b'' 2", "pong b'' 0 ['after the close']"]),
        ([(0x80, b"x")], ["a continuation of nothing, 1 bytes, passed over"]),
        ([(0x83, b"xy"), (0x81, b"a")], ["a frame of the reserved opcode 3, 2 bytes, passed over", "text b'a' 1"]),
        ([(0x01, b"ab"), (0x82, b"c")], ["a new message inside a text message, after 2 bytes", "binary b'c' 1"]),
        ([(0xD1, b"a")], ["text b'a' 1 ['reserved bits 101']"]),
        ([(0x09, b"a")], ["ping b'a' 1 ['a control frame in fragments']"]),
        ([(0x89, b"a" * 126)], [f"ping {b'a' * 126!r} 126 ['a control frame beyond 125 bytes']"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_messages(frames: list[tuple[int, bytes]], expected: list[str], size: int) -> None:
    data, made, found = b"".join(frame(*one) for one in frames), reader(), []
    for at in range(0, len(data), size):
        found += made.feed(data[at : at + size])
    assert told(found + made.end("the connection ended")) == expected


def test_the_mask_is_the_clients_duty() -> None:
    assert told(reader(masked=True).feed(frame(0x81, b"a"))) == ["text b'a' 1 ['not masked by the client']"]
    assert told(reader().feed(frame(0x81, b"a", mask=True))) == ["text b'a' 1 ['masked by the server']"]


def test_a_message_beyond_the_bound_is_counted() -> None:
    made, budget = reader(), Budget()
    (message,) = made.feed(frame(0x81, b"x" * (MAX_MESSAGE + 5)))
    assert isinstance(message, Message)
    assert (len(message.data), message.length) == (MAX_MESSAGE, MAX_MESSAGE + 5)
    assert message.notes == ["only its first 1 MB are kept"]
    assert budget.left == Budget().left


def test_all_messages_under_way_share_a_budget() -> None:
    budget = Budget(10)
    one, other = reader(budget=budget), reader(budget=budget)
    assert one.feed(frame(0x01, b"12345678")) == []
    assert told(other.feed(frame(0x81, b"abc"))) == ["text b'' 3 ['not kept further: too many messages are under way']"]
    assert told(one.feed(frame(0x80))) == ["text b'12345678' 8"]
    assert told(other.feed(frame(0x81, b"abc"))) == ["text b'abc' 3"]


def test_compressed_fragments_with_a_ping_in_between() -> None:
    deflate, made = Deflater(), reader(deflate=True)
    data = deflate(b"Hello, hello, hello")
    found = made.feed(frame(0x41, data[:4]) + frame(0x89) + frame(0x80, data[4:]) + frame(0x81, b"plain"))
    assert told(found) == ["ping b'' 0", "text b'Hello, hello, hello' 19", "text b'plain' 5"]


def test_a_gap_inside_a_payload() -> None:
    made = reader()
    assert made.feed(frame(0x81, b"0123456789")[:5]) == []
    assert made.gap(4) == []
    assert told(made.feed(b"789" + frame(0x81, b"x"))) == ["text b'012' 10 ['4 bytes missing']", "text b'x' 1"]
    made.feed(frame(0x81, b"0123456789")[:5])
    assert told(made.gap(7)) == ["text b'012' 10 ['7 bytes missing']"]


def test_a_gap_in_a_compressed_message_spoils_what_refers_to_it() -> None:
    deflate, made = Deflater(), reader(deflate=True)
    first = frame(0xC1, deflate(bytes(range(200)) + b"abcdefghij" * 9))
    made.feed(first[:20])
    made.gap(len(first) - 20)
    (again,) = told(made.feed(frame(0xC1, deflate(b"abcdefghij" * 9))))
    assert again.endswith("['not readable: it refers to bytes that were not captured or not kept']")
    assert told(made.feed(frame(0xC1, Deflater()(b"new")))) == ["text b'new' 3"]


def test_behind_a_gap_a_frame_is_looked_for() -> None:
    made = reader()
    made.feed(frame(0x81, b"0123456789")[:5])
    assert told(made.gap(100)) == [
        "100 bytes missing, the rest of a text message, after 3 bytes among them: looking for the next frame"
    ]
    assert made.feed(b"\x55 rubbish") == []
    assert told(made.feed(frame(0x81, b"found"))) == [
        "frames found again, after 9 bytes that were passed over", "text b'found' 5",
    ]  # fmt: skip


def test_what_was_not_found_again_and_what_is_cut_off_is_told_at_the_end() -> None:
    lost, cut = reader(), reader()
    lost.gap(3)
    lost.feed(b"rubbish")
    assert told(lost.end("the capture ended")) == ["no frame found again in 7 bytes"]
    cut.feed(frame(0x82, b"12345")[:4])
    assert told(cut.end("the capture ended")) == ["the capture ended inside a binary message, after 2 bytes"]


def test_a_character_may_be_cut_where_the_rest_is_not_kept() -> None:
    assert is_utf8(b"\xe2\x82", whole=False)
    assert not is_utf8(b"\xe2\x82", whole=True)
