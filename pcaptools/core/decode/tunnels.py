"""Headers that wrap a packet in another: GRE, MPLS, PPPoE and PPP."""

from __future__ import annotations

from typing import NamedTuple

import dpkt

from pcaptools.core.decode.ethernet import Ethernet
from pcaptools.core.decode.layer import Layer, Malformed, Next, header_bytes, read_header
from pcaptools.core.decode.loopback import by_version
from pcaptools.core.decode.tables import ethertypes, ppp_protocols

MAX_LABELS = 32


class GRE(Layer):
    """Generic Routing Encapsulation (RFC 2784 and 2890; version 1, PPTP's, RFC 2637)."""

    __slots__ = ("flags", "payload_offset", "protocol", "version")

    key = "gre"
    fields = ("flags", "version", "protocol")

    CHECKSUM, ROUTING, KEY, SEQUENCE, ACKNOWLEDGMENT = 0x8000, 0x4000, 0x2000, 0x1000, 0x0080

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        header = read_header(dpkt.gre.GRE, self, "GRE header")
        self.flags: int = header.flags
        self.version: int = header.v
        self.protocol: int = header.p
        if self.version > 1:
            raise Malformed(f"GRE version {self.version}")
        if self.flags & self.ROUTING:
            raise Malformed("GRE with source routes (RFC 1701), which RFC 2784 took out")
        words = [self.flags & self.KEY, self.flags & self.SEQUENCE]
        words.append(self.flags & (self.ACKNOWLEDGMENT if self.version else self.CHECKSUM))
        self.payload_offset = start + 4 + 4 * sum(map(bool, words))

    def next(self) -> Next:
        """Look the protocol type up, which is an ethertype. A keep-alive (0) carries nothing."""
        decoder = ethertypes.get(self.protocol)
        reason = "" if decoder else f"no decoder for GRE protocol {self.protocol:#06x}"
        return Next(decoder, self.payload_offset, self.end, reason)


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
        """Tell IP by its version; 0 is the control word of a pseudowire (RFC 4385, 3), with Ethernet in it."""
        at = self.payload_offset
        if self.data[at : at + 1] and self.data[at] >> 4 == 0:
            return Next(Ethernet, at + 4, self.end)
        return by_version(self.data, at, self.end)


class PPPoE(Layer):
    """A PPPoE session header (RFC 2516, 4)."""

    __slots__ = ("code", "length", "session_id", "version")

    key = "pppoe"
    shim = True
    fields = ("version", "code", "session_id", "length")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        header = read_header(dpkt.pppoe.PPPoE, self, "PPPoE header")
        self.version: int = header.v
        self.code: int = header.code
        self.session_id: int = header.session
        self.length: int = header.len

    def next(self) -> Next:
        """Code 0 is session data; the others build the session up and down."""
        at = self.start + 6
        if self.code:
            return Next(None, at, self.end, f"PPPoE code {self.code:#04x}")
        return Next(PPP, at, min(self.end, at + self.length))


class PPP(Layer):
    """The Point-to-Point Protocol (RFC 1661), with or without address and control bytes (RFC 1662)."""

    __slots__ = ("payload_offset", "protocol")

    key = "ppp"
    shim = True
    fields = ("protocol",)

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        at = start + 2 if data[start : start + 2] == b"\xff\x03" else start
        header_bytes(self, 2, "PPP header", at)
        # RFC 1661, 2: an odd first byte is a protocol field compressed to one byte
        size = 1 if data[at] & 1 else 2
        self.protocol = int.from_bytes(data[at : at + size], "big")
        self.payload_offset = at + size

    def next(self) -> Next:
        """Look the protocol up."""
        decoder = ppp_protocols.get(self.protocol)
        reason = "" if decoder else f"no decoder for PPP protocol {self.protocol:#06x}"
        return Next(decoder, self.payload_offset, self.end, reason)
