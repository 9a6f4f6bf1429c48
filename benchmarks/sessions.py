"""Memory of tcp-metrics: one session of five million packets, and a hundred thousand short ones.

    python benchmarks/sessions.py long|short [COUNT]

prints the packets, the seconds of processor time, and the peak of the resident memory after a tenth, a half and all.
The packets are a real exchange (tests/captures/get.pcap), sent again and again: of one session with the sequence and
acknowledgement numbers moved on, or on other ports.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from pcaptools.commands._metrics import Metrics, View
from pcaptools.commands._options import CaptureOptions
from pcaptools.core.sources.base import Batch, Record
from pcaptools.core.sources.files import FileSource

CAPTURE = Path(__file__).resolve().parents[1] / "tests" / "captures" / "get.pcap"
PORTS, SEQ, FLAGS = slice(34, 38), slice(38, 46), 47
SYN_OR_FIN = 3
MS = 1_000_000


def read() -> list[Record]:
    """Return the packets of the capture: Ethernet, IPv4 without options."""
    with FileSource([CAPTURE]) as source:
        return [record for batch in source.batches() for record in batch.records]


def long_session(records: list[Record], count: int) -> Iterator[Record]:
    """Yield the exchange of one session over and over, between its SYN and its FIN."""
    middle = [record for record in records if not record[2][FLAGS] & SYN_OR_FIN][1:-1]
    client = records[0][2][34:36]
    yield from records[:3]
    sent = {True: 0, False: 0}
    for _, wire_len, data in middle:
        sent[data[34:36] == client] += wire_len - 14 - 20 - (data[46] >> 4) * 4
    now, turn, made = records[2][0], 0, 3
    while made < count:
        for _, wire_len, data in middle:
            ours = data[34:36] == client
            seq = int.from_bytes(data[38:42], "big") + turn * sent[ours]
            ack = int.from_bytes(data[42:46], "big") + turn * sent[not ours]
            numbers = (seq & 0xFFFFFFFF).to_bytes(4, "big") + (ack & 0xFFFFFFFF).to_bytes(4, "big")
            now += MS
            yield now, wire_len, data[:38] + numbers + data[46:]
            made += 1
        turn += 1


def short_sessions(records: list[Record], count: int) -> Iterator[Record]:
    """Yield so many whole sessions, one after the other."""
    client, now = records[0][2][34:36], records[0][0]
    for turn in range(count):
        port = (1024 + turn % 60_000).to_bytes(2, "big")
        host = (turn // 60_000).to_bytes(1, "big")
        for _, wire_len, data in records:
            at = 34 if data[34:36] == client else 36
            address = 28 if at == 34 else 32  # the client's network byte: IP source or destination
            now += MS
            yield now, wire_len, data[:address] + host + data[address + 1 : at] + port + data[at + 2 :]


def peak_mib() -> float:
    """Return the peak of this process's resident memory."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def main() -> None:
    """Run from the command line."""
    kind = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else {"long": 5_000_000, "short": 100_000}[kind]
    records = read()
    packets = long_session(records, count) if kind == "long" else short_sessions(records, count)
    total = count if kind == "long" else count * len(records)
    metrics, seen, begun, told = Metrics(CaptureOptions(json=True), View()), 0, time.process_time(), 0
    marks, batch, sessions = [total // 10, total // 2, total], [], 0
    for packet in packets:
        batch.append(packet)
        if len(batch) == 4096:
            sessions += metrics.handle(Batch(1, batch)).count("\n")
            seen, batch = seen + len(batch), []
            while told < len(marks) and seen >= marks[told]:
                print(f"{seen} packets, {time.process_time() - begun:.1f} s, peak {peak_mib():.1f} MiB", flush=True)
                told += 1
    sessions += metrics.handle(Batch(1, batch)).count("\n") + metrics.finish().count("\n")
    seen += len(batch)
    print(f"{seen} packets, {sessions} sessions, {time.process_time() - begun:.1f} s, peak {peak_mib():.1f} MiB")


if __name__ == "__main__":
    main()
