import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pcaptools.core.errors import CaptureFileError
from pcaptools.core.sources.base import Batch, Record
from pcaptools.core.sources.files import FileSource
from pcaptools.core.sources.writer import open_writer

RECORDS: list[Record] = [
    (1_700_000_000_123_456_000, 60, bytes(60)),
    (1_700_000_001_000_001_000, 1500, b"\x01" * 61),
    (0, 0, b""),
]


def batches(path: Path) -> list[Batch]:
    with FileSource([path]) as source:
        return list(source.batches())


@pytest.mark.parametrize("name", ["a.pcap", "a.pcapng", "a.NTAR", "a"])
@pytest.mark.parametrize("nanosecond", [False, True])
def test_round_trip(tmp_path: Path, name: str, nanosecond: bool) -> None:
    records = [(time + 789 * nanosecond, wire_len, data) for time, wire_len, data in RECORDS]
    with open_writer(tmp_path / name) as writer:
        writer.write(Batch(113, records, nanosecond))
        # a reader may follow, so it is all there before the file is closed
        assert batches(tmp_path / name) == [Batch(113, records, nanosecond)]


@pytest.mark.parametrize("name", ["a.pcap", "a.pcapng"])
def test_other_programs_read_it(tmp_path: Path, name: str) -> None:
    capinfos, tcpdump = shutil.which("capinfos"), shutil.which("tcpdump")
    if not capinfos or not tcpdump:
        pytest.skip("capinfos and tcpdump are not both installed")
    with open_writer(tmp_path / name) as writer:
        writer.write(Batch(1, [(time + 789, *rest) for time, *rest in RECORDS[:2]], True))  # type: ignore[misc]
    told = subprocess.run([capinfos, "-TmcaeS", tmp_path / name], capture_output=True, text=True, check=True)
    assert "1700000000.123456789" in told.stdout
    assert "1700000001.000001789" in told.stdout
    lines = subprocess.run(
        [tcpdump, "-nr", tmp_path / name, "--nano", "-tt"], capture_output=True, text=True, check=True
    )
    assert lines.stdout.splitlines()[0].startswith("1700000000.123456789 ")
    assert len(lines.stdout.splitlines()) == 2


def test_pcapng_holds_any_link_type_and_comments(tmp_path: Path) -> None:
    written = [
        Batch(1, RECORDS[:1]),
        Batch(113, RECORDS[1:2], True, {0: ("why", "ünd")}),
        Batch(1, RECORDS[:2], False, {1: ("x" * 70_000,)}),
    ]
    with open_writer(tmp_path / "a.pcapng") as writer:
        for batch in written:
            writer.write(batch)
    written[2].comments[1] = ("x" * 65_535,)
    assert batches(tmp_path / "a.pcapng") == written


def test_pcap_holds_one_link_type(tmp_path: Path) -> None:
    with open_writer(tmp_path / "a.pcap", link_type=1) as writer:
        with pytest.raises(CaptureFileError, match=r"write to a \.pcapng file"):
            writer.write(Batch(113, RECORDS))
        with pytest.raises(CaptureFileError, match="1970 to 2106"):
            writer.write(Batch(1, [(1 << 63, 0, b"")]))


@pytest.mark.parametrize("name", ["a.pcap", "a.pcapng"])
def test_an_empty_capture_is_valid(tmp_path: Path, name: str) -> None:
    open_writer(tmp_path / name, link_type=1).close()
    assert batches(tmp_path / name) == []


def test_never_over_an_existing_file(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(b"precious")
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    for name in ("a.pcap", "link"):
        with pytest.raises(CaptureFileError, match="--force"):
            open_writer(tmp_path / name)
    assert path.read_bytes() == b"precious"
    assert not (tmp_path / "nothing").exists()
    open_writer(path, force=True, link_type=1).close()
    assert len(path.read_bytes()) == 24


def test_errors_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(CaptureFileError, match="No such file"):
        open_writer(tmp_path / "no" / "a.pcap")
    with pytest.raises(CaptureFileError, match="null"):
        open_writer("a\0b")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_full_disk() -> None:
    with pytest.raises(CaptureFileError, match="cannot write /dev/full: No space left"):
        open_writer("/dev/full", link_type=1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_owner_under_sudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", "1234")
    monkeypatch.setenv("SUDO_GID", "4321")
    open_writer(tmp_path / "a.pcap").close()
    status = (tmp_path / "a.pcap").stat()
    assert (status.st_uid, status.st_gid) == (1234, 4321)
