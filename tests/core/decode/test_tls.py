from __future__ import annotations

from itertools import pairwise

import pytest
from support.build import Dialogue
from support.crosscheck import Row, packets, rows
from support.layers import decode, every_cut

from pcaptools.core.decode.dissector import Dissector
from pcaptools.core.decode.layer import Raw
from pcaptools.core.decode.packet import Packet
from pcaptools.core.decode.tls import MAX_RECORDS, TLS, alert, heartbeat
from pcaptools.core.sources.base import RawPacket

TLS_ = "link.ip.tcp.tls."

CHECKS = [
    *rows("tls13.pcap", {
        4: [
            (TLS_ + "records[0].content_type", 22, "tls.record.content_type"),
            (TLS_ + "records[0].version", 0x301, "tls.record.version"),
            (TLS_ + "records[0].length", 334, "tls.record.length"),
            (TLS_ + "handshake[0].type", 1, "tls.handshake.type"),
            (TLS_ + "handshake[0].length", 330, "tls.handshake.length"),
        ],
        6: [
            (TLS_ + "records[0].length", 122, "tls.record.length"),
            (TLS_ + "records[1].content_type", 20, "tls.record.content_type[1]"),
            (TLS_ + "records[1].length", 1, "tls.record.length[1]"),
            (TLS_ + "records[2].content_type", 23, "tls.record.opaque_type"),
            (TLS_ + "records[2].length", 32, "tls.record.length[2]"),
            (TLS_ + "records[5].length", 69, "tls.record.length[5]"),
            (TLS_ + "records[5].encrypted", True, "tls.record.opaque_type[3]", "23"),
            (TLS_ + "handshake[0].type", 2, "tls.handshake.type"),
        ],
        12: [(TLS_ + "records[0].length", 32, "tls.record.length")],
    }),
    *rows("tls12.pcap", {
        6: [
            (TLS_ + f"handshake[{n}].type", kind, f"tls.handshake.type[{n}]")
            for n, kind in enumerate((2, 11, 12, 13, 14))
        ],
        8: [
            *[(TLS_ + f"handshake[{n}].type", kind, f"tls.handshake.type[{n}]") for n, kind in enumerate((11, 16, 15))],
            (TLS_ + "records[3].content_type", 20, "tls.record.content_type[3]"),
            (TLS_ + "records[4].length", 40, "tls.record.length[4]"),
        ],
        9: [
            (TLS_ + "handshake[0].type", 4, "tls.handshake.type"),
            (TLS_ + "records[2].content_type", 22, "tls.record.content_type[2]"),
        ],
        14: [(TLS_ + "records[0].content_type", 21, "tls.record.content_type")],
    }),
    *rows("tls-alert.pcap", {
        6: [
            (TLS_ + "records[0].level", 2, "tls.alert_message.level"),
            (TLS_ + "records[0].description", 70, "tls.alert_message.desc"),
        ],
    }),
    *rows("tls-pq.pcap", {
        5: [  # the client hello of two segments
            (TLS_ + "records[0].length", 1566, "tls.record.length"),
            (TLS_ + "handshake[0].length", 1562, "tls.handshake.length"),
        ],
        8: [(TLS_ + "handshake[0].type", 2, "tls.handshake.type")],
    }),
    *rows("tls-records.pcap", {
        4: [  # the client hello of two records
            (TLS_ + "records[0].length", 512, "tls.record.length"),
            (TLS_ + "records[1].length", 410, "tls.record.length[1]"),
            (TLS_ + "handshake[0].length", 918, "tls.handshake.length"),
        ],
    }),
    *rows("corpus:zeek/tls/missing-intermediate.pcap", {
        6: [(TLS_ + f"handshake[{n}].type", kind, f"tls.handshake.type[{n}]") for n, kind in enumerate((2, 11, 14))],
        23: [(TLS_ + "handshake[0].type", 11, "tls.handshake.type")],
    }),
]  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def record(kind: int, content: bytes, version: int = 0x303) -> bytes:
    return bytes((kind,)) + version.to_bytes(2, "big") + len(content).to_bytes(2, "big") + content


def message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


HELLO = message(2, b"\3\3" + bytes(32) + b"\0\xc0\x2f\0")
DONE = message(14, b"")
ENCRYPTED = bytes(8) + bytes(range(100, 132))  # a sequence number, as many begin an encrypted record with


def told(layer: TLS) -> list[str]:
    return [found["type_name"] for found in layer.handshake]


def test_names_of_records_and_messages() -> None:
    layer = decode(TLS, record(22, HELLO + DONE) + record(20, b"\1") + record(22, ENCRYPTED) + record(23, b"x" * 9))
    assert [found["content_type_name"] for found in layer.records] == [
        "handshake", "change_cipher_spec", "handshake", "application_data",
    ]  # fmt: skip
    assert told(layer) == ["server_hello", "server_hello_done"]
    assert [found.get("encrypted") for found in layer.records] == [None, None, True, True]
    assert layer.records[0]["version_name"] == "TLS 1.2"
    assert layer.child is None


@pytest.mark.parametrize(
    "content",
    [
        ENCRYPTED,
        b"\x63" + bytes(39),  # no such message
        b"\0" * 40,  # RFC 5246, 7.4.1.1: a hello request is alone
        message(14, b"x"),  # RFC 5246, 7.4.5: empty
        message(20, bytes(40)),  # RFC 5246, 7.4.9: 12 bytes
        b"\x01\x00\x00\x30" + bytes(48),  # a client hello begins with a version
        b"\x02\x77\x00\x00" + bytes(36),  # longer than any
    ],
)
def test_what_is_no_message_is_encrypted(content: bytes) -> None:
    layer = decode(TLS, record(22, content))
    assert layer.records[0]["encrypted"] is True
    assert layer.handshake == []
    assert not layer.incomplete


def test_only_a_hello_is_in_the_clear_behind_a_change_cipher_spec() -> None:  # RFC 8446, D.4: it may be a second one
    both = decode(TLS, record(20, b"\1") + record(22, HELLO))
    assert told(both) == ["server_hello"]
    assert told(decode(TLS, record(20, b"\1") + record(22, message(4, bytes(6))))) == []


def test_a_message_spans_records() -> None:
    layer = decode(TLS, record(22, HELLO[:7]) + record(22, HELLO[7:] + DONE))
    assert told(layer) == ["server_hello", "server_hello_done"]
    assert layer.child is None


def test_encrypted_records_behind_readable_ones() -> None:
    layer = decode(TLS, record(22, HELLO) + record(22, ENCRYPTED))
    assert told(layer) == ["server_hello"]
    assert [found.get("encrypted") for found in layer.records] == [None, True]


def dissect(data: bytes, mss: int) -> list[TLS | None]:
    dialogue = Dialogue(mss=mss).open().send("s", data, acked=False)
    dissector = Dissector()
    frames = [
        dissector.packet(RawPacket(frame, 0, time, len(frame), len(frame), 1)) for time, _, frame in dialogue.records
    ]
    return [frame.link.ip.tcp.tls for frame in frames[3:]]


@pytest.mark.parametrize("mss", [30, 41, 44, 45, 46, 47, 50, 51, 52, 53])
def test_a_message_spans_segments(mss: int) -> None:
    # 47 bytes of a record with the hello, 9 with the end; cut within, between, and in the second one's header
    found = dissect(record(22, HELLO) + record(22, DONE), mss)
    assert [name for layer in found if layer and not layer.incomplete for name in told(layer)][-1:] == [
        "server_hello_done"
    ]
    assert found[0] is not None
    assert told(found[0])[:1] == ["server_hello"]


def test_whole_records_before_the_one_that_goes_on_are_not_told_again() -> None:
    found = dissect(record(22, HELLO) + record(22, message(11, b"\0\0\3\0\0\0" + bytes(40))), 60)
    assert [told(layer) for layer in found if layer] == [["server_hello", "certificate"], ["certificate"]]


def test_application_data_is_not_waited_for() -> None:
    found = dissect(record(23, b"x" * 100), 60)
    assert [layer and layer.incomplete for layer in found] == [False, None]


def test_a_message_that_does_not_go_on() -> None:
    layer = decode(TLS, record(22, HELLO[:9]) + record(23, b"x" * 20))
    assert layer.child.malformed
    assert layer.child.reason == "TLS handshake message that does not go on in the next record"


def test_what_follows_is_no_record() -> None:
    layer = decode(TLS, record(23, b"x" * 20) + b"\x16\x09\x01\0\1x")
    assert [found["length"] for found in layer.records] == [20]
    assert (layer.child.malformed, layer.child.start) == (True, 25)


def test_alerts() -> None:  # RFC 8446, 6
    layer = decode(TLS, record(21, b"\2\x28") + record(21, b"\1\0") + record(21, b"\1\xfe") + record(21, bytes(26)))
    assert [(found.get("level_name"), found.get("description_name")) for found in layer.records] == [
        ("fatal", "handshake_failure"), ("warning", "close_notify"), ("warning", "0xfe"), (None, None),
    ]  # fmt: skip
    assert layer.records[3]["encrypted"] is True
    assert alert(b"\3\0", 2) is None  # no such level: two bytes of an encrypted one
    assert alert(b"\2", 2) is None


def test_heartbeats() -> None:  # RFC 6520, 4
    assert heartbeat(b"\1\0\x10" + bytes(32), 35) == (1, 16)
    assert heartbeat(b"\1\x40\0", 3) == (1, 0x4000)  # asks for more than it sends
    assert heartbeat(b"\2\xff\xff" + bytes(58), 61) is None  # an encrypted one
    assert heartbeat(b"\3\0\1" + bytes(58), 61) is None
    assert decode(TLS, record(24, b"\1\x40\0")).records[0]["type_name"] == "request"


def test_heartbleed() -> None:  # tshark puts both in the segment in which they end, 21 and 28
    asked, answered = (packets("corpus:zeek/tls/heartbleed-success.pcap")[n - 1].link.ip.tcp.tls for n in (11, 23))
    assert [(found.records[0]["type"], found.records[0]["payload_length"]) for found in (asked, answered)] == [
        (1, 16365), (2, 16365),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "taken"),
    [
        (record(23, b"x" * 5), True),
        (record(23, b"x" * 5, 0x300), True),
        (record(23, b"x" * 5, 0x304), True),
        (record(23, b"x" * 5, 0x305), False),
        (record(25, b"x" * 5), False),
        (record(23, b""), False),
        (record(20, b"\1\1"), False),
        (record(22, HELLO)[:20], True),  # the rest in the next segment
        (record(22, HELLO)[:4], False),
        (b"\x17\3\3\x48\1" + bytes(9), False),  # RFC 5246, 6.2.3: too long
        (record(23, b"x" * 5) + b"\x16", True),
        (record(23, b"x" * 5) + b"\x63", False),
    ],
)
def test_recognition(data: bytes, taken: bool) -> None:
    assert TLS.recognises(data, 0, len(data)) is taken


def test_every_cut_keeps_what_came_before() -> None:
    data = record(22, HELLO + DONE) + record(20, b"\1") + record(22, ENCRYPTED) + record(21, b"\2\x28")
    sizes = [
        [found["length"] for found in layer.records] for layer in every_cut(TLS, data) if not isinstance(layer, Raw)
    ]
    assert sizes[-1] == [46, 1, 40, 2]
    for shorter, longer in pairwise(sizes):
        assert longer[: len(shorter)] == shorter


def test_cut_by_the_snap_length_is_told() -> None:
    layer = decode(TLS, record(22, HELLO)[:30], 47)
    assert (layer.child.truncated, layer.incomplete) == (True, False)


def test_bounds() -> None:
    layer = decode(TLS, record(23, b"x") * (MAX_RECORDS + 1))
    assert len(layer.headers) == MAX_RECORDS
    assert layer.child.reason == f"more than {MAX_RECORDS} TLS records"
    assert decode(TLS, record(22, DONE * 4000)).handshake == []


def test_begins_nowhere_but_at_a_record() -> None:
    packet: Packet = packets("tls13.pcap")[5]
    tcp = packet.link.ip.tcp
    assert not any(
        TLS.recognises(tcp.data, at, tcp.end) for at in range(tcp.payload_offset + 1, tcp.payload_offset + 120)
    )
