import pytest
from support.crosscheck import Row, rows
from support.tunnels import INNER, by_tshark, check_cuts, decoded, udp

from pcaptools.core.decode.l2tp import L2TP

CHECKS = (
    rows("l2tp.pcap", {
        1: [
            ("link.ip.udp.l2tp.flags.type", 1, "l2tp.type"),
            ("link.ip.udp.l2tp.flags.length_bit", 1, "l2tp.length_bit"),
            ("link.ip.udp.l2tp.flags.seq_bit", 1, "l2tp.seq_bit"),
            ("link.ip.udp.l2tp.flags.offset_bit", 0, "l2tp.offset_bit"),
            ("link.ip.udp.l2tp.flags.priority", 0, "l2tp.priority"),
            ("link.ip.udp.l2tp.version", 2, "l2tp.version"),
            ("link.ip.udp.l2tp.length", 100, "l2tp.length"),
            ("link.ip.udp.l2tp.tunnel", 0, "l2tp.tunnel"),
            ("link.ip.udp.l2tp.session", 0, "l2tp.session"),
            ("link.ip.udp.l2tp.ns", 0, "l2tp.Ns"),
            ("link.ip.udp.l2tp.nr", 0, "l2tp.Nr"),
            ("link.ip.udp.l2tp.message_type", 1, "l2tp.avp.message_type"),
            ("link.ip.udp.l2tp.message_name", "SCCRQ", "tcpdump", "MSGTYPE(SCCRQ)"),
            ("link.ip.udp.l2tp.avps[5].type_name", "Host Name", "l2tp.avp.type[5]", "7"),
            ("link.ip.udp.l2tp.avps[5].value", "lac", "l2tp.avp.host_name"),
            ("link.ip.udp.l2tp.avps[6].value", "xelerance.com", "l2tp.avp.vendor_name"),
            ("link.ip.udp.l2tp.avps[8].value", 4, "l2tp.avp.receive_window_size"),
            ("link.ip.udp.l2tp.avps[4].mandatory", 0, "l2tp.avp.mandatory[4]"),
        ],
        6: [
            ("link.ip.udp.l2tp.tunnel", 2, "l2tp.tunnel"),
            ("link.ip.udp.l2tp.ns", 2, "l2tp.Ns"),
            ("link.ip.udp.l2tp.nr", 1, "l2tp.Nr"),
            ("link.ip.udp.l2tp.message_name", "ICRQ", "tcpdump", "MSGTYPE(ICRQ)"),
        ],
        7: [("link.ip.udp.l2tp.message_name", "ZLB", "tcpdump", "ZLB")],
        11: [
            ("link.ip.udp.l2tp.flags.type", 0, "l2tp.type"),
            ("link.ip.udp.l2tp.session", 52961, "l2tp.session"),
            ("link.ip.udp.l2tp.length", None, "l2tp.version", "2"),
            ("link.ip.udp.l2tp.ppp.protocol", 0xC021, "ppp.protocol"),
        ],
        12: [("link.ip.udp.l2tp.message_name", "CDN", "tcpdump", "MSGTYPE(CDN)")],
    })
)  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def l2tp(header: str, inner: bytes = b"") -> L2TP:
    found: L2TP = decoded(udp(bytes.fromhex(header) + inner, 1701)).link.ip.udp.l2tp
    return found


DATA = [
    "0002 0007 0009 ff03 0021",
    "4002 0034 0007 0009 ff03 0021",
    "0a02 0007 0009 0001 0002 0003 aabbcc ff03 0021",
    "4b02 003d 0007 0009 0001 0002 0003 aabbcc ff03 0021",
]


@pytest.mark.parametrize("header", DATA)
def test_data(header: str) -> None:  # RFC 2661, 3.1: length, sequence numbers and offset are optional
    found = l2tp(header, INNER)
    assert (found.tunnel, found.session, found.message_name) == (7, 9, None)
    assert found.ip.tcp.dport == 2
    assert found.flags.seq_bit == (found.ns == 1 and found.nr == 2)
    assert found.offset == (3 if found.flags.offset_bit else None)


def test_data_as_tshark_reads_it() -> None:
    packets = [udp(bytes.fromhex(header) + INNER, 1701) for header in DATA]
    assert by_tshark(packets, ["l2tp.tunnel", "l2tp.session", "tcp.dstport"]) == [["7", "9", "2"]] * 4


def test_the_length_ends_the_payload() -> None:
    assert l2tp("4002 0034 0007 0009 ff03 0021", INNER + b"padding").ip.end == 28 + 0x34


def test_attributes() -> None:  # RFC 2661, 4.1
    found = l2tp(
        "c802 002b 0007 0000 0001 0002 8008 0000 0000 0002 c009 0000 000b 010203 0008 0009 0001 abcd 0006 0000 0063"
    )
    assert found.message_name == "SCCRP"
    assert found.avps == [
        (1, 0, 0, 0, "Message Type", 2),
        (1, 1, 0, 11, "Challenge", b"\1\2\3"),
        (0, 0, 9, 1, "unknown", b"\xab\xcd"),  # somebody's own
        (0, 0, 0, 99, "unknown", b""),
    ]


def test_messages_whose_type_is_not_known() -> None:
    assert l2tp("c802 0014 0007 0000 0001 0002 8008 0000 0000 0063").message_name == "unknown"
    found = l2tp("c802 0014 0007 0000 0001 0002 8008 0000 0009 0063")
    assert (found.message_type, found.message_name) == (None, "unknown")
    hidden = l2tp("c802 0014 0007 0000 0001 0002 c008 0000 0000 0063")
    assert hidden.message_type is None


def test_attributes_without_end() -> None:
    assert l2tp("c802 0014 0007 0000 0001 0002 8005 0000 0000 0001").malformed.reason == "L2TP attribute of 5 bytes"
    found = l2tp("c802 0014 0007 0000 0001 0002 8008 0000 0000 0001 8006 0000 0001")
    assert (found.message_name, len(found.avps or [])) == ("SCCRQ", 1)  # the length ends the list
    found = l2tp("c802 ffff 0007 0000 0001 0002" + "8006 0000 0001" * 3000)
    assert found.malformed.reason == "more than 256 L2TP attributes"


def test_version_3() -> None:  # RFC 3931, 3.2.1 and 4.1.2.1
    control = l2tp("c803 0014 00000007 0001 0002 8008 0000 0000 0001")
    assert (control.ccid, control.ns, control.nr, control.message_name) == (7, 1, 2, "SCCRQ")
    data = l2tp("0003 0000 00000009", b"cookie or not")
    assert (data.session, data.ccid, data.message_name) == (9, None, None)
    assert data.payload == b"cookie or not"


def test_that_is_none() -> None:
    found = decoded(udp(bytes.fromhex("0001 0007 0009"), 1701)).link.ip.udp  # version 1 is Cisco's L2F (RFC 2341)
    assert found.malformed.reason == "L2TP version 1"


def test_cut() -> None:
    check_cuts(udp(bytes.fromhex(DATA[3]) + INNER, 1701), keep="l2tp", after=28 + 17)
    control = bytes.fromhex("c802 001c 0007 0000 0001 0002 8008 0000 0000 0002 0008 0000 0009 0007")
    check_cuts(udp(control, 1701), keep="l2tp", after=40)
