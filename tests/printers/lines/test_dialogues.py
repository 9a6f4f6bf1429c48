from __future__ import annotations

import pytest
from support.crosscheck import packets
from support.layers import decode

from pcaptools.core.decode.mqtt import MQTTOnPort
from pcaptools.core.decode.redis import RedisOnPort
from pcaptools.core.decode.smtp import SMTP
from pcaptools.printers.lines.dialogues import LINES, mqtt, redis


@pytest.mark.parametrize(
    ("capture", "frame", "line"),
    [
        ("smtp.pcap", 4, "SMTP 220 mail.example.com Python SMTP 1.4.6"),
        ("smtp.pcap", 8, "SMTP 250-mail.example.com"),
        ("smtp.pcap", 17, "SMTP AUTH PLAIN"),
        ("smtp.pcap", 18, "SMTP 334"),
        ("smtp.pcap", 23, "SMTP RCPT TO:<bob@example.org>"),
        ("smtp.pcap", 27, "SMTP DATA"),
        ("ftp.pcap", 9, "FTP PASS [hidden]"),
        ("ftp.pcap", 12, 'FTP 257 "/" is the current directory.'),
        ("ftp.pcap", 54, "FTP PORT 10,77,0,1,211,7"),
        ("imap.pcap", 35, "IMAP A002 AUTHENTICATE LOGIN [hidden]"),
        ("imap.pcap", 43, 'IMAP * LIST (\\HasNoChildren) "." INBOX; A003 OK List completed (0.001 + 0.000 secs).'),
        ("imap.pcap", 20, "IMAP * 1 FETCH (FLAGS (\\Seen \\Recent) BODY[] {102}"),
        ("imap.pcap", 37, "IMAP + UGFzc3dvcmQ6"),
        ("pop3.pcap", 9, "POP3 PASS [hidden]"),
        ("pop3.pcap", 13, "POP3 +OK 1 102"),
        ("pop3.pcap", 8, "POP3 +OK"),
        ("redis.pcap", 8, 'Redis SET user:1 "Ada Lovelace" EX 60'),
        ("redis.pcap", 21, "Redis reply nil"),
        ("redis.pcap", 33, "Redis reply error ERR value is not an integer or out of range"),
        ("redis.pcap", 59, 'Redis reply map 2: "a", "1", "b", "2"'),
        ("redis.pcap", 84, "Redis AUTH [hidden] [hidden]"),
        ("redis.pcap", 107, "Redis reply OK; 1"),
        ("mqtt.pcap", 4, "MQTT connect v3.1.1 client=sub-mqttv311 user=alice"),
        ("mqtt.pcap", 8, "MQTT subscribe sensors/+/temp, other/#"),
        ("mqtt.pcap", 9, "MQTT suback granted_qos_2,granted_qos_2"),
        ("mqtt.pcap", 20, "MQTT publish sensors/kitchen/temp qos 2"),
        ("mqtt.pcap", 36, 'MQTT connect v3.1.1 client=""'),
        ("mqtt.pcap", 118, "MQTT connack not_authorized"),
        ("mqtt.pcap", 133, "MQTT pingreq"),
    ],
)
def test_lines(capture: str, frame: int, line: str) -> None:
    layer = packets(capture)[frame - 1].link.ip.tcp.child
    assert LINES[type(layer).__name__](layer) == line


def test_several_in_one_segment() -> None:
    assert LINES["SMTP"](decode(SMTP, b"RSET\r\nNOOP\r\nQUIT\r\n")) == "SMTP RSET; NOOP; QUIT"
    assert LINES["SMTP"](decode(SMTP, b"NOOP\r\n" * 20)).endswith("NOOP; ...")
    assert mqtt(decode(MQTTOnPort, b"\xc0\0\xd0\0")) == "MQTT pingreq, pingresp"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"#t\r\n,1.5\r\n_\r\n", "Redis reply true; 1.5; nil"),
        (b"*-1\r\n", "Redis reply nil"),
        (b"*0\r\n", "Redis reply array 0"),
        (b"*2\r\n*1\r\n:1\r\n$2\r\nab\r\n", 'Redis reply array 2: array, "ab"'),
        (b"SET k \"a b\" ''\r\n", 'Redis SET k "a b" ""'),
        (b"$100\r\n" + b"x" * 100 + b"\r\n", 'Redis reply "' + "x" * 60 + '..."'),
    ],
)
def test_redis_values(data: bytes, line: str) -> None:
    assert redis(decode(RedisOnPort, data)) == line
