"""The documentation says what the program does: every command has its man page, the changelog its version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import run_pcaptools

from pcaptools import __version__
from pcaptools.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
MAN = ROOT / "man"
PAGES = sorted(MAN.glob("*.1"))

FILTER = r"ip proto \tcp"
"""The filter that everybody knows from http_trace; a tool on the way likes to eat its backslash."""
FILTER_IN_ROFF = r"ip proto \etcp"
PAGES_WITH_FILTER = ["pcaptools.1", "pcaptools-http-trace.1", "pcaptools-simple-capture.1"]

needs_man = pytest.mark.skipif(shutil.which("man") is None, reason="needs man (man-db), to render the man pages")


def render(page: Path, installed: Path) -> subprocess.CompletedProcess[str]:
    """Render a page as a terminal shows it, in a folder where it is installed, so that `.so man1/…` is found."""
    (installed / "man1").symlink_to(MAN)
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100", "MAN_KEEP_FORMATTING": "", "MANROFFOPT": ""}
    command = ["man", "--warnings", "-P", "cat", "-l", f"man1/{page.name}"]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=installed, timeout=60, check=False
    )


def plain(rendered: str) -> str:
    """Undo overstriking, escapes and line ends."""
    text = re.sub(r".\x08|\x1b\[[0-9;]*m", "", rendered)
    return " ".join(text.split())


def test_the_filter_survives_in_the_readme() -> None:
    assert FILTER in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["http-trace", "simple-capture"])
def test_the_filter_survives_in_the_help(command: str) -> None:
    done = run_pcaptools(command, "--help")
    assert done.returncode == 0, done.stderr
    assert FILTER in done.stdout


@pytest.mark.parametrize("name", PAGES_WITH_FILTER)
def test_the_filter_survives_in_the_man_page(name: str) -> None:
    assert FILTER_IN_ROFF in (MAN / name).read_text(encoding="utf-8")


@needs_man
@pytest.mark.parametrize("name", PAGES_WITH_FILTER)
def test_the_filter_survives_in_the_rendered_man_page(name: str, tmp_path: Path) -> None:
    assert FILTER in plain(render(MAN / name, tmp_path).stdout)


def test_no_page_of_another_command() -> None:
    expected = {"pcaptools.1", *(f"pcaptools-{command}.1" for command in COMMANDS)}
    assert {page.name for page in PAGES} == expected


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_is_in_the_main_page(command: str) -> None:
    text = (MAN / "pcaptools.1").read_text(encoding="utf-8").replace(r"\-", "-")
    assert command in text


@needs_man
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_renders_without_a_warning(page: Path, tmp_path: Path) -> None:
    done = render(page, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "NAME" in done.stdout
    assert "SYNOPSIS" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_tells_every_option(command: str) -> None:
    """Options of `--help` are in the command's own page; long ones that are in pcaptools(1) need not be again."""
    done = run_pcaptools(command, "--help")
    assert done.returncode == 0, done.stderr
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", done.stdout))
    pages = "".join((MAN / name).read_text(encoding="utf-8") for name in (f"pcaptools-{command}.1", "pcaptools.1"))
    assert {option for option in options if option not in pages.replace(r"\-", "-")} == set()


@pytest.mark.parametrize("command", [(), *((command,) for command in COMMANDS)], ids=" ".join)
def test_h_is_help(command: tuple[str, ...]) -> None:
    assert run_pcaptools(*command, "-h").stdout == run_pcaptools(*command, "--help").stdout != ""


def test_the_changelog_begins_with_this_version() -> None:
    versions = re.findall(r"^## \[?v?(\d+\.\d+\.\d+[^\s\]]*)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert versions[:1] == [__version__]


def test_the_package_metadata_has_this_version() -> None:
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


SHOWN = re.findall(
    r"^```\n\$ (pcaptools .*)\n((?:.*\n)*?)```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
)


@pytest.mark.parametrize(("command", "shown"), SHOWN, ids=[command for command, _ in SHOWN])
def test_the_readme_shows_what_is_printed(command: str, shown: str) -> None:
    if " jq " in command and shutil.which("jq") is None:
        pytest.skip("needs jq")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    # stderr after stdout, as a terminal has it: the last thing said is the summary
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=True
    )
    assert len(SHOWN) >= 8
    assert shown == done.stdout + (done.stderr if "|" not in command else "")
