"""The path of a packet does not grow: bytecodes are counted, which are the same on every machine, not time.

PER_PACKET says how many CPython 3.11 runs for a packet of keep-alive HTTP, by command. Where a change makes that more
by over GROWTH, it has to be worth it: then write the new number down, with the reason in the commit. Where it makes
it less by over GROWTH the test fails as well, so that what was gained is kept: write the lower number down.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
GROWTH = 0.03
PER_PACKET = {
    "reading": 52.2,
    "parsing": 106.0,
    "tracker": 175.0,
    "tracker, live": 270.4,
    "http-trace": 557.4,
    "simple-capture": 333.9,
    "tcp-metrics": 505.6,
    "network-grep": 43.5,
}

SCRIPT = """
import io, json, sys
sys.path.insert(0, sys.argv[1])
import generate
from pcaptools.commands._grep import Grep, View as GrepView
from pcaptools.commands._metrics import Metrics, View
from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._packets import Detail, PacketLines
from pcaptools.commands._trace import HttpTrace
from pcaptools.core.decode.segment import segment_parser
from pcaptools.core.grep.pattern import compile_pattern
from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.pcap import PcapReader
from pcaptools.core.tcp.tracker import TCPTracker

WARM, COUNTED = 200, 1000
records = list(generate.records(generate.keep_alive(4), WARM + COUNTED))
options = CaptureOptions(read=("file",), names=False, color=False)
count = 0

def opcode(frame, event, argument):
    global count
    if event == "opcode":
        count += 1
    return opcode

def called(frame, event, argument):
    frame.f_trace_opcodes, frame.f_trace_lines = True, False
    return opcode

def per_packet(handle, prepare=list):
    global count
    handle(prepare(records[:WARM]))  # imports, caches, handshakes
    some, count = prepare(records[WARM:]), 0
    sys.settrace(called)
    handle(some)
    sys.settrace(None)
    return round(count / COUNTED, 1)

def as_in_a_file(some):
    # places in a buffer
    buffer, places = bytearray(), []
    for time, wire_len, data in some:
        places.append((time, wire_len, len(buffer), len(buffer) + len(data)))
        buffer += data
    return Batch(1, buffer=bytes(buffer), places=places)

def as_live(some):
    return Batch(1, list(some))

def reading():
    import tempfile, pathlib
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "file.pcap"
        generate.write_pcap(path, iter(records))
        data = path.read_bytes()
    reader, cut = PcapReader(), 24 + sum(16 + len(record[2]) for record in records[:WARM])
    pieces = [data[:cut], data[cut:]]
    return lambda some: list(reader.feed(pieces.pop(0)))

def parsing(some):
    parse = segment_parser(1)
    for _, wire_len, data in some:
        parse(data, wire_len)

grep = Grep(options, GrepView(), compile_pattern("no such words"))
print(json.dumps({
    "reading": per_packet(reading()),
    "parsing": per_packet(parsing),
    "tracker": per_packet(TCPTracker().track_batch, as_in_a_file),
    "tracker, live": per_packet(TCPTracker().track_batch, as_live),
    "http-trace": per_packet(HttpTrace(options).handle, as_in_a_file),
    "simple-capture": per_packet(PacketLines(options, Detail()).handle, as_in_a_file),
    "tcp-metrics": per_packet(Metrics(options, View()).handle, as_in_a_file),
    "network-grep": per_packet(grep.handle, as_in_a_file),
}))
"""


@cache
def counts() -> dict[str, float]:
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(BENCHMARKS)],
        capture_output=True, text=True, check=True, timeout=120, env=environment,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the numbers are those of CPython 3.11's bytecodes")
@pytest.mark.parametrize("path", PER_PACKET)
def test_bytecodes_of_a_packet(path: str) -> None:
    known, now = PER_PACKET[path], counts()[path]
    assert now <= known * (1 + GROWTH), f"{path}: {now} bytecodes a packet, {known} before"
    assert now >= known * (1 - GROWTH), f"{path}: only {now} bytecodes a packet, {known} before: write that down"
