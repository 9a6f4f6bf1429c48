"""The Cisco Discovery Protocol: who is at the other end of the cable, in Cisco's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pcaptools.core.decode.layer import Layer, Malformed, octets, text
from pcaptools.core.decode.lldp import network_address
from pcaptools.core.decode.reader import Reader

NAMES = {
    0x01: "Device ID", 0x02: "Addresses", 0x03: "Port ID", 0x04: "Capabilities", 0x05: "Software Version",
    0x06: "Platform",
    0x07: "IP Prefixes", 0x08: "Protocol Hello", 0x09: "VTP Management Domain", 0x0A: "Native VLAN", 0x0B: "Duplex",
    0x0E: "VoIP VLAN Reply", 0x0F: "VoIP VLAN Query", 0x10: "Power Consumption", 0x11: "MTU", 0x12: "Trust Bitmap",
    0x13: "Untrusted Port CoS", 0x14: "System Name", 0x15: "System Object ID", 0x16: "Management Addresses",
    0x17: "Location", 0x18: "External Port ID", 0x19: "Power Requested", 0x1A: "Power Available",
    0x1B: "Port Unidirectional", 0x1D: "EnergyWise", 0x1F: "Spare Pair PoE",
}  # fmt: skip
ATTRIBUTES = {
    0x01: "device_id", 0x02: "addresses", 0x03: "port_id", 0x04: "capabilities", 0x05: "software_version",
    0x06: "platform", 0x09: "vtp_management_domain", 0x0A: "native_vlan", 0x0B: "duplex", 0x0E: "voip_vlan",
    0x10: "power_consumption", 0x11: "mtu", 0x14: "system_name", 0x16: "management_addresses",
}  # fmt: skip
CAPABILITIES = (
    "router", "transparent bridge", "source route bridge", "switch", "host", "IGMP", "repeater", "VoIP phone",
    "remotely managed", "CVTA", "two port MAC relay",
)  # fmt: skip
MAX_TLVS, MAX_ADDRESSES = 128, 64
NLPID_IP = b"\xcc"
IPV6 = b"\xaa\xaa\x03\x00\x00\x00\x86\xdd"


class CDP(Layer):
    """A CDP packet: the common values by name, and every TLV in order. What is not there is None."""

    __slots__ = ("_trouble", "checksum", "time_to_live", "tlvs", "version", *ATTRIBUTES.values())

    key = "cdp"
    sparse = True
    fields = ("version", "time_to_live", "checksum", *ATTRIBUTES.values(), "tlvs")

    device_id: str | None
    port_id: str | None
    platform: str | None
    native_vlan: int | None

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        for name in ATTRIBUTES.values():
            setattr(self, name, None)
        read = Reader.of(self, "CDP")
        self.version = read.u8()
        self.time_to_live = read.u8()
        self.checksum = read.u16()
        self.tlvs: list[dict[str, Any]] = []
        self._trouble: Malformed | None = None
        try:
            self._read_tlvs(read)
        except Malformed as error:
            self._trouble = error

    def _read_tlvs(self, read: Reader) -> None:
        while read:
            if len(self.tlvs) == MAX_TLVS:
                raise Malformed(f"more than {MAX_TLVS} CDP TLVs", read.at)
            at = read.at
            kind, size = read.u16(), read.u16()
            if not 4 <= size <= read.left + 4:
                raise Malformed(f"CDP TLV {kind:#06x} of {size} bytes in {read.left + 4}", at)
            value = _value(kind, read.part(size - 4, f"CDP TLV {kind:#06x}"))
            self.tlvs.append({"type": kind, "name": NAMES.get(kind, "unknown"), "length": size, "value": value})
            if kind in ATTRIBUTES:
                setattr(self, ATTRIBUTES[kind], value)

    def next(self) -> None:
        """Nothing follows but what is wrong."""
        if self._trouble:
            raise self._trouble


def _value(kind: int, read: Reader) -> Any:
    """Return what a TLV means; its bytes where they do not fit, or nobody knows it."""
    decode = READERS.get(kind)
    at = read.at
    if decode is not None:
        try:
            return decode(read)
        except Malformed as error:
            if len(read.data) < read.end:
                raise error from None
            read.at = at
    return read.take(read.left)


def _text(read: Reader) -> str:
    return text(read.take(read.left))


def _addresses(read: Reader) -> list[str]:
    found: list[str] = []
    for _ in range(min(read.u32(), MAX_ADDRESSES)):
        read.skip(1)  # the type of the protocol, which the protocol tells again
        protocol = read.take(read.u8())
        address = read.take(read.u16())
        family = {NLPID_IP: 1, IPV6: 2}.get(protocol, 0)
        found.append(network_address(family, address))
    return found


def _capabilities(read: Reader) -> list[str]:
    word = read.u32()
    return [name for bit, name in enumerate(CAPABILITIES) if word >> bit & 1]


def _prefixes(read: Reader) -> list[str]:
    """A gateway, from a stub router; a list of networks otherwise."""
    if read.left == 4:
        return [read.ipv4()]
    found: list[str] = []
    while read.left >= 5 and len(found) < MAX_ADDRESSES:
        found.append(f"{read.ipv4()}/{read.u8()}")
    return found


def _hello(read: Reader) -> dict[str, Any]:
    return {"oui": octets(read.take(3)), "protocol": read.u16(), "data": read.take(read.left)}


def _duplex(read: Reader) -> str:
    return "full" if read.u8() else "half"


def _voip_vlan(read: Reader) -> int:
    read.skip(1)
    return read.u16()


def _powers(read: Reader) -> dict[str, Any]:
    found: dict[str, Any] = {"request_id": read.u16(), "management_id": read.u16()}
    levels: list[int] = []
    while read.left >= 4 and len(levels) < MAX_ADDRESSES:
        levels.append(read.u32())
    return found | {"milliwatts": levels}


def _location(read: Reader) -> str:
    read.skip(1)
    return text(read.take(read.left))


def _u8(read: Reader) -> int:
    return read.u8()


def _u16(read: Reader) -> int:
    return read.u16()


def _u32(read: Reader) -> int:
    return read.u32()


READERS: dict[int, Callable[[Reader], Any]] = {
    0x01: _text, 0x02: _addresses, 0x03: _text, 0x04: _capabilities, 0x05: _text, 0x06: _text, 0x07: _prefixes,
    0x08: _hello, 0x09: _text, 0x0A: _u16, 0x0B: _duplex, 0x0E: _voip_vlan, 0x0F: _voip_vlan, 0x10: _u16, 0x11: _u32,
    0x12: _u8, 0x13: _u8, 0x14: _text, 0x16: _addresses, 0x17: _location, 0x18: _text, 0x19: _powers, 0x1A: _powers,
}  # fmt: skip
