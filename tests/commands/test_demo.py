"""`pcaptools demo` shows real exchanges on every machine: live where it may capture, else from a recording."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time

import pytest
from support.cli import run_pcaptools
from support.netns import live

from pcaptools.commands.demo import PAGES, REQUESTS
from pcaptools.printers.http import format_size

END = r"(?:[\d.]+|\[[\da-f:]+\]):\d+"
LINE = re.compile(rf"\d\d:\d\d:\d\d\.\d{{3}} {END} -> {END} #\d+ HTTP 1\.[01] (.*)")
NO_RIGHT = """
import sys
from pcaptools.commands import demo
from pcaptools.core.errors import PermissionDeniedError
def create_session(*_, **__):
    raise PermissionDeniedError("no permission to capture on lo", "run: sudo pcaptools demo")
demo.create_session = create_session
from pcaptools.cli import main
main(["demo"])
"""


def exchanges(text: str) -> list[str]:
    """The heads in their order, each line of the trace's form."""
    matches = [LINE.fullmatch(line) for line in text.splitlines()]
    assert all(matches), text
    return [match[1] for match in matches if match and "complete" not in match[1]]


def replayed(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    first, *_, last = done.stderr.splitlines()
    assert "replaying a recording of nginx and curl" in first
    assert "no permission to capture" in first
    assert re.fullmatch(r"(\d+) packets captured, \1 received by filter, 0 dropped by kernel", last)
    heads = exchanges(done.stdout)
    assert [head for head in heads if head.startswith("request: GET /")]
    assert "response: 200 OK" in heads
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("mark", [pytest.param(None, marks=live)])
def test_live(mark: None) -> None:  # noqa: ARG001
    start = time.monotonic()
    done = run_pcaptools("demo", env={"http_proxy": ""})
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - start < 10
    assert done.stderr.startswith("pcaptools demo: tracing a server and a client, live on lo\n")
    heads = exchanges(done.stdout)
    assert [head for head in heads if "request" in head] == [f"request: {method} {path}" for method, path in REQUESTS]
    assert [head for head in heads if "response" in head] == [
        "response: 200 OK", "response: 200 OK", "response: 200 OK", "response: 201 Created", "response: 404 Not Found",
    ]  # fmt: skip
    sizes = [
        line.partition("complete ")[2].partition(",")[0] for line in done.stdout.splitlines() if "response comp" in line
    ]
    assert sizes[:3] == [format_size(len(PAGES["/"])), format_size(len(PAGES["/data.json"])), "0B"]


def test_replay_without_the_right_to_capture() -> None:
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", NO_RIGHT], capture_output=True, text=True, check=False, timeout=30)
    replayed(done)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("mark", [pytest.param(None, marks=live)])
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv, to take the right to capture away")
def test_replay_when_the_kernel_refuses(mark: None) -> None:  # noqa: ARG001
    command = [
        "setpriv",
        "--bounding-set",
        "-net_raw",
        "--inh-caps",
        "-net_raw",
        sys.executable,
        "-m",
        "pcaptools",
        "demo",
    ]
    replayed(subprocess.run(command, capture_output=True, text=True, check=False, timeout=30))


def test_colours_when_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_RIGHT.replace('["demo"]', '["demo", "--color"]')],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert "\x1b[1;32mGET\x1b[0m" in done.stdout
