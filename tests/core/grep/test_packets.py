from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from support.build import ACK, Dialogue

from pcaptools.commands._watchdog import Watchdog
from pcaptools.core.events import GrepMatch
from pcaptools.core.grep.packets import PacketSearch
from pcaptools.core.grep.pattern import compile_pattern
from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.files import FileSource

CAPTURES = Path(__file__).parents[2] / "captures"


def talk(*texts: bytes) -> Batch:
    """Packets 4, 5, … carry the texts; 1 to 3 are the handshake."""
    dialogue = Dialogue().open()
    for text in texts:
        dialogue.send("c", text, acked=False)
    return Batch(1, dialogue.records)


def found(batch: Batch, pattern: str, **options: Any) -> list[tuple[int, bool]]:
    return [
        (match.packets[0], match.context) for match in PacketSearch(compile_pattern(pattern), **options).search(batch)
    ]


def test_a_match_names_its_packet() -> None:
    (match,) = PacketSearch(compile_pattern("b+")).search(talk(b"aaa", b"abba", b"ccc"))
    assert (match.packets, match.data, match.spans) == ((5,), b"abba", [(1, 3)])
    assert (match.src, match.dst, match.protocol) == (("10.0.0.1", 40000), ("10.0.0.2", 80), "tcp")


def test_packets_are_numbered_through() -> None:
    search = PacketSearch(compile_pattern("a"))
    batch = talk(b"a")
    assert [match.packets for match in search.search(batch) + search.search(batch)] == [(4,), (8,)]
    assert search.found == 2


def test_context() -> None:
    batch = talk(b"1", b"2", b"x", b"3", b"4", b"5", b"6", b"x", b"7")
    assert found(batch, "x", before=1, after=1) == [
        (5, True), (6, False), (7, True), (10, True), (11, False), (12, True)
    ]  # fmt: skip
    matches = PacketSearch(compile_pattern("x"), before=1, after=1).search(batch)
    assert [match.apart for match in matches] == [False, False, False, True, False, False]


def test_context_that_touches_is_one_group() -> None:
    matches = PacketSearch(compile_pattern("x"), before=2, after=1).search(talk(b"x", b"1", b"2", b"3", b"x"))
    assert [match.packets[0] for match in matches] == [4, 5, 6, 7, 8]
    assert not any(match.apart for match in matches)


def test_context_before_a_match_may_be_of_another_batch() -> None:
    search = PacketSearch(compile_pattern("x"), before=2)
    assert search.search(talk(b"1", b"2")) == []
    assert [match.packets[0] for match in search.search(talk(b"x"))] == [4, 5, 9]


def test_inverted() -> None:
    assert found(talk(b"a", b"b", b"a"), "a", invert=True) == [(5, False)]  # those without payload say nothing


def test_as_many_as_wanted() -> None:
    search = PacketSearch(compile_pattern("a"), most=2, after=1)
    matches = search.search(talk(b"a", b"a", b"b", b"a"))
    assert [(match.packets[0], match.context) for match in matches] == [(4, False), (5, False), (6, True)]
    assert search.done


def test_which_packets_matched() -> None:
    search = PacketSearch(compile_pattern("a"), after=1)
    search.search(talk(b"a", b"b"))
    assert search.selected == [3]  # an index; what only stands beside it is not in


def test_a_search_without_end_is_given_up_and_the_others_go_on() -> None:
    search = PacketSearch(compile_pattern("(a+)+$"), watch=Watchdog())
    begun = time.process_time()
    matches = search.search(talk(b"aa", b"a" * 64 + b"b", b"aaa"))
    assert [match.packets for match in matches] == [(4,), (6,)]
    assert search.gave_up == [5]
    assert time.process_time() - begun < 3


def everything(name: str, pattern: str, *, slow: bool) -> list[GrepMatch]:
    compiled = compile_pattern(pattern)
    if slow:
        compiled.part = None
    search = PacketSearch(compiled)
    with FileSource([CAPTURES / name]) as source:
        return [match for batch in source.batches() for match in search.search(batch)]


@pytest.mark.parametrize(
    "name", ["ipv6.pcap", "vxlan.pcap", "gre-ip.pcap", "chunked.pcap", "teredo.pcap", "any-sll2.pcapng"]
)
@pytest.mark.parametrize("pattern", ["HTTP", "item 1", "e", "[0-9]+ OK", "a.b"])
def test_the_quick_way_finds_what_the_slow_one_does(name: str, pattern: str) -> None:
    assert everything(name, pattern, slow=False) == everything(name, pattern, slow=True)


def test_a_match_across_fragments_is_in_the_packet_that_completes_them() -> None:
    """IPv4 fragments of one UDP datagram; the pattern lies across the two."""
    payload = b"x" * 20 + b"needle" + b"y" * 20
    udp = (
        (5000).to_bytes(2, "big")
        + (6000).to_bytes(2, "big")
        + (8 + len(payload)).to_bytes(2, "big")
        + b"\0\0"
        + payload
    )

    def fragment(offset: int, data: bytes, *, more: bool) -> bytes:
        field = (offset >> 3 | (0x2000 if more else 0)).to_bytes(2, "big")
        header = b"\x45\0" + (20 + len(data)).to_bytes(2, "big") + b"\0\x07" + field + b"\x40\x11\0\0"
        return b"\0" * 12 + b"\x08\0" + header + b"\x0a\0\0\x01\x0a\0\0\x02" + data

    frames = [fragment(0, udp[:32], more=True), fragment(32, udp[32:], more=False)]
    batch = Batch(1, [(number, len(frame), frame) for number, frame in enumerate(frames)])
    (match,) = PacketSearch(compile_pattern("needle")).search(batch)
    assert (match.packets, match.data, match.protocol) == ((2,), payload, "udp")
    assert match.src == ("10.0.0.1", 5000)


def test_protocols_without_ports() -> None:
    echo = b"\x08\0\0\0\0\x01\0\x01needle"
    header = b"\x45\0" + (20 + len(echo)).to_bytes(2, "big") + b"\0\0\0\0\x40\x01\0\0\x0a\0\0\x01\x0a\0\0\x02"
    frame = b"\0" * 12 + b"\x08\0" + header + echo
    (match,) = PacketSearch(compile_pattern("needle")).search(Batch(1, [(0, len(frame), frame)]))
    assert (match.src, match.dst) == (("10.0.0.1", None), ("10.0.0.2", None))
    unknown = b"\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x88\xb5needle"  # an ethertype for experiments
    (match,) = PacketSearch(compile_pattern("needle")).search(Batch(1, [(0, len(unknown), unknown)]))
    assert match.src == ("07:08:09:0a:0b:0c", None)


def test_padding_is_no_payload() -> None:
    dialogue = Dialogue().open().raw("c", ACK, b"abc")
    moment, length, data = dialogue.records[-1]
    batch = Batch(1, [(moment, length + 6, data + b"needle")])
    assert PacketSearch(compile_pattern("needle")).search(batch) == []
