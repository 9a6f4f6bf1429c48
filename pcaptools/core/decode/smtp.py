"""The Simple Mail Transfer Protocol (RFC 5321) and mail submission (RFC 6409): commands and replies.

Limitations: the lines of a message that DATA announced, and those of an AUTH exchange, are not told. Of a message only
a line that begins a segment and is like a command to its last word could be taken for one.
"""

from __future__ import annotations

import re
from typing import ClassVar

from pcaptools.core.decode.dialogue import NONE, WORD, WORDS, Dialogue, Parameters, mechanism_only

HOST = re.compile(rb"\S+")


class SMTP(Dialogue):
    """Commands of a client, or replies of a server."""

    __slots__ = ()

    key = "smtp"
    parameters: ClassVar[Parameters] = {
        b"EHLO": HOST, b"HELO": HOST, b"LHLO": HOST, b"MAIL": re.compile(rb"FROM: ?\S.*", re.IGNORECASE),
        b"RCPT": re.compile(rb"TO: ?\S.*", re.IGNORECASE), b"DATA": NONE, b"RSET": NONE, b"QUIT": NONE,
        b"STARTTLS": NONE, b"NOOP": WORD, b"HELP": WORD, b"VRFY": WORDS, b"EXPN": WORDS, b"ETRN": HOST, b"TURN": NONE,
        b"AUTH": re.compile(rb"[\w-]{1,20}(?: \S+)?"), b"BDAT": re.compile(rb"\d+(?: LAST)?", re.IGNORECASE),
        b"XCLIENT": re.compile(rb"\w+=.*"), b"XFORWARD": re.compile(rb"\w+=.*"),
    }  # fmt: skip

    @classmethod
    def shown(cls, command: str, parameter: str) -> str:
        """Hide what AUTH has behind the mechanism."""
        return mechanism_only(parameter) if command == "AUTH" else parameter
