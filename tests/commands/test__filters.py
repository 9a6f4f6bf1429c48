"""The whole command with filters, over recorded traffic of nginx."""

from __future__ import annotations

from pathlib import Path

from support.cli import run_pcaptools
from support.schema import validate_lines

PIPELINED = str(Path(__file__).parents[1] / "captures" / "pipelined.pcap")


def test_a_response_decides_over_its_request() -> None:
    done = run_pcaptools("http-trace", "-n", "--time", "none", "-r", PIPELINED, "--status", "4xx")
    assert [line.partition("#")[2].partition(",")[0] for line in done.stdout.splitlines()] == [
        "3 HTTP 1.1 request: GET /missing",
        "3 HTTP 1.1 response: 404 Not Found",
        "3 HTTP 1.1 response complete 153B",
    ]


def test_json_too() -> None:
    done = run_pcaptools("http-trace", "-r", PIPELINED, "--json", "--url", "^/old", "--find", "301 Moved")
    lines = validate_lines(done.stdout)
    assert {(line["event"], line["number"]) for line in lines if "number" in line} >= {("http_response", 4)}
    assert {line["number"] for line in lines if "number" in line} == {4}


def test_only_some_headers() -> None:
    done = run_pcaptools("http-trace", "-r", PIPELINED, "--url", "missing", "--show-header", "^content-")
    shown = [line.strip().partition(":")[0] for line in done.stdout.splitlines() if line.startswith("    ")]
    assert shown == ["Content-Type", "Content-Length"]


def test_a_bad_value_is_a_usage_error() -> None:
    done = run_pcaptools("http-trace", "-r", PIPELINED, "--status", "ok")
    assert done.returncode == 2
    assert "--status" in done.stderr
