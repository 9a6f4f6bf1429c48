"""Names of addresses, learned from the DNS answers that pass by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pcaptools.core.decode.datagram import Parser, datagram_parser
from pcaptools.core.sources.base import Record

if TYPE_CHECKING:
    from pcaptools.core.decode.layer import Layer
    from pcaptools.core.names import Names

ANSWER_PORTS = frozenset(port.to_bytes(2, "big") for port in (53, 5353, 5355))


class Answers:
    """Tells `names` what DNS answers say."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._parsers: dict[int, Parser] = {}

    def look(self, record: Record, link_type: int) -> None:
        """Learn from a packet, if it comes from a DNS server's port: all others are left alone at once."""
        parser = self._parsers.get(link_type)
        if parser is None:
            parser = self._parsers[link_type] = datagram_parser(link_type)
        found = parser(record[2])
        if found is not None and found[0][-4:-2] in ANSWER_PORTS:
            self._learn(record[2], *found)

    def _learn(self, data: bytes, key: bytes, start: int, end: int) -> None:
        from pcaptools.core.decode.dns import DNS, MDNS
        from pcaptools.core.decode.layer import decode_layer

        kind = MDNS if key[-4:-2] == b"\x14\xe9" else DNS
        self.learn([decode_layer(kind, data, start, end, 0)])

    def learn(self, layers: Iterable[Layer]) -> None:
        """Learn from what is decoded already."""
        for layer in layers:
            if layer.key in ("dns", "mdns", "llmnr"):
                from pcaptools.core.decode.dns import DNS, learned

                if isinstance(layer, DNS):
                    self._names.learn(learned(layer))
