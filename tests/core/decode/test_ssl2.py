from __future__ import annotations

import pytest
from support.crosscheck import Row, rows
from support.layers import decode, every_cut

from pcaptools.core.decode.layer import Raw
from pcaptools.core.decode.ssl2 import SSL2Hello

CHECKS = rows("corpus:zeek/tls/ssl-v2.pcap", {
    4: [
        ("link.ip.tcp.tls.length", 46, "tls.record.length"),
        ("link.ip.tcp.tls.type", 1, "tls.handshake.type"),
        ("link.ip.tcp.tls.version", 2, "tls.handshake.version"),
        ("link.ip.tcp.tls.ciphersuites[0]", 0x0700C0, "tls.handshake.cipherspec"),
        ("link.ip.tcp.tls.ciphersuites[6]", 0x020080, "tls.handshake.cipherspec[6]"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def hello(
    version: int = 0x301, suites: str = "00002f 010080 0000ff", session_id: int = 0, challenge: int = 16
) -> bytes:
    listed = bytes.fromhex(suites)
    sizes = b"".join(size.to_bytes(2, "big") for size in (len(listed), session_id, challenge))
    body = b"\1" + version.to_bytes(2, "big") + sizes + listed + bytes(session_id) + bytes(challenge)
    return (0x8000 | len(body)).to_bytes(2, "big") + body


def test_a_client_that_asks_for_tls() -> None:  # RFC 5246, E.2: suites of TLS have a zero before
    found = decode(SSL2Hello, hello())
    assert (found.version_name, found.type_name) == ("TLS 1.0", "client_hello")
    assert found.ciphersuite_names == [
        "TLS_RSA_WITH_AES_128_CBC_SHA", "SSL2_RC4_128_WITH_MD5", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
    ]  # fmt: skip
    assert (found.session_id, found.challenge) == (b"", bytes(16))
    assert decode(SSL2Hello, hello(suites="990080")).ciphersuite_names == ["0x990080"]


@pytest.mark.parametrize(
    ("data", "taken"),
    [
        (hello(), True),
        (hello(2), True),
        (hello(0x302, session_id=16, challenge=32), True),
        (hello() + b"more", True),
        (hello(0x304), False),
        (hello(suites=""), False),
        (hello(suites="0102"), False),
        (hello(session_id=3), False),
        (hello(challenge=8), False),
        (hello()[:-1], False),
        (hello()[:10], False),
        (b"\x80\x2e\2" + hello()[3:], False),
        (b"\x80\x2f" + hello()[2:], False),
    ],
)
def test_recognition(data: bytes, taken: bool) -> None:
    assert SSL2Hello.recognises(data, 0, len(data)) is taken


def test_every_cut() -> None:
    assert all(isinstance(layer, Raw) for layer in every_cut(SSL2Hello, hello()))
