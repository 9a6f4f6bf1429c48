"""Each byte of a stream is delivered once and in its place, or told as a gap; what is held is bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fuzz.choices import Choices
from support.build import ACK, CLIENT, FIN, RST, SERVER, START, SYN, Dialogue, Record, tcp_frame

from pcaptools.core.events import Direction, Event
from pcaptools.core.protocols.base import NO_EVENTS, Analyser, Data, End, Gap, Unit
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.session import Session
from pcaptools.core.tcp.tracker import TCPTracker

CONTENT = bytes((number * 73 + number // 251 * 29) & 0xFF for number in range(1 << 16))
"""What is sent: its byte `n` is CONTENT[n], so that each byte that is delivered tells where it belongs."""
MAX_HELD = 20_000
ISN = (0xFFFFFF00, 5000)  # one that wraps soon


class Ledger(Analyser):
    """Checks every unit as it is delivered. It wants no bytes for a while, then all again, as `greed` has it."""

    def __init__(self, greed: int, *, known: bool) -> None:
        self._known = known
        self._greed = greed
        self.at: dict[Direction, int] = {"send": 0, "recv": 0}
        self.ends: dict[Direction, int] = {"send": 0, "recv": 0}
        self.delivered = 0

    def feed(self, direction: Direction, unit: Unit) -> Sequence[Event]:
        """Take the next unit."""
        if isinstance(unit, End):
            self.ends[direction] += 1
            assert self.ends[direction] == 1, f"{direction} ends twice"
            return NO_EVENTS
        at = self.at[direction]
        if isinstance(unit, Gap):
            assert unit.length > 0, "a gap of nothing"
            self.at[direction] = at + unit.length
            return NO_EVENTS
        assert isinstance(unit, Data)
        assert unit.data, "no bytes"
        if self._known:
            assert unit.data == CONTENT[at : at + len(unit.data)], f"other bytes at {at} of {direction}"
        self.at[direction] = at + len(unit.data)
        self.delivered += len(unit.data)
        return NO_EVENTS

    def skippable(self, direction: Direction) -> int:
        """Some bytes nobody wants."""
        return self.at[direction] % (self._greed * 10) if self._greed else 0

    def skip(self, direction: Direction, count: int) -> None:
        """They were there."""
        assert count > 0, "skipped nothing"
        self.at[direction] += count


def check(data: bytes) -> None:
    """Play the segments that `data` tells, between two hosts that opened their session or did not."""
    choices = Choices(data)
    style = choices.number()
    ledgers: list[Ledger] = []

    def watch(_: Session) -> Analyser:
        # a later session on these ports begins somewhere else in what is sent
        ledgers.append(Ledger(style >> 4, known=bool(style & 1) and not ledgers))
        return ledgers[-1]

    tracker = TCPTracker(watch, max_held=MAX_HELD, figures=bool(style & 2), anomalies=bool(style & 4))
    first = Dialogue(client_isn=ISN[0], server_isn=ISN[1]).open().records if style & 1 else []
    records = [*first, *segments(choices)]
    resets = any(record[2][47] & (RST | SYN) for record in records[len(first) :])
    for start in range(0, len(records), 1 + (style >> 3 & 1) * 7):
        tracker.track_batch(Batch(1, records[start : start + 1 + (style >> 3 & 1) * 7]))
        for session in tracker.open_sessions():
            for side in (session.send, session.recv):
                assert side.held_bytes <= MAX_HELD + 70_000, "too much is held"
    tracker.finish()
    assert sum(ledger.delivered for ledger in ledgers) <= sum(len(record[2]) for record in records)
    if style & 1 and not resets and len(ledgers) == 1:
        _all_told(ledgers[0], records)


def _all_told(ledger: Ledger, records: list[Record]) -> None:
    """A session without resets: all that came in its streams, up to the FIN, was delivered or is a gap."""
    for direction, port in (("send", CLIENT[1]), ("recv", SERVER[1])):
        reach, ended = 0, False
        for _, _, frame in records:
            if int.from_bytes(frame[34:36], "big") != port or frame[47] & SYN:
                continue
            isn = ISN[direction == "recv"]
            offset = (int.from_bytes(frame[38:42], "big") - isn - 1 + (1 << 31)) % (1 << 32) - (1 << 31)
            if len(frame) > 54:
                reach = max(reach, offset + len(frame) - 54)
            ended |= bool(frame[47] & FIN)  # and what contradicts it may be ignored
        assert ended or ledger.at[direction] >= reach, (  # type: ignore[index]
            f"{direction}: {reach} bytes came, {ledger.at[direction]} are accounted for"  # type: ignore[index]
        )


def segments(choices: Choices) -> Iterator[Record]:
    """Yield segments: where in the stream, how long, with which flags; near what came last, or anywhere."""
    now = START + 10_000_000
    place = [0, 0]
    while choices:
        kind, jump, size, acked = choices.number(), choices.number(), choices.number(), choices.number()
        side = kind & 1
        at = place[side] + (jump - 128 if kind & 2 else 0) * (1 if kind & 4 else 40)
        at = min(max(at, 0), len(CONTENT) - 10_000)
        length = size * (1 if kind & 8 else 30)
        flags = ACK
        if kind & 0xF0 == 0xF0:
            flags = (FIN | ACK, RST, SYN, RST | ACK, SYN | ACK, 0, FIN, FIN | ACK)[size & 7]
            length = 0 if flags & (SYN | RST) else length & 15
        place[side] = at + length
        other = place[1 - side] + (acked - 128 if kind & 0x10 else 0) * 10
        now += (1_000, 1_000_000, 300_000_000)[(kind >> 5) % 3]
        ends = (CLIENT, SERVER) if side == 0 else (SERVER, CLIENT)
        seq, ack = ISN[side] + 1 + at - bool(flags & SYN), ISN[1 - side] + 1 + other
        frame = tcp_frame(*ends, seq, ack, flags, CONTENT[at : at + length], ident=now // 1000 & 0xFFFF)
        yield (now, len(frame), frame)


def seeds() -> Iterator[bytes]:
    """Yield a calm session, one with holes, one with everything."""
    calm = bytes([0, 128, 40, 128, 1, 128, 200, 128]) * 8
    holes = bytes([2, 130, 30, 128, 1, 0, 9, 0, 0x12, 120, 30, 130]) * 6
    ends = bytes([0xF0, 0, 0, 0, 0xF1, 0, 0, 0, 0xF0, 0, 1, 0, 0xF2, 140, 2, 0])
    yield bytes([1]) + bytes([2, 138, 30, 128])  # a hole that nobody has acknowledged
    for style in (0, 1, 3, 7, 9, 0x31):
        yield bytes([style]) + calm + ends
        yield bytes([style]) + holes + calm + ends[:8]
