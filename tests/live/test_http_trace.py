"""The real command on real traffic: nginx, curl, tcpdump, tshark, sudo and signals, on loopback and namespaces."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pytest
from support import account, netns, network
from support.exchanges import EXCHANGES, SLOW, SLOW_S, Web, named, trace_exchanges, web
from support.programs import PCAPTOOLS, SUMMARY, Program, free_port, http_trace, summary
from support.schema import validate_lines

_missing = [name for name in ("nginx", "curl", "tcpdump") if shutil.which(name) is None]
pytestmark = [
    *netns.live,
    pytest.mark.skipif(bool(_missing), reason=f"needs {', '.join(_missing) or 'nothing more'}"),
]

HERE = network.Namespace()
COMMAND = shlex.join([*PCAPTOOLS, "http-trace"])
PEERS = str(Path(__file__).parents[1] / "support" / "peers.py")
CAPTURES = Path(__file__).parents[1] / "captures"
LATENCY_S = 0.005
AT_ONCE_S = 0.5
"""What ending may take: 200 ms for the answer, the rest for the interpreter's own end."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """nginx on loopback."""
    with web(HERE, "127.0.0.1", tmp_path_factory.mktemp("nginx") / "files") as server:
        yield server


# --- 500 exchanges


@pytest.mark.parametrize("where", ["loopback", "namespaces"])
def test_every_exchange_is_seen_once_and_its_latency_agrees_with_curl(where: str, site: Web, tmp_path: Path) -> None:
    if where == "loopback":
        _check_exchanges(site, "lo", HERE)
        return
    with network.namespaces() as (server, client), web(server, network.SERVER_IP, tmp_path / "files") as far:
        _check_exchanges(far, client.device, client)


def _check_exchanges(server: Web, device: str, client: network.Namespace) -> None:
    by_curl, lines, err = trace_exchanges(server, device, client)
    assert len(by_curl) == EXCHANGES
    assert summary(err)[2] == 0, "the kernel dropped packets: this run says nothing"
    assert [line["url"] for line in named(lines, "http_request")] == list(by_curl)
    responses = named(lines, "http_response")
    assert [(line["url"], line["status_code"]) for line in responses] == [(url, by_curl[url][0]) for url in by_curl]
    assert len(named(lines, "http_request_complete")) == len(named(lines, "http_response_complete")) == EXCHANGES
    assert {line["event"] for line in lines} == {
        f"http_{side}{end}" for side in ("request", "response") for end in ("", "_complete")
    }
    assert all(line["missing"] == 0 for line in lines if line["event"].endswith("_complete"))
    latencies = {line["url"]: line["latency"] for line in responses}
    assert median(latencies[f"/slow?n={n}"] for n in SLOW) > SLOW_S, (
        "nginx did not hold these back: the comparison below says little"
    )
    off = {url: (latencies[url], by_curl[url][1]) for url in by_curl if _off(latencies[url], by_curl[url][1])}
    assert not off, f"{len(off)} latencies differ from curl's by more than {LATENCY_S * 1000:g} ms: {off}"


def _off(latency: float, by_curl: float) -> bool:
    return abs(latency - by_curl) > LATENCY_S


def test_pythons_http_server_over_ipv6(tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("hello\n" * 1000)
    port = free_port("::1")
    with Program(sys.executable, "-P", PEERS, "files", "::1", str(port), str(tmp_path)) as server:
        server.await_line("ready", "err")
        with http_trace("lo", f"tcp port {port}", "--json") as trace:
            for _ in range(3):
                HERE.run("curl", "-q", "-gsS", "--noproxy", "*", "-o", "/dev/null", f"http://[::1]:{port}/data.txt")
            trace.end()
    lines = validate_lines(trace.out)
    requests, responses = named(lines, "http_request"), named(lines, "http_response")
    assert [(line["dst"], line["url"]) for line in requests] == [(f"[::1]:{port}", "/data.txt")] * 3
    assert [(line["src"], line["status_code"]) for line in responses] == [(f"[::1]:{port}", 200)] * 3
    assert [line["body_len"] for line in named(lines, "http_response_complete")] == [6000] * 3


# --- how it ends


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_a_summary_and_all_that_was_seen(number: signal.Signals, site: Web) -> None:
    with http_trace("lo", site.filter) as trace:
        site.curl("/page?n=[1-5]")
        took = trace.end(number)  # the last packets may still be in the kernel's ring
        assert trace.process.returncode == 0, trace.err
    assert trace.out.count(" request: GET /page?n=") == 5
    assert trace.out.count(" response complete 200B") == 5
    captured, received, dropped = summary(trace.err)
    assert received >= captured > 15
    assert dropped == 0
    assert took < AT_ONCE_S


def test_an_idle_link_answers_ctrl_c_at_once(site: Web) -> None:
    with http_trace("lo", site.filter) as trace:
        time.sleep(0.5)
        took = trace.end()
        assert trace.process.returncode == 0, trace.err
    assert took < AT_ONCE_S
    assert trace.out == ""
    assert trace.err.splitlines()[1].startswith("pcaptools: no HTTP seen: no TCP session")
    assert summary(trace.err) == (0, 0, 0)


def test_a_signal_right_after_it_says_that_it_listens_is_not_lost(site: Web) -> None:
    script = f"""
        mkfifo err; {COMMAND} lo '{site.filter}' 2> err & p=$!
        exec 3< err; read -r line <&3; kill -INT $p; cat <&3 >&2 & wait $p; echo "status $?"; wait """
    with Program("bash", "-c", script, cwd=str(_made(site.folder / "early"))) as shell:
        shell.wait()
    assert shell.out == "status 0\n"
    assert SUMMARY.search(shell.err), shell.err


@pytest.mark.parametrize("number", ["INT", "TERM"])
def test_as_a_background_job_of_a_script(number: str, site: Web) -> None:
    script = f"{COMMAND} lo '{site.filter}' & p=$!; sleep 1.5; kill -{number} $p; wait $p; echo status $?"
    with Program("bash", "-c", script) as shell:
        shell.await_line("Listening on", "err")
        site.curl("/page?n=1")
        shell.wait()
    assert " request: GET /page?n=1" in shell.out
    assert shell.out.endswith("status 0\n")
    assert SUMMARY.search(shell.err), shell.err


def test_a_second_ctrl_c_ends_it_at_once_where_the_first_cannot(site: Web) -> None:
    """It hangs in a write: nobody reads the pipe and it is full."""
    read_end, write_end = os.pipe()
    try:
        with http_trace("lo", site.filter, stdout=write_end) as trace:
            os.close(write_end)
            site.curl(*[f"/none?n=[1-40]&{'x' * 2500}"])  # 100 kB, more than a pipe takes
            trace.process.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):
                trace.process.wait(0.7)
            assert trace.end() < AT_ONCE_S
            assert trace.process.returncode == 130
    finally:
        os.close(read_end)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_ctrl_c_takes_nothing_from_a_slow_reader(site: Web, unbuffered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that waits for the reader is interrupted; without a buffer it comes back with a part written."""
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    read_end, write_end = os.pipe()
    with http_trace("lo", site.filter, stdout=write_end) as trace, open(read_end, "rb") as slow:
        os.close(write_end)
        site.curl(*[f"/none?n=[1-40]&{'x' * 2500}"])
        with pytest.raises(subprocess.TimeoutExpired):
            trace.process.wait(0.5)  # by now it waits, with the pipe full
        trace.process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            trace.process.wait(0.5)  # and goes on to wait
        lines = slow.read().decode().splitlines()
        assert trace.wait() == 0
    assert [line.count("x") >= 2500 for line in lines if "request: GET" in line] == [True] * 40


# --- pipes


def test_head_ends_a_trace_on_a_link_that_then_falls_silent(site: Web) -> None:
    with Program("bash", "-c", f"{COMMAND} lo '{site.filter}' | head -1; echo ${{PIPESTATUS[*]}}") as shell:
        shell.await_line("Listening on", "err")
        site.curl("/page?n=1")
        begin = time.monotonic()
        shell.wait()
        assert time.monotonic() - begin < 2
    request, status = shell.out.splitlines()
    assert " request: GET /page?n=1" in request
    assert status == "0 0"
    assert SUMMARY.search(shell.err), shell.err


def test_head_ends_the_reading_of_a_file() -> None:
    copies = " ".join(["-r", shlex.quote(str(CAPTURES / "404-many.pcap"))] * 200)
    with Program("bash", "-c", f"{COMMAND} {copies} --headers | head -1; echo ${{PIPESTATUS[*]}}") as shell:
        shell.wait()
    assert len(shell.out.splitlines()) == 2
    assert shell.out.endswith("\n0 0\n")
    assert "Traceback" not in shell.err
    assert "Broken" not in shell.err


def test_nobody_reads_at_all(site: Web) -> None:
    with Program("bash", "-c", f"{COMMAND} lo '{site.filter}' | true; echo ${{PIPESTATUS[*]}}") as shell:
        begin = time.monotonic()
        shell.wait()
    assert time.monotonic() - begin < 3
    assert shell.out == "0 0\n"


@pytest.mark.parametrize("ending", ["pcap", "pcapng"])
def test_written_packets_are_read_back_by_tcpdump_and_tshark(ending: str, site: Web, tmp_path: Path) -> None:
    path = tmp_path / f"out.{ending}"
    with http_trace("lo", site.filter, "-w", str(path)) as trace:
        site.curl("/large?n=[1-3]")
        trace.await_line(" response complete", count=3)
        live = _packets(path)  # what was written is on the disk already
        trace.end()
    assert trace.out.count(" request: GET /large?n=") == 3
    captured = summary(trace.err)[0]
    assert captured - 8 <= live <= captured
    assert _packets(path) == captured
    urls = [f"/large?n={n}" for n in (1, 2, 3)]
    if shutil.which("tshark"):
        got = HERE.run("tshark", "-n", "-r", str(path), "-Y", "http.request", "-T", "fields", "-e", "http.request.uri")
        assert got.stdout.split() == urls
    again = HERE.run(*PCAPTOOLS, "http-trace", "-r", str(path), "--json").stdout
    assert [line["url"] for line in named(validate_lines(again), "http_request")] == urls


def _packets(path: Path) -> int:
    return len(HERE.run("tcpdump", "-n", "-r", str(path)).stdout.splitlines())


def test_packets_on_standard_output_go_to_tcpdump(site: Web) -> None:
    with Program("bash", "-c", f"{COMMAND} lo '{site.filter}' -w - -c 8 | tcpdump -n -r -") as shell:
        shell.await_line("Listening on", "err")
        site.curl("/page?n=1")
        shell.wait()
    assert len(shell.out.splitlines()) == summary(shell.err)[0] == 8
    assert f"127.0.0.1.{site.port}" in shell.out


def test_packets_on_standard_output_go_to_http_trace_as_they_come(site: Web) -> None:
    with Program("bash", "-c", f"{COMMAND} lo '{site.filter}' -w - | {COMMAND} -r - --json") as shell:
        shell.await_line("Listening on", "err")
        for number in (1, 2):
            begin = time.monotonic()
            site.curl(f"/page?n={number}")
            assert shell.await_line('"http_response_complete"', count=number) - begin < 1
    lines = validate_lines(shell.out)
    assert [line["url"] for line in named(lines, "http_request")] == ["/page?n=1", "/page?n=2"]


def test_tcpdump_streams_into_http_trace(site: Web) -> None:
    tcpdump = f"tcpdump -U -w - -i lo --immediate-mode '{site.filter}'"
    with Program("bash", "-c", f"{tcpdump} | {COMMAND} -r -; echo ${{PIPESTATUS[1]}}") as shell:
        shell.await_line("listening on lo", "err")
        for number in (1, 2, 3):
            begin = time.monotonic()
            site.curl(f"/page?n={number}")
            # the first waits for the interpreter too
            assert shell.await_line(f" request: GET /page?n={number}") - begin < (2 if number == 1 else 1)


# --- options


def test_count_ends_it_after_so_many_packets(site: Web, tmp_path: Path) -> None:
    path = tmp_path / "four.pcap"
    with http_trace("lo", site.filter, "-c", "4", "-w", str(path)) as trace:
        site.curl("/page?n=[1-3]")
        assert trace.wait() == 0
    assert summary(trace.err)[0] == _packets(path) == 4  # SYN, SYN+ACK, ACK, request
    assert " request: GET /page?n=1" in trace.out
    assert "HTTP 1.1 response" not in trace.out


def test_duration_ends_it(site: Web) -> None:
    with http_trace("lo", site.filter, "--duration", "1") as trace:
        begin = time.monotonic()
        site.curl("/page?n=1")
        assert trace.wait() == 0
        assert 0.7 < time.monotonic() - begin < 1.6
    assert " request: GET /page?n=1" in trace.out
    assert summary(trace.err)[0] > 0


def test_a_short_snap_length_shows_the_request_and_tells_what_is_missing(site: Web) -> None:
    with http_trace("lo", site.filter, "-s", "96", "--json") as trace:
        site.curl("/page?n=[1-2]")
        trace.end()
    lines = validate_lines(trace.out)
    requests, responses = named(lines, "http_request"), named(lines, "http_response")
    assert [(line["method"], line["url"]) for line in requests] == [("GET", "/page?n=1"), ("GET", "/page?n=2")]
    assert [line["status_code"] for line in responses] == [200, 200]
    assert all(any("the head is cut" in text for text in line["violations"]) for line in requests + responses)
    gaps = named(lines, "tcp_gap")
    assert {line["src"] for line in gaps} == {line["src"] for line in requests + responses}
    assert all(line["length"] > 0 for line in gaps)


def test_what_the_kernel_dropped_is_told_with_the_remedy(site: Web) -> None:
    with http_trace("lo", site.filter, "-b", "1") as trace:
        trace.process.send_signal(signal.SIGSTOP)
        site.curl("/large?n=[1-200]")  # 4 MB
        trace.process.send_signal(signal.SIGCONT)
        trace.await_line(" request: GET /large?n=5")
        site.curl("/page?n=1")
        trace.await_line(" request: GET /page?n=1")  # it goes on
        trace.end()
        assert trace.process.returncode == 0
    told = re.findall(r"the kernel dropped (\d+) packets .*; use a larger --buffer", trace.err)
    assert sum(map(int, told)) == summary(trace.err)[2] > 0, trace.err


@pytest.mark.parametrize(("option", "promiscuity"), [((), 1), (("-p",), 0)])
def test_promiscuous_by_default(option: tuple[str, ...], promiscuity: int) -> None:
    with netns.linked_namespaces() as (here, _):
        inside = ("ip", "netns", "exec", here.name)
        with http_trace(here.device, *option, inside=inside) as trace:
            shown = here.ip("-d", "link", "show", here.device)
            trace.end()
    assert f"promiscuity {promiscuity} " in shown


# --- what goes wrong


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("nosuch0",), 1, r'no such interface: "nosuch0"; there are .*\blo\b'),
        (("-i", "nosuch0", "tcp"), 1, r'no such interface: "nosuch0"; there are .*\blo\b'),
        ((str(CAPTURES / "get.pcap"),), 2, r"is a file, not an interface; use -r /"),
        (("tcp port 80",), 2, r'"tcp port 80" is a filter, not an interface; use -f '),
        (("lo", "ip proto \tcp"), 1, r"bad filter .*TAB: something turned \\t into one"),
        (("lo", "tcp porrt 80"), 1, r'bad filter "tcp porrt 80": .*syntax error'),
        (("lo", "-Z", "nosuchuser"), 2, r'no such user: "nosuchuser"'),
        (("lo", "tcp", "-r", str(CAPTURES / "get.pcap")), 2, r"the interface lo and -r exclude each other"),
        (("-i", "lo", "-r", "x.pcap"), 2, r"an interface and -r exclude each other"),
        (("lo", "--monitor"), 1, r"lo has no monitor mode|cannot capture"),
        (("lo", "-w", "/nosuchfolder/x.pcap"), 1, r"cannot write /nosuchfolder/x.pcap: No such file"),
        (("lo", "--json", "-w", "-"), 2, r"--json and the packets both want standard output"),
    ],
)
def test_an_error_is_one_line(arguments: tuple[str, ...], status: int, message: str) -> None:
    done = HERE.run(*PCAPTOOLS, "http-trace", *arguments, check=False, timeout=10)
    said = [line for line in done.stderr.splitlines() if not line.startswith("Listening on")]
    assert (done.returncode, done.stdout, len(said)) == (status, "", 1), done.stderr
    assert re.search(message, said[0]), said[0]


def test_an_interface_that_goes_away_ends_it_with_one_line() -> None:
    with (
        netns.linked_namespaces() as (here, _),
        http_trace(here.device, inside=("ip", "netns", "exec", here.name)) as trace,
    ):
        here.ip("link", "del", here.device)
        assert trace.wait(5) == 1
    assert "Traceback" not in trace.err
    assert re.search(rf"^pcaptools: the capture on {here.device} ended: ", trace.err, re.MULTILINE), trace.err
    assert SUMMARY.search(trace.err)


# --- as a normal user


@pytest.fixture(scope="module")
def user() -> Iterator[account.Account]:
    """A normal user with sudo and a virtual environment."""
    if account.why_not():
        pytest.skip(account.why_not())
    with account.account() as made:
        yield made


def _status(user: account.Account) -> dict[str, str]:
    """Return what the kernel says of the user's pcaptools that captures now."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if words[0] == user.python and "http-trace" in words:
                lines = (folder / "status").read_text().splitlines()
                return {name: " ".join(value.split()) for name, _, value in (line.partition(":") for line in lines)}
    raise AssertionError("no pcaptools is running")


def _remedy(user: account.Account, command: str, *, sudo: bool = True) -> str:
    """Run a command that this user may not, and return the one that its error gives."""
    with user.shell(command, sudo=sudo) as refused:
        assert refused.wait() == 1, refused.err
    assert refused.out == ""
    said = refused.err.splitlines()
    assert len(said) == 1, refused.err
    start = "pcaptools: no permission to capture on lo; run: "
    assert said[0].startswith(start), refused.err
    return said[0].removeprefix(start)


@pytest.mark.parametrize("command", ["pcaptools", "venv/bin/../bin/pcaptools", "python -m pcaptools"])
def test_without_the_right_the_errors_command_works_when_pasted(command: str, user: account.Account, site: Web) -> None:
    remedy = _remedy(
        user, rf"""cd ..; PATH=$PWD/venv/bin:$PATH; {command} http-trace lo 'ip proto \tcp and {site.filter}'"""
    )
    assert remedy.startswith("sudo /")
    with user.shell(remedy) as trace:
        trace.await_line("Listening on lo", "err")
        status = _status(user)
        site.curl("/page?n=1")
        trace.await_line(" response complete 200B")
        trace.end()
        assert trace.process.returncode == 0, trace.err
    assert " request: GET /page?n=1" in trace.out
    assert summary(trace.err)[0] > 0
    _check_dropped(status, user)


def _check_dropped(status: dict[str, str], user: account.Account) -> None:
    assert status["Uid"] == " ".join([str(user.uid)] * 4)
    assert status["Gid"] == " ".join([str(user.gid)] * 4)
    assert status["Groups"] == str(user.gid)
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == int(status["CapAmb"], 16) == 0
    assert status["NoNewPrivs"] == "1"


def test_without_sudo_the_errors_command_gives_one_capability(user: account.Account, site: Web) -> None:
    remedy = _remedy(user, rf"{user.pcaptools} http-trace lo 'ip proto \tcp and {site.filter}'", sudo=False)
    assert remedy.startswith("su -c 'setpriv ")
    with user.shell(f"echo {account.PASSWORD} | {remedy}", sudo=False) as trace:
        trace.await_line("Listening on lo", "err")
        status = _status(user)
        site.curl("/page?n=1")
        trace.await_line(" response complete 200B")
        os.kill(int(status["Pid"]), signal.SIGINT)
        assert trace.wait() == 0
    assert " request: GET /page?n=1" in trace.out
    _check_dropped(status, user)
    assert int(status["CapInh"], 16) == 0  # the one that it was given, too: the capture is open


def test_what_sudo_writes_belongs_to_the_user(user: account.Account, site: Web) -> None:
    with user.shell(f"sudo {user.pcaptools} http-trace lo '{site.filter}' -c 8 -w out.pcap") as trace:
        trace.await_line("Listening on lo", "err")
        site.curl("/page?n=1")
        assert trace.wait() == 0
    written = (user.home / "out.pcap").stat()
    assert (written.st_uid, written.st_gid, written.st_mode & 0o777) == (user.uid, user.gid, 0o644)
    assert _packets(user.home / "out.pcap") == 8
    with user.shell(f"sudo {user.pcaptools} http-trace lo -c 8 -w out.pcap") as again:
        assert again.wait() == 1
    assert again.err == "pcaptools: out.pcap exists already; overwrite it with --force\n"


@pytest.mark.parametrize("options", [("--json", "--tcp-verbose"), ("--color", "--headers", "--tcp-verbose")])
def test_nothing_is_missing_after_the_drop_where_the_interpreter_is_private(
    options: tuple[str, ...], site: Web
) -> None:
    """Under /root, for one: from the drop on, no file of the interpreter can be read any more."""
    invoker = ("env", "SUDO_UID=65534", "SUDO_GID=65534")
    with TemporaryDirectory() as folder:  # under pytest's own folders nobody else may write
        os.chown(folder, 65534, 65534)
        path = f"{folder}/out.pcapng"
        with http_trace("lo", site.filter, "-w", path, *options, inside=invoker) as trace:
            site.curl("/page?n=1")
            site.curl("/none\x80?n=2")
            trace.await_line("http_response_complete" if "--json" in options else " response complete", count=2)
            trace.end()
            assert trace.process.returncode == 0, trace.err
        assert "Error" not in trace.err
        assert os.stat(path).st_uid == 65534


def test_another_user_is_become_with_z(site: Web) -> None:
    with http_trace("lo", site.filter, "-Z", "nobody") as trace:
        lines = Path(f"/proc/{trace.process.pid}/status").read_text()
        trace.end()
    entry = pwd.getpwnam("nobody")
    assert re.search(rf"^Uid:(\s{entry.pw_uid}){{4}}$", lines, re.MULTILINE)
    assert re.search(rf"^Gid:(\s{entry.pw_gid}){{4}}$", lines, re.MULTILINE)
    assert re.search(r"^CapEff:\s0+$", lines, re.MULTILINE)


@pytest.mark.parametrize(("by", "says"), [("", "replaying a recording of nginx and curl"), ("sudo ", "live on lo")])
def test_the_demo_shows_http_with_and_without_the_right(by: str, says: str, user: account.Account) -> None:
    begin = time.monotonic()
    with user.shell(f"{by}{user.pcaptools} demo") as demo:
        assert demo.wait() == 0, demo.err
    assert time.monotonic() - begin < 10
    assert says in demo.err.splitlines()[0]
    assert "HTTP 1.1 request: GET /" in demo.out
    assert "HTTP 1.1 response: 200 OK" in demo.out


# --- VLAN


def test_http_over_a_vlan_is_seen_with_the_default_filter(tmp_path: Path) -> None:
    with network.namespaces() as (server, client):
        for place, address in ((server, "10.9.7.1"), (client, "10.9.7.2")):
            made = place.run(
                *("ip", "link", "add", "link", place.device, "name", "tagged", "type", "vlan", "id", "7"), check=False
            )
            if made.returncode:
                pytest.skip(f"needs a kernel with VLAN links: {made.stderr.strip()}")
            place.run("ip", "addr", "add", f"{address}/24", "dev", "tagged")
            place.run("ip", "link", "set", "tagged", "up")
        with (
            web(server, "10.9.7.1", tmp_path / "files") as site,
            http_trace("--json", client.device, inside=client.argv(())) as trace,
        ):
            site.curl("/page?n=1", place=client)
            trace.end()
    lines = validate_lines(trace.out)
    assert [line["url"] for line in named(lines, "http_request")] == ["/page?n=1"]
    assert [line["status_code"] for line in named(lines, "http_response")] == [200]


@pytest.mark.parametrize("tags", [b"\x81\x00\x00\x07", b"\x88\xa8\x00\x05\x81\x00\x00\x07"])
@pytest.mark.parametrize("end", ["sending", "receiving"])
def test_tagged_frames_are_seen_with_the_default_filter(end: str, tags: bytes) -> None:
    """The kernel needs no VLAN links for it: real frames with tags put in, sent as they are."""
    frames = _frames(CAPTURES / "get.pcap")
    with netns.linked_namespaces() as (here, there):
        place = here if end == "sending" else there
        for side in (here, there):
            side.ip("link", "set", side.device, "mtu", "1600")
        with http_trace("--json", place.device, inside=("ip", "netns", "exec", place.name)) as trace:
            with here.entered(), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
                link.bind((here.device, 0))
                for frame in frames:
                    link.send(frame[:12] + tags + frame[12:])
            trace.end()
    lines = validate_lines(trace.out)
    offline = validate_lines(HERE.run(*PCAPTOOLS, "http-trace", "-r", str(CAPTURES / "get.pcap"), "--json").stdout)
    seen = [(line["event"], line["src"], line.get("url")) for line in lines]
    assert seen == [(line["event"], line["src"], line.get("url")) for line in offline] != []


def _frames(path: Path) -> list[bytes]:
    from pcaptools.core.sources.files import FileSource

    with FileSource((str(path),), "") as source:
        return [data for batch in source.batches() for _, _, data in batch.records]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
