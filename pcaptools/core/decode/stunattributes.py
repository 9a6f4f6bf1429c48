"""The attributes of STUN (RFC 8489, 14), of TURN (RFC 8656) and ICE (RFC 8445): names, and what they hold."""

from __future__ import annotations

from collections.abc import Callable
from socket import AF_INET, AF_INET6, inet_ntop  # of socket, only the formatting
from typing import Any

from pcaptools.core.decode.layer import Malformed, text
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.secrets import secret

Fields = dict[str, Any]
Kind = Callable[[Reader, bytes], Any]
"""Reads the content; the second argument is the cookie and the transaction, which XOR'ed addresses need."""

FAMILIES = {1: (AF_INET, 4), 2: (AF_INET6, 16)}


def attribute(kind: int, read: Reader, mask: bytes) -> Fields:
    """Return an attribute as type, name and value; what is not as it should be keeps its bytes, and the reason."""
    name, reader = ATTRIBUTES.get(kind, (f"Attribute {kind:#06x}", _bytes))
    found: Fields = {"type": kind, "name": name}
    begin, end = read.at, read.end
    try:
        value = reader(read, mask)
        if read.left:
            raise Malformed(f"{read.left} bytes too many")
    except Malformed as error:
        return {**found, "value": read.data[begin:end], "reason": str(error)}
    return {**found, "value": value}


def _bytes(read: Reader, _: bytes) -> bytes:
    return read.rest()


def _text(read: Reader, _: bytes) -> str:
    return text(read.rest())


def _secret(read: Reader, _: bytes) -> str:
    return secret(text(read.rest()))


def _u32(read: Reader, _: bytes) -> int:
    return read.u32()


def _u64(read: Reader, _: bytes) -> int:
    return read.u64()


def _flag(_: Reader, __: bytes) -> None:
    return None


def _address(read: Reader, _: bytes) -> Fields:
    return _plain_address(read, bytes(16))


def _xor_address(read: Reader, mask: bytes) -> Fields:
    """Read an address that no middlebox recognises as one (RFC 8489, 14.2)."""
    return _plain_address(read, mask)


def _plain_address(read: Reader, mask: bytes) -> Fields:
    read.skip(1)
    family = read.u8()
    if family not in FAMILIES:
        raise Malformed(f"address family {family}")
    ours, size = FAMILIES[family]
    port = read.u16() ^ int.from_bytes(mask[:2], "big")
    address = int.from_bytes(read.take(size), "big") ^ int.from_bytes(mask[:size], "big")
    return {"address": inet_ntop(ours, address.to_bytes(size, "big")), "port": port}


def _error(read: Reader, _: bytes) -> Fields:  # RFC 8489, 14.8
    read.skip(2)
    hundreds, rest = read.u8() & 7, read.u8()
    return {"code": hundreds * 100 + rest, "reason": text(read.rest())}


def _types(read: Reader, _: bytes) -> list[str]:
    found = [read.u16() for _ in range(read.left // 2)]
    return [ATTRIBUTES[kind][0] if kind in ATTRIBUTES else f"{kind:#06x}" for kind in found]


def _change(read: Reader, _: bytes) -> dict[str, int]:  # RFC 3489, 11.2.4
    bits = read.u32()
    return {"change_ip": bits >> 2 & 1, "change_port": bits >> 1 & 1}


def _channel(read: Reader, _: bytes) -> int:  # RFC 8656, 18.1
    number = read.u16()
    read.skip(2)
    return number


def _transport(read: Reader, _: bytes) -> int:  # RFC 8656, 18.7: an IP protocol number
    number = read.u8()
    read.skip(3)
    return number


def _family(read: Reader, _: bytes) -> int:
    number = read.u8()
    read.skip(3)
    return number


def _even_port(read: Reader, _: bytes) -> int:
    return read.u8() >> 7


def _port(read: Reader, _: bytes) -> int:
    number = read.u16()
    read.skip(read.left)
    return number


ATTRIBUTES: dict[int, tuple[str, Kind]] = {
    0x0001: ("MAPPED-ADDRESS", _address), 0x0002: ("RESPONSE-ADDRESS", _address), 0x0003: ("CHANGE-REQUEST", _change),
    0x0004: ("SOURCE-ADDRESS", _address), 0x0005: ("CHANGED-ADDRESS", _address), 0x0006: ("USERNAME", _text),
    0x0007: ("PASSWORD", _secret), 0x0008: ("MESSAGE-INTEGRITY", _bytes), 0x0009: ("ERROR-CODE", _error),
    0x000A: ("UNKNOWN-ATTRIBUTES", _types), 0x000B: ("REFLECTED-FROM", _address), 0x000C: ("CHANNEL-NUMBER", _channel),
    0x000D: ("LIFETIME", _u32), 0x0010: ("BANDWIDTH", _u32), 0x0012: ("XOR-PEER-ADDRESS", _xor_address),
    0x0013: ("DATA", _bytes), 0x0014: ("REALM", _text), 0x0015: ("NONCE", _text),
    0x0016: ("XOR-RELAYED-ADDRESS", _xor_address), 0x0017: ("REQUESTED-ADDRESS-FAMILY", _family),
    0x0018: ("EVEN-PORT", _even_port), 0x0019: ("REQUESTED-TRANSPORT", _transport), 0x001A: ("DONT-FRAGMENT", _flag),
    0x001B: ("ACCESS-TOKEN", _bytes), 0x001C: ("MESSAGE-INTEGRITY-SHA256", _bytes),
    0x001D: ("PASSWORD-ALGORITHM", _bytes), 0x001E: ("USERHASH", _bytes), 0x0020: ("XOR-MAPPED-ADDRESS", _xor_address),
    0x0022: ("RESERVATION-TOKEN", _bytes), 0x0024: ("PRIORITY", _u32), 0x0025: ("USE-CANDIDATE", _flag),
    0x0026: ("PADDING", _bytes), 0x0027: ("RESPONSE-PORT", _port), 0x002A: ("CONNECTION-ID", _u32),
    0x8000: ("ADDITIONAL-ADDRESS-FAMILY", _family), 0x8001: ("ADDRESS-ERROR-CODE", _bytes),
    0x8002: ("PASSWORD-ALGORITHMS", _bytes), 0x8003: ("ALTERNATE-DOMAIN", _text), 0x8004: ("ICMP", _bytes),
    0x8020: ("XOR-MAPPED-ADDRESS", _xor_address), 0x8022: ("SOFTWARE", _text), 0x8023: ("ALTERNATE-SERVER", _address),
    0x8025: ("TRANSACTION-TRANSMIT-COUNTER", _bytes), 0x8027: ("CACHE-TIMEOUT", _u32), 0x8028: ("FINGERPRINT", _u32),
    0x8029: ("ICE-CONTROLLED", _u64), 0x802A: ("ICE-CONTROLLING", _u64), 0x802B: ("RESPONSE-ORIGIN", _address),
    0x802C: ("OTHER-ADDRESS", _address), 0x802D: ("ECN-CHECK", _bytes), 0x802E: ("THIRD-PARTY-AUTHORIZATION", _text),
    0x8030: ("MOBILITY-TICKET", _bytes), 0xC000: ("CISCO-STUN-FLOWDATA", _bytes), 0xC057: ("GOOG-NETWORK-INFO", _u32),
}  # fmt: skip
"""Type → name, and how its content is read."""
