"""DNS messages against the facts that tshark read from real captures (zeek.json), each difference accounted for.

A difference stands in KNOWN with the frames it is about and the reason, and the test fails as well when an entry no
longer differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.corpus import zeek_facts

from pcaptools.core.decode.dissector import Dissector
from pcaptools.core.decode.dns import DNS
from pcaptools.core.decode.packet import Packet
from pcaptools.core.decode.udp import UDP
from pcaptools.core.errors import PcapToolsError
from pcaptools.core.sources.files import FileSource

Fact = tuple[int, bool, str, str, tuple[str, ...], tuple[int, ...], tuple[str, ...], tuple[str, ...]]
"""Id, response, source, destination, names and types asked for, every A and every AAAA address."""

KNOWN: dict[str, tuple[Counter[Fact], Counter[Fact], str]] = {}

NOT_YET = ("tunnels/", "radiotap.pcap", "wlanmon.pcap")
"""TODO: what tunnels and IEEE 802.11 carry, when these are decoded."""


def packets(path: Path) -> Iterator[Packet]:
    dissector = Dissector()
    with FileSource([path]) as source:
        try:
            for batch in source.batches():
                for record in batch.records:
                    yield dissector.packet(Packet.of(record, batch.link_type).raw)
        except PcapToolsError:
            return  # the file is broken here


def ours(path: Path) -> Counter[Fact]:
    found: Counter[Fact] = Counter()
    for packet in packets(path):
        ip: Any = None
        for layer in packet.layers():
            if layer.quotes:
                break
            if layer.key == "ip":
                ip = layer
            elif isinstance(layer, UDP) and isinstance(layer.child, DNS) and 53 in (layer.sport, layer.dport):
                found[fact(layer.child, ip.saddr, ip.daddr)] += 1
    return found


def fact(message: DNS, saddr: str, daddr: str) -> Fact:
    records = [*message.answer, *message.authority, *message.additional]
    a, aaaa = (tuple(record["rdata"] for record in records if record["type"] == kind) for kind in ("A", "AAAA"))
    names = tuple(name for name, _, _ in message.questions)
    types = tuple(number for _, number, _ in message.questions)
    assert message.header is not None
    return (message.header.id, bool(message.qr), saddr, daddr, names, types, a, aaaa)


def theirs(facts: list[dict[str, Any]]) -> Counter[Fact]:
    found: Counter[Fact] = Counter()
    for one in facts:
        qname, qtype, a, aaaa = (tuple(one[name]) for name in ("qname", "qtype", "a", "aaaa"))
        found[one["id"], one["response"], one["src"], one["dst"], qname, qtype, a, aaaa] += 1
    return found


def test_messages_agree_with_tshark(corpus: Path) -> None:
    same = different = 0
    surprises = {}
    for name, facts in zeek_facts(corpus).items():
        if name.startswith(NOT_YET):
            continue
        want, got = theirs(facts["dns"]), ours(corpus / "zeek" / name)
        same += (want & got).total()
        different += ((want - got) + (got - want)).total()
        if (want - got, got - want) != KNOWN.get(name, (Counter(), Counter(), ""))[:2]:
            surprises[name] = (dict(want - got), dict(got - want))
    assert surprises == {}
    assert same >= 200
    assert same / (same + different) >= 0.98
