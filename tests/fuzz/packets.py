"""No packet, however damaged, makes a decoder or a printer raise, print a raw control byte or take long.

Real packets (of tests/captures, and of the corpus where it is) are damaged and decoded, alone and as parts of what
came before, and shown as line, tree and JSON. `make fuzz` does so for a share of its time, tests/test_fuzz.py with
8,000.

    python tests/fuzz/packets.py [--count N | --seconds N] [--seed S] [--jobs J]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import corpus

from pcaptools.core.decode.dissector import Dissector
from pcaptools.core.decode.packet import Packet
from pcaptools.core.decode.segment import segment_parser
from pcaptools.core.errors import PcapToolsError
from pcaptools.core.sources.base import RawPacket
from pcaptools.core.sources.files import FileSource
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.jsonl import packet_line
from pcaptools.printers.packet import PacketPrinter
from pcaptools.printers.safe import safe
from pcaptools.printers.tree import format_tree

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
MAX_SEED_BYTES = 2000
"""Longer packets are mostly payload, of which one byte is as good as another."""
STEP = 1000
"""Packets between two looks at the clock."""
LONGEST = 1.0
"""Seconds of processor time that one packet may take: a thousand times what the slowest real one does."""
INTERESTING = (0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 191, 192, 254, 255)


@dataclass(frozen=True)
class Seed:
    """A real packet."""

    link_type: int
    data: bytes


def seeds(per_file: int = 40) -> list[Seed]:
    """Return real packets, of every capture some, evenly spread over it."""
    folder = corpus.folder()
    paths = sorted([*CAPTURES.rglob("*.pcap*"), *(folder.rglob("*.pcap*") if folder else ())])
    found: dict[Seed, None] = {}
    for path in paths:
        packets = list(_read(path))
        found.update(dict.fromkeys(packets[:: max(1, len(packets) // per_file)]))
    return list(found)


def _read(path: Path) -> Iterator[Seed]:
    try:
        with FileSource([path]) as source:
            for batch in source.batches():
                for _, _, data in batch.records:
                    if len(data) <= MAX_SEED_BYTES:
                        yield Seed(batch.link_type, data)
    except PcapToolsError:
        return


def damage(data: bytes, rng: random.Random, pool: list[Seed]) -> bytes:
    """Change a packet in one to four places; sooner near its start, where the headers are."""
    mutable = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        size = len(mutable)
        at = min(int(rng.expovariate(1 / 60)), size - 1) if rng.random() < 0.6 else rng.randrange(size or 1)
        at = max(at, 0)
        kind = rng.randrange(9)
        if kind == 0 and size:
            mutable[at] ^= 1 << rng.randrange(8)
        elif kind == 1 and size:
            mutable[at] = rng.choice(INTERESTING)
        elif kind == 2:
            mutable[at : at + 2] = rng.choice((0, 1, size, size - at, 0xFFFF, 0x8000)).to_bytes(4, "big")[-2:]
        elif kind == 3:
            del mutable[at:]
        elif kind == 4:
            del mutable[at : at + rng.choice((1, 2, 4, 8))]
        elif kind == 5:
            mutable[at:at] = rng.randbytes(rng.choice((1, 2, 4, 8)))
        elif kind == 6:
            mutable[at : at + 8] = rng.randbytes(8)
        elif kind == 7:  # what one protocol says in the place of another
            other = rng.choice(pool).data
            mutable[at:] = other[rng.randrange(len(other) or 1) :]
        else:  # the same again, as in a loop or a nest
            mutable[at:at] = mutable[at : at + rng.choice((2, 4, 20, 40))] * rng.choice((1, 2, 50))
    return bytes(mutable[:65535])


class Checker:
    """Decodes and shows packets, and says what is wrong with what comes out."""

    def __init__(self) -> None:
        os.environ["PCAPTOOLS_DEBUG"] = "1"  # no decoder hides an exception
        self._dissector = Dissector()
        self._printer = PacketPrinter(Clock("none"), Painter(color=False))
        self._plain = Painter(color=False)

    def check(self, raw: RawPacket) -> None:
        """Raise, whatever is wrong."""
        started = time.process_time()
        segment_parser(raw.link_type)(raw.data, raw.len)
        repr(Packet(raw))
        packet = self._dissector.packet(raw)
        line = self._printer.line(packet)
        assert line.endswith("\n"), "a line without its end"
        assert safe(line[:-1]) == line[:-1], "a raw control character in the line"
        text = format_tree(packet.as_dict(), self._plain)
        assert all(safe(part) == part for part in text.split("\n")), "a raw control character in the tree"
        record = packet_line(packet, nanosecond=False)
        assert record.isascii(), "JSON that is no ASCII"
        assert json.loads(record)["event"] == "packet"
        assert len(record) < 4_000_000, "JSON out of proportion"
        assert time.process_time() - started < LONGEST, "too slow"


def run(count: int, seed: int, pool: list[Seed]) -> Seed | None:
    """Check so many damaged packets; return the first that something is wrong with."""
    rng, checker = random.Random(seed), Checker()
    return _run(count, seed, pool, rng, checker)


def _run(count: int, seed: int, pool: list[Seed], rng: random.Random, checker: Checker) -> Seed | None:
    for _ in range(count):
        origin = rng.choice(pool)
        data = damage(origin.data, rng, pool)
        wire = len(data) + (rng.choice((0, 0, 0, 1, 100)))
        try:
            checker.check(RawPacket(data, 0, rng.randrange(10**9), len(data), wire, origin.link_type))
        except Exception as error:  # whatever it is, it is what we look for
            print(
                f"seed {seed}, link type {origin.link_type}: {type(error).__name__}: {error}\n{data.hex()}", flush=True
            )
            return Seed(origin.link_type, data)
    return None


def _job(arguments: tuple[int, float, int]) -> tuple[int, bool]:
    """Check so many packets, or for so long; return how many, and whether all was well."""
    count, seconds, seed = arguments
    pool, end = seeds(), time.monotonic() + seconds
    if not seconds:
        return count, run(count, seed, pool) is None
    rng, checker = random.Random(seed), Checker()
    done = 0
    while time.monotonic() < end:
        done += STEP
        if _run(STEP, seed, pool, rng, checker) is not None:
            return done, False
    return done, True


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Decode damaged packets.")
    parser.add_argument("--count", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=0, help="for so long, however many")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    started = time.monotonic()
    each = options.count // options.jobs
    jobs = [(each, options.seconds, options.seed + number) for number in range(options.jobs)]
    with multiprocessing.Pool(options.jobs) as pool:
        results = pool.map(_job, jobs)
    total, taken = sum(done for done, _ in results), time.monotonic() - started
    print(f"{total} packets from seed {options.seed} in {taken:.0f} s")
    return 0 if all(fine for _, fine in results) else 1


if __name__ == "__main__":
    sys.exit(main())
