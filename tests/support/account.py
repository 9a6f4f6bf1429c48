"""A normal user, with sudo and a virtual environment of their own, that the machine never gets to know.

useradd, the sudoers file and root's password are made in a copy of /etc that is mounted over /etc in a private
mount namespace. The kernel takes it all away when the last process in there ends, even if the test is killed.
What the user must read (interpreter, packages, this repository) is bound to a public place in there, so that it
works from under a private home too.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from support.programs import Program

ROOT = Path(__file__).resolve().parents[2]
USER = "pcaptester"
PASSWORD = "not-a-secret"
NEEDED = ("unshare", "nsenter", "mount", "useradd", "chpasswd", "setpriv", "su", "sudo", "bash")

_SETUP = """set -e
cp -a /etc/. {base}/etc
mount --bind {base}/etc /etc
mount --bind {prefix} {base}/python
mount --bind {packages} {base}/packages
mount --bind {repository} {base}/repository
useradd --no-create-home --home-dir {base}/home --shell /bin/bash --user-group {user}
echo root:{password} | chpasswd
chown {user}: {base}/home
(umask 337; echo '{user} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/pcaptools-test)
{base}/python/bin/python{version} -m venv --without-pip {base}/venv
echo ready > {base}/ready
exec sleep 600
"""
_SCRIPT = """#!{base}/venv/bin/python
import sys
from pcaptools.cli import main
if __name__ == "__main__":
    sys.exit(main())
"""


class Account:
    """The user; `home` is theirs, and `pcaptools` the command in their virtual environment."""

    def __init__(self, base: Path, holder: int) -> None:
        self.home = base / "home"
        self.pcaptools = str(base / "venv" / "bin" / "pcaptools")
        self.python = str(base / "venv" / "bin" / "python")
        self._holder = holder
        self._bin = base / "bin"
        self.uid, self.gid = os.stat(self.home).st_uid, os.stat(self.home).st_gid

    def shell(self, script: str, *, sudo: bool = True) -> Program:
        """Start bash as this user; without `sudo` it is not in the PATH."""
        enter = ["nsenter", f"--mount=/proc/{self._holder}/ns/mnt", f"--wd={self.home}"]
        become = ["setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--init-groups"]
        become += ["--inh-caps=-all", "--bounding-set=-sys_module"]  # no ambient rights; sudo needs the bounding set
        path = "/usr/local/bin:/usr/bin:/bin" if sudo else str(self._bin)
        clean = ["env", "-i", f"PATH={path}", f"HOME={self.home}", f"USER={USER}", "LANG=C.UTF-8", "TERM=dumb"]
        return Program(*enter, *become, *clean, "/bin/bash", "-c", script)


@contextlib.contextmanager
def account() -> Iterator[Account]:
    """Make the user, and remove every trace afterwards."""
    base = Path(tempfile.mkdtemp(prefix="pcaptools-user-"))
    holder = None
    try:
        holder = _prepare(base)
        yield Account(base, holder.process.pid)
    finally:
        if holder is not None:
            holder.__exit__(None, None, None)
        shutil.rmtree(base)  # the bound directories are empty out here


def _prepare(base: Path) -> Program:
    base.chmod(0o755)
    for name in ("etc", "python", "packages", "repository", "home", "bin"):
        (base / name).mkdir()
    for name in ("bash", "setpriv", "su", "env"):
        (base / "bin" / name).symlink_to(str(shutil.which(name)))
    words = {
        "base": base,
        "prefix": sys.base_prefix,
        "packages": sysconfig.get_path("purelib"),
        "repository": ROOT,
        "user": USER,
        "password": PASSWORD,
        "version": f"{sys.version_info.major}.{sys.version_info.minor}",
    }
    script = _SETUP.format_map({name: shlex.quote(str(word)) for name, word in words.items()})
    holder = Program("unshare", "--mount", "--propagation", "private", "bash", "-c", script)
    try:
        _await_ready(base, holder)
        site = base / "venv/lib" / f"python{words['version']}" / "site-packages"
        (site / "pcaptools.pth").write_text(f"{base}/repository\n{base}/packages\n")
        command = base / "venv/bin/pcaptools"
        command.write_text(_SCRIPT.format(base=base))
        command.chmod(0o755)
    except BaseException:
        holder.__exit__(None, None, None)
        raise
    return holder


def _await_ready(base: Path, holder: Program) -> None:
    deadline = time.monotonic() + 20
    while not (base / "ready").exists():
        if holder.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the user could not be made: {holder.err}")
        time.sleep(0.02)


def why_not() -> str:
    """Say what is missing to make the user."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        return f"needs {', '.join(missing)}, to try it as a normal user"
    probe = subprocess.run(["unshare", "--mount", "true"], capture_output=True, timeout=10, check=False)
    return "" if probe.returncode == 0 else "needs the right to make a mount namespace, to try it as a normal user"
