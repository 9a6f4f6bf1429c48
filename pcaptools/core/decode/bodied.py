"""Messages whose fields depend on their type: one layer class, a body for each type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pcaptools.core.decode.layer import Layer, Malformed, Next, plain
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields

Fill = Callable[[Reader, Fields], None]
"""Reads a body into a dict, field by field, so that what was read before a fault stays."""


class Bodied(Layer):
    """A layer with the attributes in `fields`, which all of its kind have, and those in `body`.

    `layer.sequence` is `layer.body["sequence"]`, where the message has one; as_dict() has both side by side.
    """

    __slots__ = ("_trouble", "body", "body_end")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.body: Fields = {}
        self.body_end = start
        """Offset behind the last byte that was read."""
        self._trouble: Malformed | None = None

    def read_body(self, fill: Fill, read: Reader) -> None:
        """Have `fill` read the body; where it fails, that becomes the layer inside."""
        try:
            fill(read, self.body)
        except Malformed as error:
            self._trouble = error
        self.body_end = read.at

    def next(self) -> Next | None:
        """Tell what is wrong with the body, or what is left of it."""
        if self._trouble is not None:
            raise self._trouble
        return Next(None, self.body_end, self.end) if self.body_end < self.end else None

    def __getattr__(self, name: str) -> Any:
        # Slots that are not set yet come here, too: `body` itself must not be looked for in `body`.
        if name not in Bodied.__slots__ and name in self.body:
            return self.body[name]
        return super().__getattr__(name)

    def __repr__(self) -> str:
        told = [(name, getattr(self, name)) for name in self.fields] + list(self.body.items())
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in told)})"

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, those of the body, and the layer inside."""
        result = {name: plain(getattr(self, name)) for name in self.fields}
        result |= {name: plain(value) for name, value in self.body.items()}
        if self.child is not None:
            result[self.child.key] = self.child.as_dict()
        return result
