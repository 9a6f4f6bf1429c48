"""What goes wrong around a run that captures nothing live: full disks, odd inputs, clocks; what was seen is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from support.build import START, Dialogue
from support.cli import run_pcaptools
from support.har import entries_of
from support.programs import PCAPTOOLS, SUMMARY
from support.schema import validate_lines

from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.files import FileSource
from pcaptools.core.sources.writer import open_writer

CAPTURES = Path(__file__).resolve().parent / "captures"
GET, MANY = str(CAPTURES / "get.pcap"), str(CAPTURES / "404-many.pcap")
PACKETS, EXCHANGES = 88, 40  # of MANY: tests/captures/facts.json
COMMANDS = {
    "http-trace": ["http-trace"],
    "simple-capture": ["simple-capture"],
    "tcp-metrics": ["tcp-metrics", "--csv"],
    "network-grep": ["network-grep", "GET"],
}
needs_dev_full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")


# --- a full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Callable[..., tuple[str, str, Path]]:
    """Return what runs pcaptools with a disk of so many KiB as its folder, and returns out, err and the folder."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("needs root and unshare, to mount a small disk")

    def run(kib: int, *words: str) -> tuple[str, str, Path]:
        disk, kept = tmp_path / "disk", tmp_path / "kept"
        disk.mkdir()
        script = """mount -t tmpfs -o size="$0"k none "$1" && cd "$1" || exit 99; kept=$2; shift 2
            "$@"; status=$?; mkdir "$kept"; cp -r . "$kept"; exit $status"""
        command = ["unshare", "--mount", "sh", "-c", script, str(kib), str(disk), str(kept), *PCAPTOOLS, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout, done.stderr, kept

    return run


Disk = Callable[..., tuple[str, str, Path]]


def check_ends_clearly(err: str, says: str) -> None:
    """The summary, then the error: one line."""
    lines = err.splitlines()
    assert lines[-1] == f"pcaptools: {says}: No space left on device"
    assert SUMMARY.fullmatch(lines[-2])


@pytest.mark.parametrize("ending", ["pcap", "pcapng"])
def test_a_full_disk_leaves_a_capture_of_whole_packets(ending: str, small_disk: Disk) -> None:
    out, err, kept = small_disk(64, "http-trace", *["-r", MANY] * 6, "-w", f"out.{ending}")
    check_ends_clearly(err, f"cannot write out.{ending}")
    assert out.count("response complete") == EXCHANGES  # of six copies one is shown
    with FileSource([kept / f"out.{ending}"]) as source:  # raises where it is cut short
        packets = sum(len(batch.records) for batch in source.batches())
    assert PACKETS * 2 < packets < PACKETS * 6


def test_a_full_disk_leaves_a_whole_archive(small_disk: Disk) -> None:
    out, err, kept = small_disk(16, "http-trace", "-r", MANY, "--har", "out.har")
    check_ends_clearly(err, "cannot write out.har")
    assert out.count("response complete") == EXCHANGES
    assert 5 < len(entries_of((kept / "out.har").read_text())) < EXCHANGES


def test_a_full_disk_leaves_whole_bodies_and_their_index(small_disk: Disk) -> None:
    out, err, kept = small_disk(64, "http-trace", "-r", MANY, "--extract", "out")
    check_ends_clearly(err, "cannot save a body in 'out'")
    assert out.count("response complete") == EXCHANGES
    index = [json.loads(line) for line in (kept / "out" / "index.jsonl").read_text().splitlines()]
    sizes = {path.name: path.stat().st_size for path in (kept / "out").iterdir() if path.name != "index.jsonl"}
    assert {entry["file"]: entry["size"] for entry in index} == sizes
    assert 0 < len(index) < EXCHANGES


def test_a_full_disk_leaves_no_half_of_a_picture(small_disk: Disk) -> None:
    _, err, kept = small_disk(4, "tcp-metrics", "-r", MANY, "--plot", "out.svg")
    assert err.splitlines()[-1] == "pcaptools: cannot write out.svg: No space left on device"
    assert "1 session (1 fin)" in err
    assert [*kept.iterdir()] == []


@needs_dev_full
@pytest.mark.parametrize("command", COMMANDS)
def test_no_room_for_the_lines(command: str) -> None:
    with open("/dev/full", "wb") as full:
        words = [*PCAPTOOLS, *COMMANDS[command], "-r", MANY]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode == (2 if command == "network-grep" else 1)
    check_ends_clearly(done.stderr, "cannot write to standard output")


@needs_dev_full
def test_no_room_for_what_is_kept_for_later() -> None:
    done = run_pcaptools("network-grep", "--stream", "GET", "-r", MANY, "--write", "/dev/full")
    assert (done.returncode, done.stdout.count("GET ")) == (2, EXCHANGES)
    check_ends_clearly(done.stderr, "cannot write /dev/full")


@needs_dev_full
def test_no_room_for_messages_is_no_error() -> None:
    for command in COMMANDS.values():
        with open("/dev/full", "wb") as full:
            words = [*PCAPTOOLS, *command, "-r", MANY]
            done = subprocess.run(words, stdout=subprocess.PIPE, stderr=full, timeout=60, check=False)
        assert done.returncode == 0
        assert done.stdout


# --- standard input


@pytest.mark.parametrize("stdin", ["<&-", "</dev/null"])
def test_nothing_on_standard_input(stdin: str) -> None:
    shell = f"exec '{sys.executable}' -m pcaptools http-trace -r - {stdin}"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "pcaptools: standard input is empty\n")


# --- clocks


DAY = 86_400_000_000_000
CLOCKS: dict[str, Callable[[int, int], int]] = {
    "steps back": lambda number, time: time - (DAY if number > 8 else 0),
    "steps back in the handshake": lambda number, time: time - (DAY if number > 1 else 0),
    "goes to and fro": lambda number, time: time + (DAY if number % 2 else 0),
    "runs backwards": lambda _, time: 2 * START - time,
    "stands still": lambda *_: START,
    "is at zero": lambda *_: 0,
}


@pytest.fixture(scope="module")
def clocks(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Captures of five exchanges, by each of the clocks: the words to read them all."""
    words = []
    for port, (name, clock) in enumerate(CLOCKS.items()):
        dialogue = Dialogue(client=("10.0.0.1", 40_000 + port)).open()
        for number in range(5):
            dialogue.send("c", b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number)
            dialogue.send("s", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd")
        path = tmp_path_factory.mktemp("clocks") / f"{name}.pcapng"
        records = [(clock(number, time), *rest) for number, (time, *rest) in enumerate(dialogue.close().records)]
        with open_writer(path) as writer:
            writer.write(Batch(1, records))  # type: ignore[arg-type]
        words += ["-r", str(path)]
    return words


PACKETS_OF_CLOCKS = 27 * len(CLOCKS)  # 3 of the handshake, 4 an exchange, 4 of the end


def test_whatever_the_clock_says_every_exchange_is_shown(clocks: list[str], tmp_path: Path) -> None:
    har = tmp_path / "x.har"
    done = run_pcaptools("http-trace", *clocks, "--json", "--tcp-verbose", "--har", str(har))
    assert done.returncode == 0, done.stderr
    lines = validate_lines(done.stdout)
    told = Counter(line["event"] for line in lines)
    assert [told[f"http_{name}"] for name in ("request", "response", "response_complete")] == [5 * len(CLOCKS)] * 3
    assert [told[f"tcp_{name}"] for name in ("retransmit", "gap")] == [0, 0]
    spans = [line.get(name) for line in lines for name in ("latency", "connect", "duration")]
    assert min(span for span in spans if span is not None) >= 0
    assert all(span >= 0 or span == -1 for one in entries_of(har.read_text()) for span in one["timings"].values())


def test_whatever_the_clock_says_no_time_is_below_zero(clocks: list[str]) -> None:
    figures = validate_lines(run_pcaptools("tcp-metrics", "--json", *clocks).stdout)
    assert sum(one["send_packets"] + one["recv_packets"] for one in figures) == PACKETS_OF_CLOCKS
    spans = [one[name] for one in figures for name in ("duration", "connect_duration", "total_time")]
    assert min(span for span in spans if span is not None) >= 0
    assert None in spans  # where it cannot be known


@pytest.mark.parametrize("words", [["simple-capture", "--time", "delta"], ["network-grep", "--stream", "GET"]])
def test_whatever_the_clock_says_every_packet_is_looked_at(words: list[str], clocks: list[str]) -> None:
    done = run_pcaptools(*words, *clocks)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(f"{PACKETS_OF_CLOCKS} packets captured, {PACKETS_OF_CLOCKS} received by filter, ")
    assert done.stdout.count("\n") == (PACKETS_OF_CLOCKS if words[0] == "simple-capture" else 5 * len(CLOCKS))
