"""Values by the RFCs; test_ppp_control.py has those of real sessions."""

import pytest

from pcaptools.core.decode.ppp_values import ipcp_value, ipv6cp_value, lcp_value


@pytest.mark.parametrize(
    ("kind", "value", "meaning"),
    [
        (1, "05d4", 1492),  # RFC 1661, 6.1
        (2, "000a0000", 0x000A0000),  # RFC 1662, 7.1
        (3, "c023", "PAP"),
        (3, "c22305", "CHAP MD5"),
        (3, "c22381", "CHAP MS-CHAPv2"),
        (3, "c227", "EAP"),
        (4, "c02500000064", "LQR 00000064"),  # RFC 1661, 6.3
        (5, "01020304", 0x01020304),
        (7, "", None),
        (13, "03313233", "E.164 number 123"),  # RFC 1570, 2.3
        (17, "05dc", 1500),
        (19, "020a000001", "IP 10.0.0.1"),  # RFC 1990, 5.1.3
        (19, "03000102030405", "MAC 00:01:02:03:04:05"),
        (19, "00", "null"),
        (1, "05", b"\x05"),  # not what it should be
        (99, "0102", b"\x01\x02"),
    ],
)
def test_lcp(kind: int, value: str, meaning: object) -> None:
    assert lcp_value(kind, bytes.fromhex(value)) == meaning


@pytest.mark.parametrize(
    ("kind", "value", "meaning"),
    [
        (3, "0a000001", "10.0.0.1"),
        (129, "0a000035", "10.0.0.53"),  # RFC 1877
        (1, "0a0000010a000002", "10.0.0.1 10.0.0.2"),
        (2, "002d0f01", "VJ, 16 slots, slot compressed"),  # RFC 1332, 4
        (2, "002d0f00", "VJ, 16 slots"),
        (2, "0061", "IPHC full header"),
        (3, "0a", b"\x0a"),
    ],
)
def test_ipcp(kind: int, value: str, meaning: object) -> None:
    assert ipcp_value(kind, bytes.fromhex(value)) == meaning


def test_ipv6cp() -> None:  # RFC 5072, 4.1
    assert ipv6cp_value(1, bytes.fromhex("d8d8e8732af533be")) == "d8d8:e873:2af5:33be"
    assert ipv6cp_value(1, b"\0") == b"\0"
