"""The File Transfer Protocol's control connection (RFC 959; RFC 2228, 2389, 2428, 3659 for later commands)."""

from __future__ import annotations

import re
from typing import ClassVar

from pcaptools.core.decode.dialogue import ANY, NONE, WORDS, Dialogue, Parameters, mechanism_only

CLASSIC = re.compile(r"(?<![\d,])(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})(?![\d,])")
EXTENDED = re.compile(r"(\S)([12]?)\1([0-9A-Fa-f.:]*)\1(\d{1,5})\1")
PASSIVE, EXTENDED_PASSIVE = 227, 229


class FTP(Dialogue):
    """Commands of a client, or replies of a server; `ip` and `port` are where the data connection is to go."""

    __slots__ = ()

    key = "ftp"
    fields: ClassVar[tuple[str, ...]] = (*Dialogue.fields, "ip", "port")
    parameters: ClassVar[Parameters] = {
        **dict.fromkeys(
            (b"CDUP", b"XCUP", b"REIN", b"QUIT", b"PASV", b"ABOR", b"PWD", b"XPWD", b"SYST", b"NOOP", b"FEAT", b"CCC"),
            NONE,
        ),
        **dict.fromkeys(
            (b"USER", b"ACCT", b"CWD", b"XCWD", b"SMNT", b"PORT", b"TYPE", b"STRU", b"MODE", b"RETR", b"STOR", b"APPE",
             b"ALLO", b"REST", b"RNFR", b"RNTO", b"DELE", b"RMD", b"XRMD", b"MKD", b"XMKD", b"SITE", b"EPRT", b"OPTS",
             b"AUTH", b"ADAT", b"PBSZ", b"PROT", b"MIC", b"CONF", b"ENC", b"MDTM", b"SIZE", b"MFMT", b"HOST", b"CLNT"),
            WORDS,
        ),
        **dict.fromkeys(
            (b"PASS", b"STOU", b"LIST", b"NLST", b"STAT", b"HELP", b"EPSV", b"MLSD", b"MLST", b"LANG", b"AVBL"), ANY
        ),
    }  # fmt: skip
    hidden = frozenset(("PASS", "ACCT", "ADAT"))

    @classmethod
    def shown(cls, command: str, parameter: str) -> str:
        """Hide passwords and what authenticates otherwise."""
        return mechanism_only(parameter) if command == "AUTH" else super().shown(command, parameter)

    @property
    def ip(self) -> str | None:
        """The address of a PORT or EPRT command, or of the reply to PASV; None where none is told."""
        return self._data_end()[0]

    @property
    def port(self) -> int | None:
        """The port of one of these, or of the reply to EPSV."""
        return self._data_end()[1]

    def _data_end(self) -> tuple[str | None, int | None]:
        for command, parameter in self.commands or []:
            if command == "PORT":
                return _classic(parameter)
            if command == "EPRT":
                return _extended(parameter)
        for code, _, said in self.replies or []:
            if code == PASSIVE:
                return _classic(said)
            if code == EXTENDED_PASSIVE:
                return _extended(said)
        return None, None


def _classic(said: str) -> tuple[str | None, int | None]:
    """Read "10,0,0,1,19,137", with text around it (RFC 959, 4.1.2, "DATA PORT")."""
    found = CLASSIC.search(said)
    if found is None or any(int(number) > 255 for number in found.groups()):
        return None, None
    *address, high, low = found.groups()
    return ".".join(str(int(number)) for number in address), int(high) << 8 | int(low)


def _extended(said: str) -> tuple[str | None, int | None]:
    """Read "|2|::1|5000|" and "(|||5000|)" (RFC 2428, 2 and 3)."""
    found = EXTENDED.search(said)
    return (found[3] or None, int(found[4])) if found else (None, None)
