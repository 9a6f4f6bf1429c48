"""--follow: a capture file that grows is read on, as by tail -f; without it, its end is the end."""

from __future__ import annotations

import gzip
import shlex
import signal
from pathlib import Path

import pytest
from support.cli import run_pcaptools
from support.programs import PCAPTOOLS, Program, summary

from pcaptools.core.sources.files import FileSource
from pcaptools.core.sources.writer import open_writer

CAPTURES = Path(__file__).resolve().parent / "captures"
GET, PIPELINED = CAPTURES / "get.pcap", CAPTURES / "pipelined.pcap"
LINES, PACKETS = 6, 15
"""What get.pcap holds (tests/captures/facts.json): two exchanges, of three lines each."""


def following(*words: str, command: str = "http-trace") -> Program:
    return Program(*PCAPTOOLS, command, *words, "--follow", "-n", "--time", "none")


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def packed(path: Path) -> bytes:
    """get.pcap in the format that a name asks for."""
    if path.suffix == ".gz":
        return gzip.compress(GET.read_bytes())
    with FileSource([GET]) as source, open_writer(path, force=True) as writer:
        for batch in source.batches():
            writer.write(batch)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "number"), [("x.pcap", signal.SIGINT), ("x.pcapng", signal.SIGTERM), ("x.pcap.gz", signal.SIGHUP)]
)
def test_what_is_appended_is_shown_once_it_is_whole(name: str, number: signal.Signals, tmp_path: Path) -> None:
    path = tmp_path / name
    data = packed(path)
    path.write_bytes(data[:3])  # not even the format can be told
    with following("-r", str(path)) as trace:
        for start, stop in ((3, 20), (20, 700), (700, len(data) - 5)):
            append(path, data[start:stop])  # cut inside a header, a packet
        if not name.endswith(".gz"):
            trace.await_line("request: GET /index.html")
        append(path, data[-5:])
        trace.await_line(" response complete", count=2)
        # the beginning of one more packet, or of one more description of an interface: no error of ours
        append(path, data[28:40] if path.suffix == ".pcapng" else data[24:40])
        took = trace.end(number)
        assert (trace.process.returncode, len(trace.out.splitlines())) == (0, LINES), trace.err
    assert summary(trace.err) == (PACKETS, PACKETS, 0)
    assert len(trace.err.splitlines()) == 1
    assert took < 3


def test_only_the_last_file_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(GET.read_bytes()[:-1])
    with following("-r", str(PIPELINED), "-r", str(path), "-c", "33") as trace:  # 18 packets and 15
        trace.await_line("request: GET /data.json")
        append(path, GET.read_bytes()[-1:])
        assert trace.wait() == 0
    assert summary(trace.err)[0] == 33


def test_head_ends_it_while_nothing_is_appended() -> None:
    command = shlex.join([*PCAPTOOLS, "http-trace", "-r", str(GET), "--follow"])
    with Program("bash", "-c", f"{command} | head -1; echo ${{PIPESTATUS[*]}}") as shell:
        assert shell.wait() == 0
    assert shell.out.endswith("\n0 0\n")
    assert summary(shell.err)[0] == PACKETS


def test_a_file_that_becomes_shorter_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(GET.read_bytes())
    with following("-r", str(path)) as trace:
        trace.await_line(" response complete", count=2)
        path.write_bytes(GET.read_bytes()[:24])  # somebody begins anew
        assert trace.wait() == 1
    assert trace.err.splitlines()[-1] == f"pcaptools: {path} was made shorter while it was followed"
    assert summary(trace.err)[0] == PACKETS


def test_the_packets_of_matches_are_kept_though_the_file_ends_inside_a_packet(tmp_path: Path) -> None:
    path, kept = tmp_path / "x.pcap", tmp_path / "kept.pcap"
    path.write_bytes(GET.read_bytes() + GET.read_bytes()[24:50])
    words = ("GET /", "--stream", "--write", str(kept), "-r", str(path))
    with following(*words, command="network-grep") as grep:
        grep.await_line("GET /", count=2)
        grep.end()
        assert grep.process.returncode == 0, grep.err
    with FileSource([kept]) as source:
        assert sum(len(batch.records) for batch in source.batches()) == 2


def test_the_end_of_a_pipe_is_the_end() -> None:
    done = run_pcaptools("http-trace", "-r", "-", "--follow", input=GET.read_bytes())
    assert (done.returncode, done.stdout.count("\n")) == (0, LINES)


def test_without_it_the_end_of_the_file_is_the_end(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(GET.read_bytes()[:-1])
    done = run_pcaptools("http-trace", "-r", str(path))
    assert done.returncode == 1
    assert summary(done.stderr)[0] == PACKETS - 1


def test_there_must_be_a_file_to_follow() -> None:
    done = run_pcaptools("simple-capture", "lo", "--follow")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pcaptools: --follow is about a capture file; say with -r which\n"
