"""What the line of a packet says of tunnels: their own header; what is inside follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pcaptools.core.decode.tunnels import GRE


def gre(header: GRE) -> str:  # noqa: ARG001
    """Return its name."""
    return "GRE"


LINES: dict[str, Callable[[Any], str]] = {"GRE": gre}
