from __future__ import annotations

import pytest
from support.crosscheck import packets

from pcaptools.core.decode.layer import Cut, Malformed
from pcaptools.core.decode.tls_hello import (
    MAX_EXTENSIONS,
    RETRY,
    ClientHello,
    ServerHello,
    hello_of,
    host_name,
    names_in,
)


def extension(number: int, data: bytes) -> bytes:
    return number.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data


def block(*extensions: bytes) -> bytes:
    data = b"".join(extensions)
    return len(data).to_bytes(2, "big") + data


SNI = extension(0, b"\0\x0c\0\0\x09localhost")
ALPN = extension(16, b"\0\x0c\2h2\x08http/1.1")
VERSIONS = extension(43, b"\6\x4a\x4a\3\4\3\3")
CLIENT = b"\3\3" + bytes(range(32)) + b"\2ab" + b"\0\4\x13\1\xc0\x2f" + b"\1\0" + block(SNI, ALPN, VERSIONS)
SERVER = b"\3\3" + bytes(range(32)) + b"\0" + b"\x13\1" + b"\0" + block(extension(43, b"\3\4"))


def test_client_hello() -> None:
    hello = ClientHello(CLIENT)
    assert (hello.legacy_version, hello.random, hello.session_id) == (0x303, bytes(range(32)), b"ab")
    assert (hello.ciphersuites, hello.comp_methods) == ((0x1301, 0xC02F), b"\0")
    assert (hello.server_name, hello.alpn) == ("localhost", ["h2", "http/1.1"])
    assert hello.supported_versions == (0x4A4A, 0x304, 0x303)
    assert hello.version == 0x304  # GREASE is no version (RFC 8701)
    assert hello.whole
    assert hello.trouble is None


def test_server_hello() -> None:
    hello = ServerHello(SERVER)
    assert (hello.legacy_version, hello.version, hello.ciphersuite, hello.comp_method) == (0x303, 0x304, 0x1301, 0)
    assert (hello.alpn, hello.is_retry, hello.trouble) == ([], False, None)


def test_hellos_without_extensions() -> None:  # RFC 5246, 7.4.1.2
    client = ClientHello(b"\3\1" + bytes(32) + b"\0\0\2\0\x2f\1\0")
    assert (client.version, client.extensions, client.server_name, client.trouble) == (0x301, [], "", None)
    server = ServerHello(b"\3\1" + bytes(32) + b"\0\0\x2f\0")
    assert (server.version, server.ciphersuite, server.trouble) == (0x301, 0x2F, None)


def test_hello_retry_request() -> None:  # RFC 8446, 4.1.3
    assert ServerHello(b"\3\3" + RETRY + b"\0\x13\1\0").is_retry


def test_drafts_of_tls_13_left_fields_out() -> None:  # draft-ietf-tls-tls13-16, 4.1.3
    hello = ServerHello(b"\x7f\x10" + bytes(32) + b"\x13\1" + block(ALPN))
    assert (hello.version, hello.ciphersuite, hello.comp_method, hello.alpn) == (
        0x7F10,
        0x1301,
        None,
        ["h2", "http/1.1"],
    )


@pytest.mark.parametrize("kind", [ClientHello, ServerHello])
def test_every_cut_keeps_what_came_before(kind: type[ClientHello | ServerHello]) -> None:
    body = CLIENT if kind is ClientHello else SERVER
    count = 0
    for size in range(len(body)):
        captured, whole = kind(body[:size], len(body)), kind(body[:size])
        assert isinstance(captured.trouble, Cut)
        assert not captured.whole
        assert size < 40 or not isinstance(whole.trouble, Cut)
        assert len(captured.extensions) >= count
        count = len(captured.extensions)
    assert count == len(kind(body).extensions)


def test_bad_lengths() -> None:
    assert "3 bytes" in str(ClientHello(b"\3\3" + bytes(32) + b"\0\0\3\0\0\0\1\0").trouble)  # suites have two each
    late = ClientHello(CLIENT + b"xx")
    assert str(late.trouble) == "client hello: 2 bytes after the extensions"
    assert late.server_name == "localhost"
    many = ClientHello(b"\3\3" + bytes(32) + b"\0\0\2\0\x2f\1\0" + block(*[extension(9, b"")] * 300))
    assert len(many.extensions) == MAX_EXTENSIONS
    assert isinstance(many.trouble, Malformed)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\0\x05\0\0\2ab", "ab"),
        (b"\0\x05\1\0\2ab", ""),  # RFC 6066, 3: another type of name
        (b"\0\x05\0\0\3ab", ""),
        (b"\0\x05\0\0", ""),
        (b"", ""),
        (b"\0\x04\0\0\1\xff", r"\xff"),
    ],
)
def test_host_name(data: bytes, name: str) -> None:
    assert host_name(data) == name


def test_names_in() -> None:
    assert names_in(b"\0\5\1a\2bc", 1) == ["a", "bc"]
    assert names_in(b"\0\5\1a\3bc", 1) == ["a"]
    assert names_in(b"", 1) == []


def record(content: bytes) -> bytes:
    return b"\x16\3\1" + len(content).to_bytes(2, "big") + content


MESSAGE = b"\1" + len(CLIENT).to_bytes(3, "big") + CLIENT


@pytest.mark.parametrize("size", [1, 4, 7, 50, len(MESSAGE)])
def test_hello_of_a_stream_in_records_of_any_size(size: int) -> None:
    stream = b"".join(record(MESSAGE[at : at + size]) for at in range(0, len(MESSAGE), size))
    hello = hello_of(stream + record(b"more"))
    assert isinstance(hello, ClientHello)
    assert (hello.server_name, hello.whole, hello.trouble) == ("localhost", True, None)


def test_hello_of_a_stream_that_goes_on() -> None:
    seen = [hello_of(record(MESSAGE)[:size]) for size in range(len(record(MESSAGE)))]
    assert [hello is not None for hello in seen] == [size >= 10 for size in range(len(seen))]
    assert all(not hello.whole for hello in seen if hello)


@pytest.mark.parametrize("stream", [b"", b"GET / HTTP/1.1\r\n\r\n", record(b"\x0b\0\0\1x"), b"\x17\3\3\0\5hello"])
def test_no_hello(stream: bytes) -> None:
    assert hello_of(stream) is None


def test_hello_of_real_streams() -> None:
    def stream(capture: str, *frames: int) -> bytes:
        return b"".join(packets(capture)[frame - 1].link.ip.tcp.payload for frame in frames)

    client = hello_of(stream("tls-pq.pcap", 4, 5))
    assert isinstance(client, ClientHello)
    assert (client.server_name, client.alpn, client.version) == ("pq.example.com", ["h2", "http/1.1"], 0x304)
    split = hello_of(stream("tls-records.pcap", 4))
    assert isinstance(split, ClientHello)
    assert (split.server_name, len(split.alpn)) == ("www.example.com", 60)
    server = hello_of(stream("tls12.pcap", 6))
    assert isinstance(server, ServerHello)
    assert (server.version, server.ciphersuite, server.alpn) == (0x303, 0xC030, ["http/1.1"])
