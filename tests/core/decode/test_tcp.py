from pcaptools.core.decode import packet
from pcaptools.core.decode.registry import decoders
from pcaptools.core.decode.tcp import FLAGS, TCP, application, parse_options
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


def test_options() -> None:
    text = "020405b4 0402 080a0000000100000002 01 030307 0512 0000000100000002 0000000300000004 fe04abcd 00 ffff"
    got = parse_options(bytes.fromhex(text))
    assert (got.mss, got.sack_ok, got.timestamp, got.echo, got.window_scale) == (1460, True, 1, 2, 7)
    assert got.sack == [(1, 2), (3, 4)]
    assert got.others == [(254, b"\xab\xcd")]
    assert got.malformed == ""
    assert got.as_dict()["others"] == [[254, "abcd"]]
    assert got.as_dict()["sack"] == [[1, 2], [3, 4]]


def test_options_that_are_wrong() -> None:
    assert parse_options(b"\x02").malformed == "option 2 with length 0 in 1 bytes"
    assert parse_options(b"\x02\x01").malformed == "option 2 with length 1 in 2 bytes"
    assert parse_options(b"\x08\x0a\x00").malformed == "option 8 with length 10 in 3 bytes"
    assert parse_options(b"\x02\x03\x01").others == [(2, b"\x01")]
    assert parse_options(b"\x05\x02").others == [(5, b"")]
    assert parse_options(b"").as_dict() == {}
    assert parse_options(b"\x03\x03\x00").as_dict() == {"window_scale": 0}


def test_applications_are_not_asked_about_what_was_not_captured() -> None:
    assert decoders()  # it is the registry that fills the tables
    assert application(22, 50000, b"headers", 7, 100) is None
    assert application(22, 50000, b"SSH-2.0-x\r\n", 0, 11) is not None
    assert application(50000, 22, b"SSH-2.0-x\r\n", 0, 11) is not None
    assert application(50000, 22, b"no banner\r\n", 0, 11) is None
