"""No packet makes a decoder or a printer raise or take long; the fast way to TCP finds what the layers say."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz import packets
from fuzz.choices import Choices

from pcaptools.core.decode.packet import Packet
from pcaptools.core.decode.segment import segment_parser
from pcaptools.core.sources.base import RawPacket

_checkers: list[packets.Checker] = []
FRESH = 1000
"""After so many packets the dissector starts anew, so that what it said of the last can be found again."""
_count = 0


def check(data: bytes) -> None:
    """Take two bytes for the link type, one for what the wire had more, the rest for a packet."""
    global _count  # noqa: PLW0603 (a fuzzer calls a function)
    choices = Choices(data)
    link_type, more = choices.number(2), choices.number()
    frame = choices.rest()
    if _count % FRESH == 0:
        _checkers[:] = [packets.Checker()]
    _count += 1
    raw = RawPacket(frame, 0, 0, len(frame), len(frame) + more, link_type)
    _checkers[0].check(raw)
    packets.Checker().check(raw)  # alone, with nothing begun before
    agree(raw)


def agree(raw: RawPacket) -> None:
    """The fast path and the layers find the same ports and the same payload, where both find TCP right in IP."""
    found = segment_parser(raw.link_type)(raw.data, raw.len)
    if not found:
        return
    link = Packet(raw).link
    tcp = getattr(getattr(link, "ip", None), "tcp", None)
    if tcp is None or getattr(tcp, "sport", None) is None:
        return
    assert found[0][-4:] == tcp.sport.to_bytes(2, "big") + tcp.dport.to_bytes(2, "big"), "other ports"
    assert (found[1], found[2]) == (tcp.seqno, tcp.ackno), "other numbers"


def seeds() -> Iterator[bytes]:
    """Yield real packets, some of every capture that is part of the repository."""
    for path in sorted(packets.CAPTURES.rglob("*.pcap*")):
        found = list(packets._read(path))
        for seed in found[:: max(1, len(found) // 4)][:4]:
            yield seed.link_type.to_bytes(2, "big") + b"\0" + seed.data
