"""A long trace holds flat memory: a million packets of real exchanges, under 150 MiB."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CAPTURE = Path(__file__).parent / "captures" / "pipelined.pcap"
SCRIPT = """
import resource, sys
from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._trace import HttpTrace
from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.files import FileSource

with FileSource([sys.argv[1]]) as source:
    (batch,) = [batch for batch in source.batches() if batch.records]
trace, records, packets, lines, now = HttpTrace(CaptureOptions()), batch.records, 0, 0, batch.records[0][0]
client = records[0][2][34:36]
for turn in range(1_000_000 // len(records)):
    port, now = (1024 + turn % 60_000).to_bytes(2, "big"), now + 1_000_000
    moved = []
    for time, wire_len, data in records:  # another client port each time, in either place
        at = 34 if data[34:36] == client else 36
        moved.append((now, wire_len, data[:at] + port + data[at + 2 :]))
    lines += trace.handle(Batch(batch.link_type, moved)).count("\\n")
    packets += len(moved)
if sys.platform == "linux":  # getrusage counts what the process was before exec, a fork of the tests
    peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(packets, lines, peak)
"""


def test_a_million_packets_take_less_than_150_mib() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT, str(CAPTURE)], capture_output=True, text=True, check=True)
    packets, lines, peak = map(int, run.stdout.split())
    assert packets > 990_000
    assert lines > packets // 4
    assert peak < 150 << 20
