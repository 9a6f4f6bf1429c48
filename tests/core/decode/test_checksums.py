from __future__ import annotations

import shutil
import struct
import subprocess
from typing import Any

import pytest
from support.crosscheck import packets, path_of

from pcaptools.core.decode import packet
from pcaptools.core.decode.checksums import CUT, FRAGMENT, OFFLOAD, WRONG_LENGTH, ZERO, ZERO_IPV6, Checked, verify
from pcaptools.core.sources.base import RawPacket

FIELDS = {
    "IPv4": "ip.checksum.status", "TCP": "tcp.checksum.status", "UDP": "udp.checksum.status",
    "ICMP": "icmp.checksum.status", "ICMPv6": "icmpv6.checksum.status", "IGMP": "igmp.checksum.status",
    "DCCP": "dccp.checksum.status",
}  # fmt: skip
PREFERENCES = ("ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE")
SHOWN = {"0": "bad", "1": "good", "2": "unverified", "3": "unverified", "4": "unverified"}
"""3: there is none; 4: zero over IPv6."""


def by_us(capture: str) -> dict[int, dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {}
    for number, got in enumerate(packets(capture), 1):
        for check in verify(got.layers()):
            kind = type(check.layer).__name__
            if kind in FIELDS and check.reason not in {OFFLOAD, FRAGMENT}:  # tshark has no word for these
                found.setdefault(number, {}).setdefault(FIELDS[kind], []).append(check.status)
    return found


def by_tshark(capture: str) -> dict[int, dict[str, list[str]]]:
    command = ["tshark", "-n", "-r", str(path_of(capture)), "-T", "fields", "-e", "frame.number"]
    for preference in PREFERENCES:
        command += ["-o", preference]
    for field in FIELDS.values():
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    lines = (line.split("\t") for line in done.stdout.splitlines())
    return {
        int(number): {name: text.split(",") for name, text in zip(FIELDS.values(), texts, strict=True) if text}
        for number, *texts in lines
    }


CAPTURES = [
    "icmp.pcap", "icmpv6.pcap", "igmp.pcap", "mld.pcap", "tcp-options.pcap", "fragments.pcap",
    "corpus:zeek/chksums/ip4-bad-chksum.pcap", "corpus:zeek/chksums/ip4-icmp-bad-chksum.pcap",
    "corpus:zeek/chksums/ip4-icmp-good-chksum.pcap", "corpus:zeek/chksums/ip4-tcp-bad-chksum.pcap",
    "corpus:zeek/chksums/ip4-udp-bad-chksum.pcap", "corpus:zeek/chksums/ip6-hoa-tcp-bad-chksum.pcap",
    "corpus:zeek/chksums/ip6-hoa-tcp-good-chksum.pcap", "corpus:zeek/chksums/ip6-icmp6-bad-chksum.pcap",
    "corpus:zeek/chksums/ip6-route0-icmp6-bad-chksum.pcap", "corpus:zeek/chksums/ip6-route0-icmp6-good-chksum.pcap",
    "corpus:zeek/chksums/ip6-route0-udp-bad-chksum.pcap", "corpus:zeek/chksums/ip6-route0-udp-good-chksum.pcap",
    "corpus:zeek/chksums/ip6-tcp-good-chksum.pcap", "corpus:zeek/chksums/ip6-udp-bad-chksum.pcap",
    "corpus:zeek/chksums/ip6-udp-good-chksum.pcap", "corpus:zeek/chksums/localhost-bad-chksum.pcap",
    "corpus:tcpdump/dccp_partial_csum_v4_simple.pcap",
]  # fmt: skip


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("capture", CAPTURES)
def test_tshark_says_the_same(capture: str) -> None:
    ours, theirs = by_us(capture), by_tshark(capture)
    for number, fields in ours.items():
        for name, statuses in fields.items():
            # tshark goes on into what is quoted
            shown = [SHOWN[status] for status in theirs[number][name]]
            assert statuses == shown[: len(statuses)], f"frame {number}: {name}"
    assert ours


@pytest.mark.parametrize("capture", [f"ip4-{kind}-bad-chksum" for kind in ("icmp", "tcp", "udp")])
def test_captures_whose_names_say_that_they_are_bad(capture: str) -> None:
    checked = [check for got in packets(f"corpus:zeek/chksums/{capture}.pcap") for check in verify(got.layers())]
    assert {check.status for check in checked[1::2]} == {"bad"}


@pytest.mark.parametrize("capture", ["sctp.pcap", "corpus:tcpdump/forces1.pcap"])
def test_real_sctp(capture: str) -> None:  # CRC32c: of a real stack
    checked = [check for got in packets(capture) for check in verify(got.layers()) if check.layer.key == "sctp"]
    assert {check.status for check in checked} == {"good"}


def test_real_udplite() -> None:  # Linux: once all is covered, once the first twelve bytes
    checked = [check for got in packets("udplite.pcap") for check in verify(got.layers()) if check.layer.key != "ip"]
    assert [check.status for check in checked] == ["good"] * 3


ENDS = bytes([10, 0, 0, 1, 10, 0, 0, 2])


def ip(protocol: int, payload: bytes, *, bits: int = 0, options: bytes = b"", cut: int | None = None) -> list[Checked]:
    size = 20 + len(options) + len(payload)
    head = struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, 0, size, 0, bits, 64, protocol, 0) + ENDS + options
    data = (head + payload)[:cut]
    return list(verify(packet(RawPacket(data, 0, 0, len(data), size, 101)).layers()))


UDP = bytes.fromhex("9c40 0035 000a 0000 6869")


def udp(checksum: int) -> bytes:
    return UDP[:6] + checksum.to_bytes(2, "big") + UDP[8:]


RIGHT = 0xFFFF - sum((0x0A00, 0x0001, 0x0A00, 0x0002, 0x0011, 0x000A, 0x9C40, 0x0035, 0x000A, 0x6869)) % 0xFFFF


def only(checked: list[Checked]) -> Checked:
    """Return the check of what is in IP."""
    (_, found) = checked
    return found


def test_good_and_bad() -> None:
    good = only(ip(17, udp(RIGHT)))
    assert (good.status, good.found, good.computed) == ("good", RIGHT, RIGHT)
    bad = only(ip(17, udp(0x1234)))
    assert (bad.status, bad.found, bad.computed, bad.reason) == ("bad", 0x1234, RIGHT, "")


def test_header() -> None:
    (header, _) = ip(17, udp(RIGHT))
    assert header.status == "bad"
    assert header.computed is not None
    data = bytes.fromhex("4500001e 00000000 4011") + header.computed.to_bytes(2, "big") + ENDS + UDP
    (header, _) = verify(packet(RawPacket(data, 0, 0, len(data), len(data), 101)).layers())
    assert header.status == "good"


@pytest.mark.parametrize(
    ("checked", "reason"),
    [
        (ip(17, udp(0)), ZERO),  # RFC 768
        (ip(17, udp(RIGHT), cut=29), CUT),
        (ip(17, udp(RIGHT), bits=0x2000), FRAGMENT),
        (ip(17, UDP[:4] + b"\x00\x20" + UDP[6:-1] + b"x"), ZERO),
        (ip(17, UDP[:4] + b"\x00\x20\x12\x34hi"), WRONG_LENGTH),
        (ip(6, bytes(12) + b"\x50" + bytes(9), cut=41), CUT),
    ],
)
def test_what_cannot_be_verified(checked: list[Checked], reason: str) -> None:
    assert (checked[-1].status, checked[-1].reason) == ("unverified", reason)


def test_header_options_that_were_cut() -> None:
    (header,) = ip(17, udp(RIGHT), options=bytes(8), cut=24)
    assert (header.status, header.reason) == ("unverified", CUT)


def test_offload_leaves_the_sum_of_the_pseudo_header() -> None:
    partial = sum((0x0A00, 0x0001, 0x0A00, 0x0002, 0x0011, 0x000A))
    found = only(ip(17, udp(partial)))
    assert (found.status, found.reason, found.computed) == ("unverified", OFFLOAD, RIGHT)


def test_zero_and_all_ones_are_one_number() -> None:  # RFC 1624, 3
    fill = (0xFFFF - sum((0x0A00, 0x0001, 0x0A00, 0x0002, 0x0011, 0x000A, 0x9C40, 0x0035, 0x000A)) % 0xFFFF) % 0xFFFF
    data = UDP[:6] + b"\xff\xff" + fill.to_bytes(2, "big")
    found = only(ip(17, data))
    assert (found.status, found.computed) == ("good", 0xFFFF)


def test_source_routes() -> None:  # the final destination counts; some senders take the next hop
    route = bytes([131, 7, 4, 10, 0, 0, 9, 0])
    final = RIGHT - 7
    assert only(ip(17, udp(final), options=route)).status == "good"
    assert only(ip(17, udp(RIGHT), options=route)).status == "good"
    assert only(ip(17, udp(1), options=route)).computed == final


def ip6(following: int, payload: bytes, destination: int = 2) -> Any:
    ends = bytes.fromhex("20010db8" + "00" * 11 + "01" + "20010db8" + "00" * 11) + bytes([destination])
    data = struct.pack(">IHBB", 6 << 28, len(payload), following, 64) + ends + payload
    return list(verify(packet(RawPacket(data, 0, 0, len(data), len(data), 229)).layers()))[-1]


FINAL = "20010db8" + "00" * 11 + "02"
SUM6 = sum((0x2001, 0x0DB8, 1, 0x2001, 0x0DB8, 2, 0x0011, 0x000A, 0x9C40, 0x0035, 0x000A, 0x6869))
RIGHT6 = 0xFFFF - SUM6 % 0xFFFF


@pytest.mark.parametrize(
    "header",
    [
        "11 02 00 01 00000000" + FINAL,  # RFC 2460, 4.4
        "11 02 02 01 00000000" + FINAL,  # RFC 6275, 6.4
        "11 01 03 01 ff 70 0000 02" + "00" * 7,  # RFC 6554: one byte, the others as in the destination
        "11 04 04 01 01 00 0000" + FINAL + "20010db8" + "00" * 11 + "09",  # RFC 8754: the last segment comes first
    ],
)
def test_the_final_destination_counts(header: str) -> None:  # RFC 8200, 8.1
    routing = bytes.fromhex(header)
    assert ip6(43, routing + udp(RIGHT6), destination=9).status == "good"
    arrived = routing[:3] + b"\0" + routing[4:]
    assert ip6(43, arrived + udp(RIGHT6)).status == "good"
    assert ip6(43, arrived + udp(RIGHT6), destination=9).status == "bad"


def test_the_home_address_counts() -> None:  # RFC 6275, 9.3.1
    option = bytes.fromhex("11 02 0102 0000 c910" + "20010db8" + "00" * 11 + "08")
    right = RIGHT6 - 7
    assert ip6(60, option + udp(right)).status == "good"
    assert ip6(17, udp(RIGHT6)).status == "good"


def test_zero_over_ipv6() -> None:  # RFC 8200, 8.1; RFC 6935
    assert ip6(17, udp(0)).reason == ZERO_IPV6


def test_what_is_quoted_is_not_verified() -> None:
    checked = [check.layer.key for check in verify(packets("icmp.pcap")[7].layers())]
    assert checked == ["ip", "icmp"]


def test_the_whole_of_what_fragments_made() -> None:
    checked = [list(verify(got.layers())) for got in packets("fragments.pcap")]
    assert [found[-1].status for found in checked] == ["unverified", "good"] * 4
