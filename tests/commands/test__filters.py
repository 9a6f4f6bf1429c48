"""The whole command with filters, over recorded traffic of nginx."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.build import Dialogue, pcap_of
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


def test_when_nothing_is_let_through_that_is_told() -> None:
    done = run_pcaptools("http-trace", "-r", PIPELINED, "--status", "999")
    assert done.stdout == ""
    assert done.stderr.startswith("pcaptools: no exchange is shown: the filters let none of 5 exchanges through\n")
    done = run_pcaptools("http-trace", "-r", PIPELINED, "--status", "404")
    assert "no exchange is shown" not in done.stderr


def test_a_bad_value_is_a_usage_error() -> None:
    done = run_pcaptools("http-trace", "-r", PIPELINED, "--status", "ok")
    assert done.returncode == 2
    assert "--status" in done.stderr


HOSTILE = "a" * 64
CATASTROPHE = "(a+)+$"
GAVE_UP = "gave up a search that took too long: taken for no match ({})"


def hostile_capture() -> bytes:
    """Three exchanges with the same that makes CATASTROPHE backtrack for ever, in the URL, a header and the body."""
    talk = Dialogue().open()
    head = f"GET /{HOSTILE}! HTTP/1.1\r\nHost: {HOSTILE}!\r\n{HOSTILE}-x: 5\r\n\r\n"
    for _ in range(3):
        talk.send("c", head.encode()).send("s", f"HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n{HOSTILE}!".encode())
    return pcap_of(talk.close().records)


@pytest.mark.parametrize(
    ("options", "shown", "times"),
    [
        (("--find", CATASTROPHE, "--host", "a!$"), 0, "3 times"),
        (("--host-ignore", CATASTROPHE, "--url", "a!"), 3, "3 times"),
        (("--show-header", CATASTROPHE), 3, "1 time"),
    ],
)
def test_a_pattern_that_backtracks_for_ever_is_given_up(options: tuple[str, ...], shown: int, times: str) -> None:
    done = run_pcaptools("http-trace", "-n", "-r", "-", *options, input=hostile_capture(), timeout=30)
    assert done.returncode == 0
    assert done.stdout.count(" request: ") == shown
    assert GAVE_UP.format(times) in done.stderr
