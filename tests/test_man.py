"""The man pages tell the options that the commands have, in the same words, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from pcaptools.cli import COMMANDS, cli

MAN = Path(__file__).resolve().parents[1] / "man"
SECTIONS = [
    "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "OUTPUT", "JSON", "EXIT STATUS", "ENVIRONMENT", "SIGNALS",
    "PRIVILEGES", "EXAMPLES", "DIAGNOSTICS", "SEE ALSO",
]  # fmt: skip


def page_of(command: click.Command) -> str:
    name = "pcaptools" if command is cli else f"pcaptools-{command.name}"
    return (MAN / f"{name}.1").read_text(encoding="utf-8")


def commands() -> list[click.Command]:
    context = click.Context(cli)
    found = [cli.get_command(context, name) for name in COMMANDS]
    return [cli, *(command for command in found if command is not None)]


def options_of(command: click.Command) -> dict[frozenset[str], str]:
    """Return the help of each option, by its names."""
    context = click.Context(command, **command.context_settings)
    options = (param for param in command.get_params(context) if isinstance(param, click.Option))
    return {frozenset((*option.opts, *option.secondary_opts)): option.help or "" for option in options}


def told_options(page: str) -> dict[frozenset[str], str]:
    """Return what the section OPTIONS says of each option, by its names: the tag after each .TP, and its text."""
    section = page.partition("\n.SH OPTIONS\n")[2].partition("\n.SH ")[0]
    entries = [entry.partition("\n") for entry in section.split(".TP\n")[1:]]
    return {frozenset(re.findall(r"\\fB(-[\w-]+)", plain(tag))): plain(text) for tag, _, text in entries}


def plain(roff: str) -> str:
    return " ".join(roff.replace(r"\-", "-").split())


@pytest.mark.parametrize("command", commands(), ids=lambda command: str(command.name))
def test_the_options_are_those_of_the_command(command: click.Command) -> None:
    assert set(told_options(page_of(command))) == set(options_of(command))


@pytest.mark.parametrize("command", commands(), ids=lambda command: str(command.name))
def test_the_options_are_told_in_the_words_of_the_help(command: click.Command) -> None:
    told = told_options(page_of(command))
    assert [text for names, text in options_of(command).items() if not told[names].startswith(text)] == []


@pytest.mark.parametrize("command", commands(), ids=lambda command: str(command.name))
def test_the_page_has_the_sections(command: click.Command) -> None:
    found = re.findall(r'^\.SH "?([A-Z ]+)"?$', page_of(command), re.MULTILINE)
    assert [section for section in found if section in SECTIONS] == SECTIONS
