import json
import subprocess
import sys

import pytest

from pcaptools.core.decode import Packet, packet
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.layer import Raw
from pcaptools.core.decode.tcp import TCP
from pcaptools.core.decode.udp import UDP
from pcaptools.core.sources.base import RawPacket

# Expected values by reading RFC 791 and 9293 against these bytes.
SYN = bytes.fromhex(
    "001fbe5bce3e 001839fff91c 0800"
    "4500 003c abcd 4000 40 06 1234 0af00085 616b8448"
    "d230 0050 0000000a 00000000 a0 02 16d0 9999 0000"
    "020405b4 0402 080a 00000001 00000000 01 030307"
)
HEADER = RawPacket(SYN, 1_700_000_000, 123_456_789, len(SYN), len(SYN), 1)


def test_names_of_node_pcap() -> None:
    got = packet(HEADER)
    link = got.link
    assert (link.shost, link.dhost, link.ethertype, link.vlan) == ("00:18:39:ff:f9:1c", "00:1f:be:5b:ce:3e", 0x0800, [])
    ip = link.ip
    assert (ip.version, ip.header_length, ip.diffserv, ip.total_length, ip.identification) == (4, 5, 0, 60, 0xABCD)
    assert (ip.flags.reserved, ip.flags.df, ip.flags.mf, ip.fragment_offset) == (0, 1, 0, 0)
    assert (ip.ttl, ip.protocol, ip.protocol_name, ip.header_checksum) == (64, 6, "TCP", 0x1234)
    assert (ip.saddr, ip.daddr) == ("10.240.0.133", "97.107.132.72")
    tcp = ip.tcp
    assert (tcp.sport, tcp.dport, tcp.seqno, tcp.ackno, tcp.data_offset, tcp.reserved) == (53808, 80, 10, 0, 10, 0)
    assert tcp.flags._asdict() == {"cwr": 0, "ece": 0, "urg": 0, "ack": 0, "psh": 0, "rst": 0, "syn": 1, "fin": 0}
    assert (tcp.window_size, tcp.checksum, tcp.urgent_pointer) == (5840, 0x9999, 0)
    assert (tcp.payload_offset, tcp.payload) == (74, b"")
    assert (tcp.options.mss, tcp.options.window_scale, tcp.options.sack_ok) == (1460, 7, True)


def test_pcap_header() -> None:
    header = packet(HEADER).pcap_header
    assert (header.tv_sec, header.tv_usec, header.tv_nsec) == (1_700_000_000, 123456, 123_456_789)
    assert header.time == pytest.approx(1_700_000_000.123457, abs=1e-6)
    assert (header.caplen, header.len, header.link_type) == (74, 74, "LINKTYPE_ETHERNET")


def test_a_layer_that_is_not_there_is_none_and_a_wrong_name_an_error() -> None:
    got = packet(HEADER)
    assert got.link.ip.udp is None
    assert got.link.mpls is None
    with pytest.raises(AttributeError, match="tpc"):
        _ = got.link.ip.tpc


def test_find_and_layers() -> None:
    got = packet(HEADER)
    tcp = got.find(TCP)
    assert tcp is got.link.ip.tcp
    assert got.find(UDP) is None
    assert [type(layer).__name__ for layer in got.layers()] == ["Ethernet", "IPv4", "TCP"]


def test_decoded_when_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("decoded too early")

    got = packet(HEADER)
    assert isinstance(got, Packet)
    with monkeypatch.context() as patch:
        patch.setattr(IPv4, "__init__", fail)
        assert got.link.ethertype == 0x0800
    assert got.link.ip.ttl == 64
    assert got.link.ip is got.link.ip


def test_as_dict_is_json() -> None:
    tree = packet(HEADER).as_dict()
    assert json.loads(json.dumps(tree)) == tree
    assert list(tree) == ["pcap_header", "link_type", "link"]
    assert tree["pcap_header"] == {
        "time": 1_700_000_000.123456789, "tv_sec": 1_700_000_000, "tv_usec": 123456, "caplen": 74, "len": 74,
        "link_type": "LINKTYPE_ETHERNET",
    }  # fmt: skip
    assert tree["link_type"] == "LINKTYPE_ETHERNET"
    tcp = tree["link"]["ip"]["tcp"]
    assert tcp["flags"]["syn"] == 1
    assert tcp["payload"] == {"length": 0}
    assert tcp["options"] == {"mss": 1460, "window_scale": 7, "sack_ok": True, "timestamp": 1, "echo": 0}


def test_repr_is_readable() -> None:
    text = repr(packet(HEADER))
    assert text.startswith("<Packet 1700000000.123456789 74 of 74 bytes: Ethernet(dhost='00:1f:be:5b:ce:3e'")
    assert " / TCP(sport=53808, dport=80, " in text
    assert "flags=[syn]" in text


def test_unknown_link_type() -> None:
    got = packet(RawPacket(b"abc", 0, 0, 3, 10, 147))
    assert isinstance(got.link, Raw)
    assert got.link.reason == "no decoder for LINKTYPE_USER0"
    assert got.link.payload == b"abc"
    assert got.link.ip is None
    assert got.as_dict()["link"] == {"length": 10}
    assert got.link_type == "LINKTYPE_USER0"


def test_what_was_decoded_before_a_damaged_layer_stays() -> None:
    cut = SYN[:40]
    got = packet(RawPacket(cut, 0, 0, len(cut), len(SYN), 1))
    assert got.link.ip.saddr == "10.240.0.133"
    assert got.link.ip.tcp is None
    assert got.link.ip.truncated.reason == "TCP header cut short: 6 of 20 bytes captured"
    assert got.as_dict()["link"]["ip"]["truncated"] == {
        "protocol": "tcp",
        "reason": "TCP header cut short: 6 of 20 bytes captured",
        "length": 40,
        "bytes": "d23000500000",
    }


def test_the_first_eight_bytes_of_tcp_are_told() -> None:
    tcp = packet(RawPacket(SYN[:44], 0, 0, 44, len(SYN), 1)).link.ip.tcp
    assert (tcp.sport, tcp.dport, tcp.seqno) == (53808, 80, 10)
    assert tcp.truncated.reason == "TCP header cut short: 10 of 20 bytes captured"


def test_access_looks_through_shims() -> None:
    frame = bytes(12) + bytes.fromhex("8864 11 00 0007 003e 0021") + SYN[14:]
    got = packet(RawPacket(frame, 0, 0, len(frame), len(frame), 1))
    assert got.link.ip is got.link.pppoe.ppp.ip
    assert got.link.ip.tcp.dport == 80
    assert got.link.tcp is None  # ip is no shim


def test_the_fast_path_needs_no_dpkt() -> None:  # 30 ms that only those pay who look into packets
    code = "import sys, pcaptools.core.decode.segment; sys.exit('dpkt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
