from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode import secrets
from pcaptools.core.decode.layer import plain
from pcaptools.core.decode.radiusattributes import ATTRIBUTES, attribute

A = "link.ip.udp.radius.attributes"

CHECKS = rows("radius.pcap", {
    1: [
        (f"{A}[0].type", 1, "radius.avp.type"),
        (f"{A}[0].name", "User-Name", "tcpdump", "User-Name Attribute (1)"),
        (f"{A}[0].value", "bob", "radius.User_Name"),
        (f"{A}[1].value", "[hidden]", "radius.User_Password_encrypted", "d1c3f740376767f4f16c90f7b30ff5f7"),
        (f"{A}[2].value", "10.9.0.2", "radius.NAS_IP_Address"),
        (f"{A}[3].value", 7, "radius.NAS_Port"),
        (f"{A}[4].value_name", "Wireless-802.11", "radius.NAS_Port_Type", "19"),
        (f"{A}[5].value", "02-00-00-00-00-01:lab", "radius.Called_Station_Id"),
        (f"{A}[6].value", "02-00-00-00-00-02", "radius.Calling_Station_Id"),
        (f"{A}[7].value_name", "Framed", "radius.Service_Type", "2"),
        (f"{A}[8].value", 1400, "radius.Framed_MTU"),
        (f"{A}[9].value", "2001:db8::2", "radius.NAS_IPv6_Address"),
        (
            f"{A}[10].value", bytes.fromhex("d35532d3410de41ea0b5cfa1c0968bab"),
            "radius.Message_Authenticator", "d35532d3410de41ea0b5cfa1c0968bab",
        ),
    ],
    2: [
        (f"{A}[0].value", "Welcome, bob", "radius.Reply_Message"),
        (f"{A}[1].value", "192.0.2.7", "radius.Framed-IP-Address"),
        (f"{A}[2].value", 3600, "radius.Session_Timeout"),
        (f"{A}[3].value_name", "VLAN", "radius.Tunnel_Type", "13"),
        (f"{A}[3].tag", 0, "radius.Tunnel_Type.tag"),
        (f"{A}[4].value_name", "IEEE-802", "radius.Tunnel_Medium_Type", "6"),
        (f"{A}[5].value", "42", "radius.Tunnel_Private_Group_Id"),
        (f"{A}[6].value", b"\1\2", "radius.Class", "0102"),
        (f"{A}[7].value.vendor", 9, "radius.avp.vendor_id"),
        (f"{A}[7].value.attributes[0].type", 1, "radius.avp.vendor_type"),
        (f"{A}[7].value.attributes[0].value", "shell:priv-lvl=15", "radius.Cisco_AVPair"),
    ],
    5: [(f"{A}[1].value", "[hidden]", "radius.avp.type[1]", "3")],
    7: [
        (f"{A}[0].value_name", "Start", "radius.Acct_Status_Type", "1"),
        (f"{A}[1].value", "0001", "radius.Acct_Session_Id"),
        (f"{A}[6].value", 10, "radius.Acct_Session_Time"),
        (f"{A}[7].value", 1000, "radius.Acct_Input_Octets"),
        (f"{A}[8].value", 1767225600, "radius.Event_Timestamp", "Jan  1, 2026 00:00:00.000000000 UTC"),
    ],
}) + rows("corpus:tcpdump/RADIUS-RFC3162.pcap", {
    1: [
        (f"{A}[2].value", "2001:db8:a0b:12f0::1", "tcpdump"),
        (f"{A}[3].value", "2001:db8:a0b:12f0::/64", "tcpdump"),
        (f"{A}[5].value", "::/0", "tcpdump", "Value: ::/0"),
        (f"{A}[6].reason", "a prefix in 1 bytes", "tcpdump", "ERROR: length 1 not in range (2..18)"),
        (f"{A}[7].reason", "a prefix in 19 bytes", "tcpdump", "ERROR: length 19 not in range (2..18)"),
        (f"{A}[8].reason", "a prefix in 18 bytes", "tcpdump", "ERROR: netmask 129 not in range (0..128)"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


@pytest.mark.parametrize(
    ("kind", "data", "value"),
    [
        (4, "0a000001", "10.0.0.1"),
        (81, "013432", "42"),  # RFC 2868, 3.6: behind a tag
        (81, "3432", "42"),
        (81, "", ""),
        (89, "616263", "abc"),
        (89, "00ff", b"\0\xff"),
        (97, "0040 20010db800000001", "2001:db8:0:1::/64"),  # RFC 3162, 2.3
        (97, "0000", "::/0"),
        (124, "0000000000000001", 1),
        (200, "01", b"\1"),
        (26, "00000009", {"vendor": 9, "vendor_name": "Cisco", "attributes": []}),
        (26, "0000ffff 01 03 ff", {
            "vendor": 65535, "vendor_name": "unknown", "attributes": [{"type": 1, "value": b"\xff"}],
        }),
        (26, "0000ffff 0102", {"vendor": 65535, "vendor_name": "unknown", "attributes": [{"type": 1, "value": ""}]}),
        (26, "0000ffff 0101", {"vendor": 65535, "vendor_name": "unknown", "data": b"\1\1"}),
        (26, "0000ffff 01", {"vendor": 65535, "vendor_name": "unknown", "data": b"\1"}),
    ],
)  # fmt: skip
def test_values(kind: int, data: str, value: Any) -> None:
    found = attribute(kind, bytes.fromhex(data))
    assert (found["value"], found.get("reason")) == (value, None)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (2, "7365637265742121"), (3, "01" + "73" * 16), (69, "00800173656372657421"), (70, "7365637265742121"),
        (121, "73656372657421"),
        (26, "00000137 10 06 73656372"),  # MS-MPPE-Send-Key (RFC 2548, 2.4.2)
        (26, "00000137 01 04 7365 63"),
    ],
)  # fmt: skip
def test_secrets_are_hidden(kind: int, data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytes.fromhex(data)
    shown = repr(plain(attribute(kind, content)))
    assert "[hidden]" in shown
    assert "7365" not in shown
    assert "se" not in shown.replace("secrets", "").partition("value")[2]
    monkeypatch.setattr(secrets, "shown", True)
    assert "73" in repr(plain(attribute(kind, content)))


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        (4, "0a00", "an address of 4 bytes in 2"),
        (5, "01", "a number of 4 bytes in 1"),
        (64, "01", "a number of 4 bytes in 1"),
        (95, "00", "an address of 16 bytes in 1"),
        (97, "00", "a prefix in 1 bytes"),
        (97, "00ff", "a prefix in 2 bytes"),
        (26, "0000", "vendor-specific attribute: 4 bytes in 2"),
    ],
)
def test_what_cannot_be_read_keeps_its_bytes(kind: int, data: str, reason: str) -> None:
    found = attribute(kind, bytes.fromhex(data))
    assert (found["value"], found["reason"]) == (bytes.fromhex(data), reason)


def test_every_attribute_takes_anything() -> None:
    for kind in ATTRIBUTES:
        for content in (b"", b"\0", b"\xff" * 3, bytes(16), b"text", bytes(range(40))):
            plain(attribute(kind, content))
