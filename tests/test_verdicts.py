"""Why an exchange is not complete, told of real captures: cut by the snap length, and dropped by the kernel."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support.cli import run_pcaptools
from support.schema import validate_lines

CAPTURES = Path(__file__).parent / "captures"


def reasons(out: str) -> list[str]:
    return [line["reason"] for line in validate_lines(out) if line["event"] == "http_incomplete"]


@pytest.mark.skipif(shutil.which("editcap") is None, reason="needs editcap (of tshark)")
@pytest.mark.parametrize("name", ["get", "chunked", "post-100-continue", "pipelined"])
def test_a_capture_that_the_snap_length_has_cut(name: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    subprocess.run(["editcap", "-s", "350", CAPTURES / f"{name}.pcap", path], check=True, capture_output=True)
    whole = run_pcaptools("http-trace", "--json", "-r", str(CAPTURES / f"{name}.pcap"))
    assert reasons(whole.stdout) == []
    cut = run_pcaptools("http-trace", "--json", "-r", str(path))
    lengths = subprocess.run(["tcpdump", "-r", path, "-nn", "greater 351"], check=True, capture_output=True)
    assert set(reasons(cut.stdout)) == ({"snap_length"} if lengths.stdout else set())


def test_all_that_is_said_is_cut_off(tmp_path: Path) -> None:
    if shutil.which("editcap") is None:
        pytest.skip("needs editcap (of tshark)")
    path = tmp_path / "headers.pcap"
    subprocess.run(["editcap", "-s", "68", CAPTURES / "get.pcap", path], check=True, capture_output=True)
    done = run_pcaptools("http-trace", "-r", str(path))
    assert done.stdout.count("request") == 0
    assert "cut by the snap length" in done.stderr
