"""The spanning tree protocols (IEEE 802.1D, 802.1Q-2018, 14): STP, RSTP, MSTP, and Cisco's one a VLAN (PVST+)."""

from __future__ import annotations

from typing import Any, NamedTuple

from pcaptools.core.decode.layer import Layer, Malformed, octets, text
from pcaptools.core.decode.reader import Reader

CONFIGURATION, RAPID, TOPOLOGY_CHANGE = 0x00, 0x02, 0x80
TYPES = {CONFIGURATION: "Configuration", RAPID: "Rapid/Multiple", TOPOLOGY_CHANGE: "Topology Change Notification"}
RSTP, MSTP, SPT = 2, 3, 4
ROLES = ("unknown", "alternate or backup", "root", "designated")
MAX_INSTANCES = 64
INSTANCE = 16
PVST_TLV = 36
"""Where Cisco's VLAN begins: behind a rapid BPDU, and with a byte of padding behind an old one."""


class STPFlags(NamedTuple):
    """The flags of a BPDU; `port_role` is a number of two bits, the others are 0 or 1."""

    tcack: int
    agreement: int
    forwarding: int
    learning: int
    port_role: int
    proposal: int
    tc: int


def read_flags(byte: int) -> STPFlags:
    """Take the byte apart."""
    return STPFlags(byte >> 7, byte >> 6 & 1, byte >> 5 & 1, byte >> 4 & 1, byte >> 2 & 3, byte >> 1 & 1, byte & 1)


class BridgeID(NamedTuple):
    """A bridge's identifier: of the priority's sixteen bits the lower twelve are the system id extension."""

    prio: int
    ext: int
    hw: str

    def __str__(self) -> str:
        return f"{self.prio}/{self.ext}/{self.hw}"


def read_bridge(read: Reader) -> BridgeID:
    """Read eight bytes."""
    word = read.u16()
    return BridgeID(word & 0xF000, word & 0x0FFF, octets(read.take(6)))


class STP(Layer):
    """A bridge protocol data unit. Times are in seconds; what its kind has not is None."""

    __slots__ = (
        "_trouble", "bridge", "cost", "flag_bits", "forward", "hello", "max_age", "msg_age", "mst", "port", "protocol",
        "root", "type", "version", "vlan",
    )  # fmt: skip

    key = "stp"
    sparse = True
    fields = (
        "protocol", "version", "version_name", "type", "type_name", "flags", "root", "cost", "bridge", "port",
        "msg_age",
        "max_age", "hello", "forward", "mst", "vlan",
    )  # fmt: skip
    cisco = False

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        for name in (
            "flag_bits",
            "root",
            "cost",
            "bridge",
            "port",
            "msg_age",
            "max_age",
            "hello",
            "forward",
            "mst",
            "vlan",
        ):
            setattr(self, name, None)
        read = Reader.of(self, "BPDU")
        self.protocol = read.u16()
        self.version = read.u8()
        self.type = read.u8()
        if self.protocol:
            raise Malformed(f"BPDU with protocol {self.protocol:#06x}")
        self._trouble: Malformed | None = None
        try:
            if self.type in {CONFIGURATION, RAPID}:
                self._read_body(read)
            elif self.type != TOPOLOGY_CHANGE:
                raise Malformed(f"BPDU of type {self.type:#04x}", start + 3)
        except Malformed as error:
            self._trouble = error

    def _read_body(self, read: Reader) -> None:
        self.flag_bits: int | None = read.u8()
        self.root: BridgeID | None = read_bridge(read)
        self.cost: int | None = read.u32()
        self.bridge: BridgeID | None = read_bridge(read)
        self.port: int | None = read.u16()
        self.msg_age: float | None = read.u16() / 256
        self.max_age: float | None = read.u16() / 256
        self.hello: float | None = read.u16() / 256
        self.forward: float | None = read.u16() / 256
        if self.version in {MSTP, SPT} and self.type == RAPID and not self.cisco:
            read.skip(1)  # the length of version 1's part, which has none
            self._read_mst(read)
        elif self.cisco and self.start + PVST_TLV + 6 <= self.end:
            self._read_vlan(Reader(self.data, self.start + PVST_TLV, self.end, read.what))

    def _read_vlan(self, read: Reader) -> None:
        kind, size = read.u16(), read.u16()
        if kind == 0 and size == 2:
            self.vlan: int | None = read.u16()

    def _read_mst(self, read: Reader) -> None:
        """802.1Q, 14.4: the region's name and the instances."""
        size = read.u16()
        selector, name, revision, digest = read.u8(), read.take(32), read.u16(), read.take(16)
        found: dict[str, Any] = {
            "length": size,
            "config_format_selector": selector,
            "config_name": text(name.split(b"\0")[0]),
            "config_revision_level": revision,
            "config_digest": digest,
            "internal_cost": read.u32(),
            "bridge": read_bridge(read),
            "remaining_hops": read.u8(),
        }
        instances = found["instances"] = []
        self.mst: dict[str, Any] | None = found
        left = size - 64
        while left >= INSTANCE and read.left >= INSTANCE:
            if len(instances) == MAX_INSTANCES:
                raise Malformed(f"more than {MAX_INSTANCES} instances", read.at)
            instances.append(_instance(read))
            left -= INSTANCE

    @property
    def version_name(self) -> str:
        """Which of the protocols it is."""
        name = {0: "STP", RSTP: "RSTP", MSTP: "MSTP", SPT: "SPT"}.get(self.version, "STP")
        return f"{'R' if self.version == RSTP else ''}PVST+" if self.cisco else name

    @property
    def type_name(self) -> str:
        """The kind of BPDU."""
        return TYPES.get(self.type, "unknown")

    @property
    def flags(self) -> STPFlags | None:
        """The flags; all but tc and tcack are those of rapid BPDUs."""
        return None if self.flag_bits is None else read_flags(self.flag_bits)

    @property
    def role(self) -> str | None:
        """The role of the port that sent it, in words; None in an old BPDU, which does not say."""
        return None if self.flags is None or self.version < RSTP else ROLES[self.flags.port_role]

    def next(self) -> None:
        """Nothing follows but what is wrong."""
        if self._trouble:
            raise self._trouble


class PVST(STP):
    """Cisco's BPDU of one VLAN, in SNAP."""

    __slots__ = ()
    cisco = True


def _instance(read: Reader) -> dict[str, Any]:
    flags, root = read_flags(read.u8()), read_bridge(read)
    return {
        "flags": flags,
        "msti_id": root.ext,
        "root": root,
        "internal_cost": read.u32(),
        "bridge_priority": read.u8() >> 4,
        "port_priority": read.u8() >> 4,
        "remaining_hops": read.u8(),
    }
