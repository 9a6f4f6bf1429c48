import pytest
from support.crosscheck import Row, rows
from support.cuts import framed, survive_cuts

# tcpdump's reading: tshark turns the bits of the addresses, which makes of DECnet's aa:00:04:00 nothing known.
CHECKS = rows("corpus:zeek/dns-inverse-query.pcap", {
    1: [
        ("link.shost", "aa:00:04:00:82:a7", "tcpdump"),
        ("link.dhost", "aa:00:04:00:83:a7", "tcpdump"),
        ("link.fc", 0x50, "fddi.fc"),
        ("link.fc_name", "LLC", "tcpdump", "async0"),
        ("link.ip.tcp.sport", 25000, "tcp.srcport"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_the_others_read_it(row: Row) -> None:
    row.check()


def test_frames_of_the_ring() -> None:
    packet = framed("41 ffffffffffff 000102030405 00", 10)
    assert packet.link.child.reason == "FDDI SMT frame"


def test_cut() -> None:
    survive_cuts("corpus:zeek/dns-inverse-query.pcap", 1)
    assert framed("50 ffff", 10).link.malformed is True
