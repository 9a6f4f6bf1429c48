"""Attacks on the reader of files, on what puts fragments together, and on the tracker of TCP sessions."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

from support.attack import CAPTURE, METRICS, TRACE, Attack
from support.attacks import (
    ACK,
    BIG,
    FIN,
    MSS,
    PSH_ACK,
    SECTION,
    START,
    SYN,
    Flow,
    as_pcap,
    block,
    datagram,
    fragment,
    interface,
    packet_block,
)

# --- files


def absurd_block(count: int) -> Iterator[bytes]:
    """A block that says it has 4 GB, behind good ones."""
    yield SECTION + interface()
    frames = list(Flow(1).open())
    for number in range(count):
        yield packet_block(frames[number % 3], number)
    yield block(6, b"", 0xFFFFFFF0)


def absurd_packet(count: int) -> Iterator[bytes]:
    """A packet that says it has 2 GB, in a pcap file."""
    yield from as_pcap(Flow(1).frame(True, flags=SYN) for _ in range(count))
    yield struct.pack("<IIII", 1_700_000_000, 0, 1 << 31, 1 << 31)


def great_blocks(count: int) -> Iterator[bytes]:
    """Blocks of an unknown kind, as long as they may be."""
    yield SECTION + interface()
    body = bytes((1 << 24) - 12)
    for _ in range(count):
        yield block(0x0BAD, body)


def many_interfaces(count: int) -> Iterator[bytes]:
    """Interfaces without end."""
    yield SECTION
    for _ in range(count):
        yield interface()


def clock_jumps(count: int) -> Iterator[bytes]:
    """Two interfaces in turn, the clock of one an hour behind, many sessions open."""
    yield SECTION + interface() + interface(101)
    for number in range(count):
        data = Flow(number % 60_000).frame(True, flags=SYN)
        odd = number % 2
        yield packet_block(data[14:] if odd else data, START // 1000 + odd * 3_600_000_000 + number, odd)


# --- fragments


def teardrop(count: int) -> Iterator[bytes]:
    """Overlapping fragments of one datagram (the first one sent is its end)."""
    dice = random.Random(1)
    frames = (
        fragment(7, 8 * dice.randrange(1, 8000), dice.randbytes(8 * dice.randrange(1, 180)), more=True)
        for _ in range(count)
    )
    return as_pcap(frames)


def last_fragments(count: int) -> Iterator[bytes]:
    """The last fragment of datagrams of the greatest length, and nothing else of them."""
    return as_pcap(fragment(number, 65_528, b"12345", more=False, source=number >> 16) for number in range(count))


# --- sessions


def half_open(count: int) -> Iterator[bytes]:
    """Connections that nobody answers."""
    return as_pcap(Flow(number).frame(True, flags=SYN) for number in range(count))


def holes(count: int) -> Iterator[bytes]:
    """Sessions with one hole, and a segment behind it."""

    def frames() -> Iterator[bytes]:
        for number in range(count):
            flow = Flow(number)
            yield from flow.open()
            yield flow.frame(True, b"x" * MSS, seq=flow.seq[True] + 100)

    return as_pcap(frames())


def far_ahead(count: int) -> Iterator[bytes]:
    """Sequence numbers a gigabyte ahead, each in another place."""
    dice = random.Random(1)

    def frames() -> Iterator[bytes]:
        flow = Flow(1)
        yield from flow.open()
        for _ in range(count):
            yield flow.frame(True, b"x" * MSS, seq=flow.seq[True] + (1 << 30) + dice.randrange(1 << 29))

    return as_pcap(frames())


def scattered(count: int) -> Iterator[bytes]:
    """Segments anywhere less than a gigabyte ahead: each is held, and each lies before others."""
    dice = random.Random(1)

    def frames() -> Iterator[bytes]:
        flow = Flow(1)
        yield from flow.open()
        for _ in range(count):
            yield flow.frame(True, b"x", seq=flow.seq[True] + dice.randrange(1, 1 << 29))

    return as_pcap(frames())


def every_second_byte(count: int) -> Iterator[bytes]:
    """Every second byte alone, then segments over all of them, again and again; the first byte never comes."""

    def frames() -> Iterator[bytes]:
        flow = Flow(1)
        yield from flow.open()
        for at in range(10_000):
            yield flow.frame(True, b"x", seq=flow.seq[True] + 1 + 2 * at)
        for number in range(count):
            yield flow.frame(True, b"y" * MSS, seq=flow.seq[True] + 1 + number * 97 % 18_000)

    return as_pcap(frames())


def unacknowledged(count: int) -> Iterator[bytes]:
    """Sessions that send and are never acknowledged."""

    def frames() -> Iterator[bytes]:
        for number in range(-(-count // 8000)):
            flow = Flow(number)
            yield from flow.open()
            for _ in range(min(count, 8000)):
                yield flow.frame(True, b"x")

    return as_pcap(frames())


def sent_again(count: int) -> Iterator[bytes]:
    """Thousands of segments that are not acknowledged, then any of them again."""
    dice = random.Random(1)

    def frames() -> Iterator[bytes]:
        flow = Flow(1)
        yield from flow.open()
        first = flow.seq[True]
        for _ in range(min(count, 8000)):
            yield flow.frame(True, b"xy")
        for _ in range(count):
            yield flow.frame(True, b"zz", seq=first + 2 * dice.randrange(min(count, 8000)))

    return as_pcap(frames())


def round_trips(count: int) -> Iterator[bytes]:
    """Round-trip times of all lengths, in many sessions at once."""

    def frames() -> Iterator[bytes]:
        dice = random.Random(1)
        flows = [Flow(number) for number in range(4096)]
        for flow in flows:
            yield from flow.open()
        for number in range(count // 2):
            yield flows[dice.randrange(4096)].frame(True, b"x")
            yield flows[number * 7 % 4096].frame(False, flags=ACK)

    return as_pcap(frames())


def points(count: int) -> Iterator[bytes]:
    """Data and acknowledgments in many sessions."""

    def frames() -> Iterator[bytes]:
        flows = [Flow(number) for number in range(1024)]
        for flow in flows:
            yield from flow.open()
        for number in range(count // 2):
            flow = flows[number % 1024]
            yield flow.frame(True, b"x")
            yield flow.frame(False, flags=ACK)

    return as_pcap(frames())


def dns_answers(count: int) -> Iterator[bytes]:
    """DNS answers, each of them with the name of another address."""

    def frames() -> Iterator[bytes]:
        for number in range(count):
            name = b"\x08%08d\x07example\x00" % number
            head = struct.pack(">HHHHHH", number & 0xFFFF, 0x8180, 1, 1, 0, 0)
            answer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + (0x0C000000 + number).to_bytes(4, "big")
            yield datagram(head + name + b"\0\x01\0\x01" + answer, 53, 5353)
        yield Flow(1).frame(True, flags=SYN)

    return as_pcap(frames())


def dns_pointers(count: int) -> Iterator[bytes]:
    """DNS messages of the greatest length, all records named by a chain of pointers."""
    chain = b"".join(b"\x01a" + (0xC000 | 12 + 4 * at - 4).to_bytes(2, "big") for at in range(1, 100))
    chain = b"\x01a\0\0" + chain
    last = 0xC000 | 12 + 4 * 99
    record = last.to_bytes(2, "big") + b"\0\x01\0\x01"
    questions = (60_000 - len(chain)) // len(record)
    # the chain stands where the first question's name would: its first four bytes are a name and half a type
    head = struct.pack(">HHHHHH", 1, 0x0100, questions, 0, 0, 0)
    message = head + chain + record * questions
    return as_pcap(datagram(message, 5000, 53) for _ in range(count))


def tunnels(count: int) -> Iterator[bytes]:
    """IP in IP in IP, a thousand deep."""
    inner = b""
    for depth in range(1000):
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(inner), 0, 0, 64, 4 if depth else 17, 0)
        inner = head + bytes((10, 0, 0, 1, 10, 0, 0, 2)) + inner
    return as_pcap(b"\0" * 12 + b"\x08\x00" + inner for _ in range(count))


def fins(count: int) -> Iterator[bytes]:
    """Data behind a FIN, without end."""

    def frames() -> Iterator[bytes]:
        flow = Flow(1)
        yield from flow.open()
        yield flow.frame(True, flags=FIN | ACK)
        for _ in range(count):
            yield flow.frame(True, b"GET / HTTP/1.1\r\n\r\n", PSH_ACK)

    return as_pcap(frames())


def great_packets(count: int) -> Iterator[bytes]:
    """Packets of 60 KB that a pattern is found in now and then."""

    def frames() -> Iterator[bytes]:
        flow = Flow(1, mss=BIG)
        yield from flow.open()
        for number in range(count):
            yield flow.frame(True, (b"needle" if number % 100 == 99 else b"hay") + b"x" * BIG)

    return as_pcap(frames())


FULL_TABLE = r"forgot the oldest session, because the table was full \(see --max-sessions\) \(\d+ times\)"
ATTACKS = [
    Attack("a pcapng block that says it has 4 GB, behind N packets", absurd_block, 300_000, 100, TRACE,
           r"is damaged at byte \d+: a block of 4294967280 bytes \(the limit is 16777216\)", status=1),
    Attack("a pcap packet that says it has 2 GB, behind N packets", absurd_packet, 300_000, 0, TRACE,
           r"is damaged at byte \d+: .*2147483648", status=1),
    Attack("N pcapng blocks of 16 MiB", great_blocks, 40, 0, CAPTURE),
    Attack("N pcapng interfaces", many_interfaces, 1_000_000, 66_000, CAPTURE,
           r"a section of more than 65536 interfaces", status=1),
    Attack("N packets of two interfaces in turn, the clock of one an hour behind", clock_jumps, 60_000, 0, TRACE),
    Attack("N overlapping fragments of one datagram", teardrop, 65_535, 200, CAPTURE,
           r"dropped fragments: overlap \(\d+ times\)"),
    Attack("N last fragments, of datagrams of 64 KB", last_fragments, 100_000, 300, TRACE,
           r"dropped fragments: too many bytes \(\d+ times\)"),
    Attack("N half-open connections", half_open, 1_000_000, 1_000, TRACE, FULL_TABLE,
           small_words=("--max-sessions", "64")),
    Attack("N half-open connections", half_open, 300_000, 0, (*METRICS, "--csv"), FULL_TABLE),
    Attack("N sessions with a hole", holes, 100_000, 0, TRACE,
           "skipped a hole, because too many bytes were held in all sessions"),
    Attack("N sessions with a hole", holes, 60_000, 0, (*METRICS, "--csv"),
           "skipped a hole, because too many bytes were held in all sessions"),
    Attack("N segments more than a gigabyte ahead", far_ahead, 300_000, 500, TRACE,
           "ignored segments too far away from their stream"),
    Attack("N bytes scattered over half a gigabyte", scattered, 60_000, 0, METRICS,
           "skipped a hole, because too many bytes behind it were held in one direction"),
    Attack("every second byte, then N segments over all of them", every_second_byte, 5_000, 0, METRICS),
    Attack("N segments that are not acknowledged, 8,000 a session", unacknowledged, 1_000_000, 0, METRICS,
           "segments of all sessions give no round-trip time: too many were not acknowledged"),
    Attack("N segments again, of 8,000 that are not acknowledged", sent_again, 100_000, 0, METRICS),
    Attack("N packets of 4,096 sessions with round-trip times of all lengths", round_trips, 1_000_000, 0, METRICS),
    Attack("N packets of 1,024 sessions, the largest to be drawn", points, 1_000_000, 0,
           (*METRICS, "--plot", "FOLDER/plot.svg"), "every second point of all sessions is left out"),
    Attack("N DNS answers that name another address each", dns_answers, 200_000, 0, ("http-trace", "-r", "FILE")),
    Attack("N DNS messages of 60 KB, every name a chain of a hundred pointers", dns_pointers, 100, 0, CAPTURE),
    Attack("N packets of IP in IP, a thousand deep", tunnels, 10_000, 0, CAPTURE),
    Attack("N segments behind a FIN", fins, 300_000, 0, TRACE, "ignored bytes sent after a FIN"),
    Attack("N packets of 60 KB, the thousand before each match to be printed", great_packets, 5_000, 0,
           ("network-grep", "needle", "-B", "1000", "-q", "-v", "-n", "-r", "FILE")),
]  # fmt: skip
