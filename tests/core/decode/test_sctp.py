from __future__ import annotations

import pytest
from support.crosscheck import Row, rows
from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("sctp.pcap", {
    1: [
        ("link.ip.sctp.sport", 57678, "sctp.srcport"),
        ("link.ip.sctp.dport", 13, "sctp.dstport"),
        ("link.ip.sctp.verification_tag", 0, "sctp.verification_tag"),
        ("link.ip.sctp.checksum", 3254989109, "sctp.checksum"),
        ("link.ip.sctp.chunks[0].type", 1, "sctp.chunk_type"),
        ("link.ip.sctp.chunks[0].length", 176, "sctp.chunk_length"),
        ("link.ip.sctp.chunks[0].initiate_tag", 3588295105, "sctp.init_initiate_tag"),
        ("link.ip.sctp.chunks[0].window", 131072, "sctp.init_credit"),
        ("link.ip.sctp.chunks[0].outbound_streams", 10, "sctp.init_nr_out_streams"),
        ("link.ip.sctp.chunks[0].initial_tsn", 2009282906, "sctp.init_initial_tsn"),
        ("link.ip.sctp.chunks[0].parameters[0].type", 32768, "sctp.parameter_type"),
        ("link.ip.sctp.chunks[0].parameters[1].length", 4, "sctp.parameter_length[1]"),
    ],
    2: [
        ("link.ip.sctp.chunks[0].type", 2, "sctp.chunk_type"),
        ("link.ip.sctp.chunks[0].initial_tsn", 162606976, "sctp.initack_initial_tsn"),
    ],
    6: [
        ("link.ip.sctp.chunks[0].tsn", 162606976, "sctp.data_tsn_raw"),
        ("link.ip.sctp.chunks[0].stream", 0, "sctp.data_sid"),
        ("link.ip.sctp.chunks[0].stream_sequence", 0, "sctp.data_ssn"),
        ("link.ip.sctp.chunks[0].ppid", 40, "sctp.data_payload_proto_id"),
    ],
    10: [
        ("link.ip.sctp.chunks[0].cumulative_tsn", 162606976, "sctp.sack_cumulative_tsn_ack_raw"),
        ("link.ip.sctp.chunks[0].window", 131072, "sctp.sack_a_rwnd"),
    ],
    11: [
        ("link.ip.sctp.chunks[0].type_name", "SHUTDOWN", "tcpdump", "[SHUTDOWN]"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/forces1.pcap", {
    1: [
        ("link.ip.sctp.chunks[0].tsn", 1048037094, "sctp.data_tsn_raw"),
        ("link.ip.sctp.chunks[0].flags", 3, "sctp.chunk_flags"),
    ],
    3: [
        ("link.ip.sctp.chunks[0].cumulative_tsn", 18398476, "sctp.sack_cumulative_tsn_ack_raw"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_cut_at_every_length() -> None:
    survives_cuts("sctp.pcap")


def carried(protocol: int, text: str, wire: int = 0) -> IPv4:
    payload = bytes.fromhex(text)
    total = 20 + (wire or len(payload))
    data = b"\x45\0" + total.to_bytes(2, "big") + bytes([0, 0, 0, 0, 64, protocol]) + bytes(10) + payload
    got = packet(RawPacket(data, 0, 0, len(data), total, 101)).find(IPv4)
    assert got is not None
    return got


HEAD = "138d 0050 00000007 0badcafe"


def test_data() -> None:  # RFC 9260, 3.3.1: padded to a multiple of four
    got = carried(132, f"{HEAD} 00 03 0011 00000001 0002 0003 0000003c aa000000 0b 00 0004").sctp
    assert (got.sport, got.dport, got.verification_tag, got.checksum) == (5005, 80, 7, 0x0BADCAFE)
    data, acknowledged = got.chunks
    assert data == {
        "type": 0, "type_name": "DATA", "flags": 3, "length": 17, "tsn": 1, "stream": 2, "stream_sequence": 3,
        "ppid": 60, "ppid_name": "NGAP", "data_length": 1,
    }  # fmt: skip
    assert acknowledged["type_name"] == "COOKIE_ACK"
    assert got.child is None


def test_init() -> None:  # RFC 9260, 3.3.2
    parameters = "0005 0008 0a000001 8008 0007 c0 82 0f 00 000c 0006 0005 0000 8000 0004"
    (init,) = carried(132, f"{HEAD} 01 00 0030 00000001 00010000 000a 0005 00000064 {parameters}").sctp.chunks
    assert (init["initiate_tag"], init["window"], init["initial_tsn"]) == (1, 65536, 100)
    assert (init["outbound_streams"], init["inbound_streams"]) == (10, 5)
    address, extensions, types, ecn = init["parameters"]
    assert (address["type_name"], address["address"]) == ("IPv4 Address", "10.0.0.1")
    assert extensions["chunk_types"] == ["FORWARD_TSN", "RE_CONFIG", "AUTH"]
    assert types["address_types"] == [5]
    assert ecn == {"type": 0x8000, "type_name": "ECN Capable", "length": 4}


def test_sack() -> None:  # RFC 9260, 3.3.4
    (sack,) = carried(132, f"{HEAD} 03 00 0018 00000005 00001000 0001 0001 0002 0003 00000004").sctp.chunks
    assert (sack["cumulative_tsn"], sack["window"], sack["gaps"], sack["duplicates"]) == (5, 4096, [(2, 3)], [4])


def test_abort_says_why() -> None:  # RFC 9260, 3.3.7 and 3.3.10
    (abort,) = carried(132, f"{HEAD} 06 00 0010 000c 0009 676f6e6521 000000").sctp.chunks
    (cause,) = abort["causes"]
    assert (cause["type_name"], cause["reason"]) == ("User-Initiated Abort", "gone!")


def test_others() -> None:
    (shutdown,) = carried(132, f"{HEAD} 07 00 0008 00000009").sctp.chunks
    assert shutdown["cumulative_tsn"] == 9
    (forward,) = carried(132, f"{HEAD} c0 00 000c 00000009 0001 0002").sctp.chunks  # RFC 3758, 3.2
    assert (forward["cumulative_tsn"], forward["streams"]) == (9, [(1, 2)])
    (data,) = carried(132, f"{HEAD} 40 03 0014 00000001 0002 0000 00000005 00000033").sctp.chunks  # RFC 8260, 2.1
    assert (data["tsn"], data["stream"], data["message"], data["ppid_name"]) == (1, 2, 5, "WebRTC String")
    (unknown,) = carried(132, f"{HEAD} 7f 00 0004").sctp.chunks
    assert unknown["type_name"] == "unknown"


def test_what_is_wrong() -> None:
    got = carried(132, f"{HEAD} 07 00 0008 00000009 0e 00 0003").sctp
    assert len(got.chunks) == 1
    assert got.malformed.reason == "SCTP chunk 14 with length 3"
    got = carried(132, f"{HEAD} 03 00 0010 00000005 00001000 00ff 0000").sctp
    assert got.chunks[0]["malformed"] == "SCTP SACK: 2 bytes in 0"
    got = carried(132, f"{HEAD} 00 03 0040 00000001").sctp
    assert got.malformed.reason == "SCTP header: 60 bytes in 4"
    assert carried(132, HEAD + "0b000004" * 600).sctp.malformed.reason == "more than 512 SCTP chunks"


def test_the_first_eight_bytes_are_told() -> None:
    got = carried(132, "138d 0050 00000007", wire=60).sctp
    assert (got.sport, got.dport, got.verification_tag) == (5005, 80, 7)
    assert got.truncated.reason == "SCTP header cut short: 8 of 12 bytes captured"
