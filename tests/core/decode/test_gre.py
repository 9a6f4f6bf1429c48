import pytest
from support.crosscheck import Row, rows
from support.tunnels import FRAME, INNER, INNER6, by_tshark, check_cuts, decoded, ip4, udp

from pcaptools.core.decode import gre
from pcaptools.core.decode.gre import ARUBA, GRE
from pcaptools.core.decode.layer import Raw
from pcaptools.core.decode.tables import Table
from pcaptools.core.decode.tcp import TCP

CHECKS = (
    rows("gre.pcap", {
        1: [
            ("link.ip.gre.flags.checksum", 0, "gre.flags.checksum"),
            ("link.ip.gre.flags.routing", 0, "gre.flags.routing"),
            ("link.ip.gre.flags.key", 1, "gre.flags.key"),
            ("link.ip.gre.flags.sequence_number", 1, "gre.flags.sequence_number"),
            ("link.ip.gre.flags.strict_source_route", 0, "gre.flags.strict_source_route"),
            ("link.ip.gre.recursion_control", 0, "gre.flags.recursion_control"),
            ("link.ip.gre.version", 0, "gre.flags.version"),
            ("link.ip.gre.protocol", 0x6558, "gre.proto"),
            ("link.ip.gre.protocol_name", "Ethernet", "tcpdump", "proto TEB"),
            ("link.ip.gre.gre_key", 77, "gre.key"),
            ("link.ip.gre.sequence_number", 4, "gre.sequence_number"),
            ("link.ip.gre.link.dhost", "02:00:00:00:09:02", "eth.dst[1]"),
            ("link.ip.gre.link.ip.tcp.dport", 8080, "tcp.dstport"),
        ],
    })
    + rows("gre-ip.pcap", {
        1: [
            ("link.ip.gre.flags.checksum", 1, "gre.flags.checksum"),
            ("link.ip.gre.checksum", 0x6C3D, "gre.checksum"),
            ("link.ip.gre.offset", 0, "gre.offset"),
            ("link.ip.gre.gre_key", 5, "gre.key"),
            ("link.ip.gre.protocol", 0x0800, "gre.proto"),
            ("link.ip.gre.ip.tcp.dport", 8080, "tcp.dstport"),
        ],
    })
    + rows("corpus:zeek/tunnels/gre-within-gre.pcap", {
        1: [
            ("link.ip.gre.ip.gre.protocol", 0x0800, "gre.proto[1]"),
            ("link.ip.gre.ip.gre.ip.saddr", "10.10.25.1", "ip.src[2]"),
        ],
    })
    + rows("corpus:tcpdump/pptp.pcap", {
        16: [
            ("link.ip.gre.version", 1, "gre.flags.version"),
            ("link.ip.gre.flags.ack", 0, "gre.flags.ack"),
            ("link.ip.gre.payload_length", 48, "gre.key.payload_length"),
            ("link.ip.gre.call_id", 0, "gre.key.call_id"),
            ("link.ip.gre.sequence_number", 0, "gre.sequence_number"),
            ("link.ip.gre.ppp.protocol", 0xC021, "ppp.protocol"),
        ],
    })
    + rows("corpus:tcpdump/wccp_redirect_gre.pcap", {
        1: [
            ("link.ip.gre.protocol", 0x883E, "gre.proto"),
            ("link.ip.gre.wccp.flags.dynamic_service", 1, "gre.wccp.dynamic_service"),
            ("link.ip.gre.wccp.flags.alternative_bucket_used", 0, "gre.wccp.alternative_bucket_used"),
            ("link.ip.gre.wccp.flags.redirect_header_valid", 1, "gre.wccp.redirect_header_valid"),
            ("link.ip.gre.wccp.service_id", 89, "gre.wccp.service_id"),
            ("link.ip.gre.wccp.alternative_bucket", 0, "gre.wccp.alternative_bucket"),
            ("link.ip.gre.wccp.primary_bucket", 72, "gre.wccp.primary_bucket"),
            ("link.ip.gre.wccp.ip.tcp.dport", 445, "tcp.dstport"),
        ],
    })
    + rows("corpus:tcpdump/nhrp-trace.pcap", {
        1: [
            ("link.ip.gre.protocol_name", "NHRP", "gre.proto", "0x2001"),
            ("link.ip.gre.gre_key", 0x3E8, "gre.key"),
        ],
    })
)  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def carried(header: str, inner: bytes = INNER) -> GRE:
    found: GRE = decoded(ip4(bytes.fromhex(header) + inner, 47)).link.ip.gre
    return found


def reason(header: str) -> str:
    child = carried(header).child
    assert isinstance(child, Raw)
    return child.reason


ROUTES = "0002 00 08 0a000001 0a000002  0002 04 04 0a000003  0000 00 00"
"""Two source route entries (RFC 1701), and the one that ends them."""
BUILT = [
    ("0000 0800", INNER),
    ("8000 0800 1234 0000", INNER),
    ("2000 86dd 00000001", INNER6),
    ("1000 6558 00000002", FRAME),
    ("b000 0800 1234 0000 00000001 00000002", INNER),
    (f"4000 0800 0000 0004 {ROUTES}", INNER),
    (f"f800 0800 1234 0004 00000001 00000002 {ROUTES}", INNER),
    ("3081 880b 002c 0001 00000001 00000002 ff030021", INNER),
    ("2001 6400 0036 0500", FRAME),  # EoIP
    ("0000 883e 04590048", INNER),
    ("0000 883e", INNER),  # WCCP version 1
]


def test_built_headers_are_as_tshark_reads_them() -> None:
    packets = [ip4(bytes.fromhex(header) + inner, 47) for header, inner in BUILT]
    names = ["gre.checksum", "gre.offset", "gre.key", "gre.sequence_number", "gre.ack_number", "tcp.dstport"]
    for packet, fields in zip(packets, by_tshark(packets, names), strict=True):
        header = decoded(packet).link.ip.gre
        found = [header.checksum, header.offset, header.gre_key, header.sequence_number, header.ack_number]
        if header.protocol == 0x6400:
            fields[2] = ""  # tshark shows EoIP's length and tunnel as a key
        assert found == [int(field, 0) if field else None for field in fields[:5]]
        assert fields[5] == "2"
        assert [layer.dport for layer in decoded(packet).layers() if isinstance(layer, TCP)] == [2]


def test_eoip() -> None:  # MikroTik's: the payload's length, then the tunnel, the lower byte first
    header = carried("2001 6400 0036 0501", FRAME + b"padding")
    assert (header.gre_key, header.payload_length, header.call_id) == (None, 54, 0x0105)
    assert header.link.ip.tcp.dport == 2


def test_every_optional_field() -> None:  # RFC 2890, 2: checksum and reserved, key, sequence number
    header = carried("b000 0800 1234 0000 00000001 00000002")
    assert header.flags == (1, 0, 1, 1, 0, 0)
    assert (header.checksum, header.offset, header.gre_key, header.sequence_number, header.ack_number) == (
        0x1234,
        0,
        1,
        2,
        None,
    )
    assert header.ip.tcp.dport == 2


def test_what_is_not_there_is_left_out() -> None:
    assert list(carried("0000 0800").as_dict()) == [
        "flags", "recursion_control", "version", "protocol", "protocol_name", "ip",
    ]  # fmt: skip


def test_source_routes() -> None:
    header = carried(f"4700 0800 0000 0004 {ROUTES}")
    assert header.recursion_control == 7
    assert header.routing == [(2, 0, 8, bytes.fromhex("0a0000010a000002")), (2, 4, 4, bytes.fromhex("0a000003"))]
    assert header.ip.tcp.dport == 2


def test_source_routes_without_end() -> None:
    assert (
        carried("4000 0800 0000 0000" + "0002 00 00" * 2000, b"").malformed.reason == "more than 32 GRE source routes"
    )
    header = carried("4000 0800 0000 0000 0002 00 09 0a000001", b"")
    assert (header.offset, header.routing) == (0, [])
    assert header.malformed.reason == "GRE header: 9 bytes in 4"


def test_nvgre() -> None:  # RFC 7637, 3.2: 24 bits of subnet, 8 of flow
    header = carried("2000 6558 00138902", FRAME)
    assert (header.vsid, header.flow_id, header.gre_key) == (5001, 2, 0x138902)
    assert header.link.ip.tcp.dport == 2
    assert carried("2000 0800 00138902").vsid is None


def test_pptp() -> None:  # RFC 2637, 4.1: payload length, call, sequence and acknowledgment number
    header = carried("3081 880b 002c 0005 00000001 00000002 ff030021")
    assert (header.payload_length, header.call_id, header.sequence_number, header.ack_number) == (44, 5, 1, 2)
    assert header.ppp.ip.tcp.dport == 2
    assert carried("3081 880b 0008 0005 00000001 00000002 ff030021").ppp.end == 20 + 16 + 8
    assert carried("2081 880b 0000 0005 00000002", bytes(6)).child is None  # an acknowledgment, and padding


def test_keep_alive() -> None:
    # What Cisco's routers send: a packet to the peer, with one back to the sender inside that carries nothing.
    outer = decoded(ip4(bytes.fromhex("0000 0800") + ip4(bytes(4), 47), 47)).link.ip.gre
    assert (outer.ip.gre.protocol_name, outer.ip.gre.child) == ("keep-alive", None)


def test_aruba(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {0x8200, 0x8240, 0x8300, 0x8370} <= ARUBA
    assert not {0x8201, 0x8380, 0x9000} & ARUBA
    table = Table()
    table.add(105, "ethernet:Ethernet")  # whoever takes that link type
    monkeypatch.setattr(gre, "links", table)
    assert carried("0000 8200", FRAME).link.dhost == "02:00:00:00:00:02"


def test_in_udp() -> None:  # RFC 8086
    packet = udp(bytes.fromhex("2000 0800 00000007") + INNER, 4754)
    assert decoded(packet).link.ip.udp.gre.gre_key == 7
    assert decoded(packet).link.ip.udp.gre.ip.tcp.dport == 2


def test_that_is_none() -> None:
    assert decoded(ip4(bytes.fromhex("0002 0800") + INNER, 47)).link.ip.malformed.reason == "GRE version 2"
    assert carried("0000 9000").payload == INNER
    assert reason("0000 9000") == "no decoder for GRE protocol 0x9000"
    assert reason("0000 2001") == "no decoder for GRE protocol 0x2001 (NHRP)"
    assert carried("0000 883e", b"\x05\x01").malformed.protocol == "wccp"


def test_cut() -> None:
    check_cuts(ip4(bytes.fromhex("b000 0800 1234 0000 00000001 00000002") + INNER, 47), keep="gre", after=24)
    check_cuts(ip4(bytes.fromhex(f"4000 0800 0000 0004 {ROUTES}") + INNER, 47), keep="gre", after=24)
    check_cuts(ip4(bytes.fromhex("0000 883e 04590048") + INNER, 47), keep="wccp", after=28)
