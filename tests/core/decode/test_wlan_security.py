import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.wlan_security import Protection, cipher, in_words, read_rsn, read_wpa

SAE = rows("wlan-sae.pcap", {
    10: [
        ("link.wlan.security.kind", "CCMP", "wlan.ccmp.extiv", "0x000000000001"),
        ("link.wlan.security.iv", 1, "wlan.ccmp.extiv"),
        ("link.wlan.security.key_id", 0, "wlan.wep.key"),
    ],
    13: [("link.wlan.security.iv", 6, "wlan.ccmp.extiv")],
    7: [
        ("link.wlan.management.elements[4].name", "RSN", "wlan.rsn.version", "1"),
        ("link.wlan.management.elements[4].value[akm]", ["SAE"], "wlan.rsn.akms.type", "8"),
        ("link.wlan.management.elements[4].value[pairwise]", ["CCMP"], "wlan.rsn.pcs.type", "4"),
        ("link.wlan.management.elements[4].value[group_management]", "BIP", "wlan.rsn.gmcs.type", "6"),
    ],
    1: [
        ("link.wlan.management.security", "RSN PSK-SHA256 SAE CCMP", "wlan.rsn.akms.type", "6"),
        ("link.wlan.management.security", "RSN PSK-SHA256 SAE CCMP", "wlan.rsn.akms.type[1]", "8"),
    ],
})  # fmt: skip
TKIP = rows("wlan-tkip.pcap", {
    1: [("link.wlan.management.security", "WPA PSK TKIP", "wlan.wfa.ie.wpa.ucs.type", "2")],
    3: [("link.wlan.security.kind", "TKIP", "wlan.tkip.extiv", "0x000000000001"),
         ("link.wlan.security.iv", 1, "wlan.tkip.extiv")],
})  # fmt: skip
CCMP = rows("corpus:tcpdump/ieee802.11_rx-stbc.pcap", {1: [("link.wlan.security.iv", 0x11, "wlan.ccmp.extiv")]})


@pytest.mark.parametrize("row", [*SAE, *TKIP, *CCMP], ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def read(text: str) -> Reader:
    data = bytes.fromhex(text)
    return Reader(data, 0, len(data), "element")


def test_wep() -> None:  # IEEE 802.11-2020, 12.3.2.3: no extended IV
    assert Protection.read(read("a1b2c3 80")) == ("WEP", 2, 0xA1B2C3)


def test_tkip_and_ccmp() -> None:  # 12.5.2.3 and 12.5.3.2
    assert Protection.read(read("01 21 02 20 03040506")) == ("TKIP", 0, 0x060504030102)
    assert Protection.read(read("01 02 00 60 03040506")) == ("CCMP", 1, 0x060504030201)


def test_rsn_may_end_anywhere() -> None:  # 9.4.2.24.1
    whole = "0100 000fac04 0100 000fac04 0100 000fac02 c000 0000 000fac06"
    found = read_rsn(read(whole))
    assert in_words("RSN", found) == "RSN PSK CCMP"
    assert found["capabilities"]["set"] == ["mfp_required", "mfp_capable"]
    assert found["group_management"] == "BIP"
    assert read_rsn(read("0100")) == {"version": 1}
    assert in_words("RSN", read_rsn(read("0100 000fac04"))) == "RSN CCMP"


def test_wpa() -> None:
    assert in_words("WPA", read_wpa(read("0100 0050f202 0100 0050f202 0100 0050f201"))) == "WPA 802.1X TKIP"


def test_suites_of_others() -> None:
    assert (cipher(b"\x00\x0f\xac\x08"), cipher(b"\x00\x0f\xac\x63"), cipher(b"\x00\x40\x96\x00")) == (
        "GCMP", "99", "00:40:96:00",
    )  # fmt: skip
