from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.registry import decoders
from pcaptools.core.decode.tcp import FLAGS, TCP, application
from pcaptools.core.sources.base import RawPacket


def segment(text: str, wire: int = 0) -> TCP:
    tcp = bytes.fromhex(text)
    total = 20 + (wire or len(tcp))
    data = b"\x45\0" + total.to_bytes(2, "big") + bytes.fromhex("0000400040060000 01010101 02020202") + tcp
    got = packet(RawPacket(data, 0, 0, len(data), total, 101)).find(TCP)
    assert got is not None
    return got


def test_fields() -> None:
    got = segment("0050 c350 00000001 fffffffe 5f ff 1000 abcd 0007 6869")
    assert (got.sport, got.dport, got.seqno, got.ackno) == (80, 50000, 1, 0xFFFFFFFE)
    assert (got.data_offset, got.reserved, got.header_bytes) == (5, 15, 20)
    assert got.flags == (1,) * 8
    assert (got.window_size, got.checksum, got.urgent_pointer) == (4096, 0xABCD, 7)
    assert (got.payload_offset, got.payload, got.payload_length) == (40, b"hi", 2)
    assert got.child is None


def test_flags() -> None:  # RFC 9293, 3.1
    assert repr(FLAGS[0x12]) == "[ack,syn]"
    assert FLAGS[0x80].cwr == FLAGS[0x40].ece == FLAGS[0x20].urg == FLAGS[0x08].psh == 1
    assert FLAGS[0x04].rst == FLAGS[0x01].fin == 1


def test_snap_length() -> None:
    got = segment("0050 c350 00000001 00000002 8010 1000 abcd 0000 0204", wire=132)
    assert got.options.malformed == "cut short by the snap length"
    assert got.payload == b""
    assert got.payload_length == 100
    assert got.as_dict()["payload"] == {"length": 100}


def test_header_longer_than_the_segment() -> None:
    tcp = "0050 c350 00000001 00000002 6010 1000 abcd 0000"
    data = bytes.fromhex("45000028000040004006000001010101 02020202" + tcp)
    ip = packet(RawPacket(data, 0, 0, 40, 40, 101)).link.ip
    assert ip.malformed.reason == "TCP header of 24 bytes in a segment of 20"


def test_options() -> None:  # test_tcp_options.py has every one
    got = segment("0050 c350 00000001 00000002 7012 1000 abcd 0000 020405b4 01030307")
    assert (got.options.mss, got.options.window_scale) == (1460, 7)
    assert got.as_dict()["options"] == {"mss": 1460, "window_scale": 7}
    assert got.payload_length == 0


def test_cut_at_every_length() -> None:
    survives_cuts("tcp-options.pcap", most=20)


def test_applications_are_not_asked_about_what_was_not_captured() -> None:
    assert decoders()  # it is the registry that fills the tables
    assert application(22, 50000, b"headers", 7, 100) is None
    assert application(22, 50000, b"SSH-2.0-x\r\n", 0, 11) is not None
    assert application(50000, 22, b"SSH-2.0-x\r\n", 0, 11) is not None
    assert application(50000, 22, b"no banner\r\n", 0, 11) is None
