"""What the line of a packet says of the protocols of applications."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pcaptools.core.decode.http import HTTP
    from pcaptools.core.decode.http2 import HTTP2
    from pcaptools.core.decode.quic import QUIC
    from pcaptools.core.decode.ssh import SSH
    from pcaptools.core.decode.ssl2 import SSL2Hello
    from pcaptools.core.decode.tls import TLS, Record
    from pcaptools.core.decode.tls_handshake import Message
    from pcaptools.core.decode.tls_hello import ClientHello, ServerHello

MAX_TEXT = 200
"""Characters that one protocol may say."""


def short(text: str, room: int = MAX_TEXT) -> str:
    """Return a text as far as there is room for it."""
    return text if len(text) <= room else f"{text[:room]}..."


def tls(layer: TLS) -> str:
    """Return what each record is: the messages by their names, of what is encrypted the length."""
    headers = layer.headers
    if len(headers) == 1 and headers[0].type == 23:
        return f"TLS application data {headers[0].length}"
    told: list[str] = []
    size = 0
    for record in headers:
        told += _record(layer, record)
        size += len(told[-1]) if told else 0
        if size > MAX_TEXT:
            break
    return short(f"TLS {', '.join(told)}") if told else "TLS"


def _record(layer: TLS, record: Record) -> list[str]:
    from pcaptools.core.decode import tls_names

    if record.type == 22:
        if record.at in layer.readable:
            return [_message(message) for message in layer.readable[record.at]]
        return ["encrypted handshake"]
    kind = tls_names.CONTENT_TYPES[record.type].replace("_", " ")
    if record.type == 23:
        return [f"{kind} {record.length}"]
    if layer.encrypted(record):
        return [f"encrypted {kind}"]
    if record.type == 21 and (alert := layer.alert_of(record)):
        level = tls_names.name_of(tls_names.ALERT_LEVELS, alert[0], 2)
        return [f"{kind} {level} {tls_names.name_of(tls_names.ALERTS, alert[1], 2)}"]
    if record.type == 24 and (heartbeat := layer.heartbeat_of(record)):
        return [f"{kind} {tls_names.name_of(tls_names.HEARTBEATS, heartbeat[0], 2)}"]
    return [kind]


def _message(message: Message) -> str:
    from pcaptools.core.decode import tls_handshake

    said = [tls_handshake.name(message).replace("_", " ")]
    hello = tls_handshake.hello(message)
    if hello is not None:
        said += _hello(hello)
    elif message.type == tls_handshake.CERTIFICATE:
        said += [found.subject for _, found in tls_handshake.certificates(message)[:1] if found.subject]
    if not message.whole:
        said.append(f"({len(message.body)} of {message.length} bytes)")
    return " ".join(said)


def _hello(hello: ClientHello | ServerHello) -> list[str]:
    """Return what matters of a hello: whom for, which protocols are on offer and which was taken."""
    from pcaptools.core.decode import tls_names
    from pcaptools.core.decode.tls_hello import ClientHello

    version = tls_names.version_name(hello.version)
    alpn = [f"ALPN={short(','.join(hello.alpn), 80)}"] if hello.alpn else []
    if isinstance(hello, ClientHello):
        return [*([f"SNI={hello.server_name}"] if hello.server_name else []), *alpn, version]
    return [version, *([] if hello.ciphersuite is None else [tls_names.cipher_name(hello.ciphersuite)]), *alpn]


def ssl2(hello: SSL2Hello) -> str:
    """Return the version it asks for, in whose format."""
    return f"TLS client hello {hello.version_name}{'' if hello.version == 2 else ' in the format of SSL 2.0'}"


def quic(layer: QUIC) -> str:
    """Return the version, the types of the packets, and the connection ids of the first."""
    first = layer.packets[0]
    if not first["header_form"]:
        return "QUIC short header"
    ids = f"dcid={first.get('dcid', '') or '-'} scid={first.get('scid', '') or '-'}"
    if not first["version"]:
        versions = first.get("supported_versions", [])
        return short(f"QUIC version negotiation {', '.join(map(_quic_version, versions))} {ids}")
    types = ", ".join(packet.get("packet_type_name", "packet") for packet in layer.packets[:8])
    return f"QUIC {_quic_version(first['version'])} {types} {ids}"


def _quic_version(version: int) -> str:
    from pcaptools.core.decode.quic import version_name

    name = version_name(version)
    return (
        f"v{name}" if name[0].isdigit() else name if name.startswith(("draft", "mvfst")) else f"{name} {version:#010x}"
    )


def http(message: HTTP) -> str:
    """Return the start line in http-trace's words; of one that goes on elsewhere what is here."""
    version = f" {message.version}" if message.version else ""
    if message.method is not None:
        return f"HTTP{version} request: {message.method} {short(message.url or '')}"
    if message.status_code is None:
        return f"HTTP{version}"
    return f"HTTP{version} response: {message.status_code} {short(message.reason or '')}".rstrip()


def http2(layer: HTTP2) -> str:
    """Return the frames, with their streams."""
    told = ["preface"] if layer.preface else []
    for frame in layer.frames[:20]:
        name = frame["type_name"] if frame["type_name"] != "unknown" else f"frame type {frame['type']}"
        told.append(f"{name} {frame['streamid']}" if frame["streamid"] else name)
    return short(f"HTTP/2 {', '.join(told)}")


def ssh(layer: SSH) -> str:
    """Return the banner, or the messages; of a kexinit what the side likes best."""
    told = [f"banner {layer.protocol}"] if layer.protocol else []
    for packet in (layer.packets or [])[:8]:
        told.append(packet["message_code_name"])
        if "kex_algorithms" in packet:
            told[-1] += f" {packet['kex_algorithms'].partition(',')[0]}"
        if "encryption_algorithms_client_to_server" in packet:
            told[-1] += f" {packet['server_host_key_algorithms'].partition(',')[0]}"
            told[-1] += f" {packet['encryption_algorithms_client_to_server'].partition(',')[0]}"
    if layer.packets and layer.packets[-1]["message_code_name"] == "disconnect":
        told[-1] += f" {layer.packets[-1].get('disconnect_reason_name', '')}".rstrip()
    return short(f"SSH {', '.join(told)}")


LINES: dict[str, Callable[[Any], str]] = {
    "TLS": tls,
    "SSL2Hello": ssl2,
    "QUIC": quic,
    "HTTP": http,
    "HTTP2": http2,
    "SSH": ssh,
}
