import pytest
from support.crosscheck import Row, rows
from support.tunnels import FRAME, INNER, by_tshark, check_cuts, decoded, ip4

from pcaptools.core.decode.erspan import ERSPAN

CHECKS = (
    rows("erspan-ii.pcap", {
        4: [
            ("link.ip.gre.erspan.version", 1, "erspan.version"),
            ("link.ip.gre.erspan.vlan", 0, "erspan.vlan"),
            ("link.ip.gre.erspan.cos", 0, "erspan.cos"),
            ("link.ip.gre.erspan.encap", 0, "erspan.encap"),
            ("link.ip.gre.erspan.truncated", 0, "erspan.truncated"),
            ("link.ip.gre.erspan.session_id", 1, "erspan.spanid"),
            ("link.ip.gre.erspan.index", 3, "erspan.index"),
            ("link.ip.gre.erspan.link.ip.tcp.dport", 8080, "tcp.dstport"),
        ],
    })
    + rows("erspan-iii.pcap", {
        1: [
            ("link.ip.gre.erspan.version", 2, "erspan.version"),
            ("link.ip.gre.erspan.bso", 0, "erspan.bso"),
            ("link.ip.gre.erspan.session_id", 2, "erspan.spanid"),
            ("link.ip.gre.erspan.timestamp", 2252971186, "erspan.timestamp"),
            ("link.ip.gre.erspan.sgt", 0, "erspan.sgt"),
            ("link.ip.gre.erspan.p", 0, "erspan.p"),
            ("link.ip.gre.erspan.ft", 0, "erspan.ft"),
            ("link.ip.gre.erspan.hw", 4, "erspan.hw"),
            ("link.ip.gre.erspan.direction", 1, "erspan.direction"),
            ("link.ip.gre.erspan.gra", 0, "erspan.gra"),
            ("link.ip.gre.erspan.o", 0, "erspan.o"),
            ("link.ip.gre.erspan.link.ip.tcp.dport", 8080, "tcp.dstport"),
        ],
        2: [("link.ip.gre.erspan.direction", 0, "erspan.direction")],
    })
    + rows("corpus:tcpdump/erspan-type-ii-3.pcap", {
        1: [
            ("link.ip.gre.erspan.vlan", 1, "erspan.vlan"),
            ("link.ip.gre.erspan.encap", 2, "erspan.encap"),
            ("link.ip.gre.erspan.session_id", 101, "erspan.spanid"),
            ("link.ip.gre.erspan.index", 43973, "erspan.index"),
            ("link.ip.gre.erspan.link.dhost", "01:80:c2:00:00:00", "eth.dst[1]"),
        ],
    })
    + rows("corpus:tcpdump/erspan-type-iii-ft-0.pcap", {
        1: [
            ("link.ip.gre.erspan.vlan", 20, "erspan.vlan"),
            ("link.ip.gre.erspan.timestamp", 2740542463, "erspan.timestamp"),
            ("link.ip.gre.erspan.gra", 3, "erspan.gra"),
            ("link.ip.gre.erspan.link.vlan[0].id", 20, "vlan.id"),
            ("link.ip.gre.erspan.link.ip.saddr", "10.29.11.1", "ip.src[1]"),
        ],
    })
    + rows("corpus:tcpdump/erspan-type-iii-ft-7.pcap", {
        1: [
            ("link.ip.gre.erspan.bso", 3, "erspan.bso"),
            ("link.ip.gre.erspan.ft", 7, "erspan.ft"),
            ("link.ip.gre.erspan.hw", 32, "erspan.hw"),
        ],
    })
)  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def packet(header: str, inner: bytes = FRAME, gre: str = "1000 22eb 00000001") -> bytes:
    return ip4(bytes.fromhex(gre) + bytes.fromhex(header) + inner, 47)


def erspan(header: str, inner: bytes = FRAME) -> ERSPAN:
    found: ERSPAN = decoded(packet(header, inner)).link.ip.gre.erspan
    return found


THIRD = "2abc f7ff 12345678 9abc"
"""Type III (draft-foschiano-erspan-03, 4.2) with VLAN 0xabc, every other bit of the first word set; the last word
follows."""


def test_type_i_has_no_header() -> None:
    # 4.1: no sequence number in GRE
    found = decoded(packet("", gre="0000 88be")).link.ip.gre.erspan
    assert found.as_dict()["type"] == 1
    assert found.link.ip.tcp.dport == 2


def test_type_ii() -> None:
    found = decoded(packet("1abc ffff fff54321", gre="1000 88be 00000001")).link.ip.gre.erspan
    assert found.as_dict() | {"link": None} == {
        "version": 1, "type": 2, "vlan": 0xABC, "cos": 7, "encap": 3, "encap_name": "VLAN tag preserved",
        "truncated": 1, "session_id": 0x3FF, "index": 0x54321, "link": None,
    }  # fmt: skip
    assert found.link.ip.tcp.dport == 2


def test_type_iii() -> None:
    found = erspan(f"{THIRD} 8fde", FRAME)  # P 1, type 3, hardware 61, egress, granularity 3, no sub-header
    assert found.as_dict() | {"payload": None} == {
        "version": 2, "type": 3, "vlan": 0xABC, "cos": 7, "bso": 2, "bso_name": "oversized", "truncated": 1,
        "session_id": 0x3FF, "timestamp": 0x12345678, "sgt": 0x9ABC, "p": 1, "ft": 3, "hw": 0x3D, "direction": 1,
        "direction_name": "egress", "gra": 3, "gra_name": "custom", "o": 0, "payload": None,
    }  # fmt: skip
    assert found.child is not None
    assert found.child.reason == "no decoder for ERSPAN frame type 3"


def test_type_iii_may_mirror_ip() -> None:
    assert erspan(f"{THIRD} 0800", INNER).ip.tcp.dport == 2


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("0400 0abc 00000007", {"platform_id": 1, "vsm_id": 0xABC, "port_index": 7}),
        ("0c00 1234 00000007", {"platform_id": 3, "port_index": 0x1234, "timestamp": 7}),
        ("1555 1234 00000007", {"platform_id": 5, "switch_id": 0x155, "port_index": 0x1234, "timestamp": 7}),
        ("1955 1234 00000007", {"platform_id": 6, "switch_id": 0x155, "port_index": 0x1234, "timestamp": 7}),
        ("1c01 2345 00000007", {"platform_id": 7, "source_index": 0x12345, "timestamp": 7}),
        ("2000 0001 00000007", {"platform_id": 8, "info": 1 << 32 | 7}),
    ],
)
def test_sub_headers(words: str, parts: dict[str, int]) -> None:  # 4.3
    found = erspan(f"{THIRD} 0001 {words}")
    assert found.subheader == parts
    assert found.link.ip.tcp.dport == 2


def test_sub_headers_as_tshark_reads_them() -> None:
    words = ["0400 0abc 00000007", "0c00 1234 00000007", "1555 1234 00000007", "1c01 2345 00000007"]
    names = ["erspan.platid", "erspan.pid1.vsmid", "erspan.pid1.port_index", "erspan.pid3.port_index"]
    names += ["erspan.pid5.switchid", "erspan.pid5.port_index", "erspan.pid7.source_index", "tcp.dstport"]
    found = by_tshark([packet(f"{THIRD} 0001 {text}") for text in words], names)
    assert [[int(field, 0) if field else None for field in line] for line in found] == [
        [1, 0xABC, 7, None, None, None, None, 2],
        [3, None, None, 0x1234, None, None, None, 2],
        [5, None, None, None, 0x155, 0x1234, None, 2],
        [7, None, None, None, None, None, 0x12345, 2],
    ]


def test_that_is_none() -> None:
    assert decoded(packet("3001 0000 00000000")).link.ip.gre.malformed.reason == "ERSPAN version 3"


def test_cut() -> None:
    check_cuts(packet("1001 0000 00000000", gre="1000 88be 00000001"), keep="erspan", after=36)
    check_cuts(packet(f"{THIRD} 0001 0400 0abc 00000007"), keep="erspan", after=48)
