"""network-grep on live traffic, on loopback: what is found is printed as it comes."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from support import netns
from support.programs import capturing, free_port

from pcaptools.core.sources.files import FileSource

pytestmark = netns.live

PIECES = (b"one nee", b"dle two\n", b"three needle four\n")


def talk(port: int) -> None:
    """Send "needle" once across two segments and once in one."""
    with socket.create_server(("127.0.0.1", port)) as server, socket.create_connection(("127.0.0.1", port)) as client:
        peer, _ = server.accept()
        with peer:
            for piece in PIECES:
                peer.sendall(piece)
                client.recv(4096)
                time.sleep(0.1)


def test_packets_are_found_as_they_come() -> None:
    port = free_port()
    with capturing("network-grep", "needle", "lo", f"tcp port {port}", "-m", "1") as grep:
        talk(port)
        assert grep.wait() == 0  # it ends by itself
        (line,) = grep.out.splitlines()
        assert line.endswith(": three needle four")


def test_streams_are_searched_as_they_come() -> None:
    port = free_port()
    with capturing("network-grep", "--stream", "needle", "lo", f"tcp port {port}") as grep:
        talk(port)
        grep.await_line("three needle four")
        assert grep.end() < 2
        assert grep.process.returncode == 0
        first, second = grep.out.splitlines()
        assert first.endswith(": one needle two")
        assert second.endswith(": three needle four")


def test_nothing_found_is_status_1() -> None:
    port = free_port()
    with capturing("network-grep", "xyzzy", "lo", f"tcp port {port}", "--duration", "2") as grep:
        talk(port)
        assert (grep.wait(), grep.out) == (1, "")


def test_the_whole_session_is_kept(tmp_path: Path) -> None:
    port, other, out = free_port(), free_port(), tmp_path / "kept.pcap"
    words = ("network-grep", "four", "lo", f"tcp port {port} or tcp port {other}", "--write", str(out))
    with capturing(*words, "--whole-session", "-Z", "root") as grep:
        with socket.create_server(("127.0.0.1", other)), socket.create_connection(("127.0.0.1", other)) as quiet:
            quiet.sendall(b"no such thing")
            talk(port)
        grep.await_line("four")
        grep.end()
    with FileSource([out]) as source:
        frames = [data for batch in source.batches() for _, _, data in batch.records]
    wanted = port.to_bytes(2, "big")
    assert all(wanted in (frame[34:36], frame[36:38]) for frame in frames)
    assert any(frame[47] == 2 for frame in frames)  # the SYN, too, which came before anything matched
    assert sum(any(piece in frame for piece in PIECES) for frame in frames) == 3
