import contextlib
import functools
import gzip
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pcaptools.core.errors import (
    CaptureFileError,
    FilterError,
    NotACaptureFileError,
    PcapToolsError,
    TruncatedFileError,
)
from pcaptools.core.sources.base import RawPacket
from pcaptools.core.sources.files import FileSource, create_offline_session
from pcaptools.core.sources.inflate import _zstd

ROOT = Path(__file__).parents[3]
CORPUS = ROOT / os.environ.get("PCAPTOOLS_CORPUS", "../shared/corpus")
needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"no captures at {CORPUS}; set PCAPTOOLS_CORPUS to where they are"
)


def pcap(*packets: bytes, link_type: int = 1) -> bytes:
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link_type)
    return head + b"".join(struct.pack("<IIII", n, n, len(p), len(p)) + p for n, p in enumerate(packets))


def count(path: Path, expression: str = "") -> int:
    with FileSource([path], expression) as source:
        return sum(len(batch.records) for batch in source.batches())


@functools.cache
def captures(folder: str) -> list[Path]:
    return sorted(path for path in (CORPUS / folder).rglob("*") if path.is_file())


# --- real captures


@needs_corpus
def test_zeek_captures_have_as_many_packets_as_tshark_says() -> None:
    facts = json.loads((CORPUS / "zeek.json").read_text())
    assert {name: count(CORPUS / "zeek" / name) for name in facts} == {n: f["packets"] for n, f in facts.items()}


@needs_corpus
def test_tcpdump_captures_raise_only_our_errors() -> None:
    for path in captures("tcpdump"):
        with contextlib.suppress(PcapToolsError):
            count(path)


@needs_corpus
@pytest.mark.parametrize("expression", ["tcp", "ip6", "greater 500", "vlan", "udp port 53 or icmp"])
def test_filters_match_what_tcpdump_matches(expression: str, tmp_path: Path) -> None:
    tcpdump = shutil.which("tcpdump")
    if tcpdump is None:
        pytest.skip("tcpdump is not installed")
    out = tmp_path / "out.pcap"
    for path in captures("zeek")[::4] + captures("tcpdump")[::8]:
        wrote = subprocess.run([tcpdump, "-nr", path, "-w", "-", expression], capture_output=True, check=False)
        if not wrote.stdout:  # it refuses the filter for this link type, or the file
            continue
        out.write_bytes(wrote.stdout)
        try:
            ours = count(path, expression)
        except FilterError:
            ours = 0
        assert ours == count(out), path


@needs_corpus
def test_times_and_lengths_are_tsharks() -> None:
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed")
    fields = [f"-e{name}" for name in ("frame.time_epoch", "frame.len", "frame.cap_len")]
    for path in [CORPUS / "zeek/pcapng-multi-interface.pcapng", CORPUS / "zeek/wikipedia.pcap", *captures("zeek")[3:9]]:
        command = [tshark, "-nr", str(path), "-Tfields", *fields]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        with create_offline_session(path) as source:
            ours = [f"{p.ts_sec}.{p.ts_nsec:09}\t{p.len}\t{p.caplen}" for p in source]
        assert ours == lines.splitlines(), path


# --- files


def test_packets_events_and_stats(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap(b"abc", b"defg"))
    got: list[RawPacket] = []
    with create_offline_session(str(path)) as source:
        source.on("packet", got.append)
        source.run()
    assert got == [RawPacket(b"abc", 0, 0, 3, 3, 1), RawPacket(b"defg", 1, 1000, 4, 4, 1)]
    assert source.stats() == (2, 0, 0)


@pytest.mark.parametrize("pack", [gzip.compress, _zstd().compress])
def test_compressed_and_cut(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    packets = [os.urandom(1000) for _ in range(1000)]
    path = tmp_path / "told-by-its-magic"
    path.write_bytes(pack(pcap(*packets)))
    assert count(path) == 1000
    path.write_bytes(path.read_bytes()[:-500_000])
    got: list[RawPacket] = []
    with FileSource([path]) as source, pytest.raises(TruncatedFileError, match="in the middle of its"):
        got.extend(source)
    assert 300 < len(got) < 600
    assert [packet.data for packet in got] == packets[: len(got)]


def test_several_files_are_read_to_the_end_before_an_error(tmp_path: Path) -> None:
    names = [tmp_path / name for name in "abcd"]
    for name, data in zip(names, [pcap(b"1"), pcap(b"2", b"3")[:-1], b"rubbish", pcap(b"4")], strict=True):
        name.write_bytes(data)
    source = FileSource(names)
    got: list[RawPacket] = []
    with source, pytest.raises(TruncatedFileError, match=r"b is cut short inside the packet at byte 41"):
        got.extend(source)
    assert [packet.data for packet in got] == [b"1", b"2", b"4"]


@pytest.mark.parametrize(("data", "words"), [(b"", "is empty"), (b"ab", "is not a"), (b"<html>", "is not a")])
def test_not_a_capture_file(tmp_path: Path, data: bytes, words: str) -> None:
    for content in (data, gzip.compress(data)):
        (tmp_path / "a").write_bytes(content)
        with pytest.raises(NotACaptureFileError, match=words):
            count(tmp_path / "a")


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "no\nne", "No such file"), (tmp_path, "directory"), (Path("a\0b"), "null")):
        with pytest.raises(CaptureFileError, match=words) as caught:
            FileSource([path])
        assert "\n" not in str(caught.value)


def test_stop_and_a_second_loop(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(pcap(*[b"x"] * 10_000))
    source = create_offline_session(tmp_path / "a")
    first = next(source.batches())
    second = next(source.batches())
    assert (first.records[0][0], second.records[0][0] // 10**9) == (0, len(first.records))
    source.stop()
    assert list(source.batches()) == []
    source.close()
    source.stop()
    source.close()


# --- filters


def test_filter_for_no_link_type_of_the_input(tmp_path: Path) -> None:
    (tmp_path / "sll").write_bytes(pcap(b"x" * 60, link_type=113))
    (tmp_path / "eth").write_bytes(pcap(bytes(12) + b"\x81\x00" + bytes(40)))
    with FileSource([tmp_path / "sll", tmp_path / "eth"], "vlan") as source:
        assert len(list(source)) == 1
        assert list(source.rejected) == [113]
    for names in (["sll"], ["sll", "sll"]):
        with FileSource([tmp_path / n for n in names], "vlan") as source, pytest.raises(FilterError, match="VLAN"):
            list(source)


def test_bad_filter_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FilterError, match="syntax error"):
        create_offline_session(tmp_path / "not-even-there", "tcp foo")


# --- standard input

CHILD = """
import signal, sys
from pcaptools.core.sources.files import create_offline_session
source = create_offline_session("-")
signal.signal(signal.SIGTERM, lambda *_: source.stop())
if len(sys.argv) > 1:
    source.extra_fds.append(1)
print("ready", flush=True)
for batch in source.batches():
    if batch.records:
        print(*[len(data) for _, _, data in batch.records], flush=True)
print("end", source.reader_gone, file=sys.stderr, flush=True)
"""


def child(*arguments: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


@pytest.fixture
def reader() -> Iterator[subprocess.Popen[bytes]]:
    with child() as process:
        yield process
        process.kill()


def test_stdin_streams(reader: subprocess.Popen[bytes]) -> None:
    assert reader.stdin is not None
    assert reader.stdout is not None
    data = pcap(b"a", b"bc")
    for piece, line in ((data[:41], b"1\n"), (data[41:], b"2\n")):
        started = time.monotonic()
        reader.stdin.write(piece)
        reader.stdin.flush()
        assert reader.stdout.readline() == line
        assert time.monotonic() - started < 0.5
    reader.stdin.close()
    assert reader.wait(5) == 0


def test_signal_ends_a_quiet_stdin(reader: subprocess.Popen[bytes]) -> None:
    time.sleep(0.1)
    started = time.monotonic()
    reader.send_signal(signal.SIGTERM)
    assert reader.wait(5) == 0
    assert time.monotonic() - started < 0.5


def test_closed_pipe_ends_a_quiet_stdin() -> None:
    with child("watch stdout") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.readline() == b"end True\n"
        assert process.wait(5) == 0


def test_stop_from_another_thread_ends_a_named_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    source = create_offline_session(tmp_path / "pipe")
    writer = os.open(tmp_path / "pipe", os.O_WRONLY)
    timer = threading.Timer(0.1, source.stop)
    timer.start()
    started = time.monotonic()
    assert list(source) == []
    assert time.monotonic() - started < 0.3
    timer.join()
    os.close(writer)
    source.close()
