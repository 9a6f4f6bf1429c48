"""Anything In Anything (draft-massar-v6ops-ayiya-02): a signed tunnel, mostly of IPv6 in UDP."""

from __future__ import annotations

from pcaptools.core.decode.ipv4 import next_protocol
from pcaptools.core.decode.layer import Layer, Next
from pcaptools.core.decode.reader import Reader

OPCODES = {
    0: "no operation", 1: "forward", 2: "echo request", 3: "echo request and forward", 4: "echo response",
    5: "MOTD", 6: "query request", 7: "query response",
}  # fmt: skip
FORWARDS = frozenset((1, 3))
NO_NEXT_HEADER = 59


class AYIYA(Layer):
    """An AYIYA header. `idlen` is log2 of the identity's length, `siglen` the signature's in 32-bit words.

    `epoch` is the sender's time in seconds.
    """

    __slots__ = (
        "authmethod", "epoch", "hashmethod", "identity", "idlen", "idtype", "nextheader", "opcode",
        "payload_offset", "siglen", "signature",
    )  # fmt: skip

    key = "ayiya"
    fields = (
        "idlen", "idtype", "siglen", "hashmethod", "authmethod", "opcode", "opcode_name", "nextheader", "epoch",
        "identity", "signature",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "AYIYA header")
        lengths, methods, operation = read.u8(), read.u8(), read.u8()
        self.idlen, self.idtype = lengths >> 4, lengths & 15
        self.siglen, self.hashmethod = methods >> 4, methods & 15
        self.authmethod, self.opcode = operation >> 4, operation & 15
        self.nextheader = read.u8()
        self.epoch = read.u32()
        self.identity = read.take(1 << self.idlen)
        self.signature = read.take(self.siglen << 2)
        self.payload_offset = read.at

    @property
    def opcode_name(self) -> str:
        """What is asked for, or "unknown"."""
        return OPCODES.get(self.opcode, "unknown")

    def next(self) -> Next | None:
        """Follow the protocol number; an opcode that forwards nothing has a message of its own, if any."""
        if self.payload_offset >= self.end or self.nextheader == NO_NEXT_HEADER:
            return None
        if self.opcode not in FORWARDS:
            return Next(None, self.payload_offset, self.end, f"AYIYA {self.opcode_name}")
        return next_protocol(self.nextheader, self.payload_offset, self.end)
