"""Make TCP traffic, the same on every run: for machines where nothing can be recorded, and to measure growth with.

python benchmarks/generate.py small small.pcap     as record.py's modes, and as many packets
"""

from __future__ import annotations

import argparse
import struct
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

Record = tuple[int, int, bytes]
"""(ns since the epoch, length on the wire, bytes), as sources give it."""

START = 1_700_000_000 * 1_000_000_000
STEP = 20_000
"""Nanoseconds from one packet to the next: 50,000 packets a second."""
MSS = 1448
FIN, SYN, PSH_ACK, ACK = 1, 2, 24, 16
SERVER = bytes((10, 9, 0, 1)), 8080
_HEADERS = struct.Struct(">6s6sHBBHHHBBH4s4sHHIIBBHHH12s")
_TIMESTAMPS = bytes((1, 1, 8, 10)) + bytes(8)
_SYN_OPTIONS = bytes((2, 4, 5, 0xB4, 1, 3, 3, 7, 4, 2, 1, 1))

REQUEST = b"GET /data.json HTTP/1.1\r\nHost: 10.9.0.1:8080\r\nUser-Agent: generated\r\nAccept: application/json\r\n\r\n"


def response(size: int) -> bytes:
    """Return a whole HTTP response with a body of `size` bytes."""
    head = f"HTTP/1.1 200 OK\r\nServer: generated\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
    return head.encode() + b'{"id": 1, "name": "item 1", "price": 12.5}\n' * (size // 43) + b" " * (size % 43)


class Talk:
    """One TCP connection: what both sides send, in order and without loss."""

    def __init__(self, number: int) -> None:
        self._client = bytes((10, 9, 2 + (number >> 22), number >> 14 & 0xFF)), 1024 + (number & 0x3FFF)
        self._seq = {True: 1000 + number, False: 5000 + number}
        self._idents = {True: 1, False: 1}

    def _frame(self, up: bool, flags: int, payload: bytes = b"") -> bytes:
        (src, sport), (dst, dport) = (self._client, SERVER) if up else (SERVER, self._client)
        self._idents[up] = ident = (self._idents[up] + 1) & 0xFFFF
        options = _SYN_OPTIONS if flags & SYN else _TIMESTAMPS
        seq, ack = self._seq[up] & 0xFFFFFFFF, self._seq[not up] & 0xFFFFFFFF if flags & ACK else 0
        head = _HEADERS.pack(
            b"\x02\0\0\0\0\x01", b"\x02\0\0\0\0\x02", 0x0800,
            0x45, 0, 52 + len(payload), ident, 0x4000, 64, 6, 0, src, dst,
            sport, dport, seq, ack, 8 << 4, flags, 502, 0, 0, options,
        )  # fmt: skip
        self._seq[up] += len(payload) + (1 if flags & (SYN | FIN) else 0)
        return head + payload

    def open(self) -> Iterator[bytes]:
        """Yield the frames of the handshake."""
        yield self._frame(True, SYN)
        yield self._frame(False, SYN | ACK)
        yield self._frame(True, ACK)

    def exchange(self, answer: bytes) -> Iterator[bytes]:
        """Yield the frames of a request and its response; every second segment is acknowledged, and the last."""
        yield self._frame(True, PSH_ACK, REQUEST)
        for at in range(0, len(answer), MSS):
            last = at + MSS >= len(answer)
            yield self._frame(False, PSH_ACK if last else ACK, answer[at : at + MSS])
            if last or at // MSS % 2:
                yield self._frame(True, ACK)

    def close(self) -> Iterator[bytes]:
        """Yield the frames of an orderly end."""
        yield self._frame(True, FIN | ACK)
        yield self._frame(False, FIN | ACK)
        yield self._frame(True, ACK)


def keep_alive(sessions: int, size: int = 3000) -> Iterator[bytes]:
    """Yield the frames of exchanges without end, on so many connections in turn, all open at once."""
    talks, answer = [Talk(number) for number in range(sessions)], response(size)
    for talk in talks:
        yield from talk.open()
    while True:
        for talk in talks:
            yield from talk.exchange(answer)


def short(size: int = 3000) -> Iterator[bytes]:
    """Yield the frames of connections without end, one after the other, with one exchange each."""
    answer, number = response(size), 0
    while True:
        talk = Talk(number % (1 << 24))
        yield from talk.open()
        yield from talk.exchange(answer)
        yield from talk.close()
        number += 1


def records(frames: Iterator[bytes], packets: int, first: int = 0) -> Iterator[Record]:
    """Yield so many of the frames as records, the first of them with the time of the frame of that number."""
    for number, data in enumerate(islice(frames, packets), first):
        yield START + number * STEP, len(data), data


MODES: dict[str, tuple[Callable[[], Iterator[bytes]], int]] = {
    "small": (lambda: keep_alive(8), 200_000),
    "conns": (short, 200_000),
    "bulk": (lambda: keep_alive(4, 1 << 20), 141_000),
}
"""Name → frames, and how many."""


def write_pcap(path: Path, all_records: Iterator[Record], link_type: int = 1) -> int:
    """Write a pcap file (nanoseconds); return how many packets it has."""
    count = 0
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, link_type))
        for time, wire_len, data in all_records:
            file.write(struct.pack("<IIII", time // 10**9, time % 10**9, len(data), wire_len) + data)
            count += 1
    return count


def generate(mode: str, path: Path) -> int:
    """Write the capture of a mode; return how many packets it has."""
    frames, packets = MODES[mode]
    return write_pcap(path, records(frames(), packets))


def main() -> int:
    """Write one file as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=MODES)
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    print(f"{options.output}: {generate(options.mode, options.output):,} packets")
    return 0


if __name__ == "__main__":
    sys.exit(main())
