"""What radiotap's larger fields say of the physical layer, each as a dict of what is known."""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.reader import Reader

CHANNEL_FLAGS = {
    4: "turbo", 5: "cck", 6: "ofdm", 7: "2ghz", 8: "5ghz", 9: "passive", 10: "dynamic", 11: "gfsk", 12: "gsm",
    13: "sturbo", 14: "half", 15: "quarter", 16: "ht20", 17: "ht40u", 18: "ht40d",
}  # fmt: skip
HT_BANDWIDTHS = ("20", "40", "20L", "20U")
HT_BITS = {False: (26, 52, 78, 104, 156, 208, 234, 260), True: (54, 108, 162, 216, 324, 432, 486, 540)}
"""Data bits a symbol of one stream, of 20 and of 40 MHz (IEEE 802.11-2016, 19.5)."""
VHT_BANDWIDTHS = (
    "20", "40", "20L", "20U", "80", "40L", "40U", "20LL", "20LU", "20UL", "20UU", "160", "80L", "80U", "40LL", "40LU",
    "40UL", "40UU", "20LLL", "20LLU", "20LUL", "20LUU", "20ULL", "20ULU", "20UUL", "20UUU",
)  # fmt: skip
VHT_SUBCARRIERS = {"20": 52, "40": 108, "80": 234, "160": 468}
HE_SUBCARRIERS = {"20": 234, "40": 468, "80": 980, "160": 1960}
BITS_A_SUBCARRIER = (0.5, 1, 1.5, 2, 3, 4, 4.5, 5, 6, 20 / 3, 7.5, 25 / 3)
"""Modulation times coding rate, by MCS index."""
SYMBOL, SHORT_SYMBOL, HE_SYMBOL = 4.0, 3.6, 12.8  # µs; the last without its guard interval
HE_FORMATS = ("SU", "EXT_SU", "MU", "TRIG")
HE_BANDWIDTHS = (
    "20", "40", "80", "160", "26-tone RU", "52-tone RU", "106-tone RU", "242-tone RU", "484-tone RU", "996-tone RU",
    "2x996-tone RU",
)  # fmt: skip
HE_GUARDS = (0.8, 1.6, 3.2, None)
HE_LTF_SYMBOLS = (1, 2, 4, 6, 8, None, None, None)
TIME_UNITS = {0: "ms", 1: "us", 2: "ns", 3: "ns"}  # 2 by the specification, 3 by Linux's header
SAMPLED = {0: "first bit", 1: "plcp signal", 2: "end of ppdu", 3: "end of mpdu", 15: "unknown"}


def _flag_names(flags: int) -> list[str]:
    return [name for bit, name in CHANNEL_FLAGS.items() if flags >> bit & 1]


def channel(read: Reader) -> dict[str, Any]:
    """Return frequency and kind of the channel."""
    freq, flags = read.little(2), read.little(2)
    return {"freq": freq, "flags": flags, "flag_names": _flag_names(flags)}


def xchannel(read: Reader) -> dict[str, Any]:
    """Return the same with more kinds, and the channel's number."""
    flags, freq, number, power = read.little(4), read.little(2), read.u8(), read.u8()
    return {"freq": freq, "channel": number, "max_power": power, "flags": flags, "flag_names": _flag_names(flags)}


def fhss(read: Reader) -> dict[str, Any]:
    """Return hop set and pattern of frequency hopping."""
    return {"hopset": read.u8(), "hop_pattern": read.u8()}


def mcs(read: Reader) -> dict[str, Any]:
    """Return how a frame of 802.11n was sent, as far as it is known."""
    known, flags, index = read.u8(), read.u8(), read.u8()
    found: dict[str, Any] = {"known": known, "flags": flags}
    values = (
        (0, "bw", HT_BANDWIDTHS[flags & 3]),
        (1, "index", index),
        (2, "gi", "short" if flags & 4 else "long"),
        (3, "format", "greenfield" if flags & 8 else "mixed"),
        (4, "fec", "LDPC" if flags & 0x10 else "BCC"),
        (5, "stbc", flags >> 5 & 3),
        (6, "ness", known >> 6 & 2 | flags >> 7),
    )
    found |= {name: value for bit, name, value in values if known >> bit & 1}
    return found


def ampdu(read: Reader) -> dict[str, Any]:
    """Return which aggregate a frame was part of."""
    reference, flags, crc = read.little(4), read.little(2), read.u8()
    read.skip(1)
    return {"reference": reference, "flags": flags, "delim_crc": crc, "last": flags >> 3 & 1}


def vht(read: Reader) -> dict[str, Any]:
    """Return how a frame of 802.11ac was sent; each of up to four users has its own rate."""
    known, flags, bandwidth = read.little(2), read.u8(), read.u8()
    rates, coding, group, partial = read.take(4), read.u8(), read.u8(), read.little(2)
    found: dict[str, Any] = {"known": known, "flags": flags}
    values = (
        (0, "stbc", flags & 1),
        (1, "txop_ps", flags >> 1 & 1),
        (2, "gi", "short" if flags & 4 else "long"),
        (3, "sgi_nsym_da", flags >> 3 & 1),
        (4, "ldpc_extra", flags >> 4 & 1),
        (5, "beamformed", flags >> 5 & 1),
        (6, "bw", VHT_BANDWIDTHS[bandwidth] if bandwidth < len(VHT_BANDWIDTHS) else str(bandwidth)),
        (7, "gid", group),
        (8, "paid", partial),
    )
    found |= {name: value for bit, name, value in values if known >> bit & 1}
    found["users"] = [
        {"mcs": byte >> 4, "nss": byte & 15, "coding": "LDPC" if coding >> user & 1 else "BCC"}
        for user, byte in enumerate(rates)
        if byte & 15
    ]
    return found


def timestamp(read: Reader) -> dict[str, Any]:
    """Return when the frame came, by the radio's own clock."""
    ts, accuracy, unit, flags = read.little(8), read.little(2), read.u8(), read.u8()
    found: dict[str, Any] = {"ts": ts, "unit": TIME_UNITS.get(unit & 15, str(unit & 15)), "flags": flags}
    found["samplingpos"] = SAMPLED.get(unit >> 4, str(unit >> 4))
    return found | ({"accuracy": accuracy} if flags & 2 else {})


def he(read: Reader) -> dict[str, Any]:
    """Return how a frame of 802.11ax was sent, as far as it is known; `data` are the field's six words."""
    data = [read.little(2) for _ in range(6)]
    known, known2, third, fourth, fifth, sixth = data
    found: dict[str, Any] = {"data": data, "ppdu_format": HE_FORMATS[known & 3]}
    values = (
        (known >> 2, "bss_color", third & 0x3F),
        (known >> 3, "beam_change", third >> 6 & 1),
        (known >> 4, "ul_dl", "uplink" if third >> 7 & 1 else "downlink"),
        (known >> 5, "mcs", third >> 8 & 15),
        (known >> 6, "dcm", third >> 12 & 1),
        (known >> 7, "coding", "LDPC" if third >> 13 & 1 else "BCC"),
        (known >> 8, "ldpc_extra", third >> 14 & 1),
        (known >> 9, "stbc", third >> 15),
        (known >> 10, "spatial_reuse", fourth & 15),
        (known >> 14, "bw", _listed(HE_BANDWIDTHS, fifth & 15)),
        (known >> 15, "doppler", sixth >> 4 & 1),
        (known2 >> 1, "gi", HE_GUARDS[fifth >> 4 & 3]),
        (known2 >> 2, "ltf_symbols", HE_LTF_SYMBOLS[fifth >> 8 & 7]),
        (known2 >> 3, "pre_fec_padding", fifth >> 12 & 3),
        (known2 >> 4, "txbf", fifth >> 14 & 1),
        (known2 >> 5, "pe_disambiguity", fifth >> 15),
        (known2 >> 6, "txop", sixth >> 8 & 0x7F),
        (known2 >> 7, "midamble_periodicity", 20 if sixth >> 15 else 10),
    )
    found |= {name: value for bit, name, value in values if bit & 1}
    found["nsts"] = sixth & 15
    return found


def _listed(names: tuple[str, ...], index: int) -> str:
    return names[index] if index < len(names) else str(index)


def he_mu(read: Reader) -> dict[str, Any]:
    """Return the words of the part for several users."""
    first, second = read.little(2), read.little(2)
    return {"flags": [first, second], "ru_channel1": list(read.take(4)), "ru_channel2": list(read.take(4))}


def he_mu_other_user(read: Reader) -> dict[str, Any]:
    """Return the words for a user that the frame was not for."""
    return {"per_user": [read.little(2), read.little(2)], "position": read.u8(), "known": read.u8()}


def zero_length_psdu(read: Reader) -> str:
    """Return why there is no frame."""
    kind = read.u8()
    return {0: "sounding", 1: "data not captured", 255: "vendor specific"}.get(kind, str(kind))


def l_sig(read: Reader) -> dict[str, Any]:
    """Return rate and length of the part of the preamble that old stations understand."""
    known, word = read.little(2), read.little(2)
    values = ((0, "rate", word & 15), (1, "length", word >> 4))
    return {name: value for bit, name, value in values if known >> bit & 1}


def data_rate(ht: dict[str, Any] | None, ac: dict[str, Any] | None, ax: dict[str, Any] | None) -> float | None:
    """Work out the rate in Mbit/s from how the frame was sent; None where too little is known."""
    if ht and {"index", "bw", "gi"} <= ht.keys() and ht["index"] < 32:
        bits = HT_BITS[ht["bw"] == "40"][ht["index"] % 8] * (ht["index"] // 8 + 1)
        return _rounded(bits, SHORT_SYMBOL if ht["gi"] == "short" else SYMBOL)
    if ac and len(ac["users"]) == 1 and ac.get("bw") in VHT_SUBCARRIERS and ac["users"][0]["mcs"] < 10:
        user = ac["users"][0]
        bits = VHT_SUBCARRIERS[ac["bw"]] * BITS_A_SUBCARRIER[user["mcs"]] * user["nss"]
        return _rounded(bits, SHORT_SYMBOL if ac.get("gi") == "short" else SYMBOL)
    if ax and {"mcs", "gi"} <= ax.keys() and ax["gi"] and ax.get("bw") in HE_SUBCARRIERS and ax["mcs"] < 12:
        bits = HE_SUBCARRIERS[ax["bw"]] * BITS_A_SUBCARRIER[ax["mcs"]] * max(ax["nsts"], 1)
        return _rounded(bits / (2 if ax.get("dcm") else 1), HE_SYMBOL + ax["gi"])
    return None


def _rounded(bits: float, symbol: float) -> float:
    return round(bits / symbol, 1)
