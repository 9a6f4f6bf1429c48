from pathlib import Path

import pytest
from support.asked import ask_tshark, needs_tshark
from support.crosscheck import Row, packets, rows
from support.cuts import framed, line, survive_cuts

CHECKS = rows("corpus:zeek/radiotap.pcap", {
    1: [
        ("link.version", 0, "radiotap.version"),
        ("link.length", 48, "radiotap.length"),
        ("link.present[0]", 0x001C086B, "radiotap.present.word"),
        ("link.mactime", 1448501729, "radiotap.mactime"),
        ("link.flags.fcs", 1, "radiotap.flags.fcs"),
        ("link.channel[freq]", 5540, "radiotap.channel.freq"),
        ("link.channel[flags]", 0x0140, "radiotap.channel.flags"),
        ("link.dbm_antsignal", -74, "radiotap.dbm_antsignal"),
        ("link.dbm_antnoise", -93, "radiotap.dbm_antnoise"),
        ("link.antenna", 1, "radiotap.antenna"),
        ("link.xchannel[channel]", 108, "radiotap.xchannel.channel"),
        ("link.mcs[index]", 7, "radiotap.mcs.index"),
        ("link.ampdu[reference]", 1, "radiotap.ampdu.reference"),
        ("link.rate", 135.0, "wlan_radio.data_rate", "135"),
        ("link.fcs", 0xA7C61203, "wlan.fcs"),
    ],
}) + rows("corpus:tcpdump/ieee802.11_rx-stbc.pcap", {
    1: [
        ("link.mcs[stbc]", 1, "radiotap.mcs.stbc"),
        ("link.mcs[bw]", "40", "radiotap.mcs.bw", "1"),
        ("link.mcs[gi]", "short", "radiotap.mcs.gi", "1"),
        ("link.rxflags", 0, "radiotap.rxflags"),
        ("link.rate", 150.0, "wlan_radio.data_rate", "150"),
        ("link.fcs", 0x872CA0C6, "wlan.fcs"),
    ],
}) + rows("corpus:tcpdump/ieee802.11_htc.pcap", {
    1: [
        ("link.he[data][0]", 0xC3FC, "radiotap.he.data_1"),
        ("link.he[mcs]", 9, "radiotap.he.data_3.data_mcs"),
        ("link.he[coding]", "LDPC", "radiotap.he.data_3.coding", "0x0001"),
        ("link.he[bw]", "20", "radiotap.he.data_5.data_bw_ru_allocation", "0x0000"),
        ("link.he[gi]", 0.8, "radiotap.he.data_5.gi", "0x0000"),
        ("link.he[nsts]", 2, "radiotap.he.data_6.nsts"),
        ("link.he[txop]", 127, "radiotap.he.data_6.txop_value"),
        ("link.vendors[0][oui]", "00:03:7f", "radiotap.vendor_oui", "895"),
        ("link.rate", 229.4, "wlan_radio.data_rate", "229.4"),
    ],
}) + rows("corpus:tcpdump/reason_code-4.pcap", {
    1: [
        ("link.datarate", 1.0, "radiotap.datarate", "1"),
        ("link.quality", 100, "radiotap.quality"),
        ("link.db_antsignal", 57, "radiotap.db_antsignal"),
        ("link.fcs", None, "radiotap.flags.fcs", "0"),
    ],
}) + rows("wlan-he.pcap", {7: [("link.rate", 121.5, "wlan_radio.data_rate")]})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


ACK = "d400 0000 020000000100"

BUILT = [
    "0000 0a00 20000000 d600" + ACK,  # signal -42
    "0000 0f00 200000a0 20080000 d6 ce 01" + ACK,  # two antennas, the second by a word of its own
    "0000 0c00 00800000 0001 0000" + ACK,  # 15: transmission flags
    "0000 1200 00000008 00000000 0100 0b00 0000" + ACK,  # 27: L-SIG
    "0000 1400 00002000 4400 04 04 71000000 00 00 0000" + ACK,  # 21: VHT, 80 MHz, MCS 7, one stream
]


@needs_tshark
def test_built_frames_as_tshark_reads_them(tmp_path: Path) -> None:
    fields = ("radiotap.dbm_antsignal", "radiotap.txflags", "radiotap.vht.mcs.0", "radiotap.vht.nss.0", "wlan.ra")
    asked = ask_tshark(tmp_path, 127, BUILT, *fields)
    for frame, (signal, txflags, mcs, nss, ra) in zip(BUILT, asked, strict=True):
        link = framed(frame, 127).link
        assert link.wlan.ra == ra == "02:00:00:00:01:00"
        assert str(link.dbm_antsignal or "") == signal
        assert txflags == ("" if link.txflags is None else f"0x{link.txflags:04x}")
        user = link.vht["users"][0] if link.vht else {}
        assert (str(user.get("mcs", "")), str(user.get("nss", ""))) == (mcs, nss)


def test_antennas() -> None:  # radiotap.org: what follows the first word of the namespace is of one antenna
    link = framed(BUILT[1], 127).link
    assert link.dbm_antsignal == -42
    assert link.antennas == [{"dbm_antsignal": -50, "antenna": 1}]
    assert line(framed(BUILT[1], 127)).startswith("-42 dBm -> 02:00:00:00:01:00 802.11 Ack")


def test_a_field_that_nobody_knows_ends_it() -> None:
    link = framed("0000 1000 20000080 00000001 d6 aabbcc" + ACK, 127).link  # bit 56
    assert link.dbm_antsignal == -42
    assert link.rest == b"\xaa\xbb\xcc"
    assert link.wlan.subtype_name == "Ack"


def test_tlvs() -> None:
    link = framed("0000 1400 20000010 d6 000000 2000 0200 aabb 0000" + ACK, 127).link
    assert link.tlvs == [{"type": 32, "data": b"\xaa\xbb"}]
    assert link.wlan.subtype_name == "Ack"


def test_padding_between_header_and_payload() -> None:  # flag 0x20; QoS data has 26 bytes of header
    data = "8802 0000 020000000100 020000000000 020000000000 1000 0000 0000 aaaa03 000000 0806"
    arp = "0001 0800 06 04 0001 020000000000 0a000001 000000000000 0a000002"
    assert framed(f"0000 0900 02000000 20 {data} {arp}", 127).link.arp.target_pa == "10.0.0.2"


def test_the_check_sequence_is_no_payload() -> None:
    packet = packets("corpus:tcpdump/ieee802.11_rx-stbc.pcap")[0]
    assert packet.link.wlan.child.end == packet.raw.len - 4


def test_what_is_none() -> None:
    assert framed("0100 0800 00000000", 127).link.reason == "radiotap version 1, length 8 in a frame of 8 bytes"
    assert framed("0000 0700 00000000", 127).link.malformed is True
    packet = framed("0000 0800 20000000" + ACK, 127)
    assert packet.link.malformed.reason == "radiotap header: 1 bytes in 0"
    many = "0000 9400" + "00000080" * 36
    assert framed(many, 127).link.malformed.reason == "more than 32 presence words"


def test_cut() -> None:
    survive_cuts("corpus:zeek/radiotap.pcap", 1)
    survive_cuts("corpus:tcpdump/ieee802.11_htc.pcap", 1)
    survive_cuts("wlan-open.pcap", 4)
