"""Small servers and clients, run as programs of their own (so that they can run in another network namespace).

    python peers.py files HOST PORT FOLDER      Python's http.server: HTTP/1.0, the body ends with the connection
    python peers.py chunked HOST PORT           chunks with an extension, and trailers
    python peers.py coded HOST PORT FOLDER      what lies in FOLDER, in the content coding that ?coding= names
    python peers.py proxy HOST PORT             an HTTP proxy that does CONNECT only
    python peers.py websocket HOST PORT         an echo server (needs the package `websockets`)
    python peers.py talk HOST PORT              a client of it: text, binary, ping, close
    python peers.py pipeline HOST PORT PATH…    asks for all paths in one write, then reads all answers

A server writes the line "ready" to stderr when it listens, and runs until it is ended.
"""

from __future__ import annotations

import importlib
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any


class Quiet:
    """Keeps a server of http.server from logging to stderr, which nobody reads."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Files(Quiet, SimpleHTTPRequestHandler):
    """Python's own file server."""


class Chunked(Quiet, BaseHTTPRequestHandler):
    """Answers with chunks and trailers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send three chunks, or none for /empty."""
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Trailer", "X-Checksum")
        self.end_headers()
        if self.path != "/empty":
            self.wfile.write(b"6\r\nfirst\n\r\n")
            self.wfile.write(b"7;part=2\r\nsecond\n\r\n")
            self.wfile.write(b"400\r\n" + b"third " * 170 + b"end\n" + b"\r\n")
        self.wfile.write(b"0\r\nX-Checksum: 1f2e3d\r\nX-Parts: 3\r\n\r\n")


class Coded(Quiet, BaseHTTPRequestHandler):
    """Sends files in a content coding, chunked."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, folder: str) -> None:
        """Serve `folder`."""
        self._folder = folder
        super().__init__(*args)

    def do_GET(self) -> None:
        """Send /NAME?coding=CODING."""
        name, _, coding = self.path[1:].partition("?coding=")
        with open(f"{self._folder}/{name}", "rb") as file:
            body = _compress(coding, file.read())
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Encoding", coding)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for at in range(0, len(body), 5000):
            piece = body[at : at + 5000]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")


def _compress(coding: str, data: bytes) -> bytes:
    if coding == "zstd":
        name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
        result: bytes = importlib.import_module(name).compress(data)
    elif coding == "br":
        result = importlib.import_module("brotli").compress(data)
    else:
        result = importlib.import_module({"gzip": "gzip", "deflate": "zlib"}[coding]).compress(data)
    return result


class Proxy(StreamRequestHandler):
    """Answers CONNECT and passes bytes on in both directions until both sides have ended."""

    def handle(self) -> None:
        """Serve one tunnel."""
        target = self.rfile.readline().split()[1].decode()
        while self.rfile.readline().strip():
            pass
        host, _, port = target.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port))) as upstream:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_relay, args=(upstream, self.connection))
            back.start()
            _relay(self.connection, upstream)
            back.join()


def _relay(source: socket.socket, target: socket.socket) -> None:
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


class Threads(ThreadingTCPServer):
    """A threading server on a port that may just have been in use."""

    allow_reuse_address = True
    daemon_threads = True


class Threads6(ThreadingHTTPServer):
    """The same for HTTP over IPv6."""

    address_family = socket.AF_INET6


def _serve(handler: Callable[..., Any], host: str, port: int) -> None:
    kind = Threads6 if ":" in host else (Threads if handler is Proxy else ThreadingHTTPServer)
    with kind((host, port), handler) as server:
        _ready()
        server.serve_forever()


def _ready() -> None:
    sys.stderr.write("ready\n")
    sys.stderr.flush()


def _serve_websocket(host: str, port: int) -> None:
    def echo(connection: Any) -> None:
        for message in connection:
            connection.send(message)

    with importlib.import_module("websockets.sync.server").serve(echo, host, port) as server:
        _ready()
        server.serve_forever()


def _talk(host: str, port: int) -> None:
    connect = importlib.import_module("websockets.sync.client").connect
    with connect(f"ws://{host}:{port}/chat?room=1", subprotocols=None) as connection:
        for message in ("hello", "gr\u00fc\u00df dich", b"\x00\x01\x02", "x" * 200):
            connection.send(message)
            connection.recv()
        connection.ping(b"are you there").wait(5)


def _pipeline(host: str, port: int, paths: list[str]) -> None:
    """Write all requests at once; the last one asks the server to close, so reading to the end is reading all."""
    heads = [f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n" for path in paths[:-1]]
    heads.append(f"GET {paths[-1]} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
    with socket.create_connection((host, port), timeout=10) as connection:
        connection.sendall("".join(heads).encode())
        while connection.recv(65536):
            pass


def main(name: str, host: str, port: str, *rest: str) -> None:
    """Run the peer that the command line names."""
    match name:
        case "files":
            _serve(partial(Files, directory=rest[0]), host, int(port))
        case "chunked":
            _serve(Chunked, host, int(port))
        case "coded":
            _serve(partial(Coded, folder=rest[0]), host, int(port))
        case "proxy":
            _serve(Proxy, host, int(port))
        case "websocket":
            _serve_websocket(host, int(port))
        case "talk":
            _talk(host, int(port))
        case "pipeline":
            _pipeline(host, int(port), list(rest))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
