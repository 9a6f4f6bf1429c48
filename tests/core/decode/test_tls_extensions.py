from __future__ import annotations

from typing import Any

import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode.tls_extensions import described
from pcaptools.core.decode.tls_hello import Extension

HELLO = "link.ip.tcp.tls.handshake[0].extensions"
TYPE, GROUP = "tls.handshake.extension.type", "tls.handshake.extensions_supported_group"

CHECKS = [
    *rows("tls13.pcap", {
        4: [
            *[(HELLO + f"[{n}].type", number, f"{TYPE}[{n}]")
              for n, number in enumerate((0, 11, 10, 35, 16, 22, 23, 13, 43, 45, 51))],
            (HELLO + "[0].length", 20, "tls.handshake.extension.len"),
            (HELLO + "[0].server_name", "www.example.com", "tls.handshake.extensions_server_name"),
            (HELLO + "[1].ec_point_formats[2]", 2, "tls.handshake.extensions_ec_point_format[2]"),
            (HELLO + "[2].supported_groups[0]", 0x1D, GROUP),
            (HELLO + "[2].supported_groups[9]", 260, GROUP + "[9]"),
            (HELLO + "[4].alpn[1]", "http/1.1", "tls.handshake.extensions_alpn_str[1]"),
            (HELLO + "[7].signature_algorithms[0]", 0x403, "tls.handshake.sig_hash_alg"),
            (HELLO + "[7].signature_algorithms[19]", 0x602, "tls.handshake.sig_hash_alg[19]"),
            (HELLO + "[8].supported_versions[0]", 0x304, "tls.handshake.extensions.supported_version"),
            (HELLO + "[8].supported_versions[3]", 0x301, "tls.handshake.extensions.supported_version[3]"),
            (HELLO + "[9].ke_modes[0]", 1, "tls.extension.psk_ke_mode"),
            (HELLO + "[10].key_shares[0].group", 29, "tls.handshake.extensions_key_share_group"),
            (HELLO + "[10].key_shares[0].key_exchange_length", 32,
             "tls.handshake.extensions_key_share_key_exchange_length"),
        ],
        6: [
            (HELLO + "[0].supported_version", 0x304, "tls.handshake.extensions.supported_version"),
            (HELLO + "[1].group", 29, "tls.handshake.extensions_key_share_group"),
            (HELLO + "[1].key_exchange_length", 32, "tls.handshake.extensions_key_share_key_exchange_length"),
        ],
    }),
    *rows("tls13-retry.pcap", {
        6: [(HELLO + "[1].group", 23, "tls.handshake.extensions_key_share_selected_group")],
        21: [
            (HELLO + "[11].identities[0].identity_length", 32, "tls.handshake.extensions.psk.identity.identity_length"),
            (HELLO + "[11].identities[0].obfuscated_ticket_age", 3622662152,
             "tls.handshake.extensions.psk.identity.obfuscated_ticket_age"),
            (HELLO + "[11].binder_lengths[0]", 48, "tls.handshake.extensions.psk.binders_len", "49"),
        ],
        23: [(HELLO + "[2].selected_identity", 0, "tls.handshake.extensions.psk.identity.selected")],
    }),
    *rows("tls12.pcap", {
        4: [(HELLO + "[4].status_type", 1, "tls.handshake.extensions_status_request_type")],
        6: [
            (HELLO + "[0].renegotiated_connection_length", 0, "tls.handshake.extensions_reneg_info_len"),
            (HELLO + "[3].alpn[0]", "http/1.1", "tls.handshake.extensions_alpn_str"),
        ],
    }),
    *rows("tls-pq.pcap", {
        5: [
            (HELLO + "[2].supported_groups[0]", 4588, GROUP),
            (HELLO + "[9].key_shares[0].group", 4588, "tls.handshake.extensions_key_share_group"),
            (HELLO + "[9].key_shares[0].key_exchange_length", 1216,
             "tls.handshake.extensions_key_share_key_exchange_length"),
        ],
    }),
]  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def fields(number: int, data: str, kind: str = "client_hello") -> dict[str, Any]:
    raw = bytes.fromhex(data)
    found = described(Extension(number, raw, len(raw)), kind)
    return {name: value for name, value in found.items() if name not in ("type", "type_name", "length")}


def test_names() -> None:
    assert described(Extension(16, b"", 0), "server_hello") == {
        "type": 16, "type_name": "application_layer_protocol_negotiation", "length": 0,
    }  # fmt: skip
    assert described(Extension(0x2A2A, b"\0", 1), "client_hello")["type_name"] == "GREASE"
    assert described(Extension(0x1234, b"\0", 1), "client_hello")["type_name"] == "0x1234"


@pytest.mark.parametrize(
    ("number", "data", "kind", "expected"),
    [
        (0, "", "server_hello", {}),  # RFC 6066, 3: empty in the answer
        (1, "04", "client_hello", {"max_fragment_length": 4096}),  # RFC 6066, 4
        (5, "", "server_hello", {}),
        (15, "01", "client_hello", {"mode": 1}),  # RFC 6520, 2
        (27, "0400020001", "client_hello", {"algorithms": [2, 1], "algorithm_names": ["brotli", "zlib"]}),  # RFC 8879
        (28, "4001", "client_hello", {"record_size_limit": 16385}),  # RFC 8449
        (42, "", "client_hello", {}),
        (42, "00004000", "new_session_ticket", {"max_early_data_size": 16384}),  # RFC 8446, 4.6.1
        (44, "0003010203", "client_hello", {"cookie": "010203"}),
        (50, "00020804", "client_hello",
         {"signature_algorithms": [0x804], "signature_algorithm_names": ["rsa_pss_rsae_sha256"]}),
        (13172, "026832", "server_hello", {"next_protocols": ["h2"]}),
        (17613, "0003026832", "client_hello", {"alpn": ["h2"]}),
        (0xFF01, "0c" + "00" * 12, "client_hello", {"renegotiated_connection_length": 12}),  # RFC 5746, 3.2
        (0xFE0D, "00 0001 0003 07 0020" + "00" * 32 + "00f0" + "00" * 240, "client_hello",
         {"ech_type": "outer", "kdf_id": 1, "aead_id": 3, "config_id": 7, "enc_length": 32, "payload_length": 240}),
        (0xFE0D, "01", "client_hello", {"ech_type": "inner"}),
        (43, "0304", "hello_retry_request", {"supported_version": 772, "supported_version_name": "TLS 1.3"}),
        (51, "0017", "hello_retry_request", {"group": 23, "group_name": "secp256r1"}),
        (10, "00046a6a0017", "client_hello",
         {"supported_groups": [0x6A6A, 23], "supported_group_names": ["GREASE", "secp256r1"]}),
        (21, "00" * 5, "client_hello", {}),
    ],
)  # fmt: skip
def test_contents(number: int, data: str, kind: str, expected: dict[str, Any]) -> None:
    assert fields(number, data, kind) == expected


@pytest.mark.parametrize(
    ("number", "data", "kind"),
    [
        (10, "0003001700", "client_hello"),
        (43, "04", "client_hello"),
        (51, "0009001d0020ffff", "client_hello"),
        (41, "00ff", "client_hello"),
        (51, "00", "server_hello"),
        (44, "00ff00", "client_hello"),
    ],
)
def test_malformed_contents_are_told(number: int, data: str, kind: str) -> None:
    assert set(fields(number, data, kind)) == {"malformed"}


def test_every_cut() -> None:
    for number in (0, 1, 5, 10, 11, 13, 15, 16, 27, 28, 40, 41, 42, 43, 44, 45, 50, 51, 13172, 17513, 65037, 65281):
        for kind in ("client_hello", "server_hello", "hello_retry_request", "new_session_ticket"):
            for size in range(40):
                described(Extension(number, b"\0\4" * 20, 40)._replace(data=(b"\0\4" * 20)[:size]), kind)
                described(Extension(number, b"\0\4" * (size // 2), size // 2 * 2), kind)
                described(Extension(number, b"\xff" * size, size), kind)
