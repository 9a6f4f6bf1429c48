"""What the protocols share that are lines of text: commands one way, replies the other (RFC 959, RFC 5321).

A segment may hold several lines, and may begin in the middle of a message that is being transferred: so a line is
taken only if it looks like one of the protocol's to its end, and passwords never leave a decoder unhidden.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, NamedTuple

from pcaptools.core.decode.layer import Layer, text
from pcaptools.core.decode.secrets import secret

MAX_LINES = 256
MAX_LINE = 4096
"""Bytes of a line that are looked at: RFC 5321, 4.5.3.1 has 512, but what came after goes beyond."""

NONE, WORD, WORDS, ANY = (re.compile(pattern) for pattern in (rb"", rb"\S*", rb"\S.*", rb".*"))
"""What a command may have behind it: nothing, a word at most, something, anything."""


Parameters = dict[bytes, re.Pattern[bytes]]


class Command(NamedTuple):
    """A command and what stands behind it."""

    command: str
    parameter: str


class Reply(NamedTuple):
    """A line of a reply; `more` 1 if others belong to it."""

    code: int
    more: int
    text: str


class Dialogue(Layer):
    """Lines of commands, or lines of replies; the protocols say which there are."""

    __slots__ = ("_pending", "commands", "replies")

    sparse = True
    fields: ClassVar[tuple[str, ...]] = ("commands", "replies")
    parameters: ClassVar[Parameters] = {}
    """Every command, and what its parameters look like."""
    hidden: ClassVar[frozenset[str]] = frozenset()
    """Commands of which the parameters are secret."""

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.commands: list[Any] | None = None
        self.replies: list[Any] | None = None
        self._pending: int | None = None
        self._read(start, min(end, len(data)))

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Look at the first line."""
        stop = data.find(b"\n", start, min(end, start + MAX_LINE))
        if stop < 0:
            return False
        line = data[start:stop].removesuffix(b"\r")
        return cls.command_of(line) is not None or cls.reply_of(line) is not None

    @classmethod
    def command_of(cls, line: bytes) -> tuple[Any, ...] | None:
        """Return a line as a command; None if it is none."""
        word, _, parameter = line.partition(b" ")
        word, parameter = word.upper(), parameter.strip(b" ")
        pattern = cls.parameters.get(word)
        if pattern is None or not pattern.fullmatch(parameter):
            return None
        command = word.decode()
        return Command(command, cls.shown(command, text(parameter)))

    @classmethod
    def reply_of(cls, line: bytes) -> tuple[Any, ...] | None:
        """Return a line as a reply; None if it is none."""
        if not line[:3].isdigit() or line[:1] not in b"123456" or line[3:4] not in (b" ", b"-", b""):
            return None
        return Reply(int(line[:3]), int(line[3:4] == b"-"), text(line[4:]))

    @classmethod
    def goes_on(cls, rest: bytes) -> bool:
        """Tell whether the beginning of a line is that of a reply, which goes on in the next segment."""
        return b"\n" not in rest and rest[:1].isdigit()

    @classmethod
    def shown(cls, command: str, parameter: str) -> str:
        """Return a parameter as it may be shown."""
        return secret(parameter) if parameter and command in cls.hidden else parameter

    @property
    def incomplete(self) -> bool:
        """A line of a reply goes on in the next segment."""
        return self._pending is not None

    @property
    def pending(self) -> int:
        """Where that line begins."""
        return self.start if self._pending is None else self._pending

    def _read(self, at: int, limit: int) -> None:
        """Take line by line; in the end of a reply there may be a part of one."""
        for _ in range(MAX_LINES):
            stop = self.data.find(b"\n", at, min(limit, at + MAX_LINE))
            if stop < 0 or not self._take(self.data[at:stop].removesuffix(b"\r")):
                break
            at = stop + 1
        if self.replies and at < limit == self.end and self.goes_on(self.data[at : min(at + MAX_LINE, limit)]):
            self._pending = at

    def _take(self, line: bytes) -> bool:
        """Add a line to the commands or to the replies; False if it is neither, or not what came before."""
        if self.replies is None and (command := self.command_of(line)) is not None:
            self.commands = self.commands or []
            self.commands.append(command)
            return True
        if self.commands is None and (reply := self.reply_of(line)) is not None:
            self.replies = self.replies or []
            self.replies.append(reply)
            return True
        return False


def mechanism_only(parameter: str) -> str:
    """Hide what stands behind the name of an authentication mechanism (RFC 4954, 4): it may be a password."""
    mechanism, blank, response = parameter.partition(" ")
    return f"{mechanism} {secret(response)}" if blank and response else mechanism
