"""Commands that bash and curl run against a server which keeps what it is sent, beside what was sent at first."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.build import ACK, RST, Dialogue

from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.tracker import TCPTracker
from pcaptools.printers.curl import CurlPrinter

needs_curl = pytest.mark.skipif(
    shutil.which("curl") is None or shutil.which("bash") is None, reason="curl or bash is not installed"
)


def commands(talk: Dialogue, *, secrets: bool = True) -> list[str]:
    tracker, printer = TCPTracker(Analysers(bodies=True)), CurlPrinter(secrets=secrets)
    events = [*tracker.track_batch(Batch(1, talk.records)), *tracker.finish()]
    lines = (printer.format(events, False) + printer.finish()).splitlines()
    assert all(line.isprintable() for line in lines)
    return lines


def asked(data: bytes, port: int = 80, *, secrets: bool = True) -> str:
    talk = Dialogue(server=("127.0.0.1", port)).open().send("c", data)
    (line,) = commands(talk.send("s", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").close(), secrets=secrets)
    return line


class Listener:
    """A server that keeps each request whole, and answers it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.seen: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                connection.settimeout(5)
                with connection, contextlib.suppress(TimeoutError):
                    self.seen.append(self._read(connection))
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, rest = data.partition(b"\r\n\r\n")
        if b"100-continue" in head:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if length := re.search(rb"(?i)\ncontent-length: (\d+)", head):
            while len(rest) < int(length[1]):
                rest += connection.recv(65536)
        elif b"chunked" in head:
            while not rest.endswith(b"0\r\n\r\n"):
                rest += connection.recv(65536)
        return head + b"\r\n\r\n" + rest

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    server = Listener()
    yield server
    server.close()


def replay(line: str, folder: Path) -> None:
    script = f"set -o history -o histexpand\n{line}\n"
    done = subprocess.run(
        ["bash"], input=script.encode(), capture_output=True, timeout=20, check=True, cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert b"warning" not in done.stderr.lower()


def request(line: bytes, *fields: bytes, body: bytes = b"", host: bytes = b"Host: 127.0.0.1:PORT") -> bytes:
    length = [b"Content-Length: %d" % len(body)] if body else []
    return b"\r\n".join([line, *([host] * bool(host)), *fields, *length, b"", body])


NASTY = b"""'"\\ $(touch made) `touch made` !! !x ; touch made & | > made # * ~ {1,2} %s \\n \\x41 @/etc/passwd"""
REQUESTS = {
    "a browser's": request(b"GET /a?b=c&d='e'&f=%20 HTTP/1.1", b"User-Agent: x/1 (y; z)", b"Accept: */*",
                           b"Accept-Encoding: gzip, br", b"Cookie: a=b; c=d", b"Connection: keep-alive"),
    "without what curl adds": request(b"GET / HTTP/1.1"),
    "a hostile field": request(b"GET / HTTP/1.1", b"X-Nasty: " + NASTY, b"Accept: " + NASTY),
    "bytes": request(b"GET / HTTP/1.1", b"X-Latin: caf\xe9", "X-Text: grüß \u202e".encode(), b"X-Odd: a\x01\x7f\tb"),
    "empty and repeated fields": request(b"GET / HTTP/1.1", b"X-Empty:", b"Accept:", b"x-case: 1", b"X-Case: 2"),
    "dots": request(b"GET /a/../b/./c/%2e%2e/d?../e HTTP/1.1"),
    "a hostile target": request(b"GET /a{1,2}[3-4]\"<>^`|\\'!!$(touch made)#f HTTP/1.1"),
    "a target of bytes": request(b"GET /caf\xe9/\xff HTTP/1.1"),
    "an absolute target": request(b"GET http://shop.example/x?y HTTP/1.1", host=b"Host: shop.example"),
    "another host": request(b"GET /x HTTP/1.1", host=b"Host: Shop.example"),
    "a hostile host": request(b"GET /x HTTP/1.1", host=b"Host: -o made 'x' @evil/"),
    "an asterisk": request(b"OPTIONS * HTTP/1.1"),
    "HEAD": request(b"HEAD /x HTTP/1.1"),
    "a method of its own": request(b"PURGE /x HTTP/1.1"),
    "a hostile method": request(b"-o'!$`#| /x HTTP/1.1"),
    "HTTP/1.0": request(b"GET /x HTTP/1.0", host=b""),
    "a form": request(b"POST /x HTTP/1.1", b"Content-Type: application/x-www-form-urlencoded", body=b"a=b&c=%20d"),
    "text": request(b"PUT /x HTTP/1.1", b"Content-Type: text/plain", body=NASTY + "\r\n\tgrüß\n".encode()),
    "what looks like a file": request(b"POST /x HTTP/1.1", b"Accept: a", body=b"@/etc/passwd"),
    "what looks like an option": request(b"GET /x HTTP/1.1", body=b"-o made"),
    "binary": request(b"POST /x HTTP/1.1", b"Content-Type: image/png", body=bytes(range(256)) * 3),
    "a long body": request(b"POST /x HTTP/1.1", b"Content-Type: a/b", body=b"0123456789" * 30_000),
    "expect": request(b"POST /x HTTP/1.1", b"Content-Type: a/b", b"Expect: 100-continue", body=b"x" * 2000),
    "no body": request(b"POST /x HTTP/1.1", b"Content-Length: 0"),
    "chunks": request(b"POST /x HTTP/1.1", b"Content-Type: a/b", b"Transfer-Encoding: chunked")
    + b"5\r\nhello\r\n0\r\n\r\n",
    "no chunk": request(b"PUT /x HTTP/1.1", b"Content-Type: a/b", b"Transfer-Encoding: chunked") + b"0\r\n\r\n",
}  # fmt: skip


@needs_curl
@pytest.mark.parametrize("name", REQUESTS)
def test_what_curl_sends_is_what_was_sent(name: str, listener: Listener, tmp_path: Path) -> None:
    data = REQUESTS[name].replace(b"PORT", b"%d" % listener.port)
    listener.seen.clear()
    line = asked(data, listener.port)
    assert "  # " not in line
    replay(line, tmp_path)
    assert listener.seen == [data]
    assert list(tmp_path.iterdir()) == []


def test_a_field_that_curl_would_take_for_a_file_is_left_out() -> None:
    line = asked(request(b"GET / HTTP/1.1", b"@/etc/passwd: x", b"@/etc/passwd", b"X-Nul: a\0b"))
    assert "passwd" not in line
    assert line.endswith("  # left out header fields that curl cannot send")


def test_the_host_leads_where_the_packets_went() -> None:
    assert asked(request(b"GET /x HTTP/1.1", host=b"Host: shop.example"), 80).startswith("curl http://shop.example/x ")
    line = asked(request(b"GET /x HTTP/1.1", host=b"Host: shop.example"), 8080)
    assert line.startswith("curl http://127.0.0.1:8080/x -H 'Host: shop.example' ")


def test_a_tunnel_leads_to_its_end() -> None:
    talk = Dialogue(server=("10.0.0.3", 3128)).open()
    talk.send("c", b"CONNECT shop.example:8080 HTTP/1.1\r\nHost: shop.example:8080\r\n\r\n")
    talk.send("s", b"HTTP/1.1 200 OK\r\n\r\n").send("c", request(b"GET /x HTTP/1.1", host=b"Host: shop.example:8080"))
    first, second = commands(talk.close())
    assert first == "# CONNECT shop.example:8080: curl opens tunnels by itself, see its --proxy and --proxytunnel"
    assert second.startswith("curl http://shop.example:8080/x ")


def test_a_tunnel_that_was_refused_leads_nowhere() -> None:
    talk = Dialogue(server=("10.0.0.3", 3128)).open()
    talk.send("c", b"CONNECT shop.example:8080 HTTP/1.1\r\nHost: shop.example:8080\r\n\r\n")
    talk.send("s", b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
    line = commands(talk.send("c", request(b"GET /x HTTP/1.1", host=b"Host: shop.example:8080")).close())[1]
    assert line.startswith("curl http://10.0.0.3:3128/x -H 'Host: shop.example:8080' ")


def test_an_address_of_ipv6() -> None:
    talk = Dialogue(client=("fd00::1", 40000), server=("fd00::2", 8080)).open()
    (line,) = commands(talk.send("c", request(b"GET /x HTTP/1.1", host=b"Host: shop.example")).close())
    assert line.startswith("curl 'http://[fd00::2]:8080/x' -H 'Host: shop.example' ")


SECRET = request(
    b"POST /login?token=geheim&a=b HTTP/1.1", b"Authorization: Bearer geheim", b"Cookie: sid=geheim",
    b"Content-Type: application/json", body=b'{"user": "x", "password": "geheim"}', host=b"Host: shop.example",
)  # fmt: skip


def test_credentials_are_hidden() -> None:
    line = asked(SECRET, secrets=False)
    assert "geheim" not in line
    assert "Content-Length" not in line  # curl tells the new one
    assert """--data-raw '{"user": "x", "password": "[hidden]"}'""" in line
    assert line.endswith("  # credentials are hidden: see --show-secrets")
    line = asked(SECRET)
    assert line.count("geheim") == 4
    assert "#" not in line


def test_credentials_in_what_is_compressed_are_hidden() -> None:
    import gzip

    body = gzip.compress(b"user=x&password=geheim")
    fields = (b"Content-Type: application/x-www-form-urlencoded", b"Content-Encoding: gzip")
    line = asked(request(b"POST / HTTP/1.1", *fields, body=body), secrets=False)
    assert "--data-raw 'user=x&password=[hidden]'" in line
    assert "Content-Encoding" not in line
    harmless = gzip.compress(b"user=x")
    assert "base64 -d <<< " in asked(request(b"POST / HTTP/1.1", *fields, body=harmless), secrets=False)


def test_what_is_not_whole_says_so() -> None:
    whole = request(b"POST /x HTTP/1.1", b"Accept: a", body=b"0123456789")
    (line,) = commands(Dialogue().open().send("c", whole[:-4]).raw("c", RST))
    assert line.startswith("curl http://10.0.0.2/x ")
    assert "Content-Length" not in line
    assert "--data-raw 012345  # the request is not complete: the connection was reset 4 bytes before" in line
    talk = Dialogue().open().send("c", whole[:-4])
    talk.seq["c"] += 2
    (line,) = commands(talk.raw("s", ACK).send("c", whole[-2:]).close())
    assert line.endswith("  # 2 bytes of the body are missing")
    (line,) = commands(Dialogue().open().send("c", whole[:20]).close())
    assert "  # the request is not complete: the head is cut" in line
    assert "\n" not in line
