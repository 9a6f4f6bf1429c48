"""A captured packet whose layers are decoded when somebody looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pcaptools.core.decode.linktypes import link_type_name
from pcaptools.core.sources.base import RawPacket, Record

if TYPE_CHECKING:
    from pcaptools.core.decode.layer import Layer

    _Layer = TypeVar("_Layer", bound=Layer)


@dataclass(slots=True)
class PcapHeader:
    """What the capture says of a packet."""

    time: float
    """Seconds since the epoch; exact to a microsecond or so, `tv_sec` and `tv_nsec` are exact."""
    tv_sec: int
    tv_usec: int
    tv_nsec: int
    caplen: int
    len: int
    link_type: str

    def as_dict(self) -> dict[str, Any]:
        """Return the header under node_pcap's names."""
        names = ("time", "tv_sec", "tv_usec", "caplen", "len", "link_type")
        return {name: getattr(self, name) for name in names}


class Packet:
    """One packet. `packet.link.ip.tcp.dport`: a layer that is not there is None; see `Layer`."""

    __slots__ = ("_link", "raw")

    def __init__(self, raw: RawPacket) -> None:
        self.raw = raw
        self._link: Layer | None = None

    @classmethod
    def of(cls, record: Record, link_type: int) -> Packet:
        """Make a packet of a batch's record."""
        return cls(RawPacket.of(record, link_type))

    @property
    def pcap_header(self) -> PcapHeader:
        """Time, lengths and link type."""
        raw = self.raw
        time = raw.ts_sec + raw.ts_nsec / 1e9
        usec = raw.ts_nsec // 1000
        return PcapHeader(time, raw.ts_sec, usec, raw.ts_nsec, raw.caplen, raw.len, self.link_type)

    @property
    def link_type(self) -> str:
        """The LINKTYPE_ name."""
        return link_type_name(self.raw.link_type)

    @property
    def link(self) -> Any:
        """The outermost layer; Any, since only the registry knows which layers there are."""
        if self._link is None:
            self._link = self._decode()
        return self._link

    def layers(self) -> Iterator[Layer]:
        """Yield the layers, outermost first."""
        link: Layer = self.link
        yield from link.walk()

    def find(self, kind: type[_Layer]) -> _Layer | None:
        """Return the outermost layer of a kind."""
        return next((layer for layer in self.layers() if isinstance(layer, kind)), None)

    def _decode(self) -> Layer:
        # Here because dpkt, below, takes 30 ms to import: only who looks into a packet pays.
        from pcaptools.core.decode import registry  # noqa: F401 (it fills the tables)
        from pcaptools.core.decode.layer import Raw, decode_layer
        from pcaptools.core.decode.tables import links

        raw = self.raw
        end = max(raw.len, len(raw.data))  # less than what was captured is damage to the file
        decoder = links.get(raw.link_type)
        if decoder is None:
            return Raw(raw.data, 0, end, 0, f"no decoder for {self.link_type}")
        return decode_layer(decoder, raw.data, 0, end, 0)

    def __repr__(self) -> str:
        header = self.pcap_header
        layers = " / ".join(map(repr, self.layers()))
        return f"<Packet {header.tv_sec}.{header.tv_nsec:09} {header.caplen} of {header.len} bytes: {layers}>"

    def as_dict(self) -> dict[str, Any]:
        """Return the packet as JSON can have it."""
        return {
            "pcap_header": self.pcap_header.as_dict(),
            "link_type": self.link_type,
            "link": self.link.as_dict(),
        }


def packet(raw: RawPacket) -> Packet:
    """Give a captured packet its layers; they are decoded when they are looked at."""
    return Packet(raw)
