"""Giving up root for real: who the process is, what it still may, whose files it makes, and that nothing is missing."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import account, netns
from support.programs import PCAPTOOLS, Program, capturing, free_port, summary
from support.replay import frames_of, replay

pytestmark = netns.live

CAPTURES = Path(__file__).parents[1] / "captures"
GET = CAPTURES / "get.pcap"
NOBODY = 65534
AS_NOBODY = ("env", f"SUDO_UID={NOBODY}", f"SUDO_GID={NOBODY}")
"""As sudo would say that user nobody ran it."""


@pytest.fixture(scope="module")
def user() -> Iterator[account.Account]:
    """A normal user with sudo and a virtual environment."""
    if account.why_not():
        pytest.skip(account.why_not())
    with account.account() as made:
        yield made


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody may look into; pytest's own are for us alone."""
    with tempfile.TemporaryDirectory(prefix="pcaptools-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: " ".join(value.split()) for name, _, value in (line.partition(":") for line in lines)}


def check_powerless(pid: int, uid: int, groups: str) -> None:
    """All ids of each thread are the user's, no capability is left, and no program that is run can give one."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        status = status_of(int(task.name))
        assert (status["Uid"], status["Gid"]) == (" ".join([str(uid)] * 4),) * 2
        assert status["Groups"] == groups
        assert [int(status[f"Cap{name}"], 16) for name in ("Inh", "Prm", "Eff", "Amb")] == [0, 0, 0, 0]
        assert status["NoNewPrivs"] == "1"


def test_the_invoking_user_with_nothing_left() -> None:
    with capturing("http-trace", "lo", "tcp port 1", inside=AS_NOBODY) as trace:
        check_powerless(trace.process.pid, NOBODY, str(NOBODY))
        trace.end()
        assert trace.process.returncode == 0


def test_the_groups_of_the_database_are_taken(place: Path) -> None:
    """A user of several groups has these, and none of root's."""
    group = place / "group"
    group.write_text(Path("/etc/group").read_text() + "pcapgroup:x:64321:nobody\n")
    script = f'mount --bind {shlex.quote(str(group))} /etc/group && exec "$@"'
    inside = ("unshare", "--mount", "setpriv", "--groups", "0,4,27", "sh", "-c", script, "sh", *AS_NOBODY)
    with capturing("simple-capture", "-n", "lo", "udp port 1", inside=inside) as trace:
        check_powerless(trace.process.pid, NOBODY, f"64321 {NOBODY}")


def test_every_file_belongs_to_the_user(place: Path) -> None:
    os.chown(place, NOBODY, NOBODY)
    words = ["-w", "w.pcap", "--har", "a.har", "--extract", "bodies"]
    done = in_folder(place, "http-trace", "-r", str(GET), *words)
    assert done.returncode == 0, done.stderr
    done = in_folder(place, "tcp-metrics", "-r", str(GET), "--plot", "p.svg")
    assert done.returncode == 0, done.stderr
    done = in_folder(place, "simple-capture", "-r", str(GET), "-w", "ring.pcap", "-C", "1k", "-W", "3")
    assert done.returncode == 0, done.stderr
    made = list(place.rglob("*"))
    assert {path.name for path in made} >= {"w.pcap", "a.har", "bodies", "index.jsonl", "p.svg", "ring.pcap0"}
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(NOBODY, NOBODY)}


def in_folder(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*AS_NOBODY, *PCAPTOOLS, *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["http-trace", "-w", "{}/x.pcap"], "cannot write {}/x.pcap"),
        (["http-trace", "--har", "{}/x.har"], "cannot write {}/x.har"),
        (["http-trace", "--extract", "{}"], "cannot save bodies in '{}'"),
        (["tcp-metrics", "--plot", "{}/x.svg"], "cannot write {}/x.svg"),
        (["simple-capture", "-w", "{}/x.pcap", "-C", "1"], "cannot make files in {}"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_folder_of_roots_is_refused_before_anything_is_captured(words: list[str], says: str, place: Path) -> None:
    folder = place / "of-root"
    folder.mkdir(0o755)
    words = [word.format(folder) for word in words]
    done = in_folder(place, *words, "-i", "lo")
    assert done.returncode == 1
    assert (done.stdout, [*folder.iterdir()]) == ("", [])
    name = "nobody"
    assert done.stderr.splitlines()[-1] == (
        f"pcaptools: {says.format(folder)}: Permission denied; files are made as user {name}: "
        f"name a folder where {name} may write, or stay root with -Z root"
    )
    assert "Listening" not in done.stderr


def test_force_replaces_no_file_of_roots(place: Path) -> None:
    """Who may run pcaptools by sudo, and nothing else, cannot write over what is not theirs."""
    secret = place / "shadow"
    secret.write_text("root")
    for words in (["-w", str(secret)], ["--har", str(secret)]):
        done = in_folder(place, "http-trace", "-r", str(GET), *words, "--force")
        assert done.returncode == 1
    assert secret.read_text() == "root"


# --- an interpreter that the user cannot read


ALL_COMMANDS = [
    ["http-trace", "--bodies", "--headers", "--tcp-verbose", "--har", "O/a.har", "--extract", "O/bodies"],
    ["http-trace", "--json", "--bodies", "--find", "xyz", "--har", "O/b.har"],
    ["simple-capture", "-v", "-XX", "--checksums", "--color", "-w", "O/ring.pcapng", "-C", "1"],
    ["tcp-metrics", "--graph", "--plot", "O/p.png", "--color", "--tcp-verbose"],
    ["network-grep", "--decoded", "-I", "html", "--write", "O/g.pcapng", "--whole-session"],
]


def test_all_options_work_where_the_user_cannot_read_the_interpreter(place: Path) -> None:
    """Python, its packages and pcaptools behind a folder of mode 700: from the drop on not one file can be read."""
    if not shutil.which("unshare"):
        pytest.skip("needs unshare, to make a private place for the interpreter")
    out, script = place / "out", place / "script"
    out.mkdir()
    os.chown(out, NOBODY, NOBODY)
    captures = " ".join(f"-r {shlex.quote(str(path))}" for path in sorted(CAPTURES.glob("*.pcap*"))[::4])
    lines = [_private_interpreter(place / "private")]
    for number, command in enumerate(ALL_COMMANDS):
        words = shlex.join(command).replace("O/", f"{out}/")
        read = captures if "-r" not in command else ""
        lines.append(f'SUDO_UID={NOBODY} SUDO_GID={NOBODY} $python -m pcaptools {words} {read} '
                     f'>{place}/{number}.out 2>{place}/{number}.err; echo "{number} $?"')  # fmt: skip
    script.write_text("\n".join(lines))
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "bash", str(script)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    said = [(place / f"{number}.err").read_text() for number in range(len(ALL_COMMANDS))]
    assert done.stdout.splitlines() == ["closed", *(f"{number} 0" for number in range(len(ALL_COMMANDS)))], said
    assert all("Traceback" not in text and "Error" not in text for text in said), said
    assert len([*out.rglob("*")]) > 20


def _private_interpreter(place: Path) -> str:
    """Return the shell's words that make it, in a mount namespace of its own, and prove that it is closed."""
    place.mkdir(0o700)
    for name in ("python", "packages", "repository"):
        (place / name).mkdir()
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    root = Path(__file__).parents[2]
    return f"""set -e
mount --bind {shlex.quote(sys.base_prefix)} {place}/python
mount --bind {shlex.quote(sysconfig.get_path("purelib"))} {place}/packages
mount --bind {shlex.quote(str(root / "pcaptools"))} {place}/repository
mkdir -p {place}/path; ln -sfn ../repository {place}/path/pcaptools
export PYTHONPATH={place}/path:{place}/packages PYTHONDONTWRITEBYTECODE=1
python={place}/python/bin/{version}
setpriv --reuid={NOBODY} --clear-groups ls {place} 2>/dev/null || echo closed
set +e"""


def test_follow_and_live_traffic_where_the_interpreter_is_private(place: Path) -> None:
    """What is imported on the way, not at the beginning: bodies that come late, the error of a link that goes away."""
    growing = place / "x.pcap"
    growing.write_bytes(GET.read_bytes()[:24])
    command = f"""{_private_interpreter(place / "private")}
        export SUDO_UID={NOBODY} SUDO_GID={NOBODY}; exec $python -m pcaptools "$@" """
    inside = ("unshare", "--mount", "--propagation", "private", "bash", "-c", command, "bash")
    with Program(*inside, "http-trace", "-n", "--bodies", "-r", str(growing), "--follow") as trace:
        trace.await_line("closed")
        growing.write_bytes(GET.read_bytes())
        trace.await_line(" response complete", count=2)
        trace.end()
        assert trace.process.returncode == 0, trace.err
    with netns.linked_namespaces() as (here, there):
        within = (
            "ip",
            "netns",
            "exec",
            here.name,
            *inside,
            "http-trace",
            "--json",
            "--bodies",
            here.device,
            "tcp port 80",
        )
        with Program(*within) as live:
            live.await_ready()
            check_powerless(live.process.pid, NOBODY, str(NOBODY))
            replay(there, frames_of(GET))
            live.await_line("http_response_complete", count=2)
            here.ip("link", "del", here.device)
            assert live.wait(5) == 1
        assert "Traceback" not in live.err
        assert summary(live.err)[0] == 15


def test_sudo_itself(user: account.Account) -> None:
    """With a real sudo, into the user's own folder and into one of root's."""
    port = free_port()
    with user.shell(f"sudo {user.pcaptools} http-trace lo 'tcp port {port}' --har x.har -w x.pcap") as trace:
        trace.await_line("Listening on lo", "err")
        trace.end()
        assert trace.process.returncode == 0, trace.err
    assert {(user.home / name).stat().st_uid for name in ("x.har", "x.pcap")} == {user.uid}
    with user.shell(f"sudo {user.pcaptools} http-trace lo -w /etc/no.pcap") as refused:
        assert refused.wait() == 1
    assert refused.err.startswith("pcaptools: cannot write /etc/no.pcap: Permission denied; files are made as user ")
    with user.shell(f"sudo {user.pcaptools} http-trace lo -c 1 -Z root --duration 1 -w /etc/kept.pcap") as kept:
        assert kept.wait() == 0, kept.err
