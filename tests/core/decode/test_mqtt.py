from __future__ import annotations

from typing import Any

import pytest
from support.build import Dialogue
from support.crosscheck import Row, packets, rows
from support.layers import decode, every_cut

from pcaptools.core.decode import secrets
from pcaptools.core.decode.dissector import Dissector
from pcaptools.core.decode.layer import Raw
from pcaptools.core.decode.mqtt import MAX_PACKETS, MQTT, MQTTOnPort
from pcaptools.core.sources.base import RawPacket

MQTT_ = "link.ip.tcp.mqtt.packets[0]."
CHECKS = rows("mqtt.pcap", {
    4: [
        (MQTT_ + "type", 1, "mqtt.msgtype"),
        (MQTT_ + "length", 39, "mqtt.len"),
        (MQTT_ + "protocol_name", "MQTT", "mqtt.protoname"),
        (MQTT_ + "version", 4, "mqtt.ver"),
        (MQTT_ + "username_flag", 1, "mqtt.conflag.uname"),
        (MQTT_ + "password_flag", 1, "mqtt.conflag.passwd"),
        (MQTT_ + "will_flag", 0, "mqtt.conflag.willflag"),
        (MQTT_ + "clean_session", 1, "mqtt.conflag.cleansess"),
        (MQTT_ + "keep_alive", 30, "mqtt.kalive"),
        (MQTT_ + "client_id", "sub-mqttv311", "mqtt.clientid"),
        (MQTT_ + "username", "alice", "mqtt.username"),
        (MQTT_ + "password", "[hidden]", "mqtt.passwd", "s3cret"),
    ],
    6: [
        (MQTT_ + "session_present", 0, "mqtt.conack.flags.sp"),
        (MQTT_ + "reason_code", 0, "mqtt.conack.val"),
    ],
    8: [
        (MQTT_ + "message_id", 1, "mqtt.msgid"),
        (MQTT_ + "topics[0].topic", "sensors/+/temp", "mqtt.topic"),
        (MQTT_ + "topics[1].topic", "other/#", "mqtt.topic[1]"),
        (MQTT_ + "topics[1].qos", 2, "mqtt.sub.qos[1]"),
    ],
    9: [(MQTT_ + "reason_codes[1]", 2, "mqtt.suback.qos[1]")],
    10: [(MQTT_ + "topics[0].topic", "not/this", "mqtt.topic")],
    16: [
        (MQTT_ + "will_topic", "gone/mqttv311", "mqtt.willtopic"),
        (MQTT_ + "will_message_length", 3, "mqtt.willmsg_len"),
    ],
    20: [
        (MQTT_ + "topic", "sensors/kitchen/temp", "mqtt.topic"),
        (MQTT_ + "qos", 2, "mqtt.qos"),
        (MQTT_ + "dup", 0, "mqtt.dupflag"),
        (MQTT_ + "retain", 0, "mqtt.retain"),
        (MQTT_ + "message_id", 1, "mqtt.msgid"),
    ],
    21: [(MQTT_ + "type", 5, "mqtt.msgtype"), (MQTT_ + "message_id", 1, "mqtt.msgid")],
    29: [(MQTT_ + "type", 14, "mqtt.msgtype")],
    # version 5
    55: [
        (MQTT_ + "version", 5, "mqtt.ver"),
        (MQTT_ + "properties.receive_maximum", 2, "mqtt.prop_number"),
        (MQTT_ + "client_id", "sub-mqttv5", "mqtt.clientid"),
    ],
    57: [
        (MQTT_ + "reason_code", 0, "mqtt.connack.reason_code"),
        (MQTT_ + "properties.topic_alias_maximum", 10, "mqtt.prop_number"),
        (MQTT_ + "properties.receive_maximum", 20, "mqtt.prop_number[1]"),
    ],
    59: [
        (MQTT_ + "topics[0].topic", "sensors/+/temp", "mqtt.topic"),
        (MQTT_ + "topics[1].qos", 2, "mqtt.subscription_options_qos[1]"),
        (MQTT_ + "topics[1].retain_handling", 0, "mqtt.subscription_options_retain[1]"),
    ],
    60: [(MQTT_ + "reason_codes[0]", 2, "mqtt.suback.reason_code")],
    62: [(MQTT_ + "reason_codes[0]", 0x11, "mqtt.unsuback.reason_code")],
    67: [
        (MQTT_ + "properties.session_expiry_interval", 120, "mqtt.prop_number"),
        (MQTT_ + "will_topic", "gone/mqttv5", "mqtt.willtopic"),
    ],
    71: [(MQTT_ + "topic", "sensors/kitchen/temp", "mqtt.topic")],
    89: [
        (MQTT_ + "properties.assigned_client_identifier", "auto-109D0B9B-3B3C-C107-1B13-084343135D27",
         "mqtt.prop_string"),
    ],
    106: [
        (MQTT_ + "protocol_name", "MQIsdp", "mqtt.protoname"),
        (MQTT_ + "version", 3, "mqtt.ver"),
    ],
    108: [(MQTT_ + "reason_code", 5, "mqtt.conack.val")],
    118: [(MQTT_ + "reason_code", 0x87, "mqtt.connack.reason_code")],
    133: [(MQTT_ + "type", 12, "mqtt.msgtype"), (MQTT_ + "length", 0, "mqtt.len")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_no_password_is_told() -> None:
    told = "".join(repr(packet.link.ip.tcp.mqtt) for packet in packets("mqtt.pcap"))
    assert "s3cret" not in told
    assert "wrong" in told  # a client's name; as a password it was not told
    assert told.count("'password': '[hidden]'") == 6


def packet(first: int, body: str | bytes) -> bytes:
    data = bytes.fromhex(body) if isinstance(body, str) else body
    size = bytes((len(data),)) if len(data) < 128 else bytes((len(data) % 128 | 128, len(data) // 128))
    return bytes((first,)) + size + data


def string(text: str) -> str:
    return f"{len(text):04x}{text.encode().hex()}"


CONNECT = packet(0x10, string("MQTT") + "04 c2 003c" + string("me") + string("user") + string("pw"))


def fields(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = decode(MQTTOnPort, data).packets[0]
    return {name: value for name, value in found.items() if name not in ("type", "type_name", "length")}


def test_connect_of_version_5_with_everything() -> None:  # MQTT 5, 3.1
    properties = "0b 11 00000000 26 0001 61 0000"
    will = "05 18 00000007" + string("will") + "0002 abcd"
    said = string("MQTT") + "05 ee 0000" + properties + string("") + will + string("u") + string("pw")
    found = fields(packet(0x10, said))
    assert found["properties"] == {"session_expiry_interval": 0, "user_property": [["a", ""]]}
    assert (found["will_qos"], found["will_retain"], found["will_topic"]) == (1, 1, "will")
    assert found["will_properties"] == {"will_delay_interval": 7}
    assert (found["will_message_length"], found["username"], found["password"]) == (2, "u", "[hidden]")


def test_passwords_are_shown_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "shown", True)
    assert fields(CONNECT)["password"] == "pw"


PACKETS: list[tuple[bytes, dict[str, Any]]] = [
    # MQTT 3.1.1, 3.2 and MQTT 5, 3.2
    (packet(0x20, "01 04"), {"session_present": 1, "reason_code": 4, "reason_code_name": "bad_user_name_or_password"}),
    (packet(0x20, "00 86 00"), {
        "session_present": 0, "reason_code": 0x86, "reason_code_name": "bad_user_name_or_password", "properties": {},
    }),
    (packet(0x40, "0007"), {"message_id": 7}),
    (packet(0x40, "0007 10"), {"message_id": 7, "reason_code": 16, "reason_code_name": "no_matching_subscribers"}),
    (packet(0x40, "0007 87 05 1f 0002 6e6f"), {
        "message_id": 7, "reason_code": 0x87, "reason_code_name": "not_authorized",
        "properties": {"reason_string": "no"},
    }),
    (packet(0x82, "0001" + string("a/b") + "01"), {"message_id": 1, "topics": [{"topic": "a/b", "qos": 1}]}),
    (packet(0x82, "0001 02 0b 07" + string("a/b") + "2d"), {
        "message_id": 1, "properties": {"subscription_identifier": [7]},
        "topics": [{"topic": "a/b", "qos": 1, "no_local": 1, "retain_as_published": 1, "retain_handling": 2}],
    }),
    (packet(0xA2, "0001" + string("x") + string("y")), {"message_id": 1, "topics": [{"topic": "x"}, {"topic": "y"}]}),
    (packet(0x90, "0001 01 80"), {
        "message_id": 1, "reason_codes": [1, 128], "reason_code_names": ["granted_qos_1", "unspecified_error"],
    }),
    (packet(0x90, "0001 00"), {"message_id": 1, "reason_codes": [0], "reason_code_names": ["granted_qos_0"]}),
    (packet(0x90, "0001 00 00"), {
        "message_id": 1, "properties": {}, "reason_codes": [0], "reason_code_names": ["granted_qos_0"],
    }),
    (packet(0xB0, "0001"), {"message_id": 1}),
    (packet(0xB0, "0001 00 00"), {
        "message_id": 1, "properties": {}, "reason_codes": [0], "reason_code_names": ["success"],
    }),
    (packet(0xE0, ""), {}),
    (packet(0xE0, "8e"), {"reason_code": 0x8E, "reason_code_name": "session_taken_over"}),
    (packet(0xF0, "18 08 16 0002 7077 15 0000"), {
        "reason_code": 0x18, "reason_code_name": "continue_authentication",
        "properties": {"authentication_data": "[hidden]", "authentication_method": ""},
    }),
    (packet(0x3D, string("t") + "0009" + "6869"), {"dup": 1, "qos": 2, "retain": 1, "topic": "t", "message_id": 9}),
    (packet(0x30, string("t") + "6869"), {"dup": 0, "qos": 0, "retain": 0, "topic": "t"}),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), PACKETS)
def test_packets(data: bytes, expected: dict[str, Any]) -> None:
    assert MQTTOnPort.recognises(data, 0, len(data))
    assert fields(data) == expected


@pytest.mark.parametrize(
    ("data", "anywhere", "on_port"),
    [
        (CONNECT, True, True),
        (CONNECT[:13], True, True),
        (packet(0x10, string("MQTT") + "03 c2 003c" + string("me")), False, False),
        (packet(0x10, string("MQIsdp") + "03 02 003c" + string("me")), True, True),
        (packet(0x11, CONNECT[2:]), False, False),  # MQTT 5, 2.1.3: reserved flags
        (packet(0xC0, ""), False, True),
        (packet(0xC0, "00"), False, False),
        (packet(0x80, "0001" + string("a/b") + "01"), False, False),
        (packet(0x20, "02 00"), False, False),  # 3.2.2.1: reserved flags
        (packet(0x36, string("t") + "0001"), False, False),  # 3.3.1.2: quality of service 3
        (packet(0x30, string("a/+")), False, False),  # 3.3.2.1: no wildcards
        (packet(0x30, "0010 6162"), False, False),  # a topic longer than its packet
        (packet(0x30, string("t") + "00" * 500)[:60], False, True),
        (packet(0xC0, "") + packet(0x40, "0001"), False, True),
        (packet(0xC0, "") + b"\x05rubbish", False, False),
        (b"\xc0", False, False),
        (b"\xc0\xff\xff\xff\xff", False, False),  # 1.5.5: four bytes at most
        (b"0 is text\r\n", False, False),
    ],
)
def test_recognition(data: bytes, anywhere: bool, on_port: bool) -> None:
    assert MQTT.recognises(data, 0, len(data)) is anywhere
    assert MQTTOnPort.recognises(data, 0, len(data)) is on_port


def test_a_packet_that_spans_segments_is_joined_and_a_message_is_not() -> None:
    def incomplete(data: bytes) -> list[bool]:
        dialogue = Dialogue(client=("10.0.0.1", 50000), server=("10.0.0.2", 1883), mss=20).open()
        dissector = Dissector()
        frames = [data for _, _, data in dialogue.send("c", data, acked=False).records[3:]]
        found = [dissector.packet(RawPacket(data, 0, 0, len(data), len(data), 1)).link.ip.tcp.mqtt for data in frames]
        return [layer is not None and layer.incomplete for layer in found]

    assert incomplete(packet(0xC0, "") + CONNECT) == [True, False]
    assert incomplete(packet(0x30, string("t") + "61" * 30)) == [False, False]


def test_every_cut_keeps_what_came_before() -> None:
    data = CONNECT + packet(0x82, "0001" + string("a/b") + "01") + packet(0xC0, "")
    counts = [len(layer.packets) for layer in every_cut(MQTTOnPort, data) if not isinstance(layer, Raw)]
    assert counts == sorted(counts)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packet(0x82, "0001 03 7f 0000" + string("a") + "00"), "MQTT subscribe: property 127"),
        (packet(0x10, string("MQTT") + "04 c2 003c" + "ff00"), "MQTT connect: 65280 bytes in 0"),
        (packet(0xC0, "") * (MAX_PACKETS + 1), f"more than {MAX_PACKETS} MQTT packets"),
        (packet(0xE0, "00 ffffffff"), "MQTT disconnect: a length that does not end"),
    ],
)
def test_what_is_wrong_is_told(data: bytes, reason: str) -> None:
    layer = decode(MQTTOnPort, data)
    assert (layer.child.malformed, layer.child.reason) == (True, reason)
    assert layer.packets
