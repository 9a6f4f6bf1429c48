from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from pcaptools.commands._signals import stop_on_signals

PROGRAM = """
import os, select, time
from pcaptools.commands._signals import stop_on_signals
stopped = []
with stop_on_signals(lambda: stopped.append(1)) as signals:
    print("ready", flush=True)
    poll = select.poll()
    poll.register(signals.fd, select.POLLIN)
    while not stopped and poll.poll(10_000):
        os.read(signals.fd, 99)
    print("received", signals.received, flush=True)
    {then}
print("left", flush=True)
"""


@contextlib.contextmanager
def running(then: str = "", *prefix: str) -> Iterator[subprocess.Popen[str]]:
    command = [*prefix, sys.executable, "-c", PROGRAM.format(then=then)]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path)))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def rest(process: subprocess.Popen[str]) -> tuple[str, int]:
    return process.communicate(timeout=10)[0], process.returncode


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_stops(number: signal.Signals) -> None:
    with running() as process:
        process.send_signal(number)
        assert rest(process) == (f"received {int(number)}\nleft\n", 0)


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_a_second_ctrl_c_ends_at_once(first: signal.Signals) -> None:
    with running("print('hangs', flush=True); time.sleep(30)") as process:
        process.send_signal(first)
        assert process.stdout is not None
        assert process.stdout.readline() == f"received {int(first)}\n"
        assert process.stdout.readline() == "hangs\n"
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert rest(process) == ("", 130)
        assert time.monotonic() - start < 1


def test_a_second_sigterm_waits_for_the_end() -> None:
    with running("print('busy', flush=True); time.sleep(0.3)") as process:
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        process.stdout.readline(), process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert rest(process) == ("left\n", 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_background_job_of_a_script_can_be_stopped(number: signal.Signals) -> None:
    with running("", "sh", "-c", 'trap "" INT TERM; exec "$@"', "sh") as process:
        process.send_signal(number)
        assert rest(process) == (f"received {int(number)}\nleft\n", 0)


def test_nohup_holds() -> None:
    with running("", "sh", "-c", 'trap "" HUP; exec "$@"', "sh") as process:
        process.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert rest(process) == (f"received {int(signal.SIGTERM)}\nleft\n", 0)


def test_everything_is_put_back() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    with stop_on_signals(lambda: None) as signals:
        assert [signal.getsignal(number) for number in numbers] != before
        assert signals.received is None
    assert [signal.getsignal(number) for number in numbers] == before
    assert signal.set_wakeup_fd(-1) == -1
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(signals.fd)


def test_everything_is_put_back_after_an_error() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), stop_on_signals(lambda: None):
        _ = 1 / 0
    assert signal.getsignal(signal.SIGINT) is before


def test_an_outer_wake_up_pipe_is_put_back() -> None:
    with stop_on_signals(lambda: None) as outer:
        with stop_on_signals(lambda: None) as inner:
            os.kill(os.getpid(), signal.SIGTERM)
            assert select.select([inner.fd], [], [], 5)[0]
        assert (inner.received, outer.received) == (signal.SIGTERM, None)
        os.kill(os.getpid(), signal.SIGTERM)
        assert select.select([outer.fd], [], [], 5)[0]
        assert outer.received == signal.SIGTERM


def test_a_storm_of_signals_fills_no_pipe() -> None:
    stopped = 0

    def stop() -> None:
        nonlocal stopped
        stopped += 1

    with stop_on_signals(stop) as signals:
        for _ in range(70_000):  # more than a pipe holds
            signal.raise_signal(signal.SIGTERM)
    assert (stopped, signals.received) == (70_000, signal.SIGTERM)
