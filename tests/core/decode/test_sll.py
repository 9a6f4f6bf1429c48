import pytest
from support.crosscheck import Row, rows
from support.cuts import framed, line, survive_cuts

from pcaptools.core.decode import packet
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("stp-sll.pcap", {
    1: [
        ("link.packet_type", 4, "sll.pkttype"),
        ("link.address_type", 1, "sll.hatype"),
        ("link.shost", "02:00:00:00:00:01", "sll.src.eth"),
        ("link.ethertype", 4, "sll.ltype"),
        ("link.llc.stp.hello", 1.0, "stp.hello", "1"),
    ],
}) + rows("stp-sll2.pcap", {
    1: [("link.ethertype", 4, "sll.ltype"), ("link.interface_index", 4, "sll.ifindex"),
         ("link.stp.cost", 0, "stp.root.cost")],
}) + rows("wlan-sll.pcap", {
    1: [("link.address_type", 803, "sll.hatype"), ("link.packet_type", 3, "sll.pkttype"),
        ("link.link.wlan.management.ssid", "here", "wlan.ssid", "68657265")],
}) + rows("corpus:tcpdump/forces1.pcap", {1: [("link.ethertype", 0x0800, "sll.etype"),
     ("link.packet_type", 4, "sll.pkttype")]})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


IP = bytes.fromhex("45000014 00004000 40010000 01010101 02020202")


def test_sll() -> None:
    data = bytes.fromhex("0004 0001 0006 0a0b0c0d0e0f 0000 8100 0005 0800") + IP
    link = packet(RawPacket(data, 0, 0, len(data), len(data), 113)).link
    assert (link.packet_type, link.address_type, link.shost) == (4, 1, "0a:0b:0c:0d:0e:0f")
    assert link.vlan[0].id == 5
    assert link.ip.saddr == "1.1.1.1"


def test_sll2() -> None:
    data = bytes.fromhex("0800 0000 00000003 0001 04 06 0a0b0c0d0e0f 0000") + IP
    link = packet(RawPacket(data, 0, 0, len(data), len(data), 276)).link
    assert (link.interface_index, link.packet_type, link.address_type) == (3, 4, 1)
    assert link.shost == "0a:0b:0c:0d:0e:0f"
    assert link.ip.daddr == "2.2.2.2"


def test_an_address_length_beyond_the_field() -> None:
    data = bytes.fromhex("0004 0001 ffff 0a0b0c0d0e0f 0000 0800") + IP
    assert packet(RawPacket(data, 0, 0, len(data), len(data), 113)).link.shost == "0a:0b:0c:0d:0e:0f:00:00"


HEAD = "0000 {device:04x} 0006 0a0b0c0d0e0f 0000 {protocol:04x}"
IP4 = "45000014 00004000 40fd0000 01010101 02020202"


@pytest.mark.parametrize(
    ("device", "protocol", "rest"),
    [
        (1, 0x0003, f"0a0b0c0d0e0f 000102030405 0800 {IP4}"),  # "in some mysterious cases" there is an Ethernet header
        (512, 0x0007, f"ff03 0021 {IP4}"),
        (778, 0x6558, f"0a0b0c0d0e0f 000102030405 0800 {IP4}"),  # a GRE device: GRE's protocol type
        (778, 0x0800, IP4),
        (770, 0x0000, f"1841 03 cc {IP4}"),  # Frame Relay
        (801, 0x0004, f"0802 0000 000000000001 000000000002 000000000003 0000 aaaa03 000000 0800 {IP4}"),
        (824, 0x0800, IP4),  # IP is IP, whatever the device
    ],
)
def test_what_the_protocol_means_depends_on_the_device(device: int, protocol: int, rest: str) -> None:
    packet = framed(f"{HEAD.format(device=device, protocol=protocol)} {rest}", 113)
    assert [layer.saddr for layer in packet.layers() if layer.key == "ip"] == ["1.1.1.1"]


@pytest.mark.parametrize(
    ("device", "protocol", "reason"),
    [
        (824, 0, "no decoder for netlink family 0 (route)"),
        (824, 99, "no decoder for netlink family 99 (unknown)"),
        (280, 0x000C, "no decoder for protocol 0x000c (CAN)"),
        (1, 0x0001, "no decoder for protocol 0x0001 (IPX without LLC)"),
        (1, 0x0099, "no decoder for protocol 0x0099 (unknown)"),
        (1, 0x88E5, "no decoder for ethertype 0x88e5 (MACsec)"),
    ],
)
def test_what_nobody_knows(device: int, protocol: int, reason: str) -> None:
    packet = framed(f"{HEAD.format(device=device, protocol=protocol)} 00", 113)
    assert line(packet) == f"recv_us 0a:0b:0c:0d:0e:0f {reason}, 1 bytes"


def test_device_names() -> None:
    assert framed(HEAD.format(device=772, protocol=0x0800), 113).link.address_type_name == "LOOPBACK"
    assert framed(HEAD.format(device=999, protocol=0x0800), 113).link.address_type_name == "999"


def test_cut() -> None:
    survive_cuts("stp-sll.pcap", 1)
    survive_cuts("wlan-sll2.pcap", 1)
