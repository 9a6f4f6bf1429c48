from __future__ import annotations

import pytest
from support.build import Dialogue as Conversation
from support.layers import decode

from pcaptools.core.decode import secrets
from pcaptools.core.decode.dialogue import MAX_LINES, Reply, mechanism_only
from pcaptools.core.decode.dissector import Dissector
from pcaptools.core.decode.smtp import SMTP
from pcaptools.core.sources.base import RawPacket


def test_several_commands_in_one_segment() -> None:  # RFC 2920
    found = decode(SMTP, b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\nDATA\r\n")
    assert [command.command for command in found.commands] == ["MAIL", "RCPT", "DATA"]
    assert found.as_dict() == {
        "commands": [
            {"command": "MAIL", "parameter": "FROM:<a@b>"},
            {"command": "RCPT", "parameter": "TO:<c@d>"},
            {"command": "DATA", "parameter": ""},
        ]
    }


def test_a_reply_of_several_lines() -> None:  # RFC 5321, 4.2.1
    found = decode(SMTP, b"250-one\r\n250-two\r\n250 three\r\n")
    assert found.replies == [Reply(250, 1, "one"), Reply(250, 1, "two"), Reply(250, 0, "three")]
    assert (found.commands, found.incomplete) == (None, False)
    assert decode(SMTP, b"250\r\n").replies == [Reply(250, 0, "")]


def test_what_looks_like_neither_ends_it() -> None:
    assert len(decode(SMTP, b"BDAT 5\r\nhello\r\nQUIT\r\n").commands) == 1
    assert len(decode(SMTP, b"354 go\r\nQUIT\r\n").replies) == 1


@pytest.mark.parametrize(
    "line", [b"25x no\r\n", b"750 no\r\n", b"2500 no\r\n", b"250", b"no such thing\r\n", b"\r\n", b"250x\r\n"]
)
def test_what_is_not_recognised(line: bytes) -> None:
    assert not SMTP.recognises(line, 0, len(line))


def test_the_end_of_the_segment_ends_it() -> None:
    assert not SMTP.recognises(b"QUIT\r\n", 0, 4)
    assert len(decode(SMTP, b"QUIT\r\nQUIT\r\n", 6).commands) == 1


def test_a_reply_that_spans_segments() -> None:
    conversation = Conversation(server=("10.0.0.2", 25), mss=16).open()
    conversation.send("s", b"250-first line\r\n250-second\r\n250 third\r\n", acked=False)
    dissector = Dissector()
    frames = [data for _, _, data in conversation.records[3:]]
    found = [dissector.packet(RawPacket(data, 0, 0, len(data), len(data), 1)).link.ip.tcp.smtp for data in frames]
    assert [[reply.text for reply in layer.replies] for layer in found] == [["first line"], ["second"], ["third"]]
    assert [layer.incomplete for layer in found] == [False, True, False]


def test_bounds() -> None:
    assert len(decode(SMTP, b"NOOP\r\n" * 1000).commands) == MAX_LINES
    long = b"NOOP " + b"x" * 5000 + b"\r\n"
    assert not SMTP.recognises(long, 0, len(long))


def test_mechanisms(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mechanism_only("PLAIN AGEAYg==") == "PLAIN [hidden]"
    assert mechanism_only("PLAIN") == "PLAIN"
    monkeypatch.setattr(secrets, "shown", True)
    assert mechanism_only("PLAIN AGEAYg==") == "PLAIN AGEAYg=="
