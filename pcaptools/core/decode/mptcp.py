"""The option of Multipath TCP (RFC 8684, 3; version 0 is RFC 6824's)."""

from __future__ import annotations

from collections.abc import Callable

from pcaptools.core.decode.layer import Malformed
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields

SUBTYPES = {
    0: "MP_CAPABLE", 1: "MP_JOIN", 2: "DSS", 3: "ADD_ADDR", 4: "REMOVE_ADDR", 5: "MP_PRIO", 6: "MP_FAIL",
    7: "MP_FASTCLOSE", 8: "MP_TCPRST", 15: "MP_EXPERIMENTAL",
}  # fmt: skip
"""RFC 8684, 7.2."""
CAPABLE_FLAGS = ("checksum", "extensibility", "no_more_subflows")
"""A, B and C (RFC 8684, 3.1)."""
DSS_FLAGS = ("data_fin", "dsn_8_bytes", "dsn_present", "ack_8_bytes", "ack_present")
"""F, m, M, a and A (RFC 8684, 3.3)."""


def parse_mptcp(body: bytes) -> Fields:
    """Read an option's content; it never fails, what is wrong is told in the result."""
    number = body[0] >> 4
    fields: Fields = {"subtype": number, "subtype_name": SUBTYPES.get(number, "unknown")}
    read = Reader(body, 0, len(body), fields["subtype_name"])
    try:
        if number in PARSERS:
            PARSERS[number](read, fields)
        else:
            fields["content"] = body
    except Malformed as error:
        fields |= {"malformed": str(error), "content": body}
    return fields


def _capable(read: Reader, fields: Fields) -> None:
    """RFC 8684, 3.1: nothing, one key or both, and perhaps how much data comes with it."""
    fields["version"] = read.u8() & 15
    bits = read.u8()
    fields["flags"] = {name: bits >> 7 - at & 1 for at, name in enumerate(CAPABLE_FLAGS)}
    for name, size in (("sender_key", 8), ("receiver_key", 8), ("data_length", 2), ("checksum", 2)):
        if not read:
            return
        fields[name] = read.take(8) if size == 8 else read.u16()


def _join(read: Reader, fields: Fields) -> None:
    """RFC 8684, 3.2: told by the length: SYN, SYN and ACK, ACK."""
    bits = read.u8()
    if read.left == 21:
        read.skip(1)
        fields["hmac"] = read.take(20)
        return
    fields["backup"] = bits & 1
    fields["address_id"] = read.u8()
    if read.left == 8:
        fields["token"] = read.u32()
    else:
        fields["hmac"] = read.take(8)
    fields["nonce"] = read.u32()


def _sequence(read: Reader, fields: Fields) -> None:
    """RFC 8684, 3.3.1: flags say which numbers there are, and how long they are."""
    read.skip(1)
    bits = read.u8()
    flags = {name: bits >> 4 - at & 1 for at, name in enumerate(DSS_FLAGS)}
    fields["flags"] = flags
    if flags["ack_present"]:
        fields["data_ack"] = int.from_bytes(read.take(8 if flags["ack_8_bytes"] else 4), "big")
    if flags["dsn_present"]:
        fields["data_sequence"] = int.from_bytes(read.take(8 if flags["dsn_8_bytes"] else 4), "big")
        fields["subflow_sequence"] = read.u32()
        fields["data_length"] = read.u16()
        if read:
            fields["checksum"] = read.u16()


def _add_address(read: Reader, fields: Fields) -> None:
    """RFC 8684, 3.4.1; in version 0 the low bits are the address family."""
    low = read.u8() & 15
    fields["address_id"] = read.u8()
    family = low if low in {4, 6} else 4 if read.left < 16 else 6
    if family == low:
        fields["ip_version"] = low
    else:
        fields["echo"] = low & 1
    fields["address"] = read.ipv4() if family == 4 else read.ipv6()
    if read.left in {2, 10}:
        fields["port"] = read.u16()
    if read.left == 8:
        fields["hmac"] = read.take(8)


def _remove_address(read: Reader, fields: Fields) -> None:
    read.skip(1)
    fields["address_ids"] = list(read.take(read.left))


def _priority(read: Reader, fields: Fields) -> None:
    fields["backup"] = read.u8() & 1
    if read:
        fields["address_id"] = read.u8()


def _fail(read: Reader, fields: Fields) -> None:
    read.skip(2)
    fields["data_sequence"] = read.u64()


def _fast_close(read: Reader, fields: Fields) -> None:
    read.skip(2)
    fields["receiver_key"] = read.take(8)


def _reset(read: Reader, fields: Fields) -> None:
    fields["flags"] = {"transient": read.u8() & 1}
    fields["reason"] = read.u8()


PARSERS: dict[int, Callable[[Reader, Fields], None]] = {
    0: _capable, 1: _join, 2: _sequence, 3: _add_address, 4: _remove_address, 5: _priority, 6: _fail,
    7: _fast_close, 8: _reset,
}  # fmt: skip
