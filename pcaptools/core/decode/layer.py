"""What every layer of a packet is, and the one place where a decoder may fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

import dpkt

MAX_DEPTH = 32
"""Layers in one packet. Tunnels nest for as long as a frame has bytes; reading them all would cost more than
any of them is worth, and no network nests this deep."""


class Malformed(Exception):  # noqa: N818 (it is what the layer is, and never leaves this package)
    """Why a layer cannot be decoded; becomes the reason of a `Raw` layer."""


class Next(NamedTuple):
    """Which layer follows: a decoder (None: nobody knows it, for this reason) and the bytes it gets."""

    decoder: type[Layer] | None
    start: int
    end: int
    reason: str = ""


class Layer:
    """One header and what it carries. Its own fields are read when it is made, what it carries when asked for.

    `start` and `end` are offsets in `data`, the whole captured frame. `end` is where the layer ends on the
    wire, by the length its carrier gives: it lies beyond the data where the snap length cut the packet.
    """

    __slots__ = ("_child", "data", "depth", "end", "start")

    key: ClassVar[str]
    """The attribute under which the layer below has it: "ip", "tcp", …"""
    fields: ClassVar[tuple[str, ...]] = ()
    """Attributes of the header, in the order of the wire."""

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        self.data = data
        self.start = start
        self.end = end
        self.depth = depth
        self._child: Layer | None = None

    def next(self) -> Next | None:
        """Say what follows the header; None for a layer that carries nothing. May raise `Malformed`."""
        return None

    @property
    def child(self) -> Layer | None:
        """The layer that this one carries: a `Raw` one where nobody knows it or it is malformed."""
        if self._child is None:
            self._child = _decode_child(self)
        return self._child

    @property
    def payload(self) -> bytes:
        """The bytes after the header, as far as they were captured."""
        try:
            following = self.next()
        except Malformed:
            return b""
        return self.data[following.start : following.end] if following else b""

    def walk(self) -> Iterator[Layer]:
        """Yield this layer and everything inside it, outermost first."""
        layer: Layer | None = self
        while layer is not None:
            yield layer
            layer = layer.child

    def __getattr__(self, name: str) -> Any:
        # Only names that no class defines come here: the layers by their keys, as in `link.ip.tcp`.
        if name not in layer_keys:
            raise AttributeError(f"{type(self).__name__!r} layer has no field and no layer {name!r}")
        child = self.child
        return child if child is not None and child.key == name else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{f}={getattr(self, f)!r}' for f in self.fields)})"

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, and the layer inside under its key, as JSON can have them."""
        result = {name: plain(getattr(self, name)) for name in self.fields}
        if self.child is not None:
            result[self.child.key] = self.child.as_dict()
        return result


class Raw(Layer):
    """Bytes that were not decoded, and why: nobody knows the protocol, or its header is malformed."""

    __slots__ = ("key", "malformed", "reason")

    key: str  # type: ignore[misc]  # of the instance here: "payload" or "malformed"
    fields = ("reason", "malformed")

    def __init__(
        self, data: bytes, start: int, end: int, depth: int, reason: str = "", malformed: bool = False
    ) -> None:
        super().__init__(data, start, end, depth)
        self.reason = reason
        self.malformed = malformed
        self.key = "malformed" if malformed else "payload"

    @property
    def payload(self) -> bytes:
        """All the bytes, as far as they were captured."""
        return self.data[self.start : self.end]

    def __repr__(self) -> str:
        return f"Raw({self.payload!r}, reason={self.reason!r}, malformed={self.malformed})"

    def as_dict(self) -> dict[str, Any]:
        """Return the length on the wire, and of malformed bytes the reason."""
        length = {"length": max(self.end - self.start, 0)}
        return {"reason": self.reason, **length} if self.malformed else length


Table = dict[int, type[Layer]]

# Filled by registry.py, which imports the decoders, which import this module.
links: Table = {}
"""LINKTYPE_ number → layer."""
ethertypes: Table = {}
"""IEEE 802 ethertype → layer."""
protocols: Table = {}
"""IP protocol number → layer."""
ppp_protocols: Table = {}
"""PPP protocol number → layer."""
udp_ports: Table = {}
"""UDP port → layer."""
layer_keys: set[str] = {"link", "payload", "malformed"}
"""Every name that `__getattr__` answers with a layer or None."""


def decode_layer(decoder: type[Layer], data: bytes, start: int, end: int, depth: int) -> Layer:
    """Decode one layer. Nothing on the wire makes this raise: what cannot be decoded becomes `Raw`.

    dpkt lets IndexError and others escape on damaged input, hence the broad `except`, here and nowhere else.
    With PCAPTOOLS_DEBUG in the environment an unexpected exception comes through.
    """
    if depth >= MAX_DEPTH:
        return Raw(data, start, end, depth, f"more than {MAX_DEPTH} layers", malformed=True)
    try:
        return decoder(data, start, end, depth)
    except Malformed as error:
        reason = str(error)
    except Exception as error:
        if os.environ.get("PCAPTOOLS_DEBUG"):
            raise
        reason = f"{type(error).__name__}: {error}"
    return Raw(data, start, end, depth, reason, malformed=True)


def _decode_child(layer: Layer) -> Layer | None:
    depth = layer.depth + 1
    try:
        following = layer.next()
    except Malformed as error:
        return Raw(layer.data, layer.start, layer.end, depth, str(error), malformed=True)
    if following is None:
        return None
    decoder, start, end, reason = following
    if decoder is None:
        return Raw(layer.data, start, end, depth, reason)
    return decode_layer(decoder, layer.data, start, end, depth)


def read_header(kind: type[Any], layer: Layer, name: str, at: int | None = None) -> Any:
    """Have dpkt read the fixed part of a header, and that only.

    dpkt's own constructors go on into the payload at once: slow, and the wrong decoder for some of it.
    """
    start = layer.start if at is None else at
    size: int = kind.__hdr_len__
    if layer.end - start < size:
        raise Malformed(f"{name} of {size} bytes in {max(layer.end - start, 0)}")
    if len(layer.data) - start < size:
        raise Malformed(f"{name} cut short: {max(len(layer.data) - start, 0)} of {size} bytes captured")
    header = object.__new__(kind)
    dpkt.dpkt.Packet.unpack(header, layer.data[start : start + size])
    return header


def plain(value: Any) -> Any:
    """Turn a field's value into what JSON has: bytes become hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(item) for name, item in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def octets(address: bytes) -> str:
    """Format a link-layer address."""
    return address.hex(":")
