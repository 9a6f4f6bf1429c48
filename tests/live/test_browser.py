"""A real browser: what a page in headless Chromium sent over its WebSocket is what is printed, byte for byte."""

from __future__ import annotations

import base64
import hashlib
import shutil
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from support import netns
from support.har import entries_of
from support.programs import Program, free_port, http_trace
from support.schema import validate_lines
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
pytestmark = [
    *netns.live,
    pytest.mark.skipif(BROWSER is None, reason="needs a headless Chromium (chromium-headless-shell)"),
]
PAGE = """<!doctype html><meta charset="utf-8"><script>
const hex = data => Array.from(new Uint8Array(data), byte => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async data => hex(await crypto.subtle.digest("SHA-256", data));
const noise = new Uint8Array(300000);
for (let at = 0; at < noise.length; at += 60000) crypto.getRandomValues(noise.subarray(at, at + 60000));
const messages = ["hello", "gr\\u00fc\\u00df dich \\u{1f600}", "", JSON.stringify({a: [1, 2.5, null]}),
                  "0123456789abcdef".repeat(65536), new Uint8Array([0, 1, 2, 255]), noise];
const socket = new WebSocket(`ws://${location.host}/socket`);
socket.binaryType = "arraybuffer";
const hashes = [];
let echoed = 0;
socket.onopen = async () => {
  for (const message of messages) {
    socket.send(message);
    hashes.push(await sha256(typeof message === "string" ? new TextEncoder().encode(message) : message));
  }
};
socket.onmessage = () => { if (++echoed === messages.length) socket.close(3001, "the page is done"); };
socket.onclose = event => fetch(`/done?code=${event.code}&hashes=${hashes.join(",")}`);
</script>"""


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    """A server of the page, which sends back what comes over the socket."""

    def answer(_: ServerConnection, request: Request) -> Response | None:
        if request.path == "/socket":
            return None
        body = (PAGE if request.path == "/" else "").encode()
        headers = Headers({"Content-Type": "text/html", "Content-Length": str(len(body)), "Connection": "close"})
        return Response(HTTPStatus.OK.value, "OK", headers, body)

    def echo(connection: ServerConnection) -> None:
        for message in connection:
            connection.send(message)

    port = free_port()
    with serve(echo, "127.0.0.1", port, process_request=answer, max_size=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield port
        finally:
            server.shutdown()
            thread.join(10)


def data_of(line: dict[str, Any]) -> bytes:
    return line["message"].encode() if "message" in line else base64.b64decode(line["message_base64"])


def test_what_a_page_sends_is_printed(site: int, tmp_path: Path) -> None:
    assert BROWSER is not None
    har = tmp_path / "page.har"
    options = ("--json", "--har", str(har), "--message-limit", "2MB")
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0",
             "--no-first-run", "--no-proxy-server", f"--user-data-dir={tmp_path}/profile")  # fmt: skip
    with http_trace("-n", "-b", "64", "lo", f"tcp port {site}", *options) as trace:
        with Program(BROWSER, *flags, f"http://127.0.0.1:{site}/"):
            trace.await_line('"url":"/done', timeout=30)
        trace.end()
    lines = validate_lines(trace.out)
    assert [line for line in lines if line["event"] in ("http_error", "tcp_gap")] == []
    (done,) = [line["url"] for line in lines if line["event"] == "http_request" and line["url"].startswith("/done")]
    told = parse_qs(urlsplit(done).query)
    assert told["code"] == ["3001"]
    hashes = told["hashes"][0].split(",")
    assert len(hashes) == 7
    found = [line for line in lines if line["event"] == "websocket_message"]
    assert {line["notes"] for line in found} == {""}
    (upgrade,) = [line for line in lines if line["event"] == "websocket_upgrade"]
    assert upgrade["extensions"].startswith("permessage-deflate")
    for side in ("send", "recv"):
        sent = [line for line in found if line["direction"] == side and line["opcode"] in ("text", "binary")]
        assert [line["opcode"] for line in sent] == ["text"] * 5 + ["binary"] * 2
        assert [hashlib.sha256(data_of(line)).hexdigest() for line in sent] == hashes
    closes = [(line["direction"], line["close_code"], line["message"]) for line in found if line["opcode"] == "close"]
    assert closes == [("send", 3001, "the page is done"), ("recv", 3001, "the page is done")]
    (socket,) = [entry for entry in entries_of(har.read_text()) if "_webSocketMessages" in entry]
    assert socket["request"]["url"] == f"ws://127.0.0.1:{site}/socket"
    assert len(socket["_webSocketMessages"]) == len(found)
