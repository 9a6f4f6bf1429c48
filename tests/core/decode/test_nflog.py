import pytest
from support.crosscheck import Row, packets, rows
from support.cuts import framed, line, survive_cuts

CHECKS = rows("nflog.pcap", {
    1: [
        ("link.family", 2, "nflog.family"),
        ("link.version", 0, "nflog.version"),
        ("link.resource_id", 5, "nflog.res_id"),
        ("link.attributes[prefix]", "ping in: ", "nflog.prefix"),
        ("link.attributes[ifindex_indev]", 4, "nflog.ifindex_indev"),
        ("link.attributes[hook]", "input", "nflog.hook", "1"),
        ("link.ip.saddr", "10.0.0.2", "ip.src"),
    ],
    2: [
        ("link.attributes[prefix]", "tcp out", "nflog.prefix"),
        ("link.attributes[ifindex_outdev]", 4, "nflog.ifindex_outdev"),
        ("link.attributes[uid]", 0, "nflog.uid"),
        ("link.ip.tcp.dport", 9, "tcp.dstport"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_every_attribute_of_a_real_message_is_known() -> None:
    assert [packet.link.unknown for packet in packets("nflog.pcap")] == [[], [], []]


IP = "45000014 00004000 40fd0000 01010101 02020202"


@pytest.mark.parametrize("order", ["little", "big"])
def test_attributes(order: str) -> None:
    """nfnetlink_log.h: the header of a TLV in the order of the machine, what is in it in network order."""

    def tlv(kind: int, value: str) -> str:
        size = 4 + len(bytes.fromhex(value))
        head = size.to_bytes(2, "little" if order == "little" else "big") + kind.to_bytes(
            2, "little" if order == "little" else "big"
        )
        return (head + bytes.fromhex(value) + bytes(-size % 4)).hex()

    packet = framed(
        "02 00 0007" + tlv(1, "0800 03 00") + tlv(2, "0000002a") + tlv(3, f"{1:016x}{2:016x}")
        + tlv(8, "0006 0000 0001020304050000")
        + tlv(16, "aabbcc") + tlv(99, "01") + tlv(9, IP),
        239,
    )  # fmt: skip
    assert packet.link.attributes == {
        "hw_protocol": 0x0800, "hook": "output", "mark": 42, "timestamp": [1, 2], "hwaddr": "00:01:02:03:04:05",
        "hwheader": b"\xaa\xbb\xcc",
    }  # fmt: skip
    assert packet.link.unknown == [(99, b"\x01")]
    assert packet.link.ip.daddr == "2.2.2.2"


def test_what_is_wrong_comes_after_what_was_read() -> None:
    packet = framed("02 00 0007 0800 0200 0000002a 0200 0a00", 239)
    assert packet.link.attributes == {"mark": 42}
    assert packet.link.malformed.reason == "NFLOG attribute 10 of 2 bytes"
    packet = framed("02 00 0007" + "0400 2000" * 100, 239)
    assert packet.link.malformed.reason == "more than 64 NFLOG attributes"
    assert framed("02 00 0007", 239).link.child is None


def test_lines() -> None:
    assert line(packets("nflog.pcap")[0]).startswith('nflog 5 "ping in: " in 4 10.0.0.2 -> 10.0.0.1 ')


def test_cut() -> None:
    survive_cuts("nflog.pcap", 1, 2)


@pytest.mark.parametrize("size", [0, 9, 5000])
def test_a_number_has_at_most_eight_bytes(size: int) -> None:
    """Python refuses to write a longer one than 4300 digits; nothing sends one (linux/netfilter/nfnetlink_log.h)."""
    packet = framed("02 00 0007" + (4 + size).to_bytes(2, "little").hex() + "0b00" + "00" * size, 239)
    assert (packet.link.attributes, packet.link.unknown) == ({}, [(11, bytes(size))])
