"""What the line of a packet says of ARP, IP, the transports over it, and of IPsec; icmp.py has the messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pcaptools.core.decode.ah import AH
    from pcaptools.core.decode.arp import ARP
    from pcaptools.core.decode.dccp import DCCP, DCCPStart
    from pcaptools.core.decode.esp import ESP
    from pcaptools.core.decode.ipv4 import IPv4
    from pcaptools.core.decode.ipv6 import IPv6
    from pcaptools.core.decode.layer import Layer
    from pcaptools.core.decode.sctp import SCTP, SCTPStart
    from pcaptools.core.decode.tcp import TCP, TCPStart
    from pcaptools.core.decode.udp import UDP
    from pcaptools.core.decode.udplite import UDPLite

FLAG_NAMES = ("cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin")
FLAGS = tuple(
    ",".join(name for bit, name in zip(range(7, -1, -1), FLAG_NAMES, strict=True) if byte >> bit & 1)
    for byte in range(256)
)
"""The names of the TCP flags that are set, for every flag byte, in node_pcap's order."""

MAX_CHUNKS = 8


def arp(packet: ARP) -> str:
    """Return who asks whom, or who answers. node_pcap's `hwaddr` of a reply is the target's."""
    line = f"{packet.sender_pa} {packet.protocol} {packet.operation} {packet.target_pa}"
    if packet.protocol == "RARP":
        line = f"{packet.sender_ha} RARP {packet.operation} {packet.target_ha} {packet.target_pa}"
    elif packet.operation == "reply" and packet.target_ha:
        line += f" hwaddr {packet.target_ha}"
    return line.strip()


def total_length(ip: IPv4 | IPv6, upper: Layer | None = None) -> int:
    """Return the length of an IP packet: its own word for it, or the frame's where it says 0 (offload).

    What a fragment completed has the length of the whole: the data that its layers are in are just that.
    """
    return ip.payload_end - ip.start if upper is None or upper.data is ip.data else upper.end


def tcp(header: TCP, ip: IPv4 | IPv6) -> str:
    """Return the length that IP tells and the flags."""
    return f"TCP len {total_length(ip, header)} [{FLAGS[header.flag_bits]}]"


def tcp_start(header: TCPStart, ip: IPv4 | IPv6) -> str:
    """Return the length that IP tells: the flags were not captured."""
    return f"TCP len {total_length(ip, header)}"


def udp(header: UDP, ip: IPv4 | IPv6) -> str:
    """Return the length that IP tells, where nothing more is known."""
    child = header.child
    known = child is not None and child.key not in {"payload", "truncated"}
    return "" if known else f"UDP len {total_length(ip, header)}"


def udplite(header: UDPLite, ip: IPv4 | IPv6) -> str:
    """Return the length that IP tells, and what is inside follows."""
    return f"UDPLite len {total_length(ip, header)}"


def dccp(header: DCCP, ip: IPv4 | IPv6) -> str:
    """Return the length that IP tells and the packet's type."""
    reset = f" {header.reset_code_name}" if header.reset_code is not None else ""
    return f"DCCP len {total_length(ip, header)} [{header.type_name}{reset}]"


def dccp_start(header: DCCPStart, ip: IPv4 | IPv6) -> str:
    """Return the length that IP tells."""
    return f"DCCP len {total_length(ip, header)}"


def sctp(header: SCTP, ip: IPv4 | IPv6) -> str:
    """Return the length that IP tells and the chunks, at most eight of them."""
    chunks = [_chunk(chunk) for chunk in header.chunks[:MAX_CHUNKS]]
    chunks += ["…"] * (len(header.chunks) > MAX_CHUNKS)
    return f"SCTP len {total_length(ip, header)} [{', '.join(chunks)}]"


def _chunk(chunk: dict[str, Any]) -> str:
    name: str = chunk["type_name"]
    if chunk.get("ppid"):
        known = chunk["ppid_name"] != "unknown"
        return f"{name} {chunk['ppid_name']}" if known else f"{name} ppid {chunk['ppid']}"
    if chunk.get("causes"):
        return f"{name} {chunk['causes'][0]['type_name']}"
    return name


def sctp_start(header: SCTPStart, ip: IPv4 | IPv6) -> str:
    """Return the length that IP tells."""
    return f"SCTP len {total_length(ip, header)}"


def ah(header: AH) -> str:
    """Return the security parameters index."""
    return f"AH spi {header.spi:#010x}"


def esp(header: ESP) -> str:
    """Return the security parameters index and the number of the packet."""
    return f"ESP spi {header.spi:#010x} sequence {header.sequence}"


LINES: dict[str, Callable[[Any], str]] = {"ARP": arp, "AH": ah, "ESP": esp}

TRANSPORTS: dict[str, Callable[[Any, Any], str]] = {
    "TCP": tcp,
    "TCPStart": tcp_start,
    "UDP": udp,
    "UDPLite": udplite,
    "DCCP": dccp,
    "DCCPStart": dccp_start,
    "SCTP": sctp,
    "SCTPStart": sctp_start,
}
"""What has ports: they stand with the addresses, and IP's own line is the first half of theirs."""
