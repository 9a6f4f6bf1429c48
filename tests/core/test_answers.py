"""What DNS answers tell, in real captures: the packets alone, and behind the tracker."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import run_pcaptools

from pcaptools.core.answers import Answers
from pcaptools.core.names import Names
from pcaptools.core.sources.files import FileSource

CAPTURES = Path(__file__).parents[1] / "captures"


def test_an_answer_is_believed() -> None:
    """dns-records.pcap, frame 12 (tshark): www.example.test is an alias of web.example.test, 192.0.2.80."""
    names = Names()
    answers = Answers(names)
    with FileSource([CAPTURES / "dns-records.pcap"]) as source:
        for batch in source.batches():
            for record in batch.records[:12]:
                answers.look(record, batch.link_type)
    assert names.name("192.0.2.80") == "www.example.test"


def test_multicast_dns_tells_of_its_own_name() -> None:
    names = Names()
    answers = Answers(names)
    with FileSource([CAPTURES / "mdns.pcap"]) as source:
        for batch in source.batches():
            for record in batch.records:
                answers.look(record, batch.link_type)
    assert names.name("10.9.0.1").endswith(".local")


@pytest.mark.parametrize("data", [b"", b"\0" * 60, bytes(12) + b"\x08\0\x45" + bytes(60)])
def test_rubbish_is_nothing(data: bytes) -> None:
    Answers(Names()).look((0, len(data), data), 1)
    Answers(Names()).look((0, len(data), data), 147)


@pytest.mark.parametrize("command", ["http-trace", "tcp-metrics", "simple-capture"])
def test_the_commands_show_what_they_learned(command: str, corpus: Path) -> None:
    capture = str(corpus / "zeek" / "wikipedia.pcap")
    assert "upload.wikimedia.org:80" in run_pcaptools(command, "-r", capture).stdout
    assert "upload.wikimedia.org:80" not in run_pcaptools(command, "-n", "-r", capture).stdout
