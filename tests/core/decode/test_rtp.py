from __future__ import annotations

import shutil
import subprocess
from functools import cache
from typing import Any

import pytest
from support.crosscheck import follow, packets, path_of

from pcaptools.core.decode.layer import decode_layer
from pcaptools.core.decode.packet import Packet
from pcaptools.core.decode.registry import decode_as
from pcaptools.core.decode.rtp import RTCP, RTP
from pcaptools.core.decode.tables import udp_ports

CAPTURE = "rtp.pcap"
# (frame, where, value, tshark's field, what it shows); support.crosscheck knows nothing of `-d`
CHECKS: list[tuple[int, str, Any, str, str]] = [
    (1, "rtcp.version", 2, "rtcp.version", "2"),
    (1, "rtcp.padding", 0, "rtcp.padding", "0"),
    (1, "rtcp.count", 0, "rtcp.rc", "0"),
    (1, "rtcp.pt", 200, "rtcp.pt", "200"),
    (1, "rtcp.pt_name", "Sender Report", "rtcp.pt", "200"),
    (1, "rtcp.length", 6, "rtcp.length", "6"),
    (1, "rtcp.ssrc", 0xCA3EFE99, "rtcp.senderssrc", "0xca3efe99"),
    (1, "rtcp.ntp", "1795524375.1860000000", "rtcp.timestamp.ntp", "Nov 24, 2026 12:46:15.185999999 UTC"),
    (1, "rtcp.rtp_timestamp", 3586042436, "rtcp.timestamp.rtp", "3586042436"),
    (1, "rtcp.packets", 0, "rtcp.sender.packetcount", "0"),
    (1, "rtcp.octets", 0, "rtcp.sender.octetcount", "0"),
    (2, "rtp.version", 2, "rtp.version", "2"),
    (2, "rtp.padding", 0, "rtp.padding", "0"),
    (2, "rtp.ext", 0, "rtp.ext", "0"),
    (2, "rtp.cc", 0, "rtp.cc", "0"),
    (2, "rtp.marker", 0, "rtp.marker", "0"),
    (2, "rtp.p_type", 0, "rtp.p_type", "0"),
    (2, "rtp.p_type_name", "PCMU", "rtp.p_type", "0"),
    (2, "rtp.seq", 3598, "rtp.seq", "3598"),
    (2, "rtp.timestamp", 3586042436, "rtp.timestamp", "3586042436"),
    (2, "rtp.ssrc", 0xCA3EFE99, "rtp.ssrc", "0xca3efe99"),
    (4, "rtp.marker", 1, "rtp.marker", "1"),
    (4, "rtp.p_type_name", "MPV", "rtp.p_type", "32"),
    (5, "rtcp.packets", 55, "rtcp.sender.packetcount", "55"),
    (5, "rtcp.rtcp.pt_name", "Goodbye", "rtcp.pt", "200,203"),
    (5, "rtcp.rtcp.ssrcs", [0x5F56C6D7], "rtcp.ssrc.identifier", "0x5f56c6d7"),
]


@pytest.fixture(autouse=True)
def _ports() -> Any:
    decode_as("udp.port", 5004, "rtp")
    decode_as("udp.port", 5005, "rtcp")
    yield
    udp_ports.remove(5004)
    udp_ports.remove(5005)


FIELDS = sorted({check[3] for check in CHECKS})


@cache
def by_tshark() -> list[dict[str, str]]:
    command = ["tshark", "-n", "-r", str(path_of(CAPTURE)), "-d", "udp.port==5004,rtp", "-d", "udp.port==5005,rtcp"]
    command += ["-T", "fields", *(part for field in FIELDS for part in ("-e", field))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("frame", "path", "value", "field", "shown"), CHECKS, ids=str)
def test_as_tshark_reads_it(frame: int, path: str, value: Any, field: str, shown: str) -> None:
    packet = Packet(packets(CAPTURE)[frame - 1].raw)
    assert follow(packet, f"link.ip.udp.{path}") == value
    if shutil.which("tshark"):  # versions differ in how they show a flag
        assert by_tshark()[frame - 1][field].replace("True", "1").replace("False", "0") == shown


def layer(kind: type[RTP | RTCP], text: str, more: int = 0) -> Any:
    data = bytes.fromhex(text)
    return decode_layer(kind, data, 0, len(data) + more, 3)


def test_sources_extension_and_padding() -> None:  # RFC 3550, 5.1 and 5.3.1
    found = layer(RTP, "b2e0 0001 00000002 00000003 0000000a 0000000b bede0001 aabbccdd 1122 000003")
    assert (found.padding, found.ext, found.cc, found.marker, found.p_type, found.p_type_name) == (
        1,
        1,
        2,
        1,
        96,
        "dynamic",
    )
    assert (found.csrc, found.ext_profile, found.padding_count) == ([10, 11], 0xBEDE, 3)
    assert found.payload == b"\x11\x22"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("40 00 0001 00000002 00000003", "RTP version 1"),
        ("80 00 0001 00000002", "RTP: 4 bytes in 0"),
        ("82 00 0001 00000002 00000003 00000004", "RTP: 4 bytes in 0"),
        ("90 00 0001 00000002 00000003 bede 0009", "RTP: 36 bytes in 0"),
    ],
)
def test_what_is_no_rtp(text: str, reason: str) -> None:
    assert layer(RTP, text).reason == reason


def test_padding_that_is_more_than_there_is() -> None:
    found = layer(RTP, "a0 00 0001 00000002 00000003 ff")
    assert (found.padding_count, found.child) == (1, None)
    assert layer(RTP, "a0 00 0001 00000002 00000003").child is None
    assert layer(RTP, "80 48 0001 00000002 00000003").p_type_name == "unknown"


def test_reports_and_descriptions_in_one_datagram() -> None:  # RFC 3550, 6.4.2 and 6.5
    report = "81c90007 00000001 00000002 40 fffffe 00010005 00000006 00000007 00000008"
    description = "82ca0007 00000001 0103616263 060178 00000000 00000002 0203c3bc21 000000"
    found = layer(RTCP, report + description + "80c90001 00000009")
    assert found.reports == [{
        "ssrc": 2, "fraction_lost": 64, "cumulative_lost": -2, "extended_highest_seq": 0x10005, "jitter": 6, "lsr": 7,
        "dlsr": 8,
    }]  # fmt: skip
    described = found.rtcp
    assert described.chunks == [
        {"ssrc": 1, "items": [{"type": "CNAME", "text": "abc"}, {"type": "TOOL", "text": "x"}]},
        {"ssrc": 2, "items": [{"type": "NAME", "text": "ü!"}]},
    ]
    assert (described.rtcp.pt_name, described.rtcp.ssrc, described.rtcp.reports, described.rtcp.child) == (
        "Receiver Report", 9, [], None,
    )  # fmt: skip


def test_other_packets() -> None:
    found = layer(RTCP, "81cb0003 00000001 0562796521 0d 0000")
    assert (found.ssrcs, found.reason) == ([1], "bye!\r")
    found = layer(RTCP, "81ce0002 00000001 00000002")  # RFC 4585, 6.3.1
    assert (found.feedback_name, found.ssrc, found.media_ssrc) == ("Picture Loss Indication", 1, 2)
    found = layer(RTCP, "9fcd0002 00000001 00000002")
    assert found.feedback_name == "unknown"
    found = layer(RTCP, "83cc0002 00000001 6e616d65")
    assert (found.pt_name, found.name, found.count) == ("Application specific", "name", 3)
    assert layer(RTCP, "80ff0001 00000001").pt_name == "unknown"
    assert layer(RTCP, "80ff0000").as_dict() == {
        "version": 2, "padding": 0, "count": 0, "pt": 255, "pt_name": "unknown", "length": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("40c80000", "RTCP version 1"),
        ("80c8", "RTCP: 2 bytes in 0"),
        ("80c80006 00000001", "RTCP: 24 bytes in 4"),
        ("81c90001 00000001", "RTCP: 4 bytes in 0"),
        ("82cb0001 00000001", "RTCP: 4 bytes in 0"),
        ("81ca0002 00000001 0109 6161", "RTCP: 9 bytes in 2"),
    ],
)
def test_what_is_wrong(text: str, reason: str) -> None:
    *_, last = layer(RTCP, text).walk()
    assert last.reason == reason


def test_many_packets_in_one_datagram_are_bounded() -> None:
    *_, last = layer(RTCP, "80c90001 00000001" * 200).walk()
    assert last.reason == "more than 32 layers"


def test_truncations() -> None:
    for number, kind in ((1, RTCP), (2, RTP), (5, RTCP)):
        udp = packets(CAPTURE)[number - 1].link.ip.udp
        data = udp.data[udp.start + 8 : udp.payload_end]
        for size in range(60):
            found: Any = decode_layer(kind, data[:size], 0, len(data), 3)
            assert found.as_dict()
            assert size >= min(12, len(data)) or found.truncated or found.key == "truncated"
