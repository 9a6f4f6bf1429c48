from __future__ import annotations

import pytest
from support.crosscheck import packets

from pcaptools.core.decode.dns import DNS, DNSOverTCP
from pcaptools.printers.lines.names import LINES, MAX_TEXT, listed

CASES = [
    # node_pcap's words first; the answers are those that tshark has
    ("dns-records.pcap", 1, "DNS question example.test A"),
    ("dns-records.pcap", 2, "DNS answer example.test A NODATA"),
    ("dns-records.pcap", 8, "DNS answer example.test MX 10 mail.example.test, 20 mail2.example.test"),
    ("dns-records.pcap", 12, "DNS answer www.example.test A CNAME web.example.test, 192.0.2.80"),
    ("dns-records.pcap", 64, "DNS answer nothere.example.test A NXDOMAIN"),
    ("dns-records.pcap", 66, "DNS answer x.sub.example.test A referral"),
    ("dns-records.pcap", 75, "DNS IQUERY question example.test A"),
    ("dns-records.pcap", 76, "DNS IQUERY answer NOTIMP"),
    ("dns-edns.pcap", 2, "DNS answer www.signed.test A 192.0.2.80, RRSIG"),
    ("dns-edns.pcap", 16, "DNS answer example.test SOA BADVERS"),
    (
        "dns-update.pcap", 1,
        ("DNS UPDATE question example.test SOA unless fresh.example.test, if example.test SOA, if www.example.test, "
        "add fresh.example.test A 192.0.2.99, delete mail2.example.test A, delete web.example.test A 192.0.2.80"),
    ),
    (
        "dns-update.pcap", 2,
        ("DNS NOTIFY question example.test SOA example.test SOA ns1.example.test hostmaster.mail.example.test "
        "2024010102 7200 900 1209600 300"),
    ),
    ("dns-tcp.pcap", 6, "DNS answer big.test AXFR (1206 of 2594 bytes)"),
    ("dns-tcp.pcap", 24, "DNS answer web.example.test AAAA 2001:db8::80"),
    ("dns-tcp.pcap", 26, "DNS (0 of 30 bytes)"),
    ("mdns.pcap", 12, "MDNS answer printer.local A 10.9.0.1"),
    ("mdns.pcap", 15, "MDNS question _ipp._tcp.local PTR"),
    ("corpus:zeek/wikipedia.pcap", 120, "LLMNR question BRWC0CB383D1F42 A"),
    ("nbns.pcap", 1, "NBNS registration FILESRV<20> 10.9.0.1"),
    ("nbns.pcap", 2, "NBNS query LAB<1d>"),
    ("nbns.pcap", 5, "NBNS status response *<00> FILESRV<00>, FILESRV<03>, FILESRV<20>, LAB<00>, LAB<1e>"),
    ("nbns.pcap", 7, "NBNS registration response CLIENT1<20> 10.9.0.2"),
]  # fmt: skip


@pytest.mark.parametrize(("capture", "frame", "line"), CASES, ids=str)
def test_lines(capture: str, frame: int, line: str) -> None:
    layer = next(layer for layer in packets(capture)[frame - 1].layers() if type(layer).__name__ in LINES)
    assert LINES[type(layer).__name__](layer) == line


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("0007 8380 0001 0000 0000 0000 0161 00 0010 0001", "DNS answer a TXT truncated"),
        ("0007 8180 0000 0000 0000 0000", "DNS answer"),
        ("0007 0000 0000 0000 0000 0000", "DNS question"),
        ("0007 8180 0001 0001 0000 0000 00 0000 0000 00 0000 0001 00000000 0000", "DNS answer . TYPE0 TYPE0"),
        ("0007 8180 0000 0001 0000 0000 00 0001 0001 00000000 0004 01020304", "DNS answer . A 1.2.3.4"),
    ],
)
def test_odd_messages(data: str, line: str) -> None:
    wire = bytes.fromhex(data)
    assert LINES["DNS"](DNS(wire, 0, len(wire), 3)) == line


def test_the_rest_of_a_message_that_goes_on_is_not_told_yet() -> None:
    wire = bytes.fromhex("0020 0007 8180 0000 0001 0000 0000 00")
    assert LINES["DNSOverTCP"](DNSOverTCP(wire, 0, len(wire), 3)) == "DNS answer (13 of 32 bytes)"


def test_lists_are_bounded() -> None:
    assert listed([]) == ""
    assert listed(["a", "b"]) == "a, b"
    assert listed(["x" * 500]) == listed(["x" * 500, "y"]) == "x" * MAX_TEXT + "..."
    assert listed(["a", "x" * 500, "b"]) == "a, ..."
    assert listed("1234567890" for _ in range(500)) == ", ".join(["1234567890"] * 16) + ", ..."
