"""The header section of a message: kept as it came, taken apart when somebody asks."""

from __future__ import annotations

import re

Headers = list[tuple[str, str]]
"""(name, value) in wire order and case. A byte that is no UTF-8 stands as the four characters `\\xNN`."""

_FIELD = re.compile(r"\r\n([^:]++):[ \t]*+([^\r\n]*+)")
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*+(\d{1,18})[ \t]*+(?:\r|\Z)")

SMALL, FEW = 512, 16
"""Bytes of a header section, and fields about content, that may be kept for as long as a body goes on."""


NOT_PLAIN, NO_LENGTH = -2, -1
"""What `HeaderFields.framing` says but a length."""
# what says more of a message's end than Content-Length does: chunked bodies, upgrades and their keys
_MARKS = (b"\ntransfer-encoding:", b"\nupgrade:", b"\nsec-websocket-key1:")


class HeaderFields:
    """Header fields in wire order. Made from a strict section's bytes, or from fields already taken apart."""

    __slots__ = ("_framing", "_items", "_length", "_lower", "_raw")

    def __init__(self, raw: bytes = b"", items: Headers | None = None) -> None:
        """Take `raw`, each line of it after its CR LF, or `items`."""
        self._raw = raw
        self._items = items
        self._length: int | None = -1  # not looked for
        self._framing: int | None = None
        if items is not None:
            raw = "".join(f"\n{name}:" for name, _ in items).encode("utf-8", "backslashreplace")
        self._lower = raw.lower()

    def has(self, name: bytes) -> bool:
        r"""Tell whether a field is there; `name` is b"\nname:", in lower case."""
        return name in self._lower

    def count(self, name: bytes) -> int:
        r"""Return how often a field is there; `name` is b"\nname:", in lower case."""
        return self._lower.count(name)

    @property
    def weight(self) -> int:
        """Bytes of memory that the fields take once they are taken apart, about."""
        return 2 * len(self._lower) + 200 * self._lower.count(b"\n")

    def about_content(self) -> HeaderFields:
        """Return only the fields that tell what a body is: all that is needed of a head while its body goes on."""
        if len(self._lower) <= SMALL:
            return self
        return HeaderFields(items=[field for field in self.items if field[0].lower().startswith("content-")][:FEW])

    def length(self) -> int | None:
        """Return the value of a lone, plain Content-Length; None for none, and for one to be looked at closely."""
        if self._length == -1:
            found = _LENGTH.search(self._lower)
            alone = found is not None and self._lower.count(b"\ncontent-length:") == 1
            self._length = int(found[1]) if found is not None and alone else None
        return self._length

    def framing(self) -> int:
        """Return the body's length where a plain Content-Length says it, NO_LENGTH where nothing says anything.

        NOT_PLAIN where there is more to look at. Looked up once: heads of equal bytes share their fields.
        """
        if self._framing is None:
            length = self.length()
            if any(mark in self._lower for mark in _MARKS) or (length is None and self.has(b"\ncontent-length:")):
                self._framing = NOT_PLAIN
            else:
                self._framing = NO_LENGTH if length is None else length
        return self._framing

    @property
    def items(self) -> Headers:
        """The fields as text."""
        if self._items is None:
            found: Headers = _FIELD.findall(self._raw.decode("utf-8", "backslashreplace"))
            if b" \r\n" in self._raw or b"\t\r\n" in self._raw or self._raw.endswith((b" ", b"\t")):
                found = [(name, value.rstrip(" \t")) for name, value in found]
            self._items = found
        return self._items

    def values(self, name: str) -> list[str]:
        """Return the values of the fields called `name` (lower case), in wire order."""
        return [value for field, value in self.items if field.lower() == name]

    def tokens(self, name: str) -> list[str]:
        """Return the comma-separated elements of the fields called `name`, in lower case (RFC 9110, 5.6.1)."""
        parts = (part.strip(" \t").lower() for value in self.values(name) for part in value.split(","))
        return [part for part in parts if part]
