"""The Address Resolution Protocol (RFC 826), and what shares its format: RARP (RFC 903), InARP (RFC 2390)."""

from __future__ import annotations

from socket import AF_INET, inet_ntop  # of socket, only the formatting
from typing import NamedTuple

from pcaptools.core.decode.layer import Layer, Malformed, octets
from pcaptools.core.decode.reader import Reader


class _Operation(NamedTuple):
    protocol: str
    name: str


OPERATIONS = {
    1: _Operation("ARP", "request"), 2: _Operation("ARP", "reply"),
    3: _Operation("RARP", "request"), 4: _Operation("RARP", "reply"),
    5: _Operation("DRARP", "request"), 6: _Operation("DRARP", "reply"), 7: _Operation("DRARP", "error"),
    8: _Operation("InARP", "request"), 9: _Operation("InARP", "reply"), 10: _Operation("ARP", "nak"),
}  # fmt: skip
"""IANA's operation codes, as far as they are met."""

IPV4 = 0x0800


class ARP(Layer):
    """An ARP packet. `operation` is in node_pcap's words, "request" and "reply"; `opcode` is the number.

    An address that is not there, since the packet is too short for the lengths that it gives, is "".
    """

    __slots__ = (
        "_trouble", "hlen", "htype", "opcode", "plen", "ptype", "sender_ha", "sender_pa", "target_ha", "target_pa",
    )  # fmt: skip

    key = "arp"
    fields = (
        "htype", "ptype", "hlen", "plen", "opcode", "operation", "sender_ha", "sender_pa", "target_ha", "target_pa",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "ARP")
        self.htype = read.u16()
        self.ptype = read.u16()
        self.hlen = read.u8()
        self.plen = read.u8()
        self.opcode = read.u16()
        self.sender_ha = self.sender_pa = self.target_ha = self.target_pa = ""
        self._trouble: Malformed | None = None
        try:
            self.sender_ha = octets(read.take(self.hlen))
            self.sender_pa = self._protocol_address(read.take(self.plen))
            self.target_ha = octets(read.take(self.hlen))
            self.target_pa = self._protocol_address(read.take(self.plen))
        except Malformed as error:
            self._trouble = error

    def _protocol_address(self, address: bytes) -> str:
        return inet_ntop(AF_INET, address) if self.ptype == IPV4 and len(address) == 4 else octets(address)

    def next(self) -> None:
        """Nothing follows but what is wrong."""
        if self._trouble:
            raise self._trouble

    @property
    def protocol(self) -> str:
        """ARP, or which of its relatives the operation belongs to."""
        return OPERATIONS[self.opcode].protocol if self.opcode in OPERATIONS else "ARP"

    @property
    def operation(self) -> str:
        """The operation's name, or "unknown"."""
        return OPERATIONS[self.opcode].name if self.opcode in OPERATIONS else "unknown"
