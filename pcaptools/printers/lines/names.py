"""What the line of a packet says of the protocols that turn names into addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pcaptools.core.decode.dns import DNS, DNSOverTCP
    from pcaptools.core.decode.dnsrdata import Record
    from pcaptools.core.decode.nbns import NBNS

MAX_TEXT = 200
"""Characters of a list in a line."""


def dns(message: DNS) -> str:
    """Return node_pcap's "question nodejs.org A" or "answer nodejs.org A", and what the answer is."""
    name = message.key.upper()
    if message.opcode:
        name += f" {message.header.opcode_name}" if message.header else ""
    told = "answer" if message.qr else "question"
    return " ".join(
        filter(None, [name, told, listed(_asked(message)), _answer(message) if message.qr else _more(message)])
    )


def dns_over_tcp(message: DNSOverTCP) -> str:
    """Say of a message that goes on in the next segment how much of it is here."""
    if message.message_end <= message.end:
        return dns(message)
    here = f"{message.end - message.start - 2} of {message.length} bytes"
    told = "" if message.header is None else "answer " if message.qr else "question "
    return f"DNS {told}{listed(_asked(message))}".rstrip() + f" ({here})"


def listed(texts: Iterable[str]) -> str:
    """Return texts with commas between them, as many as there is room for."""
    line = ""
    for text in texts:
        longer = f"{line}, {text}" if line else text
        if len(longer) > MAX_TEXT:
            return f"{line}, ..." if line else f"{text[:MAX_TEXT]}..."
        line = longer
    return line


def _asked(message: DNS) -> Iterable[str]:
    return (f"{question['qname']} {question['qtype']}" for question in message.question)


def _answer(message: DNS) -> str:
    header = message.header
    if header is None:
        return ""
    said = [header.rcode_name] if message.rcode else []
    if header.tc:
        said.append("truncated")
    types = {question["qtype"] for question in message.question}
    said.append(listed(_told(message, record, types) for record in message.records[0]))
    if not any(said) and not message.opcode:
        said = [_nothing(message)]
    return " ".join(filter(None, said))


def _nothing(message: DNS) -> str:
    """Name an answer without a record: RFC 2308, 2.2 has names for the kinds."""
    kinds = {record.type for record in message.records[1]}
    return "referral" if NS in kinds and SOA not in kinds else "NODATA" if message.questions else ""


def _told(message: DNS, record: Record, types: set[str]) -> str:
    """Return what a record says; its type, too, where that is not what was asked for, and its name if nothing was."""
    if record.type == RRSIG and types and "RRSIG" not in types:
        return "RRSIG"  # which is long, and says nothing to people
    return _record(message.record(record), types)


def _record(record: dict[str, Any], types: set[str]) -> str:
    text: str = record["rdata"] or record["type"]
    if not types:
        return f"{record['name']} {record['type']} {record['rdata']}".rstrip()
    if record["type"] in types:
        return text
    return f"{record['type']} {record['rdata']}".rstrip()


def _more(message: DNS) -> str:
    """Return what a question says beside what it asks: the changes of an update, the serial of a notification."""
    if not message.opcode:
        return ""
    first, second = map(message.record, message.records[0]), map(message.record, message.records[1])
    if message.opcode == UPDATE:
        return listed(chain(map(_condition, first), map(_change, second)))
    return listed(f"{record['name']} {record['type']} {record['rdata']}".rstrip() for record in chain(first, second))


def _condition(record: dict[str, Any]) -> str:
    """Return a prerequisite of an update (RFC 2136, 2.4)."""
    word = "unless" if record["class"] == "NONE" else "if"
    kind = "" if record["type"] == "ANY" else record["type"]
    return " ".join(filter(None, [word, record["name"], kind, record["rdata"]]))


def _change(record: dict[str, Any]) -> str:
    """Return what an update does (RFC 2136, 2.5)."""
    word = "delete" if record["class"] in ("NONE", "ANY") else "add"
    return f"{word} {record['name']} {record['type']} {record['rdata']}".rstrip()


def nbns(message: NBNS) -> str:
    """Return what is done with which name, and the addresses or names that an answer has."""
    header, names = message.header, [question["qname"] for question in message.question]
    records = [*message.answer, *message.additional]
    names = names or [record["name"] for record in records[:1]]
    types = {question["qtype"] for question in message.question} | {record["type"] for record in records}
    kind = "status" if "NBSTAT" in types else header.opcode_name
    said = [f"NBNS {kind}", "response" if header.qr else "", listed(names)]
    said += [header.rcode_name if header.rcode else "", listed(record["rdata"] for record in records)]
    return " ".join(filter(None, said))


NS, SOA, RRSIG, UPDATE = 2, 6, 46, 5

LINES: dict[str, Callable[[Any], str]] = {
    "DNS": dns,
    "MDNS": dns,
    "LLMNR": dns,
    "DNSOverTCP": dns_over_tcp,
    "NBNS": nbns,
}
