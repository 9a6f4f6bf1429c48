"""What IEEE 802.11's action frames ask for (IEEE 802.11-2020, 9.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pcaptools.core.decode.layer import octets
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.wlan_codes import reason_name, status_name

SPECTRUM, BLOCK_ACK, PUBLIC, RADIO, SA_QUERY, WNM, MESH, SELF_PROTECTED = 0, 3, 4, 5, 8, 10, 13, 15
NOT_UNDERSTOOD = 0x80
"""Of the category: the frame comes back to its sender (9.4.1.11)."""
VENDOR = 127

CATEGORIES = {
    0: "Spectrum Management", 1: "QoS", 3: "Block Ack", 4: "Public", 5: "Radio Measurement", 6: "Fast BSS Transition",
    7: "HT", 8: "SA Query", 9: "Protected Public", 10: "WNM", 11: "Unprotected WNM", 12: "TDLS", 13: "Mesh",
    14: "Multihop", 15: "Self-protected", 16: "DMG", 17: "WMM", 18: "FST", 19: "Robust AV Streaming",
    20: "Unprotected DMG", 21: "VHT", 22: "Unprotected S1G", 23: "S1G", 24: "Flow Control", 25: "Control Response MCS",
    26: "FILS", 30: "HE", 31: "Protected HE", 126: "Protected Vendor", 127: "Vendor",
}  # fmt: skip
ACTIONS = {
    0: {0: "Measurement Request", 1: "Measurement Report", 2: "TPC Request", 3: "TPC Report", 4: "Channel Switch"},
    1: {0: "ADDTS Request", 1: "ADDTS Response", 2: "DELTS", 3: "Schedule", 4: "QoS Map"},
    3: {0: "ADDBA Request", 1: "ADDBA Response", 2: "DELBA"},
    4: {
        0: "20/40 BSS Coexistence", 1: "DSE Enablement", 2: "DSE Deenablement", 4: "Extended Channel Switch",
        7: "Measurement Pilot", 9: "Vendor", 10: "GAS Initial Request", 11: "GAS Initial Response",
        12: "GAS Comeback Request", 13: "GAS Comeback Response", 14: "TDLS Discovery Response",
        32: "FTM Request", 33: "FTM", 34: "FILS Discovery",
    },
    5: {
        0: "Measurement Request", 1: "Measurement Report", 2: "Link Measurement Request", 3: "Link Measurement Report",
        4: "Neighbor Report Request", 5: "Neighbor Report Response",
    },
    6: {1: "FT Request", 2: "FT Response", 3: "FT Confirm", 4: "FT Ack"},
    7: {
        0: "Notify Channel Width", 1: "SM Power Save", 2: "PSMP", 3: "Set PCO Phase", 4: "CSI",
        5: "Noncompressed Beamforming",
        6: "Compressed Beamforming", 7: "ASEL Indices Feedback",
    },
    8: {0: "Request", 1: "Response"},
    10: {
        0: "Event Request", 1: "Event Report", 2: "Diagnostic Request", 3: "Diagnostic Report",
        6: "BSS Transition Query",
        7: "BSS Transition Request", 8: "BSS Transition Response", 9: "FMS Request", 10: "FMS Response",
        16: "WNM Sleep Request", 17: "WNM Sleep Response", 26: "Notification Request", 27: "Notification Response",
    },
    12: {
        0: "TDLS Setup Request", 1: "TDLS Setup Response", 2: "TDLS Setup Confirm", 3: "TDLS Teardown",
        10: "TDLS Discovery Request",
    },
    13: {0: "Link Metric Report", 1: "HWMP Path Selection", 2: "Gate Announcement", 3: "Congestion Control"},
    15: {1: "Mesh Peering Open", 2: "Mesh Peering Confirm", 3: "Mesh Peering Close", 4: "Mesh Group Key Inform",
    5: "Mesh Group Key Ack"},
    17: {0: "Setup Request", 1: "Setup Response", 2: "Teardown"},
    21: {0: "Compressed Beamforming", 1: "Group ID Management", 2: "Operating Mode Notification"},
    30: {0: "Compressed Beamforming and CQI", 1: "Quiet Time Period"},
}  # fmt: skip


def category_name(category: int) -> str:
    """Return a category's name, and that the frame came back."""
    name = CATEGORIES.get(category & ~NOT_UNDERSTOOD, "unknown")
    return f"{name} (not understood)" if category & NOT_UNDERSTOOD else name


def action_name(category: int | None, action: int) -> str:
    """Return an action's name, or its number."""
    return ACTIONS.get((category or 0) & ~NOT_UNDERSTOOD, {}).get(action, str(action))


def read_details(category: int, action: int, read: Reader) -> dict[str, Any] | None:
    """Read the fields of an action up to its elements; of an unknown action the bytes."""
    reader = READERS.get((category, action))
    if reader is not None:
        return reader(read)
    return {"data": read.rest()} if read else None


def _parameters(word: int) -> dict[str, Any]:
    """9.4.1.13."""
    return {"amsdu": word & 1, "immediate": word >> 1 & 1, "tid": word >> 2 & 15, "buffer_size": word >> 6}


def _addba_request(read: Reader) -> dict[str, Any]:
    found = {"dialog_token": read.u8(), **_parameters(read.little(2)), "timeout": read.little(2)}
    return {**found, "starting_sequence": read.little(2) >> 4}


def _addba_response(read: Reader) -> dict[str, Any]:
    token, status = read.u8(), read.little(2)
    parameters = _parameters(read.little(2))
    return {
        "dialog_token": token,
        "status_code": status,
        "status": status_name(status),
        **parameters,
        "timeout": read.little(2),
    }


def _delba(read: Reader) -> dict[str, Any]:
    word, reason = read.little(2), read.little(2)
    return {"initiator": word >> 11 & 1, "tid": word >> 12, "reason_code": reason, "reason": reason_name(reason)}


def _transaction(read: Reader) -> dict[str, Any]:
    return {"transaction": read.little(2)}


def _token(read: Reader) -> dict[str, Any]:
    return {"dialog_token": read.u8()}


def _measurement_request(read: Reader) -> dict[str, Any]:
    return {"dialog_token": read.u8(), "repetitions": read.little(2)}


def _transition_request(read: Reader) -> dict[str, Any]:
    token, mode = read.u8(), read.u8()
    return {
        "dialog_token": token,
        "request_mode": mode,
        "disassociation_timer": read.little(2),
        "validity_interval": read.u8(),
    }


def _transition_response(read: Reader) -> dict[str, Any]:
    found: dict[str, Any] = {"dialog_token": read.u8(), "status_code": read.u8(), "termination_delay": read.u8()}
    return {**found, "target": octets(read.take(6))} if not found["status_code"] and read.left >= 6 else found


def _transition_query(read: Reader) -> dict[str, Any]:
    return {"dialog_token": read.u8(), "query_reason": read.u8()}


def _extended_channel_switch(read: Reader) -> dict[str, Any]:
    return {"mode": read.u8(), "operating_class": read.u8(), "channel": read.u8(), "count": read.u8()}


def _peering_open(read: Reader) -> dict[str, Any]:
    return {"capabilities": read.little(2)}


def _peering_confirm(read: Reader) -> dict[str, Any]:
    return {"capabilities": read.little(2), "aid": read.little(2) & 0x3FFF}


def _elements_only(read: Reader) -> dict[str, Any] | None:  # noqa: ARG001
    return None


READERS: dict[tuple[int, int], Callable[[Reader], dict[str, Any] | None]] = {
    (SPECTRUM, 0): _token, (SPECTRUM, 1): _token, (SPECTRUM, 2): _token, (SPECTRUM, 3): _token, (SPECTRUM,
    4): _elements_only,
    (BLOCK_ACK, 0): _addba_request, (BLOCK_ACK, 1): _addba_response, (BLOCK_ACK, 2): _delba,
    (PUBLIC, 0): _elements_only, (PUBLIC, 4): _extended_channel_switch,
    (RADIO, 0): _measurement_request, (RADIO, 1): _token, (RADIO, 4): _token, (RADIO, 5): _token,
    (SA_QUERY, 0): _transaction, (SA_QUERY, 1): _transaction,
    (WNM, 6): _transition_query, (WNM, 7): _transition_request, (WNM, 8): _transition_response,
    (MESH, 0): _elements_only, (MESH, 1): _elements_only, (MESH, 2): _elements_only, (MESH, 3): _elements_only,
    (SELF_PROTECTED, 1): _peering_open, (SELF_PROTECTED, 2): _peering_confirm, (SELF_PROTECTED, 3): _elements_only,
}  # fmt: skip
