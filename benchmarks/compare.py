"""Run each command beside its peers and write what came of it into docs/performance.md: `make bench`.

Both of a pair run in alternation on the same warm file, with their output thrown away, several times; what is
compared are the medians of the processor time that they and their children took, since that depends less on what
else the machine does than the time on the wall does; both are told.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import captures
from peer_programs import OURS, ROWS, Row, node_path, why_missing

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "performance.md"
SIGN = "\N{MULTIPLICATION SIGN}"
UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in what the system counts memory with."""
SLOW = 5.0
"""Seconds: what takes longer runs twice at most."""


@dataclass(slots=True)
class Runs:
    """What the runs of one command took."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    peak: int = 0
    """Bytes of memory, the most of any run."""

    def run(self, command: list[str], environment: dict[str, str]) -> None:
        """Run a command once."""
        begin = time.perf_counter()
        with open(os.devnull, "r+b") as nothing:
            process = subprocess.Popen(
                command, stdin=nothing, stdout=nothing, stderr=subprocess.PIPE, env=environment, text=True
            )
            assert process.stderr is not None
            said = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.stderr.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        # network-grep and ngrep say with 1 that they found nothing
        if process.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)} failed: {said.strip()[-500:]}")
        self.wall.append(time.perf_counter() - begin)
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.peak = max(self.peak, usage.ru_maxrss * UNIT)

    @property
    def seconds(self) -> float:
        """The median of the processor time."""
        return statistics.median(self.cpu)

    def __str__(self) -> str:
        # Linux counts to a process what it was before exec, a part of this one
        least = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT
        peak = f"{self.peak / (1 << 20):.0f} MiB" if self.peak > 1.02 * least else f"under {least / (1 << 20):.0f} MiB"
        return f"{self.seconds:.2f} s ({statistics.median(self.wall):.2f}), {peak}"


@dataclass(slots=True)
class Result:
    """One row with its runs."""

    row: Row
    ours: Runs
    theirs: Runs

    @property
    def ratio(self) -> float:
        """Our speed as a multiple of theirs."""
        return self.theirs.seconds / self.ours.seconds

    def cells(self) -> list[str]:
        """Return the cells of the table's row."""
        row = self.row
        held = "" if not row.must else "yes" if self.ratio >= row.must else "**no**"
        reached = "" if not row.aim else "yes" if self.ratio >= row.aim else "no"
        return [
            row.command, row.capture, str(self.ours), row.peer.name, str(self.theirs), times(self.ratio),
            times(row.must) if row.must else "", held, times(row.aim) if row.aim else "", reached,
        ]  # fmt: skip


HEAD = ("command", "capture", "pcaptools", "beside", "that took", "speed", "must be", "holds", "aim", "reached")


def times(ratio: float) -> str:
    """Write a multiple with its sign."""
    return f"{ratio:.3g}{SIGN}" if ratio < 100 else f"{ratio:.0f}{SIGN}"


def measure(row: Row, folder: Path, rounds: int, environment: dict[str, str]) -> Result:
    """Run both of a pair in alternation."""
    capture = folder / f"{row.capture}.pcap"
    ours = [OURS, *(str(capture) if word == "FILE" else word for word in row.ours)]
    theirs = row.peer.on(folder / "small.pcap" if row.peer.command[0] == OURS else capture)
    result = Result(row, Runs(), Runs())
    with capture.open("rb") as file:  # into the page cache
        while file.read(1 << 20):
            pass
    for turn in range(rounds):
        result.ours.run(ours, environment)
        if turn < 2 or max(result.theirs.wall) < SLOW:
            result.theirs.run(theirs, environment)
    return result


def machine() -> list[str]:
    """Describe the machine and the programs, without naming it."""
    cpu = platform.processor() or platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*:\s*(.+)$", file.read(), re.MULTILINE)
        cpu = found[1] if found else cpu
    lines = [f"{os.cpu_count()} cores of {cpu}; {platform.system()} {platform.release().split('-')[0]}"]
    lines.append(f"CPython {platform.python_version()}")
    for program, option in (
        ("tshark", "--version"), ("tcpdump", "--version"), ("tcptrace", "-version"), ("httpry", "-h"),
        ("ngrep", "-V"), ("node", "--version"), ("nginx", "-v"), ("wrk", "-v"),
    ):  # fmt: skip
        if shutil.which(program):
            said = subprocess.run([program, option], capture_output=True, text=True, check=False, timeout=30)
            version = re.search(r"\d+\.\d+[\w.]*", said.stdout + said.stderr)
            lines.append(f"{program} {version[0]}" if version else program)
    return lines


def start_up(rounds: int, environment: dict[str, str]) -> list[list[str]]:
    """Measure how long commands take that do next to nothing."""
    rows = []
    for words, budget in ((["--help"], 0.1), (["devices"], 0.25)):
        runs = Runs()
        for _ in range(max(rounds, 5)):
            runs.run([OURS, *words], environment)
        wall = min(runs.wall)
        held = "yes" if wall < budget else "**no**"
        cells = [
            f"`pcaptools {words[0]}`",
            f"{1000 * wall:.0f} ms",
            f"{1000 * runs.seconds:.0f} ms",
            f"{1000 * budget:.0f} ms",
            held,
        ]
        rows.append(cells)
    return rows


def table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def replace_part(page: Path, name: str, text: str, made_by: str = "make bench") -> None:
    """Put text between the two marks of a page that name it."""
    begin, end = f"<!-- {name}: made by {made_by} -->\n", f"<!-- end of {name} -->\n"
    before, mark, rest = page.read_text(encoding="utf-8").partition(begin)
    _, mark_end, after = rest.partition(end)
    if not mark or not mark_end:
        raise SystemExit(f"{page.name} has no part {name}")
    page.write_text(f"{before}{begin}{text}{end}{after}", encoding="utf-8")


def main() -> int:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench", help="where the captures are kept")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="rows in whose command, capture or peer this stands")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    options = parser.parse_args()
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    made = {name: captures.make(name, folder) for name in captures.NAMES}
    environment = {**os.environ, "NODE_PATH": node_path(folder / "node"), "LC_ALL": "C.UTF-8"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    missing: dict[str, str] = {}
    results: list[Result] = []
    for row in ROWS:
        if options.only not in f"{row.command} {row.capture} {row.peer.name}" or not made[row.capture]:
            continue
        reason = missing.setdefault(row.peer.name, why_missing(row.peer, environment))
        if reason:
            continue
        results.append(measure(row, folder, options.rounds, environment))
        print(" | ".join(results[-1].cells()), flush=True)
    starts = table(
        ("command", "fastest", "processor time", "must be under", "holds"), start_up(options.rounds, environment)
    )
    print(starts)
    for peer, reason in missing.items():
        if reason:
            print(f"left out: {peer}: {reason}", file=sys.stderr)
    if options.write:
        write(results, starts, made, missing)
    return 0


def write(results: list[Result], starts: str, made: dict[str, str], missing: dict[str, str]) -> None:
    """Write the parts of the page that are measured."""
    groups: dict[str, list[str]] = {}
    for name, how in made.items():
        groups.setdefault(how or "left out", []).append(name)
    described = "; ".join(f"{how}: {', '.join(names)}" for how, names in groups.items())
    left_out = "".join(f"Left out: {peer}: {why}.\n" for peer, why in missing.items() if why)
    text = f"{', '.join(machine())}.\nCaptures {described}.\n{left_out}\n"
    replace_part(PAGE, "machine", text)
    replace_part(PAGE, "comparison", table(HEAD, [result.cells() for result in results]))
    replace_part(PAGE, "start", starts)


if __name__ == "__main__":
    sys.exit(main())
