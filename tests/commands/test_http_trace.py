from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.asked import needs_tshark
from support.cli import run_pcaptools

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
FACTS: dict[str, dict[str, Any]] = json.loads((CAPTURES / "facts.json").read_text())
NAMES = sorted(name for name, facts in FACTS.items() if facts["http"] and (CAPTURES / name).is_file())
Validate = Callable[[str], list[dict[str, Any]]]


def trace(name: str, *words: str, env: dict[str, str] | None = None) -> str:
    done = run_pcaptools("http-trace", "-r", str(CAPTURES / name), *words, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_lines_of_the_design() -> None:
    client, server = "10.9.0.2:39772", "10.9.0.1:80"
    lines = trace("get.pcap", env={"TZ": "UTC"}).splitlines()
    assert [line.partition(" ")[2] for line in lines] == [
        f"{client} -> {server} #1 HTTP 1.1 request: GET /index.html",
        f"{server} -> {client} #1 HTTP 1.1 response: 200 OK",
        (
            f"{server} -> {client} #1 HTTP 1.1 response complete 48B, "
            "connect 0.043ms, wait 0.135ms, transfer 0.000ms, total 0.135ms"
        ),
        f"{client} -> {server} #2 HTTP 1.1 request: GET /data.json",
        f"{server} -> {client} #2 HTTP 1.1 response: 200 OK",
        f"{server} -> {client} #2 HTTP 1.1 response complete 3.01KB, wait 0.072ms, transfer 0.068ms, total 0.140ms",
    ]
    assert all(len(line.split(" ")[0]) == len("06:20:54.250") for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_requests_and_responses_are_those_that_tshark_sees(name: str, validate_lines: Validate) -> None:
    lines = validate_lines(trace(name, "--json"))
    seen = []
    for line in lines:
        ends = {"src": line["src"], "dst": line["dst"]}
        if line["event"] == "http_request":
            version = f"HTTP/{line['http_version']}"
            seen.append({"kind": "request", "method": line["method"], "url": line["url"], "version": version, **ends})
        elif line["event"] in {"http_response", "websocket_upgrade"}:
            seen.append({"kind": "response", "status": line["status_code"], **ends})

    def key(fact: dict[str, Any]) -> str:
        return json.dumps(fact, sort_keys=True)

    assert sorted(seen, key=key) == sorted(FACTS[name]["http"], key=key)


@pytest.mark.parametrize("name", NAMES)
def test_text_tells_what_json_tells(name: str, validate_lines: Validate) -> None:
    told = []
    for line in validate_lines(trace(name, "--json")):
        prefix = f"{line['time']:.6f} {line['src']} -> {line['dst']} #{line.get('number')} "
        if line["event"] == "http_request":
            told.append(f"{prefix}HTTP {line['http_version']} request: {line['method']} {line['url']}")
        elif line["event"] == "http_response":
            status = f"{line['status_code']} {line['reason']}".strip()
            told.append(f"{prefix}HTTP {line['http_version']} response: {status}")
        elif line["event"] == "websocket_upgrade":
            spans = [(name, line[name]) for name in ("connect", "latency") if line.get(name) is not None]
            times = "".join(f", {name.replace('latency', 'wait')} {span * 1000:.3f}ms" for name, span in spans)
            status = f"{line['status_code']} {line['reason']}"
            told.append(f"{prefix}WebSocket upgrade ({line['protocol']}): {status}{times}")
    text = trace(name, "--time", "epoch").splitlines()
    others = (
        " complete ",
        " WebSocket message ",
        " WebSocket ping",
        " WebSocket pong",
        " WebSocket close",
        " session: ",
    )
    assert [line for line in text if not any(word in line for word in others)] == told != []


TUNNELS = ["vxlan", "vxlan-gbp", "vxlan-gpe", "geneve", "gre", "gre-ip", "erspan-ii", "erspan-iii", "gtp", "teredo"]


@pytest.mark.parametrize("name", TUNNELS)
def test_http_in_a_tunnel(name: str, validate_lines: Validate) -> None:
    # how each was recorded: one GET of a path with about the capture's name, ten bytes of body
    lines = validate_lines(trace(f"{name}.pcap", "--json"))
    assert [line["event"] for line in lines] == [
        "http_request", "http_request_complete", "http_response", "http_response_complete",
    ]  # fmt: skip
    assert lines[0]["url"] == {"erspan-ii": "/erspan2", "erspan-iii": "/erspan3"}.get(name, f"/{name}")
    assert (lines[2]["status_code"], lines[3]["body_len"], lines[3]["missing"]) == (200, 10, 0)


def on_another_port(name: str, old: int, tmp_path: Path) -> str:
    """Return a copy of a capture whose UDP port is 9999: it stands nowhere else in its bytes."""
    data = (CAPTURES / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(data.replace(old.to_bytes(2, "big"), (9999).to_bytes(2, "big")))
    return str(path)


@pytest.mark.parametrize(
    ("name", "old", "protocol"),
    [("vxlan.pcap", 4789, "vxlan"), ("gtp.pcap", 2152, "gtp"), ("geneve.pcap", 6081, "")],
)
def test_tunnels_on_another_port(name: str, old: int, protocol: str, tmp_path: Path) -> None:
    path = on_another_port(name, old, tmp_path)
    plain = run_pcaptools("http-trace", "-r", path, "--json").stdout
    if not protocol:  # known by its content
        assert plain == trace(name, "--json")
        return
    assert plain == ""
    told = run_pcaptools("http-trace", "-r", path, "--json", "--decode-as", f"udp.port==9999,{protocol}").stdout
    assert told == trace(name, "--json")


def test_decode_as_that_makes_no_sense() -> None:
    done = run_pcaptools("http-trace", "-r", str(CAPTURES / "get.pcap"), "--decode-as", "udp.port==9999,genev")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith('pcaptools: no decoder is called "genev"; there are ')


def test_headers() -> None:
    lines = trace("get.pcap", "--headers", "--time", "none").splitlines()
    assert lines[:4] == [
        "10.9.0.2:39772 -> 10.9.0.1:80 #1 HTTP 1.1 request: GET /index.html",
        "    Host: 10.9.0.1",
        "    User-Agent: curl/7.88.1",
        "    Accept: */*",
    ]
    assert [line for line in lines if not line.startswith("    ")] == trace("get.pcap", "--time", "none").splitlines()


def test_tcp_verbose() -> None:
    lines = trace("get.pcap", "--tcp-verbose", "--time", "none").splitlines()
    client, server = "10.9.0.2:39772", "10.9.0.1:80"
    assert lines[0] == f"{client} -> {server} TCP start"
    assert lines[-1].endswith(" TCP end")
    assert lines[1:-1] == trace("get.pcap", "--time", "none").splitlines()


def test_tcp_verbose_json(validate_lines: Validate) -> None:
    events = [line["event"] for line in validate_lines(trace("get.pcap", "--tcp-verbose", "--json"))]
    assert (events[0], events[-1]) == ("tcp_start", "tcp_end")
    assert not [name for name in events[1:-1] if not name.startswith("http_")]


def test_colours_when_asked_for() -> None:
    painted = trace("get.pcap", "--color")
    assert "\x1b[1;32mGET\x1b[0m" in painted
    assert "\x1b" not in trace("get.pcap")
    assert trace("get.pcap", env={"FORCE_COLOR": "1"}) == painted
    assert "\x1b" not in trace("get.pcap", "--no-color", env={"FORCE_COLOR": "1"})


@pytest.mark.parametrize(
    ("form", "start"),  # of the fourth packet, by tcpdump -tt
    [("none", "10.9.0.2:39772"), ("relative", "0.000000"), ("delta", "0.000000"), ("epoch", "1795433494.136170")],
)
def test_time(form: str, start: str) -> None:
    assert trace("get.pcap", "--time", form).split(" ")[0] == start


def test_times_are_local() -> None:
    east = trace("get.pcap", env={"TZ": "EAST-5:30"})
    utc = trace("get.pcap", "--time", "utc", env={"TZ": "EAST-5:30"})
    assert utc == trace("get.pcap", env={"TZ": "UTC0"})
    assert (utc[:8], east[:8]) == ("11:31:34", "17:01:34")
    assert utc[8:12] == east[8:12]


@pytest.mark.parametrize(("option", "value"), [("--max-sessions", "15"), ("--idle-timeout", "0.5")])
def test_bounds_have_bounds(option: str, value: str) -> None:
    done = run_pcaptools("http-trace", "-r", str(CAPTURES / "get.pcap"), option, value)
    assert (done.returncode, done.stdout) == (2, "")
    assert option in done.stderr
    assert done.stderr.count("\n") == 1


def test_many_sessions_in_a_small_table() -> None:
    from support.build import Dialogue

    from pcaptools.core.sources.base import Batch
    from pcaptools.core.sources.writer import _Pcap

    flood = [record for port in range(1, 41) for record in Dialogue(client=("10.0.0.1", port)).open().records]
    capture = _Pcap(262_144).encode(Batch(1, flood))
    done = run_pcaptools("http-trace", "-r", "-", "--max-sessions", "16", input=capture)
    assert done.returncode == 0
    assert done.stderr.startswith("pcaptools: forgot the oldest session, because the table was full")
    assert "(24 times)" in done.stderr


@needs_tshark
@pytest.mark.parametrize("name", ["get.pcap", "404-many.pcap", "chunked.pcap"])
def test_totals_are_those_that_tshark_sees(name: str) -> None:
    # tshark's time since the request goes from the request's last packet to the response's: of a request in one packet
    # that nobody pipelined the same as ours from first byte to last
    words = ["tshark", "-n", "-r", str(CAPTURES / name), "-Y", "http.time", "-T", "fields", "-e", "http.time"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    seen = sorted(f"{float(line) * 1000:.3f}" for line in done.stdout.split())
    assert sorted(re.findall(r"response complete .* total ([\d.]+)ms", trace(name))) == seen != []
