import pytest
from support.crosscheck import Row, rows
from support.cuts import framed, line, survive_cuts

CHECKS = rows("corpus:tcpdump/OSPFv3_NBMA_adjacencies.pcap", {
    1: [
        ("link.dlci", 302, "fr.dlci"),
        ("link.ethertype", 0x86DD, "fr.chdlctype"),
        ("link.ip.saddr", "fe80::3", "ipv6.src"),
    ],
}) + rows("corpus:tcpdump/icmp-icmp_print-oobr-2.pcap", {
    1: [
        ("link.dlci", 33703, "fr.dlci"),
        ("link.fecn", 1, "fr.fecn"),
        ("link.becn", 0, "fr.becn"),
        ("link.de", 1, "fr.de"),
    ],
}) + rows("corpus:tcpdump/isis_stlv_asan-4.pcap", {1: [("link.dlci", 14342, "fr.dlci")]})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


IP = "45000014 00004000 40fd0000 01010101 02020202"
ETHERNET = "0a0b0c0d0e0f 000102030405 0800"


@pytest.mark.parametrize(
    "header",
    [
        "1841 03 cc",  # RFC 2427, 4.1
        "1841 03 00 80 000000 0800",  # SNAP, with the padding that aligns it
        "1841 0800",  # Cisco's own
        "1841 03 cf 0021",  # RFC 1973: PPP
    ],
)
def test_ip(header: str) -> None:
    packet = framed(f"{header} {IP}", 107)
    assert packet.link.dlci == 100
    assert packet.link.ip.daddr == "2.2.2.2"


def test_bridged() -> None:  # RFC 2427, 4.2
    assert framed(f"1841 03 00 80 0080c2 0007 {ETHERNET} {IP}", 107).link.link.ip.daddr == "2.2.2.2"


def test_addresses() -> None:
    """Q.922, 3.3: ten, sixteen (or ten with DL-core control) and twenty-three bits."""
    assert framed("fcf1 03 cc", 107).link.dlci == 1023
    assert framed("04 00 05 03 cc", 107).link.dlci == (1 << 4) << 6 | 1
    assert framed("04 00 07 03 cc", 107).link.dlci == 1 << 4
    assert framed("04 00 02 05 03 cc", 107).link.dlci == ((1 << 4) << 7 | 1) << 6 | 1
    packet = framed("186f 03 cc", 107)
    assert (packet.link.fecn, packet.link.becn, packet.link.de) == (1, 1, 1)
    assert line(framed(f"186f 03 cc {IP}", 107)).startswith("DLCI 102 [fecn,becn,de] 1.1.1.1")


def test_direction() -> None:
    packet = framed(f"00 1841 03 cc {IP}", 206)
    assert (packet.link.direction, packet.link.fr.dlci, packet.link.ip.daddr) == ("in", 100, "2.2.2.2")


def test_what_nobody_knows() -> None:
    assert framed("0001 03 08 00", 107).link.child.reason == "no decoder for NLPID 0x08 (Q.933)"
    assert framed("0001 21 00", 107).link.child.reason == "no decoder for control 0x21"
    assert framed("1841 03 80 00000c 2004", 107).link.child.reason == "no decoder for Cisco protocol 0x2004 (DTP)"


def test_bad_addresses() -> None:
    assert framed("1941 03 cc", 107).link.reason == "Frame Relay address of one byte"
    assert framed("1840 4242 4242", 107).link.reason == "Frame Relay address of more than 4 bytes"


def test_cut() -> None:
    survive_cuts("corpus:tcpdump/OSPFv3_NBMA_adjacencies.pcap", 1)
    for size in range(1, 9):
        framed("1841030080000000 0800"[: 2 * size], 107).as_dict()
