"""The Post Office Protocol, version 3 (RFC 1939): commands, and the first line of each reply."""

from __future__ import annotations

import re
from typing import Any, ClassVar, NamedTuple

from pcaptools.core.decode.dialogue import ANY, NONE, WORD, WORDS, Dialogue, Parameters, mechanism_only
from pcaptools.core.decode.layer import text
from pcaptools.core.decode.secrets import secret

NUMBER = re.compile(rb"\d+")
OPTIONAL_NUMBER = re.compile(rb"\d*")


class Answer(NamedTuple):
    """The first line of a reply: "+OK", "-ERR", or "+" when the client is to go on with AUTH."""

    indicator: str
    description: str


class POP3(Dialogue):
    """Commands of a client, or the answer of a server; the lines of a list or a message that follow it are not told."""

    __slots__ = ()

    key = "pop"
    parameters: ClassVar[Parameters] = {
        b"USER": WORDS, b"PASS": ANY, b"APOP": re.compile(rb"\S+ [0-9A-Fa-f]{32}"), b"STAT": NONE, b"NOOP": NONE,
        b"RSET": NONE, b"QUIT": NONE, b"CAPA": NONE, b"STLS": NONE, b"UTF8": NONE, b"LIST": OPTIONAL_NUMBER,
        b"UIDL": OPTIONAL_NUMBER, b"RETR": NUMBER, b"DELE": NUMBER, b"TOP": re.compile(rb"\d+ \d+"), b"LANG": WORD,
        b"AUTH": re.compile(rb"(?:[\w-]{1,20}(?: \S+)?)?"),
    }  # fmt: skip
    hidden = frozenset(("PASS",))

    @classmethod
    def shown(cls, command: str, parameter: str) -> str:
        """Hide passwords, and the digest of APOP, from which one can be guessed."""
        if command == "APOP":
            name, _, digest = parameter.partition(" ")
            return f"{name} {secret(digest)}"
        return mechanism_only(parameter) if command == "AUTH" else super().shown(command, parameter)

    @classmethod
    def reply_of(cls, line: bytes) -> tuple[Any, ...] | None:
        """Return a line as an answer; None if it is none."""
        indicator, _, description = line.partition(b" ")
        if indicator not in (b"+OK", b"-ERR", b"+"):
            return None
        return Answer(indicator.decode(), text(description))

    @classmethod
    def goes_on(cls, rest: bytes) -> bool:  # noqa: ARG003
        """Nothing is waited for: what follows an answer may be a long message."""
        return False
