"""A packet's layers as a tree of lines: node_pcap's deep decode, with the names that the attributes have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pcaptools.printers.console import Painter
from pcaptools.printers.safe import safe

INDENT = "  "


def format_tree(packet: dict[str, Any], paint: Painter, depth: int = 1) -> str:
    """Return the lines of `Packet.as_dict()`, indented by two blanks and more."""
    return "".join(_lines(packet, paint, INDENT * depth))


def _lines(node: dict[str, Any], paint: Painter, indent: str) -> Iterator[str]:
    for name, value in node.items():
        key = f"{indent}{paint('header', safe(str(name)))}:"
        if _is_flat(value):
            yield f"{key} {_flat(value, paint)}\n"
        elif isinstance(value, dict):
            yield f"{key}\n"
            yield from _lines(value, paint, indent + INDENT)
        else:
            yield f"{key}\n"
            for item in value:
                yield from _item(item, paint, indent + INDENT)


def _item(item: Any, paint: Painter, indent: str) -> Iterator[str]:
    """Yield the lines of one element of a list, with a dash before the first."""
    if not isinstance(item, dict) or _is_flat(item):
        yield f"{indent}- {_flat(item, paint)}\n"
        return
    first, *rest = _lines(item, paint, indent + INDENT)
    yield f"{indent}- {first.removeprefix(indent + INDENT)}"
    yield from rest


def _is_flat(value: Any) -> bool:
    """Tell whether a value fits on the line of its name: no layer, and no list of what has names itself."""
    if isinstance(value, dict):
        return bool(value) and all(isinstance(item, int) for item in value.values())  # flags, counts
    if isinstance(value, list):
        return not any(isinstance(item, dict) for item in value)
    return True


def _flat(value: Any, paint: Painter) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{safe(str(name))}: {_flat(item, paint)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flat(item, paint) for item in value) + "]"
    if isinstance(value, str):
        return paint("text", safe(value)) if value else '""'
    return paint("figure", "null" if value is None else str(value))
