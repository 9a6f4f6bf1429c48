from __future__ import annotations

from typing import get_args

import pytest
from support.build import Dialogue, Record

from pcaptools.core.events import Event, HttpIncomplete, IncompleteReason
from pcaptools.core.protocols.base import EndReason, Gap
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.protocols.http.verdict import CAUSES, END_REASONS, ENDS, Cause, cause_of, joined, missing_words
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.tracker import TCPTracker

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n"
HEADERS = 14 + 20 + 20


def verdicts(records: list[Record], dropped_at: int = 0) -> list[tuple[str, str, bool]]:
    tracker = TCPTracker(Analysers(), last_drop=lambda: dropped_at)
    events: list[Event] = tracker.track_batch(Batch(1, records)) + tracker.finish()
    return [(event.verdict, event.reason, event.over) for event in events if isinstance(event, HttpIncomplete)]


def snapped(record: Record, payload: int) -> Record:
    """The record with so many bytes of its payload captured; its length stays."""
    return record[0], record[1], record[2][: HEADERS + payload]


def talk(*turns: tuple[str, bytes]) -> list[Record]:
    dialogue = Dialogue(mss=100).open()
    for side, data in turns:
        dialogue.send(side, data)  # type: ignore[arg-type]
    return dialogue.close().records


EXCHANGE = talk(("c", GET), ("s", OK + b"x" * 300))
ANSWER = 5
"""The first packet of the answer, which has four."""


def test_a_whole_exchange_has_no_verdict() -> None:
    assert verdicts(EXCHANGE) == []


def test_the_snap_length_has_cut_the_body() -> None:
    records = [snapped(record, 90) for record in EXCHANGE]
    assert verdicts(records) == [("30 bytes cut off by the snap length", "snap_length", False)]


def test_the_snap_length_has_cut_the_heads() -> None:
    records = [snapped(record, 24) for record in EXCHANGE]
    assert verdicts(records) == [
        ("the head is cut: 3 bytes cut off by the snap length", "snap_length", False),
        ("the head is cut: 76 bytes cut off by the snap length", "snap_length", True),
    ]


def test_the_snap_length_has_left_nothing_of_the_answer() -> None:
    records = EXCHANGE[:ANSWER] + [snapped(record, 0) for record in EXCHANGE[ANSWER:]]
    told = [("the response was not captured: cut off by the snap length", "snap_length", True)]
    assert verdicts(records) == told


def test_packets_are_missing_and_nobody_knows_why() -> None:
    assert verdicts(EXCHANGE[: ANSWER + 2] + EXCHANGE[ANSWER + 3 :]) == [("100 bytes missing", "bytes_missing", False)]


def test_the_kernel_dropped_packets_meanwhile() -> None:
    records = EXCHANGE[: ANSWER + 2] + EXCHANGE[ANSWER + 3 :]
    told = [("100 bytes missing, the kernel dropped packets", "kernel_drops", False)]
    assert verdicts(records, dropped_at=records[-1][0]) == told


def test_the_kernel_dropped_packets_before_the_exchange() -> None:
    records = EXCHANGE[: ANSWER + 2] + EXCHANGE[ANSWER + 3 :]
    assert verdicts(records, dropped_at=records[2][0]) == [("100 bytes missing", "bytes_missing", False)]


def test_the_whole_answer_was_dropped() -> None:
    records = [record for number, record in enumerate(EXCHANGE) if number not in range(ANSWER, ANSWER + 4)]
    told = [("the response was not captured: the kernel dropped packets", "kernel_drops", True)]
    assert verdicts(records, dropped_at=records[-1][0]) == told


def test_an_answer_that_is_none() -> None:
    garbage = ("s", b"\x01\x02 this is no status line\r\n")
    assert verdicts(talk(("c", GET), garbage)) == [("no response: the connection ended", "ended", True)]
    told = [("the response could not be read", "malformed", True)]
    assert verdicts(talk(("c", GET), garbage, ("c", GET), ("s", OK + b"x" * 300))) == told


def test_the_rest_of_the_session_was_dropped() -> None:
    begun = EXCHANGE[: ANSWER + 1]
    cut = "the capture ended 240 bytes before the end of the body, after 60 bytes"
    unanswered = "no response: the capture ended"
    for records, verdict in ((begun, cut), (EXCHANGE[:ANSWER], unanswered)):
        assert verdicts(records) == [(verdict, "open", True)]
        told = [(f"{verdict}, the kernel dropped packets", "kernel_drops", True)]
        assert verdicts(records, dropped_at=records[-1][0] + 1) == told
        assert verdicts(records, dropped_at=records[2][0]) == [(verdict, "open", True)]


def test_a_cut_request_and_a_dropped_response() -> None:
    post = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200\r\n\r\n"
    records = talk(("c", post + b"y" * 200), ("s", OK + b"x" * 300))
    body = next(number for number, record in enumerate(records) if record[2].endswith(b"y" * 100))
    records[body] = snapped(records[body], 60)
    assert verdicts(records) == [("40 bytes cut off by the snap length", "snap_length", False)]
    dropped = [record for record in records if not record[2].endswith(b"x" * 100)]
    assert [told[1] for told in verdicts(dropped)] == ["bytes_missing"]
    assert [told[1] for told in verdicts(dropped, dropped_at=dropped[-1][0])] == ["kernel_drops"]


def test_a_cut_message_tells_nothing_of_the_next() -> None:
    records = talk(("c", GET), ("s", OK + b"x" * 300), ("c", GET), ("s", OK + b"z" * 300))
    records[ANSWER + 2] = snapped(records[ANSWER + 2], 60)
    lost = [record for record in records if not record[2].endswith(b"z" * 100)]
    assert len(records) - len(lost) >= 2
    assert [told[1] for told in verdicts(lost)] == ["snap_length", "bytes_missing"]


def test_every_reason_has_its_words() -> None:
    assert set(END_REASONS) == set(ENDS) == set(get_args(EndReason))
    assert set(CAUSES) == set(get_args(Cause))
    assert {*CAUSES, *END_REASONS.values()} <= set(get_args(IncompleteReason))


@pytest.mark.parametrize(
    ("gap", "cause"),
    [(Gap(1, 5), "bytes_missing"), (Gap(1, 5, snapped=True), "snap_length"), (Gap(1, 5, dropped=3), "kernel_drops"),
     (Gap(1, 5, dropped=2), "bytes_missing"), (Gap(1, 5, snapped=True, dropped=4), "snap_length")],
)  # fmt: skip
def test_causes(gap: Gap, cause: str) -> None:
    assert cause_of(gap, 3) == cause


def test_two_losses_together() -> None:
    assert joined(None, "snap_length") == joined("snap_length", "snap_length") == "snap_length"
    assert joined("snap_length", "kernel_drops") == "kernel_drops"
    assert joined("snap_length", "bytes_missing") == "bytes_missing"
    assert joined(None, None) is None
    assert missing_words(1, None) == "1 byte missing"
