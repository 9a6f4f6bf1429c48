from __future__ import annotations

from pcaptools.core.decode import packet
from pcaptools.core.sources.base import RawPacket
from pcaptools.printers.clock import Clock
from pcaptools.printers.console import Painter
from pcaptools.printers.packet import PacketPrinter

MACS = bytes.fromhex("001f5bce3e29 001839fff91c")
IP = bytes.fromhex("4500003c abcd4000 40061234 0af00085 616b8448")
TCP = bytes.fromhex("d2300050 0000000a00000000 a00216d0 99990000") + bytes(20)


def line(data: bytes, *, wire: int | None = None, link_type: int = 1, color: bool = False, **options: object) -> str:
    printer = PacketPrinter(Clock("none"), Painter(color=color), **options)  # type: ignore[arg-type]
    text = printer.line(packet(RawPacket(data, 0, 0, len(data), wire or len(data), link_type)))
    assert text.endswith("\n")
    return text[:-1]


def test_tcp_as_node_pcap_prints_it() -> None:
    assert line(MACS + b"\x08\0" + IP + TCP) == (
        "00:18:39:ff:f9:1c -> 00:1f:5b:ce:3e:29 10.240.0.133:53808 -> 97.107.132.72:80 TCP len 60 [syn]"
    )


def test_without_link_addresses() -> None:
    assert line(MACS + b"\x08\0" + IP + TCP, link=False) == "10.240.0.133:53808 -> 97.107.132.72:80 TCP len 60 [syn]"


def test_names() -> None:
    names = {"10.240.0.133": "rv-mjr2.ranney.com", "97.107.132.72": "evil\x1b[31m"}
    told = line(MACS + b"\x08\0" + IP + TCP, link=False, name=lambda address: names.get(address, address))
    assert told == r"rv-mjr2.ranney.com:53808 -> evil\x1b[31m:80 TCP len 60 [syn]"


def test_ipv6_stands_in_brackets() -> None:
    ip6 = bytes.fromhex("60000000 0028 06 40") + bytes(15) + b"\1" + bytes(15) + b"\2"
    assert line(ip6 + TCP, link_type=101) == "raw [::1]:53808 -> [::2]:80 TCP len 80 [syn]"


def test_ip_in_ip_tells_both() -> None:
    outer = bytes.fromhex("45000050 00000000 40040000 01010101 02020202")
    assert line(outer + IP + TCP, link_type=101) == (
        "raw 1.1.1.1 -> 2.2.2.2 10.240.0.133:53808 -> 97.107.132.72:80 TCP len 60 [syn]"
    )


def test_a_protocol_that_nobody_knows() -> None:
    ip = IP[:9] + b"\xfd" + IP[10:]  # 253: for experiments (RFC 3692)
    assert line(MACS + b"\x08\0" + ip + TCP, link=False) == "10.240.0.133 -> 97.107.132.72 proto 253 len 60"
    assert line(MACS + b"\x88\xb5" + bytes(46)) == (
        "00:18:39:ff:f9:1c -> 00:1f:5b:ce:3e:29 no decoder for ethertype 0x88b5 (local experiment 1), 46 bytes"
    )
    assert line(b"abc", link_type=147) == "no decoder for LINKTYPE_USER0, 3 bytes"


def test_a_later_fragment() -> None:
    ip = IP[:6] + b"\x20\x10" + IP[8:]
    assert line(MACS + b"\x08\0" + ip + TCP, link=False) == (
        "10.240.0.133 -> 97.107.132.72 fragment from byte 128 on, 40 bytes"
    )


def test_what_the_snap_length_cut_is_marked() -> None:
    data = MACS + b"\x08\0" + IP + TCP
    assert line(data[:50], wire=74, link=False) == "10.240.0.133:53808 -> 97.107.132.72:80 TCP len 60 [|tcp]"
    assert line(data[:36], wire=74, link=False) == "10.240.0.133 -> 97.107.132.72 [|tcp]"
    assert line(data[:20], wire=74, link=False) == "[|ip]"
    assert line(data[:8], wire=74) == "[|link]"


def test_what_is_malformed_says_why() -> None:
    assert line(MACS + b"\x08\0" + b"\x55" + IP[1:] + TCP, link=False) == "[malformed ip: IPv4 header with version 5]"


def test_udp() -> None:
    ip = bytes.fromhex("45000020 abcd4000 40111234 0af00085 616b8448")
    assert line(ip + bytes.fromhex("d230 0009 000c 0000 61626364"), link_type=101) == (
        "raw 10.240.0.133:53808 -> 97.107.132.72:9 UDP len 32"
    )


def test_time_and_colours() -> None:
    printer = PacketPrinter(Clock("epoch"), Painter(color=False))
    raw = RawPacket(IP + TCP, 12, 345_678_000, 60, 60, 101)
    assert printer.line(packet(raw)).startswith("12.345678 raw 10.240.0.133:53808")
    painted = line(MACS + b"\x08\0" + IP + TCP, color=True)
    assert "\x1b[36m10.240.0.133:53808 -> 97.107.132.72:80\x1b[0m" in painted


def test_the_first_fragment_says_that_it_is_only_that() -> None:
    ip = bytes.fromhex("4500001c 00012000 40010000 0a000001 0a000002")
    assert line(ip + bytes.fromhex("0800 0000 0001 0002"), link_type=101) == (
        "raw 10.0.0.1 -> 10.0.0.2 ICMP Echo Request 2 [first fragment]"
    )


def test_bytes_that_the_frame_has_not() -> None:
    data = MACS + b"\x08\0" + IP + TCP[:-4]
    assert line(data, link=False).endswith("TCP len 60 [syn] [4 bytes missing]")
    assert line(data, wire=74, link=False).endswith("TCP len 60 [syn]")  # the snap length cut them


def test_a_quoted_packet_stands_in_parentheses() -> None:
    error = bytes.fromhex("45000038 00000000 40010000 0a000002 0a000001 0303 0000 00000000")
    quoted = bytes.fromhex("45000054 00000000 40060000 0a000001 0a000002 9c40 0050 00000007")
    assert line(error + quoted, link_type=101, link=False) == (
        "10.0.0.2 -> 10.0.0.1 ICMP Destination Port Unreachable for (10.0.0.1:40000 -> 10.0.0.2:80 TCP len 84)"
    )
    assert line(error + quoted[:20], wire=56, link_type=101, link=False) == (
        "10.0.0.2 -> 10.0.0.1 ICMP Destination Port Unreachable for (10.0.0.1 -> 10.0.0.2)"
    )
    broken = b"\x55" + quoted[1:]
    assert line(error + broken, link_type=101, link=False).endswith("for ([malformed ip: IPv4 header with version 5])")


def test_marks_stand_behind() -> None:
    printer = PacketPrinter(Clock("none"), Painter(color=False))
    told = printer.line(packet(RawPacket(IP + TCP, 0, 0, 60, 60, 101)), ["[bad thing \x1b]"])
    assert told.endswith("TCP len 60 [syn] [bad thing \\x1b]\n")
