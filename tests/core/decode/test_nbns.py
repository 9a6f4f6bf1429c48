from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, packets, rows

from pcaptools.core.decode.layer import decode_layer
from pcaptools.core.decode.nbns import NBNS, decoded, netbios_name

P = "link.ip.udp.nbns."

CHECKS = rows("nbns.pcap", {
    1: [
        (P + "header.id", 0x544E, "nbns.id"),
        (P + "header.qr", 0, "nbns.flags.response"),
        (P + "header.opcode", 5, "nbns.flags.opcode"),
        (P + "header.opcode_name", "registration", "nbns.flags.opcode", "5"),
        (P + "header.tc", 0, "nbns.flags.truncated"),
        (P + "header.rd", 1, "nbns.flags.recdesired"),
        (P + "header.broadcast", 1, "nbns.flags.broadcast"),
        (P + "header.qdcount", 1, "nbns.count.queries"),
        (P + "header.arcount", 1, "nbns.count.add_rr"),
        (P + "question[0].qname", "FILESRV<20>", "nbns.name"),
        (P + "question[0].suffix_name", "Server service", "nbns.name[1]", "FILESRV<20> (Server service)"),
        (P + "question[0].qtype", "NB", "nbns.type", "32"),
        (P + "question[0].qclass", "IN", "nbns.class", "1"),
        (P + "additional[0].ttl", 0, "nbns.ttl"),
        (P + "additional[0].rdata", "10.9.0.1", "nbns.addr"),
        (P + "additional[0].addresses[0].group", 0, "nbns.nb_flags.group"),
        (P + "additional[0].addresses[0].node_type", "H", "nbns.nb_flags.ont", "3"),
    ],
    5: [
        (P + "header.aa", 1, "nbns.flags.authoritative"),
        (P + "answer[0].type", "NBSTAT", "nbns.type", "33"),
        (P + "answer[0].rdata", "FILESRV<00>, FILESRV<03>, FILESRV<20>, LAB<00>, LAB<1e>", "nbns.number_of_names", "5"),
        (P + "answer[0].names[2].suffix_name", "Server service", "nbns.netbios_name[2]", "FILESRV"),
        (P + "answer[0].names[3].group", 1, "nbns.name_flags.group[3]"),
        (P + "answer[0].names[3].active", 1, "nbns.name_flags.act[3]"),
        (P + "answer[0].names[3].conflict", 0, "nbns.name_flags.cnf[3]"),
        (P + "answer[0].unit_id", "00:00:00:00:00:00", "nbns.unit_id"),
    ],
    7: [
        (P + "header.ra", 1, "nbns.flags.recavail"),
        (P + "header.rcode", 0, "nbns.flags.rcode"),
        (P + "answer[0].name", "CLIENT1<20>", "nbns.name", "CLIENT1<20> (Server service)"),
        (P + "answer[0].ttl", 259200, "nbns.ttl"),
    ],
    8: [(P + "header.opcode_name", "release", "nbns.flags.opcode", "6")],
}) + rows("corpus:zeek/wikipedia.pcap", {
    117: [(P + "question[0].qname", "BRWC0CB383D1F42<00>", "nbns.name")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_the_encoding_of_names() -> None:  # RFC 1001, 14.1
    assert decoded("EGFCEFEECACACACACACACACACACACACA") == b"FRED            "
    assert netbios_name("EGFCEFEECACACACACACACACACACACACA.NETBIOS.COM") == "FRED<20>.NETBIOS.COM"
    assert netbios_name("CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") == "*<00>"
    assert netbios_name("ABACFPFPENFDECFCEPFHFDEFFPFPACAB") == r"\001\002__MSBROWSE__\002<01>"


@pytest.mark.parametrize("name", ["", "short", "Q" * 32, "e" * 32, "A" * 33])
def test_other_names_stay_as_they_are(name: str) -> None:
    assert netbios_name(name) == name


def nbns(rtype: int, data: str) -> Any:
    body = bytes.fromhex(data)
    wire = bytes.fromhex("0001 8400 0000 0001 0000 0000 00") + rtype.to_bytes(2, "big") + bytes.fromhex("0001 00000000")
    wire += len(body).to_bytes(2, "big") + body
    return decode_layer(NBNS, wire, 0, len(wire), 3)


def test_several_addresses() -> None:  # RFC 1002, 4.2.13
    [answer] = nbns(0x20, "0000 0a000001 e000 0a000002").answer
    assert answer["rdata"] == "10.0.0.1, 10.0.0.2"
    assert answer["addresses"] == [
        {"group": 0, "node_type": "B", "address": "10.0.0.1"}, {"group": 1, "node_type": "H", "address": "10.0.0.2"},
    ]  # fmt: skip


def test_what_cannot_be_read_keeps_its_bytes() -> None:
    [answer] = nbns(0x21, "02 41").answer
    assert (answer["rdata"], answer["reason"]) == ("0241", "NBNS record: 18 bytes in 1")
    [answer] = nbns(0x21, "").answer
    assert answer["reason"] == "NBNS record: 1 bytes in 0"
    assert nbns(0x99, "abcd").answer[0]["rdata"] == "abcd"
    assert nbns(0x20, "0000").answer[0]["rdata"] == "0000"  # WACK: flags alone (RFC 1002, 4.2.16)


def test_truncations() -> None:
    whole = packets("nbns.pcap")[4].link.ip.udp.nbns
    data = whole.data[whole.start : whole.end]
    for size in range(len(data)):
        found: Any = decode_layer(NBNS, data[:size], 0, len(data), 3)
        assert found.truncated
        assert found.as_dict()
