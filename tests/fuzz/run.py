"""`make fuzz`: every target for its share of the time, one after the other, and a table at the end.

python tests/fuzz/run.py [--seconds N] [--only TARGET …] [--seed N] [--plain] [--write]

With --write, what ran without a finding gets its row in docs/reliability.md.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz import packets
from fuzz.engine import cases, has_atheris, load, targets

HOUR = 3600
PACKETS = "packets"
"""Not a target of bytes: real packets, changed by chance, through one dissector that remembers (packets.py)."""
HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "reliability.md"
_PARTS = re.compile(r"(.*<!-- fuzz: .*?-->\n)(\|.*?\n\|-.*?\n)((?:\|.*?\n)*)(<!-- end -->.*)", re.DOTALL)


@dataclass
class Row:
    """What came of one target."""

    name: str
    executions: int
    seconds: float
    findings: list[str] = field(default_factory=list)


def run(name: str, seconds: int, more: list[str]) -> Row:
    """Run one target in a process of its own, and pass on what it says."""
    script = "packets.py" if name == PACKETS else "engine.py"
    arguments = ["--seconds", str(seconds), "--jobs", "1"] if name == PACKETS else [name, str(seconds), *more]
    started = time.monotonic()
    command = [sys.executable, str(HERE / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.monotonic() - started
    counted = re.findall(r"^(?:executions )?(\d+)(?: packets|$)", done.stdout, re.MULTILINE)
    findings = re.findall(r"^(?:finding|seed \d+, link type) (.+)", done.stdout, re.MULTILINE)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return Row(name, int(counted[-1]) if counted else 0, took, findings or ["it ended"] * bool(done.returncode))


def invariant(name: str) -> str:
    """Return what a target checks, in a line."""
    return load(name)[2] if name != PACKETS else (packets.__doc__ or "").partition("\n")[0]


def write(rows: list[Row]) -> None:
    """Put rows into the table of docs/reliability.md, and leave the others as they are."""
    text = PAGE.read_text(encoding="utf-8")
    before, head, table, after = _PARTS.fullmatch(text).groups()  # type: ignore[union-attr]
    lines = {line.split("`")[1]: line for line in table.splitlines()}
    for row in rows:
        figures = f"{row.executions:,} | {row.seconds:,.0f} | {len(cases(row.name)) or '-'}"
        lines[row.name] = f"| `{row.name}` | {invariant(row.name)} | {figures} |"
    table = "".join(f"{lines[name]}\n" for name in sorted(lines))
    PAGE.write_text(f"{before}{head}{table}{after}", encoding="utf-8")


def main() -> int:
    """Run from the command line."""
    names = [*targets(), PACKETS]
    parser = argparse.ArgumentParser(description="Run every fuzz target.")
    parser.add_argument("--seconds", type=int, default=HOUR // len(names), help="of each target")
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--plain", action="store_true", help="without atheris, though it is there")
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    options = parser.parse_args()
    more = [*(["--seed", str(options.seed)] if options.seed is not None else []), *["--plain"] * options.plain]
    guided = has_atheris() and not options.plain
    print(f"{len(options.only)} targets, {options.seconds} s each, " + ("by coverage" if guided else "by chance"))
    rows = []
    for name in options.only:
        print(f"{name}: {invariant(name)}", flush=True)
        rows.append(run(name, options.seconds, more))
        print(f"    {rows[-1].executions:,} executions in {rows[-1].seconds:.0f} s", flush=True)
    print(f"\n{'target':<12}{'executions':>12}{'seconds':>9}{'a second':>10}  findings")
    for row in rows:
        rate = row.executions / row.seconds
        print(f"{row.name:<12}{row.executions:>12,}{row.seconds:>9.0f}{rate:>10.0f}  {', '.join(row.findings) or '-'}")
    if options.write:
        write([row for row in rows if not row.findings])
    return int(any(row.findings for row in rows))


if __name__ == "__main__":
    sys.exit(main())
