from __future__ import annotations

from pathlib import Path

import pytest
from support.build import Dialogue

from pcaptools.commands import _grep
from pcaptools.commands._grep import Grep, Keeper, View
from pcaptools.commands._options import CaptureOptions
from pcaptools.core.grep.pattern import compile_pattern
from pcaptools.core.sources.base import Batch


def talk() -> Batch:
    return Batch(1, Dialogue().open().send("c", b"a needle").send("s", b"hay").close().records)


def test_a_batch_keeps_what_is_to_be_written() -> None:
    batch = talk()
    wanted = batch.records[3]
    grep = Grep(CaptureOptions(read=("x",), write="out.pcap", time="none"), View(), compile_pattern("needle"))
    assert grep.handle(batch) == "10.0.0.1:40000 -> 10.0.0.2:80 #4: a needle\n"
    assert batch.records == [wanted]


def test_quiet_ends_at_the_first_match() -> None:
    grep = Grep(CaptureOptions(), View(quiet=True), compile_pattern("a"))
    assert grep.handle(talk()) == ""
    assert (grep.done, grep.found) == (True, 1)


def test_how_many() -> None:
    grep = Grep(CaptureOptions(), View(count_only=True), compile_pattern("a"))
    assert grep.handle(talk()) == ""
    assert grep.finish() == "2\n"


def test_what_is_not_kept_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_grep, "MAX_SPOOL", 300)
    grep = Grep(CaptureOptions(write="out.pcap"), View(whole_session=True), compile_pattern("needle"))
    grep.begin()
    batch = talk()
    for record in batch.records:
        grep.handle(Batch(1, [record]))
    written = [record for kept in grep.rest() for record in kept.records]
    assert 0 < len(written) < len(batch.records)
    (notice,) = grep.notices()
    assert notice.startswith(f"{len(batch.records) - len(written)} packets were not kept")


def test_the_packets_of_a_pipe_are_kept_in_a_file_that_goes_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    keeper = Keeper(CaptureOptions(read=("-",), write="out.pcap"), whole_session=True)
    keeper.open()
    batch = talk()
    keeper.see(batch, [])
    assert [path.name for path in tmp_path.rglob("*.pcapng")] == ["spool.pcapng"]
    assert [kept.records for kept in keeper.kept()] == [[]]
    assert list(tmp_path.rglob("*")) == []
