import pytest
from support.crosscheck import Row, rows
from support.cuts import framed, line, survive_cuts

CHECKS = rows("corpus:tcpdump/isis-seg-fault-3.pcapng", {
    1: [
        ("link.address", 0x8F, "chdlc.address"),
        ("link.address_name", "broadcast", "tcpdump", "bcast"),
        ("link.protocol", 0xFEFE, "chdlc.protocol"),
    ],
}) + rows("corpus:tcpdump/hoobr_chdlc_print.pcap", {1: [("link.protocol", 0x3030, "chdlc.protocol")]})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


IP = "45000014 00004000 40fd0000 01010101 02020202"


def test_ip() -> None:
    assert framed(f"0f00 0800 {IP}", 104).link.ip.daddr == "2.2.2.2"
    packet = framed(f"01 0f00 0800 {IP}", 205)
    assert (packet.link.direction, packet.link.ip.daddr) == ("out", "2.2.2.2")


def test_keepalive() -> None:
    slarp = framed("8f00 8035 00000002 00000009 00000008 ffff", 104).link.slarp
    assert (slarp.code_name, slarp.mysequence, slarp.yoursequence, slarp.reliability) == ("keepalive", 9, 8, 0xFFFF)


def test_address() -> None:
    packet = framed("8f00 8035 00000001 0a000001 ffffff00 ffff", 104)
    assert line(packet) == "Cisco HDLC broadcast SLARP reply 10.0.0.1 mask 255.255.255.0"


def test_cdp() -> None:
    packet = framed("8f00 2000 02 b4 0000 0001 0006 5331", 104)
    assert packet.link.cdp.device_id == "S1"


def test_cut() -> None:
    survive_cuts("corpus:tcpdump/isis-seg-fault-3.pcapng", 1)
    assert framed("8f00 8035 00000002 00000009", 104).link.slarp is None
    assert framed("8f00", 104).link.malformed is True
