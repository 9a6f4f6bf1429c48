"""What the extensions of TLS hold (RFC 6066, RFC 7301, RFC 8446 4.2, and those of the RFCs named below).

The same number means one thing in a client hello and another in the answer: `kind` is the name of the handshake
message that an extension stands in. Extensions of which the content is nothing but bytes have their length only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pcaptools.core.decode import tls_names as names
from pcaptools.core.decode.layer import Malformed, plain
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tls_hello import Extension, host_name, names_in, numbers

Fields = dict[str, Any]
CLIENT, SERVER, RETRY, TICKET = "client_hello", "server_hello", "hello_retry_request", "new_session_ticket"
MAX_LISTED = 256


def described(extension: Extension, kind: str) -> Fields:
    """Return an extension's fields. What is wrong with it is told in `malformed`."""
    name = names.name_of(names.EXTENSIONS, extension.type)
    fields: Fields = {"type": extension.type, "type_name": name, "length": extension.length}
    reader = READERS.get(extension.type)
    if reader is None or not extension.length:
        return fields
    read = Reader(extension.data, 0, extension.length, name)
    try:
        fields.update(plain(reader(read, kind)))
    except Malformed as error:
        fields["malformed"] = str(error)
    return fields


def listed(name: str, values: tuple[int, ...], text: Callable[[int], str]) -> Fields:
    """Return numbers and beside them their names."""
    return {f"{name}s": list(values), f"{name}_names": [text(value) for value in values]}


def _server_name(read: Reader, kind: str) -> Fields:  # noqa: ARG001
    return {"server_name": host_name(read.rest())}


def _alpn(read: Reader, kind: str) -> Fields:  # noqa: ARG001
    return {"alpn": names_in(read.rest(), 1)}


def _next_protocols(read: Reader, kind: str) -> Fields:  # noqa: ARG001
    return {"next_protocols": names_in(b"\0\0" + read.rest(), 1)}


def _supported_versions(read: Reader, kind: str) -> Fields:
    if kind == CLIENT:
        return listed("supported_version", numbers(read.part(read.u8())), names.version_name)
    version = read.u16()
    return {"supported_version": version, "supported_version_name": names.version_name(version)}


def _groups(read: Reader, kind: str) -> Fields:  # noqa: ARG001
    return listed("supported_group", numbers(read.part(read.u16())), group_name)


def group_name(group: int) -> str:
    """Return the name of a group of a key exchange."""
    return names.name_of(names.GROUPS, group)


def _signatures(read: Reader, kind: str) -> Fields:  # noqa: ARG001
    return listed("signature_algorithm", numbers(read.part(read.u16())), names.signature_name)


def _key_share(read: Reader, kind: str) -> Fields:
    if kind == RETRY:  # RFC 8446, 4.2.8: the group that the server wants
        return _share(read.u16())
    if kind != CLIENT:
        return _share(read.u16(), read.u16())
    shares: list[Fields] = []
    block = read.part(read.u16())
    while block:
        if len(shares) == MAX_LISTED:
            raise Malformed(f"more than {MAX_LISTED} key shares")
        shares.append(_share(block.u16(), size := block.u16()))
        block.skip(size)
    return {"key_shares": shares}


def _share(group: int, length: int | None = None) -> Fields:
    fields: Fields = {"group": group, "group_name": group_name(group)}
    return fields if length is None else {**fields, "key_exchange_length": length}


def _pre_shared_key(read: Reader, kind: str) -> Fields:
    if kind != CLIENT:
        return {"selected_identity": read.u16()}
    identities: list[Fields] = []
    block = read.part(read.u16())
    while block:
        if len(identities) == MAX_LISTED:
            raise Malformed(f"more than {MAX_LISTED} identities")
        size = block.u16()
        block.skip(size)
        identities.append({"identity_length": size, "obfuscated_ticket_age": block.u32()})
    binders: list[int] = []
    block = read.part(read.u16())
    while block and len(binders) < MAX_LISTED:
        binders.append(size := block.u8())
        block.skip(size)
    return {"identities": identities, "binder_lengths": binders}


def _early_data(read: Reader, kind: str) -> Fields:
    return {"max_early_data_size": read.u32()} if kind == TICKET else {}


def _status_request(read: Reader, kind: str) -> Fields:
    if kind != CLIENT:
        return {}
    status = read.u8()
    return {"status_type": status, "status_type_name": names.name_of(names.STATUS_TYPES, status, 2)}


def _point_formats(read: Reader, kind: str) -> Fields:  # noqa: ARG001
    return _bytewise("ec_point_format", read, names.POINT_FORMATS)


def _psk_modes(read: Reader, kind: str) -> Fields:  # noqa: ARG001
    return _bytewise("ke_mode", read, names.PSK_MODES)


def _bytewise(name: str, read: Reader, table: dict[int, str]) -> Fields:
    return listed(name, tuple(read.take(read.u8())), lambda value: names.name_of(table, value, 2))


def _compress_certificate(read: Reader, kind: str) -> Fields:  # noqa: ARG001
    algorithms = numbers(read.part(read.u8()))
    return listed("algorithm", algorithms, lambda value: names.name_of(names.CERTIFICATE_COMPRESSIONS, value))


def _renegotiation(read: Reader, kind: str) -> Fields:  # noqa: ARG001
    return {"renegotiated_connection_length": read.u8()}  # RFC 5746, 3.2: 0 in the first handshake


def _client_hello_encrypted(read: Reader, kind: str) -> Fields:
    """Encrypted Client Hello (draft-ietf-tls-esni, 5): what an outer hello carries."""
    if kind != CLIENT:
        return {}
    if read.u8():
        return {"ech_type": "inner"}
    kdf, aead, config = read.u16(), read.u16(), read.u8()
    fields = {"ech_type": "outer", "kdf_id": kdf, "aead_id": aead, "config_id": config}
    enc = read.u16()
    read.skip(enc)
    return {**fields, "enc_length": enc, "payload_length": read.u16()}


def _cookie(read: Reader, kind: str) -> Fields:  # noqa: ARG001
    return {"cookie": read.take(read.u16())}


def _max_fragment(read: Reader, kind: str) -> Fields:  # noqa: ARG001
    code = read.u8()
    return {"max_fragment_length": 1 << (code + 8) if code < 8 else code}  # RFC 6066, 4: 1 is 2^9


def _record_limit(read: Reader, kind: str) -> Fields:  # noqa: ARG001
    return {"record_size_limit": read.u16()}


def _heartbeat(read: Reader, kind: str) -> Fields:  # noqa: ARG001
    return {"mode": read.u8()}  # RFC 6520, 2: 1 the peer may send requests, 2 it must not


READERS: dict[int, Callable[[Reader, str], Fields]] = {
    0: _server_name, 1: _max_fragment, 5: _status_request, 10: _groups, 11: _point_formats, 13: _signatures,
    15: _heartbeat, 16: _alpn, 27: _compress_certificate, 28: _record_limit, 40: _key_share,
    41: _pre_shared_key, 42: _early_data, 43: _supported_versions, 44: _cookie, 45: _psk_modes,
    50: _signatures, 51: _key_share, 13172: _next_protocols, 17513: _alpn, 17613: _alpn,
    65037: _client_hello_encrypted, 65281: _renegotiation,
}  # fmt: skip
