from __future__ import annotations

import subprocess
import sys

from support.tshark_values import names_of

from pcaptools.core.decode.tls_ciphers import NAMES


def test_as_tshark_has_them() -> None:
    theirs = names_of("tls.handshake.ciphersuite")
    # 0xE4xx: a draft that expired; the rest has no name of IANA's form
    expected = {n: name for n, name in theirs.items() if name.startswith("TLS_") and n <= 0xFFFF and n >> 8 != 0xE4}
    assert {n: NAMES[n] for n in expected} == expected
    assert set(NAMES) - set(expected) <= {0xC6, 0xC7, *range(0xC0B0, 0xC0B6), 0x1306, 0x1307}  # newer than tshark


def test_the_first_and_the_last_of_runs() -> None:  # RFC 8446, B.4; RFC 7905, 2
    assert NAMES[0x1301] == "TLS_AES_128_GCM_SHA256"
    assert NAMES[0x1305] == "TLS_AES_128_CCM_8_SHA256"
    assert NAMES[0xCCAE] == "TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256"
    assert NAMES[0x5600] == "TLS_FALLBACK_SCSV"
    assert len(NAMES) > 360


def test_only_who_prints_them_imports_them() -> None:
    code = """
import sys
from pcaptools.core.decode import tls
print("pcaptools.core.decode.tls_ciphers" in sys.modules)
tls.preload()
print("pcaptools.core.decode.tls_ciphers" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["False", "True"]
