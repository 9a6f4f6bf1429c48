from __future__ import annotations

import struct
from typing import Any

import pytest
from support.build import Dialogue
from support.crosscheck import Row, packets, rows

from pcaptools.core.decode.dissector import Dissector
from pcaptools.core.decode.dns import DNS, LLMNR, MDNS, DNSOverTCP, learned
from pcaptools.core.decode.layer import decode_layer
from pcaptools.core.sources.base import RawPacket

UDP, TCP = "link.ip.udp.dns.", "link.ip.tcp.dns."
MDNS_, LLMNR_ = "link.ip.udp.mdns.", "link.ip.udp.llmnr."

CHECKS = rows("dns-edns.pcap", {
    2: [
        (UDP + "header.id", 0xD59B, "dns.id"),
        (UDP + "header.qr", 1, "dns.flags.response"),
        (UDP + "header.opcode", 0, "dns.flags.opcode"),
        (UDP + "header.aa", 1, "dns.flags.authoritative"),
        (UDP + "header.tc", 0, "dns.flags.truncated"),
        (UDP + "header.rd", 1, "dns.flags.recdesired"),
        (UDP + "header.ra", 0, "dns.flags.recavail"),
        (UDP + "header.z", 0, "dns.flags.z"),
        (UDP + "header.ad", 0, "dns.flags.authenticated"),
        (UDP + "header.cd", 0, "dns.flags.checkdisable"),
        (UDP + "header.rcode", 0, "dns.flags.rcode"),
        (UDP + "header.rcode_name", "NOERROR", "dns.flags.rcode", "0"),
        (UDP + "header.qdcount", 1, "dns.count.queries"),
        (UDP + "header.ancount", 2, "dns.count.answers"),
        (UDP + "header.nscount", 0, "dns.count.auth_rr"),
        (UDP + "header.arcount", 1, "dns.count.add_rr"),
        (UDP + "question[0].qname", "www.signed.test", "dns.qry.name"),
        (UDP + "question[0].qtype", "A", "dns.qry.type", "1"),
        (UDP + "question[0].qclass", "IN", "dns.qry.class", "0x0001"),
        (UDP + "answer[1].name", "www.signed.test", "dns.resp.name[1]"),
        (UDP + "answer[1].type", "RRSIG", "dns.resp.type[1]", "46"),
        (UDP + "answer[1].class", "IN", "dns.resp.class[1]", "0x0001"),
        (UDP + "answer[1].ttl", 3600, "dns.resp.ttl[1]"),
        (UDP + "additional[0].name", ".", "dns.resp.name[2]", "<Root>"),
        (UDP + "additional[0].type", "OPT", "dns.resp.type[2]", "41"),
        (UDP + "additional[0].udp_payload_size", 1232, "dns.rr.udp_payload_size"),
        (UDP + "additional[0].extended_rcode", 0, "dns.resp.ext_rcode"),
        (UDP + "additional[0].version", 0, "dns.resp.edns0_version"),
        (UDP + "additional[0].do", 1, "dns.resp.z.do"),
        (UDP + "additional[0].z", 0, "dns.resp.z.reserved"),
    ],
    15: [(UDP + "additional[0].version", 1, "dns.resp.edns0_version")],
    16: [
        (UDP + "additional[0].extended_rcode", 1, "dns.resp.ext_rcode"),
        (UDP + "header.rcode", 0, "dns.flags.rcode"),
        (UDP + "header.rcode_name", "BADVERS", "dns.resp.ext_rcode", "0x01"),
    ],
    24: [(TCP + "length", 45, "dns.length"), (TCP + "header.id", 0xB476, "dns.id")],
    32: [(UDP + "header.rcode_name", "FORMERR", "tcpdump", "FormErr")],
}) + rows("dns-records.pcap", {
    5: [(UDP + "question[0].qtype", "SOA", "dns.qry.type", "6")],
    6: [(UDP + "answer[0].ttl", 3600, "dns.resp.ttl")],
    48: [(UDP + "answer[0].type", "TYPE65280", "dns.resp.type", "65280")],
    64: [
        (UDP + "header.rcode_name", "NXDOMAIN", "dns.flags.rcode", "3"),
        (UDP + "authority[0].type", "SOA", "dns.resp.type", "6"),
    ],
    66: [
        (UDP + "authority[0].rdata", "ns.sub.example.test", "dns.ns"),
        (UDP + "additional[0].rdata", "192.0.2.53", "dns.a"),
    ],
    70: [(UDP + "answer[0].name", r"odd\.name\032here.example.test", "dns.qry.name.len", "26")],
    72: [(UDP + "answer[0].name", r"b\195\188ro.example.test", "dns.qry.name", "büro.example.test")],
    73: [(UDP + "question[0].qclass", "CH", "dns.qry.class", "0x0003")],
    75: [(UDP + "header.opcode_name", "IQUERY", "dns.flags.opcode", "1")],
    77: [(UDP + "header.opcode_name", "STATUS", "dns.flags.opcode", "2")],
    78: [(UDP + "header.rcode_name", "NOTIMP", "dns.flags.rcode", "4")],
}) + rows("dns-update.pcap", {
    1: [
        (UDP + "header.opcode_name", "UPDATE", "dns.flags.opcode", "5"),
        (UDP + "header.ancount", 3, "dns.count.prerequisites"),
        (UDP + "header.nscount", 3, "dns.count.updates"),
        (UDP + "answer[0].class", "NONE", "dns.resp.class", "0x00fe"),
        (UDP + "answer[0].type", "ANY", "dns.resp.type", "255"),
        (UDP + "answer[1].class", "ANY", "dns.resp.class[1]", "0x00ff"),
        (UDP + "answer[1].rdata", "", "dns.resp.len[1]", "0"),
        (UDP + "authority[2].rdata", "192.0.2.80", "dns.a[1]"),
    ],
    2: [(UDP + "header.opcode_name", "NOTIFY", "dns.flags.opcode", "4")],
}) + rows("dns-tcp.pcap", {
    10: [
        (TCP + "length", 2594, "dns.length"),
        (TCP + "header.ancount", 124, "dns.count.answers"),
        (TCP + "answer[123].type", "SOA", "dns.resp.type[123]", "6"),
        (TCP + "answer[122].rdata", "10.9.0.1", "dns.a[120]"),
    ],
    18: [
        (TCP + "header.id", 1, "dns.id"),
        (TCP + "dns.header.id", 2, "dns.id[1]"),
        (TCP + "dns.dns.header.id", 3, "dns.id[2]"),
        (TCP + "dns.dns.question[0].qname", "web.example.test", "dns.qry.name[2]"),
    ],
    30: [(TCP + "question[0].qtype", "TXT", "dns.qry.type", "16")],
    34: [(TCP + "question[0].qname", "ssh.example.test", "dns.qry.name")],
}) + rows("mdns.pcap", {
    4: [
        (MDNS_ + "answer[2].name", "printer.local", "dns.resp.name[2]"),
        (MDNS_ + "answer[2].class", "IN", "dns.resp.class[2]", "0x0001"),
        (MDNS_ + "answer[2].cache_flush", 1, "dns.resp.cache_flush[2]", "1"),
        (MDNS_ + "answer[2].rdata", "10.9.0.1", "dns.a"),
    ],
    8: [
        (MDNS_ + "answer[1].cache_flush", 0, "dns.resp.cache_flush[1]", "0"),
        (
            MDNS_ + "answer[1].rdata", r"B\195\188ro\0322\.\032Stock._ipp._tcp.local",
            "dns.ptr.domain_name", "Büro 2. Stock._ipp._tcp.local",
        ),
    ],
    11: [(MDNS_ + "additional[0].udp_payload_size", 1232, "dns.rr.udp_payload_size")],
    15: [
        (MDNS_ + "question[0].unicast_response", 1, "dns.qry.qu", "1"),
        (MDNS_ + "question[0].qclass", "IN", "dns.qry.class", "0x0001"),
    ],
    17: [(MDNS_ + "question[0].unicast_response", 0, "dns.qry.qu", "0")],
}) + rows("corpus:zeek/wikipedia.pcap", {
    120: [
        (LLMNR_ + "header.id", 0x4620, "dns.id"),
        (LLMNR_ + "conflict", 0, "dns.flags.conflict"),
        (LLMNR_ + "tentative", 0, "dns.flags.tentative"),
        (LLMNR_ + "question[0].qname", "BRWC0CB383D1F42", "dns.qry.name"),
    ],
}) + rows("corpus:zeek/dns/conn-count-too-large.pcap", {
    1: [(UDP + "question[9].qname", "example.com", "dns.qry.name[9]")],
}) + rows("corpus:zeek/ipv6-fragmented-dns.pcap", {
    8: [(UDP + "header.arcount", 2, "dns.count.add_rr")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def name(text: str) -> bytes:
    return b"".join(bytes((len(label),)) + label.encode() for label in text.split(".") if label) + b"\x00"


def question(text: str, qtype: int = 1, qclass: int = 1) -> bytes:
    return name(text) + struct.pack(">HH", qtype, qclass)


def record(text: str, rtype: int, data: bytes, *, rclass: int = 1, ttl: int = 60) -> bytes:
    return name(text) + struct.pack(">HHIH", rtype, rclass, ttl, len(data)) + data


def message(flags: int, *sections: list[bytes], counts: tuple[int, ...] = ()) -> bytes:
    lists = [*sections, [], [], [], []][:4]
    return struct.pack(">HHHHHH", 7, flags, *(counts or map(len, lists))) + b"".join(b"".join(one) for one in lists)


def dns(data: bytes, kind: type[DNS] = DNS, end: int | None = None) -> Any:
    return decode_layer(kind, data, 0, len(data) if end is None else end, 3)


QUERY = message(0x0100, [question("a.example")])
ANSWER = message(0x8180, [question("a.example")], [record("a.example", 1, bytes((10, 0, 0, 1)))])


def test_every_flag_has_its_place() -> None:  # RFC 1035, 4.1.1; RFC 2535, 6.1
    names = ("qr", "aa", "tc", "rd", "ra", "z", "ad", "cd")
    for flag, bit in zip(names, (15, 10, 9, 8, 7, 6, 5, 4), strict=True):
        header = dns(message(1 << bit)).header
        assert {one: getattr(header, one) for one in names} == {one: int(one == flag) for one in names}
    assert dns(message(0x2B00)).header[1:4] == (0, 5, 0)
    assert dns(message(0x800F)).header.rcode_name == "RCODE15"


def test_json_has_the_form_that_users_rely_on() -> None:
    assert dns(ANSWER).as_dict() == {
        "header": {
            "id": 7, "qr": 1, "opcode": 0, "aa": 0, "tc": 0, "rd": 1, "ra": 1, "z": 0, "ad": 0, "cd": 0, "rcode": 0,
            "qdcount": 1, "ancount": 1, "nscount": 0, "arcount": 0, "opcode_name": "QUERY", "rcode_name": "NOERROR",
        },
        "question": [{"qname": "a.example", "qtype": "A", "qclass": "IN"}],
        "answer": [{"name": "a.example", "type": "A", "class": "IN", "ttl": 60, "rdata": "10.0.0.1"}],
        "authority": [],
        "additional": [],
    }  # fmt: skip


def test_a_bad_record_keeps_its_bytes_and_the_others_are_read() -> None:
    found = dns(message(0x8180, [], [record("a", 1, b"\1\2\3"), record("b", 1, b"\1\2\3\4")]))
    assert found.answer == [
        {
            "name": "a", "type": "A", "class": "IN", "ttl": 60, "rdata": r"\# 3 010203",
            "reason": "3 bytes, where there should be 4",
        },
        {"name": "b", "type": "A", "class": "IN", "ttl": 60, "rdata": "1.2.3.4"},
    ]  # fmt: skip
    assert found.child is None


def test_counts_that_are_too_high_keep_what_is_there() -> None:
    found = dns(message(0x8180, [question("a")], [record("a", 1, bytes(4))], counts=(1, 9, 0, 0)))
    assert len(found.answer) == 1
    assert found.malformed.reason == "DNS: 1 bytes in 0"
    found = dns(message(0x0100, [question("a")], counts=(0xFFFF,) * 4))
    assert (len(found.question), found.answer) == (1, [])
    assert found.malformed.protocol == "dns"


def test_what_is_wrong_begins_at_the_record() -> None:
    whole = message(0x8180, [], [record("a", 1, bytes(4))])
    found = dns(whole + b"\x01b\x00\x00\x01", end=len(whole) + 5)
    assert found.payload.hex() == "0162000001"
    assert found.child.reason == "behind the DNS message"
    found = dns(message(0x8180, [], [record("a", 1, bytes(4)), b"\x01b\x00\x00\x01"]))
    assert found.malformed.payload.hex() == "0162000001"


def test_an_option_list_that_is_cut_short_is_told() -> None:
    found = dns(message(0, [], [], [], [record("", 41, b"\x00\x0b\x00\x00\x00\x08\x00\x09", rclass=1232, ttl=0x8000)]))
    [opt] = found.additional
    assert [option["name"] for option in opt["options"]] == ["TCP-KEEPALIVE"]
    assert opt["reason"] == "EDNS option: 9 bytes in 0"
    assert (opt["do"], opt["class"], opt["udp_payload_size"]) == (1, "CLASS1232", 1232)


@pytest.mark.parametrize("kind", [DNS, MDNS, LLMNR])
def test_truncations_keep_what_came_before(kind: type[DNS]) -> None:
    for capture, number in (("dns-edns.pcap", 4), ("dns-records.pcap", 66)):
        whole = packets(capture)[number - 1].link.ip.udp.dns
        data = whole.data[whole.start : whole.end]
        told = dns(data, kind).authority
        for size in range(len(data)):
            cut, short = dns(data[:size], kind, len(data)), dns(data[:size], kind)
            if size < 12:
                assert [cut.key, short.key] == ["truncated", "malformed"]
            else:
                assert cut.truncated.protocol == short.malformed.protocol == kind.key
                assert cut.authority == short.authority == told[: len(cut.authority)]
                assert repr(cut)


def test_llmnr_has_flags_of_its_own() -> None:  # RFC 4795, 2.1.1
    assert (dns(message(0x0400), LLMNR).conflict, dns(message(0x0400), LLMNR).tentative) == (1, 0)
    assert dns(message(0x0100), LLMNR).tentative == 1


class TestMulticast:
    def test_the_highest_bit_of_a_class_is_something_else(self) -> None:  # RFC 6762, 5.4 and 10.2
        data = message(0x8400, [question("a.local", 255, 0x8001)], [record("a.local", 1, bytes(4), rclass=0x8001)])
        found = dns(data, MDNS)
        assert found.question == [{"qname": "a.local", "qtype": "ANY", "qclass": "IN", "unicast_response": 1}]
        assert found.answer[0]["class"] == "IN"
        assert found.answer[0]["cache_flush"] == 1
        assert dns(data).question[0]["qclass"] == "CLASS32769"

    def test_the_payload_size_of_opt_is_no_class(self) -> None:
        [opt] = dns(message(0, [], [], [], [record("", 41, b"", rclass=0x8234)]), MDNS).additional
        assert opt["udp_payload_size"] == 0x8234
        assert "cache_flush" not in opt


class TestRecognises:
    @pytest.mark.parametrize(
        "data",
        [
            QUERY,
            ANSWER,
            message(0x0100, [question("", 2)]),
            message(0x8183, [question("nope.example", 65)]),
            message(0x0120, [question("a.example")], [], [], [record("", 41, b"", rclass=1232, ttl=0)]),
        ],
    )
    def test_messages(self, data: bytes) -> None:
        assert DNS.recognises(b"xx" + data, 2, 2 + len(data))

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            QUERY[:16],
            QUERY[:-1],
            QUERY + b"\x00",  # something behind it
            message(0x0100, [question("a.example", 9999)]),  # no such type
            message(0x0100, [question("a.example", 1, 77)]),  # no such class
            message(0x0140, [question("a.example")]),  # the reserved bit
            message(0x2900, [question("a.example")]),  # an update
            message(0x0180, [question("a.example")]),  # a query that says it is recursive
            message(0x0100, [question("a.example")], [record("a", 1, bytes(4))]),  # a query with an answer
            message(0x0100, [question("a.example"), question("b.example")]),
            message(0x0100, [question("a\x01.example")]),
            bytes(64),
            b"\xff" * 64,
        ],
    )
    def test_anything_else(self, data: bytes) -> None:
        assert not DNS.recognises(data, 0, len(data))

    def test_what_the_snap_length_cut(self) -> None:
        assert DNS.recognises(ANSWER[:-3], 0, len(ANSWER))
        assert not DNS.recognises(ANSWER[:20], 0, len(ANSWER))


def over_tcp(*messages: bytes) -> bytes:
    return b"".join(len(one).to_bytes(2, "big") + one for one in messages)


class TestOverTCP:
    def test_recognises(self) -> None:
        for data in (over_tcp(QUERY), over_tcp(ANSWER, QUERY), over_tcp(ANSWER)[:20], over_tcp(QUERY)[:2]):
            assert DNSOverTCP.recognises(data, 0, len(data))
        more = over_tcp(message(0x8400, [], [record("a.example", 1, bytes(4))]))  # of a zone transfer
        assert DNSOverTCP.recognises(more, 0, len(more))

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\x00",
            over_tcp(QUERY)[:13],
            over_tcp(b"short"),
            b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            over_tcp(message(0x0100, [question("a")], counts=(1, 99, 0, 0))),  # more than there is room for
            over_tcp(message(0x0100, [question("a"), question("b")])),
            over_tcp(message(0x0100, [b"\xc0\x50\x00\x01\x00\x01"])),
            over_tcp(message(0x7900, [question("a")])),
            over_tcp(message(0x0140, [question("a")])),
            bytes(40),
            b"\xff" * 40,
        ],
    )
    def test_anything_else(self, data: bytes) -> None:
        assert not DNSOverTCP.recognises(data, 0, len(data))

    def test_messages_one_after_the_other(self) -> None:
        found = dns(over_tcp(QUERY, ANSWER), DNSOverTCP)
        assert (found.length, found.header.qr, found.dns.header.qr, found.dns.dns) == (len(QUERY), 0, 1, None)
        assert not found.incomplete

    @pytest.mark.parametrize("cut", range(1, len(over_tcp(ANSWER))))
    def test_the_last_one_goes_on_in_the_next_segment(self, cut: int) -> None:
        dialogue = Dialogue(server=("10.0.0.2", 53)).open().send("s", over_tcp(ANSWER, QUERY) + over_tcp(ANSWER)[:cut])
        dialogue.send("s", over_tcp(ANSWER)[cut:] + over_tcp(QUERY))
        dissector = Dissector()
        raw = [RawPacket(data, 0, 0, len(data), len(data), 1) for _, _, data in dialogue.records]
        first, _, second, _ = [dissector.packet(one).link.ip.tcp.dns for one in raw][3:]
        assert first.incomplete
        assert first.pending - first.start == len(over_tcp(ANSWER, QUERY))
        assert first.dns.question[0]["qname"] == "a.example"
        assert second.answer[0]["rdata"] == "10.0.0.1"  # the messages before it are not told again
        assert second.dns.header.qr == 0
        assert not second.incomplete
        assert all(layer.key != "malformed" for layer in [*first.walk(), *second.walk()])

    def test_a_message_that_goes_on_says_what_is_here(self) -> None:
        data = over_tcp(ANSWER)
        found = dns(data[:-2], DNSOverTCP)
        assert (found.question[0]["qname"], found.answer, found.child) == ("a.example", [], None)
        assert dns(data[:2], DNSOverTCP).as_dict() == {
            "length": len(ANSWER), "header": None, "question": [], "answer": [], "authority": [], "additional": [],
        }  # fmt: skip
        assert dns(data[:-2], DNSOverTCP, len(data)).truncated
        assert not dns(data[:-2], DNSOverTCP, len(data)).incomplete

    def test_what_is_no_message_behind_one(self) -> None:
        found = dns(over_tcp(QUERY) + b"\x00\x03abc", DNSOverTCP)
        assert found.child.reason == "behind the DNS message"
        assert not found.incomplete
        found = dns(len(QUERY + b"xy").to_bytes(2, "big") + QUERY + b"xy", DNSOverTCP)
        assert found.payload == b"xy"

    def test_more_messages_than_layers_are_told(self) -> None:
        data = over_tcp(*[QUERY] * 40)
        *_, last = dns(data, DNSOverTCP).walk()
        assert last.reason == "more than 32 layers"


class TestLearned:
    def test_what_an_answer_tells(self) -> None:
        assert learned(dns(ANSWER)) == [("10.0.0.1", "a.example")]
        assert learned(dns(QUERY)) == []
        assert learned(dns(message(0x8183, [question("a")], [record("a", 1, bytes(4))]))) == []

    def test_aliases_lead_to_the_name_that_was_asked_for(self) -> None:
        answers = [
            record("www.Example", 5, name("cdn.example")),
            record("CDN.example", 5, name("host.example")),
            record("host.example", 1, bytes((10, 0, 0, 1))),
            record("host.example", 28, bytes(15) + b"\1"),
            record("other.example", 1, bytes((10, 0, 0, 9))),  # nobody asked for that
            record("host.example", 1, bytes(3)),
            record("host.example", 1, bytes(4), rclass=3),
        ]
        found = dns(message(0x8180, [question("WWW.example")], answers))
        assert learned(found) == [("10.0.0.1", "WWW.example"), ("::1", "WWW.example")]

    def test_aliases_in_a_circle(self) -> None:
        answers = [record("a", 5, name("b")), record("b", 5, name("a")), record("b", 1, bytes(4))]
        assert learned(dns(message(0x8180, [question("a")], answers))) == [("0.0.0.0", "a")]

    def test_additional_records_are_believed_in_multicast_only(self) -> None:
        data = message(
            0x8400, [], [record("x.local", 12, b"\0")], [], [record("h.local", 1, bytes((10, 0, 0, 2)), rclass=0x8001)]
        )
        assert learned(dns(data, MDNS)) == [("10.0.0.2", "h.local")]
        assert learned(dns(data)) == []

    def test_real_answers(self) -> None:
        assert learned(packets("dns-records.pcap")[11].link.ip.udp.dns) == [("192.0.2.80", "www.example.test")]
        assert learned(packets("mdns.pcap")[3].link.ip.udp.mdns) == [
            ("10.9.0.1", "printer.local"), ("2001:db8::1", "printer.local"),
        ]  # fmt: skip


def test_a_name_that_every_record_points_to_costs_little() -> None:
    deep = b"".join(b"\x01a" for _ in range(120)) + b"\x00"
    pointing = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + bytes(4)
    count = (65535 - 12 - len(deep) - 4) // len(pointing)
    data = struct.pack(">HHHHHH", 0, 0x8000, 1, count, 0, 0) + deep + struct.pack(">HH", 1, 1) + pointing * count
    found = dns(data)
    assert len(found.answer) == count
    assert found.child is None
