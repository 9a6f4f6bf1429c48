"""IP of whichever version, where nothing outside tells it: what `--decode-as` means by "ip"."""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.layer import Layer


class AnyIP(Layer):
    """Makes an `IPv4` or an `IPv6`, never one of its own kind: the first four bits tell."""

    __slots__ = ()

    key = "ip"

    def __new__(cls, data: bytes, start: int, end: int, depth: int) -> Any:
        """Return the layer of the version that the packet says."""
        version = data[start] >> 4 if start < len(data) else 0
        return (IPv6 if version == 6 else IPv4)(data, start, end, depth)
