"""Time and memory of a packet as traffic grows, and the proofs that memory stays flat: `make bench-scale`.

Each case runs in a process of its own on traffic of generate.py; only the command's own work is timed. With --write
the tables go into docs/performance.md.
"""

from __future__ import annotations

import argparse
import gc
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import generate
from compare import PAGE, UNIT, replace_part, table

from pcaptools.commands._metrics import Metrics, View
from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._run import Handler
from pcaptools.commands._trace import HttpTrace
from pcaptools.core.sources.base import Batch

BATCH = 1024
OPTIONS = CaptureOptions(read=("file",), names=False, color=False)
COMMANDS: dict[str, Callable[[], Handler]] = {
    "tcp-metrics": lambda: Metrics(OPTIONS, View()),
    "http-trace": lambda: HttpTrace(OPTIONS),
}


def traffic(sessions: int) -> Iterator[bytes]:
    """Yield frames without end: on so many connections at once, or (0) on short ones, one after the other."""
    return generate.keep_alive(sessions, 1000) if sessions else generate.short(1000)


def peak() -> int:
    """Return the most memory that this process ever had, in bytes."""
    proc = Path("/proc/self/status")
    if proc.exists():  # getrusage counts what the process was before exec
        status = proc.read_text(encoding="ascii")
        return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT


def run(command: str, sessions: int, packets: int, reports: int) -> None:
    """Run one case; print seconds and peak memory so far, `reports` times on the way.

    What is counted and timed begins when all connections are open.
    """
    gc.freeze()
    gc.set_threshold(20_000, 2, 1)  # as a run of the command does
    handler, source, spent, done = COMMANDS[command](), generate.records(traffic(sessions), packets), 0.0, 0
    due = packets // reports
    if sessions:  # the handshakes are another matter
        source = generate.records(frames := traffic(sessions), 3 * sessions)
        while records := list(islice(source, BATCH)):
            handler.handle(Batch(1, records))
        source = generate.records(frames, packets, 3 * sessions)
    while records := list(islice(source, BATCH)):
        done += len(records)
        begin = time.process_time()
        handler.handle(Batch(1, records))
        if done == packets:
            handler.finish()
        spent += time.process_time() - begin
        if done >= due or done == packets:
            due += packets // reports
            print(done, spent, peak(), flush=True)


def case(command: str, sessions: int, packets: int, reports: int = 1) -> list[tuple[int, float, int]]:
    """Run one case in another process; return (packets, seconds, peak memory), as often as it reported."""
    words = [sys.executable, __file__, "--case", command, str(sessions), str(packets), str(reports)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=1800)
    lines = (line.split() for line in done.stdout.splitlines())
    return [(int(packets_done), float(spent), int(memory)) for packets_done, spent, memory in lines]


def mib(size: int) -> str:
    """Write a size of memory."""
    return f"{size / (1 << 20):.0f} MiB"


def linear(factor: int) -> str:
    """Measure growth with the length of the input and with the sessions that are open at once."""
    rows = []
    for command in COMMANDS:
        cases = [(1000, packets) for packets in (20_000, 200_000, 2_000_000)]
        cases += [(sessions, 400_000) for sessions in (1, 1000, 50_000)]
        for sessions, packets in cases:
            (*_, (done, spent, memory)) = case(command, sessions, packets // factor)
            rows.append([command, f"{done:,}", f"{sessions:,}", f"{1e6 * spent / done:.2f} us", mib(memory)])
            print(" | ".join(rows[-1]), flush=True)
    return table(("command", "packets", "sessions open at once", "a packet", "peak memory"), rows)


def flat(factor: int) -> str:
    """Measure memory along one session of 5,000,000 packets, and along 100,000 short sessions and more."""
    rows = []
    for name, sessions, packets in (
        ("one session of 5,000,000 packets", 1, 5_000_000),
        ("200,000 short sessions, one after the other (10 packets each)", 0, 2_000_000),
    ):
        reports = case("tcp-metrics", sessions, packets // factor, 10)
        kept = [reports[index] for index in (0, 1, 4, 9)]
        rows += [[name, f"{done:,}", f"{1e6 * spent / done:.2f} us", mib(memory)] for done, spent, memory in kept]
        for row in rows[-4:]:
            print(" | ".join(row), flush=True)
    return table(("tcp-metrics on", "after packets", "a packet", "peak memory until then"), rows)


def main() -> int:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", nargs=4, metavar=("COMMAND", "SESSIONS", "PACKETS", "REPORTS"))
    parser.add_argument("--factor", type=int, default=1, help="measure with so many times fewer packets")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    options = parser.parse_args()
    if options.case:
        command, *numbers = options.case
        run(command, *map(int, numbers))
        return 0
    grown, proofs = linear(options.factor), flat(options.factor)
    if options.write:
        replace_part(PAGE, "growth", grown)
        replace_part(PAGE, "memory", proofs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
