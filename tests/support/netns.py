"""Two network namespaces joined by a veth pair: a link of our own, whose traffic reaches nothing else."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

_CLONE_NEWNET = 0x40000000

_numbers = itertools.count()


def _why_not() -> str:
    if sys.platform != "linux":
        return "needs Linux's network namespaces"
    if os.geteuid() != 0:
        return "needs root, to capture and to make network namespaces"
    if shutil.which("ip") is None:
        return "needs ip (iproute2), to make network namespaces"
    return ""


live = [pytest.mark.live, pytest.mark.skipif(bool(_why_not()), reason=_why_not() or "it can run")]
"""Marks of a test module (`pytestmark`) that captures live."""


@dataclass
class Namespace:
    """One end of the link."""

    name: str
    device: str
    ipv4: str
    ipv6: str
    broadcast: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def ip(self, *words: str) -> str:
        """Run `ip` inside and return what it printed."""
        return _run("ip", "-n", self.name, *words)

    def popen(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command inside; it is ended with the namespace."""
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.name, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.processes.append(process)
        return process

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Let this thread make its sockets and captures inside; they stay there when the block is left."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            _setns(there)
            try:
                yield
            finally:
                _setns(home)
        finally:
            os.close(home)
            os.close(there)


@contextlib.contextmanager
def linked_namespaces() -> Iterator[tuple[Namespace, Namespace]]:
    """Make the two namespaces, up and addressed 10.77.x.1, .2 and fd00::1, ::2, and remove them afterwards."""
    number = next(_numbers)
    name, net = f"pct{os.getpid()}-{number % 100}", f"10.77.{number % 250}"
    ends = (
        Namespace(f"{name}a", f"{name}a", f"{net}.1", "fd00::1", f"{net}.255"),
        Namespace(f"{name}b", f"{name}b", f"{net}.2", "fd00::2", f"{net}.255"),
    )
    with contextlib.ExitStack() as undo:
        for end in ends:
            _run("ip", "netns", "add", end.name)
            undo.callback(_remove, end)
        a, b = ends
        _run(
            *("ip", "link", "add", a.device, "netns", a.name, "type", "veth"),
            *("peer", "name", b.device, "netns", b.name),
        )
        for end in ends:
            end.ip("addr", "add", f"{end.ipv4}/24", "brd", "+", "dev", end.device)
            end.ip("addr", "add", f"{end.ipv6}/64", "dev", end.device, "nodad")
            end.ip("link", "set", end.device, "up")
            end.ip("link", "set", "lo", "up")
        yield ends


def _remove(end: Namespace) -> None:
    for process in end.processes:
        process.kill()
        process.communicate()
    _run("ip", "netns", "del", end.name)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout


def _setns(fd: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(fd, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
