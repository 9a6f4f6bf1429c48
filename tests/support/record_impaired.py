"""Record real transfers over links that lose, delay, reorder, duplicate, damage and limit (see link.py).

    python tests/support/record_impaired.py             all of them, into tests/captures/impaired
    python tests/support/record_impaired.py NAME …      some

Run it as root; packages: nginx-light curl tcpdump tshark tcptrace iproute2. What is recorded differs from run to run,
since times are real; facts.json beside it, read with tshark and tcptrace, is written anew each time.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import tcp_facts
from support.link import Impairment, impaired, is_possible
from support.network import SERVER_IP, SERVER_IP6, Namespace, NetworkError, namespaces, nginx, tcpdump
from support.record_captures import curl

CAPTURES = Path(__file__).resolve().parents[1] / "captures" / "impaired"
SITE = "server { listen 80; listen [::]:80; }"
CLEAN = Impairment()
D10 = Impairment(delay=10)


@dataclass(frozen=True)
class Place:
    """Where a workload runs."""

    server: Namespace
    client: Namespace
    folder: Path


Workload = Callable[[Place], None]


def download(size: int = 150_000, count: int = 1, *options: str, host: str = SERVER_IP) -> Workload:
    """One connection, so many files of a size one after the other."""

    def work(place: Place) -> None:
        with nginx(place.server, place.folder, SITE):
            curl(place.client, "-g", *options, *[f"http://{host}/{size}?n={n}" for n in range(count)])

    return work


def talk(name: str) -> Workload:
    """A conversation of impaired_peers.py."""

    def work(place: Place) -> None:
        peers = str(Path(__file__).with_name("impaired_peers.py"))
        process = place.server.start(sys.executable, peers, "serve", name, SERVER_IP)
        try:
            time.sleep(0.4)
            place.client.run(sys.executable, peers, "connect", name, SERVER_IP)
            process.wait(20)
        finally:
            process.kill()
            process.communicate()

    return work


@dataclass(frozen=True)
class Scenario:
    """A link, what happens over it, and at which end it is recorded."""

    what: str
    work: Workload
    up: Impairment = CLEAN
    down: Impairment = CLEAN
    at: str = "server"
    settings: tuple[str, ...] = field(default=())
    """sysctl settings of both ends."""
    seed: int = 1
    """Of the link's dice: one with which something is lost."""
    offload: bool = False
    """No such link but a veth pair that leaves segmentation to the device: segments are larger than the MSS."""


SCENARIOS = {
    "clean": Scenario("20 ms, nothing lost", download(), D10, Impairment(delay=10)),
    "loss1": Scenario("1 % of the server's frames lost", download(400_000), D10, Impairment(0.01, delay=10), seed=5),
    "loss5": Scenario("5 % of the server's frames lost", download(), D10, Impairment(0.05, delay=10)),
    "loss5-receiver": Scenario(
        "the same, recorded where they are missing", download(), D10, Impairment(0.05, delay=10), "client"
    ),
    "loss10-both": Scenario(
        "10 % lost in both directions", download(60_000, 3), Impairment(0.1, delay=8), Impairment(0.1, delay=8)
    ),
    "upload-loss3": Scenario(
        "3 % of the client's frames lost", talk("upload"), Impairment(0.03, delay=10), D10, "client", seed=4
    ),
    "ack-loss30": Scenario(
        "30 % of the acknowledgments lost", download(), Impairment(0.3, delay=10), Impairment(delay=10)
    ),
    "burst": Scenario("lost in bursts", download(300_000), D10, Impairment(0.01, burst=0.7, delay=10), seed=9),
    "tail": Scenario(
        "the last data lost, so that only a timer helps", download(20_000), D10, Impairment(drop=(15, 16, 17), delay=10)
    ),
    "timeout": Scenario(
        "the same segment lost again and again", download(60_000), D10, Impairment(drop=(*range(14, 29),), delay=10)
    ),
    "syn-lost": Scenario(
        "the SYN lost, then the SYN+ACK",
        download(10_000),
        Impairment(drop=(1,), delay=10),
        Impairment(drop=(1,), delay=10),
        "client",
    ),
    "fin-lost": Scenario(
        "the last frames of both lost",
        talk("farewell"),
        Impairment(drop=(5, 6), delay=5),
        Impairment(drop=(5,), delay=5),
    ),
    "reorder10": Scenario(
        "10 % of the server's frames 2 ms late",
        download(300_000),
        D10,
        Impairment(delay=10, reorder=0.1, reorder_by=2),
        "client",
    ),
    "jitter": Scenario(
        "each frame has its own delay",
        download(200_000),
        Impairment(delay=15, jitter=5),
        Impairment(delay=15, jitter=10),
        "client",
    ),
    "jitter-sender": Scenario(
        "the same, recorded at the sender: spurious retransmissions",
        download(200_000),
        Impairment(delay=15, jitter=5),
        Impairment(delay=15, jitter=14),
    ),
    "duplicate10": Scenario(
        "10 % of the frames come twice",
        download(),
        Impairment(delay=10, duplicate=0.1),
        Impairment(delay=10, duplicate=0.1),
        "client",
    ),
    "corrupt3": Scenario(
        "3 % damaged; their receiver ignores them", download(), D10, Impairment(delay=10, corrupt=0.03), "client"
    ),
    "rate-drop": Scenario(
        "400 KB/s and a queue of 8 frames", download(300_000), D10, Impairment(delay=10, rate=400_000, queue=8)
    ),
    "rate-bloat": Scenario(
        "400 KB/s and a queue that holds everything",
        download(200_000),
        Impairment(delay=5),
        Impairment(delay=5, rate=400_000),
    ),
    "rate-bbr": Scenario(
        "as rate-drop, with BBR",
        download(300_000),
        D10,
        Impairment(delay=10, rate=400_000, queue=8),
        settings=("net.ipv4.tcp_congestion_control=bbr",),
    ),
    "keepalive-loss3": Scenario(
        "forty requests on a connection, 3 % lost both ways",
        download(3_000, 40),
        Impairment(0.03, delay=3),
        Impairment(0.03, delay=3),
    ),
    "no-sack": Scenario(
        "4 % lost, no selective acknowledgments",
        download(),
        D10,
        Impairment(0.04, delay=10),
        settings=("net.ipv4.tcp_sack=0",),
    ),
    "no-timestamps": Scenario(
        "4 % lost, no timestamps", download(), D10, Impairment(0.04, delay=10), settings=("net.ipv4.tcp_timestamps=0",)
    ),
    "no-scaling": Scenario(
        "2 % lost, windows not scaled",
        download(),
        D10,
        Impairment(0.02, delay=10),
        settings=("net.ipv4.tcp_window_scaling=0",),
    ),
    "reno": Scenario(
        "3 % lost, Reno without RACK",
        download(),
        D10,
        Impairment(0.03, delay=10),
        settings=("net.ipv4.tcp_congestion_control=reno", "net.ipv4.tcp_recovery=0", "net.ipv4.tcp_early_retrans=0"),
    ),
    "offload": Scenario("nothing lost, segmentation left to the device", download(), offload=True),
    "ipv6": Scenario(
        "IPv6, 3 % lost both ways",
        download(host=f"[{SERVER_IP6}]"),
        Impairment(0.03, delay=8),
        Impairment(0.03, delay=8),
    ),
    "zero-window": Scenario(
        "a reader that stops: zero windows and probes", talk("slow-reader"), Impairment(delay=5), Impairment(delay=5)
    ),
    "zero-window-loss": Scenario(
        "the same with 10 % lost", talk("slow-reader"), Impairment(0.1, delay=5), Impairment(0.1, delay=5)
    ),
    "keep-alive": Scenario(
        "an idle connection that is probed, some probes lost",
        talk("idle"),
        Impairment(drop=(5,), delay=5),
        Impairment(delay=5),
        "client",
    ),
    "half-close": Scenario(
        "the client closes its half first", talk("half-close"), Impairment(0.05, delay=5), Impairment(0.05, delay=5)
    ),
    "reset": Scenario("the client resets in the middle", talk("reset"), Impairment(delay=5), Impairment(0.02, delay=5)),
    "both-ways": Scenario(
        "both send at the same time, 2 % lost", talk("both-ways"), Impairment(0.02, delay=8), Impairment(0.02, delay=8)
    ),
    "small-segments": Scenario(
        "an MSS of 256, 3 % lost", talk("small-segments"), Impairment(delay=5), Impairment(0.03, delay=5)
    ),
}


def _link(scenario: Scenario) -> AbstractContextManager[tuple[Namespace, Namespace]]:
    if scenario.offload:
        return namespaces(offload=True)
    return impaired(scenario.up, scenario.down, seed=scenario.seed)


def record(name: str) -> None:
    """Record one scenario, compressed."""
    scenario = SCENARIOS[name]
    CAPTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as text,
        _link(scenario) as (server, client),
    ):
        folder = Path(text)
        (folder / "www").mkdir()
        for size in (3_000, 10_000, 20_000, 60_000, 150_000, 200_000, 300_000, 400_000):
            line = b"%d bytes of one line after the other, so that they compress well\n" % size
            (folder / "www" / str(size)).write_bytes((line * (size // len(line) + 1))[:size])
        for setting in scenario.settings:
            for place in (server, client):
                place.run("sysctl", "-q", "-w", setting)
        with tcpdump(server if scenario.at == "server" else client, folder / "out.pcap", "--immediate-mode", "tcp"):
            scenario.work(Place(server, client, folder))
        with (
            open(folder / "out.pcap", "rb") as plain,
            gzip.GzipFile(CAPTURES / f"{name}.pcap.gz", "wb", 9, mtime=0) as target,
        ):
            shutil.copyfileobj(plain, target)
    sys.stdout.write(f"{name}: {(CAPTURES / f'{name}.pcap.gz').stat().st_size:,} bytes\n")


def write_facts() -> None:
    """Read every capture with tshark and tcptrace."""
    known = {path.name: tcp_facts.read(path) for path in sorted(CAPTURES.glob("*.pcap.gz"))}
    (CAPTURES / "facts.json").write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")


def main(names: list[str]) -> int:
    """Record the scenarios that are named, or all."""
    if not is_possible():
        sys.exit("record_impaired: needs root, iproute2 and /dev/net/tun")
    status = 0
    for name in names or SCENARIOS:
        try:
            record(name)
        except (NetworkError, subprocess.SubprocessError) as error:
            sys.stderr.write(f"{name}: left as it is: {error}\n")
            status = 1
    write_facts()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
