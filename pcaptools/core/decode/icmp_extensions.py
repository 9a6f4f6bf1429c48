"""Extensions of ICMP and ICMPv6 messages (RFC 4884): MPLS labels (RFC 4950), interfaces (RFC 5837, RFC 8335)."""

from __future__ import annotations

from pcaptools.core.decode.internet_checksum import checksum
from pcaptools.core.decode.layer import Malformed, octets, text
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields, Parse, part_content, trouble

VERSION = 2
OLD_QUOTE = 128
"""How much those quoted who had extensions before there was a length (RFC 4884, 5.5)."""
MAX_OBJECTS = 64
ADDRESS_FAMILIES = {1: "IPv4", 2: "IPv6", 6: "802"}
ROLES = ("incoming", "sub-IP component of incoming", "outgoing", "next hop")


def find_extensions(data: bytes, start: int, end: int, length: int) -> int:
    """Return where extensions begin behind a quotation of `length` bytes; 0 where there are none.

    Without a length they are taken for some only where their checksum is right, as RFC 4884, 5.5 has it; where the
    snap length cut them, if the first object could be one.
    """
    if length:
        at = start + length
        return at if at + 4 <= end else 0
    at = start + OLD_QUOTE
    if at + 8 > min(end, len(data)) or data[at] != VERSION << 4 or data[at + 1]:
        return 0
    if end <= len(data):
        return at if checksum(data[at:end]) == 0 else 0
    size = int.from_bytes(data[at + 4 : at + 6], "big")
    return at if 4 <= size <= end - at - 4 and data[at + 6] in CLASSES else 0


def read_extensions(data: bytes, at: int, end: int) -> Fields:
    """Read the extension structure, data[at:end]; what is wrong with it is told in its last object."""
    read = Reader(data, at, end, "ICMP extensions")
    fields: Fields = {}
    objects: list[Fields] = []
    try:
        bits = read.u16()
        fields = {"version": bits >> 12, "checksum": read.u16(), "objects": objects}
        if fields["version"] != VERSION:
            raise Malformed(f"ICMP extensions with version {fields['version']}", read.at)
        while read:
            if len(objects) == MAX_OBJECTS:
                raise Malformed(f"more than {MAX_OBJECTS} objects", read.at)
            objects.append(_object(read))
    except Malformed as error:
        objects.append(trouble(error, read))
        fields["objects"] = objects
    return fields


def _object(read: Reader) -> Fields:
    at = read.at
    length, number, kind = read.u16(), read.u8(), read.u8()
    if length < 4:
        raise Malformed(f"ICMP extension object with length {length}", at)
    name = CLASSES.get(number, "unknown")
    fields: Fields = {"length": length, "class": number, "class_name": name, "c_type": kind}
    return fields | part_content(_parser(number, kind), read, length - 4, f"{name} object")


def _parser(number: int, kind: int) -> Parse | None:
    if number == 2:
        return lambda read: _interface(read, kind)
    return OBJECTS.get((number, kind))


def _labels(read: Reader) -> Fields:
    """RFC 4950, 7: entries as in RFC 3032."""
    labels = []
    for _ in range(read.left // 4):
        entry = read.u32()
        labels.append({"label": entry >> 12, "exp": entry >> 9 & 7, "s": entry >> 8 & 1, "ttl": entry & 0xFF})
    return {"labels": labels}


def _address(read: Reader, family: int, size: int) -> str:
    if family == 1 and size == 4:
        return read.ipv4()
    if family == 2 and size == 16:
        return read.ipv6()
    return octets(read.take(size))


def _interface(read: Reader, kind: int) -> Fields:
    """RFC 5837, 4: the type's bits say which parts there are."""
    role = kind >> 6
    fields: Fields = {"role": role, "role_name": ROLES[role]}
    if kind & 8:
        fields["index"] = read.u32()
    if kind & 4:
        family = read.u16()
        read.skip(2)
        fields |= {"afi": family, "address": _address(read, family, 16 if family == 2 else 4)}
    if kind & 2:
        size = read.u8()
        name = read.take(max(size - 1, 0))
        fields["name"] = text(name.rstrip(b"\0"))
    if kind & 1:
        fields["mtu"] = read.u32()
    return fields


def _by_name(read: Reader) -> Fields:
    return {"name": text(read.take(read.left).rstrip(b"\0"))}


def _by_index(read: Reader) -> Fields:
    return {"index": read.u32()}


def _by_address(read: Reader) -> Fields:
    family, size = read.u16(), read.u8()
    read.skip(1)
    fields: Fields = {"afi": family, "afi_name": ADDRESS_FAMILIES.get(family, "unknown")}
    fields["address"] = _address(read, family, size)
    read.skip(min(-size % 4, read.left))
    return fields


def _pointer(read: Reader) -> Fields:
    return {"pointer": read.u32()}


CLASSES = {
    1: "MPLS Label Stack", 2: "Interface Information", 3: "Interface Identification", 4: "Extended Information",
}  # fmt: skip
OBJECTS: dict[tuple[int, int], Parse] = {
    (1, 1): _labels, (3, 1): _by_name, (3, 2): _by_index, (3, 3): _by_address, (4, 1): _pointer,
}  # fmt: skip
"""(class, C-Type) → who reads it. RFC 8335, 2.1 for class 3; RFC 8883, 3 for class 4."""
