"""The programs that pcaptools is measured beside, and how each is asked to do the same work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

NODE_PCAP = "3.1.0"
NODE_FOLDER = Path(__file__).with_name("node")
NOTHING = "no-such-words"
"""What is searched for: nothing has to be printed."""
OURS = str(Path(sys.executable).with_name("pcaptools"))


@dataclass(frozen=True, slots=True)
class Peer:
    """One program and its arguments; `FILE` stands for the capture."""

    name: str
    command: tuple[str, ...]

    def on(self, capture: Path) -> list[str]:
        """Return the command for a capture."""
        return [str(capture) if word == "FILE" else word for word in self.command]


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: on a capture, our command and another; how much of the other's speed ours must have.

    `must` and `aim` are speeds as a multiple of the peer's: 15 is fifteen times as fast, 0.25 a quarter.
    """

    command: str
    capture: str
    ours: tuple[str, ...]
    peer: Peer
    must: float = 0.0
    aim: float = 0.0


TRACE = ("http-trace", "-r", "FILE")
LINES = ("simple-capture", "-n", "-r", "FILE")
METRICS = ("tcp-metrics", "-r", "FILE")
GREP = ("network-grep", "-n", NOTHING, "-r", "FILE")

TSHARK_HTTP = Peer("tshark -Y http", ("tshark", "-n", "-r", "FILE", "-Y", "http"))
TSHARK_LINES = Peer("tshark", ("tshark", "-n", "-r", "FILE"))
TSHARK_TCP = Peer("tshark -z conv,tcp", ("tshark", "-n", "-q", "-r", "FILE", "-z", "conv,tcp"))
TSHARK_WEBSOCKET = Peer("tshark -Y websocket", ("tshark", "-n", "-r", "FILE", "-Y", "websocket"))
HTTPRY = Peer("httpry", ("httpry", "-r", "FILE"))
TCPDUMP = Peer("tcpdump -nn", ("tcpdump", "-nn", "-r", "FILE"))
TCPTRACE = Peer("tcptrace -l", ("tcptrace", "-l", "FILE"))
NGREP = Peer("ngrep", ("ngrep", "-q", "-I", "FILE", NOTHING))
NODE_LINES = Peer(f"node_pcap {NODE_PCAP} decode", ("node", str(NODE_FOLDER / "lines.js"), "FILE"))
NODE_SESSIONS = Peer(f"node_pcap {NODE_PCAP} TCPTracker", ("node", str(NODE_FOLDER / "sessions.js"), "FILE"))

ROWS = [
    Row("http-trace", "small", TRACE, TSHARK_HTTP, 15, 25),
    Row("http-trace", "conns", TRACE, TSHARK_HTTP, 2.8, 4),
    Row("http-trace", "bulk", TRACE, TSHARK_HTTP, 12, 20),
    Row("http-trace", "lossy", TRACE, TSHARK_HTTP),
    Row("http-trace", "websocket", TRACE, TSHARK_WEBSOCKET),
    Row("http-trace", "small", TRACE, HTTPRY, 1 / 7.5, 1 / 4),
    Row("simple-capture", "small", LINES, NODE_LINES, 1, 1.3),
    Row("simple-capture", "conns", LINES, NODE_LINES, 0.8, 1.3),
    Row("simple-capture", "small", LINES, TSHARK_LINES, 5, 8),
    Row("simple-capture", "small", LINES, TCPDUMP, 1 / 4, 1 / 2),
    Row("simple-capture", "dns", LINES, TCPDUMP),
    Row("tcp-metrics", "small", METRICS, NODE_SESSIONS, 0.7, 1.3),
    Row("tcp-metrics", "bulk", METRICS, NODE_SESSIONS, 1, 1.3),
    Row("tcp-metrics", "small", METRICS, TSHARK_TCP, 10, 20),
    Row("tcp-metrics", "bulk", METRICS, TSHARK_TCP, 4, 8),
    Row("tcp-metrics", "small", METRICS, TCPTRACE, 1 / 10, 1 / 4),
    Row("tcp-metrics", "bulk", METRICS, TCPTRACE, 1 / 10, 1 / 4),
    Row("tcp-metrics", "conns", METRICS, TCPTRACE, 1 / 10, 1 / 4),
    Row("tcp-metrics", "lossy", METRICS, TCPTRACE),
    Row("network-grep", "small", GREP, NGREP, 1 / 5, 1 / 2),
    Row("network-grep", "bulk", GREP, NGREP, 1 / 5, 1 / 2),
    *(
        Row(ours[0], form, ours, Peer(f"itself on small, {word}", (OURS, *ours)), 1 / 1.5, 1 / 1.2)
        for form, word in (("ipv6", "IPv4"), ("vlan", "untagged"), ("sll", "Ethernet"), ("null", "Ethernet"))
        for ours in (TRACE, LINES, METRICS)
    ),
]
"""The budgets: what must hold, and what is aimed at."""


def node_path(folder: Path) -> str:
    """Return where node finds node_pcap: NODE_PATH, or in `folder`, where it is installed with npm if need be."""
    if os.environ.get("NODE_PATH"):
        return os.environ["NODE_PATH"]
    modules = folder / "node_modules"
    if not (modules / "pcap").exists() and shutil.which("npm"):
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-save", "--prefix", str(folder), f"pcap@{NODE_PCAP}"]
        subprocess.run(command, capture_output=True, check=False, timeout=600)
    return str(modules)


def why_missing(peer: Peer, environment: dict[str, str]) -> str:
    """Return why a peer cannot be run here; empty when it can."""
    program = peer.command[0]
    if not shutil.which(program):
        return f"{program} is not installed"
    if program == "node":
        tried = subprocess.run(
            ["node", "-e", "require('pcap')"], env=environment, capture_output=True, check=False, timeout=60
        )
        if tried.returncode:
            return f"node_pcap {NODE_PCAP} is not installed (npm install pcap@{NODE_PCAP}; it needs libpcap's headers)"
    return ""
