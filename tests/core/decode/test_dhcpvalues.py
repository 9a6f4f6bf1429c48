"""Values are built here as the RFC that each function names lays them out; no program sends most of them."""

from __future__ import annotations

from typing import Any

import pytest

from pcaptools.core.decode import dhcpvalues as values
from pcaptools.core.decode.layer import Malformed
from pcaptools.core.decode.reader import Reader

COORDINATES = (
    (18 << 122)  # so many bits of the latitude count
    | (int(38.5 * (1 << 25)) << 88)
    | (17 << 82)
    | ((int(-77.25 * (1 << 25)) & (1 << 34) - 1) << 48)
    | (1 << 44)  # metres
    | (13 << 38)
    | (int(-15.5 * 256) & (1 << 30) - 1) << 8
    | (1 << 6)  # of RFC 6225
    | 1  # WGS 84
).to_bytes(16, "big")


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("domains", "0161 0162 00 0163 c000", ["a.b", "c.a.b"]),
        ("isns", "0001 0002 0003 00000004 0a000001 0a000002", {
            "functions": 1, "discovery_domain_access": 2, "administrative_flags": 3, "security": 4,
            "servers": ["10.0.0.1", "10.0.0.2"],
        }),
        ("civic_address", "01 4445 01 06 426179657269 03 03 4d9c6e", {
            "what": 1, "country": "DE",
            "elements": [{"type": 1, "text": "Bayeri"}, {"type": 3, "text": "M\\x9cn"}],
        }),
        ("coordinates", COORDINATES.hex(), {
            "latitude_uncertainty": 18, "latitude": 38.5, "longitude_uncertainty": 17, "longitude": -77.25,
            "altitude_type": 1, "altitude_uncertainty": 13, "altitude": -15.5, "version": 1, "datum": 1,
        }),
        ("provisioning_server", "00 0161 00", ["a"]),
        ("provisioning_server", "01 0a000001", ["10.0.0.1"]),
        ("uris", "0003 613a62 0001 63", ["a:b", "c"]),
        ("rdnss_selection", "01 0a000001 0a000002 0161 00", {
            "preference": 1, "servers": ["10.0.0.1", "10.0.0.2"], "domains": ["a"],
        }),
        ("pcp_servers", "08 0a000001 0a000002 04 0a000003", [["10.0.0.1", "10.0.0.2"], ["10.0.0.3"]]),
        ("port_parameters", "06 08 3400", {"offset": 6, "psid_length": 8, "psid": 0x3400}),
        ("encrypted_dns", "0012 0001 03 016100 04 0a000001 0003 0002 0355 0005 0002 02 0162", None),
        ("encrypted_dns", "000f 0001 03 016100 04 0a000001 00030002 0006 0002 03 016200", [
            {"priority": 1, "domain": "a", "addresses": ["10.0.0.1"], "parameters": b"\0\3\0\2"},
            {"priority": 2, "domain": "b"},
        ]),
        ("subnet_allocation", "01 01 01 ff", {
            "flags": 1, "suboptions": [{"code": 1, "name": "Suboption 1", "value": b"\xff"}],
        }),
        ("virtual_subnet", "00 76706e", {"type": 0, "identifier": "vpn"}),
    ],
)  # fmt: skip
def test_values(kind: str, data: str, expected: Any) -> None:
    read = getattr(values, kind)
    if expected is None:
        with pytest.raises(Malformed):
            read(bytes.fromhex(data))
    else:
        assert read(bytes.fromhex(data)) == expected


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        ("domains", "016100" + "c000" * 100, "more than 100 names"),
        ("isns", "0001", "iSNS: 2 bytes in 0"),
        ("isns", "0001 0002 0003 00000004 0a0000", "addresses of 4 bytes in 3"),
        ("civic_address", "01 4445 01 06 42", "civic address: 6 bytes in 1"),
        ("coordinates", "00", "coordinates of 16 bytes in 1"),
        ("provisioning_server", "", "provisioning server: 1 bytes in 0"),
        ("provisioning_server", "01 0a", "addresses of 4 bytes in 1"),
        ("uris", "0009 61", "URI: 9 bytes in 1"),
        ("rdnss_selection", "01 0a000001", "RDNSS selection: 4 bytes in 0"),
        ("pcp_servers", "08 0a000001", "PCP server: 8 bytes in 4"),
        ("port_parameters", "06", "port parameters: 1 bytes in 0"),
        ("encrypted_dns", "0009 00", "encrypted DNS: 9 bytes in 1"),
        ("subnet_allocation", "", "subnet allocation: 1 bytes in 0"),
        ("virtual_subnet", "", "virtual subnet: 1 bytes in 0"),
    ],
)
def test_what_is_wrong(kind: str, data: str, reason: str) -> None:
    with pytest.raises(Malformed, match=f"^{reason}$"):
        getattr(values, kind)(bytes.fromhex(data))


def test_addresses() -> None:
    assert values.addresses(Reader(b"\x0a\0\0\1", 0, 4, "x")) == ["10.0.0.1"]
    assert values.addresses(Reader(b"", 0, 0, "x")) == []


def test_text_where_it_is_some() -> None:
    assert values.printable(b"abc") == "abc"
    assert values.printable(b"a\x00") == b"a\x00"
    assert values.printable(b"\xff") == b"\xff"


def test_suboptions() -> None:
    read = values.suboptions({1: ("one", values.uris)})
    assert read(bytes.fromhex("0103000161 020162 0102ffff")) == [
        {"code": 1, "name": "one", "value": ["a"]},
        {"code": 2, "name": "Suboption 2", "value": "b"},
        {"code": 1, "name": "one", "value": b"\xff\xff", "reason": "URI: 65535 bytes in 0"},
    ]
    with pytest.raises(Malformed, match=r"^suboption: 5 bytes in 1$"):
        read(bytes.fromhex("010561"))
