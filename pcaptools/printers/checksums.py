"""Checksums in the line of a packet, and in its tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pcaptools.core.decode.checksums import Checked
    from pcaptools.core.decode.packet import Packet


def checksums(packet: Packet) -> list[Checked]:
    """Return what became of each checksum of a packet."""
    from pcaptools.core.decode.checksums import verify  # who does not ask does not wait for it

    return list(verify(packet.layers()))


def marks(checked: list[Checked]) -> list[str]:
    """Return what the line says of the checksums: only of those that are bad."""
    return [
        f"[bad {check.layer.key} checksum {_hex(check, check.found)}, should be {_hex(check, check.computed or 0)}]"
        for check in checked
        if check.status == "bad"
    ]


def _hex(check: Checked, value: int) -> str:
    return f"{value:#010x}" if check.layer.key == "sctp" else f"{value:#06x}"


def annotate(tree: dict[str, Any], packet: Packet, checked: list[Checked]) -> None:
    """Put `checksum_status` beside each checksum in `Packet.as_dict()`, and what it should be, or why not told."""
    found = {id(check.layer): check for check in checked}
    parent, key = tree, "link"
    for layer in packet.layers():
        if parent is not tree:
            key = layer.key
        node = parent.get(key)
        if not isinstance(node, dict):
            return  # a layer that puts what is inside it somewhere else
        if id(layer) in found:
            parent[key] = node = _annotated(node, found[id(layer)])
        parent = node


def _annotated(node: dict[str, Any], check: Checked) -> dict[str, Any]:
    told: dict[str, Any] = {"checksum_status": check.status}
    if check.status == "bad":
        told["checksum_calculated"] = check.computed
    elif check.reason:
        told["checksum_reason"] = check.reason
    result: dict[str, Any] = {}
    for name, value in node.items():
        result[name] = value
        if name in {"checksum", "header_checksum"}:
            result |= told
    return result
