from __future__ import annotations

import json
from typing import Any

import pytest
from support.crosscheck import Row, packets, rows

from pcaptools.core.decode import secrets
from pcaptools.core.decode.layer import decode_layer, plain
from pcaptools.core.decode.snmp import SNMP, VALUES

P = "link.ip.udp.snmp."
ENGINE = "80001f8880a5b45543097e056b00000000"

CHECKS = rows("snmp.pcap", {
    3: [
        (P + "version", 0, "snmp.version"),
        (P + "version_name", "1", "snmp.version", "0"),
        (P + "community", "[hidden]", "snmp.community", "s3cret-ro"),
        (P + "pdu_type", 0xA2, "snmp.data", "2"),
        (P + "pdu_type_name", "get-response", "tcpdump", "GetResponse"),
        (P + "request_id", 1729209530, "snmp.request_id"),
        (P + "error_status", 0, "snmp.error_status"),
        (P + "error_index", 0, "snmp.error_index"),
        (P + "variable_bindings[0].name", "1.3.6.1.2.1.1.5.0", "snmp.name"),
        (P + "variable_bindings[0].type", "OctetString", "snmp.value.octets", "766d"),
        (P + "variable_bindings[0].value", "vm", "snmp.value.octets", "766d"),
        (P + "variable_bindings[1].type", "TimeTicks", "snmp.value.timeticks", "199"),
        (P + "variable_bindings[1].value", 199, "snmp.value.timeticks"),
    ],
    5: [
        (P + "version_name", "2c", "snmp.version", "1"),
        (P + "variable_bindings[0].value", "1.3.6.1.4.1.8072.3.2.10", "snmp.value.oid"),
        (P + "variable_bindings[1].type", "noSuchObject", "snmp.name[1]", "1.3.6.1.2.1.1.9.0"),
        (P + "variable_bindings[1].value", None, "tcpdump", "noSuchObject"),
        (P + "variable_bindings[2].type", "Counter32", "snmp.value.counter", "0"),
        (P + "variable_bindings[3].type", "Counter64", "snmp.value.counter[1]", "0"),
    ],
    7: [(P + "variable_bindings[0].value", "10.9.0.1", "snmp.value.ipv4")],
    8: [
        (P + "pdu_type_name", "getBulkRequest", "snmp.data", "5"),
        (P + "non_repeaters", 0, "snmp.non_repeaters"),
        (P + "max_repetitions", 3, "snmp.max_repetitions"),
        (P + "error_status", None, "snmp.data", "5"),
    ],
    11: [
        (P + "error_status_name", "notWritable", "snmp.error_status", "17"),
        (P + "error_index", 1, "snmp.error_index"),
    ],
    15: [
        (P + "version", 3, "snmp.msgVersion"),
        (P + "msg_id", 927915990, "snmp.msgID"),
        (P + "msg_max_size", 65507, "snmp.msgMaxSize"),
        (P + "security_model", 3, "snmp.msgSecurityModel"),
        (P + "security_model_name", "USM", "snmp.msgSecurityModel", "3"),
        (P + "engine_id", bytes.fromhex(ENGINE), "snmp.msgAuthoritativeEngineID", ENGINE),
        (P + "boots", 1, "snmp.msgAuthoritativeEngineBoots"),
        (P + "time", 2, "snmp.msgAuthoritativeEngineTime"),
        (P + "context_engine_id", bytes.fromhex(ENGINE), "snmp.contextEngineID", ENGINE),
        (P + "context_name", "", "snmp.msgData", "0"),
        (P + "pdu_type_name", "report", "snmp.data", "8"),
    ],
    16: [
        (P + "msg_flags.reportable", 1, "snmp.v3.flags.report"),
        (P + "msg_flags.encrypted", 1, "snmp.v3.flags.crypt"),
        (P + "msg_flags.authenticated", 1, "snmp.v3.flags.auth"),
        (P + "user_name", "alice", "snmp.msgUserName"),
        (P + "encrypted", 53, "snmp.msgData", "1"),
        (P + "pdu_type", None, "snmp.msgData", "1"),
    ],
    21: [
        (P + "msg_flags.encrypted", 0, "snmp.v3.flags.crypt"),
        (P + "user_name", "bob", "snmp.msgUserName"),
        (P + "request_id", 433417906, "snmp.request_id"),
        (P + "variable_bindings[0].value", "vm", "snmp.value.octets", "766d"),
    ],
    22: [
        (P + "pdu_type_name", "trap", "snmp.data", "4"),
        (P + "enterprise", "1.3.6.1.4.1.8072.2.3.0.1", "snmp.enterprise"),
        (P + "agent_addr", "10.9.0.1", "snmp.agent_addr"),
        (P + "generic_trap", 6, "snmp.generic_trap"),
        (P + "generic_trap_name", "enterpriseSpecific", "snmp.generic_trap", "6"),
        (P + "specific_trap", 17, "snmp.specific_trap"),
        (P + "time_stamp", 519479, "snmp.time_stamp"),
        (P + "variable_bindings[0].value", 123, "snmp.value.int"),
    ],
    23: [(P + "pdu_type_name", "snmpV2-trap", "snmp.data", "7")],
    24: [(P + "pdu_type_name", "informRequest", "snmp.data", "6")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_no_output_has_the_community() -> None:
    for packet in packets("snmp.pcap"):
        assert "s3cret" not in json.dumps(packet.as_dict()) + repr(packet.link.ip.udp.snmp)


def test_the_community_is_shown_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "shown", True)
    assert packets("snmp.pcap")[1].link.ip.udp.snmp.community == "s3cret-ro"


def der(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    assert len(body) < 65536
    return bytes((tag, 0x82)) + len(body).to_bytes(2, "big") + body


def message(*bindings: bytes, pdu: int = 0xA2) -> bytes:
    numbers = b"\x02\x01\x01\x02\x01\x00\x02\x01\x00"
    return der(0x30, b"\x02\x01\x01\x04\x01c", der(pdu, numbers, der(0x30, *bindings)))


def binding(value: bytes) -> bytes:
    return der(0x30, b"\x06\x03\x2b\x06\x01", value)


def snmp(data: bytes, end: int | None = None) -> Any:
    return decode_layer(SNMP, data, 0, len(data) if end is None else end, 3)


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("0201ff", "Integer", -1),
        ("0500", "Null", None),
        ("0403616263", "OctetString", "abc"),
        ("040300ff01", "OctetString", b"\0\xff\1"),
        ("0400", "OctetString", ""),
        ("4105 00ffffffff", "Counter32", 4294967295),
        ("4204 ffffffff", "Gauge32", 4294967295),
        ("4609 00ffffffffffffffff", "Counter64", 18446744073709551615),
        ("4004 0a000001", "IpAddress", "10.0.0.1"),
        ("4002 0a00", "IpAddress", b"\x0a\0"),
        ("4407 9f780442f60000", "Opaque", bytes.fromhex("9f780442f60000")),
        ("8100", "noSuchInstance", None),
        ("8200", "endOfMibView", None),
        ("4901aa", "BER tag 0x49", b"\xaa"),
    ],
)
def test_values(value: str, kind: str, shown: Any) -> None:  # RFC 2578, 7.1; RFC 3416, 3
    found = snmp(message(binding(bytes.fromhex(value))))
    assert found.variable_bindings == [{"name": "1.3.6.1", "type": kind, "value": shown}]
    assert found.child is None


def test_every_kind_of_value_takes_anything() -> None:
    for tag in VALUES:
        for content in (b"", b"\xff", bytes(20)):
            plain(snmp(message(binding(bytes((tag, len(content))) + content))).as_dict())


def test_a_bad_binding_keeps_those_before() -> None:
    good, bad = binding(b"\x05\x00"), der(0x30, b"\x06\x01\x2b\x02\x00")
    found = snmp(message(good, bad, good))
    assert [one["value"] for one in found.variable_bindings] == [None]
    assert found.malformed.reason == "BER integer of 0 bytes"
    assert found.malformed.payload.startswith(bad)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "SNMP: 1 bytes in 0"),
        (b"\x30\x03\x02\x01\x09", "SNMP version 9"),
        (b"\x31\x00", "SNMP message: BER tag 0x31, where 0x30 should be"),
        (b"\x30\x03\x04\x01\x01", "SNMP version: BER tag 0x04, where 0x02 should be"),
        (message(pdu=0xA9), "SNMP PDU with the BER tag 0xa9"),
        (b"\x30\x06\x02\x01\x00\x04\x01c", "SNMP: 1 bytes in 0"),
        (b"\x30\x03\x02\x01\x03", "SNMP: 1 bytes in 0"),
    ],
)
def test_what_is_wrong(data: bytes, reason: str) -> None:
    *_, last = snmp(data).walk()
    assert last.reason == reason


@pytest.mark.parametrize("number", [3, 16, 21, 22])
def test_truncations(number: int) -> None:
    whole = packets("snmp.pcap")[number - 1].link.ip.udp.snmp
    data = whole.data[whole.start : whole.end]
    for size in range(len(data)):
        *_, last = snmp(data[:size], len(data)).walk()
        assert last.key == "truncated"
        *_, last = snmp(data[:size]).walk()
        assert last.key == "malformed"


def test_recognises() -> None:
    for packet in packets("snmp.pcap"):
        found = packet.link.ip.udp.snmp
        assert SNMP.recognises(found.data, found.start, found.end)
        assert not SNMP.recognises(found.data, found.start, found.end - 1)
    for data in (b"", b"0" * 40, b"\x30\x03\x02\x01\x07", b"\x30\x00", b"\x30\x03\x04\x01\x00"):
        assert not SNMP.recognises(data, 0, len(data))
