"""Whatever comes in, a terminal shows text and nothing else happens to it: tried with two terminals."""

from __future__ import annotations

import gc
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import run_pcaptools
from support.hostile import NAME, POISON, Witness, poison_captures
from support.netns import live

from pcaptools.cli import run
from pcaptools.printers.safe import safe

CAPTURES = Path(__file__).parent / "captures"
COLUMNS, ROWS = 120, 40
SHOWN_TO_TERMINAL = 150_000
"""Bytes of an output that are shown to the emulator, which is slow; all are looked at one by one."""

COMMANDS = {
    "http-trace": ["http-trace", "--headers", "--bodies", "--tcp-verbose"],
    "http-trace --json": ["http-trace", "--json", "--bodies", "--tcp-verbose", "--har", "OUT.har", "--extract", "OUT"],
    "simple-capture": ["simple-capture"],
    "simple-capture -v": ["simple-capture", "-v", "-XX", "--show-secrets", "--checksums"],
    "simple-capture --json": ["simple-capture", "--json", "--show-secrets"],
    "tcp-metrics": ["tcp-metrics", "--tcp-verbose", "--graph"],
    "tcp-metrics --csv": ["tcp-metrics", "--csv", "--plot", "OUT.svg"],
    "network-grep": ["network-grep", "(?s)."],
    "network-grep -X": ["network-grep", "-X", "(?s)[^a]"],
    "network-grep -o": ["network-grep", "-o", "(?s).+"],
    "network-grep --stream": ["network-grep", "--stream", "(?s).{1,9}"],
    "network-grep --decoded": ["network-grep", "--decoded", "(?s).{1,9}"],
}


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The words to read hostile copies of all our captures."""
    made = poison_captures(sorted(CAPTURES.glob("*.pcap*")), tmp_path_factory.mktemp("hostile"))
    return [word for path in made for word in ("-r", str(path))]


def check_text(output: str) -> None:
    """Nothing but line ends and characters that neither move, hide nor reorder anything."""
    for character in set(output) - {"\n"}:
        assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}, ascii(character)
        assert unicodedata.bidirectional(character)[-1:] not in {"E", "O", "I"} or character.isprintable()
        assert character not in "\u061c\u200e\u200f\ufeff", ascii(character)


def check_terminal(output: str, *, color: bool = False) -> None:
    """Show it to the emulator: characters are drawn, lines end, and with colours each line takes its own back."""
    pyte = pytest.importorskip("pyte", reason="needs pyte, a terminal emulator")
    screen = pyte.Screen(COLUMNS, ROWS)
    screen.set_mode(pyte.modes.LNM)  # as the terminal's driver has it: a line feed goes to the first column
    modes, before = set(screen.mode), screen.cursor.attrs
    witness = Witness(screen)
    cut = output[:SHOWN_TO_TERMINAL].rpartition("\n")
    pyte.ByteStream(witness).feed((cut[0] + cut[1]).encode())
    wanted = {"draw", "linefeed"} | ({"select_graphic_rendition"} if color else set())
    assert set(witness.asked) <= wanted, witness.asked
    assert not witness.colored_at_line_end
    assert (screen.title, screen.icon_name, screen.charset, screen.mode) == ("", "", 0, modes)
    assert (screen.cursor.x, screen.cursor.hidden, screen.cursor.attrs) == (0, False, before)


def _without_tabs(output: str) -> str:
    """Take out the one control character that is ours: the TAB before each line of a dump, as tcpdump has it."""
    return re.sub(r"^\t(?=0x[0-9a-f]{4}: )", "", output, flags=re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_hostile_captures_do_nothing_to_a_terminal(name: str, captures: list[str], tmp_path: Path) -> None:
    words = [word.replace("OUT", str(tmp_path / "out")) for word in COMMANDS[name]]
    done = run_pcaptools(*words, *captures)
    assert done.returncode == 0, done.stderr
    for output in (_without_tabs(done.stdout), done.stderr):
        check_text(output)
        check_terminal(output)
    assert len(done.stdout) > 5000
    if name not in {"tcp-metrics", "tcp-metrics --csv"}:  # which show no text of the wire but names
        assert re.search(r"\\(x1b|u001b)", done.stdout), "the poison did not come as far as this"
    for path in tmp_path.rglob("*"):
        check_text(path.name)
        if path.suffix in {".har", ".jsonl"}:
            check_text(path.read_text("ascii"))


@pytest.mark.parametrize("name", ["http-trace", "simple-capture -v", "tcp-metrics", "network-grep"])
def test_colours_are_ours_alone(name: str, captures: list[str]) -> None:
    done = run_pcaptools(*COMMANDS[name], "--color", *captures)
    assert done.returncode == 0, done.stderr
    output = _without_tabs(done.stdout + done.stderr)
    check_text(re.sub(r"\x1b\[[0-9;]*m", "", output))
    check_terminal(output, color=True)
    assert "\x1b[0m" in done.stdout


def test_the_terminal_can_tell() -> None:
    """Each poison, as it is, does something."""
    for poison in POISON:
        if poison.isascii() and poison.decode().isprintable():
            continue
        with pytest.raises((AssertionError, UnicodeDecodeError)):
            check_text(poison.decode())
    for poison in (b"\x1b]0;owned\x07", b"\x1b[2J", b"\x1b[31m", b"\x07", b"\x1b[?1049h", b"\rover"):
        with pytest.raises(AssertionError):
            check_terminal(poison.decode() + "\n")
    with pytest.raises(AssertionError):
        check_terminal("\x1b[31mred\n", color=True)


# --- messages that quote the command line


@pytest.fixture
def _collector() -> Iterator[None]:
    """Put back what a run sets for its own process."""
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


GET = str(CAPTURES / "get.pcap")
MESSAGES = [
    [NAME],
    [f"--{NAME}"],
    ["http-trace", "-i", NAME],
    ["http-trace", f"{NAME} x"],
    ["http-trace", "-r", NAME],
    ["http-trace", "-r", GET, NAME],
    ["http-trace", "-r", GET, "-Z", NAME],
    ["http-trace", "-r", GET, "-w", f"nosuch/{NAME}"],
    ["http-trace", "-r", GET, "--har", f"nosuch/{NAME}"],
    ["http-trace", "-r", GET, "--extract", f"nosuch/{NAME}"],
    ["http-trace", "-r", GET, "--url", f"({NAME}"],
    ["http-trace", "-r", GET, "--status", NAME],
    ["http-trace", "-r", GET, "--slower-than", NAME],
    ["http-trace", "-r", GET, "--body-limit", NAME],
    ["http-trace", "-r", GET, "--decode-as", f"udp.port==9,{NAME}"],
    ["http-trace", "-r", "EMPTY"],
    ["http-trace", "-r", "CUT"],
    ["http-trace", "-r", GET, "-w", "EMPTY"],
    ["http-trace", "-r", GET, "--har", "EMPTY"],
    ["http-trace", "-r", "CUT", "-w", "CUT"],
    ["simple-capture", "-r", GET, "-C", NAME],
    ["simple-capture", "-r", GET, "-w", f"%{NAME}", "-G", NAME],
    ["tcp-metrics", "-r", GET, "--where", NAME],
    ["tcp-metrics", "-r", GET, "--sort", NAME],
    ["tcp-metrics", "-r", GET, "--plot", NAME],
    ["tcp-metrics", "-r", GET, "--plot", f"nosuch/{NAME}.svg"],
    ["network-grep", f"({NAME}", "-r", GET],
    ["network-grep", "--hex", NAME, "-r", GET],
]


@pytest.mark.usefixtures("_collector")
@pytest.mark.parametrize("words", MESSAGES, ids=lambda words: safe(" ".join(words[-2:])))
def test_a_message_shows_what_it_quotes_harmlessly(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / f"{NAME}.empty").write_bytes(b"")
    (tmp_path / f"{NAME}.cut").write_bytes(Path(GET).read_bytes()[:-1])
    words = [{"EMPTY": f"{NAME}.empty", "CUT": f"{NAME}.cut"}.get(word, word) for word in words]
    assert run(words) in (1, 2)
    out, err = capfd.readouterr()
    check_text(out + err)
    check_terminal(out + err)
    assert "owned" in err.splitlines()[-1]


# --- with the real thing


@pytest.mark.parametrize("mark", [pytest.param(None, marks=live)])
def test_interfaces_with_hostile_names(mark: None) -> None:  # noqa: ARG001
    """Linux allows any byte but a blank, a slash and a colon in the name of an interface."""
    name, namespace = "\x1b[31m\x07\u202ex", f"pcth{os.getpid()}"
    subprocess.run(["ip", "netns", "add", namespace], check=True, timeout=10)
    try:
        inside = ["ip", "netns", "exec", namespace]
        made = ["ip", "link", "add", "name", name, "type", "veth", "peer", "name", "pcthpeer"]
        subprocess.run([*inside, *made], check=True, timeout=10)
        subprocess.run([*inside, "ip", "link", "set", name, "up"], check=True, timeout=10)
        for words in (
            ["devices"], ["devices", "--json"], ["http-trace", "nosuch0"], ["http-trace", name, "--duration", "0.1"],
            ["simple-capture", "-i", name, "--duration", "0.1"], ["http-trace", "pcthpeer", "-w", "nosuch/x"],
        ):  # fmt: skip
            command = [*inside, sys.executable, "-m", "pcaptools", *words]
            done = subprocess.run(command, capture_output=True, timeout=30, check=False)
            output = (done.stdout + done.stderr).decode()
            check_text(output)
            check_terminal(output)
            if "pcthpeer" not in words:
                assert "[31m" in output, output
            if "--json" in words:
                assert name in [device["name"] for device in json.loads(done.stdout)]
    finally:
        subprocess.run(["ip", "netns", "delete", namespace], check=True, timeout=10)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux, a terminal")
def test_in_tmux(captures: list[str], tmp_path: Path) -> None:
    """Commands that write to a terminal, with its width and our colours."""
    few = [word for path in captures[1::2] if re.search("dns|get|wlan-open|ftp", path) for word in ("-r", path)]
    (tmp_path / NAME).write_bytes(b"no capture")
    lines = [
        [*COMMANDS["http-trace"], *few], [*COMMANDS["simple-capture -v"], *few, "-c", "30"],
        ["tcp-metrics", *few], [*COMMANDS["network-grep"], *few], ["http-trace", "-r", str(tmp_path / NAME)],
    ]  # fmt: skip
    script = [shlex.join([sys.executable, "-m", "pcaptools", *words]) for words in lines]
    (tmp_path / "script").write_text("\n".join([*script, "printf 'all is %s' well; exec sleep 60"]))
    tmux = ["tmux", "-L", f"pcaptools-{os.getpid()}", "-f", "/dev/null"]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TMUX": ""}

    def ask(*words: str) -> str:
        done = subprocess.run(
            [*tmux, *words], capture_output=True, text=True, env=environment, timeout=20, check=True
        )  # fmt: skip
        return done.stdout.rstrip("\n")

    ask("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), f"sh {shlex.quote(str(tmp_path / 'script'))}")
    try:
        title = ask("display", "-p", "#{pane_title}")
        deadline = time.monotonic() + 40
        while "all is well" not in ask("capture-pane", "-p") and time.monotonic() < deadline:
            time.sleep(0.1)
        flags = ("alternate_on", "window_bell_flag", "cursor_x", "insert_flag", "cursor_flag", "pane_title")
        state = " ".join(f"#{{{flag}}}" for flag in flags)
        assert ask("display", "-p", state) == f"0 0 {len('all is well')} 0 1 {title}"
        screen = ask("capture-pane", "-p", "-J").splitlines()
        assert screen[-1] == "all is well"
        assert screen[-2].endswith("is not a capture file (pcap or pcapng)")
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, timeout=10, capture_output=True)
