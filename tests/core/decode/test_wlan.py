from pathlib import Path

import pytest
from support.asked import ask_tshark, needs_tshark
from support.crosscheck import Row, packets, rows
from support.cuts import framed, line, survive_cuts

CHECKS = rows("wlan-open.pcap", {
    1: [
        ("link.wlan.type", 0, "wlan.fc.type"),
        ("link.wlan.subtype", 8, "wlan.fc.subtype"),
        ("link.wlan.subtype_name", "Beacon", "tcpdump"),
        ("link.wlan.dhost", "ff:ff:ff:ff:ff:ff", "wlan.da"),
        ("link.wlan.shost", "02:00:00:00:00:00", "wlan.sa"),
        ("link.wlan.bssid", "02:00:00:00:00:00", "wlan.bssid"),
    ],
    4: [
        ("link.wlan.subtype_name", "Ack", "tcpdump", "Acknowledgment"),
        ("link.wlan.ra", "02:00:00:00:00:00", "wlan.ra"),
        ("link.wlan.ta", None, "wlan.fc.type", "1"),
    ],
    15: [
        ("link.wlan.flags.to_ds", 1, "wlan.fc.tods"),
        ("link.wlan.flags.from_ds", 0, "wlan.fc.fromds"),
        ("link.wlan.ra", "02:00:00:00:00:00", "wlan.ra"),
        ("link.wlan.ta", "02:00:00:00:01:00", "wlan.ta"),
        ("link.wlan.sequence", 7, "wlan.seq"),
        ("link.wlan.fragment", 0, "wlan.frag"),
        ("link.wlan.duration", 0, "wlan.duration"),
        ("link.wlan.llc.ip.daddr", "10.0.0.1", "ip.dst"),
        ("link.ip.daddr", "10.0.0.1", "ip.dst"),
    ],
    18: [
        ("link.wlan.subtype", 12, "wlan.fc.subtype"),
        ("link.wlan.flags.power_management", 1, "wlan.fc.pwrmgt"),
        ("link.wlan.qos.tid", 7, "wlan.qos.tid"),
    ],
}) + rows("wlan-mesh.pcap", {
    5: [
        ("link.wlan.mesh.ttl", 31, "wlan.fixed.mesh_ttl"),
        ("link.wlan.mesh.sequence", 3, "wlan.fixed.mesh_sequence"),
        ("link.wlan.mesh.flags", 0, "wlan.fixed.mesh_flags"),
        ("link.wlan.qos.ack_policy", 1, "wlan.qos.ack"),
        ("link.ip.saddr", "fe80::ff:fe00:0", "ipv6.src"),
    ],
    6: [  # forwarded: the kernel shows it without the bit that tells of mesh control
        ("link.wlan.mesh.ttl", 30, "wlan.fixed.mesh_ttl"),
        ("link.wlan.shost", "02:00:00:00:00:00", "wlan.sa"),
        ("link.wlan.ta", "02:00:00:00:01:00", "wlan.ta"),
    ],
    11: [
        ("link.wlan.flags.to_ds", 1, "wlan.fc.tods"),
        ("link.wlan.flags.from_ds", 1, "wlan.fc.fromds"),
        ("link.wlan.dhost", "02:00:00:00:01:00", "wlan.da"),
        ("link.wlan.shost", "02:00:00:00:00:00", "wlan.sa"),
        ("link.wlan.qos.txop", None, "wlan.qos.mesh_ctl_present", "1"),
        ("link.ip.daddr", "10.0.0.2", "ip.dst"),
    ],
}) + rows("corpus:tcpdump/ieee802.11_htc.pcap", {
    1: [
        ("link.wlan.flags.order", 1, "wlan.fc.order"),
        ("link.wlan.qos.queue_size", 27, "wlan.qos.queue_size", "27"),
        ("link.wlan.ht_control.value", 0xFFFFFFFF, "wlan.htc"),
        ("link.wlan.ht_control.variant", "HE", "wlan.htc", "0xffffffff"),
        ("link.ip.udp.dport", 67, "udp.dstport"),
    ],
}) + rows("corpus:zeek/wlanmon.pcap", {1: [("link.qos.tid", 6, "wlan.qos.tid"),
     ("link.ip.udp.dport", 53, "udp.dstport")]})  # fmt: skip
COOKED = [
    *rows("wlan-sll.pcap", {1: [("link.address_type", 803, "sll.hatype"),
         ("link.link.wlan.ta", "02:00:00:00:01:00", "wlan.ta")]}),
    *rows("wlan-sll2.pcap", {1: [("link.address_type_name", "IEEE80211_RADIOTAP", "sll.hatype", "803"),
                                 ("link.link.wlan.ta", "02:00:00:00:01:00", "wlan.ta")]}),
]  # fmt: skip
ARUBA = rows("corpus:zeek/tunnels/gre-aruba.pcap", {
    1: [("link.ip.gre.wlan.shost", "5c:5f:67:02:2e:7a", "wlan.sa"), ("link.ip.gre.ip.tcp.dport", 80, "tcp.dstport")],
})  # fmt: skip


@pytest.mark.parametrize("row", [*CHECKS, *COOKED, *ARUBA], ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


A, B, C, D = (f"0200000000{number:02x}" for number in (1, 2, 3, 4))
BUILT = {
    "RTS": f"b400 2c00 {A} {B}",
    "CTS": f"c400 2c00 {A}",
    "PS-Poll": f"a400 01c0 {A} {B}",
    "CF-End": f"e400 0000 {A} {B}",
    "Block Ack Request": f"8400 0000 {A} {B} 0450 3012",
    "Block Ack": f"9400 0000 {A} {B} 0550 3012 ffff000000000000",
    "Trigger": f"2400 0000 {A} {B} 4106000000000000",
    "NDP Announcement": f"5400 0000 {A} {B} 0501f0",
    "Control Wrapper": f"7400 0000 {A} b400 01000000 {B}",
    "Beamforming Report Poll": f"4400 0000 {A} {B} ff",
}


@needs_tshark
def test_control_frames_as_tshark_reads_them(tmp_path: Path) -> None:
    fields = (
        "wlan.fc.subtype",
        "wlan.ra",
        "wlan.ta",
        "wlan.duration",
        "wlan.ba.control.ba_type",
        "wlan.fixed.ssc.sequence",
    )
    asked = ask_tshark(tmp_path, 105, list(BUILT.values()), *fields)
    for (name, frame), (subtype, ra, ta, duration, kind, start) in zip(BUILT.items(), asked, strict=True):
        wlan = framed(frame, 105).link
        assert wlan.subtype_name == name
        sender = "" if name == "CF-End" else wlan.ta or ""  # which tshark calls the BSS only
        assert (str(wlan.subtype), wlan.ra, sender) == (subtype, ra, ta)
        if duration:
            assert wlan.duration == int(duration)
        details = wlan.control or {}
        assert f"{details['type']:#06x}" == kind if kind else "type" not in details
        assert str(details.get("starting_sequence", "")) == start


@needs_tshark
def test_addresses_by_the_bits_as_tshark_reads_them(tmp_path: Path) -> None:
    """Table 9-26: of three addresses, and of four where the frame goes between access points."""
    frames = [f"08{bits:02x} 0000 {A} {B} {C} 1000 {D if bits == 3 else ''} aaaa03 000000 88b5" for bits in range(4)]
    asked = ask_tshark(tmp_path, 105, frames, "wlan.da", "wlan.sa", "wlan.ra", "wlan.ta", "wlan.bssid")
    for bits, (frame, found) in enumerate(zip(frames, asked, strict=True)):
        wlan = framed(frame, 105).link
        bssid = wlan.bssid or (found[4] if bits == 3 else "")
        assert [wlan.dhost, wlan.shost, wlan.ra, wlan.ta, bssid] == found


def test_six_addresses_of_a_mesh() -> None:  # 9.2.4.7.3: mode 2 has the ends beyond the mesh
    frame = f"8803 0000 {A} {B} {C} 1000 {D} 0001 02 1f 07000000 020000000005 020000000006 aaaa03 000000 88b5"
    wlan = framed(frame, 105).link
    assert wlan.mesh.addresses == ["02:00:00:00:00:05", "02:00:00:00:00:06"]
    assert (wlan.dhost, wlan.shost) == ("02:00:00:00:00:05", "02:00:00:00:00:06")
    assert wlan.llc.type == 0x88B5


def test_encrypted_frames_are_told_and_not_decoded() -> None:
    packet = packets("wlan-sae.pcap")[9]
    assert packet.link.wlan.llc is None
    assert packet.link.wlan.child.reason == "encrypted with CCMP"
    assert line(packets("wlan-sae.pcap")[-1]).endswith("802.11 Deauthentication encrypted with CCMP, 10 bytes")


def test_fragments_are_not_decoded() -> None:
    frame = framed(f"0802 0000 {A} {B} {C} 3200 aaaa03 000000 0800", 105)
    assert frame.link.child.reason == "fragment 2 of 3"
    frame = framed(f"0806 0000 {A} {B} {C} 3000 aaaa03 000000 0800", 105)
    assert frame.link.child.reason == "fragment 0 of 3"


def test_lines() -> None:
    assert line(framed(BUILT["RTS"], 105)) == "02:00:00:00:00:02 -> 02:00:00:00:00:01 802.11 RTS"
    assert line(framed(BUILT["CTS"], 105)) == "-> 02:00:00:00:00:01 802.11 CTS"
    assert line(framed(BUILT["PS-Poll"], 105)).endswith("802.11 PS-Poll aid 1")
    assert line(framed(BUILT["Block Ack"], 105)).endswith("802.11 Block Ack tid 5 from 291")
    assert line(framed(BUILT["Control Wrapper"], 105)).endswith("802.11 Control Wrapper of RTS")


def test_what_is_wrong_comes_after_what_was_read() -> None:
    assert framed("8100 0000", 105).link.reason == "802.11 protocol version 1"
    packet = framed(f"8802 0000 {A} {B}", 105)
    assert (packet.link.ta, packet.link.shost) == ("02:00:00:00:00:02", None)
    assert packet.link.malformed.reason == "802.11 header: 6 bytes in 0"
    packet = framed(f"0c00 0000 {A} 00", 105)
    assert packet.link.child.reason == "no decoder for DMG Beacon"


def test_cut() -> None:
    survive_cuts("wlan-open.pcap", 4, 15, 18)
    survive_cuts("wlan-mesh.pcap", 11)
    survive_cuts("wlan-tkip.pcap", 3)
    for frame in BUILT.values():
        for size in range(len(bytes.fromhex(frame))):
            framed(bytes.fromhex(frame)[:size].hex(), 105).as_dict()
