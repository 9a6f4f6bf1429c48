"""What the line of a packet says of its link layers, and of what switches and modems tell each other there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pcaptools.core.decode.cdp import CDP
    from pcaptools.core.decode.chdlc import CHDLC, SLARP
    from pcaptools.core.decode.ethernet import Ethernet, VLANTag
    from pcaptools.core.decode.fddi import FDDI
    from pcaptools.core.decode.frelay import FrameRelay
    from pcaptools.core.decode.llc import LLC
    from pcaptools.core.decode.lldp import LLDP
    from pcaptools.core.decode.loopback import BareIP, Loopback
    from pcaptools.core.decode.mpls import MPLS
    from pcaptools.core.decode.nflog import NFLOG
    from pcaptools.core.decode.ppp import PPP, Bridged, Multilink
    from pcaptools.core.decode.ppp_control import CHAP, PAP, Control
    from pcaptools.core.decode.pppoe import PPPoE, PPPoED
    from pcaptools.core.decode.sll import SLL, SLL2
    from pcaptools.core.decode.stp import STP

PACKET_TYPES = {0: "recv_us", 1: "broadcast", 2: "multicast", 3: "remote_remote", 4: "sent_us"}
"""node_pcap's words for what a cooked header says of a packet's way."""
MAX_TEXT = 200
SERVICE_NAME, AC_NAME = 0x0101, 0x0102
STP_FLAGS = ("tcack", "agreement", "forwarding", "learning", "proposal", "tc")
HEX_OPTIONS = frozenset(("Magic-Number", "ACCM", "MPPE/MPPC"))


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


def fddi(link: FDDI) -> str:
    """Return both addresses."""
    return f"{link.shost} -> {link.dhost}"


def mpls(stack: MPLS) -> str:
    """Return the labels, outermost first."""
    return "MPLS " + ",".join(str(label.label) for label in stack.labels)


def pppoe(session: PPPoE) -> str:
    """Return the session."""
    return f"PPPoE session {session.session_id}"


def ppp(header: PPP) -> str:  # noqa: ARG001
    """Return its name: what it carries tells the rest."""
    return "PPP"


def multilink(fragment: Multilink) -> str:
    """Return the place in the bundle."""
    return f"multilink {fragment.sequence}"


def bridged(header: Bridged) -> str:
    """Return the kind of frame."""
    return f"bridged {header.mac_type_name}"


def directed(header: Any) -> str:
    """Return the direction, where there is one."""
    return header.direction or ""


def chdlc(header: CHDLC) -> str:
    """Return its name, and that it is for all."""
    return "Cisco HDLC broadcast" if header.address_name == "broadcast" else "Cisco HDLC"


def frame_relay(header: FrameRelay) -> str:
    """Return the connection and its congestion."""
    marks = [name for name in ("fecn", "becn", "de") if getattr(header, name)]
    return f"DLCI {header.dlci}" + (f" [{','.join(marks)}]" if marks else "")


def nflog(message: NFLOG) -> str:
    """Return the group, the rule's prefix, and the interfaces."""
    known = message.attributes
    words = [f"nflog {message.resource_id}", f'"{known["prefix"]}"' if known.get("prefix") else ""]
    words += [
        f"{word} {known[name]}" for word, name in (("in", "ifindex_indev"), ("out", "ifindex_outdev")) if name in known
    ]
    return " ".join(filter(None, words))


def llc(header: LLC) -> str:
    """Return what is no plain data: that would be told by what it carries."""
    if header.control_name == "UI":
        return ""
    number = f" {header.receive}" if header.receive is not None else ""
    return f"LLC {header.dsap_name} {header.control_name}{number}"


def stp(unit: STP) -> str:
    """Return root, cost, bridge and port, the port's role, and which flags are set."""
    if unit.flags is None or unit.root is None:
        return f"{unit.version_name} {unit.type_name}"
    words = [
        unit.version_name,
        f"vlan {unit.vlan}" if unit.vlan is not None else "",
        f"root {unit.root} cost {unit.cost}",
    ]
    if unit.port is not None:
        words.append(f"bridge {unit.bridge} port {unit.port:#06x}")
    words.append(unit.role or "")
    flags = ",".join(name for name in STP_FLAGS if getattr(unit.flags, name))
    words.append(f"[{flags}]" if flags else "")
    return " ".join(filter(None, words))


def lldp(unit: LLDP) -> str:
    """Return who it is, by name where it has one, which port, and for how long that holds."""
    port = unit.port_description or unit.port_id
    return _short(f"LLDP {unit.system_name or unit.chassis_id} port {port} ttl {unit.time_to_live}")


def cdp(packet: CDP) -> str:
    """Return who it is, what, which port, and in which VLAN."""
    values = (
        ("", packet.device_id), ("port ", packet.port_id), ("platform ", packet.platform), ("vlan ",
        packet.native_vlan),
    )  # fmt: skip
    return _short(" ".join(["CDP", *(f"{word}{value}" for word, value in values if value is not None)]))


def pppoe_discovery(packet: PPPoED) -> str:
    """Return the step, the concentrator, the service and the session."""
    words = [f"PPPoE {packet.code_name if packet.code_name != 'unknown' else f'code {packet.code:#04x}'}"]
    words += [str(value) for value in (packet.tag(AC_NAME), packet.tag(SERVICE_NAME)) if value]
    words.append(f"session {packet.session_id}" if packet.session_id else "")
    return _short(" ".join(filter(None, words)))


def ppp_control(packet: Control) -> str:
    """Return what is asked or answered, and the options."""
    options = ", ".join(f"{option.name} {_option(option.name, option.value)}".rstrip() for option in packet.options)
    reply = packet.message["protocol"] if isinstance(packet.message, dict) and "protocol" in packet.message else ""
    name = {"IPV6CP": "IPv6CP"}.get(packet.key.upper(), packet.key.upper())
    return _short(" ".join(filter(None, (name, packet.code_name, str(packet.identifier), options, reply))))


def pap(packet: PAP) -> str:
    """Return who wants in, or the answer; never the password."""
    return _short(" ".join(filter(None, ("PAP", packet.code_name, packet.peer_id or packet.message))))


def chap(packet: CHAP) -> str:
    """Return who challenges or responds, or the answer."""
    return _short(" ".join(filter(None, ("CHAP", packet.code_name, packet.name or packet.message))))


def slarp(packet: SLARP) -> str:
    """Return both ends' sequence numbers, or the address."""
    if packet.mysequence is not None:
        return f"SLARP {packet.code_name} mine {packet.mysequence} yours {packet.yoursequence}"
    return f"SLARP {packet.code_name} {packet.address} mask {packet.mask}"


def _option(name: str, value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if value is None:
        return ""
    return f"{value:#010x}" if name in HEX_OPTIONS and isinstance(value, int) else str(value)


def _vlan(tags: list[VLANTag]) -> str:
    return f" vlan {','.join(str(tag.id) for tag in tags)}" if tags else ""


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


LINKS: dict[str, Callable[[Any], str]] = {
    "Ethernet": ethernet,
    "SLL": sll,
    "SLL2": sll,
    "Loopback": loopback,
    "BareIP": bare_ip,
    "FDDI": fddi,
    "MPLS": mpls,
    "PPPoE": pppoe,
    "PPP": ppp,
    "PPPSerial": directed,
    "PPPWithDirection": directed,
    "PPPOfDaemon": directed,
    "Multilink": multilink,
    "Bridged": bridged,
    "CHDLC": chdlc,
    "CHDLCWithDirection": directed,
    "FrameRelay": frame_relay,
    "FrameRelayWithDirection": directed,
    "NFLOG": nflog,
}
LINES: dict[str, Callable[[Any], str]] = {
    "LLC": llc,
    "STP": stp,
    "PVST": stp,
    "LLDP": lldp,
    "CDP": cdp,
    "PPPoED": pppoe_discovery,
    "LCP": ppp_control,
    "IPCP": ppp_control,
    "IPv6CP": ppp_control,
    "CCP": ppp_control,
    "BCP": ppp_control,
    "MPLSCP": ppp_control,
    "PAP": pap,
    "CHAP": chap,
    "SLARP": slarp,
}
