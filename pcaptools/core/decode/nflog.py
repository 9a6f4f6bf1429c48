"""LINKTYPE_NFLOG: packets that Linux's netfilter logged, with what it knew of them (nfnetlink_log.h)."""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.layer import Layer, Malformed, Next, octets, plain, text
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tables import ethertypes

AF_INET, AF_INET6, AF_BRIDGE, AF_ARP = 2, 10, 7, 3
FAMILIES = {1: "inet", 2: "IPv4", 3: "ARP", 5: "netdev", 7: "bridge", 10: "IPv6", 12: "DECnet"}
HOOKS = ("prerouting", "input", "forward", "output", "postrouting", "ingress")
PAYLOAD, PREFIX, TIMESTAMP, PACKET_HEADER, HARDWARE_ADDRESS, HARDWARE_HEADER = 9, 10, 3, 1, 8, 16
NUMBERS = {
    2: "mark", 4: "ifindex_indev", 5: "ifindex_outdev", 6: "ifindex_physindev", 7: "ifindex_physoutdev", 11: "uid",
    12: "seq", 13: "seq_global", 14: "gid", 15: "hwtype", 17: "hwlen", 18: "ct",
}  # fmt: skip
"""NFULA_ attributes that are one number, under what the header calls them."""
MAX_TLVS = 64
HIGHEST_TYPE = 64


class NFLOG(Layer):
    """A log message: what is known of the packet is in `attributes`, by name."""

    __slots__ = ("_payload", "_trouble", "attributes", "family", "resource_id", "unknown", "version")

    key = "link"
    fields = ("family", "family_name", "version", "resource_id", "attributes", "unknown")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "NFLOG header")
        self.family = read.u8()
        self.version = read.u8()
        self.resource_id = read.u16()
        self.attributes: dict[str, Any] = {}
        self.unknown: list[tuple[int, bytes]] = []
        self._payload: tuple[int, int] | None = None
        self._trouble: Malformed | None = None
        try:
            self._read_tlvs(read)
        except Malformed as error:
            self._trouble = error

    def _read_tlvs(self, read: Reader) -> None:
        """The header of a TLV is in the order of the machine that logged; a type is a small number, and tells it."""
        order: Any = "little" if int.from_bytes(read.peek(4)[2:], "little") < HIGHEST_TYPE else "big"
        count = 0
        while read.left >= 4:
            if count == MAX_TLVS:
                raise Malformed(f"more than {MAX_TLVS} NFLOG attributes", read.at)
            at = read.at
            size, kind = int.from_bytes(read.take(2), order), int.from_bytes(read.take(2), order) & 0x7FFF
            if size < 4:
                raise Malformed(f"NFLOG attribute {kind} of {size} bytes", at)
            count += 1
            if kind == PAYLOAD:
                self._payload = (read.at, min(read.at + size - 4, self.end))
                if size - 4 > read.left:
                    raise Malformed(f"NFLOG payload of {size - 4} bytes in {read.left}", at)
                read.at += min(size - 4, read.left)
            else:
                self._keep(kind, read.part(size - 4, "NFLOG attribute"))
            read.at += min(-size % 4, max(read.left, 0))

    def _keep(self, kind: int, value: Reader) -> None:
        found = self.attributes
        if kind in NUMBERS and 0 < value.left <= 8:
            found[NUMBERS[kind]] = int.from_bytes(value.take(value.left), "big")
        elif kind == PREFIX:
            found["prefix"] = text(value.take(value.left).split(b"\0")[0])
        elif kind == TIMESTAMP:
            found["timestamp"] = [value.u64(), value.u64()]  # seconds, microseconds
        elif kind == PACKET_HEADER:
            found["hw_protocol"] = value.u16()
            hook = value.u8()
            found["hook"] = HOOKS[hook] if hook < len(HOOKS) else str(hook)
        elif kind == HARDWARE_ADDRESS:
            size = value.u16()
            value.skip(2)
            found["hwaddr"] = octets(value.take(min(size, value.left)))
        elif kind == HARDWARE_HEADER:
            found["hwheader"] = value.take(value.left)
        else:
            self.unknown.append((kind, value.take(value.left)))

    @property
    def family_name(self) -> str:
        """The family's name, or its number."""
        return FAMILIES.get(self.family, str(self.family))

    def next(self) -> Next | None:
        """Go on with the packet."""
        if self._payload is None:
            if self._trouble:
                raise self._trouble
            return None
        start, end = self._payload
        if self.family == AF_INET:
            return Next(IPv4, start, end)
        if self.family == AF_INET6:
            return Next(IPv6, start, end)
        # of a family that has several protocols the hardware's number tells
        decoder = ethertypes.get(self.attributes.get("hw_protocol", 0))
        return Next(decoder, start, end, "" if decoder else f"no decoder for family {self.family_name}")

    def as_dict(self) -> dict[str, Any]:
        """Return the fields and the packet."""
        result: dict[str, Any] = plain(super().as_dict())
        if not self.unknown:
            del result["unknown"]
        return result
