"""Redis' protocol, RESP versions 2 and 3: commands of clients and replies, on its port also commands without framing.

Limitations: a value that goes on in the next segment is told as far as it is here, and what follows it there is not.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pcaptools.core.decode.layer import Layer, Malformed, text
from pcaptools.core.decode.redis_commands import is_command
from pcaptools.core.decode.secrets import secret

TYPES = {
    ord("+"): "simple_string", ord("-"): "error", ord(":"): "integer", ord("$"): "bulk_string", ord("*"): "array",
    ord("_"): "null", ord("#"): "boolean", ord(","): "double", ord("("): "big_number", ord("!"): "bulk_error",
    ord("="): "verbatim_string", ord("%"): "map", ord("~"): "set", ord(">"): "push", ord("|"): "attribute",
}  # fmt: skip
BULK = frozenset(("bulk_string", "bulk_error", "verbatim_string"))
AGGREGATES = frozenset(("array", "map", "set", "push", "attribute"))
PAIRED = frozenset(("map", "attribute"))
MAX_VALUES = 1024
MAX_DEPTH = 16
MAX_LINE = 64 << 10

COMMAND = re.compile(rb"\*[1-9]\d{0,6}\r\n\$(\d{1,2})\r\n([A-Za-z][\w.-]*)\r\n")
REPLY = re.compile(
    rb"\+[\x20-\x7e]*\r\n|-[A-Za-z]+[^\r\n]*\r\n|:[+-]?\d{1,19}\r\n|[$*!=%~>|](?:-1|\d{1,9})\r\n|_\r\n|#[tf]\r\n"
    rb"|,[+-]?(?:\d[\d.eE+-]*|inf|nan)\r\n|\([+-]?\d+\r\n"
)
"""The first line of any value."""
INLINE = re.compile(rb"([A-Za-z][\w.-]*)((?: [^\x00-\x08\x0a-\x1f\x7f]*)?)\r?\n")
WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|(\S+)')


class Command(NamedTuple):
    """A command, in capitals, and its arguments."""

    command: str
    arguments: list[str]


class Redis(Layer):
    """Commands, if the first value is one; else replies."""

    __slots__ = ("_trouble", "commands", "replies")

    key = "redis"
    sparse = True
    fields = ("commands", "replies")
    first_bytes = b"*"

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.commands: list[Command] | None = None
        self.replies: list[dict[str, Any]] | None = None
        self._trouble: Malformed | None = None
        limit = min(end, len(data))
        if data[start : start + 1].isalpha():
            self.commands = list(_inline(data, start, limit))
            return
        values, self._trouble = values_in(data, start, limit)
        commands = [command for value in values if (command := _command(value))]
        if commands and len(commands) == len(values):
            self.commands = commands
        else:
            self.replies = values

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Take a command as every client sends it: an array that begins with a known name."""
        found = COMMAND.match(data, start, end)
        return found is not None and int(found[1]) == len(found[2]) and is_command(found[2].decode())

    def next(self) -> None:
        """Nothing follows; say what was wrong."""
        if self._trouble is not None:
            raise self._trouble


class RedisOnPort(Redis):
    """What its own port has more: replies, and commands as one types them into a terminal."""

    __slots__ = ()

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Take the first line of any value, or of a known command."""
        if data[start] in TYPES:
            return REPLY.match(data, start, end) is not None
        found = INLINE.match(data, start, end)
        return found is not None and is_command(found[1].decode())


def values_in(data: bytes, at: int, limit: int) -> tuple[list[dict[str, Any]], Malformed | None]:
    """Return the values in data[at:limit], the last one perhaps in part, and what is wrong behind them."""
    root: list[dict[str, Any]] = []
    open_: list[tuple[list[dict[str, Any]], int]] = [(root, MAX_VALUES)]
    for _ in range(MAX_VALUES):
        while len(open_) > 1 and len(open_[-1][0]) == open_[-1][1]:
            open_.pop()
        stop = data.find(b"\r\n", at, min(limit, at + MAX_LINE))
        if stop < 0:
            return root, None
        kind = TYPES.get(data[at])
        if kind is None or not REPLY.match(data, at, stop + 2):
            return root, Malformed("no value of RESP begins here", at)
        line = data[at + 1 : stop]
        at = stop + 2
        value: dict[str, Any] = {"type": kind}
        open_[-1][0].append(value)
        if kind in BULK:
            at = _bulk(value, int(line), data, at, limit)
        elif kind in AGGREGATES:
            value["length"] = length = int(line)
            items: list[dict[str, Any]] = []
            value["items"] = items
            if length > 0:
                open_.append((items, length * (2 if kind in PAIRED else 1)))
            if len(open_) > MAX_DEPTH:
                return root, Malformed(f"more than {MAX_DEPTH} values of RESP in each other", at)
        else:
            value["value"] = _simple(kind, line)
    return root, Malformed(f"more than {MAX_VALUES} values of RESP", at)


def _bulk(value: dict[str, Any], length: int, data: bytes, at: int, limit: int) -> int:
    """Read a string that has a length before it, as far as it is here; return where it ends."""
    value["length"] = length
    value["value"] = None if length < 0 else text(data[at : min(at + length, limit)])
    return at if length < 0 else at + length + 2


def _simple(kind: str, line: bytes) -> Any:
    """Return the value of what is one line."""
    if kind == "integer":
        return int(line)
    if kind == "boolean":
        return line == b"t"
    return None if kind == "null" else text(line)


def _command(value: dict[str, Any]) -> Command | None:
    """Return an array of strings that begins with a command as one."""
    items = value.get("items") or []
    if value["type"] != "array" or any(item["type"] != "bulk_string" or item["value"] is None for item in items):
        return None
    words = [item["value"] for item in items]
    if not words or not is_command(words[0]):
        return None
    return Command(words[0].upper(), hide(words[0].upper(), words[1:]))


def _inline(data: bytes, at: int, limit: int) -> list[Command]:
    """Return the lines that are commands."""
    found: list[Command] = []
    line = INLINE.match(data, at, limit)
    while line is not None and is_command(line[1].decode()) and len(found) < MAX_VALUES:
        words = [double or single or bare for double, single, bare in WORD.findall(text(line[2]))]
        name = line[1].decode().upper()
        found.append(Command(name, hide(name, words)))
        line = INLINE.match(data, line.end(), limit)
    return found


def hide(command: str, arguments: list[str]) -> list[str]:
    """Return the arguments with the passwords in them hidden."""
    if command == "AUTH":
        return [secret(word) for word in arguments]
    if command in ("HELLO", "MIGRATE"):
        return _hide_after(arguments, {"AUTH": 2 if command == "HELLO" else 1, "AUTH2": 2})
    if command == "CONFIG" and arguments[:1] and arguments[0].upper() == "SET":
        return _hide_after(
            arguments, dict.fromkeys(("REQUIREPASS", "MASTERAUTH", "MASTERUSER", "TLS-KEY-FILE-PASS"), 1)
        )
    if command == "ACL":  # rules with a password or its hash
        return [secret(word) if word[:1] in ("<", ">", "#", "!") else word for word in arguments]
    return arguments


def _hide_after(arguments: list[str], words: dict[str, int]) -> list[str]:
    """Hide as many arguments behind each of the words as it says."""
    found, left = [], 0
    for word in arguments:
        found.append(secret(word) if left else word)
        left = left - 1 if left else words.get(word.upper(), 0)
    return found
