from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.cli import run_pcaptools
from support.netns import live

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
FACTS: dict[str, dict[str, Any]] = json.loads((CAPTURES / "facts.json").read_text())
Validate = Callable[[str], list[dict[str, Any]]]


def capture(name: str, *words: str) -> str:
    done = run_pcaptools("simple-capture", "-r", str(CAPTURES / name), *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_line_a_packet(name: str, validate_lines: Validate) -> None:
    path = CAPTURES / name
    if not path.is_file():
        pytest.skip("in another folder")
    assert len(capture(name).splitlines()) == FACTS[name]["packets"]
    lines = validate_lines(capture(name, "--json"))
    assert [line["event"] for line in lines] == ["packet"] * FACTS[name]["packets"]


@pytest.mark.parametrize(
    "name", ["geneve", "gre", "erspan-ii", "erspan-iii", "gtp", "l2tp", "teredo", "vxlan-gbp", "vxlan-gpe"]
)
def test_tunnels_as_json(name: str, validate_lines: Validate) -> None:
    done = run_pcaptools("simple-capture", "-r", str(CAPTURES / f"{name}.pcap"), "--json")
    layer = name.partition("-")[0]
    assert all(f'"{layer}":' in line for line in done.stdout.splitlines())
    assert len(validate_lines(done.stdout)) >= 10


def test_decode_as(tmp_path: Path) -> None:
    data = (CAPTURES / "vxlan.pcap").read_bytes()
    path = tmp_path / "vxlan.pcap"
    path.write_bytes(data.replace((4789).to_bytes(2, "big"), (9999).to_bytes(2, "big")))
    words = ["simple-capture", "-q", "-r", str(path)]
    assert "VXLAN" not in run_pcaptools(*words).stdout
    assert (
        run_pcaptools(*words, "--decode-as", "udp.port==9999,vxlan").stdout.count(":9999 VXLAN vni 5001 10.9.0.") == 12
    )


def test_the_lines_of_the_design() -> None:
    client, server = "46:37:92:89:6b:2e", "0e:7c:c0:99:6d:59"
    assert capture("get.pcap").splitlines()[:2] == [
        f"{client} -> {server} 10.9.0.2:39772 -> 10.9.0.1:80 TCP len 60 [syn]",
        f"{server} -> {client} 10.9.0.1:80 -> 10.9.0.2:39772 TCP len 60 [ack,syn]",
    ]
    assert capture("get.pcap", "-q", "-c", "1") == "10.9.0.2:39772 -> 10.9.0.1:80 TCP len 60 [syn]\n"


def test_rotated_files_hold_every_packet(tmp_path: Path) -> None:
    name = tmp_path / "ring.pcap"
    assert len(capture("404-many.pcap", "-w", str(name), "-C", "3k").splitlines()) == FACTS["404-many.pcap"]["packets"]
    files = sorted(tmp_path.iterdir())
    assert len(files) > 5
    words = [word for path in files for word in ("-r", str(path))]
    done = run_pcaptools("simple-capture", "--json", *words)
    again = run_pcaptools("simple-capture", "--json", "-r", str(CAPTURES / "404-many.pcap"))
    assert sorted(done.stdout.splitlines()) == sorted(again.stdout.splitlines())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-C", "1"], "-C and -G need files to write; give a name with -w"),
        (["-C", "1q"], "invalid value for '-C': '1q' is no size: give millions of bytes, or a number with k, m or g"),
        (["-W", "2"], "-W counts the files of -C or -G; give one of them"),
    ],
)
def test_rotation_that_cannot_be(words: list[str], message: str) -> None:
    done = run_pcaptools("simple-capture", "-r", str(CAPTURES / "get.pcap"), *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_tree_and_dump() -> None:
    text = capture("get.pcap", "-v", "-X", "-c", "1", "--time", "epoch")
    assert text.startswith("1795433494.136024 46:37:92:89:6b:2e -> ")
    assert "\n    ip:\n      version: 4\n" in text
    assert "\t0x0000:  4500 003c 9e21 4000 4006 8886 0a09 0002  E..<.!@.@.......\n" in text


def test_checksums(tmp_path: Path, validate_lines: Validate) -> None:
    path = tmp_path / "bad.pcap"
    data = bytearray((CAPTURES / "tcp-options.pcap").read_bytes())
    data[24 + 16 + 14 + 20 + 14] ^= 0xFF  # the window of the first segment, behind file, packet and other headers
    path.write_bytes(data)
    done = run_pcaptools("simple-capture", "-r", str(path), "--checksums", "-q", "-c", "2")
    first, second = done.stdout.splitlines()
    assert re.search(r"TCP len 64 \[syn\] \[bad tcp checksum 0x[0-9a-f]{4}, should be 0x[0-9a-f]{4}\]$", first)
    assert "checksum" not in second
    done = run_pcaptools("simple-capture", "-r", str(path), "--checksums", "--json", "-c", "2")
    bad, good = (line["link"]["ip"] for line in validate_lines(done.stdout))
    assert (bad["checksum_status"], bad["tcp"]["checksum_status"]) == ("good", "bad")
    assert good["tcp"]["checksum_status"] == "good"
    assert "checksum_status:" in run_pcaptools("simple-capture", "-r", str(path), "--checksums", "-v", "-c", "1").stdout
    assert "checksum_status:" not in run_pcaptools("simple-capture", "-r", str(path), "-v", "-c", "1").stdout


class TestAsRoot:
    pytestmark = live

    def test_what_is_decoded_was_imported_before_the_drop(self) -> None:
        """The interpreter may be private to root; a decoder imported after the drop would be missing."""
        expected = capture("get.pcap", "--json")
        assert capture("get.pcap", "--json", "-Z", "nobody") == expected

    def test_files_to_come_must_be_possible_for_who_we_become(self, tmp_path: Path) -> None:
        name = str(tmp_path / "t.pcap")
        done = run_pcaptools("simple-capture", "-r", str(CAPTURES / "get.pcap"), "-w", name, "-C", "1k", "-Z", "nobody")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            f"pcaptools: cannot make files in {tmp_path}: Permission denied; files are made as user nobody: "
            "name a folder where nobody may write, or stay root with -Z root\n"
        )


@pytest.mark.parametrize(
    ("name", "secret", "hidden"),
    [  # the secrets are tshark's pap.password, ftp.request.arg, snmp.community, resp (of AUTH), pop.request.parameter
        ("pppoe.pcap", "password: secret", "password: [hidden]"),
        ("ftp.pcap", "FTP PASS s3cret", "FTP PASS [hidden]"),
        ("snmp.pcap", "community: s3cret-ro", "community: [hidden]"),
        ("redis.pcap", "Redis AUTH s3cret", "Redis AUTH [hidden]"),
        ("pop3.pcap", "POP3 PASS s3cret", "POP3 PASS [hidden]"),
    ],
)
def test_secrets_are_shown_only_when_asked_for(name: str, secret: str, hidden: str) -> None:
    word = secret.split()[-1]
    discreet, frank = capture(name, "-v"), capture(name, "-v", "--show-secrets")
    assert secret in frank
    assert hidden in discreet
    assert word not in discreet
    assert word not in capture(name, "--json")


@pytest.mark.parametrize("name", ["ring.pcap", "ring.pcapng"])
def test_other_programs_read_rotated_files(tmp_path: Path, name: str) -> None:
    tshark, tcpdump = shutil.which("tshark"), shutil.which("tcpdump")
    if not tshark or not tcpdump:
        pytest.skip("tshark and tcpdump are not both installed")
    source = CAPTURES / "404-many.pcap"
    capture(source.name, "-w", str(tmp_path / name), "-C", "3k")
    files = sorted(tmp_path.iterdir(), key=lambda path: int(re.sub(r"\D", "", path.suffix) or 0))
    assert len(files) > 5
    for reader in ([tshark, "-n", "-T", "fields", "-e", "frame.time_epoch", "-e", "tcp.seq_raw"], [tcpdump, "-nSttxx"]):

        def read(path: Path, command: list[str] = reader) -> str:
            done = subprocess.run([*command, "-r", str(path)], capture_output=True, text=True, check=True)
            return done.stdout

        assert "".join(map(read, files)) == read(source)
