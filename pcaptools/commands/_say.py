"""What a command tells its user beside the records."""

from __future__ import annotations

import contextlib

import click


def say(message: str) -> None:
    """Tell the user something that is no record: on stderr, one line."""
    with contextlib.suppress(OSError):  # nobody reads it, or it cannot be written: the records matter more
        click.echo(message, err=True)
