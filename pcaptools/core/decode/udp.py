"""The User Datagram Protocol (RFC 768)."""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.layer import Layer, Next, read_header
from pcaptools.core.decode.tables import udp_contents, udp_ports


class UDP(Layer):
    """A UDP header; the layer inside is looked up by either port."""

    __slots__ = ("checksum", "dport", "length", "payload_end", "sport")

    key = "udp"
    fields = ("sport", "dport", "length", "checksum")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        import dpkt  # see read_header

        super().__init__(data, start, end, depth)
        header = read_header(dpkt.udp.UDP, self, "UDP header")
        self.sport: int = header.sport
        self.dport: int = header.dport
        self.length: int = header.ulen
        self.checksum: int = header.sum
        # RFC 2675, 4: 0 in a jumbogram; anything else below 8 is nonsense, and IP's length then rules too.
        self.payload_end = min(end, start + header.ulen) if header.ulen >= 8 else end

    def next(self) -> Next | None:
        """Look the ports up, the lower one first: it is the more likely to be the well-known one."""
        start, end = self.start + 8, self.payload_end
        if start == end:
            return None
        if self.length > self.end - self.start:
            here = f"{self.end - self.start} of {self.length} bytes are here"
            return Next(None, start, end, f"{here}: the rest is in other fragments, or the length is wrong")
        low, high = sorted((self.sport, self.dport))
        decoder = udp_ports.get(low) or udp_ports.get(high) or udp_contents.find(self.data, start, end)
        reason = "" if decoder else f"no decoder for UDP ports {self.sport} and {self.dport}"
        return Next(decoder, start, end, reason)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, the payload's length and the layer inside."""
        result = super().as_dict()
        result["payload"] = {"length": self.payload_end - self.start - 8}
        return result
