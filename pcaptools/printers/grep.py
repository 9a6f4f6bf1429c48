"""The lines of network-grep: where a pattern was found, and the text around it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

from pcaptools.core.events import GrepMatch, Span
from pcaptools.printers.clock import Clock, decimal
from pcaptools.printers.console import Painter
from pcaptools.printers.hexdump import hexdump
from pcaptools.printers.jsonl import encode
from pcaptools.printers.safe import safe

AROUND = 200
"""Bytes of a line that are shown before and behind a match."""
WHERE = {"packet": "", "stream": "", "head": " HTTP head", "body": " HTTP body", "message": " WebSocket"}


class GrepPrinter:
    """Turns matches into lines; `name` tells the name of an address, or the address."""

    def __init__(self, clock: Clock, paint: Painter, name: Callable[[str], str], *, dump: bool = False) -> None:
        self._clock = clock
        self._paint = paint
        self._name = name
        self._dump = dump

    def line(self, match: GrepMatch) -> str:
        """Return the line of a match, and its bytes where those are wanted, with line ends."""
        src, dst = self._end(match.src), self._end(match.dst)
        number = self._paint("number", f"#{numbers(match.packets)}{'-' if match.context else ':'}")
        ends = f"{self._paint('address', src)} -> {self._paint('address', dst)}"
        time = self._paint("time", self._clock(match.time))
        where = WHERE[match.where]
        lines = "--\n" if match.apart else ""
        lines += f"{time}{ends}{where} {number} {self._excerpt(match)}\n"
        return lines + hexdump(match.data, text=True) if self._dump else lines

    def only(self, match: GrepMatch) -> str:
        """Return the matches alone, a line each."""
        texts = (match.data[start:end].rstrip(b"\r\n") for start, end in match.spans)
        return "".join(f"{self._text(text)}\n" for text in texts)

    def _end(self, end: tuple[str, int | None]) -> str:
        address, port = end
        name = safe(self._name(address))
        if port is None:
            return name
        return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"

    def _excerpt(self, match: GrepMatch) -> str:
        """Return the lines with the matches in them, those between left out."""
        data, spans = match.data, match.spans
        parts: list[str] = []
        behind = 0
        for low, high, inside in _regions(data, spans or [(0, 0)]):
            if low > behind:
                parts.append("… " if not parts else " … ")
            parts.append("".join(self._pieces(data, low, high, inside if spans else [])))
            behind = high
        if len(data[behind:].strip(b"\r\n")):
            parts.append(" …")
        return "".join(parts)

    def _pieces(self, data: bytes, low: int, high: int, spans: list[Span]) -> Iterator[str]:
        at = low
        for start, end in _joined(spans) if self._paint.color else ():
            yield self._text(data[at:start])
            yield self._paint("match", self._text(data[start:end]))
            at = end
        yield self._text(data[at:high].rstrip(b"\r\n"))

    @staticmethod
    def _text(data: bytes) -> str:
        return safe(data.decode("utf-8", "backslashreplace"))


def numbers(packets: tuple[int, ...]) -> str:
    """Return packet numbers in few characters: 12, 12-14, 12,14."""
    parts: list[list[int]] = []
    for number in packets:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in parts)


def _joined(spans: list[Span]) -> Iterator[Span]:
    """Yield spans, those that touch as one: `.` matches every byte."""
    low, high = spans[0] if spans else (0, 0)
    for start, end in spans:
        if start > high:
            yield low, high
            low = start
        high = end
    if low < high:
        yield low, high


def _regions(data: bytes, spans: list[Span]) -> Iterator[tuple[int, int, list[Span]]]:
    """Yield (first byte, byte behind, spans inside) of the lines that spans are in, joined where they touch."""
    low = behind = line_end = -1
    inside: list[Span] = []
    for start, end in spans:
        if low < 0 or start > line_end or start - behind > 2 * AROUND:
            if low >= 0:
                yield low, min(line_end, behind + AROUND), inside
            nearest = max(0, start - AROUND)
            low, behind, line_end, inside = data.rfind(b"\n", nearest, start) + 1 or nearest, end, -1, []
        if end > line_end:
            line_end = data.find(b"\n", max(start, end - 1))
            line_end = max(end, line_end if line_end >= 0 else len(data))
        behind = end
        inside.append((start, end))
    yield low, min(line_end, behind + AROUND), inside


def grep_line(match: GrepMatch, nanosecond: bool) -> str:
    """Return the JSON line of a match."""
    session = f'"session":"{match.session.id}",' if match.session is not None else ""
    fields: dict[str, Any] = {"src": _numeric(match.src), "dst": _numeric(match.dst)}
    fields |= {"protocol": match.protocol, "where": match.where, "packets": list(match.packets)}
    if match.context:
        fields["context"] = True
    fields["matches"] = [
        {"offset": match.offset + start, "length": end - start, **_bytes("match", match.data[start:end])}
        for start, end in match.spans
    ]
    fields |= {"offset": match.offset, "length": len(match.data), **_bytes("payload", match.data)}
    time = decimal(match.time, nanosecond)
    return f'{{"v":1,"event":"{match.name}","time":{time},{session}{encode(fields)[1:]}\n'


def _numeric(end: tuple[str, int | None]) -> str:
    address, port = end
    if port is None:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _bytes(name: str, data: bytes) -> dict[str, str]:
    """Return text where the bytes are UTF-8, else base64."""
    try:
        return {name: data.decode("utf-8")}
    except UnicodeDecodeError:
        return {f"{name}_base64": b64encode(data).decode()}
