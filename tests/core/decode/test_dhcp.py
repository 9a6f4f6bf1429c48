from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, packets, rows

from pcaptools.core.decode.dhcp import DHCP
from pcaptools.core.decode.layer import decode_layer

P = "link.ip.udp.dhcp."

CHECKS = rows("dhcp-relay.pcap", {
    2: [
        (P + "type", 2, "dhcp.type"),
        (P + "type_name", "Boot Reply", "dhcp.type", "2"),
        (P + "hw_type", 1, "dhcp.hw.type"),
        (P + "hw_len", 6, "dhcp.hw.len"),
        (P + "hops", 1, "dhcp.hops"),
        (P + "id", 0x6AD07F2D, "dhcp.id"),
        (P + "secs", 0, "dhcp.secs"),
        (P + "flags.broadcast", 0, "dhcp.flags.bc"),
        (P + "ip_client", "0.0.0.0", "dhcp.ip.client"),
        (P + "ip_your", "10.8.0.100", "dhcp.ip.your"),
        (P + "ip_server", "0.0.0.0", "dhcp.ip.server"),
        (P + "ip_relay", "10.8.0.1", "dhcp.ip.relay"),
        (P + "hw_mac_addr", "9a:c3:04:a3:04:33", "dhcp.hw.mac_addr"),
        (P + "message_type", 2, "dhcp.option.dhcp"),
    ],
}) + rows("dhcp.pcap", {
    2: [(P + "server", "boothost", "dhcp.server"), (P + "file", "pxelinux.0", "dhcp.file")],
    11: [(P + "message_type_name", "Release", "tcpdump", "Release"), (P + "ip_client", "10.8.0.78", "dhcp.ip.client")],
}) + rows("corpus:zeek/dhcp/dhcp.pcap", {
    4: [(P + "flags.broadcast", 1, "dhcp.flags.bc"), (P + "message_type_name", "NAK", "dhcp.option.dhcp", "6")],
}) + rows("corpus:zeek/dhcp/hw-type0.pcap", {
    1: [(P + "hw_mac_addr", "cc:00:0a:c4:00:00", "dhcp.hw.mac_addr"), (P + "id", 0x155C, "dhcp.id")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def message(
    options: str = "", *, server: bytes = b"", file: bytes = b"", hlen: int = 6, cookie: bytes = b"c\x82Sc"
) -> Any:
    head = bytes((1, 1, hlen, 0)) + bytes(24) + bytes(range(16)) + server.ljust(64, b"\0") + file.ljust(128, b"\0")
    data = head + cookie + bytes.fromhex(options)
    return decode_layer(DHCP, data, 0, len(data), 3)


def codes(found: DHCP) -> list[int]:
    return [option["code"] for option in found.options]


def test_bootp_has_no_message_type() -> None:  # RFC 951
    found = message(cookie=bytes(64))
    assert (found.message_type, found.message_type_name, found.options, found.child) == (None, None, [], None)
    assert message("ff").message_type is None


def test_names_of_host_and_file() -> None:
    found = message("ff", server=b"boot\0junk", file=b"a/b\xff")
    assert (found.server, found.file) == ("boot", r"a/b\xff")


def test_options_in_the_fields_for_names() -> None:  # RFC 2131, 4.1; RFC 2132, 9.3
    found = message("350105 340103 ff", server=b"\x0f\x01s\xff", file=b"\x0c\x01f\xff")
    assert codes(found) == [53, 52, 12, 15]
    assert (found.option(12), found.option(15), found.server, found.file) == ("f", "s", "", "")
    found = message("340101 ff", server=b"host", file=b"\x0c\x01f\xff")
    assert (codes(found), found.server, found.file) == ([52, 12], "host", "")
    assert message("3400 ff").options[0]["reason"] == "a number of 1 bytes in 0"


def test_pieces_of_an_option_are_put_together() -> None:  # RFC 3396, 5
    found = message("0c026162 0f0178 0c0163 ff")
    assert (codes(found), found.option(12)) == ([12, 15], "abc")
    found = message("340101 0c0161 ff", file=b"\x0c\x01b\xff")
    assert found.option(12) == "ab"


def test_hardware_addresses_of_any_length() -> None:
    assert message("ff", hlen=0).hw_mac_addr == ""
    assert message("ff", hlen=255).hw_mac_addr == ":".join(f"{n:02x}" for n in range(16))


def test_an_option_that_is_cut_short_keeps_those_before() -> None:
    found = message("350101 0c0961")
    assert (found.message_type_name, codes(found)) == ("Discover", [53])
    assert found.malformed.payload == b"\x0c\x09a"
    assert found.malformed.reason == "DHCP option: 9 bytes in 1"
    assert message("350101 0c").malformed.reason == "DHCP option: 1 bytes in 0"
    assert message("340101 ff", file=b"\x0c\xff").malformed.reason == "DHCP option: 255 bytes in 126"


def test_an_option_without_content_has_no_value() -> None:
    found = message("350101 3200 ff")
    assert found.option(50) is None
    assert found.option(99) is None


def test_truncations_keep_what_came_before() -> None:
    whole = packets("dhcp.pcap")[7].link.ip.udp.dhcp
    data = whole.data[whole.start : whole.end]
    for size in range(len(data)):
        for end in (size, len(data)):
            found = decode_layer(DHCP, data[:size], 0, end, 3)
            if size < 236:
                assert found.key == ("malformed" if end == size else "truncated")
            else:
                assert isinstance(found, DHCP)
                assert [repr(one) for one in found.options[:10]] == [repr(one) for one in whole.options[:10]][
                    : len(found.options)
                ]
                assert found.as_dict()
