from __future__ import annotations

from support.build import ACK, RST, Dialogue

from pcaptools.core.events import Event
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.protocols.http.group import Block, Groups
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.tracker import TCPTracker

REQUEST = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
UPGRADE = (
    b"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
WEBSOCKET = (
    b"GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def events_of(*talks: Dialogue) -> list[Event]:
    tracker = TCPTracker(Analysers(bodies=False))
    records = sorted(record for talk in talks for record in talk.records)
    return [*tracker.track_batch(Batch(1, records)), *tracker.finish()]


def blocks_of(events: list[Event], groups: Groups) -> list[Block]:
    return [block for event in events for block in groups.take([event])] + list(groups.finish())


def names(block: Block) -> list[str]:
    return [event.name for event in block.events]


EXCHANGE = ["http_request", "http_request_complete", "http_response", "http_response_complete"]


def test_pipelined_exchanges_are_taken_apart() -> None:
    events = events_of(Dialogue().open().send("c", REQUEST * 3).send("s", RESPONSE * 3).close())
    blocks = blocks_of(events, Groups())
    assert [names(block) for block in blocks if block.exchange] == [EXCHANGE] * 3
    assert [names(block) for block in blocks if not block.exchange] == [["tcp_start"], ["tcp_end"]]
    assert sorted(map(id, events)) == sorted(id(event) for block in blocks for event in block.events)


def test_a_block_comes_when_its_exchange_is_over_and_not_before() -> None:
    one, other = Dialogue().open().send("c", REQUEST), Dialogue(("10.0.0.1", 40001)).open().send("c", REQUEST)
    other.send("s", RESPONSE)
    one.now = other.now
    one.send("s", RESPONSE)
    events = [event for event in events_of(one, other) if event.name.startswith("http")]
    groups, seen = Groups(), []
    for event in events:
        seen += [(event.name, block.events[0].session.src) for block in groups.take([event])]
    assert seen == [("http_response_complete", "10.0.0.1:40001"), ("http_response_complete", "10.0.0.1:40000")]
    assert list(groups.finish()) == []


def test_one_that_ends_early_is_a_block_too() -> None:
    (block,) = [b for b in blocks_of(events_of(Dialogue().open().send("c", REQUEST).close()), Groups()) if b.exchange]
    assert names(block) == ["http_request", "http_request_complete", "http_incomplete"]


def test_errors_and_gaps_stand_in_the_block_that_they_explain() -> None:
    talk = Dialogue().open().send("c", REQUEST).send("s", RESPONSE[:-1])
    (block,) = [b for b in blocks_of(events_of(talk.close()), Groups()) if b.exchange]
    assert names(block) == ["http_request", "http_request_complete", "http_response", "http_error", "http_incomplete"]
    talk = Dialogue().open().send("c", REQUEST * 2).send("s", RESPONSE[:-2])
    talk.seq["s"] += 2
    talk.raw("c", ACK).send("s", RESPONSE)
    first, second = [b for b in blocks_of(events_of(talk.close()), Groups()) if b.exchange]
    assert "tcp_gap" in names(first)
    assert names(second) == EXCHANGE


def test_an_error_without_an_exchange_stands_by_itself() -> None:
    talk = Dialogue().open().send("c", REQUEST).send("s", RESPONSE).send("s", b"rubbish\r\n\r\n").close()
    blocks = blocks_of(events_of(talk), Groups())
    assert ["http_error"] in [names(block) for block in blocks if not block.exchange]


def test_a_websocket_is_a_block_with_its_messages() -> None:
    frames = b"\x81\x02hi\x89\x00"
    for ends in ("close", "reset", "open"):
        talk = Dialogue().open().send("c", WEBSOCKET).send("s", UPGRADE).send("s", frames)
        talk = talk.close() if ends == "close" else talk.raw("c", RST) if ends == "reset" else talk
        (block,) = [b for b in blocks_of(events_of(talk), Groups()) if b.exchange]
        heads = ["http_request", "http_request_complete", "websocket_upgrade"]
        assert names(block)[:5] == [*heads, "websocket_message", "websocket_message"]


def test_what_is_held_is_bounded() -> None:
    talk = Dialogue().open().send("c", WEBSOCKET).send("s", UPGRADE)
    for _ in range(50):
        talk.send("s", b"\x81\x02hi")
    events = events_of(talk.close())
    groups = Groups(max_held=10)
    blocks = [block for block in blocks_of(events, groups) if block.exchange]
    assert max(len(block.events) for block in blocks) == 11
    assert [event for block in blocks for event in block.events] == [e for e in events if not e.name.startswith("tcp")]
    assert groups.notices() == {"printed an exchange in parts, because too much was held": groups.parted}
    assert groups.parted == len(blocks) - 1 > 1
    groups = Groups(max_held_bytes=20)
    assert len([block for block in blocks_of(events, groups) if block.exchange]) > 4
    assert (groups._count, groups._bytes, groups._of_session) == (0, 0, {})
