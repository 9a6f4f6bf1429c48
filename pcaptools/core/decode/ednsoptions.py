"""The options of an OPT record (RFC 6891, 6.1.2), each by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from socket import AF_INET, AF_INET6, inet_ntop  # of socket, only the formatting
from typing import Any

from pcaptools.core.decode.dnsname import Message
from pcaptools.core.decode.dnstypes import EXTENDED_ERRORS, OPTIONS
from pcaptools.core.decode.layer import Malformed, text
from pcaptools.core.decode.reader import Reader

Fields = dict[str, Any]

FAMILIES = {1: (AF_INET, 4), 2: (AF_INET6, 16)}
"""IANA's address family → ours, and the bytes of an address."""


def options(message: Message, at: int, size: int) -> Iterator[Fields]:
    """Yield the options as {"code", "name", …}; one that cannot be read has its bytes and the reason.

    What is wrong with the list itself ends it, by raising `Malformed`.
    """
    read = Reader(message.data, at, at + size, "EDNS option")
    while read:
        code = read.u16()
        part = read.part(read.u16())
        begin, length = part.at, part.left
        option: Fields = {"code": code, "name": OPTIONS.get(code, f"OPT{code}")}
        try:
            option |= READERS.get(code, _unknown)(part)
            if part.left:
                raise Malformed(f"{part.left} bytes too many")
        except Malformed as error:
            data = message.data[begin : begin + length]
            option = {"code": code, "name": option["name"], "data": data, "reason": str(error)}
        yield option


def summary(option: Fields) -> str:
    """Return an option as text, its name first."""
    shown = [value for name, value in option.items() if name in SHOWN and value is not None]
    values = [str(value.hex() if isinstance(value, bytes) else value) for value in shown]
    if option["code"] == 8 and "address" in option:
        values = [f"{option['address']}/{option['source_prefix']}/{option['scope_prefix']}"]
    return " ".join([option["name"], *(value for value in values if value)])


SHOWN = frozenset((
    "address", "algorithms", "client", "data", "domain", "expire", "info_code", "info_name", "key_tags", "lease",
    "length", "server", "text", "timeout",
))  # fmt: skip
"""The fields of an option that its text has."""


def _unknown(read: Reader) -> Fields:
    return {"data": read.rest()}


def _subnet(read: Reader) -> Fields:  # RFC 7871, 6
    family, source, scope = read.u16(), read.u8(), read.u8()
    fields: Fields = {"family": family, "source_prefix": source, "scope_prefix": scope}
    if family not in FAMILIES:
        return {**fields, "data": read.rest()}
    ours, size = FAMILIES[family]
    if read.left > size:
        raise Malformed(f"address of {read.left} bytes for family {family}")
    return {**fields, "address": inet_ntop(ours, read.take(read.left).ljust(size, b"\x00"))}


def _cookie(read: Reader) -> Fields:  # RFC 7873, 4
    return {"client": read.take(8), "server": read.rest()}


def _keepalive(read: Reader) -> Fields:  # RFC 7828, 3.1: in units of 100 milliseconds
    return {"timeout": read.u16() if read else None}


def _padding(read: Reader) -> Fields:
    length = read.left
    read.skip(length)
    return {"length": length}


def _error(read: Reader) -> Fields:  # RFC 8914, 2
    code = read.u16()
    said = text(read.rest().rstrip(b"\x00"))  # some end it so, though it says not to count on it
    return {"info_code": code, "info_name": EXTENDED_ERRORS.get(code, "unknown"), "text": said}


def _nsid(read: Reader) -> Fields:
    data = read.rest()
    return {"data": data, "text": text(data)} if data.isascii() and data.decode().isprintable() else {"data": data}


def _name(read: Reader) -> Fields:  # RFC 7901, 4; RFC 9567, 5.1: never compressed
    message = Message(read.data, read.at, read.end)
    name, read.at = message.name(read.at)
    return {"domain": name}


def _key_tags(read: Reader) -> Fields:  # RFC 8145, 4.1
    return {"key_tags": [read.u16() for _ in range(read.left // 2)]}


def _algorithms(read: Reader) -> Fields:  # RFC 6975, 3
    return {"algorithms": list(read.rest())}


def _expire(read: Reader) -> Fields:  # RFC 7314, 4: empty in a query
    return {"expire": read.u32() if read else None}


def _llq(read: Reader) -> Fields:  # RFC 8764, 3.2
    names = ("version", "llq_opcode", "error")
    return {**{name: read.u16() for name in names}, "id": read.u64(), "lease": read.u32()}


def _lease(read: Reader) -> Fields:  # RFC 9664, 4: the second is the keys'
    return {"lease": read.u32(), "key_lease": read.u32() if read else None}


def _zone_version(read: Reader) -> Fields:  # RFC 9660, 2: empty in a query
    return {"label_count": read.u8(), "type": read.u8(), "version": read.rest()} if read else {}


READERS: dict[int, Callable[[Reader], Fields]] = {
    1: _llq, 2: _lease, 3: _nsid, 5: _algorithms, 6: _algorithms, 7: _algorithms, 8: _subnet, 9: _expire, 10: _cookie,
    11: _keepalive, 12: _padding, 13: _name, 14: _key_tags, 15: _error, 18: _name, 19: _zone_version,
}  # fmt: skip
