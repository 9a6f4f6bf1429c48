"""Rotated files: tcpdump makes the same from the same packets, and all of them together hold every packet once."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pcaptools.core.errors import CaptureFileError, UsageError
from pcaptools.core.sources.base import Batch, Record
from pcaptools.core.sources.files import FileSource
from pcaptools.core.sources.rotate import RotatingWriter, Rotation, check_rotation

MANY = Path(__file__).parents[2] / "captures" / "404-many.pcap"
SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND

needs_tcpdump = pytest.mark.skipif(shutil.which("tcpdump") is None, reason="tcpdump is not installed")


def records(path: Path) -> list[Record]:
    with FileSource([path]) as source:
        return [record for batch in source.batches() for record in batch.records]


def rotate(name: Path, rotation: Rotation, packets: list[Record], size: int = 7) -> RotatingWriter:
    """Write in batches of a few packets, since a batch may well hold the end of a file."""
    with RotatingWriter(name, rotation) as writer:
        for at in range(0, len(packets), size):
            writer.write(Batch(1, packets[at : at + size]))
    return writer


def ticks(count: int, apart: float = 1.0) -> list[Record]:
    return [(START + int(number * apart * SECOND), 60, bytes([number]) * 60) for number in range(count)]


@needs_tcpdump
@pytest.mark.parametrize(
    ("options", "rotation"),
    [
        (["-C", "1"], Rotation(size=1_000_000)),
        (["-C", "1", "-W", "12"], Rotation(size=1_000_000, files=12)),
        (["-C", "1", "-W", "2"], Rotation(size=1_000_000, files=2)),
    ],
)
def test_files_by_size_are_tcpdumps_byte_for_byte(tmp_path: Path, options: list[str], rotation: Rotation) -> None:
    packets = [(START + number * 1000, 1500, bytes([number % 251]) * 1500) for number in range(2500)]
    source = tmp_path / "source.pcap"
    with RotatingWriter(source, Rotation()) as writer:
        writer.write(Batch(1, packets))
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    theirs.mkdir()
    ours.mkdir()
    command = ["tcpdump", "-r", str(source), "-w", str(theirs / "trace.pcap"), "-Z", "root", *options]
    subprocess.run(command, check=True, capture_output=True)
    rotate(ours / "trace.pcap", rotation, packets)
    made = {path.name: path.read_bytes() for path in ours.iterdir()}
    assert made == {path.name: path.read_bytes() for path in theirs.iterdir()}
    assert len(made) >= 2


@pytest.mark.parametrize("name", ["t.pcap", "t.pcapng"])
def test_every_packet_is_in_one_file(tmp_path: Path, name: str) -> None:
    packets = records(MANY)
    rotate(tmp_path / name, Rotation(size=3000), packets)
    files = sorted(tmp_path.iterdir(), key=lambda path: int(path.suffix.lstrip(".pcang") or 0))
    assert len(files) > 5
    assert [record for path in files for record in records(path)] == packets
    largest = max(len(data) for _, _, data in packets) + 3 + 32  # of a block: padding and what stands around
    assert all(path.stat().st_size <= 3000 + largest for path in files)


def test_by_time_of_the_packets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    writer = rotate(tmp_path / "t-%H%M%S.pcap", Rotation(seconds=4), ticks(10), size=3)
    assert not writer.full
    assert {path.name: len(records(path)) for path in tmp_path.iterdir()} == {
        "t-221320.pcap": 4,  # 1700000000 is 22:13:20 UTC
        "t-221324.pcap": 4,
        "t-221328.pcap": 2,
    }


def test_by_time_so_many_files(tmp_path: Path) -> None:
    writer = rotate(tmp_path / "t-%s.pcap", Rotation(seconds=2, files=3), ticks(20))
    assert writer.full
    assert sorted(len(records(path)) for path in tmp_path.iterdir()) == [2, 2, 2]


def test_by_time_and_size(tmp_path: Path) -> None:
    rotate(tmp_path / "t-%s", Rotation(seconds=5, size=200), ticks(10))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"t-{1_700_000_000 + slot}{number}" for slot in (0, 5) for number in ("", "1")]
    assert sum(len(records(path)) for path in tmp_path.iterdir()) == 10


def test_a_pause_makes_no_empty_files(tmp_path: Path) -> None:
    rotate(tmp_path / "t-%s", Rotation(seconds=1), ticks(3, apart=100))
    assert len(list(tmp_path.iterdir())) == 3


def test_nothing_that_was_there_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "t.pcap1").write_text("mine")
    with pytest.raises(CaptureFileError, match=r"t\.pcap1 exists already"):
        rotate(tmp_path / "t.pcap", Rotation(size=200), ticks(10))
    assert (tmp_path / "t.pcap1").read_text() == "mine"
    assert len(records(tmp_path / "t.pcap")) == 3


def test_nor_a_file_of_its_own_when_the_name_is_too_coarse(tmp_path: Path) -> None:
    with pytest.raises(CaptureFileError, match="exists already"):
        rotate(tmp_path / "t-%Y.pcap", Rotation(seconds=1), ticks(3))


def test_comments_go_with_their_packets(tmp_path: Path) -> None:
    with RotatingWriter(tmp_path / "t.pcapng", Rotation(seconds=1)) as writer:
        writer.write(Batch(1, ticks(1), False, {0: ("first",)}))
    with FileSource([tmp_path / "t.pcapng"]) as source:
        assert [batch.comments for batch in source.batches()] == [{0: ("first",)}]


def test_a_live_capture_without_packets_is_a_valid_file(tmp_path: Path) -> None:
    with RotatingWriter(tmp_path / "t.pcap", Rotation(size=1000), link_type=113):
        pass
    assert records(tmp_path / "t.pcap") == []


@pytest.mark.parametrize(
    ("name", "rotation", "message"),
    [
        ("t.pcap", Rotation(files=3), "-W counts the files of -C or -G; give one of them"),
        ("", Rotation(size=1), "-C and -G need files to write; give a name with -w"),
        ("-", Rotation(size=1), "-C and -G need files to write; give a name with -w"),
        ("t.pcap", Rotation(seconds=1), (
            "-G would write every file over the one before; put the time into the name, "
            "as in -w t-%Y%m%d-%H%M%S.pcap"
        )),
    ],
)  # fmt: skip
def test_what_does_not_go_together(name: str, rotation: Rotation, message: str) -> None:
    with pytest.raises(UsageError) as error:
        check_rotation(name, rotation)
    assert str(error.value) == message


def test_what_goes_together() -> None:
    check_rotation("", Rotation())
    check_rotation("t.pcap", Rotation(size=1, seconds=1))
    check_rotation("%s", Rotation(seconds=1, files=2))
