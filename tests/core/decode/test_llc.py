import pytest
from support.crosscheck import Row, rows
from support.cuts import framed, line, survive_cuts

from pcaptools.core.decode.llc import LLC, sap_name

SNAP = rows("corpus:zeek/snap-tcp.pcap", {
    1: [
        ("link.llc.dsap", 0xAA, "llc.dsap"),
        ("link.llc.control", 3, "llc.control"),
        ("link.llc.oui", "00:00:00", "llc.oui", "0"),
        ("link.llc.type", 0x0800, "llc.type"),
        ("link.llc.ip.tcp.dport", 80, "tcp.dstport"),
        ("link.ip.tcp.dport", 80, "tcp.dstport"),
    ],
})  # fmt: skip
ARP = rows(
    "corpus:zeek/snap-arp.pcapng", {1: [("link.llc.arp.opcode", 1, "arp.opcode"), ("link.length", 36, "eth.len")]}
)
CISCO = rows("neighbours.pcap", {
    1: [
        ("link.llc.oui", "00:00:0c", "llc.oui", "12"),
        ("link.llc.pid", 0x2000, "llc.cisco_pid"),
        ("link.length", 117, "eth.len"),
    ],
    3: [("link.llc.pid", 0x00BB, "llc.extreme_pid"), ("link.llc.oui", "00:e0:2b", "llc.oui", "57387")],
})  # fmt: skip
STP = rows("stp.pcap", {
    1: [
        ("link.llc.dsap", 0x42, "llc.dsap"),
        ("link.llc.dsap_name", "STP", "tcpdump", "dsap STP (0x42)"),
        ("link.llc.control_name", "UI", "tcpdump", "ctrl 0x03"),
        ("link.length", 38, "eth.len"),
    ],
})  # fmt: skip
OSI = rows("corpus:tcpdump/ISIS_level1_adjacency.pcap", {
    1: [("link.llc.dsap", 0xFE, "llc.dsap"), ("link.llc.dsap_name", "OSI", "tcpdump", "OSI")],
})  # fmt: skip


@pytest.mark.parametrize("row", [*SNAP, *ARP, *CISCO, *STP, *OSI], ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def llc(text: str) -> LLC:
    data = bytes.fromhex(text)
    return LLC(data, 0, len(data), 1)


@pytest.mark.parametrize(
    ("control", "name", "poll_final", "send", "receive"),
    [
        ("03", "UI", 0, None, None),
        ("af", "XID", 0, None, None),
        ("bf", "XID", 1, None, None),
        ("e3", "TEST", 0, None, None),
        ("7f", "SABME", 1, None, None),
        ("53", "DISC", 1, None, None),
        ("73", "UA", 1, None, None),
        ("1f", "DM", 1, None, None),
        ("97", "FRMR", 1, None, None),
        ("0103", "RR", 1, None, 1),
        ("0504", "RNR", 0, None, 2),
        ("0906", "REJ", 0, None, 3),
        ("0c11", "I", 1, 6, 8),
        ("eb", "unknown", 0, None, None),
    ],
)
def test_control(control: str, name: str, poll_final: int, send: int | None, receive: int | None) -> None:
    """IEEE 802.2, 5.2 and 5.3: U frames have one byte, I and S frames two; numbers have seven bits."""
    found = llc(f"f0f0{control}")
    assert (found.control_name, found.poll_final, found.send, found.receive) == (name, poll_final, send, receive)


def test_saps() -> None:
    assert (sap_name(0xF0), sap_name(0xF1), sap_name(0xFF), sap_name(0x6A)) == ("NetBIOS", "NetBIOS", "global", "0x6a")


MACS = "0180c2000000 020000000001"


def test_lines() -> None:
    told = "02:00:00:00:00:01 -> 01:80:c2:00:00:00"
    assert line(framed(f"{MACS} 0003 f0f0 7f")) == f"{told} LLC NetBIOS SABME"
    assert line(framed(f"{MACS} 0004 f0f0 0105")) == f"{told} LLC NetBIOS RR 2"
    assert line(framed(f"{MACS} 0006 0001 af 810100")) == f"{told} LLC null XID XID information, 3 bytes"
    assert line(framed(f"{MACS} 0004 f0f0 03 00")) == f"{told} no decoder for LLC SAP 0xf0 (NetBIOS), 1 bytes"
    reason = "no decoder for Cisco protocol 0x2004 (DTP), 1 bytes"
    assert line(framed(f"{MACS} 0009 aaaa03 00000c 2004 00")) == f"{told} {reason}"
    reason = "no decoder for ethertype 0x88e5 (MACsec) in SNAP, 1 bytes"
    assert line(framed(f"{MACS} 0009 aaaa03 000000 88e5 00")) == f"{told} {reason}"


def test_bridged_ethernet() -> None:  # RFC 2427, 4.2: pid 7 is Ethernet without its check sequence
    inner = "0a0b0c0d0e0f 000102030405 0806 0001 0800 06 04 0001 000102030405 0a000001 000000000000 0a000002"
    packet = framed(f"{MACS} 0032 aaaa03 0080c2 0007 {inner}")
    assert packet.link.llc.link.arp.target_pa == "10.0.0.2"


def test_cut() -> None:
    survive_cuts("stp.pcap", 1)
    survive_cuts("neighbours.pcap", 2)
    packet = framed(f"{MACS} 0005 aaaa03 0000")
    assert packet.link.child.reason == "SNAP header: 3 bytes in 2"
    packet = framed(f"{MACS} 0001 aa")
    assert packet.link.malformed.reason == "LLC header: 1 bytes in 0"
