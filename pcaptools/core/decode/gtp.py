"""The GPRS Tunnelling Protocol: user data (3GPP TS 29.281), control (29.060, 29.274), and GTP' of charging (32.295)."""

from __future__ import annotations

from typing import NamedTuple

from pcaptools.core.decode.layer import Layer, Malformed, Next
from pcaptools.core.decode.loopback import by_version
from pcaptools.core.decode.reader import Reader

T_PDU = 255
MAX_EXTENSION_HEADERS = 32


def _pairs(first: int, *names: str) -> dict[int, str]:
    """Name the numbers from `first` on, two for each name: its request and its response."""
    kinds = [f"{name} {kind}" for name in names for kind in ("Request", "Response")]
    return dict(enumerate(kinds, first))


MESSAGES = {
    **_pairs(1, "Echo"), 3: "Version Not Supported", **_pairs(4, "Node Alive", "Redirection"),
    **_pairs(16, "Create PDP Context", "Update PDP Context", "Delete PDP Context", "Initiate PDP Context Activation",
             "Delete AA PDP Context"),
    26: "Error Indication",
    **_pairs(27, "PDU Notification", "PDU Notification Reject"), 31: "Supported Extension Headers Notification",
    **_pairs(32, "Send Routeing Information for GPRS", "Failure Report", "Note MS GPRS Present"),
    **_pairs(48, "Identification", "SGSN Context"), 52: "SGSN Context Acknowledge",
    **_pairs(53, "Forward Relocation"), 55: "Forward Relocation Complete", **_pairs(56, "Relocation Cancel"),
    58: "Forward SRNS Context", 59: "Forward Relocation Complete Acknowledge", 60: "Forward SRNS Context Acknowledge",
    **_pairs(61, "UE Registration Query"), 70: "RAN Information Relay",
    **_pairs(96, "MBMS Notification", "MBMS Notification Reject", "Create MBMS Context", "Update MBMS Context",
             "Delete MBMS Context"),
    **_pairs(112, "MBMS Registration", "MBMS De-Registration", "MBMS Session Start", "MBMS Session Stop",
             "MBMS Session Update"),
    **_pairs(128, "MS Info Change Notification"), **_pairs(240, "Data Record Transfer"),
    254: "End Marker", T_PDU: "T-PDU",
}  # fmt: skip
"""Of versions 0 and 1 and of GTP' (TS 29.060, 7.1)."""
MESSAGES_V2 = {
    **_pairs(1, "Echo"), 3: "Version Not Supported Indication", **_pairs(4, "Node Alive", "Redirection"),
    25: "SRVCC PS to CS Request", 26: "SRVCC PS to CS Response", 27: "SRVCC PS to CS Complete Notification",
    28: "SRVCC PS to CS Complete Acknowledge", 29: "SRVCC PS to CS Cancel Notification",
    30: "SRVCC PS to CS Cancel Acknowledge", 31: "SRVCC CS to PS Request",
    **_pairs(32, "Create Session", "Modify Bearer", "Delete Session", "Change Notification"),
    40: "Remote UE Report Notification", 41: "Remote UE Report Acknowledge",
    64: "Modify Bearer Command", 65: "Modify Bearer Failure Indication", 66: "Delete Bearer Command",
    67: "Delete Bearer Failure Indication", 68: "Bearer Resource Command", 69: "Bearer Resource Failure Indication",
    70: "Downlink Data Notification Failure Indication", 71: "Trace Session Activation",
    72: "Trace Session Deactivation", 73: "Stop Paging Indication",
    **_pairs(95, "Create Bearer", "Update Bearer", "Delete Bearer", "Delete PDN Connection Set"),
    103: "PGW Downlink Triggering Notification", 104: "PGW Downlink Triggering Acknowledge",
    **_pairs(128, "Identification", "Context"), 132: "Context Acknowledge", **_pairs(133, "Forward Relocation"),
    135: "Forward Relocation Complete Notification", 136: "Forward Relocation Complete Acknowledge",
    137: "Forward Access Context Notification", 138: "Forward Access Context Acknowledge",
    **_pairs(139, "Relocation Cancel"), 141: "Configuration Transfer Tunnel",
    149: "Detach Notification", 150: "Detach Acknowledge", 151: "CS Paging Indication", 152: "RAN Information Relay",
    153: "Alert MME Notification", 154: "Alert MME Acknowledge", 155: "UE Activity Notification",
    156: "UE Activity Acknowledge", 157: "ISR Status Indication",
    **_pairs(158, "UE Registration Query", "Create Forwarding Tunnel"),
    162: "Suspend Notification", 163: "Suspend Acknowledge", 164: "Resume Notification", 165: "Resume Acknowledge",
    **_pairs(166, "Create Indirect Data Forwarding Tunnel", "Delete Indirect Data Forwarding Tunnel",
             "Release Access Bearers"),
    176: "Downlink Data Notification", 177: "Downlink Data Notification Acknowledge",
    179: "PGW Restart Notification", 180: "PGW Restart Notification Acknowledge",
    **_pairs(200, "Update PDN Connection Set"), **_pairs(211, "Modify Access Bearers"),
    **_pairs(231, "MBMS Session Start", "MBMS Session Update", "MBMS Session Stop"),
}  # fmt: skip
"""Of version 2 (TS 29.274, 6.1)."""
EXTENSIONS = {
    0x01: "MBMS support indication", 0x02: "MS info change reporting", 0x03: "long PDCP PDU number",
    0x20: "service class indicator", 0x40: "UDP port", 0x81: "RAN container", 0x82: "long PDCP PDU number",
    0x83: "Xw RAN container", 0x84: "NR RAN container", 0x85: "PDU session container", 0xC0: "PDCP PDU number",
    0xC1: "suspend request", 0xC2: "suspend response",
}  # fmt: skip
"""Extension headers (TS 29.281, 5.2.1, and 29.060, 6)."""


class GTPPrimeFlags(NamedTuple):
    """Flag bits of GTP', each 0 or 1: `payload` is 0, which tells it; `hdr_length` 1 for the short header."""

    payload: int
    hdr_length: int


class GTPv0Flags(NamedTuple):
    """Flag bits of version 0, each 0 or 1: `snn` a SNDCP number is there."""

    payload: int
    snn: int


class GTPv1Flags(NamedTuple):
    """Flag bits of version 1, each 0 or 1: there is an extension header, a sequence number, an N-PDU number."""

    payload: int
    e: int
    s: int
    pn: int


class GTPv2Flags(NamedTuple):
    """Flag bits of version 2, each 0 or 1: another message follows in the same datagram; there is a TEID."""

    p: int
    t: int


class ExtensionHeader(NamedTuple):
    """One extension header; `length` is in bytes, all of it."""

    type: int
    type_name: str
    length: int
    content: bytes


class GTP(Layer):
    """A GTP header; a field that the version or a flag takes away is None. Control messages are told by name only."""

    __slots__ = (
        "_trouble", "ext_hdr", "flags", "flow_label", "length", "message", "npdu_number", "payload_end",
        "payload_offset", "seq_number", "sndcp_number", "teid", "tid", "version",
    )  # fmt: skip

    key = "gtp"
    sparse = True
    fields = (
        "version", "flags", "message", "message_name", "length", "teid", "seq_number", "npdu_number", "ext_hdr",
        "flow_label", "sndcp_number", "tid",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "GTP header")
        first = read.u8()
        self.version = first >> 5
        if self.version > 2:
            raise Malformed(f"GTP version {self.version}")
        self.message = read.u8()
        self.length = read.u16()
        self.teid: int | None = None
        self.seq_number: int | None = None
        self.npdu_number: int | None = None
        self.ext_hdr: list[ExtensionHeader] | None = None
        self.flow_label: int | None = None
        self.sndcp_number: int | None = None
        self.tid: str | None = None
        self._trouble: Malformed | None = None
        self.flags = _flags(self.version, first)
        # TS 29.060, 6: of version 1 the length counts what follows the mandatory eight bytes; 29.274, 5.1: four
        self.payload_end = min(end, start + (8, 4)[self.version == 2] + self.length)
        if isinstance(self.flags, GTPPrimeFlags):
            self._read_prime(read, self.flags)
        elif isinstance(self.flags, GTPv2Flags):
            self._read_v2(read, self.flags)
        elif isinstance(self.flags, GTPv1Flags):
            self._read_v1(read, self.flags)
        else:
            self._read_v0(read, self.flags)
        self.payload_offset = read.at

    def _read_v0(self, read: Reader, flags: GTPv0Flags) -> None:
        self.seq_number = read.u16()
        self.flow_label = read.u16()
        number = read.u8()
        self.sndcp_number = number if flags.snn else None
        read.skip(3)
        # GSM 09.60, 6: the subscriber's digits, of each byte the lower half first
        self.tid = "".join(f"{byte & 15:x}{byte >> 4:x}" for byte in read.take(8))
        self.payload_end = min(self.end, read.at + self.length)

    def _read_v1(self, read: Reader, flags: GTPv1Flags) -> None:
        self.teid = read.u32()
        if not (flags.e or flags.s or flags.pn):
            return
        number, npdu, kind = read.u16(), read.u8(), read.u8()
        self.seq_number = number if flags.s else None
        self.npdu_number = npdu if flags.pn else None
        if flags.e:
            self.ext_hdr = []
            try:
                self._read_extensions(read, kind, self.ext_hdr)
            except Malformed as error:
                self._trouble = error

    def _read_extensions(self, read: Reader, kind: int, found: list[ExtensionHeader]) -> None:
        while kind:
            if len(found) == MAX_EXTENSION_HEADERS:
                raise Malformed(f"more than {MAX_EXTENSION_HEADERS} GTP extension headers", read.at)
            length = read.u8() << 2
            if not length:
                raise Malformed("GTP extension header of length 0", read.at - 1)
            found.append(ExtensionHeader(kind, EXTENSIONS.get(kind, "unknown"), length, read.take(length - 2)))
            kind = read.u8()

    def _read_v2(self, read: Reader, flags: GTPv2Flags) -> None:
        if flags.t:
            self.teid = read.u32()
        self.seq_number = read.u24()
        read.skip(1)

    def _read_prime(self, read: Reader, flags: GTPPrimeFlags) -> None:
        """Read GTP': six bytes, but of version 0 there is a header as long as GTP's (TS 32.295, 6.1.1)."""
        self.seq_number = read.u16()
        if not self.version and not flags.hdr_length:
            read.skip(14)
        self.payload_end = min(self.end, read.at + self.length)

    @property
    def prime(self) -> bool:
        """It is GTP', between those who count and those who charge."""
        return isinstance(self.flags, GTPPrimeFlags)

    @property
    def message_name(self) -> str:
        """The message's name, or "unknown"."""
        return (MESSAGES_V2 if isinstance(self.flags, GTPv2Flags) else MESSAGES).get(self.message, "unknown")

    @property
    def is_user_data(self) -> bool:
        """It carries a subscriber's packet."""
        return self.message == T_PDU and isinstance(self.flags, GTPv0Flags | GTPv1Flags)

    def next(self) -> Next | None:
        """Tell the packet by its IP version. Of another message the information elements are left as they are."""
        if self._trouble is not None:
            raise self._trouble
        if self.is_user_data:
            return by_version(self.data, self.payload_offset, self.payload_end)
        if self.payload_offset >= self.payload_end:
            return None
        return Next(None, self.payload_offset, self.payload_end)


def _flags(version: int, first: int) -> GTPPrimeFlags | GTPv0Flags | GTPv1Flags | GTPv2Flags:
    # GTP' has a payload bit of 0 and three bits of 1 behind it. Version 2 of GTP has other flags there, of which
    # the last must be 0.
    if not first & 0x10 and (version < 2 or first & 0x0E == 0x0E):
        return GTPPrimeFlags(0, first & 1)
    if version == 0:
        return GTPv0Flags(1, first & 1)
    if version == 1:
        return GTPv1Flags(1, first >> 2 & 1, first >> 1 & 1, first & 1)
    return GTPv2Flags(first >> 4 & 1, first >> 3 & 1)
