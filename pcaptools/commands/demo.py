"""`pcaptools demo`: a small HTTP server and a client on loopback, traced; without the right to, a recording."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import as_file, files

import click

from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._run import run_capture
from pcaptools.commands._say import say
from pcaptools.commands._trace import HttpTrace
from pcaptools.core.devices import find_devices
from pcaptools.core.errors import DeviceError
from pcaptools.core.sources.live import LiveSource, create_session

PAGES = {"/": b"<h1>hello</h1>\n", "/data.json": json.dumps({"numbers": list(range(500))}).encode()}
REQUESTS = [("GET", "/"), ("GET", "/data.json"), ("HEAD", "/data.json"), ("POST", "/orders"), ("GET", "/missing")]
MAX_SECONDS = 8.0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = PAGES.get(self.path)
        self._answer(404 if body is None else 200, body or b"no such page\n")

    do_HEAD = do_GET  # noqa: N815 - http.server looks for this name

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(201, b"made\n")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: the trace does."""


@contextmanager
def _server() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


def _ask(port: int, source: LiveSource) -> None:
    """Send the requests, then end the trace."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever http_proxy says
    try:
        for method, path in REQUESTS:
            data = b"item=tea" if method == "POST" else None
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=data, method=method)
            with suppress(OSError), direct.open(request, timeout=2) as response:  # HTTPError is one, for the 404
                response.read()
        time.sleep(0.3)  # the last packets are on their way through the kernel
    finally:
        source.stop()


def _trace_live(options: CaptureOptions) -> int:
    with _server() as port:
        loopback = next((device.name for device in find_devices() if device.loopback), "lo")
        source = create_session(loopback, f"tcp port {port}")
        say(f"pcaptools demo: tracing a server and a client, live on {loopback}")
        options.duration = MAX_SECONDS
        threading.Timer(0.2, _ask, (port, source)).start()
        return run_capture(options, HttpTrace(options), source=source)


def _replay(options: CaptureOptions) -> int:
    with as_file(files("pcaptools") / "data" / "demo.pcap") as path:
        options.read = (str(path),)
        return run_capture(options, HttpTrace(options))


@click.command("demo", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--color/--no-color", "color", default=None, help="Colours: on a terminal by default.")
def command(color: bool | None) -> int:
    """Trace a small server and client on loopback, to see what it looks like.

    Where you may not capture, a recording of nginx and curl is replayed instead.
    """
    options = CaptureOptions(color=color, names=False)
    try:
        return _trace_live(options)
    except DeviceError as error:
        say(f"pcaptools demo: no live capture here ({error.message}): replaying a recording of nginx and curl")
        return _replay(options)
