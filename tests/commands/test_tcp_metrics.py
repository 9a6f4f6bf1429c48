from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.cli import run_pcaptools

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
FACTS: dict[str, dict[str, Any]] = json.loads((CAPTURES / "facts.json").read_text())
NAMES = sorted(name for name, facts in FACTS.items() if facts["tcp"] and (CAPTURES / name).is_file())
IMPAIRED = sorted(path.name for path in (CAPTURES / "impaired").glob("*.pcap.gz"))
Validate = Callable[[str], list[dict[str, Any]]]


def metrics(name: str, *words: str) -> tuple[str, str]:
    done = run_pcaptools("tcp-metrics", "-r", str(CAPTURES / name), *words)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_conversations_are_those_that_tshark_sees(name: str, validate_lines: Validate) -> None:
    lines = validate_lines(metrics(name, "--json")[0])
    assert {line["event"] for line in lines} == {"tcp_session"}
    ours = sorted((line["src"], line["dst"], line["send_payload"], line["recv_payload"]) for line in lines)
    theirs = FACTS[name]["tcp"]
    assert ours == sorted((fact["src"], fact["dst"], fact["send_payload"], fact["recv_payload"]) for fact in theirs)
    packets = sum(line["send_packets"] + line["recv_packets"] for line in lines)
    assert packets == sum(fact["packets"] for fact in theirs)


@pytest.mark.parametrize("name", IMPAIRED)
def test_http_over_bad_links_is_whole(name: str, validate_lines: Validate) -> None:
    """Every response is complete, as curl and the peers saw it; only `reset` was cut off by its own client."""
    done = run_pcaptools("http-trace", "-r", str(CAPTURES / "impaired" / name), "--json")
    lines = validate_lines(done.stdout)
    responses = [line for line in lines if line["event"] == "http_response" and not line["interim"]]
    whole = [line for line in lines if line["event"] == "http_response_complete"]
    assert responses
    if name == "reset.pcap.gz":
        assert [line["event"] for line in lines if line["event"] == "http_error"] == ["http_error"]
        return
    assert len(whole) == len(responses)
    assert all(line["missing"] == 0 for line in whole)
    assert not [line for line in lines if line["event"] in ("http_error", "tcp_gap")]


def test_text_and_tables() -> None:
    out, err = metrics("impaired/loss5.pcap.gz")
    assert out.startswith("Start of TCP session between 10.9.0.2:")
    assert " retransmitted (" in out
    assert "1 session (1 fin): " in err
    assert "Sessions by" not in err  # a table of one row tells nothing new
    out, err = metrics("404-many.pcap", "-r", str(CAPTURES / "impaired" / "loss5.pcap.gz"))
    assert [line.rstrip() for line in err.splitlines() if line.startswith("Sessions by ")] == [
        "Sessions by bytes", "Sessions by retransmission rate", "Sessions by round-trip time",
    ]  # fmt: skip


def test_sorted_csv() -> None:
    words = ("-r", str(CAPTURES / "get.pcap"), "--csv", "--sort", "bytes", "--top", "1")
    out, err = metrics("impaired/clean.pcap.gz", *words)
    (row,) = csv.DictReader(io.StringIO(out))
    assert int(row["recv_payload"]) > 100_000
    assert "Sessions by" not in err


def test_where_with_json() -> None:
    words = ("--json", "--where", "duration > 1h")
    out, err = metrics("get.pcap", *words)
    assert out == ""
    assert "--where lets none of 1 TCP session through" in err


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_plot(kind: str, tmp_path: Path) -> None:
    name = tmp_path / f"graph.{kind}"
    metrics("impaired/rate-drop.pcap.gz", "--plot", str(name))
    assert name.read_bytes().startswith({"svg": b"<svg ", "png": b"\x89PNG"}[kind])
    done = run_pcaptools("tcp-metrics", "-r", str(CAPTURES / "get.pcap"), "--plot", str(name))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{name} exists already; overwrite it with --force" in done.stderr
    metrics("get.pcap", "--plot", str(name), "--force")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--json", "--csv"], "--json and --csv both want standard output; give one of them"),
        (["--csv", "-w", "-"], "--csv and the packets both want standard output; write to a file"),
        (["--sort", "beauty"], 'no figure is called "beauty"; docs/figures.md'),
        (["--sort", "bytes", "--json"], "sorted records come at the end, all at once; say with --top how many"),
        (["--where", "beauty > 3"], 'no figure is called "beauty"; there are endpoint'),
        (["--plot", "graph.gif"], "graph.gif is neither .svg nor .png; name the file of --plot so"),
    ],
)
def test_wrong_usage(words: list[str], message: str) -> None:
    done = run_pcaptools("tcp-metrics", "-r", str(CAPTURES / "get.pcap"), *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_broken_file_still_has_its_figures(tmp_path: Path) -> None:
    broken = tmp_path / "cut.pcap"
    broken.write_bytes((CAPTURES / "get.pcap").read_bytes()[:-10])
    done = run_pcaptools("tcp-metrics", "-r", str(broken))
    assert done.returncode == 1
    assert "Open TCP session between" in done.stdout or "End of TCP session" in done.stdout
    assert "1 session (" in done.stderr
    assert "is cut short inside the packet" in done.stderr
