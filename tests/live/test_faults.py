"""What goes wrong while capturing: links that fail, readers that stall, signals; nothing seen is lost."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from support import netns
from support.programs import PCAPTOOLS, Program, capturing, summary
from support.replay import frames_of, replay

from pcaptools.core.sources.files import FileSource

pytestmark = netns.live

GET = Path(__file__).parents[1] / "captures" / "get.pcap"
PIPE = 4096
"""Bytes that a pipe holds here."""

AS_A_JOB = """
import subprocess, sys
job = subprocess.Popen(sys.argv[1:], process_group=0)  # as a shell with job control: others are not stopped by Ctrl-Z
print("pid", job.pid, file=sys.stderr, flush=True)
sys.exit(job.wait())
"""


@cache
def shown() -> list[str]:
    """The lines of get.pcap, without times."""
    command = [*PCAPTOOLS, "http-trace", "-n", "--time", "none", "-r", str(GET)]
    return untimed(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)


def untimed(text: str) -> list[str]:
    """Return lines without how long things took, which a replay does not repeat."""
    return re.sub(r", (?:connect|wait|transfer|total) [0-9.]+ms", "", text).splitlines()


@contextmanager
def tracing(here: netns.Namespace, *words: str, stdout: int = subprocess.PIPE) -> Iterator[Program]:
    """Trace one end of a link."""
    inside = ("ip", "netns", "exec", here.name)
    with capturing("http-trace", "-n", "--time", "none", here.device, *words, stdout=stdout, inside=inside) as trace:
        yield trace


@pytest.mark.parametrize("fault", ["down", "gone"])
def test_a_link_that_fails_ends_it_with_what_was_seen(fault: str, tmp_path: Path) -> None:
    kept = tmp_path / "out.pcap"
    with netns.linked_namespaces() as (here, there), tracing(here, "tcp port 80", "-w", str(kept)) as trace:
        replay(there, frames_of(GET))
        trace.await_line(" response complete", count=2)
        here.ip(*(("link", "set", here.device, "down") if fault == "down" else ("link", "del", here.device)))
        assert trace.wait(5) == 1
        lines = trace.err.splitlines()
    assert untimed(trace.out) == shown()
    assert re.fullmatch(rf"pcaptools: the capture on {here.device} ended: the interface \w+.*", lines[-1]), lines
    assert summary("\n".join(lines))[0] == 15
    with FileSource([kept]) as source:
        assert [data for batch in source.batches() for _, _, data in batch.records] == frames_of(GET)


def test_a_reader_that_stalls_costs_packets_which_are_counted() -> None:
    """Its pipe full, the capture waits, and the kernel has nowhere to put what comes: each loss is told."""
    read_end, write_end = os.pipe()
    fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, PIPE)
    with netns.linked_namespaces() as (here, there), open(read_end, "rb") as slow:
        inside = ("ip", "netns", "exec", here.name)
        words = ("simple-capture", "-n", "-b", "1", here.device, "udp port 7")
        with capturing(*words, stdout=write_end, inside=inside) as trace:
            os.close(write_end)
            frame = bytes(12) + b"\x08\x00" + bytes.fromhex("4500058400000000401100000a4d00010a4d0002")
            frame += bytes.fromhex("0007000705700000") + bytes(1384)
            replay(there, [frame] * 4000)
            trace.process.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                trace.process.wait(0.3)  # it waits for the reader with what it has
            lines = slow.read().splitlines()
            assert trace.wait() == 0, trace.err
        captured, received, dropped = summary(trace.err)
    assert len(lines) == captured > PIPE // 100
    assert captured + dropped <= received <= 4000  # what came when the ring was closed already is in none
    assert dropped > 0
    told = re.findall(r"the kernel dropped (\d+) packets .*; use a larger --buffer", trace.err)
    assert sum(map(int, told)) == dropped


def test_it_can_be_stopped_and_continued() -> None:
    """Ctrl-Z and fg: what came meanwhile waited in the kernel's buffer."""
    with netns.linked_namespaces() as (here, there):
        command = ["ip", "netns", "exec", here.name, *PCAPTOOLS, "http-trace", "-n", "--time", "none", here.device]
        with Program(sys.executable, "-c", AS_A_JOB, *command, "tcp", "port", "80") as shell:
            shell.await_line("Listening on", "err")
            pid = int(re.findall(r"^pid (\d+)$", shell.err, re.MULTILINE)[0])
            frames = frames_of(GET)
            replay(there, frames[:5])
            shell.await_line("request: GET /index.html")
            os.kill(pid, signal.SIGTSTP)
            deadline = time.monotonic() + 5
            while _state(pid) != "T" and time.monotonic() < deadline:
                time.sleep(0.01)
            replay(there, frames[5:])
            time.sleep(0.3)
            assert len(shell.out.splitlines()) == 1
            os.kill(pid, signal.SIGCONT)
            shell.await_line(" response complete", count=2)
            os.kill(pid, signal.SIGINT)
            assert shell.wait() == 0
    assert untimed(shell.out) == shown()
    assert summary(shell.err)[0::2] == (15, 0)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_nohup_holds_against_a_closed_terminal() -> None:
    with netns.linked_namespaces() as (here, there):
        inside = ("ip", "netns", "exec", here.name, "nohup")
        with capturing("http-trace", "-n", "--time", "none", here.device, "tcp port 80", inside=inside) as trace:
            trace.process.send_signal(signal.SIGHUP)
            replay(there, frames_of(GET))
            trace.await_line(" response complete", count=2)
            trace.end(signal.SIGTERM)
            assert trace.process.returncode == 0
    assert untimed(trace.out) == shown()
    assert summary(trace.err)[0] == 15
