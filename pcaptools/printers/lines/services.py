"""What the line of a packet says of the services over UDP that are not about names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pcaptools.printers.lines.names import MAX_TEXT, listed

if TYPE_CHECKING:
    from pcaptools.core.decode.dhcp import DHCP
    from pcaptools.core.decode.dhcpv6 import DHCPv6
    from pcaptools.core.decode.ntp import NTP, NTPControl, NTPPrivate
    from pcaptools.core.decode.radius import RADIUS
    from pcaptools.core.decode.rtp import RTCP, RTP
    from pcaptools.core.decode.snmp import SNMP
    from pcaptools.core.decode.ssdp import SSDP
    from pcaptools.core.decode.stun import STUN, ChannelData
    from pcaptools.core.decode.syslog import Syslog
    from pcaptools.core.decode.tftp import TFTP

BOOT_REQUEST = 1
HOST_NAME, REQUESTED, MESSAGE = 12, 50, 56
"""DHCP options."""
SECONDARY = 15
"""The highest stratum of a server that has the time."""


def dhcp(message: DHCP) -> str:
    """Return what is asked by whom, or given to whom."""
    if message.message_type_name is None:
        kind = "BOOTP request" if message.type == BOOT_REQUEST else "BOOTP reply"
    else:
        kind = f"DHCP {message.message_type_name}"
    address, host = message.hw_mac_addr, message.option(HOST_NAME)
    if message.type != BOOT_REQUEST:
        given = message.ip_your if message.ip_your != "0.0.0.0" else message.ip_client
        said = [kind, "" if given == "0.0.0.0" else given, f"to {address}", message.option(MESSAGE) or ""]
        return _joined(*said)
    wanted = message.option(REQUESTED) or message.ip_client
    return _joined(kind, address, "" if wanted == "0.0.0.0" else wanted, f"({host})" if host else "")


def dhcpv6(message: DHCPv6) -> str:
    """Return what is asked or told, the addresses and prefixes, and who the client is."""
    kind = f"DHCPv6 {message.msgtype_name}"
    if message.peeraddr is not None:
        return f"{kind} for {message.peeraddr}"
    options = {option["code"]: option["value"] for option in message.options if "reason" not in option}
    addresses = listed(_leased(message))
    client = options.get(1)
    who = "" if client is None else str(client.get("address") or client["bytes"].hex())
    status = options.get(13)
    failed = f"{status['status_name']} {status['message']}" if status and status["status"] else ""
    return _joined(kind, addresses, f"client {who}" if who else "", failed)


def _leased(message: DHCPv6) -> list[str]:
    found = []
    for association in message.options:
        value = association["value"]
        for option in value["options"] if isinstance(value, dict) and "iaid" in value else ():
            inside = option["value"]
            if isinstance(inside, dict) and option["code"] in (5, 26):
                found.append(inside.get("address") or inside["prefix"])
    return found


def ntp(message: NTP) -> str:
    """Return the version and the mode; of who has the time the stratum and the clock."""
    said = f"NTP v{message.vn} {message.mode_name}"
    if message.mode in (1, 2, 4, 5):
        if not message.stratum and message.refid:
            return f"{said} kiss {message.refid}"
        said += f" stratum {message.stratum}"
        if message.stratum == 1:
            said += f" {message.refid}"
        if message.li == 3 or message.stratum > SECONDARY:
            said += " not synchronized"
    return said


def ntp_control(message: NTPControl) -> str:
    """Return what ntpq asks for, or that it is answered."""
    told = "error" if message.error else "response" if message.r else "request"
    return f"NTP v{message.vn} control {message.opcode_name} {told}"


def ntp_private(message: NTPPrivate) -> str:
    """Return what ntpdc asks for, or that it is answered: a few bytes ask for many."""
    told = f"response {message.items} items" if message.r else "request"
    return f"NTP v{message.vn} private {message.reqcode_name} {told}"


def radius(packet: RADIUS) -> str:
    """Return what it is, whom it is about, and what is said to that user."""
    status, user, message = packet.attribute(40), packet.attribute(1), packet.attribute(18)
    named = next((found.get("value_name") for found in packet.attributes if found["type"] == 40), None)
    return _joined(
        f"RADIUS {packet.code_name} id {packet.id}", named if status is not None else "",
        f"user {user}" if user else "", str(message or ""),
    )  # fmt: skip


def rtcp(packet: RTCP) -> str:
    """Return what kind of packet it is, and whose."""
    sources = packet.ssrcs or [chunk["ssrc"] for chunk in packet.chunks or ()]
    ssrc = f"{packet.ssrc:#010x}" if packet.ssrc is not None else listed(f"{source:#010x}" for source in sources)
    names = listed(f"{item['type']} {item['text']}" for chunk in packet.chunks or () for item in chunk["items"])
    return _joined("RTCP", packet.pt_name, packet.feedback_name, f"ssrc {ssrc}" if ssrc else "", names, packet.reason)


def rtp(packet: RTP) -> str:
    """Return how the payload is coded, and its place in which stream."""
    kind = f"type {packet.p_type}" if packet.p_type_name in ("dynamic", "unknown") else packet.p_type_name
    mark = " marker" if packet.marker else ""
    return f"RTP {kind} ssrc {packet.ssrc:#010x} seq {packet.seq} time {packet.timestamp}{mark}"


def snmp(message: SNMP) -> str:
    """Return what is asked or told about which objects; of a community nothing."""
    said = [f"SNMP v{message.version_name}", message.pdu_type_name]
    if message.user_name:
        said.append(f"user {message.user_name}")
    if message.encrypted is not None:
        said.append("encrypted")
    if message.error_status:
        said.append(message.error_status_name)
    if message.enterprise:
        said.append(f"{message.enterprise} {message.generic_trap_name} {message.specific_trap}")
    said.append(listed(map(_variable, message.variable_bindings or ())))
    return _joined(*said)


def _variable(binding: dict[str, Any]) -> str:
    value = binding["value"]
    if value is None:
        return str(binding["name"]) if binding["type"] == "Null" else f"{binding['name']}={binding['type']}"
    return f"{binding['name']}={value.hex() if isinstance(value, bytes) else value}"


def ssdp(message: SSDP) -> str:
    """Return what is looked for or offered, and where its description is."""
    if message.method is None:
        return _joined(f"SSDP {message.status_code} {message.reason}", message.st, message.location)
    return _joined("SSDP", message.method, message.nts, message.st or message.nt, message.location)


def stun(message: STUN) -> str:
    """Return what is asked for or answered, and the address or the error that the answer tells."""
    values = {found["name"]: found["value"] for found in message.attributes if "reason" not in found}
    address = next((values[name] for name in ADDRESSES if name in values), None)
    error = values.get("ERROR-CODE")
    return _joined(
        "STUN", message.type_method_name, message.type_class_name, _endpoint(address) if address else "",
        f"{error['code']} {error['reason']}" if error else "",
        f"user {values['USERNAME']}" if "USERNAME" in values else "",
    )  # fmt: skip


ADDRESSES = ("XOR-RELAYED-ADDRESS", "XOR-PEER-ADDRESS", "XOR-MAPPED-ADDRESS", "MAPPED-ADDRESS")
"""Attributes of STUN, the one that says most first."""


def _endpoint(address: dict[str, Any]) -> str:
    host = address["address"]
    return f"[{host}]:{address['port']}" if ":" in host else f"{host}:{address['port']}"


def channel_data(message: ChannelData) -> str:
    """Return the channel and how much it carries."""
    return f"STUN ChannelData {message.channel:#06x}, {message.length} bytes"


def syslog(message: Syslog) -> str:
    """Return what kind of program says how bad a thing, its name, and what it says."""
    name = message.app_name or ""
    if name and message.procid:
        name += f"[{message.procid}]"
    return _joined(f"syslog {message.facility_name}.{message.severity_name}", message.hostname, name, message.msg)


def tftp(packet: TFTP) -> str:
    """Return what is transferred, and which piece of it."""
    said: list[str | None] = [f"TFTP {TFTP_WORDS.get(packet.opcode, packet.opcode_name)}", packet.file, packet.type]
    if packet.block is not None:
        said.append(
            f"{packet.block} ({packet.end - packet.data_at} bytes)" if packet.opcode == 3 else str(packet.block)
        )
    if packet.error_code is not None:
        said += [str(packet.error_code), packet.error_string or packet.error_name]
    said += [f"{name}={value}" for name, value in (packet.options or {}).items()]
    return _joined(*said)


TFTP_WORDS = {1: "read", 2: "write", 3: "data block", 4: "ack block", 5: "error", 6: "options"}


def _joined(*parts: str | None) -> str:
    """Return what there is to say, as much as there is room for."""
    line = " ".join(part for part in parts if part)
    return line if len(line) <= 2 * MAX_TEXT else f"{line[: 2 * MAX_TEXT]}..."


LINES: dict[str, Callable[[Any], str]] = {
    "ChannelData": channel_data, "DHCP": dhcp, "DHCPv6": dhcpv6, "NTP": ntp, "NTPControl": ntp_control,
    "NTPPrivate": ntp_private, "RADIUS": radius, "RTCP": rtcp, "RTP": rtp, "SNMP": snmp, "SSDP": ssdp, "STUN": stun,
    "Syslog": syslog, "TFTP": tftp,
}  # fmt: skip
