"""What the line of a packet says of ARP, IP and what IP carries that is no tunnel."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pcaptools.core.decode.arp import ARP
    from pcaptools.core.decode.ipv4 import IPv4
    from pcaptools.core.decode.ipv6 import IPv6
    from pcaptools.core.decode.tcp import TCP, TCPStart
    from pcaptools.core.decode.udp import UDP

FLAG_NAMES = ("cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin")
FLAGS = tuple(
    ",".join(name for bit, name in zip(range(7, -1, -1), FLAG_NAMES, strict=True) if byte >> bit & 1)
    for byte in range(256)
)
"""The names of the TCP flags that are set, for every flag byte, in node_pcap's order."""


def arp(packet: ARP) -> str:
    """Return who asks whom, or who answers. node_pcap's `hwaddr` of a reply is the target's."""
    line = f"{packet.sender_pa} {packet.protocol} {packet.operation} {packet.target_pa}"
    if packet.protocol == "RARP":
        line = f"{packet.sender_ha} RARP {packet.operation} {packet.target_ha} {packet.target_pa}"
    elif packet.operation == "reply" and packet.target_ha:
        line += f" hwaddr {packet.target_ha}"
    return line.strip()


def total_length(ip: IPv4 | IPv6) -> int:
    """Return the length of an IP packet: its own word for it, or the frame's where it says 0 (offload)."""
    return ip.payload_end - ip.start


def tcp(header: TCP, ip: IPv4 | IPv6) -> str:
    """Return the length that IP tells and the flags."""
    return f"TCP len {total_length(ip)} [{FLAGS[header.flag_bits]}]"


def tcp_start(header: TCPStart, ip: IPv4 | IPv6) -> str:  # noqa: ARG001
    """Return the length that IP tells: the flags were not captured."""
    return f"TCP len {total_length(ip)}"


def udp(header: UDP, ip: IPv4 | IPv6) -> str:
    """Return the length that IP tells, where nothing more is known."""
    child = header.child
    return f"UDP len {total_length(ip)}" if child is None or child.key == "payload" else ""


LINES: dict[str, Callable[[Any], str]] = {"ARP": arp}

TRANSPORTS: dict[str, Callable[[Any, Any], str]] = {"TCP": tcp, "TCPStart": tcp_start, "UDP": udp}
"""What has ports: they stand with the addresses, and IP's own line is the first half of theirs."""
