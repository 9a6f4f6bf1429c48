"""The two ways to the segment, beside each other and beside tshark."""

import os
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pcaptools.core.decode.general import SegmentFinder
from pcaptools.core.decode.layer import MAX_DEPTH
from pcaptools.core.decode.packet import Packet
from pcaptools.core.decode.segment import Segment, segment_parser
from pcaptools.core.errors import PcapToolsError
from pcaptools.core.sources.base import RawPacket, Record
from pcaptools.core.sources.files import FileSource

REPOSITORY = Path(__file__).parents[3]
CORPUS = Path(os.environ.get("PCAPTOOLS_CORPUS", REPOSITORY.parent / "shared" / "corpus"))
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS} (PCAPTOOLS_CORPUS)")
needs_tshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")

# ---------------------------------------------------------------- generated packets

LINKS = {
    1: (b"\x02" * 12, b"\x08\x00", b"\x86\xdd"),
    113: (bytes(14), b"\x08\x00", b"\x86\xdd"),
    0: (b"", b"\x02\0\0\0", b"\x1e\0\0\0"),
    108: (b"", b"\0\0\0\x02", b"\0\0\0\x18"),
    101: (b"", b"", b""),
    228: (b"", b"", b""),
    229: (b"", b"", b""),
}
SLL2_REST = bytes(18)

numbers = {bits: st.integers(0, 2**bits - 1) for bits in (4, 8, 16, 32)}


@st.composite
def tcp_headers(draw: st.DrawFn) -> bytes:
    options = draw(st.integers(0, 10)) * 4
    offset = 5 + options // 4 if draw(st.integers(0, 9)) else draw(numbers[4])
    ports, seq, ack = draw(numbers[32]), draw(numbers[32]), draw(numbers[32])
    bits = offset << 12 | draw(st.integers(0, 0xFFF))
    return struct.pack(">IIIHHHH", ports, seq, ack, bits, draw(numbers[16]), 0, 0) + draw(
        st.binary(min_size=options, max_size=options)
    )


@st.composite
def datagrams(draw: st.DrawFn) -> bytes:
    """UDP, perhaps with a tunnel in it: on its port, on another, or with another's header on its port."""
    inner4 = outer4(draw(tcp_headers()), 6)
    inner6 = struct.pack(">IHBB", 6 << 28, 20, 6, 64) + b"\x20\x01\0\0" + bytes(28) + INNER[20:40]
    frame = bytes(12) + b"\x08\x00" + inner4
    vni = draw(st.sampled_from([b"\0\0\x05\0", b"\0\0\x05\x01"]))
    headers = [
        (53, b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + draw(st.binary(max_size=30))),
        (4789, b"\x08\0\0\0" + vni + frame),
        (4790, b"\x0c\0\0\1" + vni + inner4),
        (6081, b"\0\0\x65\x58" + vni + frame),
        (6081, b"\0\0\x08\0" + vni + inner4),
        (6081, b"\x01\0\x86\xdd" + vni + b"\1\2\3\0" + inner6),
        (2152, b"\x30\xff" + struct.pack(">HI", len(inner4), 7) + inner4),
        (3544, inner6),
        (3544, b"\0\0" + bytes(6) + inner6),
        (5072, b"\0\0\1\x29" + bytes(5) + inner6),
        (4754, b"\0\0\x08\0" + inner4),
        (6635, b"\0\x06\x41\x40" + inner4),
        (1701, b"\0\2\0\7\0\x09\xff\3\0\x21" + inner4),
    ]
    port, payload = draw(st.sampled_from(headers))
    ports = [port if draw(st.integers(0, 3)) else draw(st.sampled_from([9999, 4789, 6081])), draw(numbers[16])]
    if draw(st.booleans()):
        ports.reverse()
    length = 8 + len(payload) + draw(st.sampled_from([0, 0, 0, 0, -1, 5, -8 - len(payload)]))
    return struct.pack(">HHHH", *ports, length, 0) + payload


@st.composite
def ip_packets(draw: st.DrawFn, version: int) -> bytes:
    payload = draw(tcp_headers()) + draw(st.binary(max_size=40))
    protocol = draw(st.sampled_from([6, 6, 6, 6, 6, 17, 17, 17, 1, 58, 4, 41, 47, 51, 137]))
    if protocol == 17 and draw(st.integers(0, 4)):
        payload = draw(datagrams())
    addresses = draw(st.binary(min_size=32, max_size=32))
    # 0 is offload; wrong by a little, or anything at all, is damage
    error = draw(st.sampled_from([0, 0, 0, 0, 0, None, -1, -30, 7]))
    if version == 4:
        options = draw(st.binary(max_size=10)) * 4
        total = 0 if error is None else max(20 + len(options) + len(payload) + error, 0)
        fragment = draw(st.sampled_from([0, 0, 0x4000, 0x4000, 0x8000, 0x2000, 1]))
        head = struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, 0, total, 0, fragment, 64, protocol, 0)
        return head + addresses[:8] + options + payload
    for kind in draw(st.lists(st.sampled_from([0, 43, 60, 44, 51]), max_size=4)):
        if kind == 44:
            cut = draw(st.sampled_from([0, 0, 0, 1, 8]))
            header = struct.pack(">BxHI", protocol, cut, 7)
        else:
            units = draw(st.integers(0, 3))
            size = (units + 1) * 8 if kind != 51 else (units + 2) * 4
            header = (bytes([protocol, units]) + bytes(60))[: max(size, 8)]
        payload, protocol = header + payload, kind
    length = 0 if error is None else max(len(payload) + error, 0)
    return struct.pack(">IHBB", 6 << 28, length, protocol, 64) + addresses + payload


@st.composite
def frames(draw: st.DrawFn) -> tuple[int, int, bytes]:
    """(link type, length on the wire, captured bytes)."""
    link_type = draw(st.sampled_from([1, 1, 113, 276, 0, 108, 101, 228, 229]))
    version = {228: 4, 229: 6}.get(link_type) or draw(st.sampled_from([4, 6]))
    packet = draw(ip_packets(version)) + bytes(draw(st.sampled_from([0, 0, 0, 6, 18])))
    types = LINKS[1][version // 2 - 1 :]
    tags = b""
    if link_type in {1, 113, 276}:
        tag = st.tuples(st.sampled_from([b"\x81\0", b"\x88\xa8", b"\x91\0"]), st.binary(min_size=2, max_size=2))
        tags = b"".join(map(b"".join, draw(st.lists(tag, max_size=3))))
    typed = tags + types[0]
    if link_type == 276:
        frame = typed[:2] + SLL2_REST + typed[2:] + packet
    elif link_type in {1, 113}:
        frame = LINKS[link_type][0] + typed + packet
    else:
        frame = LINKS[link_type][version // 2 - 1] + packet
    captured = draw(st.one_of(st.just(len(frame)), st.integers(0, len(frame))))
    return link_type, len(frame), frame[:captured]


def both_ways(link_type: int, record: Record, finder: SegmentFinder) -> tuple[object, Segment | None]:
    fast = segment_parser(link_type)(record[2], record[1])
    found = finder.find(record, link_type)
    assert len(found) <= 1 or fast is None  # only a frame that holds several packets has more
    return fast, found[0][0] if found else None


def check_agreement(link_type: int, record: Record, finder: SegmentFinder) -> bool:
    """Assert that the ways agree; true if the general one found a segment where the fast one gave up."""
    fast, general = both_ways(link_type, record, finder)
    if fast is None:
        return general is not None
    assert general == (fast or None)
    return False


@given(frames())
@settings(max_examples=1500, deadline=None)
def test_ways_agree_on_generated_packets(frame: tuple[int, int, bytes]) -> None:
    link_type, wire_len, data = frame
    check_agreement(link_type, (0, wire_len, data), SegmentFinder())


@given(frames(), st.lists(st.tuples(numbers[16], numbers[8]), min_size=1, max_size=8), numbers[16])
@example((1, 0, b""), [(0, 0)], 0)
@settings(max_examples=1500, deadline=None)
def test_damaged_packets_raise_nothing_and_the_ways_still_agree(
    frame: tuple[int, int, bytes], damage: list[tuple[int, int]], wire_len: int
) -> None:
    link_type, _, data = frame
    mutable = bytearray(data)
    for at, value in damage:
        if mutable:
            mutable[at % len(mutable)] = value
    record = (0, wire_len, bytes(mutable))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PCAPTOOLS_DEBUG", "1")  # no decoder hides an exception
        check_agreement(link_type, record, SegmentFinder())
        packet = Packet(RawPacket.of(record, link_type))
        repr(packet)
        packet.as_dict()


# ---------------------------------------------------------------- captures


def read(path: Path) -> Iterator[tuple[int, Record]]:
    """Every whole packet of a file with its link type; a damaged or foreign file ends early."""
    try:
        with FileSource([path]) as source:
            for batch in source.batches():
                yield from ((batch.link_type, record) for record in batch.records)
    except PcapToolsError:
        return


@needs_corpus
def test_ways_agree_on_the_whole_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PCAPTOOLS_DEBUG", "1")  # no decoder hides an exception
    packets = rescued = 0
    for path in sorted(CORPUS.rglob("*.pcap*")):
        finder = SegmentFinder()
        for link_type, record in read(path):
            rescued += check_agreement(link_type, record, finder)
            packet = Packet(RawPacket.of(record, link_type))
            repr(packet)
            packet.as_dict()
            packets += 1
    assert packets > 20_000
    assert rescued > 100


FIELDS = (
    "frame.number", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.window_size_value",
    "tcp.len", "tcp.flags",
)  # fmt: skip


def by_tshark(path: Path) -> dict[int, list[str]]:
    command = ["tshark", "-n", "-r", str(path), "-Y", "tcp", "-o", "tcp.desegment_tcp_streams:FALSE", "-T", "fields"]
    for name in FIELDS:
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    rows = (line.split("\t") for line in done.stdout.splitlines())
    return {int(row[0]): [*row[1:-1], str(int(row[-1], 16) & 0xFF)] for row in rows}


def by_us(path: Path) -> dict[int, list[str]]:
    result = {}
    finder = SegmentFinder()
    for number, (link_type, record) in enumerate(read(path), 1):
        parsed = segment_parser(link_type)(record[2], record[1])
        if parsed is None:
            found = finder.find(record, link_type)
            parsed = found[0][0] if found else None
        if parsed:
            key, seq, ack, flags, window, *_, length = parsed
            ports = struct.unpack(">HH", key[-4:])
            result[number] = [str(value) for value in (*ports, seq, ack, window, length, flags)]
    return result


@needs_corpus
@needs_tshark
@pytest.mark.parametrize(
    "name",
    [
        "zeek/wikipedia.pcap",
        "zeek/http-vlan-0.pcap",
        "zeek/http-qinq-0.pcap",
        "zeek/vlan-qinqinq.pcap",
        "zeek/mixed-vlan-mpls.pcap",
        "zeek/pppoe-over-qinq.pcap",
        "zeek/snap-tcp.pcap",
        "zeek/chksums/ip6-hoa-tcp-good-chksum.pcap",
        "zeek/chksums/ip6-tcp-good-chksum.pcap",
        "zeek/redis/pubsub.pcap",
        "zeek/tls/openjdk-25.0.2-zeek.org.pcap",
        "tcpdump/resp_1_benchmark.pcap",
        "tcpdump/tcp_rst_diag_payload-trunc.pcap",
        "zeek/ipv4/fragmented-4.pcap",
        "zeek/ipv4/fragmented-syn.pcap",
        "zeek/tunnels/4in6.pcap",
        "zeek/tunnels/gre-sample.pcap",
        "zeek/tunnels/vxlan-encapsulated-http.pcap",
        "zeek/tunnels/geneve-47101.pcap",
        "zeek/tunnels/ayiya3.pcap",
        "zeek/tunnels/gtp/gtp2_different_udp_port.pcap",
        "tcpdump/geneve.pcap",
        "tcpdump/gso-ipv4-vxlan-ipv4.pcap",
        "tcpdump/gso-ipv4-vxlan-ipv6.pcap",
        "tcpdump/gso-ipv6-geneve-ipv4.pcap",
        "tcpdump/wccp_redirect_gre.pcap",
        "tcpdump/lspping-fec-ldp.pcap",
    ],
)
def test_tshark_sees_the_same(name: str) -> None:
    path = CORPUS / name
    assert path.exists(), f"{name} is not in the corpus"
    expected = by_tshark(path)
    assert expected
    assert by_us(path) == expected


SNAP = bytes.fromhex("aaaa03 000000 0800")
WLAN = bytes.fromhex("0802 0000 020000000001 020000000002 020000000003 1000")


def outer4(packet: bytes, protocol: int) -> bytes:
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(packet), 0, 0x4000, 64, protocol, 0)
    return head + b"\x01\x01\x01\x01\x02\x02\x02\x02" + packet


def in_udp(port: int, payload: bytes) -> bytes:
    return outer4(struct.pack(">HHHH", 50000, port, 8 + len(payload), 0) + payload, 17)


@needs_corpus
@needs_tshark
@pytest.mark.parametrize(
    ("link_type", "wrap"),
    [
        (101, lambda packet: packet),
        (228, lambda packet: packet),
        (0, lambda packet: b"\x02\0\0\0" + packet),
        (108, lambda packet: b"\0\0\0\x02" + packet),
        (276, lambda packet: b"\x08\x00" + bytes(6) + b"\0\x01" + bytes(10) + packet),
        (101, lambda packet: outer4(packet, 4)),
        (101, lambda packet: outer4(b"\0\0\x08\0" + packet, 47)),
        (1, lambda packet: bytes(12) + b"\x88\x47\0\x06\x41\x40" + packet),
        (9, lambda packet: b"\xff\x03\0\x21" + packet),
        (101, lambda packet: outer4(b"\0\x06\x41\x40" + packet, 137)),
        (101, lambda packet: in_udp(6635, b"\0\x06\x41\x40" + packet)),
        (101, lambda packet: in_udp(4754, b"\0\0\x08\0" + packet)),
        (101, lambda packet: in_udp(1701, b"\0\2\0\7\0\x09\xff\3\0\x21" + packet)),
        (101, lambda packet: in_udp(4790, b"\x0c\0\0\1\0\0\5\0" + packet)),
        (50, lambda packet: b"\xff\x03\0\x21" + packet),
        (204, lambda packet: b"\x01\xff\x03\0\x21" + packet),
        (104, lambda packet: b"\x0f\0\x08\0" + packet),
        (107, lambda packet: b"\x18\x41\x03\xcc" + packet),
        (10, lambda packet: b"\x50" + bytes(12) + SNAP + packet),
        (1, lambda packet: bytes(12) + (8 + len(packet)).to_bytes(2, "big") + SNAP + packet),
        (1, lambda packet: bytes(12) + b"\x81\0\0\x05" + (8 + len(packet)).to_bytes(2, "big") + SNAP + packet),
        (113, lambda packet: bytes(14) + b"\0\x04" + SNAP + packet),
        (113, lambda packet: bytes(3) + b"\x01" + bytes(10) + b"\0\x03" + bytes(12) + b"\x08\0" + packet),
        (113, lambda packet: b"\0\0\x03\x23" + bytes(10) + b"\0\x04\0\0\x08\0\0\0\0\0" + WLAN + SNAP + packet),
        (276, lambda packet: b"\0\x04" + bytes(6) + b"\0\x01" + bytes(10) + SNAP + packet),
        (105, lambda packet: WLAN + SNAP + packet),
        (127, lambda packet: b"\0\0\x08\0\0\0\0\0" + WLAN + SNAP + packet),
        (127, lambda packet: b"\0\0\x09\0\x02\0\0\0\x10" + WLAN + SNAP + packet + b"FCS!"),
        (239, lambda packet: b"\x02\0\0\x05" + (4 + len(packet)).to_bytes(2, "little") + b"\x09\0" + packet),
    ],
)
def test_tshark_sees_the_same_on_other_links(link_type: int, wrap: Callable[[bytes], bytes], tmp_path: Path) -> None:
    packets = [
        record[2][14:] for _, record in read(CORPUS / "zeek" / "wikipedia.pcap") if record[2][12:14] == b"\x08\0"
    ]
    path = tmp_path / "wrapped.pcap"
    with path.open("wb") as file:
        file.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link_type))
        for number, packet in enumerate(map(wrap, packets)):
            file.write(struct.pack("<IIII", number, 0, len(packet), len(packet)) + packet)
    expected = by_tshark(path)
    assert len(expected) == 78
    assert by_us(path) == expected


# ---------------------------------------------------------------- what only the general way does

INNER = (
    bytes.fromhex("45000029000040004006000001010101 02020202 0001 0002 00000003 00000004 5018 0005 0000 0000") + b"x"
)
KEY = bytes.fromhex("01010101 02020202 0001 0002")


def test_options_cut_by_the_snap_length_leave_a_payload_that_is_missing() -> None:
    tcp = bytes.fromhex("0001 0002 00000003 00000004 8010 0005 0000 0000") + bytes(12) + b"data"
    packet = bytes.fromhex("45000038 00004000 40060000 01010101 02020202") + tcp
    record = (0, len(packet), packet[:44])
    assert segment_parser(101)(record[2], record[1]) is None
    assert SegmentFinder().find(record, 101) == [((KEY, 3, 4, 0x10, 5, 0, 20, 52, 4), packet[:44])]


def test_padding_that_an_inner_length_claims_is_no_payload() -> None:
    # A real access concentrator pads small packets and tells IP, but PPPoE's own length says better.
    carried = INNER[:2] + b"\x00\x2e" + INNER[4:40] + bytes(6)
    frame = bytes(12) + bytes.fromhex("8864 11 00 0001 002a 0021") + carried
    ((segment, _),) = SegmentFinder().find((0, len(frame), frame), 1)
    assert segment[-1] == 0


def test_nested_tunnels_are_followed_and_bounded() -> None:
    frame = bytes(12) + b"\x08\x00" + INNER
    for depth in range(1, 12):
        frame = bytes(12) + b"\x08\x00" + in_udp(4789, b"\x08\0\0\0\0\0\x05\0" + frame)
        found = SegmentFinder().find((0, len(frame), frame), 1)
        # four layers each, then Ethernet, IP and TCP
        assert [segment[0] for segment, _ in found] == ([KEY] if 4 * depth + 3 <= MAX_DEPTH else [])


@pytest.mark.parametrize(
    "shell",
    [
        bytes.fromhex("45000000 00000000 402f0000 01010101 02020202 0000 0800"),  # GRE
        bytes.fromhex("45000000 00000000 40110000 01010101 02020202 c350 19eb 0000 0000 00064140"),  # MPLS in UDP
        bytes.fromhex("45000000 00000000 40110000 01010101 02020202 c350 1292 0000 0000 00000800"),  # GRE in UDP
        bytes.fromhex("45000000 00000000 40890000 01010101 02020202 00064140"),  # MPLS
        bytes.fromhex("45000000 00000000 40110000 01010101 02020202 c350 0868 0000 0000 30ffffff 00000000"),  # GTP
    ],
)
def test_thousands_of_headers_cost_no_more_than_dozens(shell: bytes) -> None:
    def seconds(count: int) -> float:
        data = shell * count + INNER
        best = 1.0
        for _ in range(5):
            start = time.perf_counter()
            assert SegmentFinder().find((0, len(data), data), 101) == []
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds(2000) < 5 * seconds(40)


def test_no_end_of_nesting() -> None:
    shell = bytes.fromhex("45000000 00000000 40040000 01010101 02020202")  # length 0: as long as the frame
    data = shell * 3000 + INNER
    assert SegmentFinder().find((0, len(data), data), 101) == []
    packet = Packet(RawPacket(data, 0, 0, len(data), len(data), 101))
    assert "more than 32 layers" in repr(packet)
