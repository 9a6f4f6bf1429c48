import pytest
from support.crosscheck import Row, packets, rows
from support.cuts import framed, line, survive_cuts

CHECKS = rows("pppoe.pcap", {
    1: [
        ("link.pppoed.version", 1, "pppoe.version"),
        ("link.pppoed.type", 1, "pppoe.type"),
        ("link.pppoed.code", 0x09, "pppoe.code"),
        ("link.pppoed.code_name", "PADI", "tcpdump"),
        ("link.pppoed.tags[0].name", "Service-Name", "tcpdump"),
    ],
    2: [
        ("link.pppoed.code_name", "PADO", "tcpdump"),
        ("link.pppoed.length", 60, "pppoe.payload_length"),
        ("link.pppoed.tags[0].value", "concentrator", "pppoed.tags.ac_name"),
        ("link.pppoed.tags[1].value", "internet", "tcpdump", 'Service-Name "internet"'),
    ],
    4: [("link.pppoed.code_name", "PADS", "tcpdump"), ("link.pppoed.session_id", 1, "pppoe.session_id")],
    5: [
        ("link.pppoe.code", 0, "pppoe.code"),
        ("link.pppoe.session_id", 1, "pppoe.session_id"),
        ("link.pppoe.length", 16, "pppoe.payload_length"),
        ("link.pppoe.ppp.protocol", 0xC021, "ppp.protocol"),
    ],
    34: [("link.ip.saddr", "10.1.0.100", "ip.src")],
}) + rows("corpus:tcpdump/pppoe.pcap", {
    1: [
        ("link.pppoed.tags[1].name", "PPP-Max-Payload", "tcpdump"),
        ("link.pppoed.tags[1].value", 0x05DC, "tcpdump", "0x05DC"),
        ("link.pppoed.tags[2].value", bytes.fromhex("16372c16"), "pppoed.tags.host_uniq", "16372c16"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


MACS = "00" * 12
IP = "45000014 00004000 40fd0000 01010101 02020202"


def test_session() -> None:
    pppoe = framed(f"{MACS} 8864 11 00 0007 0016 0021 {IP} 000000000000").link.pppoe
    assert (pppoe.version, pppoe.code, pppoe.session_id, pppoe.length) == (1, 0, 7, 22)
    assert pppoe.ppp.protocol == 0x21
    assert pppoe.ppp.ip.daddr == "2.2.2.2"
    assert framed(f"{MACS} 8864 11 a7 0007 0000").link.pppoe.child.reason == "PPPoE code 0xa7"
    assert framed(f"11 00 0007 0016 0021 {IP}", 51).link.ip.daddr == "2.2.2.2"


def test_what_is_wrong_comes_after_what_was_read() -> None:
    short = framed(f"{MACS} 8863 11 09 0000 0008 0101 0000 0103 0004")
    assert [tag.name for tag in short.link.pppoed.tags] == ["Service-Name"]
    assert short.link.pppoed.malformed.reason == "PPPoE tags: 4 bytes in 0"
    long = framed(f"{MACS} 8863 11 09 0000 0020 0101 0000")
    assert [tag.name for tag in long.link.pppoed.tags] == ["Service-Name"]
    assert long.link.pppoed.malformed.reason == "PPPoE length 32 in a packet with 4 bytes left"


def test_tags_have_a_bound_and_an_end() -> None:
    many = framed(f"{MACS} 8863 11 09 0000 0190" + "01050000" * 100)
    assert many.link.pppoed.malformed.reason == "more than 64 PPPoE tags"
    ended = framed(f"{MACS} 8863 11 09 0000 000c 0000 0000 0101 0000 0101 0000")
    assert len(ended.link.pppoed.tags) == 1


def test_lines() -> None:
    assert line(packets("pppoe.pcap")[1]).endswith("PPPoE PADO concentrator internet")
    assert line(packets("pppoe.pcap")[3]).endswith("PPPoE PADS internet session 1")
    assert line(framed(f"{MACS} 8863 11 42 0003 0000")).endswith("PPPoE code 0x42 session 3")


def test_cut() -> None:
    survive_cuts("pppoe.pcap", 2, 5)
