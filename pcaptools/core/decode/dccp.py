"""The Datagram Congestion Control Protocol (RFC 4340): its header, not its options."""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.layer import Cut, Layer, Malformed, Next
from pcaptools.core.decode.reader import Reader

TYPES = (
    "Request", "Response", "Data", "Ack", "DataAck", "CloseReq", "Close", "Reset", "Sync", "SyncAck",
)  # fmt: skip
"""RFC 4340, 5.1."""
WITHOUT_ACK = frozenset((0, 2))
SERVICE = frozenset((0, 1))
RESET = 7
RESET_CODES = (
    "Unspecified", "Closed", "Aborted", "No Connection", "Packet Error", "Option Error", "Mandatory Error",
    "Connection Refused", "Bad Service Code", "Too Busy", "Bad Init Cookie", "Aggression Penalty",
)  # fmt: skip
"""RFC 4340, 5.6."""


class DCCP(Layer):
    """A DCCP header. `ackno` is None in a packet without an acknowledgement; `data_offset` counts 32-bit words."""

    __slots__ = (
        "ackno", "ccval", "checksum", "coverage", "data_offset", "dport", "extended", "reset_code", "seqno",
        "service_code", "sport", "type",
    )  # fmt: skip

    key = "dccp"
    fields = (
        "sport", "dport", "data_offset", "ccval", "coverage", "checksum", "type", "type_name", "extended", "seqno",
        "ackno",
    )  # fmt: skip
    rare = ("service_code", "reset_code", "reset_code_name")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "DCCP header")
        self.sport = read.u16()
        self.dport = read.u16()
        self.data_offset = read.u8()
        bits = read.u8()
        self.ccval, self.coverage = bits >> 4, bits & 15
        self.checksum = read.u16()
        bits = read.u8()
        self.type, self.extended = bits >> 1 & 15, bits & 1
        if self.extended:  # RFC 4340, 5.1: sequence numbers of 48 bits, or of 24
            read.skip(1)
        self.seqno = int.from_bytes(read.take(6 if self.extended else 3), "big")
        self.ackno: int | None = None
        self.service_code: int | None = None
        self.reset_code: int | None = None
        self._read_rest(read)
        if self.data_offset * 4 < read.at - start:
            raise Malformed(f"DCCP data offset {self.data_offset} is less than the header's {read.at - start} bytes")

    def _read_rest(self, read: Reader) -> None:
        if self.type not in WITHOUT_ACK and self.type < len(TYPES):
            read.skip(2 if self.extended else 1)
            self.ackno = int.from_bytes(read.take(6 if self.extended else 3), "big")
        if self.type in SERVICE:
            self.service_code = read.u32()
        elif self.type == RESET:
            self.reset_code = read.u8()
            read.skip(3)

    @property
    def type_name(self) -> str:
        """The packet's name."""
        return TYPES[self.type] if self.type < len(TYPES) else "unknown"

    @property
    def reset_code_name(self) -> str | None:
        """Why the connection is reset; None in other packets."""
        if self.reset_code is None:
            return None
        return RESET_CODES[self.reset_code] if self.reset_code < len(RESET_CODES) else "unknown"

    def next(self) -> Next | None:
        """Nobody knows by a port what DCCP carries."""
        at = self.start + self.data_offset * 4
        if at > self.end:
            raise Malformed(f"DCCP header of {self.data_offset * 4} bytes in {self.end - self.start}")
        if at > len(self.data):
            raise Cut("DCCP options cut short")
        return Next(None, at, self.end) if at < self.end else None

    @classmethod
    def partial(cls, data: bytes, start: int, end: int, depth: int) -> Layer | None:
        """Return the ports, if at least the first eight bytes were captured: all that an ICMP error has to quote."""
        return DCCPStart(data, start, end, depth) if len(data) >= start + 8 else None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, without an acknowledgement number where there is none."""
        result = super().as_dict()
        if self.ackno is None:
            del result["ackno"]
        return result


class DCCPStart(Layer):
    """The first bytes of a DCCP header that was cut."""

    __slots__ = ("dport", "sport")

    key = "dccp"
    fields = ("sport", "dport")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.sport = int.from_bytes(data[start : start + 2], "big")
        self.dport = int.from_bytes(data[start + 2 : start + 4], "big")

    def next(self) -> Next:
        """Tell that the rest of the header is not there."""
        raise Cut("DCCP header cut short", self.start + 4)
