import pytest
from support.crosscheck import Row, rows
from support.tunnels import INNER, INNER6, by_tshark, check_cuts, decoded, udp

from pcaptools.core.decode.gtp import GTP, MESSAGES, MESSAGES_V2

CHECKS = (
    rows("gtp.pcap", {
        1: [
            ("link.ip.udp.gtp.version", 1, "gtp.flags.version"),
            ("link.ip.udp.gtp.flags.payload", 1, "gtp.flags.payload"),
            ("link.ip.udp.gtp.flags.e", 0, "gtp.flags.e"),
            ("link.ip.udp.gtp.flags.s", 1, "gtp.flags.s"),
            ("link.ip.udp.gtp.flags.pn", 0, "gtp.flags.pn"),
            ("link.ip.udp.gtp.message", 1, "gtp.message"),
            ("link.ip.udp.gtp.message_name", "Echo Request", "tcpdump", "2123"),
            ("link.ip.udp.gtp.length", 4, "gtp.length"),
            ("link.ip.udp.gtp.teid", 0, "gtp.teid"),
            ("link.ip.udp.gtp.seq_number", 0x0400, "gtp.seq_number"),
        ],
        4: [
            ("link.ip.udp.gtp.message", 17, "gtp.message"),
            ("link.ip.udp.gtp.teid", 1, "gtp.teid"),
            ("link.ip.udp.gtp.length", 92, "gtp.length"),
        ],
        5: [
            ("link.ip.udp.gtp.message", 255, "gtp.message"),
            ("link.ip.udp.gtp.length", 64, "gtp.length"),
            ("link.ip.udp.gtp.seq_number", 0, "gtp.seq_number"),
            ("link.ip.udp.gtp.ip.tcp.dport", 8080, "tcp.dstport"),
        ],
    })
    + rows("corpus:zeek/tunnels/gtp/gtp_ext_header.pcap", {
        2: [  # the datagram came in two fragments
            ("link.ip.udp.gtp.flags.e", 1, "gtp.flags.e"),
            ("link.ip.udp.gtp.teid", 0x00100657, "gtp.teid"),
            ("link.ip.udp.gtp.seq_number", 5, "gtp.seq_number"),
            ("link.ip.udp.gtp.ext_hdr[0].type", 0xC0, "gtp.ext_hdr.next"),
            ("link.ip.udp.gtp.ext_hdr[0].length", 4, "gtp.ext_hdr.length", "1"),  # tshark: in units of four bytes
            ("link.ip.udp.gtp.ext_hdr[0].content", b"\x09\x04", "gtp.ext_hdr.pdcp_sn", "2308"),
            ("link.ip.udp.gtp.ip.tcp.dport", 6005, "tcp.dstport"),
        ],
    })
    + rows("corpus:zeek/tunnels/gtp/gtp2_different_udp_port.pcap", {
        1: [
            ("link.ip.udp.gtp.flags.s", 0, "gtp.flags.s"),
            ("link.ip.udp.gtp.teid", 0x9E40BA4F, "gtp.teid"),
            ("link.ip.udp.gtp.ip.tcp.dport", 80, "tcp.dstport"),
        ],
    })
    + rows("corpus:zeek/tunnels/gtp/gtp_control_prime.pcap", {
        5: [  # version 0
            ("link.ip.udp.gtp.version", 0, "gtp.flags.version"),
            ("link.ip.udp.gtp.flags.payload", 1, "gtp.flags.payload"),
            ("link.ip.udp.gtp.flags.snn", 0, "gtp.flags.snn"),
            ("link.ip.udp.gtp.message", 16, "gtp.message"),
            ("link.ip.udp.gtp.seq_number", 0x1001, "gtp.seq_number"),
            ("link.ip.udp.gtp.flow_label", 0, "gtp.flow_label"),
            ("link.ip.udp.gtp.tid", "2400101234567890", "gtp.tid"),
        ],
        9: [
            ("link.ip.udp.gtp.message", 255, "gtp.message"),
            ("link.ip.udp.gtp.flow_label", 1, "gtp.flow_label"),
            ("link.ip.udp.gtp.ip.protocol", 1, "ip.proto[1]"),
        ],
    })
    + rows("corpus:zeek/tunnels/gtp/gtp10_not_0xff.pcap", {
        1: [("link.ip.udp.gtp.message", 26, "gtp.message"), ("link.ip.udp.gtp.length", 16, "gtp.length")],
    })
)  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def gtp(header: str, inner: bytes = INNER, port: int = 2152) -> GTP:
    found: GTP = decoded(udp(bytes.fromhex(header) + inner, port)).link.ip.udp.gtp
    return found


def test_user_data() -> None:  # 3GPP TS 29.281, 5.1
    found = gtp("30ff 0028 00000007")
    assert (found.flags, found.length, found.teid, found.seq_number) == ((1, 0, 0, 0), 40, 7, None)
    assert found.ip.tcp.dport == 2
    assert gtp("30ff 003c 00000007", INNER6).ip.version == 6
    assert gtp("30ff 0004 00000007", b"\xc0\x21\0\0").payload == b"\xc0\x21\0\0"


def test_optional_fields_are_there_together_but_each_counts_by_its_flag() -> None:
    numbers = [gtp(f"{flags} ff 002c 00000007 0102 03 00") for flags in ("31", "32", "34", "33")]
    assert [(found.seq_number, found.npdu_number, found.ext_hdr) for found in numbers] == [
        (None, 3, None), (0x0102, None, None), (None, None, []), (0x0102, 3, None),
    ]  # fmt: skip
    assert all(found.ip.tcp.dport == 2 for found in numbers)


EXTENDED = "34ff 0038 00000007 0102 03 85 01 0009 40 02 0868 00000000 00"
"""A PDU session container (TS 38.415) and, as an unknown with eight bytes, a UDP port."""


def test_extension_headers() -> None:
    found = gtp(EXTENDED)
    assert found.ext_hdr == [
        (0x85, "PDU session container", 4, b"\x00\x09"), (0x40, "UDP port", 8, b"\x08\x68\0\0\0\0"),
    ]  # fmt: skip
    assert found.ip.tcp.dport == 2
    assert by_tshark([udp(bytes.fromhex(EXTENDED) + INNER, 2152)], ["tcp.dstport"]) == [["2"]]


def test_extension_headers_without_end() -> None:
    assert gtp("34ff 0100 00000007 0000 00 85" + "01 0000 85" * 60).malformed.reason == (
        "more than 32 GTP extension headers"
    )
    found = gtp("34ff 0100 00000007 0000 00 85 01 0000 85 00")
    assert found.malformed.reason == "GTP extension header of length 0"
    assert found.ext_hdr == [(0x85, "PDU session container", 4, b"\0\0")]


def test_the_length_ends_the_payload() -> None:
    assert gtp("30ff 0028 00000007", INNER + b"padding").ip.end == 20 + 8 + 8 + 40


def test_version_2() -> None:  # TS 29.274, 5.1: with a TEID or without
    found = gtp("4820 000c 00000007 000102 00", bytes(4), 2123)
    assert (found.version, found.flags, found.teid, found.seq_number) == (2, (0, 1), 7, 0x0102)
    assert found.message_name == "Create Session Request"
    assert found.payload == bytes(4)
    found = gtp("4001 0008 000102 00", bytes(4), 2123)
    assert (found.teid, found.seq_number, found.message_name) == (None, 0x0102, "Echo Request")


def test_version_0_with_user_data() -> None:  # GSM 09.60, 6: twenty bytes of header
    found = gtp("1fff 0028 0001 0002 09 ffffff 4200010143658709", INNER, 3386)
    assert (found.seq_number, found.flow_label, found.sndcp_number) == (1, 2, 9)
    assert found.tid == "2400101034567890"
    assert found.ip.tcp.dport == 2


def test_prime() -> None:  # TS 32.295, 6.1: six bytes of header, in version 0 also twenty
    for version, header in enumerate(("0ff0 0001 0007", "2ff0 0001 0007", "4ff0 0001 0007")):
        found = gtp(header, b"\x01", 3386)
        assert (found.version, found.flags, found.prime) == (version, (0, 1), True)
        assert (found.message_name, found.seq_number) == ("Data Record Transfer Request", 7)
        assert found.payload == b"\x01"
    assert gtp("0ef0 0001 0007" + "ff" * 14, b"\x01", 3386).payload == b"\x01"
    assert gtp("0fff 0028 0007", INNER, 3386).ip is None  # it carries no packets


def test_messages_as_tshark_names_them() -> None:
    ours, packets = [], []
    for number in sorted(MESSAGES.keys() - {255}):
        packets.append(udp(bytes([0x32, number]) + bytes.fromhex("0004 00000000 0001 00 00"), 2123))
        ours.append(MESSAGES[number])
    for number in sorted(MESSAGES_V2):
        packets.append(udp(bytes([0x48, number]) + bytes.fromhex("0008 00000001 000700 00"), 2123))
        ours.append(MESSAGES_V2[number])
    theirs = [info for (info,) in by_tshark(packets, ["_ws.col.Info"])]
    different = [(our, their) for our, their in zip(ours, theirs, strict=True) if plain(our) != plain(their)]
    assert different == []


def plain(name: str) -> str:
    """Spelling apart: 3GPP has Routeing, and Acknowledge for what tshark sometimes calls Acknowledgement."""
    name = name.lower().replace("routeing", "routing").replace("acknowledgement", "acknowledge")
    return name.replace("headers notification", "header notification")


def test_that_is_none() -> None:
    found = decoded(udp(bytes.fromhex("60ff 0028 00000007") + INNER, 2152)).link.ip.udp
    assert found.malformed.reason == "GTP version 3"
    assert gtp("3263 0004 00000000 0001 00 00", b"", 2123).message_name == "MBMS Notification Reject Response"
    assert gtp("327b 0004 00000000 0001 00 00", b"", 2123).message_name == "unknown"
    assert gtp("30ff 0000 00000007", b"").malformed.reason == "no IP header"


def test_cut() -> None:
    check_cuts(udp(bytes.fromhex("30ff 0028 00000007") + INNER, 2152), keep="gtp", after=36)
    check_cuts(udp(bytes.fromhex(EXTENDED) + INNER, 2152), keep="gtp", after=40)
    check_cuts(udp(bytes.fromhex("1fff 0028 0001 0002 09 ffffff 4200010143658709") + INNER, 3386), keep="gtp", after=48)
    check_cuts(udp(bytes.fromhex("4820 0008 00000007 000102 00"), 2123), keep="gtp", after=40)
