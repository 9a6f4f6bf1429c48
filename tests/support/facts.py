"""Facts about a capture, read with tshark, in the shape of the shared corpus's facts."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

_FIELDS = (
    "frame.number",
    "ip.src",
    "ip.dst",
    "ipv6.src",
    "ipv6.dst",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.stream",
    "tcp.len",
    "http.request.method",
    "http.request.uri",
    "http.request.version",
    "http.response.code",
    "websocket.opcode",
    "tcp.analysis.retransmission",
)
_OPTIONS = ("tcp.reassemble_out_of_order:TRUE", "tcp.relative_sequence_numbers:FALSE")
_AGGREGATOR = "\x01"

Row = dict[str, list[str]]


def read(path: Path) -> dict[str, Any]:
    """Return packets, HTTP heads, WebSocket frames and TCP conversations of a capture."""
    rows = _rows(path)
    return {
        "http": [fact for row in rows for fact in _http(row)],
        "packets": len(rows),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest()[:16],
        "tcp": _conversations(rows),
        "websocket_frames": [{"opcode": int(code), **_ends(row)} for row in rows for code in row["websocket.opcode"]],
    }


def _rows(path: Path) -> list[Row]:
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", f"aggregator={_AGGREGATOR}"]
    for option in _OPTIONS:
        command += ["-o", option]
    for field in _FIELDS:
        command += ["-e", field]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.splitlines()
    return [_row(line) for line in lines]


def _row(line: str) -> Row:
    values = [value.split(_AGGREGATOR) if value else [] for value in line.split("\t")]
    return dict(zip(_FIELDS, values, strict=True))


def _ends(row: Row) -> dict[str, str]:
    if row["ip.src"]:
        src, dst = row["ip.src"][-1], row["ip.dst"][-1]
    else:
        src, dst = f"[{row['ipv6.src'][-1]}]", f"[{row['ipv6.dst'][-1]}]"
    return {"src": f"{src}:{row['tcp.srcport'][-1]}", "dst": f"{dst}:{row['tcp.dstport'][-1]}"}


def _http(row: Row) -> list[dict[str, Any]]:
    heads = zip(row["http.request.method"], row["http.request.uri"], row["http.request.version"], strict=True)
    facts: list[dict[str, Any]] = [
        {"kind": "request", "method": method, "url": url, "version": version, **_ends(row)}
        for method, url, version in heads
    ]
    facts += [{"kind": "response", "status": int(code), **_ends(row)} for code in row["http.response.code"]]
    return facts


def _conversations(rows: list[Row]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if not row["tcp.stream"]:
            continue
        ends = _ends(row)
        counts = {"packets": 0, "send_payload": 0, "recv_payload": 0, "retransmissions": 0}
        conversation = found.setdefault(row["tcp.stream"][-1], {**ends, **counts})
        side = "send_payload" if conversation["src"] == ends["src"] else "recv_payload"
        conversation["packets"] += 1
        conversation[side] += int(row["tcp.len"][-1])
        conversation["retransmissions"] += bool(row["tcp.analysis.retransmission"])
    return list(found.values())
