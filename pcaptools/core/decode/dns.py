"""The Domain Name System (RFC 1035), multicast DNS (RFC 6762), LLMNR (RFC 4795).

Limitations: of the opcodes UPDATE (RFC 2136) and DSO (RFC 8490) the sections are read and called as a query's:
zone, prerequisites and updates of the one are question, answer and authority; what a DSO message says stays bytes.
"""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar, NamedTuple

from pcaptools.core.decode import dnsrdata
from pcaptools.core.decode.dnsmessage import HEADER, QUESTION, DNSMessage, Fields
from pcaptools.core.decode.dnsname import Message
from pcaptools.core.decode.dnsrdata import OPT, Record
from pcaptools.core.decode.dnstypes import OPCODES, RCODES, class_name, opcode_name, rcode_name, type_name
from pcaptools.core.decode.ednsoptions import options
from pcaptools.core.decode.layer import Cut, Layer, Malformed, Next
from pcaptools.core.decode.reader import Reader

A, CNAME, AAAA = 1, 5, 28
QUERY = 0
MAX_ALIASES = 32


class Header(NamedTuple):
    """The header; flags are 0 or 1. `rcode_name` counts the bits that an OPT record adds in, `rcode` does not."""

    id: int
    qr: int
    opcode: int
    aa: int
    tc: int
    rd: int
    ra: int
    z: int
    ad: int
    cd: int
    rcode: int
    qdcount: int
    ancount: int
    nscount: int
    arcount: int
    opcode_name: str
    rcode_name: str


class DNS(DNSMessage):
    """A message. The text of its records is made when it is asked for; most are never printed."""

    __slots__ = ()

    key = "dns"
    fields: ClassVar[tuple[str, ...]] = ("header", "question", "answer", "authority", "additional")
    high_bit: ClassVar[str] = ""
    """What the highest bit of a record's class is called where it is no part of it; of a question's `question_bit`."""
    question_bit: ClassVar[str] = ""

    @property
    def rcode(self) -> int:
        """The response code with the bits that an OPT record adds (RFC 6891, 6.1.3)."""
        upper = next((record.ttl >> 24 for record in self.records[2] if record.type == OPT), 0)
        return upper << 4 | (self.words[1] & 15 if self.words else 0)

    @property
    def header(self) -> Header | None:
        """The header's fields; None where only the length that stands before it over TCP has come."""
        if not self.words:
            return None
        flags = self.words[1]
        aa, tc, rd, ra, z, ad, cd = ((flags >> bit) & 1 for bit in range(10, 3, -1))
        return Header(
            self.words[0], self.qr, self.opcode, aa, tc, rd, ra, z, ad, cd, flags & 15,
            self.words[2], self.words[3], self.words[4], self.words[5],
            opcode_name(self.opcode), rcode_name(self.rcode),
        )  # fmt: skip

    @property
    def question(self) -> list[Fields]:
        """The questions, each as qname, qtype and qclass."""
        found = []
        for name, qtype, qclass in self.questions:
            number, bits = self._class(qclass, self.question_bit)
            found.append({"qname": name, "qtype": type_name(qtype), "qclass": class_name(number), **bits})
        return found

    def record(self, record: Record) -> Fields:
        """Return a record as name, type, class, ttl and rdata; `reason` says why rdata is only bytes."""
        number, bits = (record.rclass, {}) if record.type == OPT else self._class(record.rclass, self.high_bit)
        text, reason = dnsrdata.rdata(self.message, record._replace(rclass=number))
        found: Fields = {
            "name": record.name, "type": type_name(record.type), "class": class_name(number), "ttl": record.ttl,
            "rdata": text, **bits,
        }  # fmt: skip
        if record.type == OPT:
            found |= self._opt(record)
        return {**found, "reason": reason} if reason else found

    def _class(self, number: int, bit: str) -> tuple[int, Fields]:
        """Take the highest bit from a class, where it is called something."""
        return (number & 0x7FFF, {bit: number >> 15}) if bit else (number, {})

    def _opt(self, record: Record) -> Fields:
        """Return what class and TTL of an OPT record mean (RFC 6891, 6.1.3), and its options."""
        found: list[Fields] = []
        with suppress(Malformed):  # its `reason` says it
            found.extend(options(self.message, record.at, record.size))
        return {
            "udp_payload_size": record.rclass, "extended_rcode": record.ttl >> 24, "version": record.ttl >> 16 & 0xFF,
            "do": record.ttl >> 15 & 1, "z": record.ttl & 0x7FFF, "options": found,
        }  # fmt: skip

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Take a query, or the response to one, with one question and nothing that does not fit."""
        if data[start + 4 : start + 6] != b"\x00\x01" or len(data) - start < 17:
            return False
        if data[start + 2] & 0x78 or data[start + 3] & 0x40:  # the opcode is QUERY, what is reserved 0
            return False
        query = not data[start + 2] & 0x80
        if query and (data[start + 2] & 4 or data[start + 3] & 0x8F or any(data[start + 6 : start + 10])):
            return False
        return _is_plausible(cls(data, start, end, 0))


def _is_plausible(message: DNS) -> bool:
    """Tell if a message is whole, and asks for something that there is."""
    trouble = message.trouble
    if (trouble is None and message.behind != message.end) or (trouble is not None and not isinstance(trouble, Cut)):
        return False
    return bool(message.questions) and all(
        not type_name(qtype).startswith("TYPE") and qclass in (1, 3, 255) and "\\" not in name
        for name, qtype, qclass in message.questions
    )


class MDNS(DNS):
    """Multicast DNS. The highest bit of a class says something else (RFC 6762, 5.4 and 10.2)."""

    __slots__ = ()

    key = "mdns"
    high_bit = "cache_flush"
    question_bit = "unicast_response"


class LLMNR(DNS):
    """Link-Local Multicast Name Resolution: two flags mean other things (RFC 4795, 2.1.1)."""

    __slots__ = ()

    key = "llmnr"
    fields = ("header", "conflict", "tentative", "question", "answer", "authority", "additional")

    @property
    def conflict(self) -> int:
        """Where DNS has `aa`: several answered, and the sender knows it."""
        return self.words[1] >> 10 & 1

    @property
    def tentative(self) -> int:
        """Where DNS has `rd`: the responder does not know yet if the name is its own."""
        return self.words[1] >> 8 & 1


class DNSOverTCP(DNS):
    """A message behind its length (RFC 1035, 4.2.2); the layer inside is the next message of the segment.

    Of a message that goes on in the next segment the records that are here are told; `header` is None when not
    even that is.
    """

    __slots__ = ("length", "message_end")

    fields = ("length", *DNS.fields)

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        Layer.__init__(self, data, start, end, depth)
        self.length = Reader.of(self, "length of a DNS message").u16()
        self.message_end = start + 2 + self.length
        here = min(end, self.message_end)
        if here - start >= 14 or here == self.message_end:
            self._read_message(start + 2, here)
        else:
            self._read_nothing(start + 2)

    def _read_nothing(self, start: int) -> None:
        self.words = ()
        self.message = Message(self.data, start, start)
        self.behind = start
        self.questions = []
        self._records = ([], [], [])
        self._trouble = None

    @property
    def incomplete(self) -> bool:
        """The last message of the segment goes on in the next one."""
        return self._pending() is not None

    @property
    def pending(self) -> int:
        """Where that message begins."""
        begin = self._pending()
        return self.start if begin is None else begin

    def _pending(self) -> int | None:
        at = self.start
        while at < self.end:
            length = int.from_bytes(self.data[at : at + 2], "big")
            if self.end - at < 2 or (at + 2 + length > self.end and length >= HEADER.size):
                return at
            if length < HEADER.size:
                return None  # this is no message
            at += 2 + length
        return None

    def next(self) -> Next | None:
        """Go on with the next message; what is wrong with this one is told first."""
        if self.message_end > self.end:  # it goes on: only what was not captured is missing
            if len(self.data) < self.end and self.trouble is not None:
                raise self.trouble
            return None
        if self.trouble is not None or self.message_end == self.end:
            return super().next()
        whole = self.recognises(self.data, self.message_end, self.end)
        reason = "" if whole else "the next message begins" if self.incomplete else "behind the DNS message"
        return Next(DNSOverTCP if whole else None, self.message_end, self.end, reason)

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Take what begins as a message does: segments that go on with one are none."""
        length = int.from_bytes(data[start : start + 2], "big")
        if length < HEADER.size:
            return False
        if end - start == 2:
            return True  # some send the length alone, and the message after it
        if min(end, len(data)) - start < 2 + HEADER.size:
            return False
        _, flags, questions, *records = HEADER.unpack_from(data, start + 2)
        if flags & 0x40 or flags >> 11 & 15 not in OPCODES or flags & 15 not in RCODES or questions > 1:
            return False
        if HEADER.size + 5 * questions + 11 * sum(records) > length:  # the least that so many take
            return False
        message = Message(data, start + 2, start + 2 + length)
        try:
            return not questions or bool(message.unpack(QUESTION, message.name(message.base + 12)[1]))
        except Cut:
            return True
        except Malformed:
            return False


def learned(layer: DNS) -> list[tuple[str, str]]:
    """Return the (address, name) pairs that an answer tells: the name is the one that was asked for.

    Addresses count for it that the answer gives it, or an alias of it that the answer names. In multicast DNS
    each record tells of its own name.
    """
    if not layer.qr or layer.opcode != QUERY or layer.rcode:
        return []
    if isinstance(layer, MDNS):
        records = layer.records[0] + layer.records[2]
        return [(address, record.name) for record in records if (address := _address(layer, record))]
    asked = {alias: name for name, _, _ in layer.questions for alias in _aliases(layer, name)}
    return [
        (address, asked[record.name.lower()])
        for record in layer.records[0]
        if record.name.lower() in asked and (address := _address(layer, record))
    ]


def _address(layer: DNS, record: Record) -> str:
    number, _ = layer._class(record.rclass, layer.high_bit)
    if record.type not in (A, AAAA) or number != dnsrdata.IN:
        return ""
    text, reason = dnsrdata.rdata(layer.message, record._replace(rclass=number))
    return "" if reason else text


def _aliases(layer: DNS, name: str) -> list[str]:
    """Return a name and what the answer says it is an alias of, one after the other, in small letters."""
    targets = {
        record.name.lower(): dnsrdata.rdata(layer.message, record)[0].lower()
        for record in layer.records[0]
        if record.type == CNAME
    }
    found = [name.lower()]
    while found[-1] in targets and len(found) < MAX_ALIASES:
        found.append(targets[found[-1]])
    return found


def preload() -> None:
    """Import dnspython."""
    dnsrdata.preload()
