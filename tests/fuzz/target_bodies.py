"""A body and its end do not depend on the pieces it comes in, nor on who keeps it; chunked is RFC 9112, 7.1."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fuzz.choices import Choices, pieces
from h11 import Data, EndOfMessage

from pcaptools.core.protocols.http.framing import (
    MAX_CHUNK_LINE,
    Broken,
    Buffer,
    ChunkedReader,
    CloseReader,
    LengthReader,
    Reader,
)

Result = tuple[bytes, str, bytes]
"""The body, how it ended, what is left."""
CHUNK = re.compile(rb"([0-9a-fA-F]{1,16})(?:;[^\r\n]*)?\r\n")


def check(data: bytes) -> None:
    """Read the rest of `data` as a body of each kind."""
    choices = Choices(data)
    size, length = 1 + choices.number(), choices.number(2)
    wire = choices.rest()
    for make in (lambda: LengthReader(length), CloseReader, ChunkedReader):
        whole = read(make(), wire, 0)
        assert read(make(), wire, size) == whole, f"in pieces of {size}, {make().__class__.__name__} reads another body"
        counted = count(make(), wire, size)
        assert counted == (len(whole[0]), whole[1]), f"counted it is {counted}, read {len(whole[0])}, {whole[1]}"
    body, end, rest = read(ChunkedReader(), wire, 0)
    strict = chunked(wire)
    if strict is not None:
        assert (body, end, rest) == (strict[0], "end", strict[1]), "a well-formed chunked body is read otherwise"


def read(reader: Reader, wire: bytes, size: int) -> Result:
    """Keep the bytes of a body."""
    buffer, body = Buffer(), bytearray()
    given = 0
    for piece in pieces(wire, size):
        buffer += piece
        given += len(piece)
        while (item := reader(buffer)) is not None:
            if isinstance(item, EndOfMessage):
                return bytes(body), "end", buffer.take_all() + wire[given:]
            if isinstance(item, Broken):
                return bytes(body), item.reason, item.line + buffer.take_all() + wire[given:]
            assert isinstance(item, Data)
            assert item.data, "a piece of nothing"
            body += item.data
            assert len(body) <= given, "more bytes than came"
        assert len(buffer) == 0, "bytes are kept"
        if isinstance(reader, ChunkedReader):
            assert len(reader._line) <= MAX_CHUNK_LINE, "a line without end is kept"
    return bytes(body), "", b""


def count(reader: Reader, wire: bytes, size: int) -> tuple[int, str]:
    """Count them, as is done where nobody keeps a body."""
    buffer, counted = Buffer(), 0
    for piece in pieces(wire, size):
        left = piece
        while True:
            taken = reader.skip(min(len(left), reader.skippable))
            counted += taken
            left = left[taken:]
            if isinstance(reader, LengthReader) and not reader.skippable:
                return counted, "end"
            if not left and not buffer:
                break
            buffer += left
            left = b""
            item = reader(buffer)
            if item is None:
                break
            if not isinstance(item, Data):
                return counted, "end" if isinstance(item, EndOfMessage) else item.reason
            counted += len(item.data)
    return counted, ""


def chunked(wire: bytes) -> tuple[bytes, bytes] | None:
    """Read a chunked body as the grammar has it; None for what is none, or not whole."""
    body, at = b"", 0
    while True:
        line = CHUNK.match(wire, at)
        if line is None or line.end() - at > MAX_CHUNK_LINE:
            return None
        at, size = line.end(), int(line[1], 16)
        if not size:
            break
        if wire[at + size : at + size + 2] != b"\r\n":
            return None
        body, at = body + wire[at : at + size], at + size + 2
    end = re.compile(rb"(?:[!-9;-~]+:[^\r\n]*\r\n){0,40}\r\n").match(wire, at)
    return (body, wire[end.end() :]) if end else None


def seeds() -> Iterator[bytes]:
    """Yield bodies."""
    for size in (0, 1, 2, 6, 255):
        for wire in (
            b"3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\n",
            b'00A;x="y"\r\n0123456789\r\n1\r\n\n\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n',
            b"3\nabc\n0\n\n",
            b"ffffffffffffffff\r\nabc",
            b"3\r\nabcd\r\n0\r\n\r\n",
            b"1;" + b"e" * 300 + b"\r\na\r\n0\r\n" + b"a: b\r\n" * 30 + b"\r\n",
        ):
            yield bytes([size, 0, len(wire) // 2]) + wire
