"""What --stats tells: a table's cells, or an `http_stats` line of JSON."""

from __future__ import annotations

from pcaptools.core.events import HttpStats
from pcaptools.printers.clock import decimal
from pcaptools.printers.jsonl import VERSION, encode
from pcaptools.printers.latency import milliseconds
from pcaptools.printers.safe import safe
from pcaptools.printers.sizes import format_size

HEAD = ("method", "host", "path", "count", "errors", "incomplete", "p50", "p95", "p99", "bytes")
LEFT = 3
"""Columns of text; the others are numbers, and stand to the right."""
_COUNTS = ("count", "client_errors", "server_errors", "incomplete", "timed", "request_bytes", "response_bytes")
_SPANS = ("p50", "p95", "p99", "longest")


def stats_cells(row: HttpStats) -> list[str]:
    """Return the cells of a row; bytes are those of response bodies."""
    names = [safe(name) if name else "-" for name in (row.method, row.host, row.path)]
    spans = [milliseconds(span) if span is not None else "-" for span in (row.p50, row.p95, row.p99)]
    counts = [str(count) for count in (row.count, row.client_errors + row.server_errors, row.incomplete)]
    return [*names, *counts, *spans, format_size(row.response_bytes)]


def stats_line(row: HttpStats, nanosecond: bool) -> str:
    """Return a row as a line of JSON; spans are decimal seconds."""
    named = encode({"method": row.method, "host": row.host, "path": row.path})[1:-1]
    counts = "".join(f',"{name}":{getattr(row, name)}' for name in _COUNTS)
    errors = f',"errors":{row.client_errors + row.server_errors}'
    spans = "".join(f',"{name}":{_span(getattr(row, name), nanosecond)}' for name in _SPANS)
    time = decimal(row.time, nanosecond)
    return f'{{"v":{VERSION},"event":"{row.name}","time":{time},{named}{counts}{errors}{spans}}}\n'


def _span(span: int | None, nanosecond: bool) -> str:
    return "null" if span is None else decimal(span, nanosecond)
