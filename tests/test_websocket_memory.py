"""Bombs: a message that would inflate to 10 GB, and many sessions that hold what they can, leave memory bounded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys, zlib
sys.path.insert(0, sys.argv[1])
from support.steps import KEY
from support.websocket import REQUEST, frame, response
from pcaptools.core.protocols.base import Data
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.tcp.session import Session

deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
megabyte = deflate.compress(bytes(1 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH)
analysers = Analysers()
made = analysers(Session(KEY, 0))
made.feed("send", Data(REQUEST, 0))
made.feed("recv", Data(response(b"permessage-deflate"), 0))
notes = []
for number in range(10_000):
    first = 0x42 if number == 0 else 0x80 if number == 9_999 else 0
    notes += [event.notes for event in made.feed("recv", Data(frame(first, megabyte), 0))]
held = 0
for number in range(600):  # each holds the beginning of a message, 1 MB if it may
    other = analysers(Session(KEY[:8] + number.to_bytes(4, "big"), 0))
    other.feed("send", Data(REQUEST, 0))
    other.feed("recv", Data(response(b"permessage-deflate") + frame(0x42, megabyte), 0))
    notes.append(other)
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) * 1024
print(peak, analysers.budget.left, notes[0])
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux's /proc/self/status for the peak")
def test_bombs_leave_memory_bounded() -> None:
    here = str(Path(__file__).parent)
    run = subprocess.run([sys.executable, "-c", SCRIPT, here], capture_output=True, text=True, check=True, timeout=60)
    peak, left, note = run.stdout.strip().split(" ", 2)
    assert note == "not inflated beyond 64 MB: a decompression bomb"
    assert 0 <= int(left) < 1 << 20  # the budget was used up
    assert int(peak) < 300 << 20
