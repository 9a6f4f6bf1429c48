"""What the line of a packet says of its link layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pcaptools.core.decode.ethernet import Ethernet, VLANTag
    from pcaptools.core.decode.loopback import BareIP, Loopback
    from pcaptools.core.decode.sll import SLL, SLL2
    from pcaptools.core.decode.tunnels import MPLS, PPP, PPPoE

PACKET_TYPES = {0: "recv_us", 1: "broadcast", 2: "multicast", 3: "remote_remote", 4: "sent_us"}
"""node_pcap's words for what a cooked header says of a packet's way."""


def ethernet(link: Ethernet) -> str:
    """Return both addresses and the VLANs."""
    return f"{link.shost} -> {link.dhost}{_vlan(link.vlan)}"


def sll(link: SLL | SLL2) -> str:
    """Return the packet's way, the sender's address where it has one, and the VLANs."""
    way = PACKET_TYPES.get(link.packet_type, f"type {link.packet_type}")
    return f"{way} {link.shost}".rstrip() + _vlan(link.vlan)


def loopback(link: Loopback) -> str:  # noqa: ARG001
    """Return node_pcap's word: there are no addresses."""
    return "loopback"


def bare_ip(link: BareIP) -> str:  # noqa: ARG001
    """Return node_pcap's word: there are no addresses."""
    return "raw"


def mpls(stack: MPLS) -> str:
    """Return the labels, outermost first."""
    return "MPLS " + ",".join(str(label.label) for label in stack.labels)


def pppoe(session: PPPoE) -> str:
    """Return the session."""
    return f"PPPoE session {session.session_id}"


def ppp(header: PPP) -> str:  # noqa: ARG001
    """Return its name: what it carries tells the rest."""
    return "PPP"


def _vlan(tags: list[VLANTag]) -> str:
    return f" vlan {','.join(str(tag.id) for tag in tags)}" if tags else ""


LINES: dict[str, Callable[[Any], str]] = {
    "Ethernet": ethernet,
    "SLL": sll,
    "SLL2": sll,
    "Loopback": loopback,
    "BareIP": bare_ip,
    "MPLS": mpls,
    "PPPoE": pppoe,
    "PPP": ppp,
}
