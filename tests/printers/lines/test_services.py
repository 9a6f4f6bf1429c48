from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.crosscheck import packets

from pcaptools.core.decode.dhcp import DHCP
from pcaptools.core.decode.dhcpv6 import DHCPv6
from pcaptools.core.decode.layer import Layer, decode_layer
from pcaptools.core.decode.ntp import NTP
from pcaptools.core.decode.rtp import RTCP, RTP
from pcaptools.core.decode.snmp import SNMP
from pcaptools.core.decode.stun import STUN
from pcaptools.core.decode.syslog import Syslog
from pcaptools.core.decode.tftp import TFTP
from pcaptools.printers.lines.services import LINES

CASES = [
    ("dhcp.pcap", 1, "DHCP Discover 9a:c3:04:a3:04:33 (client1)"),
    ("dhcp.pcap", 2, "DHCP Offer 10.8.0.77 to 9a:c3:04:a3:04:33"),
    ("dhcp.pcap", 5, "DHCP Request 9a:c3:04:a3:04:33 10.8.0.77 (client1)"),
    ("dhcp.pcap", 11, "DHCP Release 9a:c3:04:a3:04:33 10.8.0.78 (client2)"),
    ("corpus:zeek/dhcp/dhcp.pcap", 4, "DHCP NAK to 90:b1:1c:99:49:29 requested address not available"),
    ("dhcpv6.pcap", 1, "DHCPv6 Solicit client 9a:c3:04:a3:04:33"),
    ("dhcpv6.pcap", 4, "DHCPv6 Reply 2001:db8:8::141, 2001:db8:1ff::/56 client 9a:c3:04:a3:04:33"),
    ("dhcpv6-relay.pcap", 1, "DHCPv6 Relay-forw for fe80::98c3:4ff:fea3:433"),
    ("ntp.pcap", 1, "NTP v4 client"),
    ("ntp.pcap", 2, "NTP v4 server stratum 3"),
    ("ntp.pcap", 11, "NTP v2 control read variables request"),
    ("ntp.pcap", 12, "NTP v2 control read variables response"),
    ("corpus:tcpdump/ntp.pcap", 2, "NTP v4 server kiss STEP"),
    ("corpus:tcpdump/ntp-mode7.pcap", 1, "NTP v2 private AUTHINFO request"),
    ("corpus:tcpdump/ntp-mode7.pcap", 2, "NTP v2 private AUTHINFO response 1 items"),
    ("radius.pcap", 1, "RADIUS Access-Request id 91 user bob"),
    ("radius.pcap", 2, "RADIUS Access-Accept id 91 Welcome, bob"),
    ("radius.pcap", 7, "RADIUS Accounting-Request id 75 Start user bob"),
    ("snmp.pcap", 2, "SNMP v1 get-request 1.3.6.1.2.1.1.5.0, 1.3.6.1.2.1.1.3.0"),
    ("snmp.pcap", 3, "SNMP v1 get-response 1.3.6.1.2.1.1.5.0=vm, 1.3.6.1.2.1.1.3.0=199"),
    ("snmp.pcap", 11, "SNMP v2c get-response notWritable 1.3.6.1.2.1.1.9.1.3.1=x"),
    ("snmp.pcap", 16, "SNMP v3 user alice encrypted"),
    (
        "snmp.pcap", 22,
        "SNMP v1 trap 1.3.6.1.4.1.8072.2.3.0.1 enterpriseSpecific 17 1.3.6.1.4.1.8072.2.3.2.1=123",
    ),
    ("ssdp.pcap", 1, "SSDP NOTIFY ssdp:byebye uuid:4d696e69-444c-164e-9d41-e2c783cc8ea9"),
    ("ssdp.pcap", 3, "SSDP M-SEARCH urn:schemas-upnp-org:device:MediaServer:1"),
    ("ssdp.pcap", 4, "SSDP 200 OK urn:schemas-upnp-org:device:MediaServer:1 http://10.9.0.1:8200/rootDesc.xml"),
    ("stun.pcap", 2, "STUN Binding Success Response 10.9.0.2:44475"),
    ("stun.pcap", 4, "STUN Allocate Error Response 401 Unauthorized"),
    ("stun.pcap", 5, "STUN Allocate Request user u1"),
    ("stun.pcap", 13, "STUN ChannelData 0x4c59, 20 bytes"),
    ("syslog.pcap", 1, "syslog local3.err vm app[42] disk full on /dev/sda1"),
    ("syslog.pcap", 3, "syslog user.emerg app bare"),
    ("tftp.pcap", 1, "TFTP read boot.img octet"),
    ("tftp.pcap", 9, "TFTP error 1 File not found"),
    ("tftp.pcap", 16, "TFTP options blksize=1428 tsize=6"),
]  # fmt: skip


def line(layer: Layer) -> str:
    say: Callable[[Any], str] = LINES[type(layer).__name__]
    return say(layer)


@pytest.mark.parametrize(("capture", "frame", "said"), CASES, ids=str)
def test_lines(capture: str, frame: int, said: str) -> None:
    assert line(next(one for one in packets(capture)[frame - 1].layers() if type(one).__name__ in LINES)) == said


BOOTP = "{} 01 06 00" + "00" * 12 + "{}" + "00" * 8 + "020000000001" + "00" * 202
HEAD = "00000000" * 2 + "47505300" + "0000000000000000" * 4


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        (DHCP, BOOTP.format("01", "00000000"), "BOOTP request 02:00:00:00:00:01"),
        (DHCP, BOOTP.format("02", "0a000005"), "BOOTP reply 10.0.0.5 to 02:00:00:00:00:01"),
        (DHCPv6, "07 000001 000d 0006 0002 6e6f6e65 0001 0002 ffff", "DHCPv6 Reply client ffff NoAddrsAvail none"),
        (NTP, "24 01 06 ec" + HEAD, "NTP v4 server stratum 1 GPS"),
        (NTP, "e5 10 06 ec" + HEAD, "NTP v4 broadcast stratum 16 not synchronized"),
        (NTP, "24 00 06 ec" + HEAD, "NTP v4 server kiss GPS"),
        (NTP, "16 c2 0001 0000 0000 0000 0000", "NTP v2 control read variables error"),
        (SNMP, "300e 020101 040161 a006 020101 020100", "SNMP v2c get-request"),
        (
            SNMP, "301b 020100 040161 a213 020101 020101 020101 3008 3006 0601 2b 040100",
            "SNMP v1 get-response tooBig 1.3=00",
        ),
        (SNMP, "3003 020103", "SNMP v3"),
        (
            STUN, "0001 000c 2112a442 00000000 00000000 00000000 0020 0008 0001 0000 2112a443",
            "STUN Binding Request 0.0.0.1:8466",
        ),
        (
            STUN, "0101 0018 2112a442" + "00" * 12 + "0020 0014 0002 0000 2112a442" + "00" * 11 + "01",
            "STUN Binding Success Response [::1]:8466",
        ),
        (RTP, "80 e0 0001 00000002 00000003", "RTP type 96 ssrc 0x00000003 seq 1 time 2 marker"),
        (RTP, "80 08 0001 00000002 00000003", "RTP PCMA ssrc 0x00000003 seq 1 time 2"),
        (RTCP, "81ca0003 00000001 0103616263 000000", "RTCP Source description ssrc 0x00000001 CNAME abc"),
        (RTCP, "81cb0002 00000001 03627965", "RTCP Goodbye ssrc 0x00000001 bye"),
        (
            RTCP, "81ce0002 00000001 00000002",
            "RTCP Payload-specific Feedback Picture Loss Indication ssrc 0x00000001",
        ),
        (RTCP, "80ff0000", "RTCP unknown"),
        (TFTP, "0003 0007 616263", "TFTP data block 7 (3 bytes)"),
        (TFTP, "0004 0007", "TFTP ack block 7"),
        (TFTP, "0005 0002 00", "TFTP error 2 Access violation"),
        (TFTP, "0009", "TFTP unknown"),
    ],
)  # fmt: skip
def test_odd_packets(kind: type[Layer], data: str, said: str) -> None:
    wire = bytes.fromhex(data)
    assert line(decode_layer(kind, wire, 0, len(wire), 3)) == said


def test_lines_are_bounded() -> None:
    wire = b"<13>" + b"x" * 5000
    assert len(line(Syslog(wire, 0, len(wire), 3))) < 500
