"""What http-trace says of what it did not show."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from support.build import Dialogue, Record

from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._trace import HttpTrace
from pcaptools.core.sources.base import Batch

CLIENT_HELLO = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"
UDP_FRAME = (
    b"\0" * 12 + b"\x08\x00" + bytes.fromhex("4500001d00010000401100000a0000010a000002") + b"\0\x35" * 2 + b"\0" * 5
)
ANSWER = "10.0.0.2:80 -> 10.0.0.1:40000 #1 HTTP 1.1 response"
REQUEST, RESPONSE = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def session(port: int, *payloads: bytes) -> list[Record]:
    talk = Dialogue(client=("10.0.0.1", port)).open()
    for payload in payloads:
        talk.send("c", payload)
    return talk.close().records


def after(*records: Iterable[Record], **options: float) -> HttpTrace:
    trace = HttpTrace(CaptureOptions(), **options)  # type: ignore[arg-type]
    for batch in records:
        trace.handle(Batch(1, list(batch)))
    trace.finish()
    return trace


SILENCES: list[tuple[str, list[list[Record]], str]] = [
    ("nothing", [], "no HTTP seen: no TCP session, 0 packets not TCP"),
    ("UDP only", [[(0, 43, UDP_FRAME)] * 3], "no HTTP seen: no TCP session, 3 packets not TCP"),
    ("one packet", [[(0, 43, UDP_FRAME)]], "no HTTP seen: no TCP session, 1 packet not TCP"),
    ("TLS", [session(1, CLIENT_HELLO)], "no HTTP seen: 1 TCP session (1 encrypted (TLS)), 0 packets not TCP"),
    ("SSH", [session(1, b"SSH-2.0-x\r\n")], "no HTTP seen: 1 TCP session (1 SSH), 0 packets not TCP"),
    ("silent", [session(1)], "no HTTP seen: 1 TCP session (1 without data), 0 packets not TCP"),
    (
        "unknown",
        [session(1, b"\x00\x01\x02")],
        "no HTTP seen: 1 TCP session (1 of unknown protocol), 0 packets not TCP",
    ),
    (
        "everything",
        [session(1, CLIENT_HELLO), session(2, CLIENT_HELLO), session(3, b"\0\n"), session(4), [(0, 43, UDP_FRAME)]],
        "no HTTP seen: 4 TCP sessions (2 encrypted (TLS), 1 of unknown protocol, 1 without data), 1 packet not TCP",
    ),
]


@pytest.mark.parametrize(("records", "says"), [row[1:] for row in SILENCES], ids=[row[0] for row in SILENCES])
def test_silence_is_explained(records: list[list[Record]], says: str) -> None:
    assert after(*records).silence() == says


def test_no_notice_without_a_bound_reached() -> None:
    assert after(session(1, REQUEST)).notices() == []


def test_a_bound_reached_is_told() -> None:
    flood = [record for port in range(1, 100) for record in Dialogue(client=("10.0.0.1", port)).open().records]
    (notice,) = after(flood, max_sessions=16).notices()
    assert notice == "forgot the oldest session, because the table was full (see --max-sessions) (83 times)"
    (notice,) = after(flood[: 17 * 3], max_sessions=16).notices()
    assert notice.endswith(" (1 time)")


def test_lines_come_with_the_batch_that_completes_them() -> None:
    talk = Dialogue().open().send("c", REQUEST).send("s", RESPONSE).close()
    trace = HttpTrace(CaptureOptions(time="none"))
    shown = [trace.handle(Batch(1, [record])) for record in talk.records]
    assert [text for text in shown if text] == [
        "10.0.0.1:40000 -> 10.0.0.2:80 #1 HTTP 1.1 request: GET /\n",
        f"{ANSWER}: 200 OK\n{ANSWER} complete 2B, connect 2.000ms, wait 2.000ms, transfer 0.000ms, total 2.000ms\n",
    ]
    assert trace.finish() == ""


@pytest.mark.parametrize(
    ("records", "verdict"),
    [
        (Dialogue().open().send("c", REQUEST).close().records, "no response: the connection ended"),
        (Dialogue().open().send("c", REQUEST).records, "no response: the capture ended"),
        (Dialogue().send("s", RESPONSE).records, "joined in the middle: the request was not seen"),
        # what another line says is not said again
        (Dialogue().open().send("c", REQUEST).send("s", RESPONSE[:-1]).close().records, ""),
        (Dialogue().open().send("c", REQUEST).send("s", RESPONSE[:20]).close().records, ""),
        (Dialogue().open().send("c", REQUEST).send("s", RESPONSE).close().records, ""),
    ],
)
def test_a_verdict_has_its_line(records: list[Record], verdict: str) -> None:
    trace = HttpTrace(CaptureOptions(time="none"))
    text = trace.handle(Batch(1, records)) + trace.finish()
    told = [line.partition("#")[2] for line in text.splitlines() if "incomplete" in line]
    assert told == [f"1 HTTP exchange incomplete: {verdict}"] * bool(verdict)


def test_a_response_until_close_is_complete_when_its_sender_has_closed_and_not_before() -> None:
    talk = Dialogue().open().send("c", REQUEST).send("s", b"HTTP/1.0 200 OK\r\n\r\nhello")
    still_open, closed = HttpTrace(CaptureOptions(time="none")), HttpTrace(CaptureOptions(time="none"))
    assert "complete" not in still_open.handle(Batch(1, talk.records)) + still_open.finish()
    text = closed.handle(Batch(1, talk.close().records))
    *_, line = text.splitlines()
    assert line.startswith("10.0.0.2:80 -> 10.0.0.1:40000 #1 HTTP 1.0 response complete 5B, connect ")


def test_on_an_idle_link_time_passes() -> None:
    talk = Dialogue().open().send("c", REQUEST).send("s", RESPONSE[:-1]).raw("s", 16, b"!", seq=5001 + len(RESPONSE))
    talk.raw("c", 16, ack=5002 + len(RESPONSE))
    trace = HttpTrace(CaptureOptions(time="none"))
    trace.handle(Batch(1, talk.records))
    assert trace.tick(talk.now + 200_000_000) == ""
    assert "TCP gap: 1 byte missing" in trace.tick(talk.now + 300_000_000)


def test_json_follows_the_clock_of_the_source() -> None:
    for nanosecond, decimals in ((False, 6), (True, 9)):
        trace = HttpTrace(CaptureOptions(json=True))
        lines = trace.handle(Batch(1, Dialogue().open().send("c", REQUEST).records, nanosecond)).splitlines()
        assert [json.loads(line)["event"] for line in lines] == ["http_request", "http_request_complete"]
        assert {len(line.partition('"time":')[2].partition(",")[0].partition(".")[2]) for line in lines} == {decimals}
