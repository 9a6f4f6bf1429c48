"""ASN.1's Basic Encoding Rules (X.690), as far as protocols of the network use them, with every length bounded."""

from __future__ import annotations

from typing import NamedTuple

from pcaptools.core.decode.layer import Malformed
from pcaptools.core.decode.reader import Reader

INTEGER, OCTET_STRING, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
MAX_INTEGER = 16
"""Bytes of a number; longer ones are keys, which nobody reads in decimal."""
MAX_ARCS = 128
"""RFC 3416, 4.1: an object's name has no more."""


class Element(NamedTuple):
    """One element: its tag byte, and its content."""

    tag: int
    content: Reader


def element(read: Reader) -> Element:
    """Return the next element, and pass over it."""
    begin = read.at
    tag = read.u8()
    if tag & 31 == 31:
        raise Malformed("BER tag of several bytes", begin)
    length = read.u8()
    if length == 0x80:
        raise Malformed("BER element without a length", begin)
    if length > 0x80:
        size = length & 0x7F
        if size > 4:
            raise Malformed(f"BER length of {size} bytes", begin)
        length = int.from_bytes(read.take(size), "big")
    return Element(tag, read.part(length))


def expect(read: Reader, tag: int, what: str) -> Reader:
    """Return the content of the next element, which must have a certain tag."""
    begin = read.at
    found = element(read)
    if found.tag != tag:
        raise Malformed(f"{what}: BER tag {found.tag:#04x}, where {tag:#04x} should be", begin)
    return found.content


def integer(read: Reader, *, signed: bool = True) -> int:
    """Return the number that an element's content is."""
    size = read.left
    if not 0 < size <= MAX_INTEGER:
        raise Malformed(f"BER integer of {size} bytes", read.at)
    return int.from_bytes(read.take(size), "big", signed=signed)


def object_id(read: Reader) -> str:
    """Return the dotted numbers that an element's content is (X.690, 8.19)."""
    arcs: list[int] = []
    while read:
        arc = 0
        for count in range(10):
            byte = read.u8()
            arc = arc << 7 | byte & 0x7F
            if not byte & 0x80:
                break
            if count == 9:
                raise Malformed("BER object identifier with a number of more than 63 bits", read.at)
        if not arcs:  # the first two numbers share their bytes
            first = min(arc // 40, 2)
            arcs = [first, arc - 40 * first]
        else:
            arcs.append(arc)
        if len(arcs) > MAX_ARCS:
            raise Malformed(f"BER object identifier of more than {MAX_ARCS} numbers", read.at)
    return ".".join(map(str, arcs))
