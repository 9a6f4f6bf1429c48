"""What the options of PPP's control protocols mean."""

from __future__ import annotations

from socket import AF_INET, inet_ntop  # of socket, only the formatting
from typing import Any

from pcaptools.core.decode.layer import octets, text
from pcaptools.core.decode.ppp_numbers import CHAP_ALGORITHMS, ENDPOINT_CLASSES, PROTOCOL_NAMES

MRU, ACCM, AUTHENTICATION, QUALITY, MAGIC, CALLBACK, MRRU, ENDPOINT, LINK = 1, 2, 3, 4, 5, 13, 17, 19, 23
CHAP, VAN_JACOBSON = 0xC223, 0x002D
CALLBACKS = {0: "by user", 1: "dialing string", 2: "location", 3: "E.164 number", 4: "name", 6: "CBCP"}


def lcp_value(kind: int, value: bytes) -> Any:
    """Return what an option of LCP means (RFC 1661, 6; RFC 1570; RFC 1990)."""
    if kind in {MRU, MRRU, LINK} and len(value) == 2:
        return int.from_bytes(value, "big")
    if kind in {ACCM, MAGIC} and len(value) == 4:
        return int.from_bytes(value, "big")
    if kind in {AUTHENTICATION, QUALITY} and len(value) >= 2:
        return _protocol(int.from_bytes(value[:2], "big"), value[2:])
    if kind == CALLBACK and value:
        return f"{CALLBACKS.get(value[0], str(value[0]))} {text(value[1:])}".rstrip()
    if kind == ENDPOINT and value:
        return _endpoint(value[0], value[1:])
    return value or None


def _protocol(number: int, rest: bytes) -> str:
    name = PROTOCOL_NAMES.get(number, f"{number:#06x}")
    if number == CHAP and rest:
        return f"{name} {CHAP_ALGORITHMS.get(rest[0], str(rest[0]))}"
    return f"{name} {rest.hex()}".rstrip()


def _endpoint(kind: int, address: bytes) -> str:
    name = ENDPOINT_CLASSES.get(kind, str(kind))
    if name == "IP" and len(address) == 4:
        return f"{name} {inet_ntop(AF_INET, address)}"
    return f"{name} {octets(address)}".rstrip()


def ipcp_value(kind: int, value: bytes) -> Any:
    """Return what an option of IPCP means (RFC 1332, 3; RFC 1877, 1)."""
    if kind in {3, 4, 129, 130, 131, 132, 144} and len(value) == 4:
        return inet_ntop(AF_INET, value)
    if kind == 1 and len(value) == 8:
        return f"{inet_ntop(AF_INET, value[:4])} {inet_ntop(AF_INET, value[4:])}"
    if kind == 2 and len(value) >= 2:
        number = int.from_bytes(value[:2], "big")
        if number == VAN_JACOBSON and len(value) == 4:  # RFC 1332, 4
            return f"VJ, {value[2] + 1} slots" + (", slot compressed" if value[3] else "")
        return f"{PROTOCOL_NAMES.get(number, f'{number:#06x}')} {value[2:].hex()}".rstrip()
    return value


def ipv6cp_value(kind: int, value: bytes) -> Any:
    """Return what an option of IPv6CP means (RFC 5072, 4.1)."""
    if kind == 1 and len(value) == 8:
        return value.hex(":", 2)
    return value
