"""What every layer of a packet is, and the one place where a decoder may fail."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NamedTuple, TypeVar

T = TypeVar("T")

MAX_DEPTH = 32
"""Layers in one packet. Tunnels nest for as long as a frame has bytes; reading them all would cost more than
any of them is worth, and no network nests this deep."""


class Malformed(Exception):  # noqa: N818 (it is what the layer is, and never leaves this package)
    """Why a layer cannot be decoded; becomes the reason of a `Raw` layer."""

    def __init__(self, reason: str, at: int | None = None) -> None:
        super().__init__(reason)
        self.at = at
        """Offset in the data from which on nothing was decoded; None for all of the layer."""


class Cut(Malformed):
    """The layer is longer than what was captured: the snap length cut it."""


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
    Inside a datagram that was put together from fragments, and in a message that spans segments, `data` is
    the whole of that, and the offsets count in it.
    """

    __slots__ = ("_child", "data", "depth", "end", "start")

    key: ClassVar[str]
    """The attribute under which the layer below has it: "ip", "tcp", …"""
    fields: ClassVar[tuple[str, ...]] = ()
    """Attributes of the header, in the order of the wire."""
    rare: ClassVar[tuple[str, ...]] = ()
    """Further attributes, which `as_dict` has only where there is something: options, what is wrong."""
    shim: ClassVar[bool] = False
    """Attribute access looks through it: `link.ip` is there, too, if there is PPPoE between the two."""
    sparse: ClassVar[bool] = False
    """Fields that are None are left out of JSON: there are many of them, and most packets have few."""
    quotes: ClassVar[bool] = False
    """What it carries is a copy of a packet seen elsewhere, as in an ICMP error: nobody sends it here."""
    first_bytes: ClassVar[bytes] = bytes(range(256))
    """What a message may begin with: `recognises` is not asked about other content. Ports ask it always."""

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        self.data = data
        self.start = start
        self.end = end
        self.depth = depth
        self._child: Layer | None = None

    @classmethod
    def partial(cls, data: bytes, start: int, end: int, depth: int) -> Layer | None:  # noqa: ARG003
        """Return what can be told of a header that was cut; None when that is nothing."""
        return None

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:  # noqa: ARG003
        """Tell by the content whether data[start:end], of a UDP datagram or a TCP segment, is this protocol."""
        return False

    def next(self) -> Next | None:
        """Say what follows the header; None for a layer that carries nothing. May raise `Malformed`."""
        return None

    @property
    def beside(self) -> list[Layer]:
        """What else it carries, where one frame holds several packets; `child` is the first of them."""
        return []

    @property
    def incomplete(self) -> bool:
        """It is the first part of a message that goes on in the next segment of its stream."""
        return False

    @property
    def pending(self) -> int:
        """Offset in `data` of the message that is `incomplete`; there may be whole ones before it."""
        return self.start

    @property
    def child(self) -> Layer | None:
        """The layer that this one carries: a `Raw` one where nobody knows it or it is malformed."""
        if self._child is None:
            self._child = _decode_child(self)
        return self._child

    def adopt(self, child: Layer | None) -> None:
        """Carry this layer, made from more than one packet, instead of what this packet alone has."""
        self._child = child

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
        while child is not None and child.key != name and child.shim:
            child = child.child
        return child if child is not None and child.key == name else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{f}={getattr(self, f)!r}' for f in self.fields)})"

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, and the layer inside under its key, as JSON can have them."""
        values = ((name, getattr(self, name)) for name in self.fields)
        result = {name: plain(value) for name, value in values if not (self.sparse and value is None)}
        result |= {name: plain(value) for name in self.rare if (value := getattr(self, name))}
        if self.child is not None:
            result[self.child.key] = self.child.as_dict()
        return result


class Raw(Layer):
    """Bytes that were not decoded, and why.

    Its key tells it: "payload" when nobody knows the protocol, "malformed" when its bytes are no such layer,
    "truncated" when the snap length cut it. `protocol` is then the key of the layer that was expected.
    """

    __slots__ = ("key", "protocol", "reason")

    key: str  # type: ignore[misc]  # of the instance here

    def __init__(
        self,
        data: bytes,
        start: int,
        end: int,
        depth: int,
        reason: str = "",
        *,
        key: str = "payload",
        protocol: str = "",
    ) -> None:
        super().__init__(data, start, end, depth)
        self.reason = reason
        self.key = key
        self.protocol = protocol

    @property
    def malformed(self) -> bool:
        """The bytes cannot be what they should be."""
        return self.key == "malformed"

    @property
    def truncated(self) -> bool:
        """The snap length cut what would have been decoded."""
        return self.key == "truncated"

    @property
    def payload(self) -> bytes:
        """All the bytes, as far as they were captured."""
        return self.data[self.start : self.end]

    def __repr__(self) -> str:
        return f"Raw({self.payload!r}, key={self.key!r}, protocol={self.protocol!r}, reason={self.reason!r})"

    def as_dict(self) -> dict[str, Any]:
        """Return the length on the wire; of what should have been decoded the bytes, too, and why not."""
        length = {"length": max(self.end - self.start, 0)}
        if self.key == "payload":
            return length
        return {"protocol": self.protocol, "reason": self.reason, **length, "bytes": self.payload.hex()}


layer_keys: set[str] = {"link", "payload", "malformed", "truncated"}
"""Every name that `__getattr__` answers with a layer or None; registry.py adds the protocols' keys."""


def guarded(function: Callable[..., T], *arguments: Any) -> T:
    """Call a decoder or a library's reader; whatever it raises comes out as `Malformed`.

    dpkt and dnspython let IndexError, UnicodeDecodeError and others escape on damaged input, hence the broad
    `except`, here and nowhere else. With PCAPTOOLS_DEBUG in the environment an unexpected exception comes
    through.
    """
    try:
        return function(*arguments)
    except Malformed:
        raise
    except Exception as error:
        if os.environ.get("PCAPTOOLS_DEBUG"):
            raise
        raise Malformed(f"{type(error).__name__}: {error}") from None


def decode_layer(decoder: type[Layer], data: bytes, start: int, end: int, depth: int) -> Layer:
    """Decode one layer. Nothing on the wire makes this raise: what cannot be decoded becomes `Raw`."""
    if depth >= MAX_DEPTH:
        reason = f"more than {MAX_DEPTH} layers"
        return Raw(data, start, end, depth, reason, key="malformed", protocol=decoder.key)
    try:
        return guarded(decoder, data, start, end, depth)
    except Malformed as error:
        if isinstance(error, Cut):
            part = decoder.partial(data, start, end, depth)
            if part is not None:
                return part
        return _undecoded(error, decoder.key, data, start, end, depth)


def _decode_child(layer: Layer) -> Layer | None:
    depth = layer.depth + 1
    try:
        following = layer.next()
    except Malformed as error:
        return _undecoded(error, layer.key, layer.data, layer.start, layer.end, depth)
    if following is None:
        return None
    decoder, start, end, reason = following
    if decoder is None:
        return Raw(layer.data, start, end, depth, reason)
    return decode_layer(decoder, layer.data, start, end, depth)


def _undecoded(error: Malformed, protocol: str, data: bytes, start: int, end: int, depth: int) -> Raw:
    key = "truncated" if isinstance(error, Cut) else "malformed"
    at = start if error.at is None else error.at
    return Raw(data, at, end, depth, str(error), key=key, protocol=protocol)


def read_header(kind: type[Any], layer: Layer, name: str, at: int | None = None) -> Any:
    """Have dpkt read the fixed part of a header, and that only.

    dpkt's own constructors go on into the payload at once: slow, and the wrong decoder for some of it.
    """
    import dpkt  # here, and where `kind` is named: importing it takes 45 ms, and most packets need none of it

    header = object.__new__(kind)
    dpkt.dpkt.Packet.unpack(header, header_bytes(layer, kind.__hdr_len__, name, at))
    return header


def header_bytes(layer: Layer, size: int, name: str, at: int | None = None) -> bytes:
    """Return the `size` bytes of a header, at the layer's start or at `at`; raise where they are not all there."""
    start = layer.start if at is None else at
    if layer.end - start < size:
        raise Malformed(f"{name} of {size} bytes in {max(layer.end - start, 0)}", at)
    if len(layer.data) - start < size:
        raise Cut(f"{name} cut short: {max(len(layer.data) - start, 0)} of {size} bytes captured", at)
    return layer.data[start : start + size]


def plain(value: Any) -> Any:
    """Turn a field's value into what JSON has: bytes become hexadecimal, objects what their `as_dict()` says."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(item) for name, item in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value.as_dict() if hasattr(value, "as_dict") else value


def octets(address: bytes) -> str:
    """Format a link-layer address."""
    return address.hex(":")


def text(data: bytes) -> str:
    r"""Read text from the wire as UTF-8; a byte that is none becomes the four characters `\xNN`."""
    return data.decode("utf-8", "backslashreplace")
