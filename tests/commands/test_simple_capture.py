from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.cli import run_pcaptools

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
FACTS: dict[str, dict[str, Any]] = json.loads((CAPTURES / "facts.json").read_text())
Validate = Callable[[str], list[dict[str, Any]]]


def capture(name: str, *words: str) -> str:
    done = run_pcaptools("simple-capture", "-r", str(CAPTURES / name), *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_line_a_packet(name: str, validate_lines: Validate) -> None:
    path = CAPTURES / name
    if not path.is_file():
        pytest.skip("in another folder")
    assert len(capture(name).splitlines()) == FACTS[name]["packets"]
    lines = validate_lines(capture(name, "--json"))
    assert [line["event"] for line in lines] == ["packet"] * FACTS[name]["packets"]


def test_the_lines_of_the_design() -> None:
    client, server = "46:37:92:89:6b:2e", "0e:7c:c0:99:6d:59"
    assert capture("get.pcap").splitlines()[:2] == [
        f"{client} -> {server} 10.9.0.2:39772 -> 10.9.0.1:80 TCP len 60 [syn]",
        f"{server} -> {client} 10.9.0.1:80 -> 10.9.0.2:39772 TCP len 60 [ack,syn]",
    ]
    assert capture("get.pcap", "-q", "-c", "1") == "10.9.0.2:39772 -> 10.9.0.1:80 TCP len 60 [syn]\n"


def test_tree_and_dump() -> None:
    text = capture("get.pcap", "-v", "-X", "-c", "1", "--time", "epoch")
    assert text.startswith("1795433494.136024 46:37:92:89:6b:2e -> ")
    assert "\n    ip:\n      version: 4\n" in text
    assert "\t0x0000:  4500 003c 9e21 4000 4006 8886 0a09 0002  E..<.!@.@.......\n" in text


def test_checksums(tmp_path: Path, validate_lines: Validate) -> None:
    path = tmp_path / "bad.pcap"
    data = bytearray((CAPTURES / "tcp-options.pcap").read_bytes())
    data[24 + 16 + 14 + 20 + 14] ^= 0xFF  # the window of the first segment, behind file, packet and other headers
    path.write_bytes(data)
    done = run_pcaptools("simple-capture", "-r", str(path), "--checksums", "-q", "-c", "2")
    first, second = done.stdout.splitlines()
    assert re.search(r"TCP len 64 \[syn\] \[bad tcp checksum 0x[0-9a-f]{4}, should be 0x[0-9a-f]{4}\]$", first)
    assert "checksum" not in second
    done = run_pcaptools("simple-capture", "-r", str(path), "--checksums", "--json", "-c", "2")
    bad, good = (line["link"]["ip"] for line in validate_lines(done.stdout))
    assert (bad["checksum_status"], bad["tcp"]["checksum_status"]) == ("good", "bad")
    assert good["tcp"]["checksum_status"] == "good"
    assert "checksum_status:" in run_pcaptools("simple-capture", "-r", str(path), "--checksums", "-v", "-c", "1").stdout
    assert "checksum_status:" not in run_pcaptools("simple-capture", "-r", str(path), "-v", "-c", "1").stdout
