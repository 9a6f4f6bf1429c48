from __future__ import annotations

import pytest
from support.crosscheck import packets
from support.layers import decode

from pcaptools.core.decode.http import HTTP
from pcaptools.core.decode.http2 import HTTP2
from pcaptools.core.decode.quic import QUIC
from pcaptools.core.decode.ssh import SSH
from pcaptools.core.decode.ssl2 import SSL2Hello
from pcaptools.core.decode.tls import TLS
from pcaptools.printers.lines.applications import MAX_TEXT, http, http2, quic, short, ssh, ssl2, tls

FLIGHT_13 = (
    "TLS server hello TLS 1.3 TLS_AES_256_GCM_SHA384, change cipher spec, application data 32, application data 513, "
    "application data 96, application data 69"
)
FLIGHT_12 = (
    "TLS server hello TLS 1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 ALPN=http/1.1, certificate CN=rsa.example.com, "
    "server key exchange, certificate request, server hello done"
)
ANSWER_12 = (
    "TLS certificate CN=www.example.com, client key exchange, certificate verify, change cipher spec, "
    "encrypted handshake"
)


def told(capture: str, frame: int) -> str:
    return tls(packets(capture)[frame - 1].link.ip.tcp.tls)


@pytest.mark.parametrize(
    ("capture", "frame", "line"),
    [
        ("tls13.pcap", 4, "TLS client hello SNI=www.example.com ALPN=h2,http/1.1 TLS 1.3"),
        ("tls13.pcap", 6, FLIGHT_13),
        ("tls13.pcap", 12, "TLS application data 32"),
        ("tls12.pcap", 6, FLIGHT_12),
        ("tls12.pcap", 8, ANSWER_12),
        ("tls12.pcap", 14, "TLS encrypted alert"),
        ("tls13-retry.pcap", 6, "TLS hello retry request TLS 1.3 TLS_AES_256_GCM_SHA384, change cipher spec"),
        ("tls-alert.pcap", 6, "TLS alert fatal protocol_version"),
        ("tls-pq.pcap", 4, "TLS client hello TLS 1.3 (1439 of 1562 bytes)"),
        ("tls-pq.pcap", 5, "TLS client hello SNI=pq.example.com ALPN=h2,http/1.1 TLS 1.3"),
        ("corpus:zeek/tls/heartbleed-success.pcap", 11, "TLS heartbeat request"),
        ("corpus:zeek/tls/tls13draft16-ff52.a01.pcap", 4, "TLS client hello ALPN=h2,http/1.1 TLS 1.3 draft 16"),
    ],
)  # fmt: skip
def test_tls(capture: str, frame: int, line: str) -> None:
    assert told(capture, frame) == line


def test_tls_of_numbers_without_names() -> None:
    assert tls(decode(TLS, b"\x15\3\3\0\2\1\xfe")) == "TLS alert warning 0xfe"
    server = b"\x16\3\3\0\x2a\2\0\0\x26\3\3" + bytes(32) + b"\0\x99\x99\0"
    assert tls(decode(TLS, server)) == "TLS server hello TLS 1.2 0x9999"


def test_tls_is_bounded() -> None:
    assert len(tls(decode(TLS, b"\x17\3\3\0\1x" * 500))) <= MAX_TEXT + 3
    line = told("tls-records.pcap", 4)
    assert line.endswith("proto-007,... TLS 1.3")  # the version stands behind a list that was cut


def test_ssl2() -> None:
    data = b"\x80\x1c\1\3\1\0\3\0\0\0\x10\0\0\x2f" + bytes(16)
    assert ssl2(decode(SSL2Hello, data)) == "TLS client hello TLS 1.0 in the format of SSL 2.0"
    assert ssl2(decode(SSL2Hello, data[:3] + b"\0\2" + data[5:])) == "TLS client hello SSL 2.0"


@pytest.mark.parametrize(
    ("capture", "frame", "line"),
    [
        ("quic-retry.pcap", 1, "QUIC v1 Initial dcid=8d764947d4bbea0c scid=c8cd9d3f8565fd5e"),
        ("quic-retry.pcap", 2, "QUIC v1 Retry dcid=c8cd9d3f8565fd5e scid=026981a868f7a1cf"),
        ("quic-retry.pcap", 5, "QUIC v1 Initial, Handshake, 1-RTT dcid=b932f2f8263d9fe5 scid=c8cd9d3f8565fd5e"),
        ("quic-vn.pcap", 1, "QUIC GREASE 0x1a2a3a4a packet dcid=6d3a015f573ded33 scid=10b48adf0bceb01b"),
        ("quic-vn.pcap", 2, "QUIC version negotiation v1, v2 dcid=10b48adf0bceb01b scid=6d3a015f573ded33"),
        ("quic-v2.pcap", 1, "QUIC v2 Initial dcid=b6cf44aac0282005 scid=69690affb7fda904"),
    ],
)
def test_quic(capture: str, frame: int, line: str) -> None:
    assert quic(packets(capture)[frame - 1].link.ip.udp.quic) == line


def test_quic_of_other_kinds() -> None:
    assert quic(decode(QUIC, b"\x40" + bytes(20))) == "QUIC short header"
    draft = b"\xe0\xff\0\0\x1d\0\1s\5hello"
    assert quic(decode(QUIC, draft)) == "QUIC draft 29 Handshake dcid=- scid=73"
    assert quic(decode(QUIC, b"\xe0\x12\x34\x56\x78\0\0")) == "QUIC unknown 0x12345678 packet dcid=- scid=-"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"GET /data.json HTTP/1.1\r\n", "HTTP 1.1 request: GET /data.json"),  # http-trace's words
        (b"HTTP/1.1 404 Not Found\r\n", "HTTP 1.1 response: 404 Not Found"),
        (b"HTTP/1.0 204 \r\n", "HTTP 1.0 response: 204"),
        (b"GET /data", "HTTP request: GET /data"),
        (b"HTTP/1.1 200 O", "HTTP 1.1 response: 200"),
        (b"HTTP/1.", "HTTP 1."),
        (b"GET /" + b"a" * 300 + b" HTTP/1.1\r\n", "HTTP 1.1 request: GET /" + "a" * 199 + "..."),
    ],
)
def test_http(data: bytes, line: str) -> None:
    assert http(decode(HTTP, data)) == line


def test_http2() -> None:
    capture = packets("http2.pcap")
    assert http2(capture[3].link.ip.tcp.http2) == "HTTP/2 preface, SETTINGS, WINDOW_UPDATE"
    assert http2(capture[10].link.ip.tcp.http2) == "HTTP/2 SETTINGS, HEADERS 1, DATA 1"
    assert http2(decode(HTTP2, b"\0\0\0\x77\0\0\0\0\1")) == "HTTP/2 frame type 119 1"


@pytest.mark.parametrize(
    ("frame", "line"),
    [
        (4, "SSH banner SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10"),
        (11, "SSH kexinit sntrup761x25519-sha512 ssh-ed25519 chacha20-poly1305@openssh.com"),
        (13, "SSH kexdh_init"),
        (14, "SSH kexdh_reply, newkeys"),
    ],
)
def test_ssh(frame: int, line: str) -> None:
    assert ssh(packets("ssh.pcap")[frame - 1].link.ip.tcp.ssh) == line


def test_ssh_disconnect() -> None:
    payload = b"\1" + b"\0\0\0\x0b" + b"\0\0\0\3bye" + b"\0\0\0\0"
    data = bytes((0, 0, 0, len(payload) + 1 + 8, 8)) + payload + bytes(8)
    assert ssh(decode(SSH, data)) == "SSH disconnect by_application"


def test_short() -> None:
    assert short("a" * MAX_TEXT) == "a" * MAX_TEXT
    assert short("abcdef", 3) == "abc..."
