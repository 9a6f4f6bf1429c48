"""The machine and libpcap's must agree wherever libpcap can be asked: on packets that are whole."""

import pcapy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.sources import bpf_machine

EXPRESSIONS = [
    "tcp",
    "tcp port 80 or udp port 53",
    "ip6 or vlan",
    "greater 100",
    "less 60 and ip",
    "len - 14 > ip[2:2]",
    "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
    "ip[0] * 3 + 7 - ip[1] / 2 > 5 ^ ip[8]",
    "ip[1] << 2 = 4 or ip[2] % 3 = 1",
    "-ip[0] = 1 or ip[1] & 3 != ip[2] | 9",
    "ip[0] / ip[1] = 2",
    "ether[ip[1]] = 5 and not host 10.0.0.1",
    "ip[1] << ip[2] = 0",
]
HEADERS = [b"", bytes(12) + b"\x08\x00\x45\x00", bytes(12) + b"\x86\xdd\x60", bytes(12) + b"\x81\x00"]
PROGRAMS = [pcapy.compile(1, 262_144, expression, optimize, 0) for expression in EXPRESSIONS for optimize in (0, 1)]


@given(st.sampled_from(HEADERS), st.binary(max_size=120), st.sampled_from(PROGRAMS))
def test_agrees_with_libpcap(header: bytes, rest: bytes, program: pcapy.BPFProgram) -> None:
    data = header + rest
    assert bool(bpf_machine.run(program.get_bpf(), data, len(data))) == bool(program.filter(data))


@pytest.mark.parametrize(("expression", "asks"), [("greater 9", True), ("tcp", False), ("len = 3", True)])
def test_asks_length(expression: str, asks: bool) -> None:
    assert bpf_machine.asks_length(pcapy.compile(1, 262_144, expression, 1, 0).get_bpf()) is asks
