"""docs/schema.json is valid, takes a hand-written example of every event and refuses what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from support.schema import check_line, event_validator, events, schema, validate_lines, validator

Line = dict[str, Any]

COMMON: Line = {"v": 1, "time": 1700000000.123456}
SESSION: Line = {**COMMON, "session": "0123456789abcdef", "src": "10.9.0.2:41036", "dst": "[fd00::1]:80"}
RESPONSE: Line = {
    "number": 1,
    "method": "GET",
    "url": "/chat",
    "status_code": 101,
    "reason": "Switching Protocols",
    "http_version": "1.1",
    "headers": [["Upgrade", "websocket"], ["Upgrade", "again"]],
    "violations": [],
    "interim": False,
    "latency": 0.000251,
}
PCAP_HEADER: Line = {
    "time": 1700000000.5,
    "tv_sec": 1700000000,
    "tv_usec": 500000,
    "caplen": 60,
    "len": 1514,
    "link_type": "LINKTYPE_ETHERNET",
}
COUNTS = """
    packets payload overhead total unique data_packets pure_acks retrans retrans_fast retrans_spurious retrans_timeout
    retrans_partial retrans_segments retrans_bytes keep_alives window_probes out_of_order lost_segments unseen_acks
    copies duplicate_acks sack_packets sack_blocks dsack_packets window_updates window_full zero_windows
    zero_window_time max_segment oversized bytes_in_flight rtt_samples idle_time
"""
UNSURE = """
    window_min window_max window_scale mss rtt_min rtt_mean rtt_p50 rtt_p95 rtt_p99 rtt_max rtt_jitter throughput
    goodput
"""
FIGURES: Line = {
    f"{side}_{figure}": value
    for side, unsure in (("send", 1.5), ("recv", None))
    for figure, value in (
        *((name, 10) for name in COUNTS.split()),
        *((name, unsure) for name in UNSURE.split()),
        ("options", "mss"),
    )
}
EXAMPLES: dict[str, Line] = {
    "tcp_start": SESSION,
    "tcp_end": {**SESSION, "src_name": "shop.example:41036", "dst_name": "localhost:80"},
    "tcp_reset": {**SESSION, "direction": "recv"},
    "tcp_syn_retry": {**SESSION, "direction": "send"},
    "tcp_retransmit": {**SESSION, "direction": "send", "seqno": 2**32 - 1, "length": 1, "kind": "keep_alive"},
    "tcp_gap": {**SESSION, "direction": "send", "length": None},
    "tcp_session": {
        **SESSION,
        "state": "TIME_WAIT",
        "client": "send",
        "start": 1.5,
        "end": 2.5,
        "ended": "reset by src",
        **dict.fromkeys(("duration", "time_to_first_byte"), 0.25),
        **dict.fromkeys(("connect_duration", "total_time", "handshake_rtt")),
        **FIGURES,
    },
    "tcp_anomaly": {**SESSION, "direction": "send", "seqno": 7, "length": 1448, "kind": "zero_window"},
    "http_request": {
        **SESSION,
        "number": 1,
        "method": "GET",
        "url": "/a?b",
        "http_version": "1.1",
        "headers": [["Host", "shop.example"]],
        "violations": ["a space before the colon of a header"],
    },
    "http_request_complete": {**SESSION, "number": 1, "body_len": 0, "missing": 0},
    "http_response": {**SESSION, **RESPONSE, "method": None, "url": None, "latency": None},
    "http_response_complete": {**SESSION, "number": 1, "body_len": 3072, "missing": 12, "duration": 0.5, "total": 0.75},
    "http_request_body": {**SESSION, "number": 1, "body": "item=7", "decoded": []},
    "http_response_body": {
        **SESSION,
        "number": 1,
        "body_base64": "AAE=",
        "decoded": ["br", "gzip"],
        "note": "cut at 2 bytes",
    },
    "http_incomplete": {
        **SESSION,
        "number": 1,
        "verdict": "no response: the connection was reset",
        "over": True,
        "reason": "ended",
    },
    "http_error": {**SESSION, "direction": "recv", "error": "not a status line"},
    "websocket_upgrade": {**SESSION, **RESPONSE, "protocol": "rfc6455", "extensions": "permessage-deflate"},
    "websocket_message": {
        **SESSION,
        "direction": "send",
        "number": 1,
        "notes": "",
        "opcode": "close",
        "length": 2,
        "message": "",
        "close_code": 1000,
    },
    "tls_session": {
        **SESSION,
        "sni": "shop.example",
        "alpn": None,
        "alpn_offered": ["h2", "http/1.1"],
        "version": "TLS 1.3",
        "cipher": "TLS_AES_128_GCM_SHA256",
        "notes": "",
    },
    "http_stats": {
        **COMMON,
        "method": "GET",
        "host": "shop.example",
        "path": "/orders/{id}",
        "count": 10,
        **dict.fromkeys(("client_errors", "server_errors", "errors", "incomplete"), 0),
        "timed": 10,
        "p50": 0.01,
        "p95": 0.02,
        "p99": 0.03,
        "longest": 0.03,
        "request_bytes": 0,
        "response_bytes": 3072,
    },
    "packet": {**COMMON, "pcap_header": PCAP_HEADER, "link_type": "LINKTYPE_ETHERNET", "link": {"ip": {"ttl": 64}}},
    "grep_match": {
        **COMMON,
        "src": "10.9.0.2",
        "dst": "10.9.0.1",
        "protocol": "icmp",
        "where": "packet",
        "packets": [7],
        "matches": [{"offset": 3, "length": 1, "match_base64": "/w=="}],
        "offset": 0,
        "length": 4,
        "payload_base64": "YWJj/w==",
    },
}

WRONG: list[tuple[str, str, Line]] = [
    ("unknown field", "http_request", {"colour": "red"}),
    ("field of another event", "http_request_complete", {"duration": 1.0}),
    ("version", "tcp_start", {"v": 2}),
    ("time as text", "tcp_start", {"time": "1700000000.1"}),
    ("session id too short", "tcp_start", {"session": "0123"}),
    ("session id as a number", "tcp_start", {"session": 81985529216486895}),
    ("address without port", "tcp_start", {"src": "10.9.0.2"}),
    ("IPv6 without brackets", "tcp_start", {"src": "fd00::1:80"}),
    ("a name for an address", "tcp_start", {"src": "shop.example:80"}),
    ("direction", "tcp_gap", {"direction": "up"}),
    ("gap of less than nothing", "tcp_gap", {"length": -1}),
    ("kind", "tcp_retransmit", {"kind": "fast"}),
    ("sequence number", "tcp_retransmit", {"seqno": 2**32}),
    ("number from 0", "http_request", {"number": 0}),
    ("headers as an object", "http_request", {"headers": {"Host": "shop.example"}}),
    ("header without value", "http_request", {"headers": [["Host"]]}),
    ("version as a number", "http_request", {"http_version": 1.1}),
    ("missing unknown", "http_response_complete", {"missing": None}),
    ("status as text", "http_response", {"status_code": "200"}),
    ("latency as text", "http_response", {"latency": "fast"}),
    ("interim as a number", "http_response", {"interim": 1}),
    ("two bodies", "http_request_body", {"body_base64": "AAE="}),
    ("protocol", "websocket_upgrade", {"protocol": "hixie-77"}),
    ("opcode as a number", "websocket_message", {"opcode": 8}),
    ("state", "tcp_session", {"state": "LISTEN"}),
    ("figure as text", "tcp_session", {"send_rtt_min": "1 ms"}),
    ("match without packet", "grep_match", {"packets": []}),
    ("payload twice", "grep_match", {"payload": "abc"}),
    ("context that is none", "grep_match", {"context": False}),
    ("DLT name", "packet", {"link_type": "DLT_EN10MB"}),
    ("header with another field", "packet", {"pcap_header": {**PCAP_HEADER, "tv_nsec": 0}}),
]


def example(event: str, **change: Any) -> Line:
    return {"event": event, **EXAMPLES[event], **change}


def merged_required(event: str) -> list[str]:
    merged = event_validator(event).schema
    assert isinstance(merged, dict)
    return list(merged["required"])


def accepted(line: Line) -> tuple[bool, bool]:
    """What the whole schema says, and what the event's merged one says."""
    return validator().is_valid(line), event_validator(line["event"]).is_valid(line)


def test_schema_is_valid() -> None:
    Draft202012Validator.check_schema(schema())


def test_every_event_has_an_example() -> None:
    assert sorted(EXAMPLES) == sorted(events())


@pytest.mark.parametrize("event", events())
def test_example_passes(event: str) -> None:
    assert accepted(example(event)) == (True, True)


@pytest.mark.parametrize("event", events())
def test_every_required_field_is_needed(event: str) -> None:
    for name in merged_required(event):
        line = {key: value for key, value in example(event).items() if key != name}
        assert not event_validator(event).is_valid(line), name
        assert not validator().is_valid(line), name


@pytest.mark.parametrize(("event", "change"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong_line_fails(event: str, change: Line) -> None:
    assert accepted(example(event, **change)) == (False, False)


@pytest.mark.parametrize("event", events())
def test_unknown_fields_fail_where_the_fields_are_fixed(event: str) -> None:
    assert accepted(example(event, colour="red")) == (False, False)


@pytest.mark.parametrize("kind", ["full", "partial", "conflict", "keep_alive", "late"])
def test_kinds_of_retransmission(kind: str) -> None:
    assert accepted(example("tcp_retransmit", kind=kind)) == (True, True)


def test_every_field_is_described() -> None:
    for name, definition in schema()["$defs"].items():
        assert definition["description"], name
        for key, field in definition.get("properties", {}).items():
            referred = schema()["$defs"].get(field.get("$ref", "").rpartition("/")[2], {})
            assert "const" in field or field.get("description") or referred.get("description"), f"{name}.{key}"


def test_unknown_event_fails() -> None:
    assert not validator().is_valid({**SESSION, "event": "http_reply"})


def test_lines_are_parsed_and_checked() -> None:
    text = "".join(json.dumps(example(event)) + "\n" for event in events())
    assert [line["event"] for line in validate_lines(text)] == events()


@pytest.mark.parametrize("line", ['{"v": 1}', "[]", '"\x7f"', '"\u00fc"', '{"event": "http_reply"}'])
def test_what_is_no_line_fails(line: str) -> None:
    with pytest.raises(AssertionError):
        check_line(line)
