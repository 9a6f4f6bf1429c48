import pytest
from support.crosscheck import Row, packets, rows
from support.cuts import framed, line, survive_cuts

BODY = "link.wlan.management"
CHECKS = rows("wlan-open.pcap", {
    1: [
        (f"{BODY}.timestamp", 1795521178625255, "wlan.fixed.timestamp"),
        (f"{BODY}.beacon_interval", 1000, "wlan.fixed.beacon"),
        (f"{BODY}.capabilities.ess", 1, "wlan.fixed.capabilities.ess"),
        (f"{BODY}.capabilities.privacy", 0, "wlan.fixed.capabilities.privacy"),
        (f"{BODY}.capabilities.short_slot_time", 1, "wlan.fixed.capabilities.short_slot_time"),
        (f"{BODY}.ssid", "open house", "wlan.ssid", "6f70656e20686f757365"),
        (f"{BODY}.channel", 6, "wlan.ds.current_channel"),
        (f"{BODY}.supported_rates", [1.0, 2.0, 5.5, 11.0, 6.0, 9.0, 12.0, 18.0, 24.0, 36.0, 48.0, 54.0], "tcpdump",
         "[1.0* 2.0* 5.5* 11.0* 6.0 9.0 12.0 18.0 Mbit]"),
    ],
    2: [(f"{BODY}.ssid", "", "wlan.fc.type_subtype", "0x0004")],
    6: [
        (f"{BODY}.algorithm_name", "open", "tcpdump", "Authentication (Open System)-2"),
        (f"{BODY}.transaction", 2, "wlan.fixed.auth_seq"),
        (f"{BODY}.status_code", 0, "wlan.fixed.status_code"),
    ],
    7: [(f"{BODY}.listen_interval", 5, "wlan.fixed.listen_ival"),
         (f"{BODY}.ssid", "open house", "wlan.ssid", "6f70656e20686f757365")],
    8: [(f"{BODY}.aid", 1, "wlan.fixed.aid"), (f"{BODY}.status", "success", "tcpdump", "AID(1) :: Successful")],
    27: [
        (f"{BODY}.reason_code", 3, "wlan.fixed.reason_code"),
        (f"{BODY}.reason", "sender is leaving the network", "tcpdump", "sending STA is leaving"),
    ],
}) + rows("wlan-sae.pcap", {
    3: [
        (f"{BODY}.algorithm", 3, "wlan.fixed.auth.alg"),
        (f"{BODY}.sae[message]", "commit", "wlan.fixed.sae_message_type", "1"),
        (f"{BODY}.sae[group]", 19, "wlan.fixed.finite_cyclic_group"),
    ],
    5: [(f"{BODY}.sae[send_confirm]", 1, "wlan.fixed.send_confirm")],
}) + rows("wlan-mesh.pcap", {1: [(f"{BODY}.ssid", "net", "wlan.mesh.id")]})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


HEAD = "0000 020000000001 020000000002 020000000003 1000"


def test_reassociation() -> None:  # IEEE 802.11-2020, 9.3.3.7
    packet = framed(f"2000 {HEAD} 2104 0a00 0a0b0c0d0e0f 0003 616263", 105)
    body = packet.link.management
    assert (body.current_ap, body.listen_interval, body.ssid) == ("0a:0b:0c:0d:0e:0f", 10, "abc")
    assert line(packet).endswith('802.11 Reassociation Request "abc"')


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (f"a000 {HEAD} 0800", "802.11 Disassociation reason 8 (sender is leaving the BSS)"),
        (f"1000 {HEAD} 0104 1100 00c0", "802.11 Association Response access point cannot handle more stations"),
        (f"b000 {HEAD} 0100 0300 0f00", "802.11 Authentication shared key 3 challenge failure"),
        (f"9000 {HEAD}", "802.11 ATIM"),
        (f"8000 {HEAD} 0000000000000000 6400 1104 0000", '802.11 Beacon "" WEP'),
        (f"8000 {HEAD} 0000000000000000 6400 0104 0003 1b5b6d", '802.11 Beacon "\\x1b[m" open'),
    ],
)
def test_lines(frame: str, told: str) -> None:
    assert line(framed(frame, 105)).endswith(told)


def test_what_is_wrong_comes_after_what_was_read() -> None:
    body = framed(f"8000 {HEAD} 0000000000000000 6400 1104 0001 61 0108 82", 105).link.management
    assert body.ssid == "a"
    assert body.malformed.reason == "element 1 of 8 bytes in 1"
    body = framed(f"c000 {HEAD} 03", 105).link.management
    assert (body.reason_code, body.reason) == (None, None)
    assert body.malformed.reason == "Deauthentication: 2 bytes in 1"


def test_json_has_what_is_there() -> None:
    found = packets("wlan-open.pcap")[1].link.wlan.management.as_dict()
    assert found["ssid"] == ""
    assert "security" not in found
    assert found["elements"][0] == {"id": 0, "name": "SSID", "length": 0, "value": ""}


def test_cut() -> None:
    survive_cuts("wlan-open.pcap", 1, 2, 6, 7, 8, 27)
    survive_cuts("wlan-sae.pcap", 1, 3, 7)
    survive_cuts("wlan-mesh.pcap", 1, 2, 13)
