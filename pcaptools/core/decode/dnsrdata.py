r"""What a DNS record holds, as text in presentation form; names without their final dot.

The types that most messages are made of are read here, the others by dnspython, which is imported when the first
of them comes. What cannot be read keeps its bytes, in the form that RFC 3597, 5 has for any type: `\# 4 0a000001`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from socket import AF_INET, AF_INET6, inet_ntop  # of socket, only the formatting
from typing import TYPE_CHECKING, NamedTuple

from pcaptools.core.decode.dnsname import Message, quoted
from pcaptools.core.decode.ednsoptions import options, summary
from pcaptools.core.decode.layer import Malformed, guarded

if TYPE_CHECKING:
    import dns.name

IN, CHAOS = 1, 3
OPT = 41
SIG, KEY, RRSIG, DNSKEY = 24, 25, 46, 48


class Record(NamedTuple):
    """Where a record is, and the numbers before its data, which is `size` bytes at `at`."""

    name: str
    type: int
    rclass: int
    ttl: int
    at: int
    size: int


def rdata(message: Message, record: Record) -> tuple[str, str]:
    """Return the text of a record's data, and why it is only bytes ("" if it is not)."""
    if not record.size and record.type != OPT:
        return "", ""  # as in a dynamic update, where a record may stand for all of its name (RFC 2136, 2.4)
    try:
        if record.rclass == CHAOS and record.type in OTHER_IN_CHAOS:
            return OTHER_IN_CHAOS[record.type](message, record), ""
        return READERS.get(record.type, _bytes)(message, record), ""
    except Malformed as error:
        return _bytes(message, record), str(error)


def preload() -> None:
    """Import dnspython, with the module that it has for each type."""
    import encodings.hex_codec  # noqa: F401 (codecs looks it up, for APL)

    import dns.exception
    import dns.rdata

    for rclass, number in [(CHAOS, 1), *((IN, number) for number in sorted(OF_DNSPYTHON))]:
        rdclass, rdtype = dns.rdataclass.RdataClass.make(rclass), dns.rdatatype.RdataType.make(number)
        with suppress(dns.exception.DNSException):  # of no bytes nothing can be made
            dns.rdata.from_wire(rdclass, rdtype, b"", 0, 0)


def _a(message: Message, record: Record) -> str:
    return inet_ntop(AF_INET, _sized(message, record, 4))


def _aaaa(message: Message, record: Record) -> str:
    return inet_ntop(AF_INET6, _sized(message, record, 16))


def _sized(message: Message, record: Record, size: int) -> bytes:
    if record.size != size:
        raise Malformed(f"{record.size} bytes, where there should be {size}")
    return message.take(record.at, size)


def _name(message: Message, record: Record, skip: int = 0) -> str:
    """Return a name that fills the data from `skip` on."""
    name, at = message.name(record.at + skip)
    _whole(record, at)
    return name


def _whole(record: Record, at: int) -> None:
    if at != record.at + record.size:
        raise Malformed(f"{record.size} bytes of data, of which {at - record.at} would be read")


def _mx(message: Message, record: Record) -> str:
    preference = int.from_bytes(message.take(record.at, 2), "big")
    return f"{preference} {_name(message, record, 2)}"


SRV_FIXED = struct.Struct(">HHH")
SOA_FIXED = struct.Struct(">IIIII")


def _srv(message: Message, record: Record) -> str:
    priority, weight, port = message.unpack(SRV_FIXED, record.at)
    return f"{priority} {weight} {port} {_name(message, record, 6)}"


def _soa(message: Message, record: Record) -> str:
    server, at = message.name(record.at)
    mailbox, at = message.name(at)
    numbers = message.unpack(SOA_FIXED, at)
    _whole(record, at + SOA_FIXED.size)
    return " ".join([server, mailbox, *map(str, numbers)])


def _txt(message: Message, record: Record) -> str:
    at, end = record.at, record.at + record.size
    strings = []
    while at < end:
        size = message.take(at, 1)[0]
        if at + 1 + size > end:
            raise Malformed(f"a string of {size} bytes in {end - at - 1}")
        strings.append(quoted(message.take(at + 1, size)))
        at += 1 + size
    return " ".join(strings)


def _opt(message: Message, record: Record) -> str:
    return "; ".join(map(summary, options(message, record.at, record.size)))


def _bytes(message: Message, record: Record) -> str:
    return f"\\# {record.size} {message.take(record.at, record.size).hex()}"


def _by_dnspython(message: Message, record: Record) -> str:
    message.need(record.at, record.size)
    return guarded(_dnspython_text, message, record)


def _dnspython_text(message: Message, record: Record) -> str:
    import dns.exception
    import dns.name
    import dns.rdata

    # RFC 2931, 3 and RFC 3445: SIG and KEY are laid out as what replaced them; not every dnspython knows them.
    rdtype = dns.rdatatype.RdataType.make({SIG: RRSIG, KEY: DNSKEY}.get(record.type, record.type))
    rdclass = dns.rdataclass.RdataClass.make(CHAOS if record.rclass == CHAOS else IN)
    wire, at = message.wire, record.at - message.base
    try:
        found = dns.rdata.from_wire(rdclass, rdtype, wire, at, record.size, dns.name.root)
        slots = {slot: getattr(found, slot, None) for slot in found.__slots__}
        undotted = {slot: _undotted(name) for slot, name in slots.items() if isinstance(name, dns.name.Name)}
        names = {slot: name for slot, name in undotted.items() if name is not slots[slot]}  # replacing is slow
        return _in_one_piece(found.replace(**names) if names else found)
    except dns.exception.DNSException as error:
        raise Malformed(f"{type(error).__name__}: {error}") from None


def _in_one_piece(found: dns.rdata.Rdata) -> str:
    """Return a record's text, without blanks in its base64."""
    try:
        return found.to_text(chunksize=0)
    except TypeError:  # before dnspython 2.9 some types set the size themselves, to none
        return found.to_text()


def _undotted(name: dns.name.Name) -> dns.name.Name:
    """Make a name relative to the root, so that its text has no final dot; the root itself stays, or were "@"."""
    import dns.name

    relative = name.relativize(dns.name.root)
    return relative if relative.labels else dns.name.root


OF_DNSPYTHON = frozenset((
    11, 13, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 35, 36, 37, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53,
    55, 56, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 104, 105, 106, 107, 108, 109, 249, 250, 256, 257, 258, 260, 261,
    262, 32769,
))  # fmt: skip
"""The types that dnspython can read. It is not asked about others: for each pair of class and type that it does not
know it looks for a module, and keeps that there is none, which traffic could let grow without bound."""
READERS: dict[int, Callable[[Message, Record], str]] = {
    **dict.fromkeys(OF_DNSPYTHON, _by_dnspython),
    1: _a, 2: _name, 5: _name, 6: _soa, 12: _name, 15: _mx, 16: _txt, 28: _aaaa, 33: _srv, 39: _name, 99: _txt,
    OPT: _opt,
}  # fmt: skip
OTHER_IN_CHAOS = {1: _by_dnspython, 28: _bytes, 33: _bytes}
"""Types that are of the class IN alone, or not the same in the class CH."""
