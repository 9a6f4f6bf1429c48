from __future__ import annotations

import pytest
from support.crosscheck import packets
from support.cuts import framed, line

from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.lines.wireless import LINES, LINKS
from pcaptools.printers.packet import PacketPrinter


@pytest.mark.parametrize(
    ("capture", "frame", "told"),
    [
        ("wlan-open.pcap", 1, '802.11 Beacon "open house" open channel 6 1*,2*,5.5*,11*,6,9,12,18,24,36,48,54 Mb/s'),
        ("wlan-open.pcap", 2, '802.11 Probe Request "" 1,2,5.5,11,6,9,12,18,24,36,48,54 Mb/s'),
        ("wlan-open.pcap", 4, "2437 MHz -> 02:00:00:00:00:00 802.11 Ack"),
        ("wlan-open.pcap", 6, "02:00:00:00:00:00 -> 02:00:00:00:01:00 802.11 Authentication open 2 success"),
        ("wlan-open.pcap", 7, '802.11 Association Request "open house"'),
        ("wlan-open.pcap", 8, "802.11 Association Response success aid 1"),
        ("wlan-open.pcap", 11, "802.11 Action Block Ack ADDBA Request tid 0"),
        ("wlan-open.pcap", 15, "2437 MHz 1 Mb/s 02:00:00:00:01:00 -> 02:00:00:00:00:00 10.0.0.2 -> 10.0.0.1"),
        ("wlan-open.pcap", 18, "802.11 QoS Null"),
        ("wlan-open.pcap", 27, "802.11 Deauthentication reason 3 (sender is leaving the network)"),
        ("wlan-sae.pcap", 1, '802.11 Beacon "locked" RSN PSK-SHA256 SAE CCMP channel 6'),
        ("wlan-sae.pcap", 10, "802.11 QoS Data encrypted with CCMP, 92 bytes"),
        ("wlan-tkip.pcap", 2, '802.11 Association Request "old" WPA PSK TKIP'),
    ],
)
def test_lines_of_real_frames(capture: str, frame: int, told: str) -> None:
    assert told in line(packets(capture)[frame - 1])


ACK = "d400 0000 020000000100"


@pytest.mark.parametrize(
    ("header", "link_type", "told"),
    [
        ("0000 0800 00000000", 127, "radiotap -> 02:00:00:00:01:00 802.11 Ack"),
        ("0000 0900 02000000 40", 127, "bad FCS -> 02:00:00:00:01:00 802.11 Ack"),
        ("44000000 18000000" + "00" * 16, 119, "Prism -> 02:00:00:00:01:00 802.11 Ack"),
        ("80211001 00000008", 163, "AVS -> 02:00:00:00:01:00 802.11 Ack"),
    ],
)
def test_what_the_radio_says(header: str, link_type: int, told: str) -> None:
    assert line(framed(header + ACK, link_type)) == told


def test_quiet_leaves_the_addresses_out_and_the_kind_in() -> None:
    printer = PacketPrinter(Clock("none"), Painter(color=False), link=False)
    assert printer.line(packets("wlan-open.pcap")[3]) == "802.11 Ack\n"


def test_a_name_from_the_air_cannot_move_the_cursor() -> None:
    frame = "8000 0000 ffffffffffff 020000000001 020000000001 1000 0000000000000000 6400 0100 0004 1b5b324a"
    assert r'Beacon "\x1b[2J" open' in line(framed(frame, 105))


def test_both_tables_have_functions() -> None:
    assert all(callable(function) for function in (*LINKS.values(), *LINES.values()))
