"""Options as headers have them: a type, a length and a content, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pcaptools.core.decode.layer import Cut, Malformed
from pcaptools.core.decode.reader import Reader

Fields = dict[str, Any]
"""What an option says, under the names that its protocol's documents have."""
Parse = Callable[[Reader], Fields]
"""Reads an option's content; the reader ends where the option does."""


class Kind(NamedTuple):
    """An option's name, and who reads it (nobody: its content stays bytes)."""

    name: str
    parse: Parse | None = None


UNKNOWN = Kind("unknown")


def content(parse: Parse | None, part: Reader) -> Fields:
    """Return what an option says; content that cannot be read stays as `data`, with the reason.

    Where one option is wrong in itself the others can still be read: its length says where they are. Bytes that
    the snap length cut raise `Cut`.
    """
    start = part.at
    if parse is None:
        data = part.take(part.left)
        return {"data": data} if data else {}
    try:
        fields = parse(part)
    except Cut:
        raise
    except Malformed as error:
        return {"malformed": str(error), "data": part.data[start : part.end]}
    if part.left > 0:
        fields["trailing"] = part.take(part.left)
    return fields


def read_options(read: Reader, kinds: Mapping[int, Kind], *, limit: int) -> list[Fields]:
    """Read options whose length counts the content only (RFC 8200, 4.2); type 0 is one byte of padding.

    What goes wrong with the list is told in its last item. There may be `limit` of them: a list made of single
    bytes of padding must cost no more than it is worth.
    """
    options: list[Fields] = []
    try:
        while read:
            if len(options) == limit:
                raise Malformed(f"more than {limit} options", read.at)
            options.append(_option(read, kinds))
    except Malformed as error:
        options.append(trouble(error, read))
        read.at = read.end
    return options


def _option(read: Reader, kinds: Mapping[int, Kind]) -> Fields:
    number = read.u8()
    kind = kinds.get(number, UNKNOWN)
    if not number:
        return {"type": 0, "type_name": kind.name, "length": 0}
    length = read.u8()
    fields: Fields = {"type": number, "type_name": kind.name, "length": length}
    return fields | part_content(kind.parse, read, length, f"option {number}")


def part_content(parse: Parse | None, read: Reader, length: int, what: str) -> Fields:
    """Return what the next `length` bytes say; where there are fewer, or fewer were captured, that ends the list."""
    try:
        return content(parse, read.part(length, what))
    except Malformed as error:
        fields = trouble(error, read)
        read.at = read.end
        return fields


def trouble(error: Malformed, read: Reader) -> Fields:
    """Return the item that stands for what could not be read: the reason, and the bytes if there are some."""
    at = read.at if error.at is None else error.at
    rest = read.data[at : min(read.end, at + 64)]
    told = "truncated" if isinstance(error, Cut) else "malformed"
    return {told: str(error), "data": rest} if rest else {told: str(error)}
