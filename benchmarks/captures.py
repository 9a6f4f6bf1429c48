"""The captures that the benchmarks run on: recorded where that is possible, else generated; kept from run to run."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import generate
import record
import rewrite
from support import network

REWRITTEN = tuple(rewrite.FORMS)
NAMES = (*record.MODES, *REWRITTEN)


def make(name: str, folder: Path) -> str:
    """Make a capture that is not there yet; return how it was made, or why it could not be."""
    path, note = folder / f"{name}.pcap", folder / f"{name}.txt"
    if path.exists() and note.exists():
        return note.read_text().strip()
    if name in REWRITTEN:
        if not (folder / "small.pcap").exists():
            return ""
        rewrite.rewrite(name, folder / "small.pcap", path)
        how = "small, rewritten"
    else:
        how = _recorded(name, path) or _generated(name, path)
    if how:
        note.write_text(f"{how}\n")
    return how


def _recorded(name: str, path: Path) -> str:
    mode = record.MODES[name]
    if mode.missing or not network.is_possible():
        return ""
    print(f"recording {name} …", file=sys.stderr)
    try:
        record.record(path, mode, mode.packets, 60)
    except (network.NetworkError, OSError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return ""
    return "recorded"


def _generated(name: str, path: Path) -> str:
    if name not in generate.MODES:
        print(f"left out: {name}, which can only be recorded (root, iproute2, tcpdump)", file=sys.stderr)
        return ""
    print(f"generating {name} …", file=sys.stderr)
    generate.generate(name, path)
    return "generated"
