"""From captured bytes to layers: `packet(raw).link.ip.tcp.dport`; to the TCP segment: `segment.py`."""

from __future__ import annotations

from pcaptools.core.decode.packet import Packet, packet

__all__ = ["Packet", "packet"]
