"""A file raises CaptureFileError only; its packets depend neither on pieces, nor on a cut, nor on compression."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fuzz.choices import Choices, pieces

from pcaptools.core.errors import CaptureFileError
from pcaptools.core.sources.base import BATCH_PACKETS, Record
from pcaptools.core.sources.files import _Parser
from pcaptools.core.sources.inflate import decoder_for
from pcaptools.core.sources.pcap import MAX_CAPLEN

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
Packet = tuple[int, bool, Record]
FORMS = 4


def check(data: bytes) -> None:
    """Read the rest of `data` as a file: at once, in pieces, cut, compressed, as compressed data itself."""
    choices = Choices(data)
    size, cut, form = 1 + choices.number(), choices.number(2), choices.below(FORMS)
    file = choices.rest()
    packets, error = read(file, 0)
    if _is_compressed(file):  # how much of damaged data is undone before the damage, the pieces decide
        read(file, size)
    elif form == 0:
        assert read(file, size) == (packets, error), f"other packets in pieces of {size}"
    elif form == 1:
        fewer, _ = read(file[: cut % (len(file) + 1)], 0)
        assert fewer == packets[: len(fewer)], "a file cut short has other packets"
    else:
        packed = gzip.compress(file, 1) if form == 2 else _zstd().compress(file)
        if len(file) >= 4:
            assert read(packed, size) == (packets, error), "compressed, it has other packets"
        read(packed[: cut % len(packed)] + packed[cut % len(packed) + 1 :], 0)


def read(file: bytes, size: int) -> tuple[list[Packet], str]:
    """Return a file's packets and what was wrong with it."""
    packets: list[Packet] = []
    decoder, parser = decoder_for(file[:4]), _Parser()
    given, error = 0, ""
    try:
        for piece in pieces(file, size):
            for part in decoder.feed(piece):
                given += len(part)
                for batch in parser.feed(part):
                    assert 0 < len(batch.records) <= BATCH_PACKETS
                    assert 0 <= batch.link_type <= 0xFFFF
                    packets += [(batch.link_type, batch.nanosecond, record) for record in batch.records]
        decoder.finish()
        parser.finish()
    except CaptureFileError as damage:
        error = str(damage)
    assert error.isprintable(), "a message that is no line"
    return _checked(packets, given), error


def _checked(packets: list[Packet], given: int) -> list[Packet]:
    assert sum(len(data) for _, _, (_, _, data) in packets) <= given, "more bytes than the file has"
    for _, _, (time, wire_len, data) in packets:
        assert len(data) <= MAX_CAPLEN
        assert isinstance(time, int)
        assert wire_len >= 0
    return packets


def _is_compressed(file: bytes) -> bool:
    return type(decoder_for(file[:4])).__name__ != "_Plain"


def _zstd() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def seeds() -> Iterator[bytes]:
    """Yield the beginnings of real captures, in every form."""
    for number, path in enumerate(sorted(CAPTURES.glob("*.pcap*"))):
        start = path.read_bytes()[:1500]
        yield bytes([number * 7 % 256, number, 40, number % FORMS]) + start
        if number % 8 == 0:
            yield bytes([50, 0, 40, 0]) + gzip.compress(start)
            yield bytes([50, 0, 40, 0]) + _zstd().compress(start)
    yield from (bytes([9, 0, 99, form]) + pcapng() for form in range(FORMS))


def pcapng() -> bytes:
    """Return a file with two interfaces, simple and old packet blocks, options and a second section."""

    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        size = (len(body) + 12).to_bytes(4, "little")
        return kind.to_bytes(4, "little") + size + body + size

    def words(*numbers: int) -> bytes:
        return b"".join(number.to_bytes(4, "little") for number in numbers)

    section = block(0x0A0D0D0A, b"\x4d\x3c\x2b\x1a\1\0\0\0" + b"\xff" * 8)
    nano = block(1, words(1, 0) + b"\x09\0\1\0\x09\0\0\0\x0e\0\x08\0\1\0\0\0\0\0\0\0\0\0\0\0")
    raw = block(1, words(101, 64) + b"\x09\0\1\0\x8a\0\0\0\x0d\0\1\0\x04\0\0\0\0\0\0\0")
    enhanced = block(6, words(0, 1, 2, 20, 60) + bytes(20) + b"\1\0\2\0hi\0\0\x02\0\x04\0\1\0\0\0\0\0\0\0")
    other = block(6, words(1, 1, 3, 21, 21) + b"\x45" + bytes(20))
    simple, old = block(3, words(20) + bytes(20)), block(2, words(0xFFFF0000, 0, 4, 8, 8) + bytes(8))
    return (section + nano + raw + enhanced + other + simple + old + block(4, b"abcd")) * 2
