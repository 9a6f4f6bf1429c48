r"""Domain names as DNS messages have them (RFC 1035, 3.1 and 4.1.4), and their text.

The text is that of RFC 1035, 5.1 and RFC 4343, 2.1: a dot or a backslash inside a label has a backslash before
it, what is no printable ASCII (a blank, too) is `\DDD`. The final dot is left out; the root is ".".
"""

from __future__ import annotations

import struct
from typing import Any

from pcaptools.core.decode.layer import Cut, Malformed

MAX_NAME = 255
"""Bytes of a name on the wire, the root's zero included (RFC 1035, 2.3.4)."""
MAX_POINTERS = 127
"""As many as a name can have labels: more are no compression."""

ESCAPED = [chr(byte) if 0x21 <= byte <= 0x7E else f"\\{byte:03}" for byte in range(256)]
ESCAPED[ord(".")], ESCAPED[ord("\\")] = "\\.", "\\\\"
QUOTED = [chr(byte) if 0x20 <= byte <= 0x7E else f"\\{byte:03}" for byte in range(256)]
QUOTED[ord('"')], QUOTED[ord("\\")] = '\\"', "\\\\"


def label_text(label: bytes) -> str:
    """Return the text of one label."""
    if label.isalnum():
        return label.decode("ascii")
    return "".join([ESCAPED[byte] for byte in label])


def quoted(text: bytes) -> str:
    """Return a character string (RFC 1035, 3.3) in quotes."""
    return '"' + "".join([QUOTED[byte] for byte in text]) + '"'


class Message:
    """The bytes of a message, in which names point to names before them.

    `base` is where pointers count from, `end` where the message ends on the wire.
    """

    __slots__ = ("_known", "base", "data", "end")

    def __init__(self, data: bytes, base: int, end: int) -> None:
        self.data = data
        self.base = base
        self.end = end
        self._known: dict[int, tuple[str, int, int]] = {}
        """Where a name begins → its text, its length uncompressed, where it ends: most names are pointed to often."""

    @property
    def wire(self) -> bytes:
        """The message alone, as far as it was captured."""
        return self.data[self.base : self.end]

    def need(self, at: int, size: int) -> None:
        """Raise where there are no `size` bytes at `at`."""
        if at + size > self.end:
            raise Malformed(f"DNS: {size} bytes in {max(self.end - at, 0)}", at)
        if at + size > len(self.data):
            raise Cut(f"DNS cut short: {max(len(self.data) - at, 0)} of {size} bytes captured", at)

    def take(self, at: int, size: int) -> bytes:
        """Return `size` bytes."""
        self.need(at, size)
        return self.data[at : at + size]

    def unpack(self, layout: struct.Struct, at: int) -> tuple[Any, ...]:
        """Return the numbers of a fixed part."""
        self.need(at, layout.size)
        return layout.unpack_from(self.data, at)

    def name(self, at: int) -> tuple[str, int]:
        """Return the name at `at`, and where it ends."""
        known = self._known.get(at)
        if known is None:
            known = self._known[at] = self._name(at)
        return known[0], known[2]

    def _name(self, begin: int) -> tuple[str, int, int]:
        labels: list[str] = []
        at = floor = begin
        size, pointers, after = 1, 0, -1
        while True:
            self.need(at, 1)
            length = self.data[at]
            if not length:
                break
            if length < 64:
                labels.append(label_text(self.take(at + 1, length)))
                size += length + 1
                at += length + 1
            elif length >= 192:
                target = self._pointer(at, floor)
                after = at + 2 if after < 0 else after
                at = floor = target
                pointers += 1
                known = self._known.get(target)
                if known is not None and known[1] > 1:
                    labels.append(known[0])
                    size += known[1] - 1
                    break
            else:
                raise Malformed(f"DNS label of the unknown type {length >> 6}", at)
            if size > MAX_NAME or pointers > MAX_POINTERS:
                break
        if size > MAX_NAME:
            raise Malformed(f"DNS name of more than {MAX_NAME} bytes", begin)
        if pointers > MAX_POINTERS:
            raise Malformed(f"DNS name with more than {MAX_POINTERS} pointers", begin)
        return ".".join(labels) or ".", size, at + 1 if after < 0 else after

    def _pointer(self, at: int, floor: int) -> int:
        """Return where a pointer leads: to a prior name (RFC 1035, 4.1.4), so that there is an end to it."""
        target = self.base + (int.from_bytes(self.take(at, 2), "big") & 0x3FFF)
        if target >= floor:
            raise Malformed(f"DNS name with a pointer to {target - self.base} from {at - self.base}: not backwards", at)
        return target
