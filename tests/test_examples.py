"""Every example runs as it stands, and prints what the capture holds."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.schema import check_line

ROOT = Path(__file__).resolve().parents[1]
CAPTURE = ROOT / "tests" / "captures" / "get.pcap"

PRINTS = {
    # example: its lines on get.pcap, which holds two GETs of curl on one connection (tests/captures/README.md)
    "trace_file.py": [
        "10.9.0.2:PORT asks 10.9.0.1:80: GET /index.html",
        "10.9.0.1:80 answers /index.html: 200",
        "10.9.0.2:PORT asks 10.9.0.1:80: GET /data.json",
        "10.9.0.1:80 answers /data.json: 200",
    ],
}


def client_port() -> str:
    """Return curl's port, which differs from recording to recording: it sends the capture's first packet."""
    frame = CAPTURE.read_bytes()[24 + 16 :]
    return str(int.from_bytes(frame[14 + 20 : 14 + 22], "big"))


def test_every_example_is_tested() -> None:
    assert {path.name for path in (ROOT / "examples").glob("*.py")} == set(PRINTS)


@pytest.mark.parametrize("name", PRINTS)
def test_the_example_prints(name: str) -> None:
    command = [sys.executable, str(ROOT / "examples" / name), str(CAPTURE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [line.replace("PORT", client_port()) for line in PRINTS[name]]


def test_the_readme_shows_the_example_as_it_is() -> None:
    code = (ROOT / "examples" / "trace_file.py").read_text(encoding="utf-8").partition('"""\n\n')[2]
    assert code in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_json_lines_in_the_documentation_are_valid() -> None:
    lines = re.findall(r"```json\n(.*?)\n```", (ROOT / "docs" / "json.md").read_text(encoding="utf-8"))
    assert len({check_line(line)["event"] for line in lines}) == len(lines) > 0
