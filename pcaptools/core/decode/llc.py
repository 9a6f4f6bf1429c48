"""IEEE 802.2 logical link control, and the subnetwork access protocol on top of it (RFC 1042)."""

from __future__ import annotations

from pcaptools.core.decode.ethertype_names import named
from pcaptools.core.decode.layer import Layer, Next, octets
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tables import ethertypes, llc_saps, snap_protocols

SNAP_SAP = 0xAA
UI, XID, TEST = 0x03, 0xAF, 0xE3
POLL_FINAL = 0x10
"""In the control field of an unnumbered frame."""

SAP_NAMES = {
    0x00: "null", 0x02: "LLC management", 0x04: "SNA path control", 0x06: "IP", 0x08: "SNA", 0x0C: "SNA",
    0x0E: "PROWAY management", 0x18: "Texas Instruments", 0x42: "STP", 0x4E: "MMS", 0x7E: "X.25", 0x80: "XNS",
    0x82: "BACnet", 0x86: "Nestar", 0x8E: "PROWAY list", 0x98: "ARP", 0xAA: "SNAP", 0xB4: "HP JetDirect",
    0xBA: "VINES", 0xBC: "VINES", 0xE0: "NetWare", 0xF0: "NetBIOS", 0xF4: "IBM management", 0xF8: "remote load",
    0xFA: "Ungermann-Bass", 0xFC: "remote load", 0xFE: "OSI", 0xFF: "global",
}  # fmt: skip
"""Service access points; the lowest bit is the group's, or of a source tells a response."""

UNNUMBERED = {
    0x03: "UI", 0x0F: "DM", 0x43: "DISC", 0x63: "UA", 0x6F: "SABME", 0x87: "FRMR", 0xAF: "XID", 0xE3: "TEST",
}  # fmt: skip
SUPERVISORY = ("RR", "RNR", "REJ", "SREJ")

ETHERNET_OUIS = frozenset((b"\x00\x00\x00", b"\x00\x00\xf8"))
"""An ethertype follows: RFC 1042's, and IEEE 802.1H's for what must not be turned back into Ethernet II."""
OUI_NAMES = {
    b"\x00\x00\x00": "Ethernet", b"\x00\x00\x0c": "Cisco", b"\x00\x00\xf8": "bridge tunnel",
    b"\x00\x80\xc2": "IEEE 802.1", b"\x08\x00\x07": "Apple", b"\x00\x12\xbb": "TIA", b"\x00\xe0\x2b": "Extreme",
    b"\x00\x01\x42": "Cisco", b"\x00\x50\xf2": "Microsoft", b"\x00\x1a\x1e": "Aruba", b"\x00\x0b\x86": "Aruba",
}  # fmt: skip
PID_NAMES = {
    b"\x00\x00\x0c": {
        0x0102: "DRIP", 0x0104: "PAgP", 0x0105: "MLS hello", 0x010B: "PVST+", 0x010C: "VLAN bridge", 0x0111: "UDLD",
        0x2000: "CDP", 0x2001: "CGMP", 0x2003: "VTP", 0x2004: "DTP", 0x200A: "STP uplink fast",
    },
    b"\x00\x80\xc2": {
        0x0001: "Ethernet with FCS", 0x0003: "token ring with FCS", 0x0004: "FDDI with FCS", 0x0007: "Ethernet",
        0x0009: "token ring", 0x000A: "FDDI", 0x000B: "802.6", 0x000D: "fragment", 0x000E: "STP",
    },
    b"\x08\x00\x07": {0x809B: "AppleTalk"},
    b"\x00\xe0\x2b": {0x00BB: "EDP", 0x00BC: "ESRP"},
}  # fmt: skip


class LLC(Layer):
    """An LLC header; `oui` and behind it `type` (an ethertype) or `pid` are there with SNAP only.

    `dsap` and `ssap` are as on the wire, with their lowest bit. `send` and `receive` are the sequence numbers
    of numbered frames.
    """

    __slots__ = (
        "control", "dsap", "oui_bytes", "payload_offset", "pid", "poll_final", "receive", "send", "ssap", "type",
    )  # fmt: skip

    key = "llc"
    sparse = True
    shim = True
    fields = (
        "dsap", "dsap_name", "ssap", "ssap_name", "control", "control_name", "poll_final", "send", "receive",
        "oui", "oui_name", "type", "pid",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "LLC header")
        self.dsap = read.u8()
        self.ssap = read.u8()
        self.send: int | None = None
        self.receive: int | None = None
        self._read_control(read)
        self.oui_bytes = b""
        self.type: int | None = None
        self.pid: int | None = None
        if self.dsap == self.ssap == SNAP_SAP and self.control & ~POLL_FINAL == UI:
            read.what = "SNAP header"
            self.oui_bytes = read.take(3)
            number = read.u16()
            if self.oui_bytes in ETHERNET_OUIS:
                self.type = number
            else:
                self.pid = number
        self.payload_offset = read.at

    def _read_control(self, read: Reader) -> None:
        """One byte if its lowest bits are both set, two otherwise (IEEE 802.2, 5.2)."""
        self.control = read.u8()
        if self.control & 3 == 3:
            self.poll_final = self.control >> 4 & 1
            return
        second = read.u8()
        if not self.control & 1:
            self.send = self.control >> 1
        self.receive = second >> 1
        self.poll_final = second & 1
        self.control |= second << 8

    @property
    def dsap_name(self) -> str:
        """What the destination's access point stands for, or its number."""
        return sap_name(self.dsap)

    @property
    def ssap_name(self) -> str:
        """What the source's access point stands for, or its number."""
        return sap_name(self.ssap)

    @property
    def control_name(self) -> str:
        """The kind of frame: "UI", "XID", "RR", …; "I" carries numbered data."""
        if self.control & 3 == 3:
            return UNNUMBERED.get(self.control & ~POLL_FINAL, "unknown")
        return SUPERVISORY[self.control >> 2 & 3] if self.control & 1 else "I"

    @property
    def oui(self) -> str | None:
        """Who assigned the number behind it; None without SNAP."""
        return octets(self.oui_bytes) or None

    @property
    def oui_name(self) -> str | None:
        """The name of that organization, as far as known here."""
        return OUI_NAMES.get(self.oui_bytes)

    def next(self) -> Next | None:
        """Look the SNAP number up, or the access point; what is no data goes to nobody."""
        at = self.payload_offset
        if self.type is not None:
            decoder = ethertypes.get(self.type)
            return Next(
                decoder, at, self.end, "" if decoder else f"no decoder for ethertype {named(self.type)} in SNAP"
            )
        if self.pid is not None:
            decoder = snap_protocols.get(int.from_bytes(self.oui_bytes, "big") << 16 | self.pid)
            return Next(decoder, at, self.end, "" if decoder else f"no decoder for {self._pid_name()}")
        if self.control_name in {"UI", "I"}:
            decoder = llc_saps.get(self.dsap)
            reason = "" if decoder else f"no decoder for LLC SAP {self.dsap:#04x} ({self.dsap_name})"
            return Next(decoder, at, self.end, reason)
        return Next(None, at, self.end, f"{self.control_name} information") if at < self.end else None

    def _pid_name(self) -> str:
        organization = self.oui_name or self.oui
        name = PID_NAMES.get(self.oui_bytes, {}).get(self.pid or 0)
        return f"{organization} protocol {self.pid:#06x}" + (f" ({name})" if name else "")


def sap_name(sap: int) -> str:
    """Return what a service access point stands for, or its number."""
    return SAP_NAMES.get(sap if sap == 0xFF else sap & 0xFE, f"{sap:#04x}")
