"""What tshark (tcp.analysis.*) and tcptrace (-l) say of the TCP sessions in a capture, side by side.

A side is named as we name it: "send" is what the session's `src`, the sender of its first packet, sends. Round-trip
times are those of the segments that a side sent, and Karn's rule is applied here: a segment that was sent more
than once gives none.
"""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import tempfile
from ipaddress import ip_address
from pathlib import Path
from statistics import fmean
from typing import Any

FLAGS = (
    "retransmission",
    "fast_retransmission",
    "spurious_retransmission",
    "out_of_order",
    "lost_segment",
    "ack_lost_segment",
    "duplicate_ack",
    "zero_window",
    "zero_window_probe",
    "zero_window_probe_ack",
    "keep_alive",
    "keep_alive_ack",
    "window_update",
    "window_full",
)
"""tcp.analysis.*: how many packets of a side have each."""
_FIELDS = (
    "frame.number", "frame.time_relative", "tcp.stream", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst",
    "tcp.dstport", "tcp.seq_raw", "tcp.len", "tcp.flags", "tcp.analysis.acks_frame", "tcp.analysis.ack_rtt",
    "tcp.analysis.initial_rtt", "tcp.analysis.bytes_in_flight",
)  # fmt: skip

_TCPTRACE = {
    "total packets": "packets",
    "pure acks sent": "pure_acks",
    "sack pkts sent": "sack_packets",
    "dsack pkts sent": "dsack_packets",
    "unique bytes sent": "unique_bytes",
    "actual data pkts": "data_packets",
    "actual data bytes": "data_bytes",
    "rexmt data pkts": "retransmitted_packets",
    "rexmt data bytes": "retransmitted_bytes",
    "zwnd probe pkts": "zero_window_probes",
    "outoforder pkts": "out_of_order",
    "mss requested": "mss",
    "max segm size": "max_segment",
    "max win adv": "max_window",
    "min win adv": "min_window",
    "zero win adv": "zero_windows",
    "max owin": "max_outstanding",
    "RTT samples": "rtt_samples",
    "duplicate acks": "duplicate_acks",
    "missed data": "missed",
}


def read(path: Path) -> list[dict[str, Any]]:
    """Return the sessions in the order of their first packets."""
    rows = [row for row in _rows(path) if row["tcp.stream"]]
    streams = sorted({int(row["tcp.stream"]) for row in rows})
    sessions = [_session([row for row in rows if int(row["tcp.stream"]) == stream]) for stream in streams]
    for session, theirs in zip(sessions, _tcptrace(path), strict=True):
        assert {session["src"], session["dst"]} == {theirs["src"], theirs["dst"]}
        forward = session["src"] == theirs["src"]
        for side, their_side in (("send", "a" if forward else "b"), ("recv", "b" if forward else "a")):
            session[side]["tcptrace"] = theirs[their_side]
    return sessions


def _rows(path: Path) -> list[dict[str, str]]:
    names = [*_FIELDS, *(f"tcp.analysis.{flag}" for flag in FLAGS)]
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-o", "tcp.relative_sequence_numbers:FALSE"]
    for name in names:
        command += ["-e", name]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout.splitlines()
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


def _end(row: dict[str, str], which: str) -> str:
    port = row[f"tcp.{which}port"]
    return f"{row[f'ip.{which}']}:{port}" if row[f"ip.{which}"] else f"[{row[f'ipv6.{which}']}]:{port}"


def _session(rows: list[dict[str, str]]) -> dict[str, Any]:
    src, dst = _end(rows[0], "src"), _end(rows[0], "dst")
    sides = {
        "send": [row for row in rows if _end(row, "src") == src],
        "recv": [row for row in rows if _end(row, "src") != src],
    }
    initial = [float(row["tcp.analysis.initial_rtt"]) for row in rows if row["tcp.analysis.initial_rtt"]]
    return {
        "src": src,
        "dst": dst,
        "initial_rtt": initial[0] if initial else None,
        "send": _side(sides["send"], sides["recv"]),
        "recv": _side(sides["recv"], sides["send"]),
    }


def _side(own: list[dict[str, str]], other: list[dict[str, str]]) -> dict[str, Any]:
    flags = {flag: [int(row["frame.number"]) for row in own if row[f"tcp.analysis.{flag}"]] for flag in FLAGS}
    flight = [int(row["tcp.analysis.bytes_in_flight"]) for row in own if row["tcp.analysis.bytes_in_flight"]]
    return {
        "packets": len(own),
        "payload": sum(int(row["tcp.len"]) for row in own),
        "frames": {flag: frames for flag, frames in flags.items() if frames},
        "max_bytes_in_flight": max(flight, default=0),
        "rtt": _round_trips(own, other),
    }


def _round_trips(own: list[dict[str, str]], other: list[dict[str, str]]) -> dict[str, Any]:
    """Return count, least, mean and greatest (s) of the times that tshark tells, by Karn's rule."""
    once = {number for number, ranges in _once(own).items() if ranges}
    times = [
        float(row["tcp.analysis.ack_rtt"])
        for row in other
        if row["tcp.analysis.acks_frame"] and int(row["tcp.analysis.acks_frame"]) in once
    ]
    if not times:
        return {"samples": 0}
    return {"samples": len(times), "min": min(times), "mean": fmean(times), "max": max(times)}


def _once(rows: list[dict[str, str]]) -> dict[int, bool]:
    """Tell of each frame whether no byte of it was sent in another frame, too."""
    spans = []
    for row in rows:
        length = int(row["tcp.len"]) + bool(int(row["tcp.flags"], 16) & 3)
        spans.append((int(row["frame.number"]), int(row["tcp.seq_raw"]), int(row["tcp.seq_raw"]) + length))
    return {
        number: not any(
            start < other_end and other_start < end
            for other, other_start, other_end in spans
            if other != number and other_start < other_end
        )
        for number, start, end in spans
    }


def _tcptrace(path: Path) -> list[dict[str, Any]]:
    with tempfile.NamedTemporaryFile(suffix=".pcap") as plain:
        with gzip.open(path, "rb") as source:
            shutil.copyfileobj(source, plain)
        plain.flush()
        command = ["tcptrace", "-l", "-r", "-n", "-W", plain.name]
        text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    return [_tcptrace_session(part) for part in re.split(r"^TCP connection \d+:$", text, flags=re.MULTILINE)[1:]]


def _tcptrace_session(text: str) -> dict[str, Any]:
    ends = re.findall(r"^\s+host \w+:\s+(\S+)$", text, re.MULTILINE)
    sides: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for words, left, right in re.findall(r"^ {5}(\w[^:]*):\s+(\d+)\D[^:]*?  \s*\1:\s+(\d+)", text, re.MULTILINE):
        if words in _TCPTRACE:
            sides[0][_TCPTRACE[words]], sides[1][_TCPTRACE[words]] = int(left), int(right)
    return {"src": _ours(ends[0]), "dst": _ours(ends[1]), "a": sides[0], "b": sides[1]}


def _ours(end: str) -> str:
    """tcptrace writes fd00::0001:80; we write [fd00::1]:80."""
    address, _, port = end.rpartition(":")
    return f"[{ip_address(address)}]:{port}" if ":" in address else end
