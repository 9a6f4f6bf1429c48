"""Frames of hostile hosts, made fast and the same on every run, written as a capture file while they are made."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

START = 1_700_000_000 * 1_000_000_000
STEP = 20_000
"""Nanoseconds from one packet to the next."""
FIN, SYN, RST, ACK, PSH_ACK = 1, 2, 4, 16, 24
MSS = 1448
BIG = 60_000
"""Bytes of a segment as a device that merges them gives it: for what is about bytes and not about packets."""
Record = tuple[int, bytes]
"""(ns since the epoch, bytes)"""
_TCP = struct.Struct(">12xHBBHHHBBH4s4sHHIIBBHHH")
_IP = struct.Struct(">12xHBBHHHBBH4s4s")
_SERVER = bytes((10, 9, 0, 1))


def address(number: int) -> bytes:
    """An IPv4 address of its own for each number below 2**24."""
    return (0x0B000000 + number).to_bytes(4, "big")


class Flow:
    """A connection: what both sides send, in the order sent, unless a sequence number is given."""

    def __init__(self, number: int, port: int = 80, mss: int = MSS) -> None:
        self._client, self._port = address(number >> 14), 1024 + (number & 0x3FFF)
        self._server_port = port
        self._mss = mss
        self.seq = {True: 1000, False: 5000}

    def frame(self, up: bool, payload: bytes = b"", flags: int = PSH_ACK, *, seq: int | None = None) -> bytes:
        """One segment; `seq` leaves the side where it is."""
        ends = (self._client, _SERVER, self._port, self._server_port)
        src, dst, sport, dport = ends if up else (ends[1], ends[0], ends[3], ends[2])
        at = self.seq[up] if seq is None else seq
        ack = self.seq[not up] & 0xFFFFFFFF if flags & ACK else 0
        if seq is None:
            self.seq[up] += len(payload) + bool(flags & (SYN | FIN))
        return _TCP.pack(
            0x0800, 0x45, 0, 40 + len(payload), at & 0xFFFF, 0x4000, 64, 6, 0, src, dst, sport, dport,
            at & 0xFFFFFFFF, ack, 5 << 4, flags, 65535, 0, 0,
        ) + payload  # fmt: skip

    def open(self) -> Iterator[bytes]:
        """The handshake."""
        yield self.frame(True, flags=SYN)
        yield self.frame(False, flags=SYN | ACK)
        yield self.frame(True, flags=ACK)

    def close(self) -> Iterator[bytes]:
        """An orderly end."""
        yield self.frame(True, flags=FIN | ACK)
        yield self.frame(False, flags=FIN | ACK)
        yield self.frame(True, flags=ACK)

    def send(self, up: bool, data: bytes) -> Iterator[bytes]:
        """Data in segments."""
        for at in range(0, len(data), self._mss):
            yield self.frame(up, data[at : at + self._mss])

    def pour(self, up: bool, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Pieces of any length, in full segments; acknowledged now and then."""
        waiting, count = bytearray(), 0
        for piece in pieces:
            waiting += piece
            while len(waiting) >= self._mss:
                yield self.frame(up, bytes(waiting[: self._mss]))
                del waiting[: self._mss]
                count += 1
                if not count % 16:
                    yield self.frame(not up, flags=ACK)
        if waiting:
            yield self.frame(up, bytes(waiting))
        yield self.frame(not up, flags=ACK)


def fragment(ident: int, offset: int, payload: bytes, *, more: bool, source: int = 1) -> bytes:
    """A fragment of an IPv4 datagram with UDP in it; `offset` is in bytes, a multiple of eight."""
    place = (0x2000 if more else 0) | offset >> 3
    ip = _IP.pack(0x0800, 0x45, 0, 20 + len(payload), ident & 0xFFFF, place, 64, 17, 0, address(source), _SERVER)
    return ip + payload


def datagram(payload: bytes, sport: int, dport: int, source: int = 1) -> bytes:
    """A UDP datagram."""
    ip = _IP.pack(0x0800, 0x45, 0, 28 + len(payload), 0, 0x4000, 64, 17, 0, address(source), _SERVER)
    return ip + struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload


def block(kind: int, body: bytes, length: int | None = None) -> bytes:
    """A pcapng block; `length` is what it says of itself."""
    size = struct.pack("<I", 12 + len(body) if length is None else length)
    return struct.pack("<I", kind) + size + body + size


SECTION = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(link_type: int = 1) -> bytes:
    """A pcapng interface description."""
    return block(1, struct.pack("<HHI", link_type, 0, 0))


def packet_block(data: bytes, time: int, number: int = 0, caplen: int | None = None) -> bytes:
    """A pcapng packet; `time` in microseconds."""
    size = len(data) if caplen is None else caplen
    head = struct.pack("<IIIII", number, time >> 32, time & 0xFFFFFFFF, size, size)
    return block(6, head + data + bytes(-len(data) % 4))


def as_pcap(frames: Iterable[bytes]) -> Iterator[bytes]:
    """Put frames into a pcap file, one every STEP."""
    yield struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, 1)
    for number, data in enumerate(frames):
        time = START + number * STEP
        yield struct.pack("<IIII", time // 10**9, time % 10**9, len(data), len(data)) + data


def write(path: Path, pieces: Iterable[bytes]) -> int:
    """Write a file piece by piece; return its size."""
    size = 0
    with path.open("wb", buffering=1 << 20) as file:
        for piece in pieces:
            size += file.write(piece)
    return size
