"""Builds frames and whole TCP dialogues, byte by byte as RFC 791, 8200 and 9293 lay them out."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass, field
from typing import Literal

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
Record = tuple[int, int, bytes]
CLIENT, SERVER = ("10.0.0.1", 40000), ("10.0.0.2", 80)
START = 1_700_000_000_000_000_000


def tcp_frame(
    src: tuple[str, int], dst: tuple[str, int], seq: int, ack: int, flags: int, payload: bytes = b"",
    *, window: int = 65535, options: bytes = b"", ident: int = 0, ttl: int = 64,
) -> bytes:  # fmt: skip
    """An Ethernet frame with IPv4 or IPv6 (by the address) and TCP; checksums are zero."""
    options += b"\x01" * (-len(options) % 4)
    tcp = struct.pack(
        ">HHIIBBHHH", src[1], dst[1], seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, (20 + len(options)) << 2, flags, window, 0, 0
    )
    segment = tcp + options + payload
    if ":" in src[0]:
        addresses = socket.inet_pton(socket.AF_INET6, src[0]) + socket.inet_pton(socket.AF_INET6, dst[0])
        return b"\0" * 12 + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, len(segment), 6, ttl) + addresses + segment
    addresses = socket.inet_aton(src[0]) + socket.inet_aton(dst[0])
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), ident, 0x4000, ttl, 6, 0)
    return b"\0" * 12 + b"\x08\x00" + header + addresses + segment


def pcap_of(records: list[Record]) -> bytes:
    """A capture file of Ethernet frames: pcap, nanoseconds (draft-ietf-opsawg-pcap, 4 and 5)."""
    file = [struct.pack("<IHHIIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, 1)]
    for time, size, frame in records:
        file.append(struct.pack("<IIII", *divmod(time, 1_000_000_000), len(frame), size) + frame)
    return b"".join(file)


@dataclass
class Dialogue:
    """A TCP session between two well-behaved hosts, as records; `mss` cuts what they send."""

    client: tuple[str, int] = CLIENT
    server: tuple[str, int] = SERVER
    mss: int = 1460
    client_isn: int = 1000
    server_isn: int = 5000
    now: int = START
    records: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seq = {"c": self.client_isn, "s": self.server_isn}
        self.ident = 0

    def raw(self, side: Literal["c", "s"], flags: int, payload: bytes = b"", *, seq: int | None = None,
            ack: int | None = None, options: bytes = b"") -> Dialogue:  # fmt: skip
        """One segment as given; the defaults are where the side is."""
        other: Literal["c", "s"] = "s" if side == "c" else "c"
        ends = (self.client, self.server) if side == "c" else (self.server, self.client)
        self.ident += 1
        self.now += 1_000_000
        frame = tcp_frame(
            *ends, self.seq[side] if seq is None else seq, self.seq[other] if ack is None else ack, flags, payload,
            options=options, ident=self.ident & 0xFFFF,
        )  # fmt: skip
        self.records.append((self.now, len(frame), frame))
        return self

    def open(self) -> Dialogue:
        """The handshake of three."""
        self.raw("c", SYN, ack=0)
        self.seq["c"] += 1
        self.raw("s", SYN | ACK)
        self.seq["s"] += 1
        return self.raw("c", ACK)

    def send(self, side: Literal["c", "s"], data: bytes, *, acked: bool = True) -> Dialogue:
        """Send data in segments of at most `mss` bytes, acknowledged by the other side."""
        for start in range(0, len(data), self.mss):
            part = data[start : start + self.mss]
            self.raw(side, ACK | PSH, part)
            self.seq[side] += len(part)
        return self.raw("s" if side == "c" else "c", ACK) if acked else self

    def close(self) -> Dialogue:
        """FIN from both sides, each acknowledged."""
        for side, other in (("c", "s"), ("s", "c")):
            self.raw(side, FIN | ACK)  # type: ignore[arg-type]
            self.seq[side] += 1
            self.raw(other, ACK)  # type: ignore[arg-type]
        return self
