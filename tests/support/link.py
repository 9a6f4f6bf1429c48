"""A link that loses, delays, reorders, duplicates, damages and limits: between two TAP devices, in user space.

For kernels without netem. `impaired(...)` makes two network namespaces whose only link is a program that carries
Ethernet frames from one TAP device to the other and treats each direction as an `Impairment` says. What happens
is decided by a seeded generator: the same frames in the same order meet the same fate; times are real.

    python link.py SERVER_NAMESPACE CLIENT_NAMESPACE JSON      is that program; it ends with its parent
"""

from __future__ import annotations

import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import shutil
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.network import CLIENT_IP, CLIENT_IP6, SERVER_IP, SERVER_IP6, Namespace, await_line, no_offloads, stop

DEVICE = "tap0"
_TUNSETIFF = 0x400454CA
_IFF_TAP, _IFF_NO_PI = 0x0002, 0x1000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG, _SIGTERM = 1, 15
_MAX_FRAME = 2048


@dataclass(frozen=True)
class Impairment:
    """What happens to the frames of one direction. Probabilities are per frame, times in ms."""

    loss: float = 0.0
    burst: float = 0.0
    """Probability that a lost frame is followed by another lost one (Gilbert's model)."""
    drop: tuple[int, ...] = ()
    """Numbers of TCP frames to lose, from 1; whatever the probabilities say."""
    delay: float = 0.0
    jitter: float = 0.0
    """The delay differs by up to so much, frame by frame: later ones overtake."""
    reorder: float = 0.0
    """Probability that a frame is held back for `reorder_by` ms."""
    reorder_by: float = 5.0
    duplicate: float = 0.0
    corrupt: float = 0.0
    """Probability that one bit of the TCP payload is turned over."""
    rate: float = 0.0
    """Bytes per second; 0 is no limit."""
    queue: int = 1000
    """Frames that wait for their turn at most; more are lost."""


@dataclass
class _Direction:
    """The state of one direction, and what leaves it."""

    rules: Impairment
    dice: random.Random
    counter: int = 0
    losing: bool = False
    free_at: float = 0.0
    waiting: list[float] = field(default_factory=list)

    def fates(self, frame: bytes, now: float) -> Iterator[tuple[float, bytes]]:
        """Yield when which frames leave: none, one or two."""
        rules, dice = self.rules, self.dice
        if not _is_tcp(frame):
            yield now, frame  # neighbour discovery is not what is tested
            return
        self.counter += 1
        lost = dice.random() < (rules.burst if self.losing and rules.burst else rules.loss)
        self.losing = lost
        if lost or self.counter in rules.drop:
            return
        leaves = self._served(frame, now)
        if leaves is None:
            return
        leaves += (rules.delay + rules.jitter * dice.uniform(-1, 1)) / 1000
        if dice.random() < rules.reorder:
            leaves += rules.reorder_by / 1000
        if dice.random() < rules.corrupt:
            frame = _corrupted(frame, dice)
        yield leaves, frame
        if dice.random() < rules.duplicate:
            yield leaves, frame

    def _served(self, frame: bytes, now: float) -> float | None:
        """Return when the frame has left a bottleneck; None when its queue is full."""
        if not self.rules.rate:
            return now
        self.waiting = [leaves for leaves in self.waiting if leaves > now]
        if len(self.waiting) >= self.rules.queue:
            return None
        self.free_at = max(self.free_at, now) + len(frame) / self.rules.rate
        self.waiting.append(self.free_at)
        return self.free_at


def _is_tcp(frame: bytes) -> bool:
    if frame[12:14] == b"\x08\x00":
        return frame[23] == 6
    return frame[12:14] == b"\x86\xdd" and frame[20] == 6


def _corrupted(frame: bytes, dice: random.Random) -> bytes:
    ip = 14
    tcp = ip + ((frame[ip] & 15) << 2 if frame[12:14] == b"\x08\x00" else 40)
    payload = tcp + (frame[tcp + 12] >> 4 << 2)
    if payload >= len(frame):
        return frame
    damaged = bytearray(frame)
    damaged[dice.randrange(payload, len(frame))] ^= 1 << dice.randrange(8)
    return bytes(damaged)


def carry(ends: dict[int, int], directions: dict[int, _Direction]) -> None:
    """Pass frames on, from each descriptor to the one it is joined with, until the program is ended."""
    due: list[tuple[float, int, int, bytes]] = []
    number = 0
    while True:
        now = time.monotonic()
        while due and due[0][0] <= now:
            _, _, target, frame = heapq.heappop(due)
            with suppress(OSError):  # that end is not up yet, or not any more
                os.write(target, frame)
        wait = max(0.0, due[0][0] - now) if due else None
        for source in select.select(list(ends), [], [], wait)[0]:
            frame, now = os.read(source, _MAX_FRAME), time.monotonic()
            for leaves, shaped in directions[source].fates(frame, now):
                number += 1
                heapq.heappush(due, (leaves, number, ends[source], shaped))


def _open_tap(namespace: str) -> int:
    with open(f"/run/netns/{namespace}") as handle:
        if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, _TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), _IFF_TAP | _IFF_NO_PI))
    return fd


def main(server: str, client: str, rules: str) -> None:
    """Carry frames between two namespaces; `up` is from the client to the server."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGTERM)
    given = json.loads(rules)
    ends = [_open_tap(server), _open_tap(client)]
    seed = given["seed"]
    directions = {
        ends[0]: _Direction(Impairment(**given["down"]), random.Random(seed)),
        ends[1]: _Direction(Impairment(**given["up"]), random.Random(seed + 1)),
    }
    sys.stderr.write("ready\n")
    sys.stderr.flush()
    carry({ends[0]: ends[1], ends[1]: ends[0]}, directions)


def is_possible() -> bool:
    """Whether this process may make such a link."""
    return os.geteuid() == 0 and shutil.which("ip") is not None and os.access("/dev/net/tun", os.R_OK | os.W_OK)


@contextmanager
def impaired(
    up: Impairment | None = None,
    down: Impairment | None = None,
    *,
    seed: int = 1,
    mtu: int = 1500,
) -> Iterator[tuple[Namespace, Namespace]]:
    """Make a server's and a client's namespace joined by such a link; `up` is what the client sends."""
    server, client = Namespace(f"pl{os.getpid()}s", DEVICE), Namespace(f"pl{os.getpid()}c", DEVICE)
    here = Namespace()
    rules = {"seed": seed, "up": asdict(up or Impairment()), "down": asdict(down or Impairment())}
    try:
        for place in (server, client):
            here.run("ip", "netns", "add", place.name)
        process = here.start(sys.executable, __file__, server.name, client.name, json.dumps(rules))
        try:
            await_line(process, "ready")
            for place, ip, ip6 in ((server, SERVER_IP, SERVER_IP6), (client, CLIENT_IP, CLIENT_IP6)):
                place.run("ip", "link", "set", "lo", "up")
                place.run("ip", "addr", "add", f"{ip}/24", "dev", DEVICE)
                place.run("ip", "addr", "add", f"{ip6}/64", "dev", DEVICE, "nodad")
                place.run("ip", "link", "set", DEVICE, "mtu", str(mtu), "up")
                no_offloads(place)
            yield server, client
        finally:
            stop(process)
    finally:
        for place in (server, client):
            here.run("ip", "netns", "delete", place.name, check=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
