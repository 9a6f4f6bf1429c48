"""--har: whole after each entry, even when it is killed in the middle of its work; read by a reader not ours."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.cli import run_pcaptools
from support.har import entries_of
from support.steps import events_of

from pcaptools.commands._har import HarFile
from pcaptools.core.errors import CaptureFileError
from pcaptools.core.protocols.http.exchanges import Exchanges
from pcaptools.printers.har import HarFormat

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
FORM = HarFormat(bodies=True, secrets=False, limit=1 << 20)
STEPS = [
    ("send", b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"),
    ("recv", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
]


def test_it_is_whole_before_the_first_entry_and_after_each(tmp_path: Path) -> None:
    path = tmp_path / "x.har"
    exchanges, counts = Exchanges(), []
    with HarFile(str(path), FORM, force=False) as har:
        counts.append(len(entries_of(path.read_text())))
        for event in events_of(STEPS * 3):  # type: ignore[arg-type]
            har.take(exchanges.take(event))
            counts.append(len(entries_of(path.read_text())))
    assert sorted(set(counts)) == [0, 1, 2, 3]
    assert len(entries_of(path.read_text())) == 3


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.har"
    path.write_text("mine")
    with pytest.raises(CaptureFileError, match="exists already"):
        HarFile(str(path), FORM, force=False)
    assert path.read_text() == "mine"
    HarFile(str(path), FORM, force=True).close()
    assert entries_of(path.read_text()) == []


def test_a_pipe_gets_its_end_at_the_end() -> None:
    command = 'exec 3>&1; pcaptools() { %s -m pcaptools "$@"; }; pcaptools http-trace -r %s --har /dev/fd/3 >/dev/null'
    command %= (sys.executable, CAPTURES / "404-many.pcap")
    run = subprocess.run(
        ["bash", "-c", command + " 2>&1 | cat"], capture_output=True, text=True, check=True, timeout=20
    )
    assert len(entries_of(run.stdout)) == 40


@pytest.mark.parametrize("name", ["get", "post-100-continue", "chunked", "404-many", "pipelined", "websocket-upgrade"])
def test_haralyzer_reads_what_every_capture_gives(name: str, tmp_path: Path) -> None:
    haralyzer = pytest.importorskip("haralyzer", reason="needs haralyzer")
    path = tmp_path / "x.har"
    done = run_pcaptools("http-trace", "-r", str(CAPTURES / f"{name}.pcap"), "--json", "--bodies", "--har", str(path))
    assert done.returncode == 0, done.stderr
    requests = [line for line in map(json.loads, done.stdout.splitlines()) if line["event"] == "http_request"]
    found = entries_of(path.read_text())
    assert len(found) == len(requests) > 0
    parser = haralyzer.HarParser(json.loads(path.read_text()))
    assert [entry["request"]["method"] for entry in parser.har_data["entries"]] == [line["method"] for line in requests]


def test_killed_in_the_middle_of_its_work_it_leaves_a_whole_archive(tmp_path: Path) -> None:
    read = [word for _ in range(400) for word in ("-r", str(CAPTURES / "404-many.pcap"))]
    counts = []
    for number, delay in enumerate((0.0, 0.05, 0.1, 0.2)):
        path = tmp_path / f"{number}.har"
        command = [sys.executable, "-m", "pcaptools", "http-trace", *read, "--bodies", "--har", str(path)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not (path.exists() and path.stat().st_size > 5000) and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(delay)
        assert process.poll() is None, "it was over before it could be killed"
        process.kill()
        process.wait()
        counts.append(len(entries_of(path.read_text())))
    assert all(0 < count < 16_000 for count in counts), counts
