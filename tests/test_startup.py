"""A run imports what it needs, and before privileges are dropped all that it may need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.netns import live

CAPTURES = Path(__file__).parent / "captures"
GET = str(CAPTURES / "get.pcap")

LOADED = """
import sys
from pcaptools.cli import run
status = run(sys.argv[1:])
print("\\n".join(["modules", *sys.modules]), file=sys.stderr)
sys.exit(status)
"""

LATE = """
import sys
from pcaptools.cli import run
from pcaptools.commands import _run

known = set()
_run.will_drop = lambda user: True
_run.drop_privileges = lambda user: known.update(sys.modules)  # from here on, files may be unreadable
status = run(sys.argv[1:])
assert known
print("\\n".join(["modules", *sorted(set(sys.modules) - known)]), file=sys.stderr)
sys.exit(status)
"""

TRACE = ["http-trace", "-n", "-r", GET]
HTTPS_OWN = {"pcaptools.core.protocols.http.parser", "h11"}

RUNS: dict[str, tuple[list[str], set[str], set[str], int]] = {
    # words, what must be imported (else the test tests nothing), what must not be, and how many modules at most
    "help": (["--help"], {"click"}, {"pcaptools.commands", "json", "socket", "dataclasses"}, 125),
    "version": (["--version"], {"click"}, {"pcaptools.commands", "json", "socket", "dataclasses"}, 125),
    "devices": (
        ["devices"],
        {"psutil", "pcapy"},
        {"pcaptools.commands._run", "pcaptools.core.events", "pcaptools.core.sources.files", "dpkt", "rich", "h11"},
        180,
    ),
    "http-trace": (
        TRACE,
        HTTPS_OWN,
        {"dpkt", "dns", "rich", "psutil", "pcapy", "ctypes", "pcaptools.core.names", "pcaptools.core.decode.general"},
        275,
    ),
    "tcp-metrics": (
        ["tcp-metrics", "-n", "-r", GET, "-r", str(CAPTURES / "impaired" / "clean.pcap.gz")],
        {"pcaptools.core.tcp.figures"},
        HTTPS_OWN | {"dpkt", "dns", "rich", "psutil", "pcapy", "pcaptools.core.names", "pcaptools.printers.plot"},
        240,
    ),
    "simple-capture": (
        ["simple-capture", "-n", "-r", GET],
        {"dpkt", "pcaptools.printers.fastline"},
        HTTPS_OWN | {"dns", "rich", "psutil", "pcapy", "ctypes", "pcaptools.core.tcp.tracker"},
        450,
    ),
    "network-grep": (
        ["network-grep", "-n", "GET", "-r", GET],
        {"pcaptools.core.grep.packets"},
        HTTPS_OWN
        | {"dpkt", "dns", "rich", "psutil", "pcapy", "ctypes", "pcaptools.core.tcp", "pcaptools.printers.packet"},
        200,
    ),
}


def loaded(script: str, words: list[str], status: int = 0) -> list[str]:
    """Run a command and return the modules that its process names at the end."""
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == status, done.stderr
    _, _, names = done.stderr.rpartition("modules\n")
    return names.split()


@pytest.mark.parametrize("run", RUNS)
def test_a_run_imports_what_it_needs(run: str) -> None:
    words, needed, not_needed, most = RUNS[run]
    modules = loaded(LOADED, words)
    assert needed <= set(modules)
    assert sorted(not_needed.intersection(modules)) == []
    assert len(modules) <= most


def test_only_what_needs_libpcap_imports_it() -> None:
    assert "pcapy" in loaded(LOADED, [*TRACE, "tcp port 8080"])


@pytest.mark.parametrize(
    "words",
    [
        ["http-trace", "--tcp-verbose"],
        ["http-trace", "--json"],
        ["http-trace", "--bodies", "--headers", "--har", "OUT.har", "--extract", "OUT"],
        ["http-trace", "--json", "--bodies", "--find", "xyz"],
        ["http-trace", "--find", "xyz"],
        ["simple-capture", "-v", "--checksums"],
        ["simple-capture", "--json", "--color", "-w", "OUT.pcapng", "-C", "1"],
        ["tcp-metrics", "--graph"],
        ["tcp-metrics", "--plot", "OUT.svg"],
        ["tcp-metrics", "--csv"],
        ["network-grep", "-X", "."],
        ["network-grep", "--stream", "."],
        ["network-grep", "--decoded", "--write", "OUT.pcapng", "--whole-session", "."],
    ],
    ids=" ".join,
)
def test_nothing_is_left_to_import_after_the_drop(words: list[str], tmp_path: Path) -> None:
    words = [word.replace("OUT", str(tmp_path / "out")) for word in words]
    for capture in sorted(CAPTURES.glob("*.pcap*")):
        words += ["-r", str(capture)]
    assert loaded(LATE, words) == []


@pytest.mark.parametrize("name", ["http-trace", "simple-capture", "tcp-metrics", "network-grep"])
@pytest.mark.parametrize("mark", [pytest.param(None, marks=live)])
def test_nothing_is_left_to_import_after_the_drop_live(name: str, mark: None) -> None:  # noqa: ARG001
    pattern, status = (["no such words"], 1) if name == "network-grep" else ([], 0)
    assert loaded(LATE, [name, *pattern, "-i", "lo", "--duration", "0.3"], status) == []
