"""Real captures changed segment by segment: dropped, doubled, moved, cut, turned around, with lengths that lie."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from fuzz.choices import Choices

from pcaptools.core.decode.segment import segment_parser
from pcaptools.core.errors import PcapToolsError
from pcaptools.core.sources.base import Record
from pcaptools.core.sources.files import FileSource

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
MOST = 60
"""Packets of a capture that are played."""
HOSTILE = (
    b"\x1b]0;x\x07", b"\r\n\r\n", b"\n", b"\0", b"\x9b31m", "\u202e".encode(), b"\xff\xfe", b"%1b[2J", b"HTTP/1.1 ",
    b"GET / HTTP/1.1\r\n", b"0\r\n\r\n", b"Content-Length: ", b"\x81\xff" + b"\xff" * 8,
    b"\x16\x03\x01\x40\x00", b"\xc0\x0c",
)  # fmt: skip
NUMBERS = (b"0", b"1", b"-1", b"00000000000000007", b"9223372036854775808", b"ffffffffffffffff", b"4294967296", b"x")
_DIGITS = re.compile(rb"\d+")
Packets = list[Record]


@cache
def captures() -> list[tuple[str, int, Packets]]:
    """Return (name, link type, packets) of every capture with one link type, by name."""
    found = []
    for path in sorted(CAPTURES.rglob("*.pcap*")):
        try:
            with FileSource([path]) as source:
                batches = list(source.batches())
        except PcapToolsError:
            continue
        records = [record for batch in batches for record in batch.records][:MOST]
        if records and len({batch.link_type for batch in batches}) == 1:
            found.append((path.stem, batches[0].link_type, records))
    return found


def changed(choices: Choices, link_type: int, records: Packets) -> Packets:
    """Return packets with the changes that `choices` tell: five bytes each, what, where, and with which value."""
    packets = list(records)
    changes = list(CHANGES)
    while choices and packets:
        change = changes[choices.below(len(changes))]
        at = choices.number(2) % len(packets)
        change(packets, at, choices.number(2), link_type)
        del packets[4 * MOST :]
    return packets


def _put(packets: Packets, at: int, data: bytes, *, wire: int | None = None) -> None:
    time, wire_len, before = packets[at]
    packets[at] = (time, max(0, wire_len + len(data) - len(before)) if wire is None else wire, data)


def drop(packets: Packets, at: int, value: int, _: int) -> None:
    """Lose a packet, or a few."""
    del packets[at : at + 1 + value % 4]


def double(packets: Packets, at: int, value: int, _: int) -> None:
    """See it again, at once or later."""
    packets.insert(min(at + value % 30, len(packets)), packets[at])


def move(packets: Packets, at: int, value: int, _: int) -> None:
    """See it earlier or later."""
    packet = packets.pop(at)
    packets.insert(value % (len(packets) + 1), packet)


def snap(packets: Packets, at: int, value: int, _: int) -> None:
    """Capture less of it."""
    time, wire_len, data = packets[at]
    packets[at] = (time, wire_len, data[: value % (len(data) + 1)])


def shorten(packets: Packets, at: int, value: int, _: int) -> None:
    """Let the frame itself be shorter."""
    _put(packets, at, packets[at][2][: value % (len(packets[at][2]) + 1)])


def flip(packets: Packets, at: int, value: int, link_type: int) -> None:
    """Damage a byte of the payload."""
    data = packets[at][2]
    start = _places(packets, at, link_type)[2]
    if start < len(data):
        place = start + (value >> 8) * 7 % (len(data) - start)
        _put(packets, at, data[:place] + bytes([value & 0xFF]) + data[place + 1 :])


def header(packets: Packets, at: int, value: int, link_type: int) -> None:
    """Damage a byte of the headers of IP and TCP: lengths, flags, numbers."""
    data = packets[at][2]
    first, _, start = _places(packets, at, link_type)
    if first < start <= len(data):
        place = first + (value >> 8) % (start - first)
        _put(packets, at, data[:place] + bytes([value & 0xFF]) + data[place + 1 :])


def turn(packets: Packets, at: int, value: int, link_type: int) -> None:
    """Let the other side have sent it."""
    for place in range(at, min(at + 1 + value % 3, len(packets))):
        data = packets[place][2]
        first, ports, start = _places(packets, place, link_type)
        if first < ports < start <= len(data):
            size, behind = (16, first + 40) if data[first] >> 4 == 6 else (4, first + 20)
            addresses = data[behind - 2 * size : behind]
            turned = addresses[size:] + addresses[:size]
            data = data[: behind - 2 * size] + turned + data[behind:ports] + data[ports + 2 : ports + 4] + \
                data[ports : ports + 2] + data[ports + 4 :]  # fmt: skip
            _put(packets, place, data)


def count(packets: Packets, at: int, value: int, link_type: int) -> None:
    """Put another number in the place of one in the payload: a Content-Length, the size of a chunk, a status."""
    data = packets[at][2]
    found = list(_DIGITS.finditer(data, _places(packets, at, link_type)[2]))
    if found:
        digits = found[(value >> 8) % len(found)]
        number = NUMBERS[value % len(NUMBERS)]
        room = digits.end() - digits.start()
        number = number[:room].rjust(room, b"0") if value & 8 else number
        _grow(packets, at, data[: digits.start()] + number + data[digits.end() :], link_type)


def insert(packets: Packets, at: int, value: int, link_type: int) -> None:
    """Put what is hostile somewhere into the payload, or over it."""
    data = packets[at][2]
    start = _places(packets, at, link_type)[2]
    text = HOSTILE[value % len(HOSTILE)]
    place = start + (value >> 8) * 3 % (len(data) - start + 1) if start <= len(data) else len(data)
    over = len(text) if value & 0x80 else 0
    _grow(packets, at, data[:place] + text + data[place + over :], link_type)


def shift(packets: Packets, at: int, value: int, link_type: int) -> None:
    """Send it under another sequence number, or with another acknowledgement."""
    data = packets[at][2]
    _, ports, start = _places(packets, at, link_type)
    if ports + 12 <= start <= len(data):
        place = ports + (8 if value & 1 else 4)
        far = (value - 0x8000) * (1, 1, 1000, 100_000)[value >> 1 & 3]
        number = (int.from_bytes(data[place : place + 4], "big") + far) & 0xFFFFFFFF
        _put(packets, at, data[:place] + number.to_bytes(4, "big") + data[place + 4 :])


def retime(packets: Packets, at: int, value: int, _: int) -> None:
    """Let the clock stand, jump or step back."""
    time, wire_len, data = packets[at]
    far = (0, 10**3, 10**6, 10**9, -(10**9), 10**12, -(10**12), -(10**19))[value & 7] * (value >> 3)
    packets[at] = (time + far, wire_len, data)


def splice(packets: Packets, at: int, value: int, _: int) -> None:
    """Put the beginning of another capture in between."""
    packets[at:at] = captures()[value % len(captures())][2][: 1 + (value >> 8) % 12]


CHANGES: tuple[Callable[[Packets, int, int, int], None], ...] = (
    drop, double, move, snap, shorten, flip, header, turn, count, insert, shift, retime, splice,
)  # fmt: skip


def _places(packets: Packets, at: int, link_type: int) -> tuple[int, int, int]:
    """Return where IP, TCP and the payload begin; the end, where there is none."""
    _, wire_len, data = packets[at]
    found = segment_parser(link_type)(data, wire_len)
    if not found:
        return len(data), len(data), min(42, len(data))
    return found[5], found[6], found[7]


def _grow(packets: Packets, at: int, data: bytes, link_type: int) -> None:
    """Put a packet of another length in the place of one, with the length that IP tells mended."""
    before = packets[at][2]
    first = _places(packets, at, link_type)[0]
    field = first + (4 if data[first : first + 1] > b"\x5f" else 2)
    if first < len(before) and field + 2 <= len(data):
        length = int.from_bytes(data[field : field + 2], "big") + len(data) - len(before)
        data = data[:field] + (length & 0xFFFF).to_bytes(2, "big") + data[field + 2 :]
    _put(packets, at, data)
