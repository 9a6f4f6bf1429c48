"""Giving up root for good once the capture is open, and telling how to get the right to capture.

Limitations: what a run may import must be imported before the drop, since the interpreter's files may be
private to root.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shlex
import shutil
import struct
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from pcaptools.core.errors import PcapToolsError, UsageError

_CAPABILITY_VERSION_3 = 0x20080522
_PR_SET_NO_NEW_PRIVS = 38

_became = ""
"""The user that this process became: whose files it makes."""


class _Account(NamedTuple):
    name: str
    uid: int
    gid: int
    known: bool = True
    """It is in the user database, which can tell its groups."""


def drop_privileges(user: str | None = None) -> str | None:
    """Become `user` for good or, under sudo, the user who ran it; return the name, None when nothing changed.

    Root without sudo stays root unless a user is given, and `user` "root" asks to stay root.
    """
    if os.geteuid() != 0:
        _refuse_without_root(user)
        return None
    account = _named(user) if user is not None else _invoker()
    if account is None or account.uid == 0:
        return None
    _libc()  # imports, which may not be possible any more in a moment
    try:
        _become(account)
    except (OSError, OverflowError) as error:
        raise PcapToolsError(f"cannot become user {account.name}: {error}") from None
    _verify(account)
    forswear()
    global _became  # noqa: PLW0603 (a process has one user)
    _became = account.name
    return account.name


def forswear() -> None:
    """Give up every capability that is left, and the way to get any by running a program (Linux; elsewhere nothing).

    A capture that is open needs none. Without PR_SET_NO_NEW_PRIVS whoever took this process over could go back to
    root by sudo, which has just been given a password (prctl(2), capset(2)). Only root that stays root keeps its own.
    """
    libc = _libc() if os.geteuid() != 0 else None
    if libc is None:
        return
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    libc.capset(header, bytes(24))  # no capability in any of the three sets; fewer are always allowed
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _libc() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    return ctypes.CDLL(None)


def remedy_for(error: OSError | ValueError) -> str:
    """Tell what helps where a file could not be made because of whom we became."""
    if not _became or not isinstance(error, PermissionError):
        return ""
    return f"files are made as user {_became}: name a folder where {_became} may write, or stay root with -Z root"


def will_drop(user: str | None = None) -> bool:
    """Tell whether `drop_privileges(user)` is about to change who we are."""
    return os.geteuid() == 0 and (user is not None or "SUDO_UID" in os.environ)


def give_to_invoker(file: int | str) -> None:
    """Give a file (descriptor or path) that root made to who ran sudo, if it was run so."""
    user, group = os.environ.get("SUDO_UID", ""), os.environ.get("SUDO_GID", "")
    if os.geteuid() == 0 and user.isdecimal() and group.isdecimal():
        with contextlib.suppress(OSError):  # a file system without owners
            os.chown(file, int(user), int(group))


def _refuse_without_root(user: str | None) -> None:
    if user is not None and _named(user).uid != os.geteuid():
        raise UsageError(f"only root can become user {user}", "leave -Z out")


def _named(user: str) -> _Account:
    try:
        entry = pwd.getpwnam(user)
    except (KeyError, ValueError):  # ValueError: a NUL in it
        raise UsageError(f'no such user: "{user}"') from None
    return _Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _invoker() -> _Account | None:
    """Tell who ran sudo."""
    if "SUDO_UID" not in os.environ:
        return None
    try:
        uid, gid = int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"])
    except (KeyError, ValueError):
        raise UsageError("SUDO_UID and SUDO_GID do not name a user", "give one with -Z") from None
    try:
        return _Account(pwd.getpwuid(uid).pw_name, uid, gid)
    except KeyError:
        return _Account(str(uid), uid, gid, known=False)


def _become(account: _Account) -> None:
    # the groups first: the right to change them goes with the user id
    if account.known:
        os.initgroups(account.name, account.gid)
    else:
        os.setgroups([account.gid])
    if sys.platform == "darwin":  # has no setres*id; for root these set all three ids
        os.setgid(account.gid)
        os.setuid(account.uid)
    else:
        os.setresgid(account.gid, account.gid, account.gid)
        os.setresuid(account.uid, account.uid, account.uid)


def _verify(account: _Account) -> None:
    """See that the way back to root is closed; going on with half of root would be worse than ending."""
    ids = {os.getuid(), os.geteuid()}, {os.getgid(), os.getegid()}
    if ids != ({account.uid}, {account.gid}) or _can_return():
        raise PcapToolsError(f"became user {account.name}, but could become root again")


def _can_return() -> bool:
    try:
        os.seteuid(0)
    except OSError:
        return False
    return True


def permission_remedy(arguments: Sequence[str] | None = None) -> str:
    """Tell the command that does have the right to capture, to be pasted into the shell it was run from.

    It is the command that was run, or `pcaptools` with other `arguments`.
    """
    command = _own_command(sys.argv[1:] if arguments is None else list(arguments))
    if os.geteuid() == 0:
        return "root lacks CAP_NET_RAW here: give it to the container or service (docker run --cap-add=NET_RAW)"
    if shutil.which("sudo"):
        return f"run: sudo {command}"
    if shutil.which("su"):
        return f"run: su -c {shlex.quote(_only_net_raw() + command)}"
    return f"run as root: {command}"


def _own_command(arguments: list[str]) -> str:
    """Rebuild the command line with absolute paths, since root's PATH holds no virtual environment."""
    main = sys.modules.get("__main__")
    if getattr(main, "__spec__", None) is not None:  # python -m pcaptools
        own = sys.orig_argv[1 : len(sys.orig_argv) - len(sys.argv[1:])]
        return shlex.join([sys.executable, *own, *arguments])
    script = os.path.abspath(shutil.which(sys.argv[0]) or sys.argv[0])
    words = [script, *arguments]
    return shlex.join(words if os.access(script, os.X_OK) else [sys.executable, *words])


def _only_net_raw() -> str:
    """Give the one capability that capturing needs, to the user who asks, where setpriv is there to do it.

    setcap would do nothing: the kernel ignores the capabilities of a script.
    """
    if not shutil.which("setpriv"):
        return ""
    uid, gid = os.getuid(), os.getgid()
    try:
        pwd.getpwuid(uid)
        groups = "--init-groups"
    except KeyError:
        groups = "--clear-groups"
    return f"setpriv --reuid={uid} --regid={gid} {groups} --inh-caps=+net_raw --ambient-caps=+net_raw "
