"""Record tests/captures and the demo's capture anew: real servers and clients in network namespaces of our own.

    sudo .venv/bin/python tests/support/record_captures.py [NAME…]

Needs root; packages: nginx-light curl tcpdump tshark iproute2 ethtool openssl; `websockets` from PyPI for one
of them (not a dependency of the project: install it where this runs). facts.json, which it writes at the end,
is what tshark reads in the files.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import facts
from support.network import (
    SERVER_IP,
    SERVER_IP6,
    Namespace,
    NetworkError,
    await_line,
    is_possible,
    namespaces,
    nginx,
    stop,
    tcpdump,
)

ROOT = Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "tests" / "captures"
DEMO = ROOT / "pcaptools" / "data" / "demo.pcap"
PEERS = Path(__file__).with_name("peers.py")

SITE = """
gzip on; gzip_types application/json; gzip_http_version 1.0; gzip_min_length 100;
upstream back { server 127.0.0.1:8000; }
server {
  listen 80; listen [::]:80;
  location = /old { absolute_redirect off; return 301 /index.html; }
  location = /admin { return 403; }
  location = /api/orders { proxy_pass http://back; }
  location /api/orders/ { return 204; }
}
server { listen 127.0.0.1:8000; location / { return 201 '{"order": 7}\\n'; } }
"""
TLS = """
server { listen 443 ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem; }
"""

Capture = AbstractContextManager["subprocess.Popen[str]"]


@dataclass(frozen=True, slots=True)
class Scene:
    """The two namespaces and a folder with what the servers serve."""

    server: Namespace
    client: Namespace
    folder: Path

    @property
    def local(self) -> Namespace:
        """The server's own loopback."""
        return Namespace(self.server.name, "lo")


def write_site(folder: Path) -> None:
    """Write what nginx serves."""
    www = folder / "www"
    (www / "api").mkdir(parents=True)
    (www / "index.html").write_text("<!doctype html><title>Shop</title><h1>Shop</h1>\n")
    (www / "data.json").write_text(json.dumps([{"id": n, "name": f"item {n}"} for n in range(100)]))
    shutil.copy(www / "data.json", www / "api" / "items.json")
    (www / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 16)
    for path in www.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def curl(place: Namespace, *arguments: str) -> None:
    """Run curl; what the server answers is its own matter, but it has to answer."""
    options = ("-sS", "-o", "/dev/null", "--max-time", "10")
    place.run("curl", *options, *arguments)


def capture(place: Namespace, path: Path, *arguments: str, device: str = "") -> Capture:
    """Record what passes while a `with` block runs."""
    return tcpdump(place, path, "--immediate-mode", "-B", "32768", *arguments, device=device)


@contextmanager
def peer(place: Namespace, *arguments: str) -> Iterator[None]:
    """Run one of the servers of peers.py."""
    process = place.start(sys.executable, str(PEERS), *arguments)
    try:
        await_line(process, "ready")
        yield
    finally:
        stop(process)


def recorded_get(scene: Scene, path: Path) -> None:
    """Two requests on one connection."""
    with nginx(scene.server, scene.folder, SITE), capture(scene.client, path, "tcp"):
        curl(scene.client, f"http://{SERVER_IP}/index.html", "-o", "/dev/null", f"http://{SERVER_IP}/data.json")


def recorded_post(scene: Scene, path: Path) -> None:
    """A body of 2 KB, sent after 100 Continue."""
    (scene.folder / "order").write_text("item=7&" * 300)
    arguments = ("-H", "Expect: 100-continue", "--data-binary", f"@{scene.folder}/order")
    with nginx(scene.server, scene.folder, SITE), capture(scene.client, path, "tcp"):
        curl(scene.client, *arguments, f"http://{SERVER_IP}/api/orders")


def recorded_head(scene: Scene, path: Path) -> None:
    """HEAD, whose response announces a body that does not come, and a GET after it."""
    with nginx(scene.server, scene.folder, SITE), capture(scene.client, path, "tcp"):
        curl(scene.client, "-I", f"http://{SERVER_IP}/logo.png", "--next", "-sS", f"http://{SERVER_IP}/index.html")


def recorded_chunked(scene: Scene, path: Path) -> None:
    """Chunks with an extension and trailers, then a body without a chunk."""
    with peer(scene.local, "chunked", "127.0.0.1", "8080"), capture(scene.local, path, "tcp"):
        curl(scene.local, "http://127.0.0.1:8080/parts", "http://127.0.0.1:8080/empty")


def recorded_ipv6(scene: Scene, path: Path) -> None:
    """Python's http.server on ::1."""
    www = str(scene.folder / "www")
    with peer(scene.local, "files", "::1", "8080", www), capture(scene.local, path, "tcp"):
        curl(scene.local, "-g", "http://[::1]:8080/data.json", "http://[::1]:8080/missing")


def recorded_http10(scene: Scene, path: Path) -> None:
    """HTTP/1.0: Python's http.server, then nginx, whose body has no length and ends with the connection."""
    www = str(scene.folder / "www")
    with (
        nginx(scene.server, scene.folder, SITE),
        peer(scene.local, "files", "127.0.0.1", "8080", www),
        capture(scene.local, path, "tcp"),
    ):
        curl(scene.local, "-0", "http://127.0.0.1:8080/data.json")
        curl(scene.local, "-0", "--compressed", "http://127.0.0.1/api/items.json")


def recorded_pipelined(scene: Scene, path: Path) -> None:
    """Five requests in one write."""
    paths = ("/index.html", "/data.json", "/missing", "/old", "/logo.png")
    with nginx(scene.server, scene.folder, SITE), capture(scene.client, path, "tcp"):
        scene.client.run(sys.executable, str(PEERS), "pipeline", SERVER_IP, "80", *paths)


def recorded_connect(scene: Scene, path: Path) -> None:
    """Two tunnels through a proxy: TLS in one, plain HTTP in the other."""
    certificate = ("-keyout", f"{scene.folder}/key.pem", "-out", f"{scene.folder}/cert.pem", "-days", "3650")
    scene.server.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     *certificate, "-subj", "/CN=shop.example")  # fmt: skip
    tunnel = ("-x", f"http://{SERVER_IP}:3128", "-p", "-k")
    with (
        nginx(scene.server, scene.folder, SITE + TLS),
        peer(scene.server, "proxy", SERVER_IP, "3128"),
        capture(scene.client, path, "tcp"),
    ):
        curl(scene.client, *tunnel, f"https://{SERVER_IP}/index.html")
        curl(scene.client, *tunnel, f"http://{SERVER_IP}/index.html", f"http://{SERVER_IP}/data.json")


def recorded_any(scene: Scene, path: Path, *options: str) -> None:
    """On every device at once: nginx's traffic with a client and, on loopback, with the server behind it."""
    with nginx(scene.server, scene.folder, SITE), capture(scene.server, path, *options, "tcp", device="any"):
        curl(scene.client, f"http://{SERVER_IP}/data.json")
        curl(scene.client, "-d", "item=7", f"http://{SERVER_IP}/api/orders")


def recorded_any_sll(scene: Scene, path: Path) -> None:
    """The same with the older header."""
    recorded_any(scene, path, "-y", "LINUX_SLL")


def recorded_any_sll2(scene: Scene, path: Path) -> None:
    """With the newer header, kept as pcapng."""
    plain = scene.folder / "any.pcap"
    recorded_any(scene, plain, "-y", "LINUX_SLL2")
    Namespace().run("editcap", "-F", "pcapng", str(plain), str(path))


def recorded_vlan(scene: Scene, path: Path) -> None:
    """One VLAN tag on a first session, two on a second, a priority tag (VLAN 0) on a third.

    The tags are put into recorded frames, since a kernel without VLAN devices could not record this.
    """
    plain = scene.folder / "plain.pcap"
    with nginx(scene.server, scene.folder, SITE), capture(scene.client, plain, "tcp"):
        for port in TAGS:
            curl(scene.client, "--local-port", str(port), f"http://{SERVER_IP}/data.json")
    path.write_bytes(tagged(plain.read_bytes()))


TAGS = {
    40001: bytes.fromhex("8100 0064"),
    40002: bytes.fromhex("88a8 00c8 8100 2064"),
    40003: bytes.fromhex("8100 e000"),
}
"""Client ports and the tags that their frames get."""


def tagged(pcap: bytes) -> bytes:
    """Put the tags of `TAGS` into the frames of a little-endian pcap file of TCP over IPv4 on Ethernet."""
    out, offset = [pcap[:24]], 24
    while offset < len(pcap):
        seconds, fraction, caplen, length = struct.unpack_from("<4I", pcap, offset)
        frame = pcap[offset + 16 : offset + 16 + caplen]
        tag = next(TAGS[port] for port in struct.unpack_from("!2H", frame, 34) if port in TAGS)
        out.append(struct.pack("<4I", seconds, fraction, caplen + len(tag), length + len(tag)))
        out.append(frame[:12] + tag + frame[12:])
        offset += 16 + caplen
    return b"".join(out)


def recorded_404(scene: Scene, path: Path) -> None:
    """Forty requests, none with an answer that anybody wants."""
    with nginx(scene.server, scene.folder, SITE), capture(scene.client, path, "tcp"):
        curl(scene.client, f"http://{SERVER_IP}/missing-[1-40]")


def recorded_websocket(scene: Scene, path: Path) -> None:
    """An upgrade with permessage-deflate, echoed messages, a ping and a close."""
    with peer(scene.server, "websocket", SERVER_IP, "8088"), capture(scene.client, path, "tcp"):
        scene.client.run(sys.executable, str(PEERS), "talk", SERVER_IP, "8088")


def recorded_demo(scene: Scene, path: Path) -> None:
    """What `pcaptools demo` replays: a person shopping, an API client, a monitoring check."""
    shop = f"http://{SERVER_IP}"
    order = ("-H", "Content-Type: application/json", "-H", "Expect: 100-continue", "-d", '{"item": 7, "count": 2}')
    agent = ("-A", "pcaptools-demo")
    with nginx(scene.server, scene.folder, SITE), capture(scene.client, path, "tcp"):
        curl(scene.client, *agent, f"{shop}/index.html", "-o", "/dev/null", f"{shop}/logo.png")
        time.sleep(0.2)
        curl(scene.client, *agent, "-L", f"{shop}/old")
        curl(scene.client, *agent, "--compressed", f"{shop}/api/items.json")
        time.sleep(0.2)
        curl(scene.client, *agent, *order, f"{shop}/api/orders")
        curl(scene.client, *agent, "-X", "DELETE", f"{shop}/api/orders/7")
        time.sleep(0.2)
        curl(scene.client, *agent, "-g", "-I", f"http://[{SERVER_IP6}]/logo.png")
        since = ("-H", "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT")
        curl(scene.client, *agent, *since, f"{shop}/data.json")
        curl(scene.client, *agent, f"{shop}/missing.css", "-o", "/dev/null", f"{shop}/admin")


RECORDINGS: dict[str, Callable[[Scene, Path], None]] = {
    "get.pcap": recorded_get,
    "post-100-continue.pcap": recorded_post,
    "head.pcap": recorded_head,
    "chunked.pcap": recorded_chunked,
    "ipv6.pcap": recorded_ipv6,
    "http10-close.pcap": recorded_http10,
    "pipelined.pcap": recorded_pipelined,
    "connect-proxy.pcap": recorded_connect,
    "any-sll.pcap": recorded_any_sll,
    "any-sll2.pcapng": recorded_any_sll2,
    "vlan.pcap": recorded_vlan,
    "404-many.pcap": recorded_404,
    "websocket-upgrade.pcap": recorded_websocket,
    "demo.pcap": recorded_demo,
}


def record(name: str) -> None:
    """Record one capture in namespaces and with servers of its own."""
    target = DEMO if name == "demo.pcap" else CAPTURES / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, namespaces() as (server, client):
        write_site(Path(folder))
        fresh = Path(folder, "out" + target.suffix)
        RECORDINGS[name](Scene(server, client, Path(folder)), fresh)
        shutil.copyfile(fresh, target)
    sys.stdout.write(f"{name}: {target.stat().st_size:,} bytes\n")


def write_facts() -> None:
    """Read every capture with tshark, and add what it does not look for: HTTP inside the plain tunnel."""
    paths = [*sorted(CAPTURES.glob("*.pcap*")), DEMO]
    known = {path.name: facts.read(path) for path in paths if path.exists()}
    if "connect-proxy.pcap" in known:
        _add_tunnelled(known["connect-proxy.pcap"])
    (CAPTURES / "facts.json").write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")


def _add_tunnelled(known: dict[str, Any]) -> None:
    plain = next(fact for fact in known["http"] if fact.get("url") == f"{SERVER_IP}:80")
    ends, back = {"src": plain["src"], "dst": plain["dst"]}, {"src": plain["dst"], "dst": plain["src"]}
    for url in ("/index.html", "/data.json"):
        known["http"].append({"kind": "request", "method": "GET", "url": url, "version": "HTTP/1.1", **ends})
        known["http"].append({"kind": "response", "status": 200, **back})


def main(names: list[str]) -> int:
    """Record the captures that are named, or all."""
    if not is_possible():
        sys.exit("record_captures: needs root, iproute2 and tcpdump")
    status = 0
    for name in names or RECORDINGS:
        if name == "websocket-upgrade.pcap" and not importlib.util.find_spec("websockets"):
            sys.stdout.write(f"{name}: left as it is, `websockets` is not installed\n")
            continue
        try:
            record(name)
        except (NetworkError, subprocess.SubprocessError) as error:
            sys.stderr.write(f"{name}: left as it is: {error}\n")
            status = 1
    write_facts()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
