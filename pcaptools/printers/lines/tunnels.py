"""What the line of a packet says of tunnels: their own header; what is inside follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pcaptools.core.decode.ayiya import AYIYA
    from pcaptools.core.decode.erspan import ERSPAN, ERSPANTypeI
    from pcaptools.core.decode.geneve import Geneve
    from pcaptools.core.decode.gre import GRE, WCCPRedirect
    from pcaptools.core.decode.gtp import GTP
    from pcaptools.core.decode.l2tp import L2TP
    from pcaptools.core.decode.teredo import Teredo
    from pcaptools.core.decode.vxlan import VXLAN, VXLANGPE


def gre(header: GRE) -> str:
    """Return what tells one tunnel from another: the key, or PPTP's call."""
    if header.call_id is not None:
        acknowledged = "" if header.ack_number is None else f" ack {header.ack_number}"
        return f"GRE call {header.call_id}{acknowledged}"
    key = "" if header.gre_key is None else f" key {header.gre_key:#x}"
    return f"GRE{key}" if header.protocol else f"GRE{key} keep-alive"


def wccp(header: WCCPRedirect) -> str:
    """Return the service that the packet is redirected for."""
    return f"WCCP redirect service {header.service_id}"


def erspan_type_i(header: ERSPANTypeI) -> str:  # noqa: ARG001
    """Return its name: there is no header."""
    return "ERSPAN I"


def erspan(header: ERSPAN) -> str:
    """Return the session, where the frame was seen, and which way it went."""
    direction = f" {header.direction_name}" if header.direction_name else ""
    return f"ERSPAN {'I' * header.type} session {header.session_id} vlan {header.vlan}{direction}"


def vxlan(header: VXLAN | VXLANGPE) -> str:
    """Return the network."""
    return f"VXLAN vni {header.vni}"


def geneve(header: Geneve) -> str:
    """Return the network."""
    return f"Geneve vni {header.vni}"


def gtp(header: GTP) -> str:
    """Return the tunnel of a subscriber's packet; of another message its name."""
    if header.is_user_data:
        return "GTP" if header.teid is None else f"GTP teid {header.teid:#010x}"
    name = header.message_name if header.message_name != "unknown" else f"message {header.message}"
    return f"GTP' {name}" if header.prime else f"GTPv{header.version} {name}"


def l2tp(header: L2TP) -> str:
    """Return a control message's name, and the tunnel and the session."""
    protocol, where = "L2TP", f"tunnel {header.tunnel} session {header.session}"
    if header.version == 3:
        protocol, where = "L2TPv3", f"session {header.session}"
        if header.ccid is not None:
            where = f"connection {header.ccid}"
    name = "control" if header.message_name == "unknown" else header.message_name
    return f"{protocol} {name} {where}" if name else f"{protocol} {where}"


def teredo(header: Teredo) -> str:
    """Return what it is for beside carrying: a bubble opens a way, an origin is what a server tells its client."""
    origin = "" if header.orig_addr is None else f" origin {header.orig_addr}:{header.orig_port}"
    return f"Teredo{' bubble' * header.bubble}{origin}"


def ayiya(header: AYIYA) -> str:
    """Return what is asked for, where it is more than to pass a packet on."""
    return "AYIYA" if header.opcode_name == "forward" else f"AYIYA {header.opcode_name}"


LINES: dict[str, Callable[[Any], str]] = {
    "GRE": gre,
    "WCCPRedirect": wccp,
    "ERSPANTypeI": erspan_type_i,
    "ERSPAN": erspan,
    "VXLAN": vxlan,
    "VXLANGPE": vxlan,
    "Geneve": geneve,
    "GTP": gtp,
    "L2TP": l2tp,
    "Teredo": teredo,
    "AYIYA": ayiya,
}
