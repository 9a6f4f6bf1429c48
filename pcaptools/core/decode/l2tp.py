"""The Layer Two Tunneling Protocol: version 2 (RFC 2661) with PPP inside; version 3 (RFC 3931) by name."""

from __future__ import annotations

from typing import NamedTuple

from pcaptools.core.decode.layer import Layer, Malformed, Next, text
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tables import ethertypes

PPP = 0x880B
"""The ethertype by which PPP's decoder is found."""
MAX_AVPS = 256
MESSAGE_TYPE = 0
MESSAGES = {
    1: "SCCRQ", 2: "SCCRP", 3: "SCCCN", 4: "StopCCN", 6: "HELLO", 7: "OCRQ", 8: "OCRP", 9: "OCCN", 10: "ICRQ",
    11: "ICRP", 12: "ICCN", 14: "CDN", 15: "WEN", 16: "SLI", 18: "MSRQ", 19: "MSRP", 20: "ACK",
}  # fmt: skip
"""RFC 2661, 3.2; from 18 on RFC 4951 and RFC 3931, 3.1."""
AVPS = {
    0: "Message Type", 1: "Result Code", 2: "Protocol Version", 3: "Framing Capabilities", 4: "Bearer Capabilities",
    5: "Tie Breaker", 6: "Firmware Revision", 7: "Host Name", 8: "Vendor Name", 9: "Assigned Tunnel ID",
    10: "Receive Window Size", 11: "Challenge", 12: "Q.931 Cause Code", 13: "Challenge Response",
    14: "Assigned Session ID", 15: "Call Serial Number", 16: "Minimum BPS", 17: "Maximum BPS", 18: "Bearer Type",
    19: "Framing Type", 21: "Called Number", 22: "Calling Number", 23: "Sub-Address", 24: "Tx Connect Speed",
    25: "Physical Channel ID", 26: "Initial Received LCP CONFREQ", 27: "Last Sent LCP CONFREQ",
    28: "Last Received LCP CONFREQ", 29: "Proxy Authen Type", 30: "Proxy Authen Name", 31: "Proxy Authen Challenge",
    32: "Proxy Authen ID", 33: "Proxy Authen Response", 34: "Call Errors", 35: "ACCM", 36: "Random Vector",
    37: "Private Group ID", 38: "Rx Connect Speed", 39: "Sequencing Required",
}  # fmt: skip
"""RFC 2661, 4.4."""
TEXTS = frozenset((7, 8, 21, 22, 23, 30, 37))
NUMBERS = frozenset((0, 3, 4, 6, 9, 10, 14, 15, 16, 17, 18, 19, 24, 25, 29, 32, 38))


class L2TPFlags(NamedTuple):
    """Flag bits, each 0 or 1: `type` is 1 for control; length, sequence numbers, offset are there; priority."""

    type: int
    length_bit: int
    seq_bit: int
    offset_bit: int
    priority: int


class AVP(NamedTuple):
    """One attribute-value pair; `value` is a number or text where the attribute is one, else bytes."""

    mandatory: int
    hidden: int
    vendor_id: int
    type: int
    type_name: str
    value: int | str | bytes


class L2TP(Layer):
    """An L2TP header; a field whose flag is not set is None. A control message has its AVPs.

    Of version 3 only `ccid` (control) or `session` is read: how long its cookie is, was agreed on elsewhere.
    """

    __slots__ = (
        "_trouble", "avps", "ccid", "flags", "length", "nr", "ns", "offset", "payload_end", "payload_offset",
        "session", "tunnel", "version",
    )  # fmt: skip

    key = "l2tp"
    sparse = True
    fields = (
        "flags", "version", "length", "tunnel", "session", "ccid", "ns", "nr", "offset", "message_type",
        "message_name", "avps",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "L2TP header")
        bits = read.u16()
        self.flags = L2TPFlags(*(bits >> bit & 1 for bit in (15, 14, 11, 9, 8)))
        self.version = bits & 15
        if self.version not in (2, 3):
            raise Malformed(f"L2TP version {self.version}")
        self.length: int | None = None
        self.tunnel: int | None = None
        self.session: int | None = None
        self.ccid: int | None = None
        self.ns: int | None = None
        self.nr: int | None = None
        self.offset: int | None = None
        self.avps: list[AVP] | None = None
        self.payload_end = end
        self._trouble: Malformed | None = None
        if self.version == 3:
            self._read_v3(read)
        else:
            self._read_v2(read)
        self.payload_offset = read.at
        if self.flags.type:
            self.avps = []
            try:
                self._read_avps(read, self.avps)
            except Malformed as error:
                self._trouble = error

    def _read_v2(self, read: Reader) -> None:
        if self.flags.length_bit:
            self.length = read.u16()
            self.payload_end = min(self.end, self.start + self.length)
        self.tunnel = read.u16()
        self.session = read.u16()
        if self.flags.seq_bit:
            self.ns = read.u16()
            self.nr = read.u16()
        if self.flags.offset_bit:
            self.offset = read.u16()
            read.skip(self.offset)

    def _read_v3(self, read: Reader) -> None:
        """Read RFC 3931, 3.2.1 (control) or 4.1.2.1 (data, over UDP)."""
        if self.flags.type:
            self.length = read.u16()
            self.payload_end = min(self.end, self.start + self.length)
            self.ccid = read.u32()
            self.ns = read.u16()
            self.nr = read.u16()
        else:
            read.skip(2)
            self.session = read.u32()

    def _read_avps(self, read: Reader, found: list[AVP]) -> None:
        read.end = max(self.payload_end, read.at)
        while read:
            if len(found) == MAX_AVPS:
                raise Malformed(f"more than {MAX_AVPS} L2TP attributes", read.at)
            bits = read.u16()
            if bits & 0x3FF < 6:
                raise Malformed(f"L2TP attribute of {bits & 0x3FF} bytes", read.at - 2)
            vendor, kind = read.u16(), read.u16()
            value = read.take((bits & 0x3FF) - 6)
            name = AVPS.get(kind, "unknown") if vendor == 0 else "unknown"
            known = vendor == 0 and not bits & 0x4000
            found.append(AVP(bits >> 15, bits >> 14 & 1, vendor, kind, name, _value(kind, value) if known else value))

    @property
    def message_type(self) -> int | None:
        """The control message's number, by its first attribute (RFC 2661, 4.4.1)."""
        first = self.avps[0] if self.avps else None
        if first is None or (first.vendor_id, first.type) != (0, MESSAGE_TYPE) or not isinstance(first.value, int):
            return None
        return first.value

    @property
    def message_name(self) -> str | None:
        """Its name, or "unknown"; "ZLB" for a message without any attribute, which only acknowledges."""
        if not self.flags.type:
            return None
        if not self.avps and self._trouble is None:
            return "ZLB"
        return "unknown" if self.message_type is None else MESSAGES.get(self.message_type, "unknown")

    def next(self) -> Next | None:
        """Follow with PPP, which is what version 2 carries."""
        if self._trouble is not None:
            raise self._trouble
        if self.flags.type or self.payload_offset >= self.payload_end:
            return None
        decoder = ethertypes.get(PPP) if self.version == 2 else None
        return Next(decoder, self.payload_offset, self.payload_end, "" if decoder else "L2TP version 3 data")


def _value(kind: int, value: bytes) -> int | str | bytes:
    if kind in TEXTS:
        return text(value)
    return int.from_bytes(value, "big") if kind in NUMBERS and 0 < len(value) <= 8 else value
