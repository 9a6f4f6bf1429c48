from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, packets, rows

from pcaptools.core.decode.dhcpoptions import OPTIONS, name, option, split
from pcaptools.core.decode.layer import Cut, Malformed, plain

O = "link.ip.udp.dhcp.options"  # noqa: E741

CHECKS = rows("dhcp.pcap", {
    5: [
        (f"{O}[4].name", "Parameter Request List", "tcpdump", "Parameter-Request (55)"),
        (f"{O}[4].value[0].code", 1, "dhcp.option.request_list_item"),
        (f"{O}[4].value[6].code", 42, "dhcp.option.request_list_item[6]"),
        (f"{O}[7].value.type", 1, "dhcp.hw.type[1]", "0x01"),
        (f"{O}[7].value.address", "9a:c3:04:a3:04:33", "dhcp.hw.mac_addr[1]"),
    ],
    8: [
        (f"{O}[0].value.type_name", "Offer", "dhcp.option.dhcp", "2"),
        (f"{O}[1].value", "10.8.0.1", "dhcp.option.dhcp_server_id"),
        (f"{O}[2].value", 3600, "dhcp.option.ip_address_lease_time"),
        (f"{O}[3].value", 1800, "dhcp.option.renewal_time_value"),
        (f"{O}[4].value", 3150, "dhcp.option.rebinding_time_value"),
        (f"{O}[5].value", "255.255.255.0", "dhcp.option.subnet_mask"),
        (f"{O}[6].value", "10.8.0.255", "dhcp.option.broadcast_address"),
        (f"{O}[7].value", "lab.test", "dhcp.option.domain_name"),
        (f"{O}[8].value", "client2", "dhcp.option.hostname"),
        (f"{O}[9].value.flags.e", 1, "dhcp.fqdn.e"),
        (f"{O}[9].value.flags.s", 1, "dhcp.fqdn.s"),
        (f"{O}[9].value.rcode1", 255, "dhcp.fqdn.rcode1"),
        (f"{O}[9].value.domain", "client2.lab.test", "dhcp.fqdn.name"),
        (f"{O}[10].value", ["192.0.2.14"], "dhcp.option.log_server", "192.0.2.14"),
        (f"{O}[11].value", 1400, "dhcp.option.interface_mtu"),
        (f"{O}[12].value[0].destination", "192.0.2.0/24", "dhcp.option.classless_static_route", "18c000020a0800fe"),
        (f"{O}[12].value[0].router", "10.8.0.254", "dhcp.option.classless_static_route", "18c000020a0800fe"),
        (f"{O}[12].value[1].destination", "0.0.0.0/0", "dhcp.option.classless_static_route[1]", "000a080001"),
        (f"{O}[13].value[1]", "eng.lab.test", "dhcp.option.dhcp_dns_domain_search_list_fqdn[1]"),
        (f"{O}[14].value[0]", "192.0.2.123", "dhcp.option.ntp_server"),
        (f"{O}[15].value[1]", "192.0.2.53", "dhcp.option.domain_name_server[1]"),
        (f"{O}[16].value[0]", "10.8.0.1", "dhcp.option.router"),
        (f"{O}[17].value[0].data", b"\x08", "dhcp.option.vendor.value", "060108ff"),
        (f"{O}[17].value[1].data", b"\0\0\0\1", "dhcp.option.vendor.value[1]", "020400000001ff"),
        (f"{O}[18].value", "MSFT 5.0", "dhcp.option.vendor_class_id"),
    ],
    9: [
        (f"{O}[2].value", "10.8.0.78", "dhcp.option.requested_ip_address"),
        (f"{O}[7].value", {"type": 99, "data": b"id-2"}, "dhcp.option.value[7]", "6369642d32"),
        (f"{O}[8].value", ["user"], "dhcp.option.user_class.text", "user"),
    ],
}) + rows("dhcp-relay.pcap", {
    2: [
        (f"{O}[7].value[0].code", 1, "dhcp.option.agent_information_option.suboption"),
        (f"{O}[7].value[0].value", "ib1", "dhcp.option.agent_information_option.agent_circuit_id", "696231"),
    ],
}) + rows("corpus:tcpdump/dhcp-option-108.pcapng", {
    2: [(f"{O}[9].value", 900, "dhcp.option.value[9]", "00000384")],
}) + rows("corpus:tcpdump/dhcp-rfc3004.pcap", {
    1: [(f"{O}[3].value[1]", "subopt2-123456789", "tcpdump", 'instance#2: "subopt2-123456789", length 17')],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def value(code: int, data: str) -> Any:
    found = option(code, bytes.fromhex(data))
    assert "reason" not in found, found
    return found["value"]


def fqdn(domain: str, e: int) -> dict[str, Any]:
    return {"flags": {"n": 0, "e": e, "o": 0, "s": 0}, "rcode1": 0, "rcode2": 0, "domain": domain}


@pytest.mark.parametrize(
    ("code", "data", "expected"),
    [
        (2, "fffff1f0", -3600),  # RFC 2132, 3.4: signed
        (12, "686f737400", "host"),
        (19, "01", True),
        (21, "0a000000ff000000", [["10.0.0.0", "255.0.0.0"]]),
        (25, "004401fc", [68, 508]),
        (43, "0102abcdff", [{"code": 1, "data": b"\xab\xcd"}]),
        (43, "0109ab", b"\x01\x09\xab"),  # no options: the vendor's own form
        (52, "03", {"fields": 3, "names": ["file", "sname"]}),
        (53, "63", {"type": 99, "type_name": "unknown"}),
        (61, "01020000000001", {"type": 1, "address": "02:00:00:00:00:01"}),
        (61, "00616263", {"type": 0, "data": b"abc"}),
        (77, "0474657374", ["test"]),
        (77, "6951504945", ["iQPIE"]),  # as iPXE sends it, without lengths
        (78, "01 0a000001", {"mandatory": 1, "addresses": ["10.0.0.1"]}),
        (79, "00 61", {"mandatory": 0, "scopes": "a"}),
        (80, "", None),
        (81, "00 00 00 686f7374", fqdn("host", e=0)),
        (81, "04 00 00 04686f7374", fqdn("host", e=1)),  # RFC 4702, 2.3.1: a partial name
        (81, "04 00 00", fqdn("", e=1)),
        (90, "01 01 00 0000000000000001 aa", {
            "protocol": 1, "algorithm": 1, "rdm": 0, "replay_detection": bytes(7) + b"\1", "information": b"\xaa",
        }),
        (93, "00000007", [0, 7]),
        (94, "010310", {"type": 1, "major": 3, "minor": 16}),
        (97, "00" + "11" * 16, {"type": 0, "uuid": b"\x11" * 16}),
        # RFC 3397, 3
        (119, "03656e67056170706c6503636f6d00 096d61726b6574696e67c004", ["eng.apple.com", "marketing.apple.com"]),
        (120, "00 0161 00", ["a"]),
        (120, "01 0a000001", ["10.0.0.1"]),
        # RFC 3442: 10.0.0.0/8, 10.17.0.0/16 and 129.210.177.132/25 as it shows them
        (121, "08 0a 0a000001 10 0a11 0a000002 19 81d2b184 0a000003", [
            {"destination": "10.0.0.0/8", "router": "10.0.0.1"}, {"destination": "10.17.0.0/16", "router": "10.0.0.2"},
            {"destination": "129.210.177.132/25", "router": "10.0.0.3"},
        ]),
        (124, "00000009 04 03616263", [{"enterprise": 9, "data": ["abc"]}]),
        (125, "00000de9 03 01 01 ff", [{"enterprise": 3561, "options": [{"code": 1, "data": b"\xff"}]}]),
        (151, "00 6f6b", {"status": 0, "message": "ok"}),
        (212, "0e 20 20010db8" + "00" * 12 + "c0000201", {
            "mask_length": 14, "prefix": "2001:db8::/32", "relays": ["192.0.2.1"],
        }),
        (230, "0102", b"\1\2"),
    ],
)  # fmt: skip
def test_values(code: int, data: str, expected: Any) -> None:
    assert value(code, data) == expected


def test_client_identifiers_with_a_duid() -> None:  # RFC 4361, 6.1
    found = value(61, "ff 00000001 0003 0001 020000000001")
    assert (found["iaid"], found["duid"]["address"]) == (1, "02:00:00:00:00:01")


def test_relay_suboptions() -> None:  # RFC 3046, 2
    found = value(82, "0104000400a1 0206aabbccddeeff 0504c0a80100 0b020102 6301ff")
    assert [(one["name"], one["value"], "reason" in one) for one in found] == [
        ("Agent Circuit ID", b"\0\4\0\xa1", False), ("Agent Remote ID", bytes.fromhex("aabbccddeeff"), False),
        ("Link selection", "192.168.1.0", False), ("Server ID Override", b"\1\2", True),
        ("Suboption 99", b"\xff", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "data", "reason"),
    [
        (1, "ffff", "an address of 4 bytes in 2"),
        (3, "0a0000", "values of 4 bytes in 3"),
        (6, "", "values of 4 bytes in 0"),
        (51, "01", "a number of 4 bytes in 1"),
        (53, "", "a number of 1 bytes in 0"),
        (61, "", "client identifier: 1 bytes in 0"),
        (80, "00", "1 bytes, where there should be none"),
        (81, "00", "client FQDN: 1 bytes in 0"),
        (82, "01ff00", "suboption: 255 bytes in 1"),
        (94, "0102", "3 bytes in 2"),
        (119, "c000", "DNS name with a pointer to 0 from 0: not backwards"),
        (119, "016100" + "c000" * 100, "more than 100 names"),
        (120, "02", "neither names nor addresses"),
        (121, "21", "a route with a prefix of 33 bits"),
        (121, "18 0a", "route: 3 bytes in 1"),
        (124, "00000009 05 0361", "vendor class: 5 bytes in 2"),
    ],
)
def test_what_cannot_be_read_keeps_its_bytes(code: int, data: str, reason: str) -> None:
    assert option(code, bytes.fromhex(data)) == {
        "code": code, "name": name(code), "value": bytes.fromhex(data), "reason": reason,
    }  # fmt: skip


def test_every_option_takes_anything() -> None:
    for code in OPTIONS:
        for content in (b"", b"\0", b"\xff" * 3, bytes(16), b"text", bytes(range(40)), b"\xc0\0" * 9):
            plain(option(code, content))


def test_lists_of_options() -> None:
    assert list(split(bytes.fromhex("00 0c 01 61 00 ff 63"), 0, 7)) == [(12, b"a")]
    found = split(bytes.fromhex("0c0161 0c05"), 0, 5)
    assert next(found) == (12, b"a")
    with pytest.raises(Malformed) as malformed:
        next(found)
    assert malformed.value.at == 3
    with pytest.raises(Cut):
        list(split(bytes.fromhex("0c05"), 0, 7))


def test_real_messages_have_no_option_that_cannot_be_read() -> None:
    for capture in ("dhcp.pcap", "dhcp-relay.pcap"):
        for packet in packets(capture):
            assert [one for one in packet.link.ip.udp.dhcp.options if "reason" in one] == []
