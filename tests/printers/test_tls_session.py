"""What is printed of TLS sessions."""

from __future__ import annotations

import pytest
from support.steps import KEY

from pcaptools.core.events import TlsSession
from pcaptools.core.tcp.session import Session
from pcaptools.printers.console import Painter
from pcaptools.printers.tls_session import format_session, session_fields


def event(
    sni: str | None = None, alpn: str | None = None, offered: tuple[str, ...] = (), version: str | None = None,
    cipher: str | None = None, notes: str = "",
) -> TlsSession:  # fmt: skip
    return TlsSession(Session(KEY, 0), 0, "send", sni, alpn, list(offered), version, cipher, notes)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (event("a.example", None, ("h2", "x\x1b"), "TLS 1.3", "TLS_AES_128_GCM_SHA256"),
         "TLS 1.3 session: a.example, ALPN offered h2 x\\x1b, TLS_AES_128_GCM_SHA256\n"),
        (event("a\x9b", "h2", ("h2",), "TLS 1.2"), "TLS 1.2 session: a\\x9b, ALPN h2\n"),
        (event(offered=tuple("abcdefgh")), "TLS session: no server name, ALPN offered a b c d e f and 2 more\n"),
        (event(version="0x7e01", notes="odd"), "TLS 0x7e01 session: no server name [odd]\n"),
    ],
)  # fmt: skip
def test_a_line(told: TlsSession, expected: str) -> None:
    assert format_session(told, Painter(False)) == expected


def test_fields() -> None:
    assert session_fields(event("a", "h2", ("h2",), "TLS 1.2", "C", "n")) == {
        "sni": "a", "alpn": "h2", "alpn_offered": ["h2"], "version": "TLS 1.2", "cipher": "C", "notes": "n",
    }  # fmt: skip
