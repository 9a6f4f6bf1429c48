"""The tables at the end of tcp-metrics: drawn by rich at a terminal, plain columns elsewhere, without importing it."""

from __future__ import annotations

import contextlib
import io
import sys

from pcaptools.commands._metrics import SUMMARIES, Metrics, Row, Top
from pcaptools.printers.console import wants_color
from pcaptools.printers.metrics import count, seconds
from pcaptools.printers.safe import safe
from pcaptools.printers.sizes import format_size

HEAD = ("src", "dst", "payload", "retrans", "rate", "RTT", "duration", "state")
LEFT = 2
"""Columns of text; the others are numbers, and stand to the right."""
IN_EVERY_ROW = {"bytes", "retrans_rate", "rtt_mean"}
"""Figures to sort by that need no column of their own."""


def preload(color: bool | None) -> None:
    """Import what rich imports when it draws, if it will."""
    if _is_drawn(color):
        _draw([("src", [["src", "dst"], ["\u00fc", "\u4e2d"]])], "", color, io.StringIO())


def summarise(metrics: Metrics, color: bool | None) -> None:
    """Write the tables to standard error: standard output holds records."""
    if not metrics.ended:
        return
    sessions = sum(metrics.ended.values())
    ends = ", ".join(f"{number} {how}" for how, number in metrics.ended.most_common())
    total = metrics.total
    rate = 100 * total["retrans"] / total["data_packets"] if total["data_packets"] else 0.0
    line = (
        f"{count(sessions, 'session')} ({ends}): {count(total['packets'], 'packet')}, "
        f"{format_size(total['payload'])} payload, {total['retrans']} retransmitted ({rate:.2f} %)"
    )
    tables = [_table(top) for top in metrics.tops if sessions > 1 and top.rows()]
    if _is_drawn(color):
        _draw(tables, line, color)
        return
    with contextlib.suppress(OSError):  # as `say` has it
        sys.stderr.write("".join(f"{text}\n" for text in (line, *(text for one in tables for text in _plain(*one)))))


def _is_drawn(color: bool | None) -> bool:
    return sys.stderr.isatty() or wants_color(sys.stderr, color)


def _table(top: Top) -> tuple[str, list[list[str]]]:
    """Return the title, and the rows of text, that of the names first."""
    title = {figure: title for title, figure in SUMMARIES}.get(top.figure, f"by {top.figure}")
    own = [] if top.figure in IN_EVERY_ROW else [top.figure]
    return f"Sessions {title}", [[*HEAD, *own], *(_cells(row, bool(own)) for row in top.rows())]


def _cells(row: Row, with_value: bool) -> list[str]:
    stats, session = row.event.stats, row.event.session
    both = {name: stats[f"send_{name}"] + stats[f"recv_{name}"] for name in ("payload", "retrans", "data_packets")}
    rtts = [value for side in ("send", "recv") if (value := stats[f"{side}_rtt_mean"]) is not None]
    rate = 100 * both["retrans"] / both["data_packets"] if both["data_packets"] else 0.0
    cells = [safe(session.src_name), safe(session.dst_name), format_size(both["payload"]), str(both["retrans"])]
    cells += [f"{rate:.1f} %", seconds(max(rtts)) if rtts else "-", seconds(stats["duration"]), stats["state"]]
    return [*cells, f"{row.value:.6g}"] if with_value else cells


def _plain(title: str, rows: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [title]
    for row in rows:
        cells = [
            cell.ljust(width) if index < LEFT else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells))
    return lines


def _draw(
    tables: list[tuple[str, list[list[str]]]], line: str, color: bool | None, file: io.StringIO | None = None
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    width = None if sys.stderr.isatty() else 200
    console = Console(
        file=file, stderr=file is None, highlight=False, no_color=not wants_color(sys.stderr, color), width=width
    )
    console.print(Text(line))
    for title, (head, *rows) in tables:
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
        for index, name in enumerate(head):
            table.add_column(
                name, overflow="fold" if index < LEFT else "ellipsis", justify="left" if index < LEFT else "right"
            )
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)
