import pytest
from support.crosscheck import Row, packets, rows
from support.tunnels import FRAME, INNER, INNER6, by_tshark, check_cuts, decoded, udp

CHECKS = (
    rows("vxlan.pcap", {
        1: [
            ("link.ip.udp.vxlan.flags.i", 1, "vxlan.flag_i"),
            ("link.ip.udp.vxlan.flags.g", 0, "vxlan.flag_g"),
            ("link.ip.udp.vxlan.vni", 5001, "vxlan.vni"),
            ("link.ip.udp.vxlan.link.dhost", "02:00:00:00:09:02", "eth.dst[1]"),
            ("link.ip.udp.vxlan.link.ip.tcp.dport", 8080, "tcp.dstport"),
        ],
    })
    + rows("vxlan-gbp.pcap", {
        1: [
            ("link.ip.udp.vxlan.flags.g", 1, "vxlan.flag_g"),
            ("link.ip.udp.vxlan.flags.d", 0, "vxlan.flag_d"),
            ("link.ip.udp.vxlan.flags.a", 0, "vxlan.flag_a"),
            ("link.ip.udp.vxlan.gbp", 0x123, "vxlan.gbp"),
            ("link.ip.udp.vxlan.vni", 5001, "vxlan.vni"),
        ],
        2: [("link.ip.udp.vxlan.flags.g", 0, "vxlan.flag_g")],
    })
    + rows("vxlan-gpe.pcap", {
        1: [
            ("link.ip.udp.vxlan.ver", 0, "vxlan.ver"),
            ("link.ip.udp.vxlan.flags.i", 1, "vxlan.i_bit"),
            ("link.ip.udp.vxlan.flags.p", 1, "vxlan.p_bit"),
            ("link.ip.udp.vxlan.flags.o", 0, "vxlan.o_bit"),
            ("link.ip.udp.vxlan.next_proto", 1, "vxlan.next_proto"),
            ("link.ip.udp.vxlan.vni", 100, "vxlan.vni"),
            ("link.ip.udp.vxlan.ip.tcp.dport", 8080, "tcp.dstport"),
        ],
    })
    + rows("corpus:zeek/tunnels/vxlan-triple-v2.pcap", {
        1: [
            ("link.ip.udp.vxlan.vni", 1, "vxlan.vni"),
            ("link.ip.udp.vxlan.link.ip.udp.vxlan.vni", 2, "vxlan.vni[1]"),
            ("link.ip.udp.vxlan.link.ip.udp.vxlan.link.ip.udp.vxlan.vni", 3, "vxlan.vni[2]"),
        ],
    })
    + rows("corpus:tcpdump/gso-ipv4-vxlan-ipv6.pcap", {
        1: [
            ("link.ip.udp.vxlan.vni", 5001, "tcpdump", "vni 5001"),
            ("link.ip.udp.vxlan.link.ip.tcp.payload_length", 4134, "tcpdump", "length 4134"),
        ],
    })
)  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


@pytest.mark.parametrize("name", ["vxlan", "geneve"])
def test_big_tcp(name: str) -> None:
    # Linux segments in the card, and the lengths of IPv4, UDP and IPv6 are 0: only the frame's says it all.
    # tshark 4.0 and tcpdump 4.99 stop there. Headers: 14 + 20 + 8 + 8 + 14 + 40 + 32 bytes.
    (packet,) = packets(f"corpus:tcpdump/bigtcp-ipv4-{name}-ipv6.pcap")
    tunnel = getattr(packet.link.ip.udp, name)
    assert tunnel.vni == 5001
    assert tunnel.link.ip.tcp.payload_length == packet.raw.len - 136


def test_every_bit() -> None:  # RFC 7348, 5; draft-smith-vxlan-group-policy-05, 2.1
    vxlan = decoded(udp(bytes.fromhex("8848 1234 abcdef ff") + FRAME, 4789)).link.ip.udp.vxlan
    assert (vxlan.flags, vxlan.gbp, vxlan.vni) == ((1, 1, 1, 1), 0x1234, 0xABCDEF)
    assert vxlan.link.ip.tcp.dport == 2


def test_old_port_of_linux() -> None:
    assert decoded(udp(bytes.fromhex("08000000 00000500") + FRAME, 8472)).link.ip.udp.vxlan.vni == 5


def test_without_a_network() -> None:
    found = decoded(udp(bytes.fromhex("00000000 00000500") + FRAME, 4789)).link.ip.udp
    assert found.malformed.reason == "VXLAN header without a VNI"


def test_gpe() -> None:
    built = [
        udp(bytes.fromhex(f"{flags} 0000 {number} 00000700") + inner, 4790)
        for flags, number, inner in (("0c", "01", INNER), ("0c", "02", INNER6), ("0c", "03", FRAME), ("0d", "04", b""))
    ]
    names = ["vxlan.next_proto", "vxlan.vni", "vxlan.o_bit", "tcp.dstport"]
    assert by_tshark(built, names) == [
        ["1", "7", "0", "2"], ["2", "7", "0", "2"], ["3", "7", "0", "2"], ["4", "7", "1", ""],
    ]  # fmt: skip
    headers = [decoded(packet).link.ip.udp.vxlan for packet in built]
    assert [header.next_proto_name for header in headers] == ["IPv4", "IPv6", "Ethernet", "NSH"]
    assert [header.flags.o for header in headers] == [0, 0, 0, 1]
    assert headers[0].ip.tcp.dport == headers[1].ip.tcp.dport == headers[2].link.ip.tcp.dport == 2
    assert headers[3].child.reason == "no decoder for VXLAN-GPE protocol 4"


def test_gpe_without_a_next_protocol() -> None:  # draft-ietf-nvo3-vxlan-gpe-12, 3.1: the payload is Ethernet
    assert decoded(udp(bytes.fromhex("08000009 00000700") + FRAME, 4790)).link.ip.udp.vxlan.link.ip.tcp.dport == 2


def test_gpe_that_is_none() -> None:
    assert decoded(udp(bytes.fromhex("1c000001 00000700") + INNER, 4790)).link.ip.udp.malformed.reason == (
        "VXLAN-GPE version 1"
    )
    found = decoded(udp(bytes.fromhex("0c000099 00000700") + INNER, 4790)).link.ip.udp.vxlan
    assert (found.next_proto_name, found.child.reason) == ("unknown", "no decoder for VXLAN-GPE protocol 153")


def test_cut() -> None:
    check_cuts(udp(bytes.fromhex("08000000 00000500") + FRAME, 4789), keep="vxlan", after=36)
    check_cuts(udp(bytes.fromhex("0c000001 00000500") + INNER, 4790), keep="vxlan", after=36)
