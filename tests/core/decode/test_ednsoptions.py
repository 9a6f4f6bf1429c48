from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.dnsname import Message
from pcaptools.core.decode.ednsoptions import options, summary
from pcaptools.core.decode.layer import Malformed

UDP, TCP = "link.ip.udp.dns.", "link.ip.tcp.dns."

CHECKS = rows("dns-edns.pcap", {
    2: [
        (UDP + "additional[0].options[0].code", 3, "dns.opt.code"),
        (UDP + "additional[0].options[0].name", "NSID", "tcpdump", "NSID"),
        (UDP + "additional[0].options[0].data", b"srv-1", "dns.opt.data", "7372762d31"),
        (UDP + "additional[0].options[1].name", "COOKIE", "tcpdump", "COOKIE"),
        (
            UDP + "additional[0].options[1].client", bytes.fromhex("773935a232fdf7dd"),
            "dns.opt.cookie.client", "773935a232fdf7dd",
        ),
        (
            UDP + "additional[0].options[1].server", bytes.fromhex("010000006b057a7dc4fea30715e0a490"),
            "dns.opt.cookie.server", "010000006b057a7dc4fea30715e0a490",
        ),
    ],
    11: [
        (UDP + "additional[0].options[0].family", 1, "dns.opt.client.family"),
        (UDP + "additional[0].options[0].source_prefix", 24, "dns.opt.client.netmask"),
        (UDP + "additional[0].options[0].scope_prefix", 0, "dns.opt.client.scope"),
        (UDP + "additional[0].options[0].address", "198.51.100.0", "dns.opt.client.addr4"),
        (UDP + "additional[0].rdata", "ECS 198.51.100.0/24/0", "tcpdump", "ECS 198.51.100.0/24/0"),
    ],
    13: [
        (UDP + "additional[0].options[0].address", "2001:db8:1::", "dns.opt.client.addr6"),
        (UDP + "additional[0].options[0].source_prefix", 48, "dns.opt.client.netmask"),
    ],
    17: [
        (UDP + "additional[0].options[0].code", 65001, "dns.opt.code"),
        (UDP + "additional[0].options[0].data", b"\xde\xad\xbe\xef", "dns.opt.data", "deadbeef"),
        (UDP + "additional[0].options[1].length", 11, "dns.opt.len[1]"),
    ],
    19: [(UDP + "additional[0].options[0].expire", None, "dns.opt.code", "9")],
    20: [(UDP + "additional[0].options[0].expire", 1209600, "dns.opt.data", "00127500")],
    24: [(TCP + "additional[0].options[0].timeout", None, "dns.opt.code", "11")],
    26: [(TCP + "additional[0].options[0].timeout", 300, "dns.opt.edns_tcp_keepalive.timeout")],
    33: [(UDP + "additional[0].options[0].data", b"\x04test", "dns.opt.data", "0474657374")],  # its end is missing
    35: [(UDP + "additional[0].options[0].key_tags", [20326, 19036], "dns.opt.data", "4f664a5c")],
    37: [(UDP + "additional[0].options[0].algorithms", [8, 13, 15], "dns.opt.dau[0]", "8")],
    39: [(UDP + "additional[0].options[0].lease", 3600, "dns.opt.data", "00000e1000002a30")],
}) + rows("corpus:tcpdump/edns-opts.pcap", {
    9: [(UDP + "additional[0].rdata", "ECS 2001:db8:85a3::8a2e:0:0/100/0", "tcpdump")],
    12: [(UDP + "additional[0].rdata", "COOKIE a954d29208767b5c cf75f75b5db0bf0575c9f2d76c962883", "tcpdump")],
    13: [(UDP + "additional[0].options[0].algorithms", [6, 7], "tcpdump", "[DAU DSA-NSEC3-SHA1 RSASHA1-NSEC3-SHA1]")],
    15: [
        (UDP + "additional[0].options[0].algorithms", [253], "tcpdump", "DAU PRIVATEDNS"),
        (UDP + "additional[0].options[1].algorithms", [2], "tcpdump", "DHU SHA-256"),
        (UDP + "additional[0].options[2].name", "N3U", "tcpdump"),
    ],
    17: [(UDP + "additional[0].rdata", "CHAIN foo.example.com", "tcpdump")],
    19: [(UDP + "additional[0].options[0].timeout", 1234, "tcpdump", "KEEPALIVE 123.4 sec")],
    23: [(UDP + "additional[0].options[0].key_tags", [30000, 60000], "tcpdump", "[KEY-TAG 30000 60000]")],
    27: [(UDP + "additional[0].options[0].expire", 1209600, "tcpdump", "[EXPIRE 1209600 sec]")],
    33: [(UDP + "additional[0].options[0].data", b"\xde\xad\xbe\xef", "tcpdump", "[Opt77 deadbeef]")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def option(code: int, data: str) -> dict[str, Any]:
    body = bytes.fromhex(data)
    wire = code.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body
    [found] = options(Message(wire, 0, len(wire)), 0, len(wire))
    return found


@pytest.mark.parametrize(
    ("code", "data", "fields"),
    [
        # RFC 8914, 2 (an extra text may end with a zero, which is no part of it)
        (15, "0016 646f776e00", {"info_code": 22, "info_name": "No Reachable Authority", "text": "down"}),
        (15, "ffff", {"info_code": 65535, "info_name": "unknown", "text": ""}),
        # RFC 8764, 3.2
        (1, "0001 0001 0000 0000000000000009 00000e10",
         {"version": 1, "llq_opcode": 1, "error": 0, "id": 9, "lease": 3600}),
        (2, "00000e10", {"lease": 3600, "key_lease": None}),
        (2, "00000e10 00015180", {"lease": 3600, "key_lease": 86400}),  # RFC 9664, 4
        (3, "", {"data": b"", "text": ""}),
        (3, "00ff", {"data": b"\x00\xff"}),
        (10, "0102030405060708", {"client": bytes(range(1, 9)), "server": b""}),
        (18, "0561676e6e7400", {"domain": "agnnt"}),  # RFC 9567
        (19, "", {}),
        (19, "02 00 00000007", {"label_count": 2, "type": 0, "version": b"\0\0\0\x07"}),  # RFC 9660
        (8, "0001 00 00", {"family": 1, "source_prefix": 0, "scope_prefix": 0, "address": "0.0.0.0"}),
        (8, "0000 00 00", {"family": 0, "source_prefix": 0, "scope_prefix": 0, "data": b""}),
    ],
)  # fmt: skip
def test_values(code: int, data: str, fields: dict[str, Any]) -> None:
    found = option(code, data)
    assert {name: value for name, value in found.items() if name not in {"code", "name"}} == fields


@pytest.mark.parametrize(
    ("code", "data", "reason"),
    [
        (8, "0001", "EDNS option: 1 bytes in 0"),
        (8, "0001 20 00 0102030405", "address of 5 bytes for family 1"),
        (10, "010203", "EDNS option: 8 bytes in 3"),
        (11, "01", "EDNS option: 2 bytes in 1"),
        (11, "012c00", "1 bytes too many"),
        (13, "0961", "DNS: 9 bytes in 1"),
        (14, "010203", "1 bytes too many"),
    ],
)
def test_what_cannot_be_read_keeps_its_bytes(code: int, data: str, reason: str) -> None:
    found = option(code, data)
    assert found["data"] == bytes.fromhex(data)
    assert found["reason"] == reason


def test_a_list_that_ends_in_the_middle() -> None:
    wire = bytes.fromhex("000b0000 0008 0009 00")
    found = options(Message(wire, 0, len(wire)), 0, len(wire))
    assert next(found)["name"] == "TCP-KEEPALIVE"
    with pytest.raises(Malformed, match="9 bytes in 1"):
        next(found)


@pytest.mark.parametrize(
    ("code", "data", "text"),
    [
        (8, "0001 18 00 c63364", "ECS 198.51.100.0/24/0"),
        (10, "0102030405060708", "COOKIE 0102030405060708"),
        (12, "0000", "PADDING 2"),
        (15, "000f", "EDE 15 Blocked"),
        (99, "ab", "OPT99 ab"),
        (11, "", "TCP-KEEPALIVE"),
    ],
)
def test_summary(code: int, data: str, text: str) -> None:
    assert summary(option(code, data)) == text
