from __future__ import annotations

import pytest
from support.crosscheck import Row, packets, rows
from support.layers import decode, every_cut

from pcaptools.core.decode.pop3 import POP3, Answer

POP = "link.ip.tcp.pop."
CHECKS = [
    *rows("pop3.pcap", {
        4: [
            (POP + "replies[0].indicator", "+OK", "pop.response.indicator"),
            (POP + "replies[0].description", "Dovecot (Debian) ready.", "pop.response.description"),
        ],
        6: [
            (POP + "commands[0].command", "USER", "pop.request.command"),
            (POP + "commands[0].parameter", "alice", "pop.request.parameter"),
        ],
        9: [(POP + "commands[0].parameter", "[hidden]", "pop.request.parameter", "s3cret")],
        13: [(POP + "replies[0].description", "1 102", "pop.response.description")],
        17: [(POP + "commands[0].command", "RETR", "pop.request.command")],
        19: [(POP + "replies[0].description", "102 octets", "pop.response.description")],
        35: [(POP + "replies[0].indicator", "-ERR", "pop.response.indicator")],
        50: [(POP + "commands[0].parameter", "CRAM-MD5", "pop.request.parameter")],
    }),
    *rows("corpus:zeek/tls/pop3-starttls.pcap", {
        7: [(POP + "commands[0].command", "STLS", "pop.request.command")],
    }),
]  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_no_password_is_told() -> None:
    told = "".join(repr(packet.link.ip.tcp.pop) for packet in packets("pop3.pcap"))
    assert "s3cret" not in told
    assert "wrong" not in told


def test_only_the_first_line_of_a_message_is_told() -> None:
    found = packets("pop3.pcap")[18].link.ip.tcp.pop
    assert found.replies == [Answer("+OK", "102 octets")]
    assert not found.incomplete


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"apop mrose c4c9334bac560ecc979e58001b3e22fb", "mrose [hidden]"),  # RFC 1939, 7
        (b"AUTH PLAIN AGEAYg==", "PLAIN [hidden]"),
        (b"AUTH", ""),
        (b"PASS with blanks", "[hidden]"),
        (b"LIST", ""),
        (b"LIST 2", "2"),
        (b"TOP 1 10", "1 10"),
        (b"RETR", None),
        (b"TOP 1", None),
        (b"STAT 1", None),
        (b"QUITE so", None),
    ],
)
def test_commands(line: bytes, shown: str | None) -> None:
    found = POP3.command_of(line)
    assert (found and found[1]) == shown


@pytest.mark.parametrize(
    ("line", "taken"), [(b"+OK", True), (b"-ERR x", True), (b"+ eA==", True), (b"+x", False), (b"250 OK", False)]
)
def test_replies(line: bytes, taken: bool) -> None:
    assert POP3.recognises(line + b"\r\n", 0, len(line) + 2) is taken


def test_every_cut() -> None:
    assert decode(POP3, b"USER a\r\nPASS b\r\n").commands[1].parameter == "[hidden]"
    for layer in every_cut(POP3, b"USER a\r\nPASS bbb\r\n"):
        assert "bbb" not in repr(layer)
