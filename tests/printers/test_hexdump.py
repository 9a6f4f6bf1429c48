"""tcpdump is the model: `tcpdump -x` and `-X` of real packets, and what a terminal must not get."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pcaptools.core.sources.files import FileSource
from pcaptools.printers.hexdump import hexdump

CAPTURE = Path(__file__).parents[1] / "captures" / "get.pcap"


@pytest.mark.skipif(shutil.which("tcpdump") is None, reason="tcpdump is not installed")
@pytest.mark.parametrize(("option", "skip", "text"), [("-x", 14, False), ("-X", 14, True), ("-XX", 0, True)])
def test_as_tcpdump_prints_it(option: str, skip: int, text: bool) -> None:
    command = ["tcpdump", "-nn", "-t", option, "-r", str(CAPTURE)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    expected = "".join(line for line in printed.splitlines(keepends=True) if line.startswith("\t"))
    with FileSource([CAPTURE]) as source:
        assert "".join(hexdump(raw.data[skip:], text=text) for raw in source) == expected


def test_every_byte_is_shown_as_printable_ascii() -> None:
    dump = hexdump(bytes(range(256)), text=True)
    assert dump.isascii()
    assert dump.replace("\n", "").replace("\t", "").isprintable()


def test_nothing() -> None:
    assert hexdump(b"") == ""
