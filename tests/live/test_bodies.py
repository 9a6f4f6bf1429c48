"""Bodies of real peers, live: what nginx, node, curl and Python sent is what is printed and saved, byte for byte."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import netns, network
from support.har import entries_of
from support.programs import Program, free_port, http_trace
from support.schema import validate_lines

_missing = [name for name in ("nginx", "curl") if shutil.which(name) is None]
pytestmark = [
    *netns.live,
    pytest.mark.skipif(bool(_missing), reason=f"needs {', '.join(_missing) or 'nothing more'}"),
]
SUPPORT = Path(__file__).parents[1] / "support"
HOST = "127.0.0.1"
TEXT = b"".join(b"%d: a line of text, gr\xc3\xbc\xc3\x9f dich\n" % number for number in range(4000))
NOISE = random.Random(5).randbytes(150_000)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def curl(port: int, *words: str, check: bool = True) -> bytes:
    """Run curl with these words; ":/path" is a path of the server."""
    command = ["curl", "-q", "-sS", "--noproxy", "*", "-m", "10"]
    command += [f"http://{HOST}:{port}{word[1:]}" if word.startswith(":/") else word for word in words]
    return subprocess.run(command, capture_output=True, check=check, timeout=20).stdout


class Traced:
    """A trace with all three outputs, and what they hold when it is over."""

    def __init__(self, port: int, folder: Path) -> None:
        self.folder, self.har = folder / "out", folder / "x.har"
        outputs = ("--extract", str(self.folder), "--har", str(self.har))
        self.program = http_trace("lo", f"tcp port {port}", "-n", "--bodies", "--json", *outputs)
        self.lines: list[dict[str, Any]] = []

    def end(self) -> None:
        with self.program:
            self.program.end()
        self.lines = validate_lines(self.program.out)

    def bodies(self, side: str) -> list[bytes]:
        found = [line for line in self.lines if line["event"] == f"http_{side}_body"]
        return [
            base64.b64decode(line["body_base64"]) if "body_base64" in line else line["body"].encode() for line in found
        ]

    def check(self, side: str, *sent: bytes) -> None:
        """See that all outputs hold these bodies."""
        assert list(map(digest, self.bodies(side))) == list(map(digest, sent))
        index = map(json.loads, (self.folder / "index.jsonl").read_text().splitlines())
        entries = [entry for entry in index if entry["side"] == side]
        assert [entry["sha256"] for entry in entries] == list(map(digest, sent))
        assert [digest((self.folder / entry["file"]).read_bytes()) for entry in entries] == list(map(digest, sent))
        contents = [
            entry["response"]["content"] if side == "response" else entry["request"].get("postData", {})
            for entry in entries_of(self.har.read_text())
        ]
        texts = [(content["text"], content.get("encoding") or content.get("_encoding"))
                 for content in contents if content.get("text")]  # fmt: skip
        assert [base64.b64decode(text) if coding else text.encode() for text, coding in texts] == list(sent)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """nginx that compresses text."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port(HOST)
    server = f"gzip on; gzip_types text/plain application/json; server {{ listen {HOST}:{port}; }}"
    (folder / "www").mkdir()
    (folder / "www" / "page.txt").write_bytes(TEXT)
    (folder / "www" / "noise").write_bytes(NOISE)
    with network.nginx(network.Namespace(), folder, server):
        yield port, folder


def test_nginx_gzip_ranges_and_head_on_one_connection(files: tuple[int, Path], tmp_path: Path) -> None:
    port, _ = files
    trace = Traced(port, tmp_path)
    curl(port, "-H", "Accept-Encoding: gzip", ":/page.txt", ":/noise", "-o", "/dev/null", "-o", "/dev/null")
    curl(port, "-r", "100-4099", ":/noise")
    curl(port, "-I", ":/noise")
    trace.end()
    trace.check("response", TEXT, NOISE, NOISE[100:4100])
    assert [line["decoded"] for line in trace.lines if line["event"] == "http_response_body"] == [
        ["gzip"],
        ["gzip"],
        [],
    ]


def test_nginx_answers_a_pipelining_client(files: tuple[int, Path], tmp_path: Path) -> None:
    port, _ = files
    trace = Traced(port, tmp_path)
    peer = [sys.executable, "-P", str(SUPPORT / "peers.py"), "pipeline", HOST, str(port)]
    subprocess.run([*peer, "/noise", "/page.txt", "/noise"], check=True, timeout=20)
    trace.end()
    trace.check("response", NOISE, TEXT, NOISE)


def test_curl_decodes_the_same_from_every_coding(tmp_path: Path) -> None:
    codings = ["gzip", "deflate", "br", "zstd"]
    features = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout
    codings = [coding for coding in codings if {"br": "brotli", "zstd": "zstd"}.get(coding, "") in features]
    (tmp_path / "noise").write_bytes(NOISE)
    (tmp_path / "text").write_bytes(TEXT)
    port = free_port(HOST)
    with Program(sys.executable, "-P", str(SUPPORT / "peers.py"), "coded", HOST, str(port), str(tmp_path)) as server:
        server.await_line("ready", "err")
        trace = Traced(port, tmp_path)
        names = [("text", TEXT), ("noise", NOISE)]
        got = [curl(port, "--compressed", f":/{name}?coding={coding}") for coding in codings for name, _ in names]
        trace.end()
    assert got == [data for _ in codings for _, data in names]  # curl's own decoders
    trace.check("response", *got)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node (nodejs)")
def test_node_gets_what_curl_uploads(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(NOISE)
    (tmp_path / "text").write_bytes(TEXT)
    port = free_port(HOST)
    with Program("node", str(SUPPORT / "echo.js"), HOST, str(port)) as server:
        server.await_line("ready", "err")
        trace = Traced(port, tmp_path)
        raw = ("-H", "Content-Type: application/octet-stream")
        curl(port, "-T", f"{tmp_path}/noise", *raw, ":/put")
        curl(port, "-T", f"{tmp_path}/text", *raw, "-H", "Transfer-Encoding: chunked", ":/chunked")
        curl(port, "--data-binary", f"@{tmp_path}/noise", *raw, "-H", "Expect: 100-continue", ":/expect")
        curl(port, "--data-binary", "a=1&b=x", ":/form")
        trace.end()
    assert list(map(digest, trace.bodies("request")[:3])) == list(map(digest, (NOISE, TEXT, NOISE)))
    hashes = [dict(line["headers"]).get("X-Sha256") for line in trace.lines
              if line["event"] == "http_response" and not line["interim"]]  # fmt: skip
    assert hashes == [digest(body) for body in trace.bodies("request")]
    trace.check("response", NOISE, TEXT, NOISE, b"a=1&b=x")
    assert [line["status_code"] for line in trace.lines if line.get("interim")]


def test_a_bomb_on_the_wire_is_stopped_and_told(tmp_path: Path) -> None:
    (tmp_path / "zeros").write_bytes(bytes(60 << 20))
    port = free_port(HOST)
    with Program(sys.executable, "-P", str(SUPPORT / "peers.py"), "coded", HOST, str(port), str(tmp_path)) as server:
        server.await_line("ready", "err")
        with http_trace("lo", f"tcp port {port}", "-n", "--bodies") as trace:
            curl(port, ":/zeros?coding=gzip", "-o", "/dev/null")
            trace.end()
    (line,) = [line for line in trace.out.splitlines() if " response body: " in line]
    assert "gzip undone: 1MB or more, " in line
    assert "[gzip gives more than the limit of 1048576 bytes: not undone further]" in line
    assert "complete" in trace.out
