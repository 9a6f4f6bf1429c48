"""The Internet Message Access Protocol (RFC 9051, RFC 3501): commands, and lines of replies as far as they are one.

Limitations: a literal (`{123}`) holds whatever it likes; what stands behind one is told only to the end of the line.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, NamedTuple

from pcaptools.core.decode.dialogue import ANY, NONE, WORD, WORDS, Dialogue, Parameters, mechanism_only
from pcaptools.core.decode.layer import text

TAG = re.compile(rb"[^\x00-\x20\x7f-\xff(){%*\"\\+\]]{1,32}")  # RFC 9051, 9: "tag"
STATUSES = (b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH")
UNTAGGED = frozenset((
    *STATUSES, b"CAPABILITY", b"LIST", b"LSUB", b"STATUS", b"SEARCH", b"ESEARCH", b"FLAGS", b"ENABLED", b"NAMESPACE",
    b"ID", b"SORT", b"THREAD", b"QUOTA", b"QUOTAROOT", b"ACL", b"LISTRIGHTS", b"MYRIGHTS", b"METADATA", b"VANISHED",
    b"LANGUAGE", b"COMPARATOR", b"GENURLAUTH", b"URLFETCH", b"XLIST",
))  # fmt: skip
NUMBERED = frozenset((b"EXISTS", b"RECENT", b"EXPUNGE", b"FETCH"))


class Request(NamedTuple):
    """A command with its tag."""

    tag: str
    command: str
    parameter: str


class Response(NamedTuple):
    """A line of a reply: "*" or "+" or the tag of what it replies to; the status or the kind of data; the rest.

    `number` is the one that stands before the kind: of a message, or how many there are.
    """

    tag: str
    number: int | None
    status: str
    text: str


class IMAP(Dialogue):
    """Commands of a client, or replies of a server."""

    __slots__ = ()

    key = "imap"
    parameters: ClassVar[Parameters] = {
        **dict.fromkeys(
            (b"CAPABILITY", b"NOOP", b"LOGOUT", b"STARTTLS", b"CLOSE", b"UNSELECT", b"EXPUNGE", b"CHECK", b"IDLE",
             b"NAMESPACE", b"UNAUTHENTICATE"),
            NONE,
        ),
        **dict.fromkeys(
            (b"LOGIN", b"SELECT", b"EXAMINE", b"CREATE", b"DELETE", b"RENAME", b"SUBSCRIBE", b"UNSUBSCRIBE", b"LIST",
             b"LSUB", b"STATUS", b"APPEND", b"SEARCH", b"FETCH", b"STORE", b"COPY", b"MOVE", b"UID", b"ENABLE", b"ID",
             b"SORT", b"THREAD", b"GETQUOTA", b"GETQUOTAROOT", b"SETQUOTA", b"GETACL", b"SETACL", b"DELETEACL",
             b"MYRIGHTS", b"LISTRIGHTS", b"GETMETADATA", b"SETMETADATA", b"NOTIFY", b"REPLACE", b"URLFETCH", b"XLIST"),
            WORDS,
        ),
        b"AUTHENTICATE": re.compile(rb"[\w-]{1,20}(?: \S+)?"), b"COMPRESS": WORD, b"LANGUAGE": ANY,
    }  # fmt: skip
    hidden = frozenset(("LOGIN",))

    @classmethod
    def command_of(cls, line: bytes) -> tuple[Any, ...] | None:
        """Return a line as a command; DONE, which ends IDLE, has no tag."""
        if line.upper() == b"DONE":
            return Request("", "DONE", "")
        tag, _, rest = line.partition(b" ")
        found = super().command_of(rest) if TAG.fullmatch(tag) else None
        return Request(tag.decode(), *found) if found else None

    @classmethod
    def shown(cls, command: str, parameter: str) -> str:
        """Hide the name and the password of LOGIN, and what authenticates otherwise."""
        return mechanism_only(parameter) if command == "AUTHENTICATE" else super().shown(command, parameter)

    @classmethod
    def reply_of(cls, line: bytes) -> tuple[Any, ...] | None:
        """Return a line as a reply; None if it is none."""
        tag, _, rest = line.partition(b" ")
        if tag == b"+":
            return Response("+", None, "", text(rest))
        status, _, said = rest.partition(b" ")
        number = int(status) if tag == b"*" and status.isdigit() and len(status) < 11 else None
        if number is not None:  # "* 3 EXISTS"
            status, _, said = said.partition(b" ")
        status = status.upper()
        if tag == b"*":
            known = status in (UNTAGGED if number is None else NUMBERED)
        else:
            known = status in STATUSES[:3] and TAG.fullmatch(tag) is not None
        return Response(tag.decode(), number, status.decode(), text(said)) if known else None

    @classmethod
    def goes_on(cls, rest: bytes) -> bool:  # noqa: ARG003
        """Nothing is waited for: what follows may be a long message."""
        return False
