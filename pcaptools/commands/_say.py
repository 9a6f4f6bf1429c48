"""What a command tells its user beside the records."""

from __future__ import annotations

import contextlib

import click

from pcaptools.printers.safe import safe


def say(message: str) -> None:
    """Tell the user something that is no record: on stderr, one line, harmless whatever a name in it holds."""
    with contextlib.suppress(OSError):  # nobody reads it, or it cannot be written: the records matter more
        click.echo(safe(message), err=True)
