"""Decoding a single layer from bytes, whole and cut at every place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pcaptools.core.decode.layer import Layer, decode_layer


def decode(kind: type[Layer], data: bytes, wire_len: int | None = None) -> Any:
    """Decode `data` as `kind`; `wire_len` is its length on the wire, where the snap length cut it."""
    return decode_layer(kind, data, 0, len(data) if wire_len is None else wire_len, 3)


def every_cut(kind: type[Layer], data: bytes) -> Iterator[Any]:
    """Yield the layer of every part of `data` from its start on: as if cut by the snap length, then as if all there is.

    Each is looked at in full, so that nothing in it is left that could raise.
    """
    for size in range(1, len(data)):
        for wire_len in (len(data), size):
            part = data[:size]
            kind.recognises(part, 0, wire_len)
            layer = decode(kind, part, wire_len)
            assert 0 <= layer.pending <= wire_len
            json.dumps(layer.as_dict())
            repr(layer)
            yield layer
