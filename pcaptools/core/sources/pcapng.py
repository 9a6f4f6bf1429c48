"""pcapng files (draft-ietf-opsawg-pcapng): bytes in, batches out; no input or output of its own.

Limitations: name resolution, statistics, decryption-secrets and custom blocks are skipped; the time zone
option (`if_tzone`, obsolete) too.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pcaptools.core.errors import CaptureFileError, NotACaptureFileError, TruncatedFileError
from pcaptools.core.sources.base import BATCH_PACKETS, Batch, Place
from pcaptools.core.sources.pcap import MAX_CAPLEN, NOT_A_CAPTURE, link_type_of, strip_fcs

MAGIC = b"\x0a\x0d\x0d\x0a"
"""The type of a Section Header Block, the same in both byte orders (section 4.1)."""

MAX_BLOCK = 1 << 24
"""No block is longer (as in libpcap): a greater length is damage."""

MAX_INTERFACES = 1 << 16
"""Interfaces of one section: no machine has more, and what describes them is kept."""

_SHB, _IDB, _OPB, _SPB, _EPB = 0x0A0D0D0A, 1, 2, 3, 6
_BYTE_ORDER_MAGIC = b"\x1a\x2b\x3c\x4d"
_OPT_COMMENT, _EPB_FLAGS, _IF_TSRESOL, _IF_FCSLEN, _IF_TSOFFSET = 1, 2, 9, 13, 14
_SECOND = 1_000_000_000


@dataclass(slots=True)
class _Interface:
    """What an Interface Description Block says (section 4.2)."""

    link_type: int
    snaplen: int
    base: int = 10
    exponent: int = 6
    offset: int = 0  # ns
    fcs: int = 0
    unit: int = 1000  # ns per tick, or 0 when that is no whole number

    @property
    def nanosecond(self) -> bool:
        return bool(self.base**self.exponent > 1_000_000)

    def time(self, ticks: int) -> int:
        """Return ns since the epoch, in integers all the way."""
        resolution: int = self.base**self.exponent
        return ticks * _SECOND // resolution + self.offset


class PcapngReader:
    """One pcapng file."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._need = 12  # bytes of `_pending` that a next step asks for
        self._offset = 0  # of `_pending` in the (decompressed) file
        self._order = ""
        self._interfaces: list[_Interface] = []
        self._places: list[Place] = []
        self._batch = Batch(0, places=self._places)
        self._current: _Interface | None = None  # of the last packet, where the fast way can take it
        self._current_number = 0

    def feed(self, data: bytes) -> Iterator[Batch]:
        """Yield the packets that are complete with these bytes."""
        self._pending += data
        if len(self._pending) < self._need:
            return
        whole = self._batch.buffer = bytes(self._pending)
        pos, start = 0, self._offset
        try:
            while True:
                pos = self._run(whole, pos)
                self._offset = start + pos
                end = self._block_end(whole, pos)
                if end is None:
                    break
                full = self._block(whole, pos, end)
                if full is not None:
                    yield full
                pos = end
                self._offset = start + pos
        except CaptureFileError:
            if self._batch:
                yield self._take()
            raise
        self._pending = bytearray(whole[pos:])
        if self._batch:
            yield self._take()

    def finish(self) -> None:
        """Raise if the file ends inside a block."""
        if self._pending:
            raise TruncatedFileError(f"is cut short inside the block at byte {self._offset}")

    def _take(self) -> Batch:
        return self._next_batch(self._batch.link_type, nanosecond=self._batch.nanosecond)

    def _next_batch(self, link_type: int, *, nanosecond: bool) -> Batch:
        """Begin another batch in the same bytes; return the one before."""
        batch, self._places = self._batch, []
        self._batch = Batch(link_type, nanosecond=nanosecond, buffer=batch.buffer, places=self._places)
        return batch

    def _damaged(self, why: str) -> CaptureFileError:
        return CaptureFileError(f"is damaged at byte {self._offset}: {why}")

    # --- blocks

    def _block_end(self, data: bytes, pos: int) -> int | None:
        """Return where the block at `pos` ends, None when it has not all come."""
        self._need = 12
        if len(data) - pos < 12:
            return None
        if data.startswith(MAGIC, pos):
            self._order = self._byte_order(data[pos + 8 : pos + 12])
        kind: int
        length: int
        kind, length = struct.unpack_from(self._order + "II", data, pos)
        if not 12 <= length <= MAX_BLOCK:
            raise self._damaged(f"a block of {length} bytes (the limit is {MAX_BLOCK})")
        if kind == _EPB and length >= 32:
            # looked at as soon as it is there, before all of a block that never ends has been waited for
            self._need = 28
            if len(data) - pos < self._need:
                return None
            self._check_caplen(struct.unpack_from(self._order + "I", data, pos + 20)[0])
        length = (length + 3) & ~3  # some writers do not count the padding
        if len(data) - pos < length:
            self._need = length
            return None
        return pos + length

    def _byte_order(self, magic: bytes) -> str:
        if magic == _BYTE_ORDER_MAGIC:
            return ">"
        if magic == _BYTE_ORDER_MAGIC[::-1]:
            return "<"
        if not self._order:
            raise NotACaptureFileError(NOT_A_CAPTURE)
        raise self._damaged("a section without byte-order magic")

    def _block(self, data: bytes, pos: int, end: int) -> Batch | None:
        """Take one whole block; return a batch when it is full or the block's packet does not belong in it."""
        kind = struct.unpack_from(self._order + "I", data, pos)[0]
        if kind == _EPB:
            return self._enhanced(data, pos, end)
        if kind == _OPB:
            return self._obsolete(data, pos, end)
        if kind == _SPB:
            return self._simple(data, pos, end)
        if kind == _IDB:
            if len(self._interfaces) >= MAX_INTERFACES:
                raise self._damaged(f"a section of more than {MAX_INTERFACES} interfaces")
            self._interfaces.append(self._interface(data, pos, end))
        elif kind == _SHB:
            self._section(data, pos, end)
        return None

    def _section(self, data: bytes, pos: int, end: int) -> None:
        """Section 4.1: interfaces are counted anew in each section."""
        if end - pos < 28:
            raise self._damaged("a section header that is too short")
        major, minor = struct.unpack_from(self._order + "HH", data, pos + 12)
        if major != 1:
            raise CaptureFileError(f"is a pcapng file of version {major}.{minor}, only version 1 is known")
        self._interfaces = []
        self._current = None

    def _interface(self, data: bytes, pos: int, end: int) -> _Interface:
        if end - pos < 20:
            raise self._damaged("an interface description that is too short")
        word, snaplen = struct.unpack_from(self._order + "HxxI", data, pos + 8)
        interface = _Interface(link_type_of(word), snaplen)
        for code, value in self._options(data, pos + 16, end - 4):
            if code == _IF_TSRESOL and value:
                interface.base, interface.exponent = 2 if value[0] & 0x80 else 10, value[0] & 0x7F
            elif code == _IF_TSOFFSET and len(value) == 8:
                interface.offset = struct.unpack(self._order + "q", value)[0] * _SECOND
            elif code == _IF_FCSLEN and value:
                # The drafts once counted it in bits, with 4 as the example; 16 or 32 can only be bits.
                interface.fcs = value[0] // 8 if value[0] >= 16 else value[0]
        unit, odd = divmod(_SECOND, interface.base**interface.exponent)
        interface.unit = 0 if odd or interface.offset else unit
        return interface

    def _options(self, data: bytes, pos: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Section 3.5: code, length, value padded to 32 bits. What does not fit is not an option."""
        while pos + 4 <= end:
            code, length = struct.unpack_from(self._order + "HH", data, pos)
            if code == 0 or pos + 4 + length > end:
                return
            yield code, data[pos + 4 : pos + 4 + length]
            pos += 4 + ((length + 3) & ~3)

    # --- packets

    def _enhanced(self, data: bytes, pos: int, end: int) -> Batch | None:
        """Section 4.3, Enhanced Packet Block."""
        if end - pos < 32:
            raise self._damaged("a packet block that is too short")
        number, high, low, caplen, wire_len = struct.unpack_from(self._order + "IIIII", data, pos + 8)
        return self._packet(data, pos + 28, end - 4, (number, (high << 32) | low, caplen, wire_len))

    def _run(self, data: bytes, pos: int) -> int:
        """Take a run of packets of one interface without options, nearly all of most files; the hot loop.

        It leaves anything else, and anything odd, to `_block_end()` and `_block()`.
        """
        batch, interface = self._batch, self._current
        if interface is None or batch.link_type != interface.link_type or batch.nanosecond != interface.nanosecond:
            return pos
        append, unpack = self._places.append, struct.Struct(self._order + "IIIIIII").unpack_from
        current, unit, last, end = self._current_number, interface.unit, len(data) - 32, len(data)
        for _ in range(BATCH_PACKETS - len(batch)):
            if pos > last:
                break
            kind, length, number, high, low, caplen, wire_len = unpack(data, pos)
            start, next_pos = pos + 28, pos + length
            stop = start + caplen
            # after the data come 0 to 3 bytes of padding and the length once more, or else there are options
            if kind != _EPB or number != current or next_pos > end or not 4 <= next_pos - stop < 8 or length & 3:
                break
            if caplen > MAX_CAPLEN:
                break
            append((((high << 32) | low) * unit, wire_len, start, stop))
            pos = next_pos
        return pos

    def _obsolete(self, data: bytes, pos: int, end: int) -> Batch | None:
        """Appendix A, the old Packet Block: as the enhanced one, with a drop counter beside the interface."""
        if end - pos < 32:
            raise self._damaged("a packet block that is too short")
        number, _, high, low, caplen, wire_len = struct.unpack_from(self._order + "HHIIII", data, pos + 8)
        return self._packet(data, pos + 28, end - 4, (number, (high << 32) | low, caplen, wire_len))

    def _simple(self, data: bytes, pos: int, end: int) -> Batch | None:
        """Section 4.4, Simple Packet Block: no time, no interface but the first, cut at its snap length."""
        if end - pos < 16 or not self._interfaces:
            raise self._damaged("a simple packet block that is too short or has no interface")
        interface = self._interfaces[0]
        wire_len = struct.unpack_from(self._order + "I", data, pos + 8)[0]
        caplen = min(wire_len, interface.snaplen or wire_len, end - pos - 16)
        self._check_caplen(caplen)
        return self._add(interface, (0, wire_len, pos + 12, pos + 12 + caplen))

    def _packet(self, data: bytes, start: int, end: int, head: tuple[int, int, int, int]) -> Batch | None:
        number, ticks, caplen, wire_len = head
        stop = start + caplen
        if stop > end or caplen > MAX_CAPLEN:
            self._check_caplen(caplen)
            raise self._damaged(f"a packet of {caplen} bytes in a block of {end - start + 32}")
        if number >= len(self._interfaces):
            raise self._damaged(f"a packet of interface {number}, which is not described")
        interface = self._interfaces[number]
        self._current = interface if interface.unit and not interface.fcs else None
        self._current_number = number
        time = ticks * interface.unit if interface.unit else interface.time(ticks)
        place = (time, wire_len, start, stop)
        options = stop + (-caplen & 3)
        if options + 4 <= end:
            return self._add_with_options(interface, place, dict_of(self._options(data, options, end)))
        return self._add(interface, place)

    def _add_with_options(self, interface: _Interface, place: Place, options: dict[int, list[bytes]]) -> Batch | None:
        flags = options.get(_EPB_FLAGS, [b""])[0]
        fcs = interface.fcs
        if len(flags) == 4:  # section 4.3.1: bits 5 to 8 are this packet's FCS length in bytes, 0 for unknown
            fcs = (struct.unpack(self._order + "I", flags)[0] >> 5 & 0xF) or fcs
        full = self._add(interface, place, fcs)
        comments = options.get(_OPT_COMMENT)
        if comments:
            texts = tuple(comment.decode("utf-8", "backslashreplace") for comment in comments)
            self._batch.comments[len(self._batch) - 1] = texts
        return full

    def _add(self, interface: _Interface, place: Place, fcs: int | None = None) -> Batch | None:
        """Put a packet in the batch; return the batch before it when that is full or of another kind."""
        batch, full = self._batch, None
        nanosecond = interface.nanosecond
        if batch.link_type != interface.link_type or batch.nanosecond != nanosecond:
            full = self._next_batch(interface.link_type, nanosecond=nanosecond)
        elif len(batch) >= BATCH_PACKETS:
            full = self._take()
        fcs = interface.fcs if fcs is None else fcs
        self._places.append(strip_fcs(place, fcs) if fcs else place)
        return full or None

    def _check_caplen(self, caplen: int) -> None:
        if caplen > MAX_CAPLEN:
            raise self._damaged(f"a packet of {caplen} bytes (the limit is {MAX_CAPLEN})")


def dict_of(options: Iterator[tuple[int, bytes]]) -> dict[int, list[bytes]]:
    """Gather options, which may come more than once, by their code."""
    gathered: dict[int, list[bytes]] = {}
    for code, value in options:
        gathered.setdefault(code, []).append(value)
    return gathered
