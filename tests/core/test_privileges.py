from __future__ import annotations

import os
import pwd
import shlex
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from pcaptools.core import privileges
from pcaptools.core.errors import PcapToolsError
from pcaptools.core.privileges import drop_privileges, permission_remedy, will_drop

NOBODY = 65534
UNKNOWN = 64999  # in no user database

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give it up")


def in_child(act: Callable[[], object]) -> str:
    """Run `act` in a child, whose privileges are its own, and return what it returned or raised, as text."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            text = str(act())
        except PcapToolsError as error:
            text = f"{type(error).__name__}: {error}"
        except BaseException:
            text = traceback.format_exc()
        os.write(write_end, text.encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return text


def dropped(user: str | None = None) -> tuple[str | None, tuple[int, ...], tuple[int, ...], list[int]]:
    return drop_privileges(user), os.getresuid(), os.getresgid(), os.getgroups()


@pytest.fixture
def sudo(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    def ran_by(uid: str, gid: str) -> None:
        monkeypatch.setenv("SUDO_UID", uid)
        monkeypatch.setenv("SUDO_GID", gid)

    return ran_by


@pytest.fixture(autouse=True)
def _without_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_UID", raising=False)
    monkeypatch.delenv("SUDO_GID", raising=False)


@as_root
class TestDropping:
    def test_under_sudo_the_invoking_user(self, sudo: Callable[[str, str], None]) -> None:
        sudo(str(NOBODY), str(NOBODY))
        name, groups = pwd.getpwuid(NOBODY).pw_name, [NOBODY]
        assert in_child(dropped) == str((name, (NOBODY,) * 3, (NOBODY,) * 3, groups))

    def test_under_sudo_a_user_without_an_entry(self, sudo: Callable[[str, str], None]) -> None:
        sudo(str(UNKNOWN), str(UNKNOWN))
        assert in_child(dropped) == str((str(UNKNOWN), (UNKNOWN,) * 3, (UNKNOWN,) * 3, [UNKNOWN]))

    def test_the_way_back_is_closed(self, sudo: Callable[[str, str], None]) -> None:
        sudo(str(NOBODY), str(NOBODY))

        def back() -> list[str]:
            drop_privileges()
            ways = (os.setuid, os.seteuid, os.setgid, os.setegid)
            return [way.__name__ for way in ways if succeeds(lambda: way(0))]  # noqa: B023

        assert in_child(back) == "[]"

    @pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
    def test_no_capability_is_left(self, sudo: Callable[[str, str], None]) -> None:
        sudo(str(NOBODY), str(NOBODY))

        def capabilities() -> set[int]:
            drop_privileges()
            lines = Path("/proc/self/status").read_text().splitlines()
            kinds = ("CapInh:", "CapPrm:", "CapEff:", "CapAmb:")
            return {int(line.split()[1], 16) for line in lines if line.startswith(kinds)}

        assert in_child(capabilities) == "{0}"

    def test_a_given_user_goes_before_sudo(self, sudo: Callable[[str, str], None]) -> None:
        sudo(str(UNKNOWN), str(UNKNOWN))
        name = pwd.getpwuid(NOBODY).pw_name
        assert in_child(lambda: dropped(name)[:2]) == str((name, (NOBODY,) * 3))

    def test_root_stays_root_unless_told(self) -> None:
        assert in_child(lambda: dropped()[:2]) == str((None, (0, 0, 0)))
        assert in_child(lambda: dropped("root")[:2]) == str((None, (0, 0, 0)))

    def test_root_that_ran_sudo_stays_root(self, sudo: Callable[[str, str], None]) -> None:
        sudo("0", "0")
        assert in_child(lambda: dropped()[:2]) == str((None, (0, 0, 0)))

    def test_no_such_user(self) -> None:
        assert in_child(lambda: drop_privileges("no such")) == 'UsageError: no such user: "no such"'
        assert "no such user" in in_child(lambda: drop_privileges("\0"))

    def test_sudo_variables_that_name_nobody(self, sudo: Callable[[str, str], None]) -> None:
        sudo("me", "1")
        assert in_child(drop_privileges).startswith("UsageError: SUDO_UID and SUDO_GID do not name a user")

    def test_an_id_that_cannot_be_had(self, sudo: Callable[[str, str], None]) -> None:
        sudo(str(UNKNOWN), str(2**32 - 1))  # -1: setresgid would leave it as it is
        assert in_child(drop_privileges).startswith("PcapToolsError: cannot become user 64999: ")

    def test_half_a_drop_is_an_error(self, sudo: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
        sudo(str(NOBODY), str(NOBODY))
        monkeypatch.setattr(privileges, "_become", lambda account: os.seteuid(account.uid))
        assert "could become root again" in in_child(drop_privileges)

    def test_without_root_nothing_happens(self) -> None:
        def as_nobody(user: str | None) -> Callable[[], object]:
            def act() -> object:
                os.setresuid(NOBODY, NOBODY, NOBODY)
                return drop_privileges(user)

            return act

        assert in_child(as_nobody(None)) == "None"
        assert in_child(as_nobody(pwd.getpwuid(NOBODY).pw_name)) == "None"
        assert in_child(as_nobody("root")) == "UsageError: only root can become user root; leave -Z out"


def succeeds(act: Callable[[], object]) -> bool:
    try:
        act()
    except OSError:
        return False
    return True


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Say who asks and which programs are on the PATH."""

    def asks(*programs: str, uid: int = NOBODY) -> None:
        real = shutil.which
        monkeypatch.setattr(os, "geteuid", lambda: uid)
        monkeypatch.setattr(os, "getuid", lambda: uid)
        monkeypatch.setattr(os, "getgid", lambda: uid)
        known = ("sudo", "su", "setpriv")
        monkeypatch.setattr(
            shutil, "which", lambda name: (name if name in programs else None) if name in known else real(name)
        )
        monkeypatch.setitem(sys.modules, "__main__", SimpleNamespace(__spec__=None))

    return asks


class TestRemedy:
    def test_sudo_with_the_absolute_path_and_every_word_quoted(
        self, user: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        script = tmp_path / "my venv" / "pcaptools"
        script.parent.mkdir()
        script.write_text("#!/bin/sh\n")
        script.chmod(0o755)
        monkeypatch.chdir(tmp_path)
        user("sudo", "su", "setpriv")
        for argv0 in ("my venv/pcaptools", str(script)):
            monkeypatch.setattr(sys, "argv", [argv0, "http-trace", "lo", r"ip proto \tcp"])
            assert permission_remedy() == f"run: sudo '{script}' http-trace lo 'ip proto \\tcp'"

    def test_a_command_found_on_the_path(
        self, user: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "pcaptools").write_text("#!/bin/sh\n")
        (tmp_path / "pcaptools").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        monkeypatch.setattr(sys, "argv", ["pcaptools", "devices"])
        user("sudo")
        assert permission_remedy() == f"run: sudo {tmp_path}/pcaptools devices"
        assert permission_remedy(["demo"]) == f"run: sudo {tmp_path}/pcaptools demo"

    def test_a_script_that_is_not_executable_is_given_to_python(
        self, user: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "own.py").write_text("")
        monkeypatch.setattr(sys, "argv", [str(tmp_path / "own.py")])
        user("sudo")
        assert permission_remedy() == f"run: sudo {shlex.quote(sys.executable)} {tmp_path}/own.py"

    def test_python_m(self, user: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
        user("sudo")
        monkeypatch.setitem(sys.modules, "__main__", SimpleNamespace(__spec__=object()))
        monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "pcaptools", "http-trace", "lo"])
        monkeypatch.setattr(sys, "argv", ["pcaptools/__main__.py", "http-trace", "lo"])
        python = shlex.quote(sys.executable)
        assert permission_remedy() == f"run: sudo {python} -m pcaptools http-trace lo"
        assert permission_remedy(["simple-capture", "lo"]) == f"run: sudo {python} -m pcaptools simple-capture lo"

    def test_without_sudo_and_setpriv(self, user: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "argv", ["/bin/sh", "a b"])
        user("su")
        assert permission_remedy() == """run: su -c '/bin/sh '"'"'a b'"'"''"""
        user()
        assert permission_remedy() == "run as root: /bin/sh 'a b'"

    def test_root_without_the_capability(self, user: Callable[..., None]) -> None:
        user("sudo", uid=0)
        assert "CAP_NET_RAW" in permission_remedy()

    @as_root
    @pytest.mark.live
    @pytest.mark.parametrize("uid", [NOBODY, UNKNOWN])
    def test_the_setpriv_form_really_captures(
        self, user: Callable[..., None], monkeypatch: pytest.MonkeyPatch, uid: int
    ) -> None:
        python = "/usr/bin/python3"  # the tests' own may be private to root
        if not (shutil.which("su") and shutil.which("setpriv") and os.access(python, os.X_OK)):
            pytest.skip(f"needs su, setpriv and {python}")
        program = "import os, socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 768); print(os.getresuid())"
        monkeypatch.setattr(sys, "argv", [python, "-c", program])
        user("su", "setpriv", uid=uid)
        remedy = permission_remedy()
        assert remedy.startswith("run: su -c 'setpriv ")
        monkeypatch.undo()
        done = subprocess.run(
            ["sh", "-c", remedy.removeprefix("run: ")], check=False, capture_output=True, text=True, timeout=30
        )
        assert (done.stdout, done.stderr) == (f"({uid}, {uid}, {uid})\n", "")


@pytest.mark.parametrize(
    ("uid", "user", "environment", "expected"),
    [(0, None, {}, False), (0, "nobody", {}, True), (0, None, {"SUDO_UID": "7"}, True), (7, "nobody", {}, False)],
)
def test_will_drop(
    monkeypatch: pytest.MonkeyPatch, uid: int, user: str | None, environment: dict[str, str], expected: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    monkeypatch.delenv("SUDO_UID", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert will_drop(user) is expected
