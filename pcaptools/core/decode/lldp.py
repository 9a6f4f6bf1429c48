"""The Link Layer Discovery Protocol (IEEE 802.1AB): who is at the other end of the cable."""

from __future__ import annotations

from socket import AF_INET, AF_INET6, inet_ntop  # of socket, only the formatting
from typing import Any

from pcaptools.core.decode.layer import Layer, Malformed, octets, text
from pcaptools.core.decode.lldp_values import organizational
from pcaptools.core.decode.reader import Reader

END, CHASSIS_ID, PORT_ID, TTL, CAPABILITIES, MANAGEMENT_ADDRESS, ORGANIZATION = 0, 1, 2, 3, 7, 8, 127
NAMES = {
    0: "End", 1: "Chassis ID", 2: "Port ID", 3: "Time To Live", 4: "Port Description", 5: "System Name",
    6: "System Description", 7: "System Capabilities", 8: "Management Address", 127: "Organization Specific",
}  # fmt: skip
TEXTS = {4: "port_description", 5: "system_name", 6: "system_description"}
CHASSIS_SUBTYPES = {
    1: "chassis component", 2: "interface alias", 3: "port component", 4: "MAC address", 5: "network address",
    6: "interface name", 7: "local",
}  # fmt: skip
PORT_SUBTYPES = {
    1: "interface alias", 2: "port component", 3: "MAC address", 4: "network address", 5: "interface name",
    6: "agent circuit ID", 7: "local",
}  # fmt: skip
INTERFACES = {1: "unknown", 2: "ifIndex", 3: "system port"}
CAPABILITY_NAMES = (
    "other",
    "repeater",
    "bridge",
    "wlan",
    "router",
    "telephone",
    "docsis",
    "station",
    "cvlan",
    "svlan",
    "tpmr",
)
MAX_TLVS = 128


class LLDP(Layer):
    """An LLDP data unit: the basic fields by name, and every TLV in order. What is not there is None."""

    __slots__ = (
        "_trouble", "capabilities", "chassis_id", "chassis_id_subtype", "enabled_capabilities", "management_addresses",
        "port_description", "port_id", "port_id_subtype", "system_description", "system_name", "time_to_live", "tlvs",
    )  # fmt: skip

    key = "lldp"
    sparse = True
    fields = (
        "chassis_id_subtype", "chassis_id", "port_id_subtype", "port_id", "time_to_live", "port_description",
        "system_name", "system_description", "capabilities", "enabled_capabilities", "management_addresses", "tlvs",
    )  # fmt: skip

    chassis_id: str | None
    port_id: str | None
    time_to_live: int | None
    system_name: str | None
    port_description: str | None

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        for name in self.fields:
            setattr(self, name, None)
        self.management_addresses: list[dict[str, Any]] = []
        self.tlvs: list[dict[str, Any]] = []
        self._trouble: Malformed | None = None
        try:
            self._read_tlvs(Reader.of(self, "LLDP"))
        except Malformed as error:
            if not self.tlvs:
                raise
            self._trouble = error

    def _read_tlvs(self, read: Reader) -> None:
        while read:
            if len(self.tlvs) == MAX_TLVS:
                raise Malformed(f"more than {MAX_TLVS} LLDP TLVs", read.at)
            at = read.at
            word = read.u16()
            kind, size = word >> 9, word & 0x1FF
            if size > read.left:
                raise Malformed(f"LLDP TLV {kind} of {size} bytes in {read.left}", at)
            self._keep(kind, read.part(size, f"LLDP TLV {kind}"))
            if kind == END:
                return

    def _keep(self, kind: int, value: Reader) -> None:
        tlv: dict[str, Any] = {"type": kind, "name": NAMES.get(kind, "reserved"), "length": value.left}
        if kind == ORGANIZATION:
            tlv |= organizational(value)
        elif kind in TEXTS:
            tlv["value"] = text(value.take(value.left))
            setattr(self, TEXTS[kind], tlv["value"])
        elif kind in {CHASSIS_ID, PORT_ID}:
            subtype, name = self._read_id(kind, value)
            tlv["subtype"], tlv["value"] = subtype, name
        elif kind == TTL:
            tlv["value"] = self.time_to_live = value.u16()
        elif kind == CAPABILITIES:
            self.capabilities, self.enabled_capabilities = capability_names(value.u16()), capability_names(value.u16())
            tlv["value"] = self.capabilities
        elif kind == MANAGEMENT_ADDRESS:
            tlv["value"] = _management_address(value)
            self.management_addresses.append(tlv["value"])
        elif kind != END:
            tlv["value"] = value.take(value.left)
        self.tlvs.append(tlv)

    def _read_id(self, kind: int, value: Reader) -> tuple[int, str]:
        subtype = value.u8()
        names = CHASSIS_SUBTYPES if kind == CHASSIS_ID else PORT_SUBTYPES
        body, name = value.take(value.left), names.get(subtype, "")
        if name == "MAC address":
            found = octets(body)
        elif name == "network address":
            found = network_address(body[0], body[1:]) if body else ""
        else:
            found = text(body)
        if kind == CHASSIS_ID:
            self.chassis_id_subtype, self.chassis_id = subtype, found
        else:
            self.port_id_subtype, self.port_id = subtype, found
        return subtype, found

    def next(self) -> None:
        """Nothing follows but what is wrong."""
        if self._trouble:
            raise self._trouble


def capability_names(word: int) -> list[str]:
    """Return the names of the bits that are set."""
    return [name for bit, name in enumerate(CAPABILITY_NAMES) if word >> bit & 1]


def network_address(family: int, address: bytes) -> str:
    """Format an address by IANA's number of its family."""
    if family == 1 and len(address) == 4:
        return inet_ntop(AF_INET, address)
    if family == 2 and len(address) == 16:
        return inet_ntop(AF_INET6, address)
    return octets(address)


def _management_address(value: Reader) -> dict[str, Any]:
    """8.5.9: an address, the interface it belongs to, and an object identifier."""
    size = value.u8()
    address = value.take(size)
    interface, number = value.u8(), value.u32()
    oid = value.take(value.u8())
    return {
        "address": network_address(address[0], address[1:]) if address else "",
        "interface_subtype": interface,
        "interface_subtype_name": INTERFACES.get(interface, "unknown"),
        "interface_number": number,
        "oid": oid,
    }
