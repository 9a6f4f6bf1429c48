"""The tables at the end of tcp-metrics, made by rich: imported only by a run that prints some."""

from __future__ import annotations

import io
import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pcaptools.commands._metrics import SUMMARIES, Metrics, Top
from pcaptools.printers.console import wants_color
from pcaptools.printers.http import format_size
from pcaptools.printers.metrics import count, seconds
from pcaptools.printers.safe import safe


def preload() -> None:
    """Import what rich imports when it draws."""
    table = Table(title="src", box=None, header_style="bold")
    table.add_column("src", overflow="fold")
    table.add_row(Text("\u00fc\u4e2d"))
    Console(file=io.StringIO(), force_terminal=True, highlight=False, width=200).print(table)


def summarise(metrics: Metrics, color: bool | None) -> None:
    """Write the tables to standard error: standard output holds records."""
    if not metrics.ended:
        return
    console = Console(
        stderr=True,
        highlight=False,
        no_color=not wants_color(sys.stderr, color),
        width=None if sys.stderr.isatty() else 200,
    )
    sessions = sum(metrics.ended.values())
    ends = ", ".join(f"{number} {how}" for how, number in metrics.ended.most_common())
    total = metrics.total
    rate = 100 * total["retrans"] / total["data_packets"] if total["data_packets"] else 0.0
    console.print(Text(
        f"{count(sessions, 'session')} ({ends}): {count(total['packets'], 'packet')}, "
        f"{format_size(total['payload'])} payload, {total['retrans']} retransmitted ({rate:.2f} %)"
    ))  # fmt: skip
    if sessions > 1:
        titles = {figure: title for title, figure in SUMMARIES}
        for top in metrics.tops:
            _print_table(console, titles.get(top.figure, f"by {top.figure}"), top)


def _print_table(console: Console, title: str, top: Top) -> None:
    rows = top.rows()
    if not rows:
        return
    table = Table(title=f"Sessions {title}", title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in ("src", "dst"):
        table.add_column(name, overflow="fold")
    plain = top.figure in {"bytes", "retrans_rate", "rtt_mean"}
    for name in ("payload", "retrans", "rate", "RTT", "duration", "state", *(() if plain else (top.figure,))):
        table.add_column(name, justify="right")
    for row in rows:
        stats, session = row.event.stats, row.event.session
        both = {name: stats[f"send_{name}"] + stats[f"recv_{name}"] for name in ("payload", "retrans", "data_packets")}
        rtts = [value for side in ("send", "recv") if (value := stats[f"{side}_rtt_mean"]) is not None]
        rate = 100 * both["retrans"] / both["data_packets"] if both["data_packets"] else 0.0
        cells = [safe(session.src_name), safe(session.dst_name), format_size(both["payload"]), str(both["retrans"])]
        cells += [f"{rate:.1f} %", seconds(max(rtts)) if rtts else "-", seconds(stats["duration"]), stats["state"]]
        table.add_row(*map(Text, cells), *([] if plain else [Text(f"{row.value:.6g}")]))
    console.print(table)
