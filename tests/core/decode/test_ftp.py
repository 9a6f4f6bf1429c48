from __future__ import annotations

import pytest
from support.crosscheck import Row, packets, rows
from support.layers import decode, every_cut

from pcaptools.core.decode.ftp import FTP

FTP_ = "link.ip.tcp.ftp."
CHECKS = [
    *rows("ftp.pcap", {
        4: [
            (FTP_ + "replies[0].code", 220, "ftp.response.code"),
            (FTP_ + "replies[0].text", "example FTP ready", "ftp.response.arg"),
        ],
        6: [
            (FTP_ + "commands[0].command", "USER", "ftp.request.command"),
            (FTP_ + "commands[0].parameter", "alice", "ftp.request.arg"),
        ],
        9: [(FTP_ + "commands[0].parameter", "[hidden]", "ftp.request.arg", "s3cret")],
        11: [(FTP_ + "commands[0].command", "PWD", "ftp.request.command")],
        14: [(FTP_ + "port", 39161, "ftp.epsv.port")],
        19: [(FTP_ + "commands[0].parameter", "readme.txt", "ftp.request.arg")],
        54: [
            (FTP_ + "ip", "10.77.0.1", "ftp.active.cip"),
            (FTP_ + "port", 54023, "ftp.active.port"),
        ],
        59: [(FTP_ + "replies[0].code", 550, "ftp.response.code")],
    }),
]  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_no_password_is_told() -> None:
    told = "".join(repr(packet.link.ip.tcp.ftp) for packet in packets("ftp.pcap"))
    assert "s3cret" not in told
    assert "wrong" not in told


@pytest.mark.parametrize(
    ("line", "ip", "port"),
    [
        ("PORT 10,0,0,1,19,137", "10.0.0.1", 5001),  # RFC 959, 4.1.2
        ("227 Entering Passive Mode (192,168,1,2,4,1).", "192.168.1.2", 1025),
        ("227 =127,0,0,1,0,21", "127.0.0.1", 21),
        ("229 Entering Extended Passive Mode (|||6446|)", None, 6446),  # RFC 2428, 3
        ("EPRT |1|132.235.1.2|6275|", "132.235.1.2", 6275),  # RFC 2428, 2
        ("EPRT |2|1080::8:800:200C:417A|5282|", "1080::8:800:200C:417A", 5282),
        ("227 Entering Passive Mode (300,168,1,2,4,1).", None, None),
        ("227 nothing", None, None),
        ("229 nothing", None, None),
        ("PORT 1,2,3,4,5,6,7", None, None),
        ("226 Transfer complete (10,0,0,1,19,137)", None, None),
        ("PWD", None, None),
    ],
)
def test_where_the_data_goes(line: str, ip: str | None, port: int | None) -> None:
    found = decode(FTP, line.encode() + b"\r\n")
    assert (found.ip, found.port) == (ip, port)


TAKEN = (b"list", b"LIST -al", b"PASV", b"PASS", b"AUTH TLS", b"PROT P", b"226 Done")
LEFT = (b"PASV x", b"USER", b"LPRT x", b"Hello")


@pytest.mark.parametrize(("line", "taken"), [*((line, True) for line in TAKEN), *((line, False) for line in LEFT)])
def test_recognition(line: bytes, taken: bool) -> None:
    assert FTP.recognises(line + b"\r\n", 0, len(line) + 2) is taken


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("PASS a b", "[hidden]"),
        ("ACCT x", "[hidden]"),
        ("ADAT eA==", "[hidden]"),
        ("PASS", ""),
        ("AUTH TLS", "TLS"),
        ("USER bob", "bob"),
    ],
)
def test_secrets(line: str, shown: str) -> None:
    assert decode(FTP, line.encode() + b"\r\n").commands[0].parameter == shown


def test_every_cut() -> None:
    for layer in every_cut(FTP, b"227 Entering Passive Mode (192,168,1,2,4,1).\r\n"):
        assert layer.port in (None, 1025)
