import pytest
from support.crosscheck import Row, packets, rows
from support.cuts import framed, line, survive_cuts

from pcaptools.core.decode.general import SegmentFinder

CAPTURE = "corpus:zeek/tunnels/gre-aruba-amsdu.pcap"
CHECKS = rows(CAPTURE, {
    1: [
        ("link.ip.gre.wlan.amsdu.count", 2, "wlan.qos.amsdupresent", "1"),
        ("link.ip.gre.wlan.amsdu.subframe.dhost", "66:15:48:3c:47:e7", "wlan.da"),
        ("link.ip.gre.wlan.subframe.length", 289, "tcpdump", "length 469"),
        ("link.ip.gre.wlan.amsdu.beside[0].ip.tcp.sport", 443, "tcp.srcport[1]"),
        ("link.ip.gre.ip.tcp.seqno", 2467456022, "tcp.seq"),
        ("link.ip.gre.wlan.amsdu.beside[0].ip.tcp.seqno", 2467456251, "tcp.seq[1]"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_a_tracker_gets_every_packet() -> None:
    found = list(SegmentFinder().find_in(packets(CAPTURE)[0]))
    assert [segment[1] for segment, _ in found] == [2467456022, 2467456251]


def test_both_are_printed() -> None:
    told = line(packets(CAPTURE)[0])
    assert told.count("157.240.18.16:443 -> 149.159.130.184:49392 TCP len ") == 2
    assert " A-MSDU of 2 " in told


HEAD = "8802 0000 020000000001 020000000002 020000000003 1000 8000"


def test_subframes_are_padded() -> None:  # 9.3.2.2.2: to four bytes, the last one not
    macs = "0a0b0c0d0e0f 000102030405"
    frame = f"{HEAD} {macs} 0009 aaaa03000000 88b5 01 00 {macs} 0008 aaaa03000000 88b6"
    amsdu = framed(frame, 105).link.amsdu
    assert [amsdu.llc.type, amsdu.beside[0].llc.type] == [0x88B5, 0x88B6]
    assert amsdu.as_dict()["subframes"][1]["length"] == 8
    assert framed(frame, 105).link.shost is None  # each subframe has its own


def test_what_is_wrong_comes_after_what_was_read() -> None:
    frame = f"{HEAD} 0a0b0c0d0e0f 000102030405 0008 aaaa03000000 88b5 0000 0a0b0c0d0e0f 000102030405 ffff"
    amsdu = framed(frame, 105).link.amsdu
    assert amsdu.count == 1
    assert amsdu.as_dict()["malformed"]["reason"] == "A-MSDU subframe of 65535 bytes in 0"
    assert (
        framed(f"{HEAD} 0a0b0c0d0e0f 000102030405 0100", 105).link.malformed.reason
        == "A-MSDU subframe of 256 bytes in 0"
    )
    many = HEAD + "0a0b0c0d0e0f 000102030405 0000 0000" * 400
    assert framed(many, 105).link.amsdu.as_dict()["malformed"]["reason"] == "more than 256 subframes"


def test_cut() -> None:
    survive_cuts(CAPTURE, 1)
