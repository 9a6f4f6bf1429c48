from __future__ import annotations

from support.schema import validate_lines

from pcaptools.core.events import HttpStats
from pcaptools.printers.http_stats import HEAD, stats_cells, stats_line

TIME = 1_700_000_000_123_456_789
ROW = HttpStats(
    TIME, "GET", "shop.example", "/o/{id}", 9, 2, 1, 3, 6, 135_000, 1_500_000, 2_000_000, 2_000_500, 12, 3144
)
NONE = HttpStats(TIME, None, "10.0.0.2:80", None, 1, 0, 0, 1, 0, None, None, None, None, 0, 0)


def test_cells() -> None:
    assert dict(zip(HEAD, stats_cells(ROW), strict=True)) == {
        "method": "GET", "host": "shop.example", "path": "/o/{id}", "count": "9", "errors": "3", "incomplete": "3",
        "p50": "0.135ms", "p95": "1.500ms", "p99": "2.000ms", "bytes": "3.07KB",
    }  # fmt: skip
    assert stats_cells(NONE) == ["-", "10.0.0.2:80", "-", "1", "0", "1", "-", "-", "-", "0B"]


def test_what_is_hostile_is_harmless() -> None:
    row = HttpStats(TIME, "G\x1b[2J", "a\u202eb", "/\n", 1, 0, 0, 0, 0, None, None, None, None, 0, 0)
    assert stats_cells(row)[:3] == [r"G\x1b[2J", r"a\u202eb", r"/\x0a"]
    assert stats_line(row, False).isascii()
    assert validate_lines(stats_line(row, False))[0]["host"] == "a\u202eb"


def test_json() -> None:
    (line,) = validate_lines(stats_line(ROW, False))
    assert line == {
        "v": 1, "event": "http_stats", "time": 1_700_000_000.123456, "method": "GET", "host": "shop.example",
        "path": "/o/{id}", "count": 9, "client_errors": 2, "server_errors": 1, "errors": 3, "incomplete": 3, "timed": 6,
        "p50": 0.000135, "p95": 0.0015, "p99": 0.002, "longest": 0.002, "request_bytes": 12, "response_bytes": 3144,
    }  # fmt: skip
    assert '"longest":0.002000500,' in stats_line(ROW, True).replace("}", ",")
    (line,) = validate_lines(stats_line(NONE, False))
    assert (line["method"], line["path"], line["p50"]) == (None, None, None)
