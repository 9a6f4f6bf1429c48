"""LLDP's organizationally specific TLVs: IEEE 802.1, IEEE 802.3, and LLDP-MED (ANSI/TIA-1057)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pcaptools.core.decode.layer import octets, text
from pcaptools.core.decode.reader import Reader

DOT1, DOT3, MED, IANA, DCBX = b"\x00\x80\xc2", b"\x00\x12\x0f", b"\x00\x12\xbb", b"\x00\x00\x5e", b"\x00\x1b\x21"
ORGANIZATIONS = {
    DOT1: "IEEE 802.1", DOT3: "IEEE 802.3", MED: "LLDP-MED", IANA: "IANA", DCBX: "DCBX", b"\x00\x0e\xcf": "PROFINET",
    b"\x00\x01\x42": "Cisco", b"\x00\x04\x0d": "Avaya", b"\x00\x12\x1e": "Juniper", b"\x00\x0b\x00": "HP",
}  # fmt: skip
SUBTYPES = {
    DOT1: {
        1: "Port VLAN ID", 2: "Port and Protocol VLAN ID", 3: "VLAN Name", 4: "Protocol Identity",
        5: "VID Usage Digest",
        6: "Management VID", 7: "Link Aggregation", 8: "Congestion Notification", 9: "ETS Configuration",
        10: "ETS Recommendation", 11: "Priority Flow Control", 12: "Application Priority", 13: "EVB", 14: "CDCP",
        16: "Application VLAN",
    },
    DOT3: {
        1: "MAC/PHY Configuration/Status", 2: "Power Via MDI", 3: "Link Aggregation", 4: "Maximum Frame Size",
        5: "Energy Efficient Ethernet", 6: "EEE Fast Wake", 7: "Additional Ethernet Capabilities",
        8: "Power Via MDI Measurements",
    },
    MED: {
        1: "Media Capabilities", 2: "Network Policy", 3: "Location Identification", 4: "Extended Power-via-MDI",
        5: "Hardware Revision", 6: "Firmware Revision", 7: "Software Revision", 8: "Serial Number",
        9: "Manufacturer Name", 10: "Model Name", 11: "Asset ID",
    },
    IANA: {1: "MUD URL"},
    DCBX: {1: "CIN", 2: "CEE"},
}  # fmt: skip
MED_CAPABILITIES = ("capabilities", "policy", "location", "power_pse", "power_pd", "inventory")
MED_CLASSES = {
    0: "not defined",
    1: "endpoint class I",
    2: "endpoint class II",
    3: "endpoint class III",
    4: "network connectivity",
}
APPLICATIONS = {
    1: "voice", 2: "voice signaling", 3: "guest voice", 4: "guest voice signaling", 5: "softphone voice",
    6: "video conferencing", 7: "streaming video", 8: "video signaling",
}  # fmt: skip
COORDINATES, CIVIC, ELIN = 1, 2, 3
CIVIC_TYPES = {
    0: "language", 1: "state", 2: "county", 3: "city", 4: "district", 5: "neighborhood", 6: "street",
    16: "leading direction", 17: "trailing suffix", 18: "street suffix", 19: "number", 20: "number suffix",
    21: "landmark", 22: "additional", 23: "name", 24: "postal code", 25: "building", 26: "unit", 27: "floor",
    28: "room", 29: "place type", 30: "postal community", 31: "po box", 32: "additional code", 128: "script",
}  # fmt: skip
"""RFC 4776, 3.4."""
MAX_CIVIC = 32
DEGREE = 1 << 25
"""RFC 6225, 2.3: coordinates have nine bits before the point and twenty-five behind."""


def organizational(read: Reader) -> dict[str, Any]:
    """Read the value of a TLV of type 127: whose it is, which, and what it means."""
    oui, subtype = read.take(3), read.u8()
    found: dict[str, Any] = {"oui": octets(oui), "organization": ORGANIZATIONS.get(oui), "subtype": subtype}
    found["subtype_name"] = SUBTYPES.get(oui, {}).get(subtype)
    reader = READERS.get((oui, subtype))
    found["value"] = reader(read) if reader else read.take(read.left)
    return found


def _text(read: Reader) -> str:
    return text(read.take(read.left))


def _u16(read: Reader) -> int:
    return read.u16()


def _ppvid(read: Reader) -> dict[str, Any]:
    flags = read.u8()
    return {"supported": flags >> 1 & 1, "enabled": flags >> 2 & 1, "vlan_id": read.u16()}


def _vlan_name(read: Reader) -> dict[str, Any]:
    vlan = read.u16()
    return {"vlan_id": vlan, "vlan_name": text(read.take(read.u8()))}


def _protocol_identity(read: Reader) -> bytes:
    return read.take(read.u8())


def _aggregation(read: Reader) -> dict[str, Any]:
    status = read.u8()
    return {"capable": status & 1, "enabled": status >> 1 & 1, "port_id": read.u32()}


def _pfc(read: Reader) -> dict[str, Any]:
    byte, enabled = read.u8(), read.u8()
    return {
        "willing": byte >> 7,
        "mbc": byte >> 6 & 1,
        "max_classes": byte & 15,
        "priorities": [bit for bit in range(8) if enabled >> bit & 1],
    }


def _mac_phy(read: Reader) -> dict[str, Any]:
    status = read.u8()
    return {
        "autonegotiation_supported": status & 1,
        "autonegotiation_enabled": status >> 1 & 1,
        "advertised": read.u16(),
        "mau_type": read.u16(),
    }


def _power(read: Reader) -> dict[str, Any]:
    support, pair, power_class = read.u8(), read.u8(), read.u8()
    found: dict[str, Any] = {
        "port_class": "PSE" if support & 1 else "PD",
        "supported": support >> 1 & 1,
        "enabled": support >> 2 & 1,
        "pairs_control": support >> 3 & 1,
        "power_pair": pair,
        "power_class": power_class - 1,
    }
    if read.left >= 5:  # IEEE 802.3at; in tenths of a watt
        found |= {"type": read.u8(), "requested_mw": read.u16() * 100, "allocated_mw": read.u16() * 100}
    return found


def _eee(read: Reader) -> dict[str, Any]:
    names = ("transmit_tw", "receive_tw", "fallback_tw", "echo_transmit_tw", "echo_receive_tw")
    return {name: read.u16() for name in names}


def _med_capabilities(read: Reader) -> dict[str, Any]:
    word, kind = read.u16(), read.u8()
    names = [name for bit, name in enumerate(MED_CAPABILITIES) if word >> bit & 1]
    return {"capabilities": names, "class": MED_CLASSES.get(kind, str(kind))}


def _policy(read: Reader) -> dict[str, Any]:
    application, word = read.u8(), read.u24()
    return {
        "application": APPLICATIONS.get(application, str(application)),
        "unknown": word >> 23,
        "tagged": word >> 22 & 1,
        "vlan_id": word >> 9 & 0xFFF,
        "priority": word >> 6 & 7,
        "dscp": word & 0x3F,
    }


def _location(read: Reader) -> dict[str, Any]:
    form = read.u8()
    if form == COORDINATES and read.left >= 16:
        return _coordinates(read)
    if form == CIVIC:
        read.skip(1)  # the length, again
        found: dict[str, Any] = {"what": read.u8(), "country": text(read.take(2))}
        address: dict[str, str] = {}
        while read and len(address) < MAX_CIVIC:
            kind = read.u8()
            address[CIVIC_TYPES.get(kind, str(kind))] = text(read.take(read.u8()))
        return found | {"address": address}
    if form == ELIN:
        return {"elin": _text(read)}
    return {"format": form, "data": read.take(read.left)}


def _coordinates(read: Reader) -> dict[str, Any]:
    """RFC 6225, 2.2."""
    bits = int.from_bytes(read.take(16), "big")
    latitude, longitude, altitude = bits >> 88 & 0x3FFFFFFFF, bits >> 48 & 0x3FFFFFFFF, bits >> 8 & 0x3FFFFFFF
    return {
        "latitude": round(_signed(latitude, 34) / DEGREE, 6),
        "longitude": round(_signed(longitude, 34) / DEGREE, 6),
        "altitude_type": bits >> 44 & 15,
        "altitude": round(_signed(altitude, 30) / 256, 2),
        "datum": bits & 0xFF,
    }


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> bits - 1 else value


def _extended_power(read: Reader) -> dict[str, Any]:
    byte = read.u8()
    kind = {0: "PSE", 1: "PD"}.get(byte >> 6, "reserved")
    return {"type": kind, "source": byte >> 4 & 3, "priority": byte & 15, "power_mw": read.u16() * 100}


READERS: dict[tuple[bytes, int], Callable[[Reader], Any]] = {
    (DOT1, 1): _u16, (DOT1, 2): _ppvid, (DOT1, 3): _vlan_name, (DOT1, 4): _protocol_identity, (DOT1, 6): _u16,
    (DOT1, 7): _aggregation, (DOT1, 11): _pfc, (DOT3, 1): _mac_phy, (DOT3, 2): _power, (DOT3, 3): _aggregation,
    (DOT3, 4): _u16, (DOT3, 5): _eee, (MED, 1): _med_capabilities, (MED, 2): _policy, (MED, 3): _location,
    (MED, 4): _extended_power, **{(MED, subtype): _text for subtype in range(5, 12)}, (IANA, 1): _text,
}  # fmt: skip
