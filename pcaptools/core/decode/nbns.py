"""The NetBIOS Name Service (RFC 1002, 4.2): DNS's message, with names and numbers of its own."""

from __future__ import annotations

import struct
from socket import AF_INET, inet_ntop  # of socket, only the formatting
from typing import Any, ClassVar, NamedTuple

from pcaptools.core.decode.dnsmessage import DNSMessage, Fields
from pcaptools.core.decode.dnsname import label_text
from pcaptools.core.decode.dnsrdata import Record
from pcaptools.core.decode.dnstypes import class_name
from pcaptools.core.decode.layer import Malformed, octets
from pcaptools.core.decode.reader import Reader

OPCODES = {
    0: "query", 5: "registration", 6: "release", 7: "WACK", 8: "refresh", 9: "refresh", 15: "multi-homed registration",
}  # fmt: skip
RCODES = {
    0: "noerror",
    1: "FMT_ERR",
    2: "SRV_ERR",
    3: "NAM_ERR",
    4: "IMP_ERR",
    5: "RFS_ERR",
    6: "ACT_ERR",
    7: "CFT_ERR",
}
NB, NBSTAT = 0x20, 0x21
TYPES = {1: "A", 2: "NS", 10: "NULL", NB: "NB", NBSTAT: "NBSTAT"}
SUFFIXES = {
    0x00: "Workstation/Redirector", 0x01: "Browser", 0x02: "Workstation/Redirector",
    0x03: "Messenger service/Main name",
    0x05: "Forwarded name", 0x06: "RAS Server service", 0x1B: "Domain Master Browser", 0x1C: "Domain Controllers",
    0x1D: "Local Master Browser", 0x1E: "Browser Election Service", 0x1F: "Net DDE Service", 0x20: "Server service",
    0x21: "RAS client service", 0x22: "Exchange Interchange", 0x23: "Exchange Store", 0x24: "Exchange Directory",
    0xBE: "Network Monitor Agent", 0xBF: "Network Monitor Analyzer",
}  # fmt: skip
"""Microsoft's use of a name's last byte."""
NODE_TYPES = ("B", "P", "M", "H")
NODE_NAME = struct.Struct(">15sBH")


class NBNSHeader(NamedTuple):
    """The header; flags are 0 or 1."""

    id: int
    qr: int
    opcode: int
    aa: int
    tc: int
    rd: int
    ra: int
    broadcast: int
    rcode: int
    qdcount: int
    ancount: int
    nscount: int
    arcount: int
    opcode_name: str
    rcode_name: str


class NBNS(DNSMessage):
    """A message. Names are as Windows writes them: `FILESRV<20>`, with the last byte in hexadecimal."""

    __slots__ = ()

    key = "nbns"
    fields: ClassVar[tuple[str, ...]] = ("header", "question", "answer", "authority", "additional")

    @property
    def header(self) -> NBNSHeader:
        """The header's fields."""
        flags = self.words[1]
        aa, tc, rd, ra = ((flags >> bit) & 1 for bit in (10, 9, 8, 7))
        rcode = flags & 15
        return NBNSHeader(
            self.words[0], self.qr, self.opcode, aa, tc, rd, ra, flags >> 4 & 1, rcode,
            self.words[2], self.words[3], self.words[4], self.words[5],
            OPCODES.get(self.opcode, "unknown"), RCODES.get(rcode, "unknown"),
        )  # fmt: skip

    @property
    def question(self) -> list[Fields]:
        """The questions, each as qname, qtype and qclass."""
        return [
            {"qname": netbios_name(name), "qtype": _type(qtype), "qclass": class_name(qclass), **_suffix(name)}
            for name, qtype, qclass in self.questions
        ]

    def record(self, record: Record) -> Fields:
        """Return a record as name, type, class, ttl and rdata, and what it says field by field."""
        found: Fields = {
            "name": netbios_name(record.name), "type": _type(record.type), "class": class_name(record.rclass),
            "ttl": record.ttl, "rdata": "",
        }  # fmt: skip
        read = Reader(self.data, record.at, record.at + record.size, "NBNS record")
        try:
            if record.type == NB and record.size > 2:
                found["addresses"] = [_address(read) for _ in range(record.size // 6)]
                found["rdata"] = ", ".join(entry["address"] for entry in found["addresses"])
            elif record.type == NBSTAT:
                found |= _status(read)
                found["rdata"] = ", ".join(entry["name"] for entry in found["names"])
            else:
                found["rdata"] = read.rest().hex()
        except Malformed as error:
            found |= {"rdata": self.data[record.at : record.at + record.size].hex(), "reason": str(error)}
        return found


def decoded(label: str) -> bytes | None:
    """Undo the encoding of a name (RFC 1001, 14.1): each half of a byte is a letter from A on."""
    if len(label) != 32 or not all("A" <= letter <= "P" for letter in label):
        return None
    halves = [ord(letter) - ord("A") for letter in label]
    return bytes(high << 4 | low for high, low in zip(halves[::2], halves[1::2], strict=True))


def netbios_name(name: str) -> str:
    """Return a name as people know it; its scope, if there is one, behind a dot."""
    label, dot, scope = name.partition(".")
    found = decoded(label)
    return name if found is None else _shown(found[:15], found[15]) + dot + scope


def _shown(name: bytes, suffix: int) -> str:
    stripped = name.rstrip(b"\x00 ")
    printable = stripped.isascii() and stripped.decode().isprintable()
    return f"{stripped.decode() if printable else label_text(stripped)}<{suffix:02x}>"


def _suffix(name: str) -> Fields:
    found = decoded(name.partition(".")[0])
    return {} if found is None else {"suffix": found[15], "suffix_name": SUFFIXES.get(found[15], "unknown")}


def _type(number: int) -> str:
    return TYPES.get(number) or f"TYPE{number}"


def _address(read: Reader) -> Fields:
    """Read an entry of an address list (RFC 1002, 4.2.1.3)."""
    flags = read.u16()
    return {"group": flags >> 15, "node_type": NODE_TYPES[flags >> 13 & 3], "address": inet_ntop(AF_INET, read.take(4))}


def _status(read: Reader) -> Fields:
    """Read the names of a node and its hardware address (RFC 1002, 4.2.18); the counters behind are long history."""
    names: list[dict[str, Any]] = []
    for _ in range(read.u8()):
        name, suffix, flags = NODE_NAME.unpack(read.take(NODE_NAME.size))
        names.append({
            "name": _shown(name, suffix), "suffix_name": SUFFIXES.get(suffix, "unknown"), "group": flags >> 15,
            "node_type": NODE_TYPES[flags >> 13 & 3], "deregister": flags >> 12 & 1, "conflict": flags >> 11 & 1,
            "active": flags >> 10 & 1, "permanent": flags >> 9 & 1,
        })  # fmt: skip
    return {"names": names, "unit_id": octets(read.take(6))}
