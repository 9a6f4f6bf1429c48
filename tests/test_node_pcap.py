"""The three packets of a handshake that node_pcap's README shows decoded: field by field the same here.

They are built from those values; the options, which the README does not show, are so many no-operations.
"""

from __future__ import annotations

import struct
from socket import inet_aton
from typing import Any, NamedTuple

import pytest

from pcaptools.core.decode import packet
from pcaptools.core.sources.base import RawPacket

CLIENT = ("00:1f:5b:ce:3e:29", "10.240.0.133", 57230)
SERVER = ("00:18:39:ff:f9:1c", "97.107.132.72", 80)
FLAGS = ("cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin")
End = tuple[str, str, int]


class Shown(NamedTuple):
    """What the README shows of a packet, where the three differ."""

    src: End
    dst: End
    usec: int
    diffserv: int
    total_length: int
    identification: int
    ttl: int
    header_checksum: int
    seqno: int
    ackno: int
    data_offset: int
    flags: tuple[str, ...]
    window_size: int
    checksum: int
    length: int


SYN = Shown(
    CLIENT, SERVER, 820479, 0, 64, 49042, 64, 35325, 4179361823, 1540242985, 11, ("syn",), 65535, 2601, 78,
)  # fmt: skip
SYN_ACK = Shown(
    SERVER, CLIENT, 915980, 32, 60, 0, 48, 22900, 1042874392, 973076764, 10, ("ack", "syn"), 5792, 35930, 74,
)  # fmt: skip
ACK = Shown(
    CLIENT, SERVER, 916054, 0, 52, 39874, 64, 44505, 4179361823, 1540242985, 8, (), 65535, 53698, 66,
)  # fmt: skip


def frame(shown: Shown) -> bytes:
    ethernet = bytes.fromhex((shown.dst[0] + shown.src[0]).replace(":", "")) + b"\x08\x00"
    addresses = inet_aton(shown.src[1]) + inet_aton(shown.dst[1])
    ip = struct.pack(
        ">BBHHHBBH", 0x45, shown.diffserv, shown.total_length, shown.identification, 0x4000, shown.ttl, 6,
        shown.header_checksum,
    )  # fmt: skip
    bits = sum(0x80 >> FLAGS.index(name) for name in shown.flags)
    tcp = struct.pack(
        ">HHIIBBHHH", shown.src[2], shown.dst[2], shown.seqno, shown.ackno, shown.data_offset << 4, bits,
        shown.window_size, shown.checksum, 0,
    )  # fmt: skip
    return ethernet + ip + addresses + tcp + b"\x01" * (shown.data_offset * 4 - 20)


@pytest.mark.parametrize("shown", [SYN, SYN_ACK, ACK], ids=["SYN", "SYN+ACK", "ACK"])
def test_handshake(shown: Shown) -> None:
    data = frame(shown)
    assert len(data) == shown.length
    got: Any = packet(RawPacket(data, 1274514520, shown.usec * 1000, len(data), len(data), 1))
    header = got.pcap_header
    assert (header.tv_sec, header.tv_usec, header.caplen, header.len) == (1274514520, shown.usec, *[shown.length] * 2)
    link = got.link
    assert (link.dhost, link.shost, link.ethertype) == (shown.dst[0], shown.src[0], 2048)
    ip = link.ip
    assert (ip.version, ip.header_length, ip.diffserv) == (4, 5, shown.diffserv)
    assert (ip.total_length, ip.identification) == (shown.total_length, shown.identification)
    assert ip.flags._asdict() == {"reserved": 0, "df": 1, "mf": 0}
    assert (ip.fragment_offset, ip.ttl, ip.protocol, ip.protocol_name) == (0, shown.ttl, 6, "TCP")
    assert (ip.header_checksum, ip.saddr, ip.daddr) == (shown.header_checksum, shown.src[1], shown.dst[1])
    tcp = ip.tcp
    assert (tcp.sport, tcp.dport, tcp.seqno, tcp.ackno) == (shown.src[2], shown.dst[2], shown.seqno, shown.ackno)
    assert (tcp.data_offset, tcp.reserved) == (shown.data_offset, 0)
    assert {name for name, bit in tcp.flags._asdict().items() if bit} == set(shown.flags)
    assert (tcp.window_size, tcp.checksum, tcp.urgent_pointer) == (shown.window_size, shown.checksum, 0)
    assert (tcp.payload_offset, len(tcp.payload), tcp.payload_length) == (shown.length, 0, 0)


def test_json_has_the_same_values() -> None:
    data = frame(SYN)
    tree = packet(RawPacket(data, 1274514520, SYN.usec * 1000, len(data), len(data), 1)).as_dict()
    tcp = tree["link"]["ip"]["tcp"]
    assert tcp["flags"] == dict.fromkeys(FLAGS, 0) | {"syn": 1}
    assert (tcp["payload_offset"], tcp["payload"]) == (78, {"length": 0})
    assert (tree["pcap_header"]["tv_usec"], tree["link"]["ip"]["daddr"]) == (820479, "97.107.132.72")
