"""Fields by radiotap.org's definitions; test_radiotap.py has those of real frames beside tshark's reading."""

from pcaptools.core.decode import radiotap_phy as phy
from pcaptools.core.decode.reader import Reader


def read(text: str) -> Reader:
    data = bytes.fromhex(text)
    return Reader(data, 0, len(data), "field")


def test_channel() -> None:
    assert phy.channel(read("6c09 a000")) == {"freq": 2412, "flags": 0xA0, "flag_names": ["cck", "2ghz"]}
    found = phy.xchannel(read("40010200 3c14 24 11"))
    assert found == {
        "freq": 5180,
        "channel": 36,
        "max_power": 17,
        "flags": 0x20140,
        "flag_names": ["ofdm", "5ghz", "ht40u"],
    }


def test_mcs_tells_only_what_is_known() -> None:
    assert phy.mcs(read("02 05 07")) == {"known": 2, "flags": 5, "index": 7}
    found = phy.mcs(read("ff fd 1f"))
    assert found["bw"] == "40"
    assert (found["gi"], found["format"], found["fec"]) == ("short", "greenfield", "LDPC")
    assert (found["stbc"], found["ness"], found["index"]) == (3, 3, 31)


def test_vht() -> None:
    found = phy.vht(read("ff01 3f 0b 92000000 01 3f 3412"))
    assert (found["bw"], found["gi"], found["gid"], found["paid"]) == ("160", "short", 63, 0x1234)
    assert found["users"] == [{"mcs": 9, "nss": 2, "coding": "LDPC"}]


def test_timestamp_and_what_else_is_small() -> None:
    found = phy.timestamp(read("0807060504030201 0500 21 02"))
    assert found == {
        "ts": 0x0102030405060708, "unit": "us", "samplingpos": "end of ppdu", "flags": 2, "accuracy": 5,
    }  # fmt: skip
    assert phy.zero_length_psdu(read("00")) == "sounding"
    assert phy.l_sig(read("0300 4b06")) == {"rate": 11, "length": 100}
    assert phy.fhss(read("0102")) == {"hopset": 1, "hop_pattern": 2}
    assert phy.he_mu(read("0100 0200 01020304 05060708"))["ru_channel2"] == [5, 6, 7, 8]
    assert phy.he_mu_other_user(read("0100 0200 03 04")) == {"per_user": [1, 2], "position": 3, "known": 4}


def test_rates() -> None:
    """IEEE 802.11-2020, tables of 19.5, 21.5 and 27.5."""
    assert phy.data_rate({"index": 0, "bw": "20", "gi": "long"}, None, None) == 6.5
    assert phy.data_rate({"index": 15, "bw": "40", "gi": "short"}, None, None) == 300.0
    assert phy.data_rate({"index": 32, "bw": "40", "gi": "long"}, None, None) is None
    assert phy.data_rate({"index": 3}, None, None) is None
    vht = {"users": [{"mcs": 9, "nss": 2}], "bw": "80", "gi": "short"}
    assert phy.data_rate(None, vht, None) == 866.7
    he = {"mcs": 11, "gi": 0.8, "bw": "160", "nsts": 2}
    assert phy.data_rate(None, None, he) == 2402.0  # 2401.96
    assert phy.data_rate(None, None, None) is None
