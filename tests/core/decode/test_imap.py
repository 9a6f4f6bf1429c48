from __future__ import annotations

import pytest
from support.crosscheck import Row, packets, rows
from support.layers import decode, every_cut

from pcaptools.core.decode.imap import IMAP, Request, Response

IMAP_ = "link.ip.tcp.imap."
CHECKS = rows("imap.pcap", {
    6: [
        (IMAP_ + "commands[0].tag", "A001", "imap.request_tag"),
        (IMAP_ + "commands[0].command", "CAPABILITY", "imap.request.command"),
    ],
    8: [
        (IMAP_ + "replies[1].tag", "A001", "imap.response_tag", "A001"),
        (IMAP_ + "replies[1].status", "OK", "imap.response.status"),
    ],
    9: [(IMAP_ + "commands[0].command", "AUTHENTICATE", "imap.request.command")],
    15: [
        (IMAP_ + "commands[0].command", "SELECT", "imap.request.command"),
        (IMAP_ + "commands[0].parameter", "INBOX", "imap.request.folder"),
    ],
    58: [
        (IMAP_ + "commands[0].tag", "KNFG1", "imap.request_tag"),
        (IMAP_ + "commands[0].command", "LOGIN", "imap.request.command"),
        (IMAP_ + "commands[0].parameter", "[hidden]", "imap.request.password", "s3cret"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_lines_of_a_reply() -> None:
    found = packets("imap.pcap")[16].link.ip.tcp.imap
    assert found.replies[:4] == [
        Response("*", None, "FLAGS", r"(\Answered \Flagged \Deleted \Seen \Draft)"),
        Response("*", None, "OK", r"[PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] Flags permitted."),
        Response("*", 1, "EXISTS", ""),
        Response("*", 1, "RECENT", ""),
    ]
    assert found.replies[-1][:3] == ("A003", None, "OK")


def test_no_password_is_told() -> None:
    told = "".join(repr(packet.link.ip.tcp.imap) for packet in packets("imap.pcap"))
    assert "s3cret" not in told
    assert "czNjcmV0" not in told
    assert "YWxpY2U=" not in told


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"a uid FETCH 1:* (FLAGS)", Request("a", "UID", "FETCH 1:* (FLAGS)")),
        (b"A1 AUTHENTICATE PLAIN AGEAYg==", Request("A1", "AUTHENTICATE", "PLAIN [hidden]")),
        (b"A1 LOGIN {5}", Request("A1", "LOGIN", "[hidden]")),
        (b"a.1-b NOOP", Request("a.1-b", "NOOP", "")),
        (b"done", Request("", "DONE", "")),
        (b"A1 NOOP x", None),
        (b"A1 SELECT", None),
        (b"A1 GREET you", None),
        (b"(A1 NOOP", None),
        (b"NOOP", None),
        (b"Dear friend fetch the paper", None),
    ],
)
def test_commands(line: bytes, said: Request | None) -> None:
    assert IMAP.command_of(line) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"* 23 EXISTS", Response("*", 23, "EXISTS", "")),
        (b"* 2 FETCH (FLAGS (\\Seen))", Response("*", 2, "FETCH", "(FLAGS (\\Seen))")),
        (b"* bye see you", Response("*", None, "BYE", "see you")),
        (b"+ idling", Response("+", None, "", "idling")),
        (b"a1 NO [TRYCREATE] none", Response("a1", None, "NO", "[TRYCREATE] none")),
        (b"* 1 SEARCH", None),
        (b"* EXISTS", None),
        (b"* point of a list", None),
        (b"a1 MAYBE", None),
        (b"Well OK then", Response("Well", None, "OK", "then")),  # nothing tells this from a reply
    ],
)
def test_replies(line: bytes, said: Response | None) -> None:
    assert IMAP.reply_of(line) == said


def test_the_content_of_a_literal_is_not_waited_for() -> None:
    found = decode(IMAP, b"* 1 FETCH (BODY[] {102}\r\nFrom: a\r\n* 2 EXISTS\r\n")
    assert [reply.status for reply in found.replies] == ["FETCH"]
    assert not found.incomplete


def test_every_cut() -> None:
    for layer in every_cut(IMAP, b"* 1 FETCH (X)\r\n* OK [X] y\r\nA1 OK done\r\n"):
        assert not layer.incomplete
