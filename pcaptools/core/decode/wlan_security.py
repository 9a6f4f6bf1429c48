"""How IEEE 802.11 frames are protected, and what a network says of it (RSN, WPA)."""

from __future__ import annotations

from typing import Any, NamedTuple

from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.wlan_names import AKMS, CIPHERS

EXTENDED_IV = 0x20
MAX_SUITES = 32
IEEE, MICROSOFT = b"\x00\x0f\xac", b"\x00\x50\xf2"
RSN_CAPABILITIES = {
    0: "preauthentication", 1: "no_pairwise", 6: "mfp_required", 7: "mfp_capable", 8: "joint_multiband_rsna",
    9: "peerkey", 10: "spp_amsdu_capable", 11: "spp_amsdu_required", 12: "pbac", 13: "extended_key_id", 14: "ocvc",
}  # fmt: skip


class Protection(NamedTuple):
    """What stands in clear before an encrypted body: `iv` is WEP's, or the packet number of the others."""

    kind: str
    key_id: int
    iv: int

    @classmethod
    def read(cls, read: Reader) -> Protection:
        """Read the four or eight bytes.

        Nothing names the cipher. TKIP makes its second byte of its first (12.5.2.3), CCMP and GCMP have zero
        for the third (12.5.3.2), and cannot be told from each other.
        """
        first = read.take(4)
        key_id = first[3] >> 6
        if not first[3] & EXTENDED_IV:
            return cls("WEP", key_id, int.from_bytes(first[:3], "big"))
        upper = read.little(4)
        if first[1] == (first[0] | 0x20) & 0x7F:
            return cls("TKIP", key_id, upper << 16 | first[0] << 8 | first[2])
        return cls("CCMP", key_id, upper << 16 | first[1] << 8 | first[0])


def read_rsn(read: Reader) -> dict[str, Any]:
    """Read an RSN element (9.4.2.24): every field after the version may be missing from the end."""
    found: dict[str, Any] = {"version": read.little(2)}
    if read:
        found["group"] = cipher(read.take(4))
    if read:
        found["pairwise"] = [cipher(suite) for suite in _suites(read)]
    if read:
        found["akm"] = [_akm(suite) for suite in _suites(read)]
    if read:
        found["capabilities"] = _capabilities(read.little(2))
    if read:
        found["pmkids"] = [read.take(16) for _ in range(min(read.little(2), MAX_SUITES))]
    if read:
        found["group_management"] = cipher(read.take(4))
    return found


def read_wpa(read: Reader) -> dict[str, Any]:
    """Read the element that came before the standard: the same with fewer fields."""
    found: dict[str, Any] = {"version": read.little(2)}
    if read:
        found["group"] = cipher(read.take(4))
    if read:
        found["pairwise"] = [cipher(suite) for suite in _suites(read)]
    if read:
        found["akm"] = [_akm(suite) for suite in _suites(read)]
    if read.left >= 2:
        found["capabilities"] = _capabilities(read.little(2))
    return found


def _suites(read: Reader) -> list[bytes]:
    return [read.take(4) for _ in range(min(read.little(2), MAX_SUITES))]


def cipher(suite: bytes) -> str:
    """Return the name of a cipher suite."""
    return CIPHERS.get(suite[3], str(suite[3])) if suite[:3] in {IEEE, MICROSOFT} else suite.hex(":")


def _akm(suite: bytes) -> str:
    return AKMS.get(suite[3], str(suite[3])) if suite[:3] in {IEEE, MICROSOFT} else suite.hex(":")


def _capabilities(word: int) -> dict[str, Any]:
    set_ = [name for bit, name in RSN_CAPABILITIES.items() if word >> bit & 1]
    return {
        "value": word,
        "ptksa_replay_counters": 1 << (word >> 2 & 3),
        "gtksa_replay_counters": 1 << (word >> 4 & 3),
        "set": set_,
    }


def in_words(name: str, suite: dict[str, Any]) -> str:
    """Return a line's worth of an RSN or WPA element: "RSN SAE CCMP"."""
    return " ".join([name, *suite.get("akm", []), *suite.get("pairwise", [suite.get("group", "")])]).rstrip()
