"""simple-capture on live traffic, on loopback: the banner, the lines as they come, names, what -w keeps."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

from support import netns
from support.cli import run_pcaptools
from support.programs import PCAPTOOLS, Program, capturing, free_port, summary

pytestmark = netns.live


def send(port: int, *payloads: bytes) -> int:
    """Send datagrams to a port of loopback where somebody listens; return the port they come from."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here,
    ):
        there.bind(("127.0.0.1", port))
        here.bind(("127.0.0.1", 0))
        for payload in payloads:
            here.sendto(payload, ("127.0.0.1", port))
            there.recv(65535)
        source: int = here.getsockname()[1]
        return source


def test_banner_lines_and_summary() -> None:
    port = free_port()
    with capturing("simple-capture", "lo", f"udp port {port}", "-n") as capture:
        source = send(port, b"one", b"three")
        line = f"00:00:00:00:00:00 -> 00:00:00:00:00:00 127.0.0.1:{source} -> 127.0.0.1:{port} UDP len "
        capture.await_line(f"{line}33")
        assert capture.end() < 2
        assert capture.out.splitlines() == [f"{line}31", f"{line}33"]
        assert summary(capture.err)[0] == 2
        first, *devices = capture.err.partition("Listening on lo")[0].splitlines()
        assert re.match(r"libpcap version \d", first)
        assert [device for device in devices if device.startswith("* ")] == [
            "* lo 127.0.0.1/255.0.0.0 ::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
        ]


def test_loopback_has_its_name_unless_n() -> None:
    port = free_port()
    with capturing("simple-capture", "-q", "lo", f"udp port {port}") as capture:
        send(port, b"one")
        capture.await_line(f":{port} UDP")
        send(port, b"two")  # a look-up never delays a packet: the name comes with a later one
        capture.await_line(f":{port} UDP", count=2)
        name = socket.gethostbyaddr("127.0.0.1")[0]
        for _ in range(50):
            if f"-> {name}:{port} UDP" in capture.out:
                break
            send(port, b"again")
        assert f"-> {name}:{port} UDP" in capture.out


def test_json_and_what_is_kept(tmp_path: Path) -> None:
    port, kept = free_port(), tmp_path / "kept.pcapng"
    words = ("simple-capture", "-i", "lo", "-f", f"udp port {port}", "--json", "-w", str(kept), "-c", "2")
    with capturing(*words) as capture:
        send(port, b"one", b"three")
        assert capture.wait() == 0
        lines = [json.loads(line) for line in capture.out.splitlines()]
        assert [line["link"]["ip"]["udp"]["payload"] for line in lines] == [{"length": 3}, {"length": 5}]
    again = run_pcaptools("simple-capture", "--json", "-r", str(kept))
    assert again.stdout.splitlines() == capture.out.splitlines()


def test_quiet_about_itself_into_a_closed_pipe() -> None:
    port = free_port()
    with Program("sh", "-c", f"{' '.join(PCAPTOOLS)} simple-capture lo 'udp port {port}' | head -1") as pipe:
        pipe.await_line("Listening on", "err")
        send(port, b"one")
        assert pipe.wait() == 0  # on an idle link: the reader's leaving is noticed without another packet
        assert len(pipe.out.splitlines()) == 1
        assert "Traceback" not in pipe.err
