"""As much of DER (X.690) as tells whom a certificate (RFC 5280, 4.1) is for, from whom, and until when.

Tolerant: it goes to the fields by their place, checks nothing that it does not need, and what it cannot find is "".
"""

from __future__ import annotations

from typing import NamedTuple

from pcaptools.core.decode.layer import Malformed, text
from pcaptools.core.decode.reader import Reader

SEQUENCE, VERSION, OBJECT_ID, BMP_STRING = 0x30, 0xA0, 0x06, 0x1E
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
COMMON_NAME, ORGANIZATION, ORGANIZATIONAL_UNIT = b"\x55\x04\x03", b"\x55\x04\x0a", b"\x55\x04\x0b"
MAX_NAMES = 64
"""Attributes in one name that are looked at."""


class Certificate(NamedTuple):
    """Who a certificate is for and by whom: "CN=…", without a common name "O=…" or "OU=…"; times as in ISO 8601."""

    subject: str = ""
    issuer: str = ""
    not_before: str = ""
    not_after: str = ""


def certificate(data: bytes, length: int | None = None) -> Certificate:
    """Read a certificate, of which perhaps only a part of its `length` is here; what was not found is empty."""
    found: dict[str, str] = {}
    try:
        fields = _inside(_inside(Reader(data, 0, len(data) if length is None else length, "certificate")))
        if fields.peek() == bytes((VERSION,)):
            _value(fields)
        _value(fields)  # serial number
        _value(fields)  # signature algorithm
        found["issuer"] = _name(_inside(fields))
        validity = _inside(fields)
        found["not_before"] = _time(*_value(validity))
        found["not_after"] = _time(*_value(validity))
        found["subject"] = _name(_inside(fields))
    except Malformed:
        pass
    return Certificate(**found)


def name_of(data: bytes) -> str:
    """Read a distinguished name alone; "" where there is none. It never raises."""
    try:
        return _name(_inside(Reader(data, 0, len(data), "name")))
    except Malformed:
        return ""


def _value(read: Reader) -> tuple[int, Reader]:
    """Take one element: its tag and a reader of its content."""
    tag, length = read.u8(), read.u8()
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4:
            raise Malformed(f"DER length of {size} bytes", read.at)
        length = int.from_bytes(read.take(size), "big")
    return tag, read.part(length)


def _inside(read: Reader) -> Reader:
    tag, content = _value(read)
    if tag != SEQUENCE:
        raise Malformed(f"DER tag {tag:#04x} instead of a sequence", read.at)
    return content


def _name(read: Reader) -> str:
    """Return the attribute that says most of a name, the last of its kind: they go from the root to the leaf."""
    found: dict[bytes, str] = {}
    for _ in range(MAX_NAMES):
        if not read:
            break
        pair = _inside(_value(read)[1])  # of a set, the first
        kind, (tag, value) = _value(pair)[1].rest(), _value(pair)
        raw = value.take(value.left)
        found[kind] = raw.decode("utf-16-be", "replace") if tag == BMP_STRING else text(raw)
    for kind, label in ((COMMON_NAME, "CN"), (ORGANIZATION, "O"), (ORGANIZATIONAL_UNIT, "OU")):
        if kind in found:
            return f"{label}={found[kind]}"
    return ""


def _time(tag: int, content: Reader) -> str:
    """Return "20260131235959Z" as ISO 8601 has it; two digits of a year from 50 on are in the last century."""
    digits = text(content.rest())
    if tag == UTC_TIME:
        digits = ("19" if digits[:2] >= "50" else "20") + digits
    elif tag != GENERALIZED_TIME:
        return ""
    year, month, day, hour, minute, second = (
        digits[:4], digits[4:6], digits[6:8], digits[8:10], digits[10:12], digits[12:14],
    )  # fmt: skip
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}Z" if digits[:14].isdigit() and len(digits) > 13 else ""
