"""QUIC's long headers (RFC 8999; RFC 9000, 17.2; RFC 9369 for version 2): what is not encrypted of a connection.

Limitations: the client hello is encrypted, if with keys that everybody can derive (RFC 9001, 5.2), and is not read. A
short header says nothing that tells it from random bytes: one is told only behind a long one in the same datagram, or
on a port that `--decode-as` names. Google's own versions from before the IETF's have another format, and are left.
"""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.layer import Layer, Malformed, Next
from pcaptools.core.decode.reader import Reader

LONG, FIXED = 0x80, 0x40
INITIAL, ZERO_RTT, HANDSHAKE, RETRY, NEGOTIATION, ONE_RTT = (
    "Initial", "0-RTT", "Handshake", "Retry", "Version Negotiation", "1-RTT",
)  # fmt: skip
TYPES_1 = (INITIAL, ZERO_RTT, HANDSHAKE, RETRY)
TYPES_2 = (RETRY, INITIAL, ZERO_RTT, HANDSHAKE)
"""RFC 9369, 3.2: the same types with other numbers."""
VERSIONS = {
    0: "negotiation", 1: "1", 0x6B3343CF: "2", 0x709A50C4: "2 draft", 0xFACEB001: "mvfst 1", 0xFACEB002: "mvfst 2",
}  # fmt: skip
SECOND = frozenset((0x6B3343CF, 0x709A50C4))
FIRST_DRAFT, LAST_DRAFT = 22, 34
"""From the 22nd on drafts have RFC 9000's header."""
MAX_ID = 20
"""RFC 9000, 17.2: longest connection id of version 1."""
RETRY_TAG = 16
MIN_INITIAL = 1200
"""RFC 9000, 14.1: the smallest datagram with which a client begins."""
MAX_PACKETS, MAX_VERSIONS = 64, 128

Fields = dict[str, Any]


def version_name(version: int) -> str:
    """Return "1", "draft 29", "GREASE" for a reserved one (RFC 9000, 15), "unknown"."""
    if version >> 8 == 0xFF0000:
        return f"draft {version & 0xFF}"
    return VERSIONS.get(version) or ("GREASE" if is_reserved(version) else "unknown")


def is_reserved(version: int) -> bool:
    """Tell whether a version is one of those that nobody speaks, 0x?a?a?a?a."""
    return version & 0x0F0F0F0F == 0x0A0A0A0A


def has_known_header(version: int) -> bool:
    """Tell whether the packets of a version are known to be like those of versions 1 and 2."""
    draft = version >> 8 == 0xFF0000 and FIRST_DRAFT <= version & 0xFF <= LAST_DRAFT
    return draft or (version != 0 and version in VERSIONS)


class QUIC(Layer):
    """The packets in a datagram, each with its fields: those of a long header, of a short one only that it is one."""

    __slots__ = ("_behind", "_trouble", "packets")

    key = "quic"
    fields = ("packets",)
    first_bytes = bytes(range(LONG, 0x100))

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.packets: list[Fields] = []
        self._trouble: Malformed | None = None
        read = Reader.of(self, "QUIC")
        try:
            while (read or not self.packets) and _packet(read, self.packets):
                pass
        except Malformed as error:
            if not self.packets:
                raise
            self._trouble = error
        self._behind = read.at

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Take a long header of a version that is known; of a reserved one only what a client may begin with."""
        head = data[start : start + 6]
        if len(head) < 6 or not head[0] & LONG or end - start < 7:
            return False
        version = int.from_bytes(head[1:5], "big")
        if version == 0:
            return _negotiates(data, start, end)
        if not head[0] & FIXED or head[5] > MAX_ID:
            return False
        return has_known_header(version) or (
            is_reserved(version) and end - start >= MIN_INITIAL and head[5] >= 8  # RFC 9000, 7.2
        )

    def next(self) -> Next | None:
        """What is behind the headers nobody can read; some clients fill the datagram up with zeros (RFC 9000, 14.1)."""
        if self._trouble is not None:
            raise self._trouble
        return Next(None, self._behind, self.end) if self._behind < self.end else None


def _negotiates(data: bytes, start: int, end: int) -> bool:
    """Tell whether these are two connection ids and a list of versions, of which one is known."""
    size = data[start + 5]
    at = start + 6 + size
    if at >= len(data):
        return False
    at += 1 + data[at]
    if end <= at or (end - at) % 4 or end - at > 4 * MAX_VERSIONS or end > len(data):
        return False
    listed = (int.from_bytes(data[i : i + 4], "big") for i in range(at, end, 4))
    return any(has_known_header(version) for version in listed)


def _packet(read: Reader, packets: list[Fields]) -> bool:
    """Read a packet; tell whether another may follow it."""
    if len(packets) == MAX_PACKETS:
        raise Malformed(f"more than {MAX_PACKETS} QUIC packets", read.at)
    head = read.peek(5) or read.take(1)
    version = int.from_bytes(head[1:], "big")
    if head and not head[0] & LONG:
        return _short(read, head[0], packets)
    if packets and not has_known_header(version):
        return False  # RFC 9000, 12.2: what cannot be processed ends the datagram
    read.skip(5)
    kind = _type_of(head[0], version)
    fields: Fields = {"header_form": 1, "fixed_bit": head[0] >> 6 & 1}
    if kind:
        fields.update(packet_type=head[0] >> 4 & 3, packet_type_name=kind)
    fields.update(version=version, version_name=version_name(version))
    packets.append(fields)
    for name in ("dc", "sc"):
        size = read.u8()
        fields[f"{name}il"] = size
        fields[f"{name}id"] = read.take(size).hex()
    return _rest(read, kind if version else NEGOTIATION, fields)


def _type_of(first: int, version: int) -> str:
    """Return the type of a long header's packet; "" where the version gives the bits another meaning."""
    if not has_known_header(version):
        return ""
    return (TYPES_2 if version in SECOND else TYPES_1)[first >> 4 & 3]


def _short(read: Reader, first: int, packets: list[Fields]) -> bool:
    """Take the rest of the datagram for a packet with a short header, if it may be one (RFC 9000, 17.3.1)."""
    if first & FIXED:
        packets.append({"header_form": 0, "fixed_bit": 1, "spin_bit": first >> 5 & 1, "packet_type_name": ONE_RTT})
        read.skip(1)
    elif not packets:
        raise Malformed("QUIC short header without the fixed bit", read.at)
    return False


def _rest(read: Reader, kind: str, fields: Fields) -> bool:
    """Read what the type adds to the header, and pass over what is encrypted."""
    if kind == NEGOTIATION:
        _versions(read, fields)
    elif kind == RETRY:
        token = max(read.left - RETRY_TAG, 0)
        fields.update(retry_token_length=token, retry_token=read.take(token).hex())
        fields["retry_integrity_tag"] = read.take(RETRY_TAG).hex()
    elif kind:
        if kind == INITIAL:
            size = _number(read)
            fields["token_length"] = size
            fields["token"] = read.take(size).hex()
        fields["length"] = size = _number(read)
        read.skip(size)
        return True
    return False


def _versions(read: Reader, fields: Fields) -> None:
    fields["packet_type_name"] = NEGOTIATION
    versions: list[int] = []
    texts: list[str] = []
    fields.update(supported_versions=versions, supported_version_names=texts)
    while read:
        if len(versions) == MAX_VERSIONS:
            raise Malformed(f"more than {MAX_VERSIONS} versions", read.at)
        versions.append(read.u32())
        texts.append(version_name(versions[-1]))


def _number(read: Reader) -> int:
    """Read an integer of variable length (RFC 9000, 16)."""
    first = read.peek()
    size = 1 << (first[0] >> 6) if first else 1
    return int.from_bytes(read.take(size), "big") & ((1 << (8 * size - 2)) - 1)
