from __future__ import annotations

import pytest
from support.crosscheck import packets

from pcaptools.core.decode.der import Certificate, certificate, name_of


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    if len(content) < 128:
        return bytes((tag, len(content))) + content
    return bytes((tag, 0x82)) + len(content).to_bytes(2, "big") + content


def attribute(kind: int, text: bytes, tag: int = 0x0C) -> bytes:
    return der(0x31, der(0x30, der(6, bytes((0x55, 4, kind))), der(tag, text)))


def made(subject: bytes, issuer: bytes = b"", version: bytes = der(0xA0, der(2, b"\2")), times: bytes = b"") -> bytes:
    times = times or der(0x17, b"991231235959Z") + der(0x18, b"20991231235959Z")
    algorithm = der(0x30, der(6, b"\x2a\x86\x48"))
    fields = der(0x30, version, der(2, b"\1"), algorithm, der(0x30, issuer), der(0x30, times), der(0x30, subject))
    return der(0x30, fields, algorithm, der(3, b"\0"))


def test_a_real_certificate() -> None:
    tls = packets("tls12.pcap")[5].link.ip.tcp.tls
    body = tls.messages[1].body
    assert certificate(body[6:]) == Certificate(
        "CN=rsa.example.com", "CN=rsa.example.com", "2026-11-24T12:19:46Z", "2036-11-21T12:19:46Z"
    )


def test_names_and_times() -> None:
    found = certificate(made(attribute(10, b"Org") + attribute(3, b"leaf"), attribute(6, b"DE") + attribute(10, b"CA")))
    assert found == Certificate("CN=leaf", "O=CA", "1999-12-31T23:59:59Z", "2099-12-31T23:59:59Z")


def test_a_certificate_of_version_1_has_no_version() -> None:  # RFC 5280, 4.1.2.1
    assert certificate(made(attribute(3, b"old"), version=b"")).subject == "CN=old"


def test_strings_of_other_types() -> None:
    assert certificate(made(attribute(3, "näme".encode("utf-16-be"), 0x1E))).subject == "CN=näme"
    assert certificate(made(attribute(3, b"n\xe4me", 0x14))).subject == r"CN=n\xe4me"
    assert certificate(made(attribute(11, b"Unit"))).subject == "OU=Unit"
    assert certificate(made(attribute(6, b"DE"))).subject == ""


def test_the_last_common_name_counts() -> None:
    assert certificate(made(attribute(3, b"root") + attribute(3, b"leaf"))).subject == "CN=leaf"


@pytest.mark.parametrize(
    "times", [der(0x17, b"99") + der(0x17, b""), der(0x17, b"99x231235959Z") * 2, der(4, b"x") * 2]
)
def test_what_is_no_time(times: bytes) -> None:
    found = certificate(made(attribute(3, b"a"), times=times))
    assert (found.not_before, found.not_after, found.subject) == ("", "", "CN=a")


def test_every_cut_and_every_byte() -> None:
    data = made(attribute(3, b"leaf") * 3, attribute(10, b"CA"))
    issuers = [certificate(data[:size], len(data)).issuer for size in range(len(data))]
    assert (issuers[0], issuers[-1], set(issuers)) == ("", "O=CA", {"", "O=CA"})
    assert {certificate(data[:size]).issuer for size in range(len(data))} == {""}  # lengths that cannot be
    for at in range(len(data)):
        for byte in (0, 0x7F, 0x80, 0x84, 0xFF):
            certificate(data[:at] + bytes((byte,)) + data[at + 1 :])


def test_many_attributes_are_bounded() -> None:
    assert certificate(made(attribute(10, b"x") * 64 + attribute(3, b"late"))).subject == "O=x"


def test_a_name_alone() -> None:
    assert name_of(der(0x30, attribute(3, b"Root"))) == "CN=Root"
    assert name_of(b"\x04\0") == ""
