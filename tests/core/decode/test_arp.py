import pytest
from support.crosscheck import Row, packets, rows

from pcaptools.core.decode import packet
from pcaptools.core.decode.arp import ARP
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("corpus:zeek/arp-who-has.pcap", {
    1: [
        ("link.arp.htype", 1, "arp.hw.type"),
        ("link.arp.ptype", 0x800, "arp.proto.type"),
        ("link.arp.hlen", 6, "arp.hw.size"),
        ("link.arp.plen", 4, "arp.proto.size"),
        ("link.arp.opcode", 1, "arp.opcode"),
        ("link.arp.operation", "request", "tcpdump", "Request who-has"),
        ("link.arp.sender_ha", "78:31:c1:c6:3f:c2", "arp.src.hw_mac"),
        ("link.arp.sender_pa", "10.0.0.2", "arp.src.proto_ipv4"),
        ("link.arp.target_ha", "00:00:00:00:00:00", "arp.dst.hw_mac"),
        ("link.arp.target_pa", "10.0.0.1", "arp.dst.proto_ipv4"),
    ],
    2: [
        ("link.arp.operation", "reply", "tcpdump", "Reply 10.0.0.1 is-at f8:ed:a5:c0:a4:f1"),
        ("link.arp.sender_ha", "f8:ed:a5:c0:a4:f1", "arp.src.hw_mac"),
        ("link.arp.target_ha", "78:31:c1:c6:3f:c2", "arp.dst.hw_mac"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def arp(text: str, wire_len: int | None = None) -> ARP:
    data = bytes(12) + bytes.fromhex("0806" + text)
    found: ARP = packet(RawPacket(data, 0, 0, len(data), wire_len or len(data), 1)).link.arp
    return found


@pytest.mark.parametrize(
    ("opcode", "protocol", "operation"),
    [
        (1, "ARP", "request"),
        (3, "RARP", "request"),
        (4, "RARP", "reply"),
        (9, "InARP", "reply"),
        (99, "ARP", "unknown"),
    ],
)
def test_operations(opcode: int, protocol: str, operation: str) -> None:
    found = arp(f"0001 0800 06 04 {opcode:04x} 000102030405 0a000001 060708090a0b 0a000002")
    assert (found.opcode, found.protocol, found.operation) == (opcode, protocol, operation)


def test_other_addresses_are_octets() -> None:  # RFC 826: lengths are in the packet
    found = arp("0006 0801 02 03 0001 aabb 010203 ccdd 040506")
    assert (found.sender_ha, found.sender_pa) == ("aa:bb", "01:02:03")
    assert (found.target_ha, found.target_pa) == ("cc:dd", "04:05:06")


def test_addresses_that_are_not_there() -> None:
    found = arp("0001 0800 06 04 0001 000102030405 0a000001 0607")
    assert (found.operation, found.sender_pa, found.target_ha, found.target_pa) == ("request", "10.0.0.1", "", "")
    assert found.malformed.reason == "ARP: 6 bytes in 2"
    found = arp("0001 0800 06 04 0001 000102030405", wire_len=42)
    assert (found.sender_ha, found.truncated.reason) == ("00:01:02:03:04:05", "ARP cut short: 0 of 4 bytes captured")


def test_as_long_as_they_say() -> None:  # tcpdump: 00:1f:29:da:2d:79:c0:a8:01:6e:00:00:00:00
    found = packets("corpus:tcpdump/arp-oobr.pcap")[27].link.arp
    assert (found.hlen, found.sender_ha) == (14, "00:1f:29:da:2d:79:c0:a8:01:6e:00:00:00:00")


def test_cut_and_too_short() -> None:
    raw = packet(RawPacket(bytes(12) + b"\x08\x06\0\1", 0, 0, 16, 42, 1)).link
    assert raw.truncated.protocol == "arp"
    assert raw.truncated.reason == "ARP cut short: 0 of 2 bytes captured"
    raw = packet(RawPacket(bytes(12) + b"\x08\x06\0\1", 0, 0, 16, 16, 1)).link
    assert raw.malformed.reason == "ARP: 2 bytes in 0"
