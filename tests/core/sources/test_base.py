"""What all sources share: packet objects, iteration and event style."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcaptools.core.sources.base import RawPacket
from pcaptools.core.sources.files import create_offline_session

CAPTURE = Path(__file__).parents[2] / "captures" / "get.pcap"


def test_a_record_becomes_a_packet_object_without_losing_a_nanosecond() -> None:
    packet = RawPacket.of((1_700_000_000_123_456_789, 1500, b"abc"), 113)
    assert packet == RawPacket(b"abc", 1_700_000_000, 123_456_789, 3, 1500, 113)


def test_the_same_packets_as_iterator_and_as_events() -> None:
    heard: list[RawPacket] = []
    with create_offline_session(CAPTURE) as source:
        source.on("packet", heard.append)
        source.run()
    with create_offline_session(CAPTURE) as source:
        assert list(source) == heard
        assert source.stats().ps_recv == len(heard)
        assert source.stats().ps_drop == 0
    assert heard[0].link_type == 1


def test_a_source_has_one_event() -> None:
    with create_offline_session(CAPTURE) as source, pytest.raises(ValueError, match='only the event "packet"'):
        source.on("pcket", print)
