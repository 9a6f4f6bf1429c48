"""The payload of a packet: the quick ways agree with the way through the layers, on everything recorded."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from pcaptools.core.decode.fragments import FragmentTable
from pcaptools.core.errors import PcapToolsError
from pcaptools.core.grep.payload import Belonging, Payload, Payloads
from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.files import FileSource

CAPTURES = Path(__file__).parents[2] / "captures"
NAMES = sorted(path.name for path in CAPTURES.glob("*.pcap*"))


def batches(path: Path) -> list[Batch]:
    found: list[Batch] = []
    with FileSource([path]) as source, contextlib.suppress(PcapToolsError):
        found.extend(source.batches())
    return found


def check(path: Path) -> int:
    quick_ones = 0
    table, other_table = FragmentTable(), FragmentTable()
    for batch in batches(path):
        payloads = Payloads(batch.link_type, table)
        for number, record in enumerate(batch.records, 1):
            _, wire_len, data = record
            general = Payloads(batch.link_type, other_table).look_closely(record)
            where = f"{path.name} {number}"
            assert payloads(record) == general, where
            if payloads.is_plain(data, wire_len):
                assert general, where  # an incomplete datagram gives nothing
                quick_ones += 1
    return quick_ones


@pytest.mark.parametrize("name", NAMES)
def test_the_quick_ways_agree_with_the_layers(name: str) -> None:
    check(CAPTURES / name)


def test_the_quick_ways_agree_on_the_corpus(corpus: Path) -> None:
    paths = sorted(path for path in (corpus / "zeek").rglob("*.pcap*") if path.stat().st_size < 300_000)
    assert sum(map(check, paths)) > 6_000


def test_most_packets_go_the_quick_way() -> None:
    assert check(CAPTURES / "chunked.pcap") == sum(len(batch.records) for batch in batches(CAPTURES / "chunked.pcap"))


def found(name: str) -> list[list[Payload]]:
    table: list[list[Payload]] = []
    fragments = FragmentTable()
    for batch in batches(CAPTURES / name):
        table += map(Payloads(batch.link_type, fragments), batch.records)
    return table


def test_a_tunnel_gives_what_is_inside() -> None:
    inside = [payload for row in found("vxlan.pcap") for payload in row if payload.protocol == "tcp" and payload.data]
    assert inside
    assert inside[0].data.startswith(b"GET ")


def test_belonging() -> None:
    (batch,) = batches(CAPTURES / "pipelined.pcap")
    (payload,) = Payloads(batch.link_type, FragmentTable())(batch.records[3])
    flow = (payload.protocol, frozenset(payload.endpoints()))
    belongs = Belonging({flow})
    assert all(belongs(record, batch.link_type) for record in batch.records)
    other = ("tcp", frozenset((("10.9.0.2", 1), ("10.9.0.1", 80))))
    assert not any(Belonging({other})(record, batch.link_type) for record in batch.records)
