"""Record real HTTP traffic to measure with: nginx and wrk in two network namespaces, tcpdump between them.

Run it as root; packages: nginx-light wrk tcpdump iproute2 ethtool dnsmasq-base.

    sudo .venv/bin/python benchmarks/record.py small.pcap                               keep-alive, 3 KB of JSON
    sudo .venv/bin/python benchmarks/record.py conns.pcap --mode conns --packets 200000 one request a connection
    sudo .venv/bin/python benchmarks/record.py bulk.pcap --mode bulk --packets 141000   bodies of 1 MB
    sudo .venv/bin/python benchmarks/record.py lossy.pcap --mode lossy     keep-alive on a link that loses and delays
    sudo .venv/bin/python benchmarks/record.py chat.pcap --mode websocket  a WebSocket chat
    sudo .venv/bin/python benchmarks/record.py dns.pcap --mode dns         questions to dnsmasq, and its answers

The link is Ethernet with an MTU of 1500, offloads off. The recording begins before the first connection, ends
after exactly as many packets as were asked for, and is thrown away when the kernel dropped one.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.link import Impairment, impaired
from support.network import SERVER_IP, Namespace, NetworkError, namespaces, nginx, stop, tcpdump

KERNEL_BUFFER_KIB = 512 * 1024
PORT = 8080
PEERS = str(Path(__file__).with_name("peers.py"))


@dataclass(frozen=True, slots=True)
class Mode:
    """What is recorded: by default wrk and nginx, with what wrk asks for, and how."""

    path: str = ""
    connections: int = 1
    packets: int = 50_000
    headers: tuple[str, ...] = ()
    programs: tuple[str, ...] = ("nginx", "wrk")
    link: Callable[[], AbstractContextManager[tuple[Namespace, Namespace]]] = namespaces

    @property
    def missing(self) -> list[str]:
        """Programs that it needs and that are not here."""
        return [program for program in ("ip", "tcpdump", *self.programs) if not shutil.which(program)]


def bad_link() -> AbstractContextManager[tuple[Namespace, Namespace]]:
    """Make a link that loses 1 % each way and holds some frames back."""
    return impaired(Impairment(loss=0.01, delay=2), Impairment(loss=0.01, delay=2, jitter=1, reorder=0.005))


MODES = {
    "small": Mode("/data.json", connections=8, packets=200_000),
    "conns": Mode("/data.json", connections=8, packets=200_000, headers=("Connection: close",)),
    "bulk": Mode("/bulk.bin", connections=4, packets=141_000),
    "lossy": Mode("/data.json", connections=32, link=bad_link),
    "websocket": Mode(programs=(), connections=4),
    "dns": Mode(programs=("dnsmasq",), connections=4),
}


def write_site(folder: Path) -> None:
    """Write the files that nginx serves: the same bytes on every run."""
    dice = random.Random(1)
    www = folder / "www"
    www.mkdir()
    rows = [{"id": n, "name": f"item {n}", "price": dice.randrange(10_000) / 100} for n in range(65)]
    (www / "data.json").write_text(json.dumps(rows))
    (www / "tiny.json").write_text('{"ok": true}\n')
    (www / "bulk.bin").write_bytes(dice.randbytes(1 << 20))


@contextmanager
def served(server: Namespace, folder: Path, mode: Mode) -> Iterator[None]:
    """Run the server of a mode."""
    if "nginx" in mode.programs:
        with nginx(server, folder, f"server {{ listen {PORT}; }}"):
            yield
        return
    if "dnsmasq" in mode.programs:
        command = ["dnsmasq", "-k", "-R", "-h", "-C", "/dev/null", "-p", str(PORT), "-A", f"/bench.test/{SERVER_IP}"]
    else:
        command = [sys.executable, PEERS, "chat-server", SERVER_IP, str(PORT)]
    process = server.start(*command)
    try:
        time.sleep(0.5)
        if process.poll() is not None:
            raise NetworkError(f"{command[0]} did not start: {stop(process).strip()}")
        yield
    finally:
        stop(process)


def drive(client: Namespace, mode: Mode, seconds: int) -> list[subprocess.Popen[str]]:
    """Start the clients: wrk, which ends by itself after `seconds`, or those of peers.py, which do not."""
    if "wrk" not in mode.programs:
        what = "ask" if mode.programs else "chat"
        command = (sys.executable, PEERS, what, SERVER_IP, str(PORT))
        return [client.start(*command) for _ in range(mode.connections)]
    options = ["-t", "1", "-c", str(mode.connections), "-d", f"{seconds}s"]
    for header in mode.headers:
        options += ["-H", header]
    return [client.start("wrk", *options, f"http://{SERVER_IP}:{PORT}{mode.path}")]


def await_end(recorder: subprocess.Popen[str], seconds: int) -> None:
    """Wait until tcpdump has the packets that it was to count."""
    end = time.monotonic() + seconds
    while recorder.poll() is None:
        if time.monotonic() > end:
            raise NetworkError(f"fewer packets than asked for within {seconds} s; raise --seconds")
        time.sleep(0.05)


def record(path: Path, mode: Mode, packets: int, seconds: int) -> None:
    """Record `packets` packets of the mode's traffic into `path`."""
    with tempfile.TemporaryDirectory() as name, mode.link() as (server, client):
        folder = Path(name)
        write_site(folder)
        count_and_buffer = ("-c", str(packets), "-B", str(KERNEL_BUFFER_KIB))
        with (
            served(server, folder, mode),
            tcpdump(client, folder / "out.pcap", *count_and_buffer) as recorder,
        ):
            load = drive(client, mode, seconds)
            try:
                await_end(recorder, seconds)
            finally:
                for program in load:
                    stop(program)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / "out.pcap", path)


def facts(path: Path) -> str:
    """Say in a line what a pcap file of this tool holds, by looking at its bytes."""
    data = path.read_bytes()
    offset, packets = 24, 0
    while offset < len(data):
        offset += 16 + int.from_bytes(data[offset + 8 : offset + 12], "little")
        packets += 1
    requests, responses = data.count(b"GET /"), data.count(b"HTTP/1.1 200 OK\r\n")
    return f"{path}: {packets:,} packets, {requests:,} requests, {responses:,} responses, {len(data) / 1e6:.1f} MB"


def main() -> int:
    """Record one file as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="the pcap file to write")
    parser.add_argument("--mode", choices=MODES, default="small")
    parser.add_argument("--packets", type=int, help="how many (default: that of the mode)")
    parser.add_argument("--seconds", type=int, default=60, help="give up after (default: 60)")
    options = parser.parse_args()
    mode = MODES[options.mode]
    if mode.missing:
        parser.error(f"not installed: {' '.join(mode.missing)}")
    if not shutil.which("ethtool"):
        print("no ethtool: offloads stay on, packets will be larger than a wire's", file=sys.stderr)
    try:
        record(options.output, mode, options.packets or mode.packets, options.seconds)
    except NetworkError as error:
        print(f"record: {error}", file=sys.stderr)
        return 1
    print(facts(options.output))
    return 0


if __name__ == "__main__":
    sys.exit(main())
