"""Packets wrapped in tunnel headers, for what no program at hand sends; and tshark's reading of such."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

import pytest

from pcaptools.core.decode.packet import Packet
from pcaptools.core.sources.base import RawPacket

RAW = 101
TCP = bytes.fromhex("0001 0002 00000003 00000004 5018 0005 0000 0000")
INNER = bytes.fromhex("45000028 00004000 40060000 03030303 04040404") + TCP
"""IPv4 with a TCP segment to port 2, and nothing in it."""
INNER6 = bytes.fromhex("60000000 0014 06 40") + bytes(15) + b"\3" + bytes(15) + b"\4" + TCP
MACS = bytes.fromhex("020000000002 020000000001")
FRAME = MACS + b"\x08\x00" + INNER


def ip4(payload: bytes, protocol: int = 17, *, fragment: int = 0) -> bytes:
    """Return an IPv4 packet."""
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 7, fragment, 64, protocol, 0)
    return head + b"\1\1\1\1\2\2\2\2" + payload


def ip6(payload: bytes, protocol: int = 17) -> bytes:
    """Return an IPv6 packet."""
    return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + bytes(15) + b"\1" + bytes(15) + b"\2" + payload


def udp(payload: bytes, dport: int, sport: int = 50000) -> bytes:
    """Return a UDP datagram in an IPv4 packet."""
    return ip4(struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload)


def decoded(data: bytes, link_type: int = RAW, *, captured: int | None = None) -> Packet:
    """Return a packet of which `captured` bytes were captured."""
    return Packet(RawPacket(data[:captured], 0, 0, len(data[:captured]), len(data), link_type))


def check_cuts(data: bytes, link_type: int = RAW, *, keep: str, after: int) -> None:
    """Cut a packet at every length, in the capture and on the wire: nothing raises, and from `after` on the layer
    `keep` is there."""
    for length in range(len(data)):
        for packet in (decoded(data, link_type, captured=length), decoded(data[:length], link_type)):
            keys = [layer.key for layer in packet.layers()]
            packet.as_dict()
            repr(packet)
            assert (keep in keys) == (length >= after), (length, keys)


def by_tshark(packets: list[bytes], fields: list[str], link_type: int = RAW) -> list[list[str]]:
    """Return tshark's fields of each packet; where tshark is not installed the test is skipped."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "built.pcap")
        with path.open("wb") as file:
            file.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link_type))
            for number, packet in enumerate(packets):
                file.write(struct.pack("<IIII", number, 0, len(packet), len(packet)) + packet)
        command = ["tshark", "-n", "-r", str(path), "-T", "fields"]
        for field in fields:
            command += ["-e", field]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=60, env={**os.environ, "HOME": folder}
        )
    return [line.split("\t") for line in done.stdout.splitlines()]
