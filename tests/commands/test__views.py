"""http-trace with --stats, --group and --curl, over recorded and built traffic."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest
from support.build import Dialogue
from support.cli import run_pcaptools
from support.schema import validate_lines

from pcaptools.commands import _views
from pcaptools.commands._bodies import BodyOptions
from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._trace import HttpTrace
from pcaptools.commands._views import Views, say_statistics
from pcaptools.core.sources.base import Batch

CAPTURES = Path(__file__).parents[1] / "captures"
FORM = "application/x-www-form-urlencoded"
PIPELINED = str(CAPTURES / "pipelined.pcap")


def trace_of(talk: Dialogue, *, json: bool = False, **views: bool) -> tuple[str, HttpTrace]:
    trace = HttpTrace(CaptureOptions(time="none", json=json), views=Views(**views))
    return trace.handle(Batch(1, talk.records)) + trace.finish(), trace


def nearest_rank(values: list[int], percent: int) -> float:
    """The definition: the least value that so many percent do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)] / 1e9


def test_percentiles_are_those_of_the_times_that_were_built() -> None:
    source, talk, spans = random.Random(5), Dialogue().open(), []
    for number in range(400):
        talk.send("c", b"GET /item/%d HTTP/1.1\r\nHost: a\r\n\r\n" % number, acked=False)
        spans.append(round(source.lognormvariate(math.log(20e6), 1.5)) + 1_000_000)
        talk.now += spans[-1] - 1_000_000
        talk.send("s", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    *_, row = validate_lines(trace_of(talk.close(), json=True, stats=True)[0])
    assert (row["event"], row["path"], row["count"], row["timed"]) == ("http_stats", "/item/{id}", 400, 400)
    for percent in (50, 95, 99):
        assert row[f"p{percent}"] == pytest.approx(nearest_rank(spans, percent), rel=0.0101)
    assert row["longest"] == pytest.approx(max(spans) / 1e9, abs=1e-6)


def test_figures_are_those_of_the_lines() -> None:
    lines = validate_lines(
        run_pcaptools("http-trace", "-r", str(CAPTURES / "404-many.pcap"), "--stats", "--json").stdout
    )
    (row,) = [line for line in lines if line["event"] == "http_stats"]
    assert lines[-1] is row
    starts = {line["number"]: line["time"] for line in lines if line["event"] == "http_request"}
    ends = {line["number"]: line for line in lines if line["event"] == "http_response_complete"}
    spans = [round((ends[number]["time"] - start) * 1e6) * 1000 for number, start in starts.items()]
    assert (row["count"], row["errors"]) == (len(starts), sum(line.get("status_code") == 404 for line in lines))
    assert row["response_bytes"] == sum(line["body_len"] for line in ends.values())
    for percent in (50, 95, 99):
        exact = nearest_rank(spans, percent)  # within 1 %, then cut to microseconds
        assert abs(row[f"p{percent}"] - exact) <= 0.0101 * exact + 1e-6


def test_the_table_stands_on_standard_error_and_the_lines_stay() -> None:
    plain = run_pcaptools("http-trace", "-r", PIPELINED)
    done = run_pcaptools("http-trace", "-r", PIPELINED, "--stats")
    assert done.stdout == plain.stdout
    table = done.stderr.removeprefix(plain.stderr).splitlines()
    assert table[0] == "5 exchanges"
    assert table[1].split() == [
        "method", "host", "path", "count", "errors", "incomplete", "p50", "p95", "p99", "bytes",
    ]  # fmt: skip
    assert "GET 10.9.0.1 /missing 1 1 0 0.223ms 0.223ms 0.223ms 153B" in [" ".join(line.split()) for line in table]
    assert len(table) == 7


def test_filters_apply_to_the_statistics() -> None:
    done = run_pcaptools("http-trace", "-r", PIPELINED, "--stats", "--json", "--status", "404")
    rows = [line for line in validate_lines(done.stdout) if line["event"] == "http_stats"]
    assert [row["path"] for row in rows] == ["/missing"]


def test_a_long_table_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(_views, "MAX_SHOWN", 2)
    talk = Dialogue().open()
    for word in (b"a", b"b", b"c", b"a"):
        talk.send("c", b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n" % word)
        talk.send("s", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    statistics = trace_of(talk, stats=True)[1].views.statistics
    assert statistics is not None
    say_statistics(statistics, color=False)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "4 exchanges, the 2 most frequent of 3 kinds (--json has all)"
    assert [line.split()[2] for line in lines[2:]] == ["/a", "/b"]


def test_without_exchanges_there_is_no_table() -> None:
    done = run_pcaptools("http-trace", "-r", str(CAPTURES / "dhcp.pcap"), "--stats")
    assert "method" not in done.stderr


def test_curl_prints_commands_and_nothing_else() -> None:
    fields = "-H 'User-Agent: curl/7.88.1' -H 'Accept: */*'"
    done = run_pcaptools("http-trace", "-r", str(CAPTURES / "get.pcap"), "--curl")
    assert done.stdout == f"curl http://10.9.0.1/index.html {fields}\ncurl http://10.9.0.1/data.json {fields}\n"
    done = run_pcaptools("http-trace", "-r", PIPELINED, "--curl", "--status", "404", "--group")
    assert done.stdout == "curl http://10.9.0.1/missing -H User-Agent: -H Accept:\n"


def test_curl_has_the_body_that_was_sent() -> None:
    done = run_pcaptools("http-trace", "-r", str(CAPTURES / "post-100-continue.pcap"), "--curl")
    line = done.stdout.splitlines()[0]
    assert f" -H 'Content-Length: 2100' -H 'Content-Type: {FORM}' --data-raw '{'item=7&' * 300}'" in line


def test_a_request_that_is_cut_by_the_end_is_a_command_too() -> None:
    text, _ = trace_of(
        Dialogue().open().send("c", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"), curl=True
    )
    assert text.startswith("curl http://a/ -H User-Agent:")
    assert "--data-raw x  # the request is not complete: the capture ended" in text


def test_curl_hides_credentials_unless_told() -> None:
    talk = Dialogue().open().send("c", b"GET /?token=geheim HTTP/1.1\r\nHost: a\r\nCookie: a=geheim\r\n\r\n")
    assert "geheim" not in trace_of(talk, curl=True)[0]
    trace = HttpTrace(CaptureOptions(), bodies=BodyOptions(secrets=True), views=Views(curl=True))
    assert trace.handle(Batch(1, talk.records)).count("geheim") == 2


def test_curl_and_statistics_go_together() -> None:
    done = run_pcaptools("http-trace", "-r", PIPELINED, "--curl", "--stats")
    assert all(line.startswith("curl ") for line in done.stdout.splitlines())
    assert done.stderr.splitlines()[1] == "5 exchanges"


def test_curl_and_json_exclude_each_other() -> None:
    done = run_pcaptools("http-trace", "-r", PIPELINED, "--curl", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pcaptools: --json and --curl both want standard output; give one of them\n"


def blocks(*words: str, name: str = "pipelined.pcap") -> list[list[str]]:
    done = run_pcaptools("http-trace", "-r", str(CAPTURES / name), "--time", "none", "--group", *words)
    assert done.stdout.endswith("\n\n")
    return [block.splitlines() for block in done.stdout.removesuffix("\n\n").split("\n\n")]


def test_an_exchange_is_a_block() -> None:
    plain = run_pcaptools("http-trace", "-r", PIPELINED, "--time", "none").stdout.splitlines()
    found = blocks()
    assert [[line.split("#")[1][0] for line in block] for block in found] == [[str(n)] * 3 for n in range(1, 6)]
    assert sorted(line for block in found for line in block) == sorted(plain)


@pytest.mark.parametrize("words", [("--headers",), ("--bodies",), ("--headers", "--bodies", "--url", "json|png")])
def test_headers_bodies_and_filters_go_with_it(words: tuple[str, ...]) -> None:
    plain = run_pcaptools("http-trace", "-r", PIPELINED, "--time", "none", *words).stdout
    found = blocks(*words)
    assert len(found) == (2 if "--url" in words else 5)
    assert sorted(line for block in found for line in block) == sorted(plain.splitlines())


def test_a_websocket_is_a_block() -> None:
    plain = run_pcaptools("http-trace", "-r", str(CAPTURES / "websocket-upgrade.pcap"), "--time", "none").stdout
    assert blocks(name="websocket-upgrade.pcap") == [plain.splitlines()]


def test_json_lines_are_grouped_without_lines_between(validate_lines: Any) -> None:
    done = run_pcaptools("http-trace", "-r", PIPELINED, "--json", "--group")
    numbers = [line["number"] for line in validate_lines(done.stdout)]
    assert numbers == sorted(numbers)
    plain = run_pcaptools("http-trace", "-r", PIPELINED, "--json")
    assert sorted(done.stdout.splitlines()) == sorted(plain.stdout.splitlines())
