"""Send every attack that we know to the real commands, and measure memory and time: `make attacks`.

Each attack runs at a tenth of its size and at its size, in a process of its own. Held to: no more than 400 MiB of
memory, time that grows no faster than the input, and the words that say which bound was hit. With --write the table
goes into docs/reliability.md.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from compare import replace_part, table
from peer_programs import OURS
from support.attack import Attack
from support.attacks import write
from support.attacks_bodies import ATTACKS as BODIES
from support.attacks_http import ATTACKS as HTTP
from support.attacks_tcp import ATTACKS as TCP

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reliability.md"
MEASURED = ROOT / "tests" / "support" / "measured.py"
MOST_MEMORY = 400 << 20
GROWTH = 12.0
"""Ten times the input may take so many times as long."""
SECONDS = 600


@dataclass(slots=True)
class Taken:
    """What one run took."""

    status: int
    seconds: float
    peak: int
    said: list[str]
    """The lines in which the bound is named."""


def search(path: Path, pattern: str) -> str:
    """Return the first line of a file in which a pattern is found, at most 200 characters around it."""
    with path.open("r", encoding="utf-8", errors="replace") as file:
        for line in file:
            found = re.search(pattern, line)
            if found:
                return line[max(0, found.start() - 100) : found.end() + 100].strip()
    return ""


def run(attack: Attack, amount: int, folder: Path, seconds: int = SECONDS) -> Taken:
    """Make the capture and run the command on it."""
    capture, out, err, report = (folder / name for name in ("attack.pcap", "out", "err", "report"))
    write(capture, attack.make(amount))
    words = [str(capture) if word == "FILE" else word.replace("FOLDER", str(folder)) for word in attack.words]
    with out.open("wb") as stdout, err.open("wb") as stderr:
        command = [sys.executable, str(MEASURED), str(report), OURS, *words]
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, check=True, timeout=seconds)
    taken = json.loads(report.read_text())
    said = [search(path, attack.says) for path in (err, out, folder / "a.har") if path.exists()] if attack.says else []
    for line in err.read_text(errors="replace").splitlines():
        print(f"    {line[:200]}")
    said = [line.replace(str(capture), "FILE") for line in said if line]
    return Taken(taken["status"], taken["seconds"], taken["peak"], said)


def judge(attack: Attack, tenth: Taken, whole: Taken) -> list[str]:
    """Return what is wrong."""
    wrong = []
    if {tenth.status, whole.status} != {attack.status}:
        wrong.append(f"status {tenth.status} and {whole.status}")
    if whole.peak > MOST_MEMORY:
        wrong.append(f"{whole.peak >> 20} MiB")
    if whole.seconds > GROWTH * tenth.seconds:
        wrong.append(f"time grows {whole.seconds / tenth.seconds:.0f} times")
    if attack.says and not whole.said:
        wrong.append("no bound is named")
    return wrong


def main() -> int:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="attacks with this in their name or command")
    parser.add_argument("--write", action="store_true", help="write the table into docs/reliability.md")
    options = parser.parse_args()
    rows, failed = [], 0
    for attack in (*TCP, *HTTP, *BODIES):
        command = " ".join(word for word in attack.words if word not in ("-n", "-r", "FILE"))
        if not re.search(options.only, f"{attack.name} {command}"):
            continue
        name = attack.called(attack.full)
        print(f"{name} | {command}", flush=True)
        try:
            with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
                tenth = run(attack, attack.full // 10, Path(one))
                whole = run(attack, attack.full, Path(other))
        except subprocess.TimeoutExpired:
            print("  TIMEOUT", flush=True)
            failed += 1
            continue
        wrong = judge(attack, tenth, whole)
        failed += bool(wrong)
        cells = [
            name, f"`{command}`".replace("FOLDER/", ""), f"{tenth.peak >> 20} MiB", f"{whole.peak >> 20} MiB",
            f"{tenth.seconds:.2f} s", f"{whole.seconds:.2f} s", "; ".join(whole.said)[:160].replace("|", "/"),
        ]  # fmt: skip
        rows.append(cells)
        print("  " + " | ".join(cells[2:]), flush=True)
        for text in wrong:
            print(f"  WRONG: {text}", flush=True)
    if options.write:
        head = ("attack", "command", "memory at a tenth", "peak memory", "time at a tenth", "time", "what is said")
        replace_part(PAGE, "attacks", table(head, rows), "make attacks")
    print(f"{failed} of {len(rows)} went wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
