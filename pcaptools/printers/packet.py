"""The line of a packet, as node_pcap's simple printer writes it: link addresses, endpoints, what matters.

Each layer says its part (`lines/`); this module puts the parts together. The functions there return text as
it came from the wire, and here is the one place where it is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.lines import (
    applications,
    dialogues,
    icmp,
    links,
    names,
    network,
    services,
    tunnels,
    wireless,
)
from pcaptools.printers.safe import no_name, safe

if TYPE_CHECKING:
    from pcaptools.core.decode.layer import Layer, Raw
    from pcaptools.core.decode.packet import Packet

Part = tuple[str, str]
"""(style, text)"""

LINKS: dict[str, Callable[[Any], str]] = {**links.LINKS, **wireless.LINKS}
"""What `-q` leaves out, by the name of the layer's class (so that no decoder is imported to print another)."""
LINES: dict[str, Callable[[Any], str]] = {
    **links.LINES,
    **wireless.LINES,
    **network.LINES,
    **icmp.LINES,
    **tunnels.LINES,
    **names.LINES,
    **services.LINES,
    **applications.LINES,
    **dialogues.LINES,
}
"""What it does not. A layer that is in both says the one, then the other."""
TRANSPORTS: dict[str, Callable[[Any, Any], str]] = {**network.TRANSPORTS}

BETWEEN = frozenset(("AH",))
"""What stands between IP and a transport: the ports are still told with the addresses."""


MAX_BESIDE = 8
"""Of the other packets in a frame that holds several, how many are told."""


class PacketPrinter:
    """Turns packets into lines. `name` tells the name of an address, or the address."""

    def __init__(
        self, clock: Clock, paint: Painter, *, link: bool = True, name: Callable[[str], str] = no_name
    ) -> None:
        self._clock = clock
        self._paint = paint
        self._link = link
        self._name = name

    def line(self, packet: Packet, marks: Iterable[str] = ()) -> str:
        """Return the line of a packet, with its line end. `marks` stand behind: what is wrong with it."""
        raw = packet.raw
        told = [*self.parts(packet.layers()), *(("error", mark) for mark in marks)]
        parts = [self._paint(style, safe(text)) for style, text in told]
        return f"{self.time(raw.ts_sec * 1_000_000_000 + raw.ts_nsec)}{' '.join(parts)}\n"

    @property
    def timeless(self) -> bool:
        """Lines begin with no time."""
        return self._clock.form == "none"

    def time(self, ns: int) -> str:
        """Return the text for a time, with a blank behind it."""
        return self._paint("time", self._clock(ns))

    def link_of(self, packet: Packet) -> str:
        """Return what is said of the outermost layer, with a blank behind it."""
        text = LINKS[type(packet.link).__name__](packet.link) if self._link else ""
        return f"{self._paint('link', safe(text))} " if text else ""

    def ends(self, saddr: str, sport: int, daddr: str, dport: int) -> str:
        """Return both ends of a datagram or segment."""
        return self._paint("address", safe(self._endpoints(saddr, sport, daddr, dport)))

    def packet(self, *texts: str) -> str:
        """Return what is said of a packet, part by part."""
        return " ".join([self._paint("packet", safe(text)) for text in texts])

    def parts(self, layers: Iterator[Layer], *, quoted: bool = False) -> Iterator[Part]:
        """Yield what there is to say of each layer, outermost first.

        A packet that an error quotes stands in parentheses, so that it cannot be taken for one that was seen
        here; that it is cut goes without saying.
        """
        above: Any = None
        beside: list[Layer] = []
        ip: Any = None  # whose addresses are still to tell, perhaps with ports
        held: list[Part] = []
        marks: list[str] = []
        for layer in layers:
            beside += layer.beside
            kind = type(layer).__name__
            if kind in BETWEEN and ip is not None:
                held.append(("packet", LINES[kind](layer)))
            else:
                if ip is not None:
                    yield "address", self._ends(ip, layer if kind in TRANSPORTS else None)
                    yield from held
                if kind in TRANSPORTS and ip is not None:
                    yield from _told("packet", TRANSPORTS[kind](layer, ip))
                elif not (quoted and layer.key == "truncated"):
                    yield from self._part(kind, layer, above)
                ip, held = None, []
            marks += _marks(layer, above)
            if layer.quotes:
                yield "packet", f"for ({' '.join(text for _, text in self.parts(layers, quoted=True))})"
            above = layer
            ip = layer if layer.key == "ip" else ip
        if ip is not None:
            yield "address", self._ends(ip, None)
            yield from held
        yield from (("warning", mark) for mark in marks)
        for other in beside[:MAX_BESIDE]:
            yield "packet", "+"
            yield from self.parts(other.walk())

    def _part(self, kind: str, layer: Any, above: Any) -> Iterator[Part]:
        """Yield what there is to say of a layer that has no ports."""
        if kind in LINKS and self._link:
            yield from _told("link", LINKS[kind](layer))
        if kind == "Raw":
            yield from _told(*_raw(layer, above))
        elif kind in LINES:
            yield from _told("packet", LINES[kind](layer))

    def _ends(self, ip: Any, transport: Any) -> str:
        if transport is not None:
            return self._endpoints(ip.saddr, transport.sport, ip.daddr, transport.dport)
        return self._addresses(ip)

    def _addresses(self, ip: Any) -> str:
        return f"{self._name(ip.saddr)} -> {self._name(ip.daddr)}"

    def _endpoints(self, saddr: str, sport: int, daddr: str, dport: int) -> str:
        return f"{self._end(saddr, sport)} -> {self._end(daddr, dport)}"

    def _end(self, address: str, port: int) -> str:
        """A numeric IPv6 address stands in brackets."""
        name = self._name(address)
        return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _told(style: str, text: str) -> Iterator[Part]:
    if text:
        yield style, text


def _marks(layer: Any, above: Any) -> Iterator[str]:
    """Yield what is odd about an IP packet or its first layer: it is a part only, or not all of it is there."""
    if _is_ip(layer) and layer.missing:
        yield f"[{layer.missing} bytes missing]"
    if _is_ip(above) and above.is_fragment and layer.data is above.data and layer.key != "payload":
        yield "[first fragment]"


def _is_ip(layer: Any) -> bool:
    return layer is not None and layer.key == "ip"


def _raw(raw: Raw, above: Any) -> Part:
    """Return what is said of bytes that were not decoded; `above` is the layer that carries them."""
    if raw.truncated:
        return "warning", f"[|{raw.protocol}]"
    if raw.malformed:
        return "error", f"[malformed {raw.protocol}: {raw.reason}]"
    if type(above).__name__ in TRANSPORTS or not raw.reason:
        return "packet", ""  # its length is told already
    if _is_ip(above) and not above.is_fragment:
        return "packet", f"proto {above.protocol_name} len {network.total_length(above)}"
    return "packet", f"{raw.reason}, {max(raw.end - raw.start, 0)} bytes"
