"""Multicast Listener Discovery: versions 1 (RFC 2710) and 2 (RFC 9777), and router discovery (RFC 4286)."""

from __future__ import annotations

from pcaptools.core.decode.multicast import floating, group_records, query_sources
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields

V2_QUERY = 24
"""Bytes of a version 1 query, without type, code and checksum 20; a version 2 one has four more at least."""


def read_query(read: Reader, body: Fields) -> None:
    """Read a query: the length tells the version (RFC 9777, 8.1)."""
    version = 2 if read.left >= V2_QUERY else 1
    body["version"] = version
    code = read.u16()
    body["max_response_delay"] = floating(code, 16) if version == 2 else code
    read.skip(2)
    body["group_address"] = read.ipv6()
    if version == 2:
        query_sources(read, body, Reader.ipv6)


def read_report(read: Reader, body: Fields) -> None:
    """Read a report, or that a listener is done."""
    read.skip(4)
    body["group_address"] = read.ipv6()


def read_report_v2(read: Reader, body: Fields) -> None:
    """Read the records of a version 2 report."""
    group_records(read, body, Reader.ipv6)


def read_router_advertisement(read: Reader, body: Fields) -> None:
    """Read what a multicast router says of its queries; the message's code is its interval."""
    body["query_interval"] = read.u16()
    body["robustness"] = read.u16()
