import pytest
from support.crosscheck import Row, packets, rows
from support.cuts import framed, line, survive_cuts

CHECKS = rows("pppoe.pcap", {
    6: [
        ("link.lcp.code", 1, "ppp.code"),
        ("link.lcp.identifier", 1, "ppp.identifier"),
        ("link.lcp.length", 18, "ppp.length"),
        ("link.lcp.options[0].value", 1492, "lcp.opt.mru"),
        ("link.lcp.options[1].value", "PAP", "lcp.opt.auth_protocol", "0xc023"),
        ("link.lcp.options[2].value", 0xC7262B9F, "lcp.opt.magic_number"),
    ],
    7: [("link.lcp.code_name", "Configure-Ack", "tcpdump", "Conf-Ack")],
    10: [("link.lcp.message[magic_number]", 0xC7262B9F, "lcp.magic_number")],
    11: [
        ("link.pap.code", 1, "pap.code"),
        ("link.pap.peer_id", "alice", "pap.peer_id"),
        ("link.pap.password", "[hidden]", "pap.password", "secret"),
    ],
    12: [("link.pap.message", "Login ok", "pap.message")],
    14: [("link.ccp.options[0].type", 26, "ccp.opt.type"), ("link.ccp.options[2].type", 21, "ccp.opt.type[2]")],
    15: [("link.ipcp.options[1].value", "10.1.0.1", "ipcp.opt.ip_address")],
    19: [
        ("link.ipcp.code_name", "Configure-Nak", "tcpdump", "Conf-Nack"),
        ("link.ipcp.options[0].value", "10.1.0.100", "ipcp.opt.ip_address"),
        ("link.ipcp.options[1].value", "10.1.0.53", "ipcp.opt.pri_dns_address"),
        ("link.ipcp.options[2].name", "Secondary-DNS", "tcpdump", "Sec-DNS"),
    ],
    16: [("link.ipv6cp.options[0].value", "d8d8:e873:2af5:33be", "ipv6cp.interface_identifier",
          "d8:d8:e8:73:2a:f5:33:be")],
}) + rows("pppoe-chap.pcap", {
    2: [("link.lcp.options[1].value", "CHAP MD5", "lcp.opt.algorithm", "5")],
    3: [
        ("link.chap.code", 1, "chap.code"),
        ("link.chap.name", "station", "chap.name"),
        ("link.chap.value", bytes.fromhex("a425a37b01b7df8e7faa0bc811445bbce7c493"), "chap.value",
         "a425a37b01b7df8e7faa0bc811445bbce7c493"),
    ],
    4: [("link.chap.name", "alice", "chap.name"), ("link.chap.code_name", "Response", "tcpdump")],
    5: [("link.chap.message", "Access granted", "chap.message")],
}) + rows("pppoe-mschap.pcap", {
    10: [("link.ccp.options[0].value", 0x01000060, "ccp.opt.supported_bits")],
    5: [("link.lcp.options[1].value", "CHAP MS-CHAPv2", "lcp.opt.algorithm", "129")],
}) + rows("multilink.pcap", {
    2: [
        ("link.lcp.options[2].value", 1500, "lcp.opt.mrru"),
        ("link.lcp.options[3].value", "MAC 96:94:fa:21:72:a5", "tcpdump", "MAC 96:94:fa:21:72:a5"),
    ],
}) + rows("corpus:tcpdump/pptp.pcap", {
    16: [("link.ip.gre.ppp.lcp.code", 1, "ppp.code"),
         ("link.ip.gre.ppp.lcp.options[0].value", 0x021952CF, "lcp.opt.magic_number")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_no_password_anywhere() -> None:
    packet = packets("pppoe.pcap")[10]
    assert b"secret" in packet.raw.data
    assert "secret" not in repr(packet) + str(packet.as_dict()) + line(packet)


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (5, "LCP Configure-Request 1 MRU 1492, Magic-Number 0x394dc87c"),
        (11, "PAP Authenticate-Request alice"),
        (12, "PAP Authenticate-Ack Login ok"),
        (23, "CCP Configure-Ack 1"),
        (26, "IPCP Configure-Request 2 IP-Address 10.1.0.1"),
        (27, "IPv6CP Configure-Ack 1 Interface-Identifier d8d8:e873:2af5:33be"),
    ],
)
def test_lines(frame: int, told: str) -> None:
    assert line(packets("pppoe.pcap")[frame - 1]).endswith(told)


def test_rejected_protocol() -> None:  # RFC 1661, 5.7
    packet = framed("ff03 c021 08 02 0008 8057 0102", 9)
    assert packet.link.lcp.message == {"protocol": "0x8057 (IPv6CP)", "data": b"\x01\x02"}
    assert line(packet).endswith("LCP Protocol-Reject 2 0x8057 (IPv6CP)")


def test_identification_and_time() -> None:  # RFC 1570, 2.1 and 2.2
    assert framed("c021 0c 01 000a 00000007 6869", 9).link.lcp.message == {"magic_number": 7, "data": "hi"}
    found = framed("c021 0d 01 000c 00000007 0000003c", 9).link.lcp.message
    assert found == {"magic_number": 7, "seconds": 60, "data": ""}


def test_bridging_and_mpls() -> None:  # RFC 3518, 5
    bcp = framed("8031 01 01 000f 03 03 01 06 08 000102030405", 9).link.bcp
    assert [tuple(option) for option in bcp.options] == [
        (3, "MAC-Support", 1),
        (6, "MAC-Address", "00:01:02:03:04:05"),
    ]
    assert framed("8281 01 01 0004", 9).link.mplscp.code_name == "Configure-Request"


def test_what_is_wrong_comes_after_what_was_read() -> None:
    long = framed("c021 01 01 0010 0104 05dc", 9)
    assert long.link.lcp.option("MRU") == 1500
    assert long.link.lcp.malformed.reason == "LCP: length 16 in a packet of 8 bytes"
    zero = framed("c021 01 01 000a 0104 05dc 0500", 9)
    assert zero.link.lcp.option("MRU") == 1500
    assert zero.link.lcp.malformed.reason == "LCP option 5 with length 0"
    short = framed("c021 01 01 0003", 9)
    assert short.link.lcp.malformed.reason == "LCP: length 3 in a packet of 4 bytes"
    many = framed("c021 01 01 00cc" + "0702" * 100, 9)
    assert len(many.link.lcp.options) == 64
    assert many.link.lcp.malformed.reason == "more than 64 options"
    padded = framed("c021 06 01 0004 00000000", 9)  # RFC 1661, 5: padding is not told
    assert padded.link.lcp.child is None


def test_cut() -> None:
    survive_cuts("pppoe.pcap", 6, 10, 11, 12, 14, 19)
    survive_cuts("pppoe-chap.pcap", 3, 5)
