"""http-trace between real WebSocket peers: what was sent is what is printed, byte for byte."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support import netns
from support.programs import Program, free_port, http_trace
from support.schema import validate_lines
from websockets.asyncio.client import connect
from websockets.sync.server import ServerConnection, serve

pytestmark = netns.live

WS = "ws@8.18.3"
MESSAGES: list[str | bytes] = [
    "hello", "grüß dich \u202e", "", b"", bytes(range(256)) * 4, '{"a": [1, 2.50, "x"]}',
    "0123456789abcdef" * 65536, hashlib.shake_128(b"seed").digest(1 << 20),
]  # fmt: skip
NODE = """
const {WebSocketServer} = require('ws');
const [port, deflate] = process.argv.slice(1);
const server = new WebSocketServer({host: '127.0.0.1', port: +port, perMessageDeflate: deflate === 'on'});
server.on('connection', peer => peer.on('message', (data, binary) => peer.send(data, {binary})));
server.on('listening', () => console.error('ready'));
"""


@contextmanager
def python_server(compression: str | None) -> Iterator[int]:
    def echo(connection: ServerConnection) -> None:
        for message in connection:
            connection.send(message)

    port = free_port()
    with serve(echo, "127.0.0.1", port, compression=compression, max_size=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield port
        finally:
            server.shutdown()
            thread.join(10)


@contextmanager
def node_server(folder: Path, compression: str | None) -> Iterator[int]:
    port = free_port()
    switch = "on" if compression else "off"
    with Program("node", "-e", NODE, str(port), switch, cwd=str(folder)) as server:
        server.await_line("ready", "err")
        yield port


@pytest.fixture(scope="module")
def ws_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `ws` from npm, pinned; without it the test is skipped."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("needs node and npm")
    folder = tmp_path_factory.mktemp("ws")
    command = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", WS]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False, cwd=folder)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not install {WS} in time")
    if done.returncode or not (folder / "node_modules" / "ws").is_dir():
        pytest.skip(f"npm cannot install {WS}")
    return folder


async def talk(port: int, compression: str | None) -> None:
    async with connect(f"ws://127.0.0.1:{port}/chat", compression=compression, max_size=None, proxy=None) as peer:
        for message in MESSAGES:
            await peer.send(message)
            assert await peer.recv() == message
        await peer.send(["in ", "three ", "fragments"])
        assert await peer.recv() == "in three fragments"
        await (await peer.ping(b"are you there"))
        await peer.close(1001, "leaving")


def traced(port: int, compression: str | None) -> list[dict[str, Any]]:
    with http_trace("--json", "-n", "-b", "64", "lo", f"tcp port {port}") as trace:
        asyncio.run(talk(port, compression))
        trace.await_line('"close"', count=2)
        trace.end()
        return validate_lines(trace.out)


def digest(data: str | bytes) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def check(lines: list[dict[str, Any]], compression: str | None) -> None:
    assert [line for line in lines if line["event"] in {"http_error", "tcp_gap"}] == []
    (upgrade,) = [line for line in lines if line["event"] == "websocket_upgrade"]
    assert upgrade["violations"] == []
    assert bool(compression) == ("permessage-deflate" in upgrade["extensions"])
    found = [line for line in lines if line["event"] == "websocket_message"]
    assert {line["notes"] for line in found} == {""}
    expected = [("text" if isinstance(sent, str) else "binary", digest(sent)) for sent in MESSAGES]
    expected.append(("text", digest("in three fragments")))
    for side in ("send", "recv"):
        printed = [
            (line["opcode"], digest(line.get("message", base64.b64decode(line.get("message_base64", "")))))
            for line in found
            if line["direction"] == side and line["opcode"] in {"text", "binary"}
        ]
        assert printed == expected
    control = [
        (line["direction"], line["opcode"], line["message"], line.get("close_code"))
        for line in found
        if line["opcode"] in {"ping", "pong", "close"} and line["message"] != ""
    ]
    assert ("send", "ping", "are you there", None) in control
    assert ("recv", "pong", "are you there", None) in control
    assert ("send", "close", "leaving", 1001) in control


@pytest.mark.parametrize("compression", [None, "deflate"])
def test_what_websockets_sends_is_printed(compression: str | None) -> None:
    with python_server(compression) as port:
        check(traced(port, compression), compression)


@pytest.mark.parametrize("compression", [None, "deflate"])
def test_what_ws_sends_is_printed(compression: str | None, ws_folder: Path) -> None:
    with node_server(ws_folder, compression) as port:
        check(traced(port, compression), compression)
