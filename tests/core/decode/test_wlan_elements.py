import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.layer import Malformed
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.wlan_elements import Element, read_elements

BEACON = "link.wlan.management.elements"
CHECKS = rows("wlan-open.pcap", {
    1: [
        (f"{BEACON}[0].value", "open house", "wlan.ssid", "6f70656e20686f757365"),
        (f"{BEACON}[1].value[rates][0]", 1.0, "wlan.supported_rates", "0x82"),
        (f"{BEACON}[1].value[basic]", [1.0, 2.0, 5.5, 11.0], "wlan.supported_rates[3]", "0x96"),
        (f"{BEACON}[2].value", 6, "wlan.ds.current_channel"),
        (f"{BEACON}[3].value[dtim_count]", 1, "wlan.tim.dtim_count"),
        (f"{BEACON}[3].value[dtim_period]", 2, "wlan.tim.dtim_period"),
        (f"{BEACON}[4].value[code]", "US", "wlan.country_info.code"),
        (f"{BEACON}[4].value[environment]", 0x20, "wlan.country_info.environment"),
        (f"{BEACON}[4].value[channels][0]", [1, 11, 30], "wlan.country_info.fnm.mtpl", "30"),
        (f"{BEACON}[5].value[barker_preamble]", 1, "wlan.erp_info.barker_preamble_mode"),
        (f"{BEACON}[9].name", "HT Capabilities", "wlan.ht.capabilities", "0x000c"),
        (f"{BEACON}[9].value[info]", 12, "wlan.ht.capabilities"),
        (f"{BEACON}[10].value[primary_channel]", 6, "wlan.ht.info.primarychannel"),
        (f"{BEACON}[12].value[type_name]", "WMM", "wlan.wfa.ie.type", "0x02"),
    ],
    24: [  # the channel is about to be switched
        (f"{BEACON}[5].value[channel]", 1, "wlan.csa.new_channel_number"),
        (f"{BEACON}[5].value[count]", 2, "wlan.csa.channel_switch.count"),
    ],
}) + rows("wlan-mesh.pcap", {
    1: [(f"{BEACON}[5].value", "net", "wlan.mesh.id")],
    2: [
        (f"{BEACON}[3].value[path_selection]", 1, "wlan.mesh.config.ps_protocol"),
        (f"{BEACON}[3].value[capability]", 9, "wlan.mesh.config.cap"),
        (f"{BEACON}[4].value[local_link_id]", 18562, "wlan.peering.local_id"),
    ],
    3: [(f"{BEACON}[4].value[peer_link_id]", 18562, "wlan.peering.peer_id")],
    13: [(f"{BEACON}[1].value[reason_code]", 52, "wlan.fixed.reason_code")],
}) + rows("wlan-he.pcap", {
    1: [
        (f"{BEACON}[10].value[channel_width]", 1, "wlan.vht.op.channelwidth"),
        (f"{BEACON}[10].value[center0]", 42, "wlan.vht.op.channelcenter0"),
        (f"{BEACON}[12].name", "HE Capabilities", "wlan.ext_tag.number", "35"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def elements(text: str) -> list[Element]:
    data = bytes.fromhex(text)
    found: list[Element] = []
    read_elements(Reader(data, 0, len(data), "frame"), found)
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0b05 0200 40 1000", {"stations": 2, "channel_utilization": 64, "available_admission": 16}),
        ("2001 03", 3),
        ("2102 0014", {"minimum": 0, "maximum": 20}),
        ("2302 f600", {"transmit_power": -10, "link_margin": 0}),
        ("2404 0104 240c", [[1, 4], [36, 12]]),
        ("3603 3412 01", {"mdid": 0x1234, "ft_policy": 1}),
        ("3805 03 64000000", {"type": 3, "value": 100}),
        ("3c04 01 51 06 03", {"mode": 1, "operating_class": 81, "channel": 6, "count": 3}),
        ("3e01 01", 1),
        ("0102 82ff", {"rates": [1.0], "basic": [1.0], "selectors": ["HT PHY"]}),
        ("dd03 001018", {"oui": "00:10:18", "vendor": "Broadcom"}),
        ("dd05 506f9a 10 00", {"oui": "50:6f:9a", "vendor": "Wi-Fi Alliance", "type": 16,
         "type_name": "Hotspot 2.0", "data": b"\0"}),
        ("fe02 abcd", b"\xab\xcd"),
        ("ff03 24 abcd", b"\xab\xcd"),
        ("0300", b""),  # too short: its bytes
        ("0500", b""),
    ],
)  # fmt: skip
def test_values(text: str, value: object) -> None:
    (found,) = elements(text)
    assert found.value == value
    assert found.length == len(bytes.fromhex(text)) - 2


def test_unknown_ones_keep_number_and_length() -> None:
    assert elements("fe02 abcd") == [(254, "unknown", 2, b"\xab\xcd")]
    assert elements("ff02 fe ab") == [(255, "Extension 254", 2, b"\xab")]


def test_bounds() -> None:
    with pytest.raises(Malformed, match="element 1 of 8 bytes in 1"):
        elements("0001 61 0108 82")
    with pytest.raises(Malformed, match="more than 256 elements"):
        elements("0000" * 300)
