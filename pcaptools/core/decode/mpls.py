"""Multiprotocol Label Switching (RFC 3032), and the control word of its pseudowires (RFC 4385)."""

from __future__ import annotations

from typing import NamedTuple

from pcaptools.core.decode.ethernet import Ethernet
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.layer import Cut, Layer, Malformed, Next, read_header

MAX_LABELS = 32
RESERVED_LABELS = {
    0: "IPv4 explicit null", 1: "router alert", 2: "IPv6 explicit null", 3: "implicit null", 7: "entropy indicator",
    13: "generic associated channel", 14: "OAM alert", 15: "extension",
}  # fmt: skip
"""IANA's special-purpose labels."""
CHANNELS = {
    0x0001: "MCC", 0x0002: "SCC", 0x0007: "BFD", 0x000A: "DLM", 0x000B: "ILM", 0x000C: "DM", 0x000D: "DLM+DM",
    0x000E: "ILM+DM", 0x0021: "IPv4", 0x0022: "MPLS-TP CC", 0x0023: "MPLS-TP CV", 0x0024: "PSC",
    0x0025: "on-demand CV", 0x0026: "LI", 0x0027: "PW OAM", 0x0028: "MAC withdraw", 0x0057: "IPv6", 0x0058: "fault OAM",
    0x7FF8: "experimental", 0x8902: "CFM",
}  # fmt: skip
"""IANA's types of the associated channel."""
IP_CHANNELS = {0x0021: IPv4, 0x0057: IPv6}


class Label(NamedTuple):
    """One entry of an MPLS label stack (RFC 3032, 2.1)."""

    label: int
    traffic_class: int
    bottom: int
    ttl: int


class MPLS(Layer):
    """An MPLS label stack. What is under it nothing says: the first four bits of it tell (RFC 4928)."""

    __slots__ = ("labels", "payload_offset")

    key = "mpls"
    shim = True
    fields = ("labels",)

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        import dpkt  # see read_header

        super().__init__(data, start, end, depth)
        self.labels: list[Label] = []
        at = start
        while not self.labels or not self.labels[-1].bottom:
            if len(self.labels) == MAX_LABELS:
                raise Malformed(f"more than {MAX_LABELS} MPLS labels")
            entry = read_header(dpkt.ethernet.MPLSlabel, self, "MPLS label", at)
            self.labels.append(Label(entry.val, entry.exp, entry.s, entry.ttl))
            at += 4
        self.payload_offset = at

    def next(self) -> Next:
        """Tell IP by its version; 0 and 1 are no versions, so that a pseudowire can begin so (RFC 4385, 3 and 5)."""
        at = self.payload_offset
        if at >= min(self.end, len(self.data)):
            raise (
                Cut("nothing under the labels captured", at)
                if at < self.end
                else Malformed("nothing under the labels", at)
            )
        kind = self.data[at] >> 4
        if kind == 4:
            return Next(IPv4, at, self.end)
        if kind == 6:
            return Next(IPv6, at, self.end)
        if kind == 0:
            return Next(Ethernet, at + 4, self.end)
        if kind == 1:
            return self._associated_channel(at)
        return Next(None, at, self.end, "no decoder for what is under the labels")

    def _associated_channel(self, at: int) -> Next:
        """RFC 4385, 5: version, reserved bits, and the type of the channel that a pseudowire's control goes over."""
        channel = int.from_bytes(self.data[at + 2 : at + 4], "big")
        decoder = IP_CHANNELS.get(channel)
        name = CHANNELS.get(channel, "unknown")
        reason = "" if decoder else f"no decoder for associated channel {channel:#06x} ({name})"
        return Next(decoder, at + 4, self.end, reason)
