"""What a packet carries, for whoever searches it: the payload of its innermost transport header."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from socket import AF_INET, AF_INET6, inet_ntop  # of socket, only the formatting

from pcaptools.core.decode.datagram import datagram_parser
from pcaptools.core.decode.fragments import FragmentTable, carried
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.layer import Layer, Raw
from pcaptools.core.decode.packet import Packet
from pcaptools.core.decode.segment import IPV4, IPV6, LINKS, TAG, segment_parser
from pcaptools.core.sources.base import Record

TRANSPORTS = frozenset(("tcp", "udp", "sctp", "icmp", "icmp6", "igmp"))
"""Layers whose payload is a packet's."""


End = tuple[str, int | None]
"""Address and port; None where the protocol has none."""
Flow = tuple[str, frozenset[End]]
"""What both directions between two ends have in common: the protocol, and the ends."""


@dataclass(slots=True)
class Payload:
    """Bytes, and whose they are."""

    data: bytes
    """As far as they were captured."""
    protocol: str
    """The key of the layer that carries them: tcp, udp, icmp, ip, link, …"""
    ends: bytes | tuple[str, str]
    """Source and destination, as `endpoints` takes them."""

    def endpoints(self) -> tuple[End, End]:
        """Return source and destination."""
        ends = self.ends
        if isinstance(ends, tuple):
            return (ends[0], None), (ends[1], None)
        half = (len(ends) - 4) // 2
        family = AF_INET if half == 4 else AF_INET6
        ports = int.from_bytes(ends[-4:-2], "big"), int.from_bytes(ends[-2:], "big")
        return (inet_ntop(family, ends[:half]), ports[0]), (inet_ntop(family, ends[half : 2 * half]), ports[1])


class Payloads:
    """Finds the payloads of packets of one link type: TCP and UDP at once, the others through the layers."""

    def __init__(self, link_type: int, fragments: FragmentTable) -> None:
        self._link_type = link_type
        self._fragments = fragments
        self._parse = segment_parser(link_type)
        self._datagram = datagram_parser(link_type)
        self._is_plain_tcp = _plain_tcp(link_type)

    def __call__(self, record: Record) -> list[Payload]:
        """Return the payloads of a packet, hardly ever more than one; one without bytes is there, too."""
        _, wire_len, data = record
        found = self._parse(data, wire_len)
        if found:
            start = found[7]
            return [Payload(data[start : start + found[8]], "tcp", found[0])]
        if found is False:
            datagram = self._datagram(data)
            if datagram is not None:
                key, start, end = datagram
                return [Payload(data[start:end], "udp", key)]
        return self.look_closely(record)

    def is_plain(self, data: bytes, wire_len: int) -> object:
        """Tell (by something true) that a frame is TCP or UDP, no tunnel, no fragment, where that is seen at once."""
        return self._is_plain_tcp(data) or (self._parse(data, wire_len) is False and self._datagram(data))

    def look_closely(self, record: Record) -> list[Payload]:
        """Do the same through the layers."""
        packet = Packet.of(record, self._link_type)
        found: list[Payload] = []
        carrier: Layer | None = None
        ip: Layer | None = None
        for layer in carried(packet, self._fragments):
            if carrier is not None and layer.depth <= carrier.depth:
                found += _payload(carrier, ip)  # another packet in the same frame, or the datagram of fragments
                carrier = None
            if layer.key == "ip":
                ip = carrier = layer
            elif layer.key in TRANSPORTS or carrier is None:
                carrier = layer
            elif layer.key == "link":  # a tunnel
                ip, carrier = None, layer
        if carrier is not None:
            found += _payload(carrier, ip)
        return found


class Belonging:
    """Tells which packets belong to certain flows.

    A fragment belongs to them that has their addresses: which ports its datagram has is known only from the first.
    """

    def __init__(self, flows: set[Flow]) -> None:
        self._flows = flows
        self._hosts = {frozenset(address for address, _ in ends) for _, ends in flows}
        self._fragments = FragmentTable()
        self._payloads: dict[int, Payloads] = {}

    def __call__(self, record: Record, link_type: int) -> bool:
        """Tell of a packet."""
        payloads = self._payloads.get(link_type)
        if payloads is None:
            payloads = self._payloads[link_type] = Payloads(link_type, self._fragments)
        found = payloads(record)
        for payload in found:
            if (payload.protocol, frozenset(payload.endpoints())) in self._flows:
                return True
        return not found and self._is_fragment(Packet.of(record, link_type))

    def _is_fragment(self, packet: Packet) -> bool:
        hosts = (
            frozenset((ip.saddr, ip.daddr)) for ip in packet.layers() if isinstance(ip, IPv4 | IPv6) if ip.is_fragment
        )
        return any(pair in self._hosts for pair in hosts)


def _payload(carrier: Layer, ip: Layer | None) -> list[Payload]:
    if isinstance(carrier, Raw):
        return [Payload(carrier.payload, "link", ("", ""))]
    if ip is None:
        ends = (str(getattr(carrier, "shost", "")), str(getattr(carrier, "dhost", "")))
        return [Payload(carrier.payload, carrier.key, ends)]
    if carrier is ip and getattr(ip, "is_fragment", False):
        return []  # searched with the rest of its datagram, where that comes
    if carrier.key in ("tcp", "udp", "sctp"):
        addresses: bytes = ip.addresses
        return [Payload(carrier.payload, carrier.key, addresses + carrier.data[carrier.start : carrier.start + 4])]
    return [Payload(carrier.payload, carrier.key, (str(ip.saddr), str(ip.daddr)))]


def _plain_tcp(link_type: int) -> Callable[[bytes], object]:
    """Return the matcher of plain TCP on a link; what it does not match may be TCP all the same."""
    link = LINKS.get(link_type)
    if link is None:
        return lambda data: None  # noqa: ARG005
    low, high, offset, kinds = link

    def named(kind: int) -> bytes:
        return b"|".join(re.escape(name) for name, found in kinds.items() if found == kind) or b"(?!)"

    tags = b"(?:(?:%b)..)*" % named(TAG) if TAG in kinds.values() else b""
    before, between = b".{%d}%b" % (low, tags), b"" if tags else b".{%d}" % (offset - low)
    ipv4 = rb"(?=%b)%bE.{5}[\x00\x40]\x00.\x06" % (named(IPV4), b".{%d}" % (high - low) if tags else between)
    ipv6 = rb"(?=%b)%b[\x60-\x6f].{5}\x06" % (named(IPV6), b".{%d}" % (high - low) if tags else between)
    return re.compile(b"%b(?:%b|%b)" % (before, ipv4, ipv6), re.DOTALL).match
