from __future__ import annotations

import subprocess
import sys

import pytest

from pcaptools.commands._say import say


def test_it_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    say("no records")
    assert tuple(capsys.readouterr()) == ("", "no records\n")


def test_a_stderr_that_cannot_be_written_does_not_matter() -> None:
    program = f"{sys.executable} -c 'from pcaptools.commands._say import say; say(\"x\"); print(1)' 2> /dev/full"
    assert subprocess.run(["sh", "-c", program], stdout=subprocess.PIPE, check=True).stdout == b"1\n"
