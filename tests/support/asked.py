"""What tshark reads in frames that were built byte by byte, for those that no recording has."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

needs_tshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")


def ask_tshark(folder: Path, link_type: int, frames: list[str], *fields: str) -> list[list[str]]:
    """Return the fields of each frame, given in hexadecimal; "" where it has none, the first where it has several."""
    path = folder / "asked.pcap"
    with path.open("wb") as file:
        file.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link_type))
        for number, frame in enumerate(frames):
            data = bytes.fromhex(frame)
            file.write(struct.pack("<IIII", number, 0, len(data), len(data)) + data)
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "occurrence=f"]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "aren't valid" not in done.stderr, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]
