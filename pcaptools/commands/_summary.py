"""The tables at the end of tcp-metrics."""

from __future__ import annotations

from pcaptools.commands._metrics import SUMMARIES, Metrics, Row, Top
from pcaptools.commands._tables import Table, say_tables
from pcaptools.printers.metrics import count, seconds
from pcaptools.printers.safe import safe
from pcaptools.printers.sizes import format_size

HEAD = ("src", "dst", "payload", "retrans", "rate", "RTT", "duration", "state")
LEFT = 2
"""Columns of text; the others are numbers, and stand to the right."""
IN_EVERY_ROW = {"bytes", "retrans_rate", "rtt_mean"}
"""Figures to sort by that need no column of their own."""


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
    say_tables(tables, line, color, left=LEFT)


def _table(top: Top) -> Table:
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
