"""The elements of IEEE 802.11 management frames (IEEE 802.11-2020, 9.4.2): a number, a length, a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pcaptools.core.decode.layer import Malformed, octets, text
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.wlan_codes import reason_name
from pcaptools.core.decode.wlan_names import ALLIANCE_TYPES, ELEMENTS, EXTENSIONS, MICROSOFT_TYPES, VENDORS
from pcaptools.core.decode.wlan_security import read_rsn, read_wpa

MAX_ELEMENTS = 256
SSID, RATES, EXTENDED_RATES, DS, HT_OPERATION, MESH_ID, RSN, VENDOR, EXTENSION = 0, 1, 50, 3, 61, 114, 48, 221, 255
BASIC = 0x80
SELECTORS = {122: "SAE hash to element", 123: "EPD", 124: "GLK", 125: "HE PHY", 126: "VHT PHY", 127: "HT PHY"}
"""What stands among the rates and is none (Table 9-93)."""
MICROSOFT, ALLIANCE = b"\x00\x50\xf2", b"\x50\x6f\x9a"
WPA = 1


class Element(NamedTuple):
    """One element. `value` is what it means; the bytes where that is not decoded or they do not fit."""

    id: int
    name: str
    length: int
    value: Any


def read_elements(read: Reader, found: list[Element]) -> None:
    """Add elements to `found` up to the end."""
    while read:
        if len(found) == MAX_ELEMENTS:
            raise Malformed(f"more than {MAX_ELEMENTS} elements", read.at)
        at = read.at
        kind, size = read.u8(), read.u8()
        if size > read.left:
            raise Malformed(f"element {kind} of {size} bytes in {read.left}", at)
        body = read.take(size)
        name = ELEMENTS.get(kind, "unknown")
        if kind == EXTENSION and body:
            name = EXTENSIONS.get(body[0], f"Extension {body[0]}")
        found.append(Element(kind, name, size, _value(kind, body)))


def _value(kind: int, body: bytes) -> Any:
    decode = VALUES.get(kind)
    if decode is None:
        return body[1:] if kind == EXTENSION else body
    try:
        return decode(Reader(body, 0, len(body), "element"))
    except Malformed:
        return body


def _text(read: Reader) -> str:
    return text(read.rest())


def _number(read: Reader) -> int:
    return int.from_bytes(read.take(max(read.left, 1)), "little")


def _rates(read: Reader) -> dict[str, Any]:
    """9.4.2.3: in Mbit/s; those that every station of the network must know are among the basic ones, too."""
    found: dict[str, Any] = {"rates": [], "basic": []}
    for byte in read.rest():
        if byte & BASIC and byte & 0x7F in SELECTORS:
            found.setdefault("selectors", []).append(SELECTORS[byte & 0x7F])
            continue
        found["rates"].append((byte & 0x7F) / 2)
        if byte & BASIC:
            found["basic"].append((byte & 0x7F) / 2)
    return found


def _tim(read: Reader) -> dict[str, Any]:
    count, period, control = read.u8(), read.u8(), read.u8()
    return {"dtim_count": count, "dtim_period": period, "bitmap_control": control, "bitmap": read.rest()}


def _country(read: Reader) -> dict[str, Any]:
    code, environment = text(read.take(2)), read.u8()
    channels = []
    while read.left >= 3:
        channels.append([read.u8(), read.u8(), read.u8()])  # first channel, how many, dBm; or 201 and more: a class
    return {"code": code, "environment": environment, "channels": channels}


def _bss_load(read: Reader) -> dict[str, Any]:
    return {"stations": read.little(2), "channel_utilization": read.u8(), "available_admission": read.little(2)}


def _signed(read: Reader) -> int:
    return (read.u8() ^ 0x80) - 0x80


def _powers(read: Reader) -> dict[str, Any]:
    return {"minimum": _signed(read), "maximum": _signed(read)}


def _tpc(read: Reader) -> dict[str, Any]:
    return {"transmit_power": _signed(read), "link_margin": _signed(read)}


def _supported_channels(read: Reader) -> list[list[int]]:
    found = []
    while read:
        found.append([read.u8(), read.u8()])
    return found


def _channel_switch(read: Reader) -> dict[str, Any]:
    return {"mode": read.u8(), "channel": read.u8(), "count": read.u8()}


def _extended_channel_switch(read: Reader) -> dict[str, Any]:
    return {"mode": read.u8(), "operating_class": read.u8(), "channel": read.u8(), "count": read.u8()}


def _erp(read: Reader) -> dict[str, Any]:
    byte = read.u8()
    return {"non_erp_present": byte & 1, "use_protection": byte >> 1 & 1, "barker_preamble": byte >> 2 & 1}


def _ht_capabilities(read: Reader) -> dict[str, Any]:
    info, ampdu, mcs = read.little(2), read.u8(), read.take(16)
    extended, beamforming, antennas = read.little(2), read.little(4), read.u8()
    return {
        "info": info, "ldpc": info & 1, "width_40": info >> 1 & 1, "short_gi_20": info >> 5 & 1,
        "short_gi_40": info >> 6 & 1,
        "ampdu_parameters": ampdu, "streams": sum(bool(byte) for byte in mcs[:4]), "mcs": mcs, "extended": extended,
        "beamforming": beamforming, "antenna_selection": antennas,
    }  # fmt: skip


def _ht_operation(read: Reader) -> dict[str, Any]:
    channel, info = read.u8(), read.take(5)
    offset = {0: "none", 1: "above", 3: "below"}.get(info[0] & 3, "reserved")
    return {
        "primary_channel": channel,
        "secondary_channel": offset,
        "width_any": info[0] >> 2 & 1,
        "mcs": read.take(16),
    }


def _vht_capabilities(read: Reader) -> dict[str, Any]:
    info, mcs = read.little(4), read.take(8)
    receive = int.from_bytes(mcs[:2], "little")
    streams = sum(receive >> 2 * stream & 3 != 3 for stream in range(8))
    return {"info": info, "width_set": info >> 2 & 3, "short_gi_80": info >> 5 & 1, "streams": streams, "mcs": mcs}


def _vht_operation(read: Reader) -> dict[str, Any]:
    width, first, second = read.u8(), read.u8(), read.u8()
    name = {0: "20 or 40", 1: "80", 2: "160", 3: "80+80"}.get(width, "reserved")
    return {"channel_width": width, "width": name, "center0": first, "center1": second, "mcs": read.little(2)}


def _mobility(read: Reader) -> dict[str, Any]:
    return {"mdid": read.little(2), "ft_policy": read.u8()}


def _mesh_configuration(read: Reader) -> dict[str, Any]:
    names = ("path_selection", "path_metric", "congestion_control", "synchronization", "authentication", "formation")
    return {**{name: read.u8() for name in names}, "capability": read.u8()}


def _mesh_peering(read: Reader) -> dict[str, Any]:
    found: dict[str, Any] = {"protocol": read.little(2), "local_link_id": read.little(2)}
    rest = read.left % 16  # a chosen PMK may follow
    if rest == 4 or (rest == 2 and read.left == 2):
        found["peer_link_id"] = read.little(2)
    if read.left % 16 == 2:
        reason = read.little(2)
        found |= {"reason_code": reason, "reason": reason_name(reason)}
    return found


def _time_units(read: Reader) -> dict[str, Any]:
    return {"type": read.u8(), "value": read.little(4)}


def _vendor(read: Reader) -> dict[str, Any]:
    oui = read.take(3)
    found: dict[str, Any] = {"oui": octets(oui), "vendor": VENDORS.get(oui)}
    if not read:
        return found
    kind = found["type"] = read.u8()
    if oui == MICROSOFT:
        found["type_name"] = MICROSOFT_TYPES.get(kind)
        if kind == WPA:
            return found | {"wpa": read_wpa(read)}
    elif oui == ALLIANCE:
        found["type_name"] = ALLIANCE_TYPES.get(kind)
    return found | {"data": read.rest()}


VALUES: dict[int, Callable[[Reader], Any]] = {
    SSID: _text, RATES: _rates, DS: _number, 5: _tim, 6: _number, 7: _country, 11: _bss_load, 32: _number, 33: _powers,
    35: _tpc, 36: _supported_channels, 37: _channel_switch, 42: _erp, 45: _ht_capabilities, RSN: read_rsn,
    EXTENDED_RATES: _rates, 54: _mobility, 56: _time_units, 60: _extended_channel_switch, HT_OPERATION: _ht_operation,
    62: _number, 113: _mesh_configuration, MESH_ID: _text, 117: _mesh_peering, 191: _vht_capabilities,
    192: _vht_operation, VENDOR: _vendor,
}  # fmt: skip
"""Element ID → what reads its value. Those that are not here keep their bytes."""
