"""The one loop, run as users run it: packets in from files, pipes and links, records out, and how it ends."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.cli import run_pcaptools
from support.netns import live

from pcaptools.commands import _run
from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._run import Run
from pcaptools.core.sources.base import Batch

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
GET, PIPELINED, MANY = (str(CAPTURES / name) for name in ("get.pcap", "pipelined.pcap", "404-many.pcap"))
needs_tcpdump = pytest.mark.skipif(shutil.which("tcpdump") is None, reason="needs tcpdump, to read what was written")

Done = subprocess.CompletedProcess[str]


def trace(*words: str, **options: Any) -> Done:
    return run_pcaptools("http-trace", "--time", "none", *words, **options)


def shown(*words: str, **options: Any) -> str:
    """What a run that ends well prints on stdout."""
    done = trace(*words, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def plain(path: str) -> str:
    """What a file shows, read the simplest way."""
    return shown("-r", path)


def tcpdump(*words: str, input: bytes | None = None) -> bytes:  # noqa: A002 - as subprocess.run has it
    command = ["tcpdump", "-nn", "-tt", "-xx", "--nano", *words]
    return subprocess.run(command, check=True, capture_output=True, timeout=30, input=input).stdout


def summary(packets: int, received: int | None = None) -> str:
    received = packets if received is None else received
    return f"{packets} packets captured, {received} received by filter, 0 dropped by kernel"


# --- what is counted and where it ends


@pytest.mark.parametrize(("path", "packets"), [(GET, 15), (PIPELINED, 18), (MANY, 88)])  # tests/captures/facts.json
def test_the_summary(path: str, packets: int) -> None:
    assert trace("-r", path).stderr == summary(packets) + "\n"


@needs_tcpdump
@pytest.mark.parametrize("count", [1, 5, 14, 15, 99])
def test_it_ends_after_so_many_packets(count: int, tmp_path: Path) -> None:
    first = str(tmp_path / "first.pcap")
    subprocess.run(["tcpdump", "-r", GET, "-c", str(count), "-w", first], check=True, capture_output=True, timeout=30)
    done = trace("-r", GET, "-c", str(count))
    assert done.stdout == shown("-r", first)
    assert done.stderr.splitlines()[-1].startswith(f"{min(count, 15)} packets captured, ")


def test_packets_are_counted_after_the_filter() -> None:
    done = trace("-r", GET, "-c", "3", "src port 80")
    assert done.stderr.splitlines()[-1].startswith("3 packets captured, ")


def test_several_files_are_read_one_after_the_other() -> None:
    done = trace("-r", GET, "-r", PIPELINED)
    assert done.stdout == plain(GET) + plain(PIPELINED)
    assert done.stderr == summary(15 + 18) + "\n"


# --- where packets come from


def test_standard_input() -> None:
    assert shown("-r", "-", input=Path(GET).read_bytes()) == plain(GET)


def test_a_pipe_is_shown_while_it_flows() -> None:
    command = [sys.executable, "-m", "pcaptools", "http-trace", "-r", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(Path(GET).read_bytes())
        process.stdin.flush()
        assert b"GET /index.html" in process.stdout.readline()  # before the pipe ends
        process.stdin.close()
        assert process.stdout.read().count(b"\n") == 5
        assert process.stderr is not None
        assert process.stderr.read().decode() == summary(15) + "\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_an_idle_pipe_with_what_was_seen(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "pcaptools", "http-trace", "-r", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(Path(GET).read_bytes())
        process.stdin.flush()
        process.stdout.readline()
        start = time.monotonic()
        process.send_signal(number)
        assert process.wait(10) == 0
        assert time.monotonic() - start < 1
        assert process.stderr is not None
        assert process.stderr.read().decode().splitlines()[-1] == summary(15)


def test_the_duration_ends_an_idle_pipe() -> None:
    command = [sys.executable, "-m", "pcaptools", "http-trace", "--duration", "0.5", "-r", "-"]
    start = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.wait(10) == 0
        assert 0.5 <= time.monotonic() - start < 5
        assert process.stderr is not None
        assert process.stderr.read().decode().splitlines()[-1] == summary(0)


@pytest.mark.parametrize(("suffix", "compress"), [("gz", gzip.compress), ("zst", zstd.compress)])
def test_compressed_files(suffix: str, compress: Any, tmp_path: Path) -> None:
    packed = tmp_path / f"get.pcap.{suffix}"
    packed.write_bytes(compress(Path(GET).read_bytes()))
    assert shown("-r", str(packed)) == plain(GET)
    assert shown("-r", "-", input=packed.read_bytes()) == plain(GET)


# --- -w


@needs_tcpdump
@pytest.mark.parametrize("name", ["get.pcap", "ipv6.pcap", "vlan.pcap", "any-sll.pcap", "any-sll2.pcapng"])
@pytest.mark.parametrize("suffix", ["pcap", "pcapng"])
def test_what_is_written_tcpdump_reads_back(name: str, suffix: str, tmp_path: Path) -> None:
    source, copy = str(CAPTURES / name), str(tmp_path / f"copy.{suffix}")
    assert shown("-r", source, "-w", copy) == plain(source) != ""
    assert tcpdump("-r", copy) == tcpdump("-r", source) != b""


@needs_tcpdump
def test_only_what_passes_the_filter_is_written(tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.pcap")
    done = trace("-r", GET, "-w", copy, "src", "port", "80", "and", "greater", "100")
    expected = tcpdump("-r", GET, "src port 80 and greater 100")
    assert tcpdump("-r", copy) == expected != tcpdump("-r", GET)
    written = sum(not line.startswith(b"\t") for line in expected.splitlines())
    assert done.stderr.splitlines()[-1] == summary(written, 15)


@needs_tcpdump
def test_what_is_written_to_standard_output_is_no_record() -> None:
    done = trace("-r", GET, "-w", "-")
    written = done.stdout.encode(errors="surrogateescape")
    assert tcpdump("-r", "-", input=written) == tcpdump("-r", GET)
    assert (done.returncode, done.stderr) == (0, summary(15) + "\n")
    assert shown("-r", "-", input=written) == plain(GET)


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    there = tmp_path / "there.pcap"
    there.write_bytes(b"mine")
    done = trace("-r", GET, "-w", str(there))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"pcaptools: {there} exists already; overwrite it with --force\n"
    assert there.read_bytes() == b"mine"


def test_force_replaces_an_existing_file(tmp_path: Path) -> None:
    there = tmp_path / "there.pcap"
    there.write_bytes(b"mine" * 10_000)
    shown("-r", GET, "-w", str(there), "--force")
    assert shown("-r", str(there)) == plain(GET)
    assert there.stat().st_size == Path(GET).stat().st_size


def test_what_is_read_is_not_overwritten(tmp_path: Path) -> None:
    copy = tmp_path / "copy.pcap"
    shutil.copy(GET, copy)
    done = trace("-r", str(copy), "-w", str(copy), "--force")
    assert done.returncode == 2
    assert copy.read_bytes() == Path(GET).read_bytes()


# --- errors


def only_error(done: Done, status: int = 1) -> str:
    """The one line that begins with our name and is an error: the last; nobody sees a traceback."""
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize("cut", [1, 16, 40])
def test_of_a_truncated_file_everything_whole_is_shown(cut: int, tmp_path: Path) -> None:
    truncated = tmp_path / "cut.pcap"
    truncated.write_bytes(Path(GET).read_bytes()[:-cut])
    done = trace("-r", str(truncated))
    assert done.stdout == shown("-r", GET, "-c", "14") != ""
    assert done.stderr.splitlines()[-2] == summary(14)
    assert only_error(done).startswith(f"pcaptools: {truncated} is cut short")


def test_after_a_truncated_file_the_next_is_read(tmp_path: Path) -> None:
    truncated = tmp_path / "cut.pcap"
    truncated.write_bytes(Path(GET).read_bytes()[:-1])
    done = trace("-r", str(truncated), "-r", PIPELINED)
    assert done.stdout == plain(GET) + plain(PIPELINED)
    assert only_error(done).startswith(f"pcaptools: {truncated} is cut short")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"#!/bin/sh\necho no capture\n", "is not a capture file (pcap or pcapng)"), (b"", "is empty")],
)
def test_what_is_no_capture_file(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "odd"
    path.write_bytes(content)
    done = trace("-r", str(path))
    assert only_error(done) == f"pcaptools: {path} {says}"
    assert done.stdout == ""


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = trace("-r", str(tmp_path / "nope.pcap"))
    assert only_error(done) == f"pcaptools: cannot open {tmp_path}/nope.pcap: No such file or directory"
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("tcp prot 80", 'bad filter "tcp prot 80": '),
        ("ip proto \tcp", r'bad filter "ip proto \tcp": '),
        ("wlan type mgt", 'bad filter "wlan type mgt": '),
    ],
)
def test_a_bad_filter(expression: str, says: str) -> None:
    done = trace("-r", GET, expression)
    line = only_error(done)
    assert line.startswith(f"pcaptools: {says}")
    assert ("TAB" in line) is ("\t" in expression)
    assert done.stdout == ""


def test_a_filter_on_a_file() -> None:
    assert shown("-r", GET, "host 10.9.0.1 and tcp port 80") == plain(GET)
    assert shown("-r", GET, r"ip proto \tcp") == plain(GET)


def test_an_unknown_user_is_told_before_anything_is_shown() -> None:
    done = trace("-r", GET, "-Z", "no-such-user")
    assert only_error(done, 2) == 'pcaptools: no such user: "no-such-user"' or os.geteuid() != 0
    assert done.stdout == ""


# --- a reader that leaves


def test_a_reader_that_has_left_is_no_error() -> None:
    command = [sys.executable, "-m", "pcaptools", "http-trace", "-r", MANY]
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, text=True, check=False, timeout=30)
    os.close(write_end)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_head_ends_a_pipe_that_goes_on() -> None:
    command = [sys.executable, "-m", "pcaptools", "http-trace", "-r", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(Path(GET).read_bytes())
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(10) == 0  # though its own input is still open


def test_nothing_more_is_read_for_a_reader_that_has_left() -> None:
    handler: Any = SimpleNamespace(handle=lambda _: "line\n", done=False, failure=None)
    output: Any = SimpleNamespace(open=True, write=lambda _: setattr(output, "open", False))
    run = Run(CaptureOptions(), handler, "")
    run._output = output
    batches = iter([Batch(1, [(0, 0, b"")]), Batch(1, [(0, 0, b"")]), Batch(1, [(0, 0, b"")])])
    source: Any = SimpleNamespace(batches=lambda: batches, live=False, position=lambda: (0, 0))
    run._loop(source, None)
    assert len([*batches]) == 2


def test_a_closed_standard_output() -> None:
    command = f"exec '{sys.executable}' -m pcaptools http-trace -r '{GET}' >&-"
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (0, summary(15) + "\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_an_error() -> None:
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "pcaptools", "http-trace", "-r", GET]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (
        1,
        f"{summary(15, 15)}\npcaptools: cannot write to standard output: No space left on device\n",
    )


# --- silence


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("tls/tls1_1.pcap", "no HTTP seen: 1 TCP session (1 encrypted (TLS)), 0 packets not TCP"),
        ("tls/google-duplicate.pcap", "no HTTP seen: 2 TCP sessions (2 encrypted (TLS)), 0 packets not TCP"),
        ("udp-packet.pcap", "no HTTP seen: no TCP session, 4 packets not TCP"),
        ("empty.pcap", "no HTTP seen: no TCP session, 0 packets not TCP"),
    ],
)
def test_silence_is_explained(name: str, says: str, corpus: Path) -> None:
    done = trace("-r", str(corpus / "zeek" / name))
    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if " session: " not in line] == []  # TLS is named, not shown
    assert done.stderr.splitlines()[0] == f"pcaptools: {says}"
    assert len(done.stderr.splitlines()) == 2


def test_a_filter_that_leaves_nothing_is_seen_in_the_summary() -> None:
    done = trace("-r", GET, "udp")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        "pcaptools: the filter let none of the 15 packets through",
        summary(0, 15),
    ]


# --- live


def test_drops_are_told_while_they_happen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock, counters = SimpleNamespace(now=100.0), SimpleNamespace(ps_drop=0)
    monkeypatch.setattr(_run, "time", SimpleNamespace(monotonic=lambda: clock.now))
    run = Run(CaptureOptions(buffer=7), None, "")  # type: ignore[arg-type] # it is not asked
    source: Any = SimpleNamespace(stats=lambda: counters)
    said = []
    for moment, dropped in ((101.0, 5), (103.0, 5), (104.0, 8), (106.0, 8), (109.0, 8)):
        clock.now, counters.ps_drop = moment, dropped
        run._watch_drops(source)
        said.append(capsys.readouterr().err)
    assert [bool(text) for text in said] == [False, True, False, True, False]
    assert "dropped 5 packets (5 in all)" in said[1]
    assert "dropped 3 packets (8 in all)" in said[3]
    assert "larger --buffer (now 7 MB)" in said[1]


@pytest.mark.parametrize("mark", [pytest.param(None, marks=live)])
def test_an_idle_link_ends_with_the_duration(mark: None) -> None:  # noqa: ARG001
    start = time.monotonic()
    done = trace("lo", "udp port 9 and udp port 10", "--duration", "0.5")
    assert (done.returncode, done.stdout) == (0, "")
    assert 0.5 <= time.monotonic() - start < 5
    lines = done.stderr.splitlines()
    assert lines[0] == "Listening on lo"
    assert lines[-1].startswith("0 packets captured, ")


@pytest.mark.parametrize("mark", [pytest.param(None, marks=live)])
def test_a_bad_live_filter(mark: None) -> None:  # noqa: ARG001
    done = trace("lo", "ip proto \tcp")
    assert only_error(done).startswith(r'pcaptools: bad filter "ip proto \tcp": ')
    assert "TAB" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_interface_that_is_not_there() -> None:
    done = trace("nosuch0")
    assert only_error(done).startswith('pcaptools: no such interface: "nosuch0"; there are ')
    assert done.stderr.count("\n") == 1
