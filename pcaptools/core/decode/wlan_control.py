"""What IEEE 802.11's control frames have behind their addresses, and the HT Control field."""

from __future__ import annotations

from typing import Any, NamedTuple

from pcaptools.core.decode.reader import Reader

MANAGEMENT_CLASSES = {
    0: "AssociationRequest", 1: "AssociationResponse", 2: "ReassociationRequest", 3: "AssociationResponse",
    4: "ProbeRequest", 5: "ProbeResponse", 8: "Beacon", 10: "Disassociation", 11: "Authentication",
    12: "Deauthentication", 13: "Action", 14: "Action",
}  # fmt: skip
"""Subtype → class in wlan_management.py; here, so that a data frame does not import that."""

TRIGGER, NDP_ANNOUNCEMENT, BLOCK_ACK_REQUEST, BLOCK_ACK = 2, 5, 8, 9
BLOCK_ACK_KINDS = {
    0: "basic",
    1: "extended compressed",
    2: "compressed",
    3: "multi-TID",
    6: "GCR",
    10: "GLK-GCR",
    11: "multi-STA",
}
BITMAP_SIZES = {0: 128, 1: 8, 2: 8, 6: 8}
"""Bytes of the bitmap, by kind, where it is not the fragment field that tells (9.3.1.8)."""
COMPRESSED = 2
LONG_BITMAPS = {0: 8, 2: 32, 4: 64, 6: 128}
TRIGGERS = {
    0: "basic", 1: "BFRP", 2: "MU-BAR", 3: "MU-RTS", 4: "BSRP", 5: "GCR MU-BAR", 6: "BQRP", 7: "NFRP",
}  # fmt: skip
A_CONTROLS = {
    0: ("TRS", 26),
    1: ("OM", 12),
    2: ("HLA", 26),
    3: ("BSR", 26),
    4: ("UPH", 8),
    5: ("BQR", 10),
    6: ("CAS", 8),
}
"""Control IDs of the HE variant: name and bits of information (9.2.4.6a)."""
A_CONTROL_BITS = 30


class HTControl(NamedTuple):
    """The HT Control field: of its HE variant the names of the controls in it."""

    value: int
    variant: str
    controls: list[str]


def read_ht_control(read: Reader) -> HTControl:
    """Read four bytes, whose lowest bits tell the variant."""
    value = read.little(4)
    if not value & 1:
        return HTControl(value, "HT", [])
    if not value & 2:
        return HTControl(value, "VHT", [])
    return HTControl(value, "HE", list(_controls(value >> 2)))


def _controls(bits: int) -> list[str]:
    found: list[str] = []
    left = A_CONTROL_BITS
    while left >= 4:
        kind = bits & 15
        if kind not in A_CONTROLS or (not bits and found):
            break
        name, size = A_CONTROLS[kind]
        found.append(name)
        bits >>= 4 + size
        left -= 4 + size
    return found


def read_details(subtype: int, read: Reader) -> dict[str, Any] | None:
    """Return what a control frame has behind its two addresses; None for those that have nothing."""
    if subtype == BLOCK_ACK_REQUEST:
        return _block_ack(read, bitmap=False)
    if subtype == BLOCK_ACK:
        return _block_ack(read, bitmap=True)
    if subtype == TRIGGER:
        common = read.little(8)
        return {"trigger_type": TRIGGERS.get(common & 15, str(common & 15)), "ul_length": common >> 4 & 0xFFF}
    if subtype == NDP_ANNOUNCEMENT:
        token = read.u8()
        return {"dialog_token": token >> 2, "he": token >> 1 & 1, "stations": read.rest()}
    return None


def _block_ack(read: Reader, *, bitmap: bool) -> dict[str, Any]:
    word = read.little(2)
    kind = word >> 1 & 15
    found: dict[str, Any] = {
        "ack_policy": word & 1,
        "type": kind,
        "type_name": BLOCK_ACK_KINDS.get(kind, "reserved"),
        "tid": word >> 12,
    }
    if kind in BITMAP_SIZES:
        start = read.little(2)
        found["fragment"], found["starting_sequence"] = start & 15, start >> 4
        if bitmap:
            size = LONG_BITMAPS.get(start & 15, 8) if kind == COMPRESSED else BITMAP_SIZES[kind]
            found["bitmap"] = read.take(size)
    else:
        found["information"] = read.rest()
    return found
