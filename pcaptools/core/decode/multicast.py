"""What IGMPv3 (RFC 3376) and MLDv2 (RFC 9777) have in common: queries of sources, group records, codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pcaptools.core.decode.layer import Malformed
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields

RECORD_TYPES = {
    1: "MODE_IS_INCLUDE", 2: "MODE_IS_EXCLUDE", 3: "CHANGE_TO_INCLUDE_MODE", 4: "CHANGE_TO_EXCLUDE_MODE",
    5: "ALLOW_NEW_SOURCES", 6: "BLOCK_OLD_SOURCES",
}  # fmt: skip
MAX_RECORDS = 1024
"""What fits into 9000 bytes, if each record is of one group without sources."""

ReadAddress = Callable[[Reader], str]


def floating(code: int, bits: int) -> int:
    """Return the number that a code of `bits` bits means: itself, or with the highest bit an exponent of three.

    RFC 3376, 4.1.1 and 4.1.7; RFC 9777, 5.1.3 and 5.1.9.
    """
    size = bits - 4
    if code < 1 << bits - 1:
        return code
    return (code & (1 << size) - 1 | 1 << size) << ((code >> size & 7) + 3)


def query_sources(read: Reader, body: Fields, address: ReadAddress) -> None:
    """Read what a query has behind the group: flags, intervals, sources."""
    bits = read.u8()
    body["suppress"] = bits >> 3 & 1
    body["qrv"] = bits & 7
    body["qqic"] = read.u8()
    body["query_interval"] = floating(body["qqic"], 8)
    body["num_sources"] = count = read.u16()
    sources: list[str] = []
    body["sources"] = sources
    _addresses(read, count, address, sources)


def group_records(read: Reader, body: Fields, address: ReadAddress) -> None:
    """Read a report's records, behind its two reserved bytes."""
    read.skip(2)
    body["num_records"] = count = read.u16()
    records: list[Fields] = []
    body["records"] = records
    for _ in range(count):
        if len(records) == MAX_RECORDS:
            raise Malformed(f"more than {MAX_RECORDS} group records", read.at)
        number, words, sources = read.u8(), read.u8(), read.u16()
        record: Fields = {"record_type": number, "record_type_name": RECORD_TYPES.get(number, "unknown")}
        record |= {"num_sources": sources, "group_address": address(read), "sources": []}
        records.append(record)
        _addresses(read, sources, address, record["sources"])
        if words:
            record["aux_data"] = read.take(words * 4)


def _addresses(read: Reader, count: int, address: ReadAddress, into: list[Any]) -> None:
    for _ in range(count):  # each takes bytes: what the count claims beyond the packet's end is not there
        into.append(address(read))  # noqa: PERF401 (those before a fault shall stay)
