"""Capture live at rising rates, beside tcpdump and tshark, and count what the kernel dropped: `make bench-load`.

Run it as root; packages: nginx-light wrk tcpdump tshark iproute2 ethtool. nginx and wrk talk between two network
namespaces (MTU 1500, offloads off) for a few seconds at each rate; nginx's own log says how many exchanges there
were. Each program captures alone. With --write the table goes into docs/reliability.md.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from compare import machine, replace_part, table
from peer_programs import OURS
from record import PORT, write_site
from support.network import SERVER_IP, Namespace, await_line, namespaces, nginx, stop

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reliability.md"
RATES = (250, 500, 1000, 2000, 4000, 0)
"""Exchanges a second that are asked for; 0: as many as there can be."""
CONNECTIONS = 32
BUFFER = 10
"""Megabytes of the kernel's buffer, of every program."""
SCRIPT = """
local count = 0
function request()
  count = count + 1
  return wrk.format("GET", "/data.json?" .. count)
end
"""
SERVER = "server {{ listen {port}; access_log {folder}/access.log; add_header X-Query $query_string; }}"
_SUMMARY = re.compile(r"(\d+) packets? captured, \d+ received by filter, (\d+) dropped by kernel")
_DROPPED = re.compile(r"(\d+) packets? dropped")


@dataclass(slots=True)
class Seen:
    """What a program showed of one run."""

    exchanges: int
    """How many there were, by nginx's log."""
    seconds: float
    dropped: int
    complete: int
    """Exchanges shown whole; of a program that shows none, -1."""
    marked: int = 0
    """Exchanges shown and said to be incomplete."""
    wrong: int = 0
    """Exchanges shown as whole, and not as they were."""
    told: bool = True
    """The program said that packets were dropped, where they were."""

    def __str__(self) -> str:
        text = "no drop" if not self.dropped else f"{self.dropped:,} packets dropped"
        if self.complete >= 0:
            text += f", {self.complete:,} of {self.exchanges:,} whole"
        if self.marked:
            text += f", {self.marked:,} marked incomplete"
        return text + (f", **{self.wrong:,} wrong**" if self.wrong else "")


@dataclass(frozen=True, slots=True)
class Reader:
    """A program that captures."""

    name: str
    command: tuple[str, ...]
    count: Callable[[Path], tuple[int, int, int]]
    """Its output → exchanges whole, marked incomplete, wrong."""
    ready: str = "istening on"


def count_text(path: Path) -> tuple[int, int, int]:
    """Count the lines of http-trace."""
    whole = marked = 0
    with path.open(encoding="utf-8") as file:
        for line in file:
            if " response complete " in line:
                marked += "missing" in line
                whole += "missing" not in line
    return whole, marked, 0


def count_json(path: Path) -> tuple[int, int, int]:
    """Pair the lines of http-trace --json, and see that each response is that of its request, and whole if it says so.

    nginx sends back what it was asked for; a response whose request was not seen has none to compare with.
    """
    size = len((path.parent / "www" / "data.json").read_bytes())
    wrong_pairs, whole, marked, wrong = set(), 0, 0, 0
    with path.open(encoding="ascii") as file:
        for line in file:
            event = json.loads(line)
            key = event.get("session"), event.get("number")
            if event["event"] == "http_response" and event["url"] is not None:
                said = {name.lower(): value for name, value in event["headers"]}.get("x-query", "")
                if not event["violations"] and event["url"] != f"/data.json?{said}":
                    wrong_pairs.add(key)
            elif event["event"] == "http_response_complete":
                if event["missing"]:
                    marked += 1
                elif event["body_len"] != size or key in wrong_pairs:
                    wrong += 1
                else:
                    whole += 1
    return whole, marked, wrong


def count_tshark(path: Path) -> tuple[int, int, int]:
    """Count the responses that tshark shows; it marks none."""
    with path.open(encoding="utf-8") as file:
        return sum(line.startswith("200") for line in file), 0, 0


def nothing(_: Path) -> tuple[int, int, int]:
    """tcpdump shows no exchanges."""
    return -1, 0, 0


READERS = (
    Reader("http-trace", (OURS, "http-trace", "-n", "-i", "DEVICE", "-b", str(BUFFER)), count_text),
    Reader("http-trace --json, each compared", (OURS, "http-trace", "-n", "--json", "-i", "DEVICE"), count_json),
    Reader("http-trace --buffer 200", (OURS, "http-trace", "-n", "-i", "DEVICE", "-b", "200"), count_text),
    Reader("tcpdump -w", ("tcpdump", "-n", "-i", "DEVICE", "-B", str(1024 * BUFFER), "-w", "/dev/null"), nothing),
    Reader("tshark -Y http",
           ("tshark", "-n", "-i", "DEVICE", "-B", str(BUFFER), "-Y", "http", "-T", "fields", "-e",
            "http.response.code"), count_tshark, "Capturing on"),
)  # fmt: skip


def await_quiet(path: Path, seconds: float = 8) -> None:
    """Wait until a file has not grown for a while: what is in the kernel's buffer is to be read, too."""
    end, size, since = time.monotonic() + seconds, -1, time.monotonic()
    while time.monotonic() < end and time.monotonic() - since < 0.8:
        time.sleep(0.1)
        if path.stat().st_size != size:
            size, since = path.stat().st_size, time.monotonic()


def load(client: Namespace, folder: Path, rate: int, seconds: int) -> None:
    """Let wrk ask, about so often."""
    script = SCRIPT
    if rate:
        script += f"function delay() return {round(1000 * CONNECTIONS / rate)} end\n"
    (folder / "wrk.lua").write_text(script)
    options = ["-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "-s", str(folder / "wrk.lua")]
    client.run("wrk", *options, f"http://{SERVER_IP}:{PORT}/", timeout=seconds + 30)


def run(reader: Reader, rate: int, seconds: int) -> Seen:
    """Let one program capture at one rate."""
    with tempfile.TemporaryDirectory() as name, namespaces() as (server, client):
        folder = Path(name)
        write_site(folder)
        os.chmod(folder, 0o755)
        out = folder / "out"
        with nginx(server, folder, SERVER.format(port=PORT, folder=folder)), out.open("wb") as stdout:
            words = [client.device if word == "DEVICE" else word for word in reader.command]
            program = subprocess.Popen(client.argv(words), stdout=stdout, stderr=subprocess.PIPE, text=True, bufsize=1)
            try:
                await_line(program, reader.ready)
                time.sleep(0.5)
                begin = time.monotonic()
                load(client, folder, rate, seconds)
                took = time.monotonic() - begin
                await_quiet(out)
            finally:
                said = stop(program, signal.SIGINT, timeout=30)
        exchanges = (folder / "access.log").read_text().count("\n")
        summary = _SUMMARY.search(said)
        dropped = int(summary[2]) if summary else sum(map(int, _DROPPED.findall(said)[:1]))
        told = not dropped or "kernel dropped" in said or not summary
        return Seen(exchanges, took, dropped, *reader.count(out), told=told)


def best(runs: list[Seen]) -> Seen:
    """Return the run with the fewest drops."""
    return min(runs, key=lambda seen: (seen.dropped / max(1, seen.exchanges), -seen.exchanges))


def main() -> int:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=3, help="of each run")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write the table into docs/reliability.md")
    options = parser.parse_args()
    missing = [name for name in ("ip", "nginx", "wrk", "tcpdump", "tshark", "ethtool") if not shutil.which(name)]
    if missing or os.geteuid():
        parser.error(f"not installed: {' '.join(missing)}" if missing else "run it as root")
    rows, failed = [], 0
    for rate in RATES:
        results = [best([run(reader, rate, options.seconds) for _ in range(options.rounds)]) for reader in READERS]
        offered = [round(seen.exchanges / seen.seconds) for seen in results]
        failed += sum(seen.wrong > 0 or not seen.told for seen in results)
        rows.append([f"{min(offered):,} to {max(offered):,}", *map(str, results)])
        print(" | ".join(rows[-1]), flush=True)
    if options.write:
        head = ("exchanges a second", *(reader.name for reader in READERS))
        replace_part(PAGE, "load", f"{', '.join(machine())}.\n\n{table(head, rows)}", "make bench-load")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
