from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.build import Dialogue
from support.cli import run_pcaptools

from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.writer import open_writer

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
Validate = Callable[[str], list[dict[str, Any]]]
needs_tshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="needs tshark, as an independent reader")
PIPELINED = ("-r", str(CAPTURES / "pipelined.pcap"), "--time", "none")


def grep(*words: str) -> str:
    done = run_pcaptools("network-grep", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def by_tshark(capture: str, expression: str, field: str = "frame.number") -> list[str]:
    command = ["tshark", "-n", "-r", str(CAPTURES / capture), "-Y", expression, "-T", "fields", "-e", field]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


@needs_tshark
@pytest.mark.parametrize("capture", ["pipelined.pcap", "chunked.pcap", "ipv6.pcap", "any-sll2.pcapng", "vlan.pcap"])
@pytest.mark.parametrize("pattern", ["HTTP/1.1 [0-9]{3}", "User-Agent: curl", "(?i)content-LENGTH", "\\x0d\\x0a"])
def test_the_packets_are_those_that_tshark_finds(capture: str, pattern: str, validate_lines: Validate) -> None:
    done = run_pcaptools("network-grep", pattern, "-r", str(CAPTURES / capture), "--json")
    ours = [str(number) for line in validate_lines(done.stdout) for number in line["packets"]]
    theirs = by_tshark(capture, f'tcp.payload matches "{pattern}"')
    assert ours == theirs
    assert done.returncode == (0 if theirs else 1)


def test_the_line() -> None:
    lines = grep("404", *PIPELINED).splitlines()
    assert len(lines) == 1
    assert lines[0].startswith('10.9.0.1:80 -> 10.9.0.2:43468 #10: … 93"}, {"id": 94')
    assert "HTTP/1.1 404 Not Found … <head><title>404 Not Found</title></head>" in lines[0]


def test_only_what_matches() -> None:
    assert grep("-o", "GET /[a-z.]+", *PIPELINED).splitlines() == [
        "GET /index.html", "GET /data.json", "GET /missing", "GET /old", "GET /logo.png",
    ]  # fmt: skip
    assert grep("-o", "Host: .*", *PIPELINED).splitlines() == ["Host: 10.9.0.1"] * 5  # without the CR of the line end


def test_streams(validate_lines: Validate) -> None:
    """A pattern that lies across two segments: only the stream has it, with both packets."""
    name = str(CAPTURES / "pipelined.pcap")
    across = '"id": 3[0-9]'
    packets = validate_lines(grep(across, "-r", name, "--json"))
    streams = validate_lines(grep("--stream", across, "-r", name, "--json"))
    assert len(streams) == 10
    assert sum(len(line["matches"]) for line in packets) == 9
    (spanning,) = [line["packets"] for line in streams if len(line["packets"]) > 1]
    assert spanning == [6, 8]
    assert {line["where"] for line in streams} == {"stream"}
    assert len({line["session"] for line in streams}) == 1


def test_context_and_groups() -> None:
    text = grep("-C", "1", "404", *PIPELINED)
    assert [line.split(" #")[1].split(" ")[0] for line in text.splitlines()] == ["8-", "10:", "12-"]
    lines = grep("-A", "0", "-B", "1", "GET|404", *PIPELINED).splitlines()
    assert "--" in lines


def test_inverted() -> None:
    numbers = [line.split(" #")[1].split(":")[0] for line in grep("-v", "HTTP", *PIPELINED).splitlines()]
    assert numbers
    if shutil.which("tshark"):
        assert numbers == by_tshark("pipelined.pcap", 'tcp.len > 0 and not tcp.payload contains "HTTP"')


def test_counting() -> None:
    assert grep("--count-only", "GET", *PIPELINED) == "1\n"
    assert grep("--count-only", "--stream", "GET", *PIPELINED) == "5\n"


def test_as_many_as_wanted() -> None:
    assert len(grep("-m", "1", "HTTP", *PIPELINED).splitlines()) == 1
    assert len(grep("-m", "2", "--stream", "HTTP", *PIPELINED).splitlines()) == 2


def test_the_dump() -> None:
    lines = grep("-X", "-m", "1", "GET", *PIPELINED).splitlines()
    assert lines[1] == "\t0x0000:  4745 5420 2f69 6e64 6578 2e68 746d 6c20  GET./index.html."


def test_binary_is_escaped(tmp_path: Path) -> None:
    talk = Dialogue().open().send("c", b"\x1b[31mneedle\x00\xff\xe2\x80\xae")
    path = write(tmp_path / "binary.pcap", talk)
    line = grep("needle", "-r", str(path), "--time", "none")
    assert line == "10.0.0.1:40000 -> 10.0.0.2:80 #4: \\x1b[31mneedle\\x00\\xff\\u202e\n"
    (match,) = json.loads(grep("--hex", "00 ff", "-r", str(path), "--json"))["matches"]
    assert match == {"offset": 11, "length": 2, "match_base64": "AP8="}


def test_matches_are_painted_on_a_terminal() -> None:
    line = grep("-m", "1", "--color", "GET /old", *PIPELINED)
    assert "\x1b[1;31mGET /old\x1b[0m" in line


def write(path: Path, *talks: Dialogue) -> Path:
    records = sorted(record for talk in talks for record in talk.records)
    with open_writer(path) as writer:
        writer.write(Batch(1, records))
    return path


def two_sessions(folder: Path) -> Path:
    one = Dialogue().open().send("c", b"nothing").send("s", b"the needle").close()
    other = Dialogue(client=("10.0.0.3", 40001)).open().send("c", b"hay").close()
    return write(folder / "two.pcap", one, other)


def numbers_in(path: Path) -> list[bytes]:
    from pcaptools.core.sources.files import FileSource

    with FileSource([path]) as source:
        return [record[2] for batch in source.batches() for record in batch.records]


@pytest.mark.parametrize("way", ["file", "pipe"])
def test_writing_what_matches(tmp_path: Path, way: str) -> None:
    path = two_sessions(tmp_path)
    all_frames = numbers_in(path)
    words = ("-r", str(path) if way == "file" else "-")
    data = path.read_bytes() if way == "pipe" else None
    for extra, wanted in (
        ((), [frame for frame in all_frames if b"needle" in frame]),
        (("--stream",), [frame for frame in all_frames if b"needle" in frame]),
        (("--whole-session",), [frame for frame in all_frames if bytes((10, 0, 0, 3)) not in frame]),
        (("--stream", "--whole-session"), [frame for frame in all_frames if bytes((10, 0, 0, 3)) not in frame]),
    ):
        out = tmp_path / f"out{len(extra)}{extra[:1]}.pcap"
        done = run_pcaptools("network-grep", "needle", *words, "--write", str(out), *extra, input=data)
        assert (done.returncode, len(done.stdout.splitlines())) == (0, 1), done.stderr
        assert numbers_in(out) == wanted
    assert len(all_frames) > len(wanted) > 5


def test_writing_to_a_pipe(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = two_sessions(tmp_path)
    command = [sys.executable, "-m", "pcaptools", "network-grep", "needle", "-r", str(path), "--write", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    (tmp_path / "out.pcap").write_bytes(done.stdout)
    assert len(numbers_in(tmp_path / "out.pcap")) == 1


def test_nothing_matched_is_a_file_without_packets(tmp_path: Path) -> None:
    out = tmp_path / "none.pcap"
    done = run_pcaptools("network-grep", "xyzzy", *PIPELINED, "--write", str(out))
    assert done.returncode == 1
    assert numbers_in(out) == []


def test_exit_status(tmp_path: Path) -> None:
    """As grep: 0 matched, 1 not, 2 any error."""
    assert run_pcaptools("network-grep", "-q", "GET", *PIPELINED).returncode == 0
    done = run_pcaptools("network-grep", "-q", "xyzzy", *PIPELINED)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    for words in (
        ("GET", "-r", str(tmp_path / "absent.pcap")),
        ("(", *PIPELINED),
        ("GET", *PIPELINED, "-f", "tcp prt 80"),
        ("GET", "nosuchdevice0"),
        ("GET", "-r", __file__),
        ("--stream", "-v", "GET", *PIPELINED),
        (),
        ("GET", *PIPELINED, "--write", str(CAPTURES / "pipelined.pcap"), "--force"),
    ):
        done = run_pcaptools("network-grep", *words)
        assert (done.returncode, done.stdout) == (2, ""), words
        assert done.stderr.startswith("pcaptools: ")
        assert len(done.stderr.splitlines()) == 1


def test_a_cut_file_is_an_error_and_what_was_there_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes((CAPTURES / "pipelined.pcap").read_bytes()[:-100])
    done = run_pcaptools("network-grep", "GET", "-r", str(path))
    assert (done.returncode, len(done.stdout.splitlines())) == (2, 1)
    assert "is cut short" in done.stderr


@pytest.mark.parametrize("extra", [(), ("--stream",)])
def test_catastrophic_backtracking_is_bounded_and_told(tmp_path: Path, extra: tuple[str, ...]) -> None:
    talk = Dialogue().open().send("c", b"a" * 64 + b"b\n").send("s", b"aaa\n").close()
    path = write(tmp_path / "attack.pcap", talk)
    done = run_pcaptools("network-grep", "(a+)+$", "-r", str(path), *extra, timeout=30)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert "gave up 1 of the searches, which took too long (the first in packet 4)" in done.stderr
    alone = write(tmp_path / "alone.pcap", Dialogue().open().send("c", b"a" * 64 + b"b\n").close())
    done = run_pcaptools("network-grep", "(a+)+$", "-r", str(alone), *extra, timeout=30)
    assert (done.returncode, done.stdout) == (2, "")  # nobody can say that it does not match


def test_the_reader_may_leave() -> None:
    command = f"{__import__('sys').executable} -m pcaptools network-grep . {' '.join(PIPELINED)} | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
