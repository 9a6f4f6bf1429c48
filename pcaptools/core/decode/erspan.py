"""Encapsulated Remote Switched Port Analyser: mirrored frames in GRE (draft-foschiano-erspan-03), types I to III."""

from __future__ import annotations

from pcaptools.core.decode.ethernet import Ethernet
from pcaptools.core.decode.layer import Layer, Malformed, Next
from pcaptools.core.decode.loopback import by_version
from pcaptools.core.decode.reader import Reader

TYPE_II, TYPE_III = 1, 2
"""The version numbers of the types that have a header."""
ETHERNET_FRAME, IP_PACKET = 0, 2
ENCAPSULATIONS = ("no VLAN tag", "ISL", "802.1Q", "VLAN tag preserved")
INTEGRITY = ("good", "short", "oversized", "bad")
"""What is known of the mirrored frame: "bad" is a wrong check sequence or alignment."""
GRANULARITIES = ("100 microseconds", "100 nanoseconds", "IEEE 1588", "custom")

PLATFORMS: dict[int, tuple[tuple[str, int, int], ...]] = {
    # id: (name, how far from the right of the 58 bits, how many bits)
    1: (("vsm_id", 32, 12), ("port_index", 0, 32)),
    3: (("port_index", 32, 14), ("timestamp", 0, 32)),
    5: (("switch_id", 48, 10), ("port_index", 32, 16), ("timestamp", 0, 32)),
    6: (("switch_id", 48, 10), ("port_index", 32, 16), ("timestamp", 0, 32)),
    7: (("source_index", 32, 20), ("timestamp", 0, 32)),
}
"""What is in the optional sub-header of a platform (draft-foschiano-erspan-03, 4.3)."""


class ERSPANTypeI(Layer):
    """Type I: no header at all; GRE without a sequence number tells it from type II."""

    __slots__ = ()

    key = "erspan"
    fields = ("type",)

    @property
    def type(self) -> int:
        """The type, 1."""
        return 1

    def next(self) -> Next:
        """Follow with the mirrored frame."""
        return Next(Ethernet, self.start, self.end)


class ERSPAN(Layer):
    """A header of type II or III. What only the other type has is None; the last fields are from one word."""

    __slots__ = (
        "_bits", "cos", "index", "payload_offset", "session_id", "sgt", "subheader", "timestamp", "truncated",
        "version", "vlan",
    )  # fmt: skip

    key = "erspan"
    sparse = True
    fields = (
        "version", "type", "vlan", "cos", "encap", "encap_name", "bso", "bso_name", "truncated", "session_id", "index",
        "timestamp", "sgt", "p", "ft", "hw", "direction", "direction_name", "gra", "gra_name", "o", "subheader",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "ERSPAN header")
        word = read.u32()
        self.version = word >> 28
        if self.version not in (TYPE_II, TYPE_III):
            raise Malformed(f"ERSPAN version {self.version}")
        self.vlan = word >> 16 & 0xFFF
        self.cos = word >> 13 & 7
        self.truncated = word >> 10 & 1
        self.session_id = word & 0x3FF
        self.index: int | None = None
        self.timestamp: int | None = None
        self.sgt: int | None = None
        self.subheader: dict[str, int] | None = None
        self._bits = word >> 11 & 3
        if self.version == TYPE_II:
            self.index = read.u32() & 0xFFFFF
        else:
            self.timestamp = read.u32()
            self.sgt = read.u16()
            self._bits |= read.u16() << 2
            if self.o:
                self.subheader = _subheader(read.u64())
        self.payload_offset = read.at

    @property
    def type(self) -> int:
        """The type by the draft's counting: 2 or 3."""
        return self.version + 1

    @property
    def encap(self) -> int | None:
        """How the mirrored port had tagged the frame, in type II."""
        return self._bits & 3 if self.version == TYPE_II else None

    @property
    def encap_name(self) -> str | None:
        """The same in words."""
        return None if self.encap is None else ENCAPSULATIONS[self.encap]

    @property
    def bso(self) -> int | None:
        """What is known of the frame's integrity, in type III."""
        return self._third(0, 3)

    @property
    def bso_name(self) -> str | None:
        """The same in words."""
        return None if self.bso is None else INTEGRITY[self.bso]

    @property
    def p(self) -> int | None:
        """Whether what follows is a link layer frame."""
        return self._third(17, 1)

    @property
    def ft(self) -> int | None:
        """The frame type: 0 for Ethernet, 2 for an IP packet."""
        return self._third(12, 31)

    @property
    def hw(self) -> int | None:
        """The number of the engine that mirrors, in its system."""
        return self._third(6, 63)

    @property
    def direction(self) -> int | None:
        """0 for a frame that came in, 1 for one that went out."""
        return self._third(5, 1)

    @property
    def direction_name(self) -> str | None:
        """The same in words."""
        return None if self.direction is None else ("ingress", "egress")[self.direction]

    @property
    def gra(self) -> int | None:
        """The unit of the timestamp."""
        return self._third(3, 3)

    @property
    def gra_name(self) -> str | None:
        """The same in words."""
        return None if self.gra is None else GRANULARITIES[self.gra]

    @property
    def o(self) -> int | None:
        """Whether a sub-header of the platform follows."""
        return self._third(2, 1)

    def _third(self, shift: int, mask: int) -> int | None:
        return self._bits >> shift & mask if self.version == TYPE_III else None

    def next(self) -> Next:
        """Follow with the mirrored frame; only type III says what kind it is of."""
        if self.ft == IP_PACKET:
            return by_version(self.data, self.payload_offset, self.end)
        if self.ft in (None, ETHERNET_FRAME):
            return Next(Ethernet, self.payload_offset, self.end)
        return Next(None, self.payload_offset, self.end, f"no decoder for ERSPAN frame type {self.ft}")


def _subheader(word: int) -> dict[str, int]:
    """Read the platform's sub-header; of an unknown platform all of it is `info`."""
    platform = word >> 58
    parts = PLATFORMS.get(platform, (("info", 0, 58),))
    return {"platform_id": platform, **{name: word >> shift & (1 << size) - 1 for name, shift, size in parts}}
