from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from support.cli import run_pcaptools

from pcaptools import __version__
from pcaptools.cli import COMMANDS, cli, run
from pcaptools.core import errors
from pcaptools.core.errors import PcapToolsError

HEAVY = {"rich", "dpkt", "pcapy", "psutil", "h11"}


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def test_version() -> None:
    done = run_pcaptools("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"pcaptools {__version__}\n", "")


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)], ids=["pcaptools", *COMMANDS])
def test_help(words: list[str]) -> None:
    short, long = run_pcaptools(*words, "-h"), run_pcaptools(*words, "--help")
    assert (short.returncode, short.stderr) == (long.returncode, long.stderr) == (0, "")
    assert short.stdout == long.stdout
    assert short.stdout.startswith(" ".join(["Usage: pcaptools", *words]) + " ")


def test_help_lists_every_command() -> None:
    text = run_pcaptools("--help").stdout
    for name, (_, line) in COMMANDS.items():
        assert re.search(rf"^  {name} ", text, re.MULTILINE)
        assert " ".join(line.split()) in " ".join(text.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    module, line = COMMANDS[name]
    told = (command(name).help or "").split("\n\n")[0].replace("\n", " ").strip()
    assert line == (told if module == name.replace("-", "_") else f"The same as {module.replace('_', '-')}.")
    assert command(name).name == module.replace("_", "-")


@pytest.mark.parametrize("words", ["--help", "--version", "-h", "nope", "devices --jsno"])
def test_what_needs_no_library_imports_none(words: str) -> None:
    program = (
        "import sys; from pcaptools.cli import run; run(sys.argv[1:]); "
        f"print(sorted({HEAVY} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words.split()], capture_output=True, text=True, check=True, timeout=30
    )
    loaded = done.stderr.splitlines()[-1]
    if words.startswith("devices"):  # the check itself sees what a command needs
        assert "pcapy" in loaded
    else:
        assert loaded == "[]"


def test_without_a_command_there_is_help_on_stderr() -> None:
    done = run_pcaptools()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == run_pcaptools("--help").stdout


@pytest.mark.parametrize(
    ("words", "status", "line"),
    [
        (["nope"], 2, "no such command 'nope'; see pcaptools --help"),
        (["--nope"], 2, "no such option '--nope'; see pcaptools --help"),
        (["http-trace", "--xyzzy"], 2, "no such option '--xyzzy'; see pcaptools http-trace --help"),
        (["http-trace", "-r"], 2, "option '-r' requires an argument"),
        (["demo", "lo"], 2, "got unexpected extra argument (lo); see pcaptools demo --help"),
        (["http-trace", "-i", "lo", "-r", "x"], 2, "an interface and -r exclude each other; give one of them"),
        (["http-trace", "-r", "/nope/x"], 1, "cannot open /nope/x: No such file or directory"),
        (["http-trace", "-r", "/nope/\x1b[31m\n"], 1, r"cannot open '/nope/\x1b[31m\n': No such file or directory"),
        (["\x1b[31m\u202e"], 2, r"no such command '\x1b[31m\u202e'; see pcaptools --help"),
    ],
)
def test_an_error_is_one_line_on_stderr(words: list[str], status: int, line: str) -> None:
    done = run_pcaptools(*words)
    told = re.sub(r"(no such option): (--\w+)", r"\1 '\2'", done.stderr)  # in the words of click before 8.4
    assert (done.returncode, done.stdout, told) == (status, "", f"pcaptools: {line}\n")


def raises(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    def main(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "main", main)
    return run([])


KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PcapToolsError)]


@pytest.mark.parametrize("kind", KINDS)
def test_our_errors(
    kind: type[PcapToolsError], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    status = raises(kind("what\nis \x1bwrong", "do this"), monkeypatch)
    assert status == (2 if kind is errors.UsageError else 1)
    assert capfd.readouterr() == ("", "pcaptools: what is \\x1bwrong; do this\n")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_interrupted(error: BaseException, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    assert raises(error, monkeypatch) == 130
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (PermissionError(13, "Permission denied", "/x"), "/x: Permission denied"),
        (OSError("odd"), "odd"),
    ],
)
def test_the_systems_errors(
    error: OSError, line: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert raises(error, monkeypatch) == 1
    assert capfd.readouterr() == ("", f"pcaptools: {line}\n")


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        raises(ZeroDivisionError(), monkeypatch)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(closed: str) -> None:
    capture = Path(__file__).parent / "captures" / "get.pcap"
    shell = f"'{sys.executable}' -m pcaptools http-trace -r '{capture}' {closed}"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0
    assert done.stdout.count("\n") == (0 if " >&-" in f" {closed}" else 6)
    assert done.stderr.count("\n") == (0 if "2>&-" in closed else 1)


def test_a_reader_of_help_that_has_left() -> None:
    done = subprocess.run(
        ["sh", "-c", f"('{sys.executable}' -m pcaptools --help; echo $? >&2) | true"],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.stderr == "0\n"
