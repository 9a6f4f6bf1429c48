"""Frame Relay: the address of Q.922, and what is multiplexed behind it (RFC 2427; Cisco's own way)."""

from __future__ import annotations

from pcaptools.core.decode.ethertype_names import named
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.layer import Layer, Malformed, Next, header_bytes, octets
from pcaptools.core.decode.llc import ETHERNET_OUIS, OUI_NAMES, PID_NAMES
from pcaptools.core.decode.ppp import PPP
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tables import ethertypes, llc_saps, snap_protocols

MAX_ADDRESS = 4
UI = 0x03
DL_CORE = 0x02
SNAP, IP, IP6, PPP_NLPID = 0x80, 0xCC, 0x8E, 0xCF
NLPIDS = {
    0x00: "null", 0x08: "Q.933", 0x80: "SNAP", 0x81: "CLNP", 0x82: "ES-IS", 0x83: "IS-IS", 0x8E: "IPv6",
    0xB0: "compression",
    0xB1: "FRF.12 fragment", 0xB2: "FRF.15 fragment", 0xCC: "IPv4", 0xCF: "PPP",
}  # fmt: skip
"""Network layer protocol identifiers (ISO/IEC TR 9577)."""
OSI_NLPIDS = frozenset((0x81, 0x82, 0x83))
OSI_SAP = 0xFE
LMI_DLCIS = frozenset((0, 1023))


class FrameRelay(Layer):
    """A Q.922 address, and the NLPID, or Cisco's ethertype, or SNAP's `oui` and `pid`."""

    __slots__ = (
        "becn", "control", "cr", "de", "dlci", "ethertype", "fecn", "nlpid", "oui_bytes", "payload_offset", "pid",
    )  # fmt: skip

    key = "fr"
    sparse = True
    shim = True
    fields = ("dlci", "cr", "fecn", "becn", "de", "control", "nlpid", "nlpid_name", "oui", "pid", "ethertype")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "Frame Relay header")
        self._read_address(read)
        self.control: int | None = None
        self.nlpid: int | None = None
        self.oui_bytes = b""
        self.pid: int | None = None
        self.ethertype: int | None = None
        if read.peek() != bytes((UI,)) and self.dlci not in LMI_DLCIS:
            self.ethertype = read.u16()  # Cisco's encapsulation has no control byte
        else:
            self.control = read.u8()
            self._read_nlpid(read)
        self.payload_offset = read.at

    def _read_address(self, read: Reader) -> None:
        """Q.922, 3.3: two to four bytes, the last has its lowest bit set."""
        first, second = read.u8(), read.u8()
        if first & 1:
            raise Malformed("Frame Relay address of one byte")
        self.dlci = first >> 2 << 4 | second >> 4
        self.cr = first >> 1 & 1
        self.fecn, self.becn, self.de = second >> 3 & 1, second >> 2 & 1, second >> 1 & 1
        size, byte = 2, second
        while not byte & 1:
            if size == MAX_ADDRESS:
                raise Malformed(f"Frame Relay address of more than {MAX_ADDRESS} bytes")
            byte, size = read.u8(), size + 1
            if not byte & 1:
                self.dlci = self.dlci << 7 | byte >> 1
            elif not byte & DL_CORE:  # the last byte has six bits of it, or DL-core control instead
                self.dlci = self.dlci << 6 | byte >> 2

    def _read_nlpid(self, read: Reader) -> None:
        if self.control != UI:
            return
        self.nlpid = read.u8()
        if self.nlpid == 0 and read.left:  # padding, so that what follows is aligned (RFC 2427, 3)
            self.nlpid = read.u8()
        if self.nlpid == SNAP:
            self.oui_bytes = read.take(3)
            self.pid = read.u16()

    @property
    def nlpid_name(self) -> str | None:
        """The name of what follows."""
        return None if self.nlpid is None else NLPIDS.get(self.nlpid, "unknown")

    @property
    def oui(self) -> str | None:
        """Who assigned `pid`; None without SNAP."""
        return octets(self.oui_bytes) or None

    def next(self) -> Next:
        """Look up whichever number there is."""
        at = self.payload_offset
        if self.ethertype is not None:
            return self._typed(self.ethertype)
        if self.pid is not None:
            if self.oui_bytes in ETHERNET_OUIS:
                return self._typed(self.pid)
            decoder = snap_protocols.get(int.from_bytes(self.oui_bytes, "big") << 16 | self.pid)
            name = PID_NAMES.get(self.oui_bytes, {}).get(self.pid, "unknown")
            reason = f"no decoder for {OUI_NAMES.get(self.oui_bytes, self.oui)} protocol {self.pid:#06x} ({name})"
            return Next(decoder, at, self.end, "" if decoder else reason)
        if self.nlpid in OSI_NLPIDS:  # there the identifier is the first byte of the packet
            decoder = llc_saps.get(OSI_SAP)
            return Next(decoder, at - 1, self.end, "" if decoder else f"no decoder for {self.nlpid_name}")
        decoder = {IP: IPv4, IP6: IPv6, PPP_NLPID: PPP}.get(self.nlpid or 0)
        what = (
            f"NLPID {self.nlpid:#04x} ({self.nlpid_name})" if self.nlpid is not None else f"control {self.control:#04x}"
        )
        return Next(decoder, at, self.end, "" if decoder else f"no decoder for {what}")

    def _typed(self, ethertype: int) -> Next:
        decoder = ethertypes.get(ethertype)
        reason = "" if decoder else f"no decoder for ethertype {named(ethertype)}"
        return Next(decoder, self.payload_offset, self.end, reason)


class FrameRelayWithDirection(Layer):
    """LINKTYPE_FRELAY_WITH_DIR: a byte for the direction before the frame."""

    __slots__ = ("direction",)

    key = "link"
    shim = True
    fields = ("direction",)

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.direction = "out" if header_bytes(self, 1, "direction")[0] else "in"

    def next(self) -> Next:
        """Go on with the frame."""
        return Next(FrameRelay, self.start + 1, self.end)
