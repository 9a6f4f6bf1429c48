"""No two byte streams make anything raise; what is read in one piece is read in any, kept or only counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from fuzz.choices import Choices, check_text, pieces
from support.steps import KEY, words
from support.websocket import REQUEST, Deflater, frame, response

from pcaptools.core.events import Direction, Event, HttpRequestBody, HttpResponseBody
from pcaptools.core.protocols.base import Data, End, EndReason, Gap, Unit
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.protocols.http.head import starts_message
from pcaptools.core.tcp.session import Session
from pcaptools.printers.bodies import BodyPrinter
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.http import HttpPrinter

KNOWN = {"HTTP", "WebSocket"}
"""What is read to its end; where a session, or a tunnel in it, speaks another protocol, each segment is looked at."""
BARE = re.compile(rb"(?m)^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS)\r?$")
REASONS: tuple[EndReason, ...] = ("fin", "rst", "timeout", "replaced", "evicted", "end of input")
Step = tuple[Direction, "bytes | int | EndReason"]
PAINT = Painter(color=False)


def check(data: bytes) -> None:
    """Play the steps in one piece each, in other pieces, and as the tracker plays them when nobody wants the bodies."""
    choices = Choices(data)
    size = 1 + choices.number()
    steps = list(script(choices))
    spoken: Counter[str] = Counter()
    expected = play(steps, 0, bodies=True, spoken=spoken)
    printer = HttpPrinter(
        Clock("none"), PAINT, headers=True, tcp_verbose=True, bodies=BodyPrinter(PAINT, None), show_header=None
    )
    check_text(printer.format(expected, nanosecond=False))
    cut = words(play(steps, size, bodies=True))
    told = words(expected)
    # where the place is lost, it is found again where a segment begins: from there on the cuts do matter
    sure = next((at for at, word in enumerate(told) if " error " in word), None)
    if any(isinstance(word, bytes) and BARE.search(word) for _, word in steps):
        return  # taken for a request only where a field follows in its segment
    # an HTTP/0.9 request is told from the beginning of another one by the end of its segment
    if any(" 0.9" in word for word in [*told, *cut]):
        return
    if sure is None and _plain(steps) and set(+spoken) <= KNOWN:
        assert cut == told, f"in pieces of {size}: {_difference(cut, told)}"
        counted = words(play(steps, size, bodies=False))
        kept = words(_without_bodies(expected))
        assert counted == kept, f"counted: {_difference(counted, kept)}"


def _plain(steps: list[Step]) -> bool:
    """Tell whether both sides begin with a message: what stands before one (SOCKS) must come as it is sent."""
    first: dict[Direction, bytes] = {}
    for direction, word in steps:
        first.setdefault(direction, word if isinstance(word, bytes) else b"")
    # and behind a gap it depends on the segments where messages are found again
    gaps = any(isinstance(word, int) for _, word in steps)
    return not gaps and all(starts_message(data) for data in first.values())


def _without_bodies(events: list[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, HttpRequestBody | HttpResponseBody)]


def _difference(ours: list[str], theirs: list[str]) -> str:
    at = next((at for at, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]), -1)
    return f"{ours[at:][:2]} where {theirs[at:][:2]} is due"


def play(steps: list[Step], size: int, *, bodies: bool, spoken: Counter[str] | None = None) -> list[Event]:
    """Feed the steps to a fresh session's analyser as the tracker does: what nobody reads is counted."""
    session = Session(KEY, 0)
    session.midway = False
    analysers = Analysers(bodies=bodies, max_body=1 << 20)
    session.analyser = analysers(session)
    events: list[Event] = []
    ended: set[Direction] = set()
    skipped = {"send": 0, "recv": 0}
    for number, (direction, word) in enumerate(steps):
        if direction in ended:
            continue
        time = number * 1_000_000
        units: list[Unit]
        if isinstance(word, bytes):
            units = [Data(piece, time) for piece in pieces(word, size)]
        elif isinstance(word, int):
            units = [Gap(word, time)]
        else:
            units = [End(word, time)]
            ended.add(direction)
        for unit in units:
            assert session.analyser is not None
            if isinstance(unit, Data) and skipped[direction] + len(unit.data) < session.analyser.skippable(direction):
                skipped[direction] += len(unit.data)
                continue
            if skipped[direction]:
                session.analyser.skip(direction, skipped[direction])
                skipped[direction] = 0
            events += session.analyser.feed(direction, unit)
    if spoken is not None:
        spoken.update(analysers.spoken)
    return events


def script(choices: Choices) -> Iterator[Step]:
    """Yield what happens: a byte for the direction and the kind, two for the length."""
    while choices:
        kind, length = choices.number(), choices.number(2)
        direction: Direction = "recv" if kind & 1 else "send"
        if kind & 0x0E == 0x0E:
            yield direction, REASONS[length % len(REASONS)]
        elif kind & 0x0E == 0x0C:
            yield direction, length + 1
        else:
            data = choices.take(length)
            if data:
                yield direction, data


def written(steps: list[Step]) -> bytes:
    """Write steps as `script` reads them."""
    out = bytearray()
    for direction, word in steps:
        side = int(direction == "recv")
        if isinstance(word, bytes):
            out += bytes([side]) + len(word).to_bytes(2, "big") + word
        elif isinstance(word, int):
            out += bytes([0x0C | side]) + (word - 1).to_bytes(2, "big")
        else:
            out += bytes([0x0E | side]) + REASONS.index(word).to_bytes(2, "big")
    return bytes(out)


def talks() -> Iterator[list[Step]]:
    """Yield dialogues of many kinds."""
    get, head = b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n", b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/html\r\n\r\nhello"
    more = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    post = b"POST /f HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    yield [("send", get), ("recv", ok), ("send", head), ("recv", ok[:-5]), ("send", "fin"), ("recv", "fin")]
    yield [("send", get * 3), ("recv", more + ok + more), ("recv", "rst"), ("send", "rst")]
    yield [("send", post), ("recv", b"HTTP/1.1 100 Continue\r\n\r\n"), ("send", b"a=b"), ("recv", ok)]
    yield [("send", get), ("recv", ok[:40]), ("recv", 9), ("recv", ok), ("send", get), ("recv", more)]
    yield [("send", b"GET /old\r\n"), ("recv", b"<html>"), ("recv", "fin")]
    connect = b"CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n"
    yield [("send", connect), ("recv", b"HTTP/1.1 200 OK\r\n\r\n"), ("send", get), ("recv", ok)]
    yield [("send", b"\5\1\0"), ("recv", b"\5\0"), ("send", b"\5\1\0\1\1\2\3\4\0\x50"),
           ("recv", b"\5\0\0\1\0\0\0\0\0\0"), ("send", get), ("recv", ok)]  # fmt: skip
    yield [("send", b"PROXY TCP4 1.2.3.4 5.6.7.8 9 80\r\n" + get), ("recv", ok)]
    hello = b"\x16\3\1\0\x40\1\0\0\x3c\3\3" + bytes(32) + b"\0\0\4\x13\1\x13\2\1\0\0\x0f\0\0\0\x0b\0\x09\0\0\6a.test"
    yield [("send", hello),
           ("recv", b"\x16\3\3\0\x30\2\0\0\x2c\3\3" + bytes(42))]  # fmt: skip
    deflate = Deflater()
    upgrade: list[Step] = [("send", REQUEST), ("recv", response(b"permessage-deflate"))]
    yield [*upgrade, ("recv", frame(0xC1, deflate(b"hello hello"))), ("send", frame(0x01, b"a", mask=True)),
           ("send", frame(0x89, b"?", mask=True) + frame(0x80, b"b", mask=True)),
           ("recv", frame(0x88, b"\3\xe8"))]  # fmt: skip
    yield [("recv", ok), ("send", get), ("recv", more), ("recv", "timeout")]


def seeds() -> Iterator[bytes]:
    """Yield these, in pieces of several sizes."""
    for number, steps in enumerate(talks()):
        yield bytes([number * 3]) + written(steps)
        yield bytes([0]) + written(steps)
