from __future__ import annotations

import pytest
from support.crosscheck import Row, packets, rows
from support.layers import decode, every_cut

from pcaptools.core.decode.layer import Raw
from pcaptools.core.decode.smtp import SMTP

SMTP_ = "link.ip.tcp.smtp."
CHECKS = [
    *rows("smtp.pcap", {
        4: [
            (SMTP_ + "replies[0].code", 220, "smtp.response.code"),
            (SMTP_ + "replies[0].text", "mail.example.com Python SMTP 1.4.6", "smtp.rsp.parameter"),
        ],
        6: [
            (SMTP_ + "commands[0].command", "EHLO", "smtp.req.command"),
            (SMTP_ + "commands[0].parameter", "client.example.net", "smtp.req.parameter"),
        ],
        17: [(SMTP_ + "commands[0].parameter", "PLAIN", "smtp.req.parameter")],
        21: [(SMTP_ + "commands[0].parameter", "FROM:<alice@example.com> SIZE=102", "smtp.req.parameter")],
        23: [(SMTP_ + "commands[0].command", "RCPT", "smtp.req.command")],
        28: [(SMTP_ + "replies[0].code", 354, "smtp.response.code")],
    }),
    *rows("corpus:zeek/smtp/smtp-bdat-pipeline-8bitmime.pcap", {
        9: [  # tshark takes these for a part of a message
            (SMTP_ + "commands[0].command", "MAIL", "tcpdump", "MAIL From:<linux-kernel-owner@vger.kernel.org>"),
            (SMTP_ + "commands[1].parameter", "To:<trafficwatcher@foundit.scootmail.com>", "tcpdump", "RCPT To:"),
            (SMTP_ + "commands[2].parameter", "4404 LAST", "tcpdump", "BDAT 4404 LAST"),
        ],
    }),
]  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_neither_the_message_nor_what_authenticates_is_told() -> None:
    frames = packets("smtp.pcap")
    sent = [frame.link.ip.tcp for frame in frames if frame.link.ip.tcp.dport == 25 and frame.link.ip.tcp.payload]
    untold = [tcp.payload for tcp in sent if tcp.smtp is None]
    head = b"From: alice@example.com\r\nTo: bob@example.org\r\nSubject: Test\r\n\r\n"
    message = head + b"Hello Bob,\r\nEHLO is only a word here.\r\n"
    assert untold == [
        b"AGFsaWNlAHMzY3JldA==\r\n", message, b".\r\n", b"YWxpY2U=\r\n", b"czNjcmV0\r\n", message, b".\r\n",
    ]  # fmt: skip
    assert "s3cret" not in "".join(map(repr, frames))
    assert "AHMzY3JldA" not in "".join(repr(tcp.smtp) for tcp in sent)


TAKEN = (
    b"ehlo host", b"EHLO [10.0.0.1]", b"MAIL FROM:<>", b"MAIL from: <a@b>", b"RCPT TO:<a@b> NOTIFY=NEVER", b"DATA",
    b"data ", b"QUIT", b"AUTH CRAM-MD5", b"BDAT 86 last", b"NOOP", b"STARTTLS", b"VRFY bob", b"XCLIENT ADDR=10.0.0.1",
)  # fmt: skip
LEFT = (
    b"EHLO is only a word here.", b"EHLO", b"MAIL ME", b"Data is here", b"Quit smoking", b"AUTH PLAIN x y", b"BDAT x",
    b"HELP me please", b"Hello",
)  # fmt: skip


@pytest.mark.parametrize(("line", "taken"), [*((line, True) for line in TAKEN), *((line, False) for line in LEFT)])
def test_commands(line: bytes, taken: bool) -> None:
    assert SMTP.recognises(line + b"\r\n", 0, len(line) + 2) is taken


def test_auth_is_hidden() -> None:  # RFC 4954, 4: an initial response
    assert decode(SMTP, b"AUTH PLAIN AGFsaWNlAHMzY3JldA==\r\n").commands[0].parameter == "PLAIN [hidden]"


def test_every_cut() -> None:
    data = b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
    counts = [len(layer.commands or []) for layer in every_cut(SMTP, data) if not isinstance(layer, Raw)]
    assert counts == sorted(counts)
