"""Programs that run beside a test: what they print is kept with its time, and they never outlive the test."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import IO, Self

PCAPTOOLS = (sys.executable, "-m", "pcaptools")
SUMMARY = re.compile(r"^(\d+) packets captured, (\d+) received by filter, (\d+) dropped by kernel$", re.MULTILINE)

_READY = "Listening on"


class Program:
    """A started program; as a context manager it is killed, with all that it started, when the block ends."""

    def __init__(self, *command: str, stdout: int = subprocess.PIPE, cwd: str = "/") -> None:
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            errors="surrogateescape",
            env={**os.environ, "PYTHONIOENCODING": "utf-8", "TZ": "UTC"},
            start_new_session=True,
        )
        self._news = threading.Condition()
        self._lines: dict[str, list[tuple[float, str]]] = {"out": [], "err": []}
        self._readers = [
            threading.Thread(target=self._read, args=(name, stream), daemon=True)
            for name, stream in (("out", self.process.stdout), ("err", self.process.stderr))
            if stream is not None
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, name: str, stream: IO[str]) -> None:
        for line in stream:
            with self._news:
                self._lines[name].append((time.monotonic(), line))
                self._news.notify_all()

    @property
    def out(self) -> str:
        """What has come on stdout."""
        return "".join(line for _, line in self._lines["out"])

    @property
    def err(self) -> str:
        """What has come on stderr."""
        return "".join(line for _, line in self._lines["err"])

    def await_line(self, text: str, stream: str = "out", count: int = 1, timeout: float = 8) -> float:
        """Wait for the `count`th line with `text` in it; return when (time.monotonic) it came."""

        def came() -> list[float]:
            return [when for when, line in self._lines[stream] if text in line]

        with self._news:
            self._news.wait_for(lambda: len(came()) >= count, timeout)
            if len(came()) < count:
                raise AssertionError(f"{len(came())} of {count} lines with {text!r} came\n{self.out}\n{self.err}")
            return came()[count - 1]

    def await_ready(self) -> Self:
        """Wait until the capture is open."""
        self.await_line(_READY, "err")
        return self

    def end(self, number: int = signal.SIGINT, timeout: float = 10) -> float:
        """Send a signal and return the seconds until the program had ended, with all that it printed read."""
        begin = time.monotonic()
        self.process.send_signal(number)
        self.wait(timeout)
        return time.monotonic() - begin

    def wait(self, timeout: float = 10) -> int:
        """Wait for its own end; return its exit status."""
        status = self.process.wait(timeout)
        for reader in self._readers:
            reader.join(timeout)
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None or any(reader.is_alive() for reader in self._readers):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)  # its own group: `start_new_session`
        self.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


def http_trace(*arguments: str, stdout: int = subprocess.PIPE, inside: Sequence[str] = ()) -> Program:
    """Start a live `pcaptools http-trace` and wait until it captures; `inside` is a command to run it by."""
    return capturing("http-trace", *arguments, stdout=stdout, inside=inside)


def capturing(*arguments: str, stdout: int = subprocess.PIPE, inside: Sequence[str] = ()) -> Program:
    """Do the same with any command of pcaptools."""
    program = Program(*inside, *PCAPTOOLS, *arguments, stdout=stdout)
    try:
        return program.await_ready()
    except BaseException:
        program.__exit__(None, None, None)
        raise


def summary(err: str) -> tuple[int, int, int]:
    """Return the numbers of the summary on stderr: captured, received, dropped."""
    found = SUMMARY.findall(err)
    assert len(found) == 1, err
    captured, received, dropped = map(int, found[0])
    return captured, received, dropped


def free_port(host: str = "127.0.0.1") -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
