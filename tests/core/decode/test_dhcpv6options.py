from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.dhcpv6options import OPTIONS, name, option, split
from pcaptools.core.decode.layer import Malformed, plain
from pcaptools.core.decode.reader import Reader

O = "link.ip.udp.dhcpv6.options"  # noqa: E741
D = "link.ip.udp.dhcpv6.dhcpv6.options"

CHECKS = rows("dhcpv6.pcap", {
    2: [
        (f"{O}[0].name", "Identity Association for Non-temporary Address", "dhcpv6.option.type_str"),
        (f"{O}[0].value.iaid", 0x04A30433, "dhcpv6.iaid", "04a30433"),
        (f"{O}[0].value.t1", 0, "dhcpv6.iaid.t1"),
        (f"{O}[0].value.options[0].value.address", "2001:db8:8::141", "dhcpv6.iaaddr.ip"),
        (f"{O}[0].value.options[0].value.preferred_lifetime", 300, "dhcpv6.iaaddr.pref_lifetime"),
        (f"{O}[0].value.options[0].value.valid_lifetime", 600, "dhcpv6.iaaddr.valid_lifetime"),
        (f"{O}[1].value.options[0].value.prefix", "2001:db8:1ff::/56", "dhcpv6.iaprefix.pref_addr", "2001:db8:1ff::"),
        (f"{O}[1].value.options[0].value.valid_lifetime", 600, "dhcpv6.iaprefix.valid_lifetime"),
        (f"{O}[2].value.address", "9a:c3:04:a3:04:33", "dhcpv6.duidllt.link_layer_addr"),
        (f"{O}[3].value.type", 1, "dhcpv6.duid.type[1]"),
        (f"{O}[4].value", 7, "dhcpv6.option_preference"),
        (f"{O}[5].value", ["2001:db8::53"], "dhcpv6.dns_server", "2001:db8::53"),
        (f"{O}[6].value[1]", "eng.lab.test", "dhcpv6.search_list_entry[1]", "eng.lab.test."),
        (f"{O}[7].value", ["2001:db8::123"], "dhcpv6.sntp_server", "2001:db8::123"),
        (f"{O}[8].value", 3600, "dhcpv6.lifetime"),
    ],
}) + rows("dhcpv6-relay.pcap", {
    1: [
        (f"{O}[0].value", b"\1\0\0\0", "dhcpv6.interface_id", "01000000"),
        (f"{D}[1].value[3].code", 32, "dhcpv6.requested_option_code[3]"),
        (f"{D}[2].value", 0, "dhcpv6.elapsed_time"),
        (f"{D}[3].value.flags.s", 1, "dhcpv6.clientfqdn.client.s"),
        (f"{D}[3].value.domain", "six.lab.test", "dhcpv6.client_domain", "six.lab.test."),
        (f"{D}[4].value.t2", 5400, "dhcpv6.iaid.t2"),
    ],
}) + rows("corpus:tcpdump/dhcpv6-ntp-server.pcap", {
    1: [
        (f"{O}[2].value[1].multicast", "ff05::101", "tcpdump", "subopt:2 ff05::101"),
        (f"{O}[2].value[2].name", "ntp.example.com", "tcpdump", "subopt:3 ntp.example.com."),
    ],
}) + rows("corpus:tcpdump/dhcpv6-sip-server-d.pcap", {
    1: [(f"{O}[2].value[2]", "sip3.sub.my-domain.org", "tcpdump")],
}) + rows("corpus:tcpdump/dhcpv6-vendor-specific-information.pcap", {
    1: [(f"{D}[1].value.enterprise", 4491, "dhcpv6.vendoropts.enterprise")],
}) + rows("corpus:tcpdump/dhcpv6-mud.pcap", {
    1: [(f"{D}[6].value", "https://mudctl.example.com/.well-known/mud/v1/rasbp101", "tcpdump")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def read(data: str) -> Reader:
    content = bytes.fromhex(data)
    return Reader(content, 0, len(content), "DHCPv6 option")


@pytest.mark.parametrize(
    ("code", "data", "expected"),
    [
        (4, "00000001", {"iaid": 1, "options": []}),
        (12, "20010db8" + "00" * 11 + "01", "2001:db8::1"),
        (13, "0002 6e6f", {"status": 2, "status_name": "NoAddrsAvail", "message": "no"}),
        (14, "", None),
        (15, "0003 616263 0001 ff", ["abc", b"\xff"]),
        (16, "00000009 0001 61", {"enterprise": 9, "data": ["a"]}),
        (17, "00000009 0001 0002 abcd", {"enterprise": 9, "options": [{"code": 1, "data": b"\xab\xcd"}]}),
        (17, "00000009 0001 0009 ab", {"enterprise": 9, "data": bytes.fromhex("00010009ab")}),
        (18, "657468302f31", "eth0/1"),
        (37, "00000009 0102", {"enterprise": 9, "remote_id": b"\1\2"}),
        (39, "04 0161", {"flags": {"n": 1, "o": 0, "s": 0}, "domain": "a"}),
        (39, "00", {"flags": {"n": 0, "o": 0, "s": 0}, "domain": ""}),
        (56, "0001 0010 20010db8" + "00" * 11 + "01", [{"address": "2001:db8::1"}]),
        (56, "0003 0003 016100 0009 0001 ff", [{"name": "a"}, {"suboption_9": b"\xff"}]),
        (60, "0002 6162", ["ab"]),
        (61, "0007", [7]),
        (62, "01 03 10", {"type": 1, "major": 3, "minor": 16}),
        (79, "0001 020000000001", {"hardware_type": 1, "address": "02:00:00:00:00:01"}),
        (999, "01", b"\1"),
    ],
)
def test_values(code: int, data: str, expected: Any) -> None:
    assert option(code, read(data)) == {"code": code, "name": name(code), "value": expected}


@pytest.mark.parametrize(
    ("code", "data", "reason"),
    [
        (3, "00000001", "DHCPv6 option: 4 bytes in 0"),
        (5, "20010db8", "DHCPv6 option: 16 bytes in 4"),
        (7, "0101", "1 bytes too many"),
        (8, "01", "DHCPv6 option: 2 bytes in 1"),
        (14, "00", "1 bytes too many"),
        (23, "00" * 17, "1 bytes too many"),
        (24, "0961", "DNS: 9 bytes in 1"),
        (16, "00000009 0009 61", "DHCPv6 option: 9 bytes in 1"),
    ],
)
def test_what_cannot_be_read_keeps_its_bytes(code: int, data: str, reason: str) -> None:
    found = option(code, read(data))
    assert (found["value"], found["reason"]) == (bytes.fromhex(data), reason)


def test_options_within_options_are_bounded() -> None:
    data = b""
    for _ in range(8):
        data = b"\x00\x42" + len(data).to_bytes(2, "big") + data
    found: Any = option(66, Reader(data, 0, len(data), "DHCPv6 option"))
    for _ in range(4):
        found = found["value"][0]
    assert found["reason"] == "more than 4 options within each other"


def test_every_option_takes_anything() -> None:
    for code in OPTIONS:
        for content in (b"", b"\0", b"\xff" * 3, bytes(40), b"text", bytes(range(60))):
            plain(option(code, Reader(content, 0, len(content), "x")))


def test_lists_of_options() -> None:
    assert [(code, one.left) for code, one in split(read("0001 0002 abcd 0002 0000"))] == [(1, 2), (2, 0)]
    with pytest.raises(Malformed) as malformed:
        list(split(read("0001 0000 0002 0009 00")))
    assert malformed.value.at == 4
