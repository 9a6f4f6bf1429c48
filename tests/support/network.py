"""Real traffic to trace: network namespaces joined by a veth pair, nginx in one, tcpdump beside it. Needs root.

Everything made here is named after this process and is gone when the `with` block ends.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVER_IP, CLIENT_IP = "10.9.0.1", "10.9.0.2"
SERVER_IP6, CLIENT_IP6 = "fd00:9::1", "fd00:9::2"

_DROPPED = re.compile(r"(\d+) packets? dropped by kernel")


class NetworkError(Exception):
    """What was asked for could not be set up, or what was recorded is not whole."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """A place to run programs in; an empty name is the namespace that we run in already."""

    name: str = ""
    device: str = "lo"

    def argv(self, command: Sequence[str]) -> list[str]:
        """Return the command as it has to be run to be inside."""
        return ["ip", "netns", "exec", self.name, *command] if self.name else list(command)

    def run(self, *command: str, timeout: float = 30, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(self.argv(command), capture_output=True, text=True, timeout=timeout, check=check)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command; hand the result to `stop`."""
        return subprocess.Popen(
            self.argv(command), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, bufsize=1
        )


def stop(process: subprocess.Popen[str], number: int = signal.SIGTERM, timeout: float = 10) -> str:
    """End a process that we started and return what it wrote to stderr."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        return process.communicate(timeout=timeout)[1] or ""
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[1] or ""


def is_possible() -> bool:
    """Whether this process may make network namespaces and capture (root, with iproute2 and tcpdump)."""
    return os.geteuid() == 0 and all(map(shutil.which, ("ip", "tcpdump")))


@contextmanager
def namespaces(mtu: int = 1500, *, offload: bool = False) -> Iterator[tuple[Namespace, Namespace]]:
    """Make a server's and a client's namespace joined by one Ethernet link, with IPv4 and IPv6 addresses.

    Without `offload` segmentation offloads are off, as far as ethtool is there, so that captures hold what a wire
    would carry.
    """
    server = Namespace(f"pt{os.getpid()}s", "veth-s")
    client = Namespace(f"pt{os.getpid()}c", "veth-c")
    here = Namespace()
    try:
        for place in (server, client):
            here.run("ip", "netns", "add", place.name)
        link = ["type", "veth", "peer", "name", client.device, "netns", client.name]
        here.run("ip", "link", "add", server.device, "netns", server.name, *link)
        _bring_up(server, SERVER_IP, SERVER_IP6, mtu)
        _bring_up(client, CLIENT_IP, CLIENT_IP6, mtu)
        if not offload:
            no_offloads(server)
            no_offloads(client)
        yield server, client
    except subprocess.CalledProcessError as error:
        raise NetworkError(f"{' '.join(error.cmd)}: {error.stderr.strip()}") from error
    finally:
        for place in (server, client):
            here.run("ip", "netns", "delete", place.name, check=False)


def _bring_up(place: Namespace, ip: str, ip6: str, mtu: int) -> None:
    place.run("ip", "link", "set", "lo", "up")
    place.run("ip", "addr", "add", f"{ip}/24", "dev", place.device)
    place.run("ip", "addr", "add", f"{ip6}/64", "dev", place.device, "nodad", check=False)
    place.run("ip", "link", "set", place.device, "mtu", str(mtu), "up")


def no_offloads(place: Namespace) -> None:
    """Let captures hold what a wire would carry, as far as ethtool is there to do it."""
    if shutil.which("ethtool"):
        for feature in ("tso", "gso", "gro", "sg", "tx"):
            place.run("ethtool", "-K", place.device, feature, "off", check=False)


@contextmanager
def nginx(place: Namespace, folder: Path, servers: str) -> Iterator[None]:
    """Run nginx with a configuration of its own in `folder`, whose `www` it serves."""
    (folder / "www").mkdir(parents=True, exist_ok=True)
    (folder / "nginx.conf").write_text(
        f"daemon off; user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        "events { worker_connections 1024; }\n"
        "http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;\n"
        "  types { text/html html; application/json json; text/plain txt; }\n"
        f"  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};\n"
        f"  uwsgi_temp_path {folder}; scgi_temp_path {folder};\n"
        f"  root {folder}/www;\n{servers}\n}}\n"
    )
    arguments = ("-p", str(folder), "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log")
    process = place.start("nginx", *arguments)
    try:
        _await_file(folder / "nginx.pid", process)
        yield
    finally:
        stop(process)


def _await_file(path: Path, process: subprocess.Popen[str], timeout: float = 10) -> None:
    end = time.monotonic() + timeout
    while not (path.exists() and path.read_text().strip()):
        if process.poll() is not None or time.monotonic() > end:
            raise NetworkError(f"{process.args!r} did not start: {stop(process).strip()}")
        time.sleep(0.02)
    time.sleep(0.05)  # its worker


@contextmanager
def tcpdump(place: Namespace, path: Path, *arguments: str, device: str = "") -> Iterator[subprocess.Popen[str]]:
    """Record with tcpdump while the block runs; it is an error when the kernel dropped a packet.

    At the end of the block it waits for quiet (for the last FIN and ACK). tcpdump does not read what the kernel
    still holds when it is interrupted: use --immediate-mode, or --count and wait.
    """
    command = ["tcpdump", "-i", device or place.device, "-s", "0", "-n", "-Z", "root", *arguments]
    process = place.start(*command, "-w", str(path))
    try:
        await_line(process, "listening on")
        yield process
        time.sleep(0.3)
    finally:
        said = stop(process, signal.SIGINT, timeout=60)
    dropped = _DROPPED.search(said)
    if dropped is None or dropped[1] != "0":
        raise NetworkError(f"the recording has holes: {dropped[0] if dropped else said.strip()}")


def await_line(process: subprocess.Popen[str], text: str) -> None:
    """Wait until a started program has written a line with `text` to stderr."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        if text in line:
            return
        said += line
    raise NetworkError(f"{process.args!r} did not start: {said.strip()}")
