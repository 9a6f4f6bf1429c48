r"""Capture filters, pcap-filter(7), for packets that come from files: compiled by libpcap, run a packet at a time.

libpcap itself filters live captures, in the kernel. Handing it the packets of files needs some mending:

- a file holds LINKTYPE_ numbers, libpcap's compiler wants DLT_ numbers, and a few differ between systems;
- the loopback link types start with an address family, in the byte order and with the numbers of whatever
  system wrote the file;
- pcapy-ng tells the program the captured length where it asks for the length on the wire.

Limitations: `inbound`, `outbound` and whatever else only the kernel knows match nothing in Ethernet files.
"""

from __future__ import annotations

import ctypes
import socket
import sys
from collections.abc import Callable
from typing import Any

from pcaptools.core.errors import FilterError
from pcaptools.core.sources import bpf_machine
from pcaptools.core.sources.base import Batch, Record

_ETHERNET = 1
_NULL, _LOOP, _ENC = 0, 108, 109

_DLT = {100: 11, 101: 12, 102: 15, 103: 16, 106: 19}
"""LINKTYPE_ numbers whose DLT_ number is another on most systems (pcap/dlt.h)."""

if sys.platform.startswith("openbsd"):  # pragma: no cover (pcap/dlt.h)
    _DLT |= {101: 14, 108: 12, 109: 13}

_PROBES = (_ETHERNET, 12, _NULL, 105, 127, 113, 9, 123, 140, 117)
"""DLTs on which an expression is tried: some words exist for Wi-Fi, PPP, ATM, SS7 or pflog only."""

_AF_INET6 = (10, 24, 28, 30)
"""Linux; NetBSD, OpenBSD and BSD/OS; FreeBSD; macOS (the registry of link types, LINKTYPE_NULL)."""


class Filter:
    """A compiled filter expression for one link type."""

    def __init__(self, link_type: int, program: Any, rejects_all: str | None = None) -> None:
        self.link_type = link_type
        self.rejects_all = rejects_all
        """Set when no packet of this link type can match: libpcap's words for it."""
        self._passes: Callable[[bytes], Any] = program.filter if program else lambda _: False
        self._program: bpf_machine.Program = program.get_bpf() if program else []
        self._asks_length = bpf_machine.asks_length(self._program)
        self._families = _families(link_type)

    def matches(self, record_data: bytes, wire_len: int) -> bool:
        """Tell whether a packet passes: its captured bytes and its length on the wire."""
        if self._families:
            family = record_data[:4]
            record_data = self._families.get(family, family) + record_data[4:]
        if self._asks_length and len(record_data) != wire_len:
            return bpf_machine.run(self._program, record_data, wire_len) != 0
        return bool(self._passes(record_data))

    def select(self, batch: Batch) -> Batch:
        """Return the packets of a batch that pass, as a batch."""
        if batch.comments:
            return self._select_commented(batch)
        return Batch(batch.link_type, self._select(batch.records), nanosecond=batch.nanosecond)

    def _select(self, records: list[Record]) -> list[Record]:
        if self.rejects_all is not None:
            return []
        if self._families or self._asks_length:
            matches = self.matches
            return [record for record in records if matches(record[2], record[1])]
        passes = self._passes
        return [record for record in records if passes(record[2])]

    def _select_commented(self, batch: Batch) -> Batch:
        kept = Batch(batch.link_type, [], nanosecond=batch.nanosecond)
        for index, (time, wire_len, data) in enumerate(batch.records):
            if self.rejects_all is None and self.matches(data, wire_len):
                if index in batch.comments:
                    kept.comments[len(kept.records)] = batch.comments[index]
                kept.records.append((time, wire_len, data))
        return kept


def compile_filter(expression: str, link_type: int, snaplen: int = 262_144) -> Filter | None:
    """Compile an expression for a LINKTYPE_; "" is no filter, None.

    Raises FilterError when the expression is not valid at all. One that is valid, but not for this link type,
    gives a filter with `rejects_all` set.
    """
    if not expression:
        return None
    program, words = _compile(expression, _DLT.get(link_type, link_type), snaplen)
    if program is None:
        check_filter(expression)
        return Filter(link_type, None, words)
    if bpf_machine.asks_kernel(program.get_bpf()):
        return Filter(link_type, None, "the filter asks for what files do not hold, as the direction of a packet")
    return Filter(link_type, program)


def check_filter(expression: str) -> None:
    """Raise FilterError, with libpcap's words, unless the expression is valid for some link type."""
    if not expression:
        return
    first = ""
    for dlt in _PROBES:
        program, words = _compile(expression, dlt, 262_144)
        if program is not None or "rejects all packets" in words:
            return
        first = first or words
    raise filter_error(expression, first)


def filter_error(expression: str, words: str) -> FilterError:
    r"""Make the error for a bad filter, with the remedy for a shell or a string that ate the \t of \tcp."""
    hint = r"it holds a TAB: something turned \t into one, quote the filter with '…'" if "\t" in expression else ""
    shown = expression.replace("\t", r"\t")
    return FilterError(f'bad filter "{shown}": {words}', hint)


def libpcap_version() -> str:
    """Return the version of the libpcap in use, in its own words."""
    import pcapy

    try:
        version = ctypes.CDLL(pcapy.__file__).pcap_lib_version
    except (AttributeError, OSError):  # a wheel that does not export the symbol
        import importlib.metadata

        return f"libpcap of pcapy-ng {importlib.metadata.version('pcapy-ng')}"
    version.restype = ctypes.c_char_p
    return str(version().decode("ascii", "replace"))


def _compile(expression: str, dlt: int, snaplen: int) -> tuple[Any, str]:
    """Return the program, or None and why there is none."""
    import pcapy

    try:
        return pcapy.compile(dlt, snaplen, expression, 1, 0), ""
    except pcapy.PcapError as error:
        return None, str(error)
    except ValueError as error:  # a NUL, or bytes of the command line that are no text
        return None, "can't parse filter expression: " + str(error).partition(" in position")[0]


def _families(link_type: int) -> dict[bytes, bytes]:
    """Return what an address family of a loopback header must be for this libpcap to know it."""
    if link_type not in {_NULL, _LOOP, _ENC}:
        return {}
    wanted = "big" if link_type == _LOOP else sys.byteorder
    table: dict[bytes, bytes] = {}
    for numbers, known in ((_AF_INET6, socket.AF_INET6), ((2,), socket.AF_INET)):
        target = int(known).to_bytes(4, "big" if wanted == "big" else "little")
        for number in numbers:
            table |= {number.to_bytes(4, "big"): target, number.to_bytes(4, "little"): target}
    return table
