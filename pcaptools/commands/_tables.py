"""Tables on standard error: drawn by rich at a terminal, plain columns elsewhere, without importing it."""

from __future__ import annotations

import contextlib
import io
import sys

from pcaptools.printers.console import wants_color

Table = tuple[str, list[list[str]]]
"""Title, and the rows of text, that of the names first."""


def preload(color: bool | None) -> None:
    """Import what rich imports when it draws, if it will."""
    if is_drawn(color):
        draw([("src", [["src", "dst"], ["\u00fc", "\u4e2d"]])], "", color, left=2, file=io.StringIO())


def say_tables(tables: list[Table], line: str, color: bool | None, *, left: int) -> None:
    """Write a line and tables; their first `left` columns are text, the others numbers, that stand to the right."""
    if is_drawn(color):
        draw(tables, line, color, left=left)
        return
    lines = [line] * bool(line) + [text for one in tables for text in plain(*one, left=left)]
    with contextlib.suppress(OSError):  # as `say` has it
        sys.stderr.write("".join(f"{text}\n" for text in lines))


def is_drawn(color: bool | None) -> bool:
    """Tell whether rich is to draw them."""
    return sys.stderr.isatty() or wants_color(sys.stderr, color)


def plain(title: str, rows: list[list[str]], *, left: int) -> list[str]:
    """Return the lines of a table in plain columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [title]
    for row in rows:
        cells = [
            cell.ljust(width) if index < left else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells))
    return lines


def draw(tables: list[Table], line: str, color: bool | None, *, left: int, file: io.StringIO | None = None) -> None:
    """Have rich draw a line and tables."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    width = None if sys.stderr.isatty() else 200
    console = Console(
        file=file, stderr=file is None, highlight=False, no_color=not wants_color(sys.stderr, color), width=width
    )
    if line:
        console.print(Text(line))
    for title, (head, *rows) in tables:
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
        for index, name in enumerate(head):
            table.add_column(
                name, overflow="fold" if index < left else "ellipsis", justify="left" if index < left else "right"
            )
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)
