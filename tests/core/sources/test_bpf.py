import re
import struct

import pytest

from pcaptools.core.errors import FilterError
from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.bpf import Filter, check_filter, compile_filter, libpcap_version

IPV4 = bytes.fromhex("4500002800010000400600007f0000017f000001") + struct.pack(">HH", 4000, 80) + bytes(16)
IPV6 = b"\x60" + bytes(5) + b"\x06\x40" + bytes(32) + struct.pack(">HH", 4000, 80) + bytes(16)
ETHERNET = bytes(12) + b"\x08\x00"


def compiled(expression: str, link_type: int) -> Filter:
    program = compile_filter(expression, link_type)
    assert program is not None
    return program


def test_no_expression_is_no_filter() -> None:
    assert compile_filter("", 9999) is None


@pytest.mark.parametrize(
    ("link_type", "header"),
    [
        (1, ETHERNET),
        (9, b"\xff\x03\x00\x21"),  # PPP
        (100, bytes.fromhex("aaaa030000000800")),  # ATM, RFC 1483
        (101, b""),  # RAW
        (104, bytes.fromhex("0f000800")),  # Cisco HDLC
        (113, bytes(14) + b"\x08\x00"),  # SLL
        (228, b""),  # IPV4
        (276, b"\x08\x00" + bytes(18)),  # SLL2
    ],
)
def test_link_types(link_type: int, header: bytes) -> None:
    packet = header + IPV4
    assert compiled("tcp port 80", link_type).matches(packet, len(packet))
    assert not compiled("udp", link_type).matches(packet, len(packet))


@pytest.mark.parametrize("link_type", [0, 108])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("family", "packet"), [(2, IPV4), *((af, IPV6) for af in (10, 24, 28, 30))])
def test_loopback_families(link_type: int, order: str, family: int, packet: bytes) -> None:
    packet = struct.pack(order + "I", family) + packet
    assert compiled("tcp port 80", link_type).matches(packet, len(packet))
    assert compiled("ip6", link_type).matches(packet, len(packet)) is (family != 2)


def test_length_is_that_on_the_wire() -> None:
    program = compiled("greater 1000 and tcp", 1)
    cut = (ETHERNET + IPV4)[:54]
    assert program.matches(cut, 1500)
    assert not program.matches(cut, 54)
    assert not compiled("greater 1000 and udp", 1).matches(cut, 1500)


def test_beyond_the_cut_nothing_matches() -> None:
    assert not compiled("tcp port 80", 1).matches((ETHERNET + IPV4)[:36], 1500)
    assert not compiled("tcp", 1).matches(b"", 1500)


@pytest.mark.parametrize(
    ("expression", "link_type", "words"),
    [
        ("tcp and udp", 1, "rejects all"),
        ("vlan", 113, "VLAN"),
        ("tcp", 9999, "unknown data link type"),
        ("tcp", 189, "USB"),
        ("type mgt", 1, "802.11"),
        ("inbound", 1, "direction"),
    ],
)
def test_valid_but_matches_nothing_here(expression: str, link_type: int, words: str) -> None:
    program = compiled(expression, link_type)
    assert program.rejects_all is not None
    assert words in program.rejects_all
    assert not program.matches(ETHERNET + IPV4, 54)
    assert program.select(Batch(link_type, [(0, 54, ETHERNET + IPV4)])).records == []


@pytest.mark.parametrize("expression", ["tcp foo", "port 99999", "tcp\0", "\udcff", "("])
def test_invalid(expression: str) -> None:
    for link_type in (1, 101, 9999):
        with pytest.raises(FilterError, match="bad filter"):
            compile_filter(expression, link_type)


def test_tab_gets_a_hint() -> None:
    check_filter(r"ip proto \tcp")
    with pytest.raises(FilterError, match=r"TAB: something turned \\t into one") as caught:
        check_filter("ip proto \tcp")
    assert "\t" not in str(caught.value)


def test_select_keeps_comments_with_their_packets() -> None:
    whole = ETHERNET + IPV4
    batch = Batch(1, [(1, 14, ETHERNET), (2, 54, whole), (3, 54, whole)], True, {0: ("no",), 2: ("yes",)})
    assert compiled("tcp", 1).select(batch) == Batch(1, batch.records[1:], True, {1: ("yes",)})


def test_libpcap_version() -> None:
    assert re.search(r"libpcap.*\d", libpcap_version())
