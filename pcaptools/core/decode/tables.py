"""Which decoder takes what. registry.py fills the tables; a decoder's module is imported when first needed."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pcaptools.core.decode.layer import Layer

Decoder = str
"""Where a decoder is: "module:Class", in this package."""


def load(decoder: Decoder) -> type[Layer]:
    """Import a decoder."""
    module, _, name = decoder.partition(":")
    found: type[Layer] = getattr(importlib.import_module(f"pcaptools.core.decode.{module}"), name)
    return found


class Table:
    """Number → decoder."""

    __slots__ = ("numbers",)

    def __init__(self) -> None:
        self.numbers: dict[int, type[Layer] | Decoder | None] = {}
        """For who only asks whether there is one: the dict itself answers five times as fast."""

    def add(self, number: int, decoder: type[Layer] | Decoder) -> None:
        """Let `decoder` take what is marked with `number`; the last one given does."""
        self.numbers[number] = decoder

    def remove(self, number: int) -> None:
        """Let nobody take it."""
        self.numbers.pop(number, None)

    def get(self, number: int) -> type[Layer] | None:
        """Return who takes what is marked with `number`."""
        decoder = self.numbers.get(number)
        if isinstance(decoder, str):
            decoder = self.numbers[number] = load(decoder)
        return decoder

    def __contains__(self, number: int) -> bool:
        return number in self.numbers

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers)


class Contents:
    """Decoders that know their protocol by its bytes, whatever its port: each has `recognises()`."""

    __slots__ = ("_by_byte", "_decoders", "_loaded")

    def __init__(self) -> None:
        self._decoders: list[Decoder] = []
        self._loaded: list[type[Layer]] = []
        self._by_byte: list[list[type[Layer]]] = []
        """For each value of the first byte who may begin with it: most segments begin nothing, and cost only this."""

    def add(self, decoder: Decoder) -> None:
        """Ask one more decoder, after those that are there."""
        self._decoders.append(decoder)
        self._by_byte = []

    def find(self, data: bytes, start: int, end: int) -> type[Layer] | None:
        """Return the first decoder that takes data[start:end] for its own; `end` may lie beyond the data."""
        if not self._by_byte:
            self._load()
        if start >= len(data):
            return None
        for decoder in self._by_byte[data[start]]:
            if decoder.recognises(data, start, end):
                return decoder
        return None

    @property
    def by_first_byte(self) -> list[list[type[Layer]]]:
        """For each value of the first byte who may begin with it, as long as no decoder is added."""
        if not self._by_byte:
            self._load()
        return self._by_byte

    def _load(self) -> None:
        if len(self._loaded) < len(self._decoders):
            self._loaded = [load(decoder) for decoder in self._decoders]
        self._by_byte = [[decoder for decoder in self._loaded if byte in decoder.first_bytes] for byte in range(256)]


links = Table()
"""LINKTYPE_ number."""
ethertypes = Table()
"""IEEE 802 ethertype."""
protocols = Table()
"""IP protocol number."""
ppp_protocols = Table()
"""PPP protocol number."""
gre_protocols = Table()
"""GRE protocol type; the ethertypes count, too."""
llc_saps = Table()
"""Destination service access point of IEEE 802.2."""
snap_protocols = Table()
"""OUI << 16 | protocol of SNAP; with OUI 0 the ethertypes count."""
udp_ports = Table()
tcp_ports = Table()
udp_contents = Contents()
tcp_contents = Contents()
