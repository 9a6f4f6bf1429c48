"""Exchanges of real curl with real nginx: what curl measured of each, and what http-trace says of the same."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from support import network
from support.programs import free_port, http_trace
from support.schema import validate_lines

_FORMAT = r"%{http_code} %{url_effective} %{time_starttransfer} %{time_pretransfer}\n"
_SERVER = """limit_req_zone $server_port zone=slow:1m rate=50r/s;
server {{ listen {host}:{port} default_server backlog=512;
  location /slow {{ limit_req zone=slow burst=100; try_files /page =404; }}
  location /redirect {{ return 302 /page; }}
  location / {{ try_files $uri =404; }} }}"""
_URLS: tuple[tuple[str, ...], ...] = (  # curl's own words: 250 exchanges, their numbers from 1
    ("/page?n=[1-120]",),
    ("/large?n=[121-170]",),
    ("/slow?n=[171-195]",),  # nginx itself lets each wait for 20 ms
    ("/redirect?n=[196-200]",),
    ("/none?n=[201-205]",),
    ("-I", "/page?n=[206-210]"),
    ("--data-binary", "@{folder}/www/upload", "/none?n=[211-215]"),
    ("-H", "Connection: close", "/page?n=[216-250]"),
)
EXCHANGES = 250
SLOW = range(171, 196)
SLOW_S = 0.012
"""What most slow exchanges exceed by far."""

Json = dict[str, Any]


@cache
def _first_in_line() -> tuple[str, ...]:
    """Return what puts a program in front of all else on this machine, where that is allowed.

    Without it curl's clock counts up to 10 ms of waiting for a CPU on a busy machine, which the wire does not
    show. (nice does not help: the scheduler groups by session.)
    """
    first = ("chrt", "--fifo", "10")
    try:
        done = subprocess.run([*first, "true"], capture_output=True, timeout=10, check=False)
    except FileNotFoundError:
        return ()
    return first if done.returncode == 0 else ()


class Web:
    """A running nginx."""

    def __init__(self, place: network.Namespace, host: str, port: int, folder: Path) -> None:
        self.place, self.host, self.port, self.folder = place, host, port, folder

    @property
    def filter(self) -> str:
        return f"tcp port {self.port}"

    def curl(self, *words: str, place: network.Namespace | None = None) -> list[str]:
        """Ask for the paths among `words`, all in one run of curl; return a line for each exchange."""
        base = f"http://{self.host}:{self.port}"
        command = ["curl", "-q", "-sS", "--noproxy", "*", "-o", "/dev/null", "-m", "20", "-w", _FORMAT]
        command += [base + word if word.startswith("/") else word.format(folder=self.folder) for word in words]
        return (place or self.place).run(*_first_in_line(), *command, check=False).stdout.splitlines()


@contextmanager
def web(place: network.Namespace, host: str, folder: Path) -> Iterator[Web]:
    """Run nginx on a free port of `host`."""
    (folder / "www").mkdir(parents=True)
    for name, size in (("page", 200), ("large", 20_000), ("upload", 100)):
        (folder / "www" / name).write_bytes((b"%d bytes of text\n" % size * size)[:size])
    port = 8080 if place.name else free_port(host)
    with network.nginx(place, folder, _SERVER.format(host=host, port=port)):
        yield Web(place, host, port, folder)


def measured(lines: Sequence[str]) -> dict[str, tuple[int, float]]:
    """Return by request-target what curl says: the status, and the seconds from the request to the first byte."""
    found = {}
    for line in lines:
        status, url, start, sent = line.split()
        parts = urlsplit(url)
        found[f"{parts.path}?{parts.query}"] = int(status), float(start) - float(sent)
    return found


def trace_exchanges(
    server: Web, device: str, client: network.Namespace
) -> tuple[dict[str, tuple[int, float]], list[Json], str]:
    """Trace 250 exchanges in the client's namespace: curl's account, http-trace's lines and its summary."""
    with http_trace("--json", device, server.filter, inside=client.argv(())) as trace:
        lines = [line for words in _URLS for line in server.curl(*words, place=client)]
        trace.end()
        assert trace.process.returncode == 0, trace.err
        return measured(lines), validate_lines(trace.out), trace.err


def named(lines: list[Json], event: str) -> list[Json]:
    """Return the lines of one event."""
    return [line for line in lines if line["event"] == event]
