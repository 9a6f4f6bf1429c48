import pytest
from support.crosscheck import Row, rows
from support.cuts import framed, line, survive_cuts

CHECKS = rows("mpls.pcap", {
    1: [
        ("link.mpls.labels[0].label", 100, "mpls.label"),
        ("link.mpls.labels[1].label", 200, "mpls.label[1]"),
        ("link.mpls.labels[0].bottom", 0, "mpls.bottom"),
        ("link.mpls.labels[1].bottom", 1, "mpls.bottom[1]"),
        ("link.mpls.labels[1].ttl", 64, "mpls.ttl[1]"),
        ("link.mpls.ip.daddr", "10.9.0.2", "ip.dst"),
        ("link.ip.daddr", "10.9.0.2", "ip.dst"),
    ],
}) + rows("corpus:tcpdump/lspping-fec-ldp.pcap", {
    1: [
        ("link.mpls.labels[0].label", 100656, "mpls.label"),
        ("link.mpls.labels[0].traffic_class", 6, "mpls.exp"),
        ("link.mpls.labels[0].ttl", 64, "mpls.ttl"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


MACS = "00" * 12
IP = "45000014 00004000 40fd0000 01010101 02020202"


def test_labels() -> None:  # RFC 3032, 2.1: label 20 bits, class 3, bottom 1, time to live 8
    mpls = framed(f"{MACS} 8847 00064a40 000c81ff {IP}").link.mpls
    assert [tuple(label) for label in mpls.labels] == [(100, 5, 0, 64), (200, 0, 1, 255)]
    assert mpls.ip.daddr == "2.2.2.2"


def test_a_link_of_its_own() -> None:
    assert framed(f"00064140 {IP}", 219).link.ip.daddr == "2.2.2.2"


def test_pseudowire() -> None:  # RFC 4448: control word, then Ethernet
    packet = framed(f"{MACS} 8847 00064140 00000000 {MACS} 0800 {IP}")
    assert packet.link.mpls.link.ip.daddr == "2.2.2.2"


def test_associated_channel() -> None:  # RFC 4385, 5
    assert framed(f"{MACS} 8847 0000d1ff 10000021 {IP}").link.mpls.ip.daddr == "2.2.2.2"
    packet = framed(f"{MACS} 8847 0000d1ff 10000007 20")
    assert line(packet).endswith("MPLS 13 no decoder for associated channel 0x0007 (BFD), 1 bytes")


def test_nothing_tells_what_is_under_it() -> None:
    packet = framed(f"{MACS} 8847 00064140 80")
    assert packet.link.mpls.child.reason == "no decoder for what is under the labels"
    assert framed(f"{MACS} 8847 00064140").link.mpls.malformed.reason == "nothing under the labels"
    assert (
        framed(f"{MACS} 8847 00064140", wire_len=40).link.mpls.truncated.reason == "nothing under the labels captured"
    )


def test_without_bottom() -> None:
    assert framed(f"{MACS} 8847" + "00000040" * 40).link.malformed.reason == "more than 32 MPLS labels"
    assert framed(f"{MACS} 8847 00000040").link.malformed.reason == "MPLS label of 4 bytes in 0"


def test_cut() -> None:
    survive_cuts("mpls.pcap", 1)
