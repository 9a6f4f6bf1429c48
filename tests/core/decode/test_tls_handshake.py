from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.tls_handshake import MAX_MESSAGES, Message, certificates, fields_of, hello, messages_in, name

SAID = "link.ip.tcp.tls.handshake"

CHECKS = [
    *rows("tls13.pcap", {
        4: [
            (SAID + "[0].version", 0x303, "tls.handshake.version"),
            (SAID + "[0].random", "128b67968909cac9c82bc15d46d995df88db5bbf9998ed7ebc883aaa5be0269b",
             "tls.handshake.random"),
            (SAID + "[0].session_id", "a6c0b6f2f16ec218fc7d1448b9bbabff9811cdeb87c40ada617a8616ed040e57",
             "tls.handshake.session_id"),
            *[(SAID + f"[0].ciphersuites[{n}]", suite, f"tls.handshake.ciphersuite[{n}]")
              for n, suite in ((0, 0x1302), (9, 0xC02B), (30, 0xFF))],
            (SAID + "[0].comp_methods[0]", 0, "tls.handshake.comp_method"),
        ],
        6: [
            (SAID + "[0].ciphersuite", 0x1302, "tls.handshake.ciphersuite"),
            (SAID + "[0].comp_method", 0, "tls.handshake.comp_method"),
            (SAID + "[0].session_id", "a6c0b6f2f16ec218fc7d1448b9bbabff9811cdeb87c40ada617a8616ed040e57",
             "tls.handshake.session_id"),
        ],
    }),
    *rows("tls13-retry.pcap", {
        6: [(SAID + "[0].type_name", "hello_retry_request", "_ws.col.Info", "Hello Retry Request, Change Cipher Spec")],
    }),
    *rows("tls12.pcap", {
        6: [
            (SAID + "[1].certificates[0].length", 855, "tls.handshake.certificate_length"),
            (SAID + "[1].certificates[0].subject", "CN=rsa.example.com", "x509sat.uTF8String[1]", "rsa.example.com"),
            (SAID + "[1].certificates[0].not_before", "2026-11-24T12:19:46Z", "x509af.utcTime",
             "2026-11-24 12:19:46 (UTC)"),
            (SAID + "[1].certificates[0].not_after", "2036-11-21T12:19:46Z", "x509af.utcTime[1]",
             "2036-11-21 12:19:46 (UTC)"),
            (SAID + "[2].group", 0x1D, "tls.handshake.server_named_curve"),
            (SAID + "[2].pubkey_length", 32, "tls.handshake.server_point_len"),
            (SAID + "[2].sig_hash_alg", 0x804, "tls.handshake.sig_hash_alg"),
            (SAID + "[2].sig_length", 256, "tls.handshake.sig_len"),
            (SAID + "[3].cert_types[2]", 64, "tls.handshake.cert_type[2]"),
            (SAID + "[3].sig_hash_algs[0]", 0x403, "tls.handshake.sig_hash_alg[1]"),
        ],
        8: [
            (SAID + "[0].certificates[0].length", 483, "tls.handshake.certificate_length"),
            (SAID + "[2].sig_hash_alg", 0x403, "tls.handshake.sig_hash_alg"),
            (SAID + "[2].sig_length", 71, "tls.handshake.client_cert_vrfy.sig_len"),
        ],
        9: [
            (SAID + "[0].session_ticket_lifetime_hint", 7200, "tls.handshake.session_ticket_lifetime_hint"),
            (SAID + "[0].session_ticket_length", 672, "tls.handshake.session_ticket_length"),
        ],
    }),
    *rows("corpus:zeek/tls/pop3-starttls.pcap", {
        13: [
            (SAID + "[2].p_length", 128, "tls.handshake.p_len"),
            (SAID + "[2].g_length", 1, "tls.handshake.g_len"),
            (SAID + "[2].pubkey_length", 128, "tls.handshake.ys_len"),
            (SAID + "[2].sig_hash_alg", 0x601, "tls.handshake.sig_hash_alg"),
        ],
    }),
    *rows("corpus:zeek/tls/ocsp-stapling.pcap", {
        10: [
            (SAID + "[2].status_type", 1, "tls.handshake.type[2]", "22"),
            (SAID + "[2].response_length", 1995, "tls.handshake.length[2]", "1999"),
        ],
    }),
    *rows("corpus:zeek/tls/tls13draft16-ff52.a01.pcap", {
        6: [
            (SAID + "[0].version", 0x7F10, "tls.handshake.version"),
            (SAID + "[0].ciphersuite", 0x1303, "tls.handshake.ciphersuite"),
        ],
    }),
]  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def fields(kind: int, body: str) -> dict[str, Any]:
    data = bytes.fromhex(body)
    return fields_of(Message(kind, data, len(data), 0))


def read(content: bytes, total: int = 0) -> tuple[list[Message], int]:
    return messages_in(content, total or len(content))


def test_messages_in() -> None:
    assert read(b"\x0e\0\0\0\x10\0\0\2ab") == ([Message(14, b"", 0, 0), Message(16, b"ab", 2, 4)], 10)
    assert read(b"\x10\0\0\2a", 6) == ([Message(16, b"a", 2, 0)], 5)
    assert read(b"\x0b\0") == ([Message(11, b"", 1, 0)], 2)  # not even its header is here
    assert read(b"\x0e\0\0\0\x99") == ([Message(14, b"", 0, 0)], 4)
    assert read(b"\0\0\0\0") == ([Message(0, b"", 0, 0)], 4)
    assert len(read(b"\x0e\0\0\0" * 99)[0]) == MAX_MESSAGES


def test_which_messages_may_go_on_in_another_record() -> None:
    assert read(b"\x0b\0\4\0" + bytes(300)) == ([Message(11, bytes(300), 1024, 0)], 304)
    assert read(b"\x0b\0\4\0" + bytes(36)) == ([], 0)  # so an encrypted one may look
    assert read(b"\x0b\0\4\0" + bytes(36), 2000) == ([Message(11, bytes(36), 1024, 0)], 40)
    assert read(b"\1\0\4\0\3\3" + bytes(10))[0] != []
    assert read(b"\1\0\4\0\4\3" + bytes(10)) == ([], 0)


def test_hello() -> None:
    client = hello(Message(1, b"\3\1", 50, 0))
    assert client is not None
    assert (client.legacy_version, client.whole) == (0x301, False)
    assert hello(Message(11, b"", 0, 0)) is None


def test_names() -> None:
    assert name(Message(11, b"", 0, 0)) == "certificate"
    assert name(Message(99, b"", 0, 0)) == "0x63"


def test_finite_field_key_without_signature_algorithm() -> None:  # RFC 4346, 7.4.3
    found = fields(12, "0040" + "01" * 64 + "0001 02" + "0040" + "03" * 64 + "0002 aaaa")
    assert (found["p_length"], found["g_length"], found["pubkey_length"]) == (64, 1, 64)
    assert "sig_hash_alg" not in found


def test_certificate_request_before_tls_12() -> None:  # RFC 4346, 7.4.4
    assert fields(13, "02 01 40 0000") == {
        "type": 13, "type_name": "certificate_request", "length": 5, "cert_types": [1, 64],
        "cert_type_names": ["rsa_sign", "ecdsa_sign"], "distinguished_names": [],
    }  # fmt: skip


def test_certificate_authorities_are_named() -> None:
    dn = bytes.fromhex("30 0f 31 0d 30 0b 06 03 55 04 03 0c 04") + b"Root"
    body = b"\1\1" + b"\0\2\4\3" + (len(dn) + 2).to_bytes(2, "big") + len(dn).to_bytes(2, "big") + dn
    found = fields(13, body.hex())
    assert found["distinguished_names"] == ["CN=Root"]
    assert found["sig_hash_alg_names"] == ["ecdsa_secp256r1_sha256"]


def test_retry_of_a_draft() -> None:  # draft-ietf-tls-tls13-19, 4.1.4
    found = fields(6, "7f13 1301 0006 0028 0002 0017")
    assert (found["version_name"], found["ciphersuite_name"]) == ("TLS 1.3 draft 19", "TLS_AES_128_GCM_SHA256")
    assert found["extensions"][0]["group_name"] == "secp256r1"


def test_what_cannot_be_read_is_told() -> None:
    assert fields(4, "0000")["malformed"] == "new_session_ticket: 4 bytes in 2"
    part = fields_of(Message(4, b"\0\0", 6, 0))
    assert "malformed" not in part
    assert part["incomplete"].startswith("new_session_ticket cut short")
    assert fields(12, "03 001d ff 00") == {"type": 12, "type_name": "server_key_exchange", "length": 5}


def test_certificates_are_bounded_and_may_be_cut() -> None:
    chain = b"\0\0\1x" * 100
    body = len(chain).to_bytes(3, "big") + chain
    assert len(certificates(Message(11, body, len(body), 0))) == 64
    assert len(certificates(Message(11, body[:10], len(body), 0))) == 1
    assert certificates(Message(11, b"\xff\xff\xff", 3, 0)) == []
