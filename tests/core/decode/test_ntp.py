from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from support.crosscheck import Row, packets, rows

from pcaptools.core.decode.layer import decode_layer
from pcaptools.core.decode.ntp import NTP, NTPControl, NTPPrivate, timestamp

P = "link.ip.udp.ntp."

CHECKS = rows("ntp.pcap", {
    4: [
        (P + "li", 0, "ntp.flags.li"),
        (P + "vn", 4, "ntp.flags.vn"),
        (P + "mode", 4, "ntp.flags.mode"),
        (P + "mode_name", "server", "tcpdump", "Server"),
        (P + "stratum", 3, "ntp.stratum"),
        (P + "ppoll", 4, "ntp.ppoll"),
        (P + "precision", -25, "ntp.precision", "231"),
        (P + "rootdelay", 0.0, "ntp.rootdelay", "0"),
        (P + "refid", "127.127.1.1", "ntp.refid", "7f7f0101"),
        (P + "reftime", "1795522005.4243180540", "ntp.reftime", "Nov 24, 2026 12:06:45.424318053 UTC"),
        (P + "org", "1227222736.8572955511", "ntp.org", "Nov 20, 2008 23:12:16.857295551 UTC"),
        (P + "rec", "1795522007.3397898308", "ntp.rec", "Nov 24, 2026 12:06:47.339789830 UTC"),
        (P + "xmt", "1795522007.3399090851", "ntp.xmt", "Nov 24, 2026 12:06:47.339909085 UTC"),
        (P + "keyid", 1, "ntp.keyid", "00000001"),
        (
            P + "mac", bytes.fromhex("4f4f193d531775fb4a267cab777e35db7a459fd4"),
            "ntp.mac", "4f4f193d531775fb4a267cab777e35db7a459fd4",
        ),
    ],
    10: [
        (P + "r", 1, "ntp.ctrl.flags2.r"),
        (P + "error", 0, "ntp.ctrl.flags2.error"),
        (P + "more", 0, "ntp.ctrl.flags2.more"),
        (P + "opcode", 1, "ntp.ctrl.flags2.opcode"),
        (P + "opcode_name", "read status", "ntp.ctrl.flags2.opcode", "1"),
        (P + "sequence", 1, "ntp.ctrl.sequence"),
        (P + "status", 0xC016, "ntp.ctrl.status"),
        (P + "associd", 0, "ntp.ctrl.associd"),
        (P + "offset", 0, "ntp.ctrl.offset"),
        (P + "count", 4, "ntp.ctrl.count"),
        (P + "content[0].associd", 17767, "ntp.ctrl.associd[1]"),
        (P + "content[0].status", 0x9014, "ntp.ctrl.status[1]"),
    ],
    12: [(P + "content", 'stratum=16, version="ntpd ntpsec-1.2.2"\r\n', "ntp.ctrl.count", "41")],
    16: [(P + "more", 1, "ntp.ctrl.flags2.more"), (P + "count", 468, "ntp.ctrl.count")],
    18: [
        (P + "mode_name", "client", "ntp.flags.mode", "3"),
        (P + "refid", "", "ntp.refid", "00000000"),
        (P + "org", None, "ntp.org", "NULL"),
        (P + "xmt", "2598123778.0508134938", "ntp.xmt", "Apr 30, 2052 21:02:58.050813493 UTC"),  # of the next era
        (P + "extensions[0].type", 0xF323, "ntp.ext.type"),
        (P + "extensions[0].data", bytes.fromhex("f5bedd9a") + bytes(20), "ntp.ext.value", "f5bedd9a" + "00" * 20),
    ],
}) + rows("corpus:tcpdump/ntp.pcap", {
    2: [(P + "refid", "STEP", "ntp.refid", "53544550"), (P + "li", 3, "ntp.flags.li")],
    4: [(P + "refid", "10.5.27.10", "tcpdump", "Reference-ID: 0x0a051b0a")],
}) + rows("corpus:zeek/ntp/ntp.pcap", {
    2: [(P + "rootdelay", 0.0488433837890625, "ntp.rootdelay", "3201")],
}) + rows("corpus:tcpdump/ntp-mode7.pcap", {
    2: [
        (P + "r", 1, "ntp.priv.flags.r"),
        (P + "more", 0, "ntp.priv.flags.more"),
        (P + "vn", 2, "ntp.flags.vn"),
        (P + "auth", 0, "ntp.priv.auth"),
        (P + "sequence", 0, "ntp.priv.seq"),
        (P + "implementation", 3, "ntp.priv.impl"),
        (P + "reqcode", 28, "ntp.priv.reqcode"),
        (P + "reqcode_name", "AUTHINFO", "ntp.priv.reqcode", "28"),
        (P + "items", 1, "ntp.priv.numitems"),
        (P + "item_size", 36, "ntp.priv.itemsize"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def message(text: str) -> Any:
    data = bytes.fromhex(text)
    return decode_layer(NTP, data, 0, len(data), 3)


HEAD = "24 02 06 ec" + "00000000" * 2 + "c0000201" + "0000000000000000" * 4


@pytest.mark.parametrize(
    ("seconds", "fraction", "text"),
    [
        (0, 0, None),
        (0xEC7B1000, 0, str(int(datetime(2025, 9, 22, tzinfo=UTC).timestamp())) + ".0000000000"),
        (0xEC7B1000, 1 << 31, "1758499200.5000000000"),
        (0xEC7B1000, 0xFFFFFFFF, "1758499200.9999999998"),
        (0xEC7B1000, 1, "1758499200.0000000002"),
        (0x80000000, 0, "-61505152.0000000000"),  # 20 January 1968
        (0x83AA7E7F, 1 << 30, "-0.7500000000"),
        (1, 0, str(int(datetime(2036, 2, 7, 6, 28, 17, tzinfo=UTC).timestamp())) + ".0000000000"),
    ],
)
def test_timestamps(seconds: int, fraction: int, text: str | None) -> None:
    assert timestamp(seconds, fraction) == text


@pytest.mark.parametrize("fraction", [0, 1, 2, 3, 429496730, 1 << 31, 0xFFFFFFFE, 0xFFFFFFFF])
def test_ten_decimals_tell_every_fraction(fraction: int) -> None:
    text = timestamp(0xEC7B1000, fraction)
    assert text is not None
    decimals = int(text.partition(".")[2])
    assert (decimals * (1 << 32) + 5 * 10**9) // 10**10 == fraction


def test_what_stands_behind_the_header() -> None:
    found = message(HEAD)
    assert (found.extensions, found.keyid, found.mac) == ([], None, None)
    found = message(HEAD + "00000000")  # a crypto-NAK (RFC 5905, 7.4)
    assert (found.keyid, found.mac) == (0, b"")
    found = message(HEAD + "00000007" + "aa" * 16)
    assert (found.keyid, found.mac) == (7, b"\xaa" * 16)
    found = message(HEAD + "01040010" + "11" * 12 + "0204001c" + "22" * 24)  # NTS (RFC 8915, 5)
    assert [one["type_name"] for one in found.extensions] == ["Unique Identifier", "NTS Cookie"]
    assert found.keyid is None
    found = message(HEAD + "01040010" + "11" * 12 + "00000007" + "aa" * 20)
    assert (len(found.extensions), found.keyid, len(found.mac)) == (1, 7, 20)
    found = message(HEAD + "00000007" + "aa" * 32)  # a digest that is longer than an extension may be short
    assert (found.extensions, found.keyid, len(found.mac)) == ([], 7, 32)


def test_there_are_no_extensions_before_version_4() -> None:
    found = message("1c" + HEAD[2:] + "01040010" + "11" * 12 + "00" * 12)
    assert (found.vn, found.extensions, found.keyid) == (3, [], 0x01040010)


def test_what_is_cut_short_behind_the_header() -> None:
    assert message(HEAD + "0000").malformed.reason == "NTP: 4 bytes in 2"
    data = bytes.fromhex(HEAD + "01040010" + "11" * 4)
    found: Any = decode_layer(NTP, data, 0, len(data) + 20, 3)
    assert (found.stratum, found.extensions, found.truncated.reason) == (2, [], "NTP cut short: 4 of 12 bytes captured")


def test_control_messages() -> None:  # RFC 9327, 2
    found = message("16 82 0001 0000 0000 0000 0003 61623d 00")
    assert isinstance(found, NTPControl)
    assert (found.content, found.keyid, found.child) == ("ab=", None, None)
    found = message("16 82 0001 0000 0000 0000 0003 61623d 00 00000001" + "bb" * 16)
    assert (found.content, found.keyid, found.mac) == ("ab=", 1, b"\xbb" * 16)
    found = message("16 c2 0001 0600 0000 0000 0009 61")
    assert (found.error, found.content) == (1, "")
    assert found.malformed.reason == "NTP: 9 bytes in 1"
    assert message("16 1f 0001 0000 0000 0000 0000").opcode_name == "unset trap address/port"
    assert message("16 16 0001 0000 0000 0000 0000").opcode_name == "unknown"


def test_private_messages() -> None:
    found = message("97 81 03 2a 1003 0010" + "00" * 48)
    assert isinstance(found, NTPPrivate)
    assert (found.r, found.auth, found.sequence, found.reqcode_name) == (1, 1, 1, "MON_GETLIST_1")
    assert (found.error, found.items, found.item_size, len(found.payload)) == (1, 3, 16, 48)
    assert message("17 00 09 63 0000 0000").as_dict() == {
        "r": 0, "more": 0, "vn": 2, "mode": 7, "mode_name": "private", "auth": 0, "sequence": 0, "implementation": 9,
        "implementation_name": "unknown", "reqcode": 99, "reqcode_name": "unknown", "error": 0, "items": 0,
        "item_size": 0,
    }  # fmt: skip


@pytest.mark.parametrize("number", [4, 10, 16, 18])
def test_truncations(number: int) -> None:
    whole = packets("ntp.pcap")[number - 1].link.ip.udp.ntp
    data = whole.data[whole.start : whole.end]
    fixed = 12 if whole.mode == 6 else 48
    for size in range(len(data)):
        found = decode_layer(NTP, data[:size], 0, len(data), 3)
        assert found.as_dict()
        assert (found.key == "ntp") == (size >= fixed)
        assert found.key == "ntp" or found.truncated
        assert decode_layer(NTP, data[:size], 0, size, 3).as_dict()
