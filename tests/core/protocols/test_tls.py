"""TLS sessions named, from recorded hellos and hellos cut anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from support.steps import Step, events_of, in_pieces
from support.tap import Tapped

from pcaptools.core.events import TlsSession
from pcaptools.core.protocols.tls import MAX_HELLO, starts_tls
from pcaptools.core.sources.files import FileSource

CAPTURES = Path(__file__).parents[2] / "captures"


@dataclass
class Told:
    sni: str | None
    alpn: str | None
    offered: int
    version: str | None
    cipher: str | None
    notes: str = ""


def steps_of(name: str) -> list[Step]:
    tapped = Tapped()
    with FileSource([CAPTURES / name]) as source:
        for batch in source.batches():
            tapped.tracker.track_batch(batch)
    tapped.tracker.finish()
    return tapped.taps[0].units


def told(steps: list[Step]) -> list[Told]:
    return [
        Told(event.sni, event.alpn, len(event.alpn_offered), event.version, event.cipher, event.notes)
        for event in events_of(steps)
        if isinstance(event, TlsSession)
    ]


# as tshark reads them: tls.handshake.extensions_server_name, _alpn_str, supported_version and ciphersuite
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tls13", Told("www.example.com", None, 2, "TLS 1.3", "TLS_AES_256_GCM_SHA384")),
        ("tls12", Told("rsa.example.com", "http/1.1", 1, "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")),
        ("tls13-retry", Told("www.example.com", None, 0, "TLS 1.3", "TLS_AES_256_GCM_SHA384")),
        ("tls-alert", Told("old.example.com", None, 0, None, None, "refused: protocol_version")),
    ],
)
@pytest.mark.parametrize("size", [1, 100, 100_000])
def test_recorded_sessions(name: str, expected: Told, size: int) -> None:
    assert told(in_pieces(steps_of(f"{name}.pcap"), size)) == [expected]


def test_a_hello_whose_answer_was_not_seen_and_the_reverse() -> None:
    steps = steps_of("tls12.pcap")
    client = [step for step in steps if step[0] == "send"]
    server = [step for step in steps if step[0] == "recv"]
    assert told([*client, ("send", "fin")])[0].notes == "the server's hello was not seen"
    (only,) = told([*server, ("recv", "fin")])
    assert (only.sni, only.version, only.notes) == (None, "TLS 1.2", "the client's hello was not seen")


def test_joined_in_the_middle() -> None:
    record = b"\x17\x03\x03\x00\x20" + bytes(32)
    (found,) = told([("recv", record * 2)])
    assert found == Told(None, None, 0, None, None, "joined in the middle: its handshake was not seen")
    assert not starts_tls(record, midway=False)
    assert not starts_tls(b"\x17\x03\x03\x00\x20" + bytes(32) + b"rubbish", midway=True)


def test_a_gap_in_a_hello_is_told() -> None:
    direction, data = next(step for step in steps_of("tls12.pcap") if step[0] == "send")
    assert isinstance(data, bytes)
    found = told([(direction, data[:120]), (direction, 80), (direction, data[200:]), (direction, "fin")])
    assert len(found) == 1
    assert "80 bytes of its handshake are missing" in found[0].notes


def test_a_hello_without_end_is_bounded() -> None:
    start = b"\x16\x03\x01\x40\x00\x01\xff\xff\xff\x03\x03" + bytes(16378)
    more = b"\x16\x03\x01\x40\x00" + bytes(1 << 14)
    steps: list[Step] = [("send", start)]
    steps += [("send", more) for _ in range(9)]
    steps.append(("send", "fin"))
    assert len(start) + 9 * len(more) > MAX_HELLO
    (found,) = told(steps)
    assert found.notes
