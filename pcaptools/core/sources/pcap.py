"""Classic pcap files (draft-ietf-opsawg-pcap): bytes in, batches out; no input or output of its own."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Protocol

from pcaptools.core.errors import CaptureFileError, TruncatedFileError
from pcaptools.core.sources.base import BATCH_PACKETS, Batch, Place

MAX_CAPLEN = 262_144
"""No packet is longer (libpcap's MAXIMUM_SNAPLEN): a greater length is damage, not a packet."""

NOT_A_CAPTURE = "is not a capture file (pcap or pcapng)"

_SECOND = 1_000_000_000

# magic number → (ns per unit of the fraction, fields of the record header)
_MAGICS = {
    0xA1B2C3D4: (1000, "IIII"),
    0xA1B23C4D: (1, "IIII"),
    0xA1B2CD34: (1000, "IIII8x"),  # Kuznetzov's patched libpcap: interface, protocol and packet type follow
}

_OLD_RAW = {12: 101, 14: 101}
"""Writers that stored libpcap's DLT_RAW (12, on OpenBSD 14) where LINKTYPE_RAW belongs."""


class Reader(Protocol):
    """A parser that is handed a file's bytes piece by piece."""

    def feed(self, data: bytes) -> Iterator[Batch]:
        """Yield the packets that are complete with these bytes, then raise if what follows is damaged."""

    def finish(self) -> None:
        """Say that the file has ended; raises TruncatedFileError inside a packet."""


def link_type_of(word: int) -> int:
    """Return the LINKTYPE_ number in a link-type word, whose upper half holds other things."""
    return _OLD_RAW.get(word & 0xFFFF, word & 0xFFFF)


def strip_fcs(place: Place, fcs: int) -> Place:
    """Take a frame check sequence of so many bytes off: all, some or none of it may have been captured."""
    time, wire_len, start, end = place
    wire_len = max(wire_len - fcs, 0)
    return time, wire_len, start, min(end, start + wire_len)


def is_pcap(magic: bytes) -> bool:
    """Tell whether a file that starts with these four bytes is a pcap file."""
    return any(int.from_bytes(magic, order) in _MAGICS for order in ("little", "big"))


class PcapReader:
    """One pcap file."""

    def __init__(self) -> None:
        self._rest = b""
        self._offset = 0  # of `_rest` in the (decompressed) file
        self._record: struct.Struct | None = None
        self._unit = 1000
        self._fcs = 0
        self._link_type = 0

    def feed(self, data: bytes) -> Iterator[Batch]:
        """Yield the packets that are complete with these bytes."""
        if self._rest:
            data = self._rest + data
        self._rest = b""
        pos = 0
        if self._record is None:
            if len(data) < 24:
                self._rest = data
                return
            self._record = self._read_header(data)
            pos = 24
        while True:
            places, pos = self._places(data, pos)
            if places:
                yield Batch(self._link_type, nanosecond=self._unit == 1, buffer=data, places=places)
            if len(places) < BATCH_PACKETS:
                break
        self._offset += pos
        self._rest = data[pos:]
        self._check_length()

    def finish(self) -> None:
        """Raise if the file ends inside its header or a packet."""
        if self._record is None:
            raise TruncatedFileError("is cut short inside its file header")
        if self._rest:
            raise TruncatedFileError(f"is cut short inside the packet at byte {self._offset}")

    def _read_header(self, data: bytes) -> struct.Struct:
        magic = int.from_bytes(data[:4], "little")
        order = "<" if magic in _MAGICS else ">"
        magic, major, _, _, _, _, word = struct.unpack(order + "IHHiIII", data[:24])
        if major != 2:
            raise CaptureFileError(f"is a pcap file of version {major}, only version 2 is known")
        self._unit, fields = _MAGICS[magic]
        self._link_type = link_type_of(word)
        # The top four bits count 16-bit units, and only where bit 26 says so (pcap-savefile(5)).
        self._fcs = (word >> 28) * 2 if word & 0x0400_0000 else 0
        return struct.Struct(order + fields)

    def _places(self, data: bytes, pos: int) -> tuple[list[Place], int]:
        """Find up to a batch of whole records from `pos` on; the hot loop of reading."""
        assert self._record is not None
        places: list[Place] = []
        append, unpack, header, unit = places.append, self._record.unpack_from, self._record.size, self._unit
        last_header, end = len(data) - header, len(data)
        for _ in range(BATCH_PACKETS):
            if pos > last_header:
                break
            sec, fraction, caplen, wire_len = unpack(data, pos)
            start = pos + header
            stop = start + caplen
            if stop > end or caplen > MAX_CAPLEN:
                break
            append((sec * _SECOND + fraction * unit, wire_len, start, stop))
            pos = stop
        if self._fcs:
            places = [strip_fcs(place, self._fcs) for place in places]
        return places, pos

    def _check_length(self) -> None:
        assert self._record is not None
        if len(self._rest) < self._record.size:
            return
        caplen = self._record.unpack_from(self._rest)[2]
        if caplen > MAX_CAPLEN:
            raise CaptureFileError(
                f"is damaged at byte {self._offset}: a packet of {caplen} bytes (the limit is {MAX_CAPLEN})"
            )
