from __future__ import annotations

import pytest
from support.tshark_values import names_of

from pcaptools.core.decode import tls_names as names


def same(text: str) -> str:
    return text.lower().replace(" ", "_").replace("-", "_")


@pytest.mark.parametrize(
    ("field", "ours", "unlike"),
    [
        ("tls.record.content_type", names.CONTENT_TYPES, set()),
        ("tls.alert_message.desc", names.ALERTS, set()),
        # Wireshark knows them by a draft's name, or by another: IANA's is ours
        ("tls.handshake.type", names.HANDSHAKE_TYPES, {21, 67}),
        ("tls.handshake.extension.type", names.EXTENSIONS, {34, 40, 46, 53, 17513, 65445}),
        ("tls.handshake.sig_hash_alg", names.SIGNATURES, set()),
        ("tls.record.version", names.VERSIONS, {0xFB17, 0xFB1A}),
        # numbers that a fork of OpenSSL used before IANA gave them to others
        ("tls.handshake.extensions_supported_group", names.GROUPS, {512, 513, 514}),
    ],
)
def test_as_tshark_has_them(field: str, ours: dict[int, str], unlike: set[int]) -> None:
    theirs = names_of(field)
    both = set(ours) & set(theirs) - unlike
    assert {number: same(ours[number]) for number in both} == {number: same(theirs[number]) for number in both}
    assert len(both) >= 5


def test_versions() -> None:
    assert names.version_name(0x304) == "TLS 1.3"
    assert names.version_name(0x7F1C) == "TLS 1.3 draft 28"
    assert names.version_name(0x3A3A) == "GREASE"
    assert names.version_name(0x309) == "0x0309"


@pytest.mark.parametrize("value", [0x0A0A, 0x1A1A, 0xFAFA])
def test_grease(value: int) -> None:  # RFC 8701, 2
    assert names.is_grease(value)
    assert names.cipher_name(value) == "GREASE"


@pytest.mark.parametrize("value", [0x0A1A, 0x1301, 0x0B0B])
def test_no_grease(value: int) -> None:
    assert not names.is_grease(value)


def test_signatures_of_tls_12() -> None:  # RFC 5246, 7.4.1.4.1
    assert names.signature_name(0x0302) == "dsa_sha224"
    assert names.signature_name(0x0403) == "ecdsa_secp256r1_sha256"
    assert names.signature_name(0xFE00) == "0xfe00"


def test_unknown_numbers() -> None:
    assert names.name_of(names.ALERTS, 250, 2) == "0xfa"
    assert names.cipher_name(0x9999) == "0x9999"
