"""IEEE 802.11: the MAC header of every frame, and what data frames carry (IEEE 802.11-2020, 9.2 and 9.3)."""

from __future__ import annotations

from typing import Any, NamedTuple

from pcaptools.core.decode import wlan_control as control
from pcaptools.core.decode.layer import Layer, Malformed, Next, octets
from pcaptools.core.decode.llc import LLC
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tables import load
from pcaptools.core.decode.wlan_names import (
    CONTROL,
    CONTROL_EXTENSIONS,
    DATA,
    EXTENSION,
    MANAGEMENT,
    TYPES,
    subtype_name,
)
from pcaptools.core.decode.wlan_security import Protection

NO_DATA, QOS = 4, 8
"""Bits of a data frame's subtype."""
CONTROL_EXTENSION, WRAPPER, PS_POLL, CTS, ACK, CF_END, CF_END_ACK = 6, 7, 10, 12, 13, 14, 15
RECEIVER_ONLY = frozenset((CTS, ACK))
MESH_CONTROL = 6
SNAP = b"\xaa\xaa\x03"
FROM_BSSID = frozenset((CF_END, CF_END_ACK))


class FrameFlags(NamedTuple):
    """The flags of frame control, each 0 or 1; `order` tells that there is an HT Control field."""

    to_ds: int
    from_ds: int
    more_fragments: int
    retry: int
    power_management: int
    more_data: int
    protected: int
    order: int


FLAGS = tuple(FrameFlags(*(byte >> bit & 1 for bit in range(8))) for byte in range(256))


class QoS(NamedTuple):
    """QoS control (9.2.4.5). Of the last four there is the one that the frame's way and bit 4 leave."""

    tid: int
    eosp: int
    ack_policy: int
    amsdu: int
    txop: int | None
    queue_size: int | None
    ps_buffer_state: int | None


class MeshControl(NamedTuple):
    """Mesh control (9.2.4.7.3): the addresses beyond the four of the header."""

    flags: int
    ttl: int
    sequence: int
    addresses: list[str]


class WLAN(Layer):
    """The header of an IEEE 802.11 frame. What its kind of frame has not is None.

    `ra` and `ta` are the stations that receive and send this frame, `dhost` and `shost` those that it is for
    and from, which the bits to_ds and from_ds tell from the access points between them.
    """

    __slots__ = (
        "_trouble",
        "bssid",
        "control",
        "dhost",
        "duration",
        "flag_bits",
        "fragment",
        "ht_control",
        "mesh",
        "payload_offset",
        "qos",
        "ra",
        "security",
        "sequence",
        "shost",
        "subtype",
        "ta",
        "type",
        "version",
    )  # fmt: skip

    key = "wlan"
    sparse = True
    shim = True
    padded = False
    fields = (
        "version", "type", "type_name", "subtype", "subtype_name", "flags", "duration", "ra", "ta", "dhost", "shost",
        "bssid", "fragment", "sequence", "qos", "ht_control", "mesh", "security", "control",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "802.11 header")
        first, self.flag_bits = read.u8(), read.u8()
        self.version = first & 3
        self.type = first >> 2 & 3
        self.subtype = first >> 4
        if self.version:
            raise Malformed(f"802.11 protocol version {self.version}")
        self.duration = read.little(2)
        self.ra = octets(read.take(6))
        self.ta: str | None = None
        self.dhost: str | None = None
        self.shost: str | None = None
        self.bssid: str | None = None
        self.fragment: int | None = None
        self.sequence: int | None = None
        self.qos: QoS | None = None
        self.ht_control: control.HTControl | None = None
        self.mesh: MeshControl | None = None
        self.security: Protection | None = None
        self.control: dict[str, Any] | None = None
        self._trouble: Malformed | None = None
        try:
            self._read_rest(read)
        except Malformed as error:
            self._trouble = error
        self.payload_offset = read.at

    @property
    def flags(self) -> FrameFlags:
        """The flags of frame control."""
        return FLAGS[self.flag_bits]

    @property
    def type_name(self) -> str:
        """Management, control, data or extension."""
        return TYPES[self.type]

    @property
    def subtype_name(self) -> str:
        """The name of this kind of frame."""
        if self.type == CONTROL and self.subtype == CONTROL_EXTENSION:
            return CONTROL_EXTENSIONS.get(self.flag_bits & 15, "Control Frame Extension")
        return subtype_name(self.type, self.subtype)

    @property
    def fragmented(self) -> bool:
        """Only a part of what the sender wanted to say."""
        return bool(self.fragment or self.flags.more_fragments) and self.type in {MANAGEMENT, DATA}

    def _read_rest(self, read: Reader) -> None:
        if self.type == CONTROL:
            self._read_control(read, self.subtype)
        elif self.type != EXTENSION:
            self._read_addresses(read)
            upper = self._read_qos(read) if self.type == DATA and self.subtype & QOS else 0
            if self.flags.order and (self.type == MANAGEMENT or self.subtype & QOS):
                self.ht_control = control.read_ht_control(read)
            if self.type == DATA:
                if self.padded:  # radiotap says that the payload is aligned
                    read.skip(min(-(read.at - self.start) % 4, read.left))
                if self.qos is not None and self.flags.from_ds and not self.subtype & NO_DATA:
                    self._read_mesh_control(read, marked=bool(upper & 1))
            if self.flags.protected and read:
                self.security = Protection.read(read)

    def _read_control(self, read: Reader, subtype: int) -> None:
        if subtype == WRAPPER:
            carried = read.u8() >> 4
            read.skip(1)
            self.ht_control = control.read_ht_control(read)
            self.control = {"carried_frame": subtype_name(CONTROL, carried)}
            if carried == WRAPPER:
                return
            subtype = carried
        if subtype in RECEIVER_ONLY:
            return
        self.ta = octets(read.take(6))
        if subtype == PS_POLL:
            self.bssid = self.ra
            self.control = {"aid": self.duration & 0x3FFF}
        elif subtype in FROM_BSSID:
            self.bssid = self.ta
        else:
            details = control.read_details(subtype, read)
            if details is not None:
                self.control = {**(self.control or {}), **details}

    def _read_addresses(self, read: Reader) -> None:
        self.ta = octets(read.take(6))
        third = octets(read.take(6))
        word = read.little(2)
        self.fragment, self.sequence = word & 15, word >> 4
        to_ds, from_ds = self.flags.to_ds, self.flags.from_ds
        if self.type == MANAGEMENT or not (to_ds or from_ds):
            self.dhost, self.shost, self.bssid = self.ra, self.ta, third
        elif not to_ds:
            self.dhost, self.bssid, self.shost = self.ra, self.ta, third
        elif not from_ds:
            self.bssid, self.shost, self.dhost = self.ra, self.ta, third
        else:
            self.dhost, self.shost = third, octets(read.take(6))

    def _read_qos(self, read: Reader) -> int:
        """9.2.4.5.1: the upper byte, which is returned, is the access point's or the station's."""
        low, high = read.u8(), read.u8()
        eosp = low >> 4 & 1
        from_ap = self.flags.from_ds and not self.flags.to_ds
        limit = high if (not from_ap and not eosp) or self.subtype & 2 else None
        buffer = high if from_ap and not self.subtype & 2 else None
        queue = high if not from_ap and eosp else None
        self.qos = QoS(low & 15, eosp, low >> 5 & 3, low >> 7, limit, queue, buffer)
        if (
            self.qos.amsdu
        ):  # the third and fourth address are of the BSS then (Table 9-26); the subframes have their own
            if from_ap:
                self.shost = None
            elif self.flags.to_ds:
                self.dhost = None
        return high

    def _read_mesh_control(self, read: Reader, *, marked: bool) -> None:
        """Nothing in the frame says surely that it is a mesh's: the bit in QoS control means other things elsewhere.

        So the flags have to fit, too: only the mode of address extension, and of that no reserved value. Linux
        shows the frames that it forwards without the bit; there SNAP behind the mesh control tells.
        """
        if self.flags.protected or read.left < MESH_CONTROL or read.peek() > b"\x02":
            return
        behind = read.at + MESH_CONTROL + 6 * self.data[read.at] if read.peek() else 0
        if not marked and self.data[behind : behind + 3] != SNAP:
            return
        flags, ttl, sequence = read.u8(), read.u8(), read.little(4)
        addresses = [octets(read.take(6)) for _ in range(flags)]
        self.mesh = MeshControl(flags, ttl, sequence, addresses)
        if self.qos is not None:
            self.qos = self.qos._replace(txop=None, queue_size=None, ps_buffer_state=None)
        if flags == 1:
            self.shost = addresses[0]
        elif flags == 2:
            self.dhost, self.shost = addresses

    def next(self) -> Next | None:
        """Follow to a management frame's body, or to what a data frame carries."""
        if self._trouble:
            raise self._trouble
        at = self.payload_offset
        if at >= self.end or self.type == CONTROL:
            return None
        if self.security is not None:
            return Next(None, at, self.end, f"encrypted with {self.security.kind}")
        if self.fragmented:
            return Next(None, at, self.end, f"fragment {self.fragment} of {self.sequence}")
        if self.type == MANAGEMENT:
            return Next(load(f"wlan_management:{control.MANAGEMENT_CLASSES.get(self.subtype, 'Other')}"), at, self.end)
        if self.type == EXTENSION:
            return Next(None, at, self.end, f"no decoder for {self.subtype_name}")
        if self.subtype & NO_DATA:
            return None
        if self.qos is not None and self.qos.amsdu:
            return Next(load("wlan_amsdu:AMSDU"), at, self.end)
        return Next(LLC, at, self.end)


class PaddedWLAN(WLAN):
    """The same where the radio has put padding between header and payload."""

    __slots__ = ()
    padded = True
