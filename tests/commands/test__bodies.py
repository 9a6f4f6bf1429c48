"""The options about bodies, from the command line."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.build import Dialogue
from support.cli import run_pcaptools

from pcaptools.commands._bodies import BodyOptions
from pcaptools.commands._options import CaptureOptions
from pcaptools.commands._trace import HttpTrace
from pcaptools.core.sources.base import Batch

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
Validate = Callable[[str], list[dict[str, Any]]]


def run(*words: str, name: str = "get.pcap") -> str:
    done = run_pcaptools("http-trace", "-r", str(CAPTURES / name), "--time", "none", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def trace(body: bytes, *, json: bool = False, **options: Any) -> tuple[str, list[str]]:
    talk = Dialogue().open().send("c", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    talk.send("s", b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
    for at in range(0, len(body), 1400):
        talk.send("s", body[at : at + 1400])
    made = HttpTrace(CaptureOptions(time="none", json=json), bodies=BodyOptions(**options))
    made.begin()
    text = made.handle(Batch(1, talk.close().records)) + made.finish()
    return text, made.notices()


def test_text_has_the_body_between_head_and_complete() -> None:
    lines = run("--bodies").splitlines()
    assert lines[2].endswith("#1 HTTP response body: text/html, 48B")
    assert lines[3] == "    <!doctype html><title>Shop</title><h1>Shop</h1>"
    assert "#1 HTTP 1.1 response complete 48B, " in lines[4]


def test_without_bodies_nothing_changes(tmp_path: Path) -> None:
    assert run() == run("--extract", str(tmp_path / "x"), "--har", str(tmp_path / "y"))
    assert run("--json") == run("--json", "--extract", str(tmp_path / "a"), "--har", str(tmp_path / "b"))


def test_json_lines_hold_the_bodies_that_curl_got(validate_lines: Validate) -> None:
    lines = validate_lines(run("--bodies", "--json"))
    bodies = {line["number"]: line["body"] for line in lines if line["event"] == "http_response_body"}
    assert len(bodies[1]) == 48
    assert [item["id"] for item in json.loads(bodies[2])] == list(range(len(json.loads(bodies[2]))))


def test_the_limit_is_told_in_json_and_as_a_notice(validate_lines: Validate) -> None:
    text, notices = trace(bytes(range(256)) * 40, json=True, show=True, limit=1000)
    (line,) = [line for line in validate_lines(text) if line["event"] == "http_response_body"]
    assert base64.b64decode(line["body_base64"]) == (bytes(range(256)) * 40)[:1000]
    assert line["note"] == "9240 more bytes were not kept"
    assert notices == ["kept only the first 1000 bytes of a body (see --body-limit) (1 time)"]


def test_what_is_extracted_is_what_was_sent(tmp_path: Path) -> None:
    body = bytes(range(256)) * 400
    trace(body, extract=str(tmp_path / "out"))
    (entry,) = map(json.loads, (tmp_path / "out" / "index.jsonl").read_text().splitlines())
    saved = (tmp_path / "out" / entry["file"]).read_bytes()
    assert entry["sha256"] == hashlib.sha256(body).hexdigest() == hashlib.sha256(saved).hexdigest()


@pytest.mark.parametrize("size", ["0", "-1", "x", "", "9999TB"])
def test_a_limit_that_is_none(size: str) -> None:
    done = run_pcaptools("http-trace", "-r", str(CAPTURES / "get.pcap"), "--body-limit", size)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f'pcaptools: --body-limit "{size}" is no size; write it as 500, 64KB or 1.5MB\n'


def test_a_run_that_fails_early_leaves_no_index(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    for _ in range(2):
        done = run_pcaptools("http-trace", "-r", str(tmp_path / "nosuch.pcap"), "--extract", str(folder))
        assert "cannot open" in done.stderr
    assert not folder.exists()


@pytest.mark.parametrize(
    ("words", "kept", "notes"),
    [
        (("--message-limit", "50"), 50, "only its first 50 bytes are kept"),
        ((), 200, ""),
        (("--message-limit", "2MB"), 200, ""),
    ],
)
def test_the_limit_of_websocket_messages(
    words: tuple[str, ...], kept: int, notes: str, validate_lines: Validate
) -> None:
    lines = validate_lines(run("--json", *words, name="websocket-upgrade.pcap"))
    (long,) = [line for line in lines if line.get("length") == 200 and line["direction"] == "send"]
    assert (long["message"], long["notes"]) == ("x" * kept, notes)


def test_a_limit_of_messages_beyond_reason() -> None:
    done = run_pcaptools("http-trace", "-r", "x", "--message-limit", "65MB")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "at most 64MB" in done.stderr
