"""The handshake messages of TLS (RFC 5246, 7.4; RFC 8446, 4), as fields.

Limitations: which of the key exchanges a message belongs to would be known from the hellos before it; here its own
bytes must tell. What TLS 1.3 encrypts is not here at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pcaptools.core.decode import der
from pcaptools.core.decode import tls_names as names
from pcaptools.core.decode.layer import Malformed
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tls_extensions import described, group_name, listed
from pcaptools.core.decode.tls_hello import ClientHello, Extension, Hello, ServerHello, numbers, read_extensions

Fields = dict[str, Any]
(
    HELLO_REQUEST, CLIENT_HELLO, SERVER_HELLO, NEW_SESSION_TICKET, HELLO_RETRY, CERTIFICATE, SERVER_KEY,
    CERTIFICATE_REQUEST, HELLO_DONE, CERTIFICATE_VERIFY, CLIENT_KEY, FINISHED, CERTIFICATE_URL,
    CERTIFICATE_STATUS, SUPPLEMENTAL, NEXT_PROTOCOL,
) = (0, 1, 2, 4, 6, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23, 67)  # fmt: skip
NAMED_CURVE = 3
MAX_CERTIFICATES = 64

READABLE = frozenset((
    HELLO_REQUEST, CLIENT_HELLO, SERVER_HELLO, NEW_SESSION_TICKET, HELLO_RETRY, CERTIFICATE, SERVER_KEY,
    CERTIFICATE_REQUEST, HELLO_DONE, CERTIFICATE_VERIFY, CLIENT_KEY, FINISHED, CERTIFICATE_URL,
    CERTIFICATE_STATUS, SUPPLEMENTAL, NEXT_PROTOCOL,
))  # fmt: skip
"""The messages that some version sends before anything is encrypted."""
HELLOS = (CLIENT_HELLO, SERVER_HELLO)
SPANNING = frozenset((
    CLIENT_HELLO, SERVER_HELLO, NEW_SESSION_TICKET, HELLO_RETRY, CERTIFICATE, SERVER_KEY, CERTIFICATE_REQUEST,
    CERTIFICATE_STATUS, SUPPLEMENTAL, CLIENT_KEY, CERTIFICATE_VERIFY,
))  # fmt: skip
"""Those that are long enough to go on in another record."""
MAX_MESSAGES = 64
MAX_MESSAGE = 1 << 18
"""Longer than any chain of certificates that is met; a longer one is taken for encrypted bytes."""
MIN_FRAGMENT = 200
"""Who splits messages fills records before: RFC 6066, 4 begins at 512 bytes, of which others may be before it."""


class Message(NamedTuple):
    """A handshake message: what is here of its body, its length on the wire, where in the content it begins."""

    type: int
    body: bytes
    length: int
    at: int

    @property
    def whole(self) -> bool:
        """All of it is here."""
        return len(self.body) == self.length


def messages_in(content: bytes, total: int, *, only_hellos: bool = False) -> tuple[list[Message], int]:
    """Return the messages in the content of one or more records, and where something begins that is none.

    That is encrypted. `total` is the content's length on the wire, of which perhaps only a part is here. The last
    message may go on in the next record. `only_hellos`: a change cipher spec came before, after which nothing else is
    sent in the clear.
    """
    found: list[Message] = []
    at, end = 0, len(content)
    while at < end:
        kind, length = content[at], int.from_bytes(content[at + 1 : at + 4], "big")
        if kind not in READABLE or (only_hellos and kind not in HELLOS) or len(found) == MAX_MESSAGES:
            break
        if at + 4 > end:
            found.append(Message(kind, b"", 1, at))  # its header goes on elsewhere
            return found, end
        if not _plausible(kind, length, total - at - 4, content[at + 4 : at + 5]):
            break
        if kind == HELLO_REQUEST and total > 4:
            break  # nothing is sent with it, and zeros are how an encrypted record may begin
        found.append(Message(kind, content[at + 4 : at + 4 + length], length, at))
        at += 4 + length
    return found, min(at, end)


def _plausible(kind: int, length: int, room: int, first: bytes) -> bool:
    """Tell whether a message may have such a length, with `room` for it in the record, and if it is a hello begin so.

    A random number is a length of less than `MAX_MESSAGE` one time in hundreds; so only a hello, which tells itself by
    its version, may go on from a short record.
    """
    if kind in HELLOS:
        return length <= MAX_MESSAGE and first in (b"\x03", b"\x7f", b"")  # a version; 7f in drafts
    if room < length and (kind not in SPANNING or length > MAX_MESSAGE or room < MIN_FRAGMENT):
        return False
    if kind == FINISHED:
        return length in (12, 36)  # RFC 5246, 7.4.9; RFC 6101, 5.6.9
    return not length or kind not in (HELLO_REQUEST, HELLO_DONE)


def hello(message: Message) -> ClientHello | ServerHello | None:
    """Return the hello that a message is; None for another."""
    if message.type == CLIENT_HELLO:
        return ClientHello(message.body, message.length)
    return ServerHello(message.body, message.length) if message.type == SERVER_HELLO else None


def name(message: Message) -> str:
    """Return IANA's name of the message."""
    if message.type == SERVER_HELLO and ServerHello(message.body, message.length).is_retry:
        return "hello_retry_request"
    return names.name_of(names.HANDSHAKE_TYPES, message.type, 2)


def fields_of(message: Message) -> Fields:
    """Return all that a message says; where it cannot be read to its end what came before, and `malformed`."""
    fields: Fields = {"type": message.type, "type_name": name(message), "length": message.length}
    reader = READERS.get(message.type)
    if reader is not None:
        try:
            reader(message, fields)
        except Malformed as error:
            fields["malformed" if message.whole else "incomplete"] = str(error)
    return fields


def certificates(message: Message) -> list[tuple[int, der.Certificate]]:
    """Return the length and the content of each certificate of a chain; as many as are here."""
    found: list[tuple[int, der.Certificate]] = []
    read = Reader(message.body, 0, message.length, "certificates")
    try:
        block = read.part(read.u24())
        while block and len(found) < MAX_CERTIFICATES:
            size = block.u24()
            data = block.part(size).rest()
            if data:
                found.append((size, der.certificate(data, size)))
    except Malformed:
        pass
    return found


def _body(message: Message) -> Reader:
    return Reader(message.body, 0, message.length, name(message))


def _client_hello(message: Message, fields: Fields) -> None:
    said = ClientHello(message.body, message.length)
    _version(said.legacy_version, fields)
    fields["random"] = said.random.hex()
    fields["session_id"] = said.session_id.hex()
    fields.update(listed("ciphersuite", said.ciphersuites, names.cipher_name))
    fields.update(listed("comp_method", tuple(said.comp_methods), _compression))
    _extensions(said, fields, "client_hello")


def _server_hello(message: Message, fields: Fields) -> None:
    said = ServerHello(message.body, message.length)
    _version(said.legacy_version, fields)
    fields["random"] = said.random.hex()
    fields["session_id"] = said.session_id.hex()
    if said.ciphersuite is not None:
        fields["ciphersuite"] = said.ciphersuite
        fields["ciphersuite_name"] = names.cipher_name(said.ciphersuite)
    if said.comp_method is not None:
        fields["comp_method"] = said.comp_method
        fields["comp_method_name"] = _compression(said.comp_method)
    _extensions(said, fields, fields["type_name"])


def _version(version: int, fields: Fields) -> None:
    fields["version"] = version
    fields["version_name"] = names.version_name(version)


def _compression(method: int) -> str:
    return names.name_of(names.COMPRESSIONS, method, 2)


def _extensions(said: Hello, fields: Fields, kind: str) -> None:
    fields["extensions"] = [described(extension, kind) for extension in said.extensions]
    if said.trouble is not None:
        raise said.trouble


def _hello_retry(message: Message, fields: Fields) -> None:
    """Read what drafts of TLS 1.3 before the 22nd had; from the 19th on with the cipher suite."""
    read = _body(message)
    version = read.u16()
    _version(version, fields)
    if version & 0xFF >= 19:
        fields["ciphersuite"] = suite = read.u16()
        fields["ciphersuite_name"] = names.cipher_name(suite)
    found: list[Extension] = []
    read_extensions(read, found)
    fields["extensions"] = [described(extension, "hello_retry_request") for extension in found]


def _ticket(message: Message, fields: Fields) -> None:
    read = _body(message)  # RFC 5077, 3.3
    fields["session_ticket_lifetime_hint"] = read.u32()
    fields["session_ticket_length"] = read.u16()


def _certificate(message: Message, fields: Fields) -> None:
    fields["certificates"] = [{"length": size, **found._asdict()} for size, found in certificates(message)]


def _server_key(message: Message, fields: Fields) -> None:
    """Read an ephemeral key, on a named curve (RFC 8422, 5.4) or else of a finite field."""
    read = _body(message)
    if read.peek() != bytes((NAMED_CURVE,)):
        _diffie_hellman(read, fields)
        return
    read.skip(1)
    group, size = read.u16(), read.u8()
    if size <= read.left:
        fields.update(curve_type=NAMED_CURVE, group=group, group_name=group_name(group), pubkey_length=size)
        read.skip(size)
        _signature(read, fields)


def _diffie_hellman(read: Reader, fields: Fields) -> None:
    """Read a prime, a generator and a public value, each with its length (RFC 5246, 7.4.3)."""
    prime = int.from_bytes(read.peek(2), "big")
    if not 64 <= prime <= 2048 or prime + 6 > read.left:
        return
    sizes = []
    for _ in range(3):
        sizes.append(read.u16())
        read.skip(sizes[-1])
    fields.update(zip(("p_length", "g_length", "pubkey_length"), sizes, strict=True))
    _signature(read, fields)


def _signature(read: Reader, fields: Fields) -> None:
    """Read a signature, if it has the form of TLS 1.2: algorithm and length before it (RFC 5246, 4.7)."""
    head = read.peek(4)
    if len(head) == 4 and int.from_bytes(head[2:], "big") == read.left - 4:
        scheme = read.u16()
        fields.update(sig_hash_alg=scheme, sig_hash_alg_name=names.signature_name(scheme), sig_length=read.u16())


def _certificate_request(message: Message, fields: Fields) -> None:
    read = _body(message)
    kinds = tuple(read.take(read.u8()))
    named = listed("cert_type", kinds, lambda kind: names.name_of(names.CLIENT_CERTIFICATES, kind, 2))
    fields.update(named)
    if int.from_bytes(read.peek(2), "big") != read.left - 2:  # RFC 5246, 7.4.4; before TLS 1.2 the names come at once
        fields.update(listed("sig_hash_alg", numbers(read.part(read.u16())), names.signature_name))
    authorities: list[str] = []
    block = read.part(read.u16())
    while block and len(authorities) < MAX_CERTIFICATES:
        authorities.append(der.name_of(block.part(block.u16()).rest()))
    fields["distinguished_names"] = authorities


def _certificate_verify(message: Message, fields: Fields) -> None:
    _signature(_body(message), fields)


def _certificate_status(message: Message, fields: Fields) -> None:
    read = _body(message)  # RFC 6066, 8
    status = read.u8()
    fields.update(status_type=status, status_type_name=names.name_of(names.STATUS_TYPES, status, 2))
    fields["response_length"] = read.u24()


READERS: dict[int, Callable[[Message, Fields], None]] = {
    CLIENT_HELLO: _client_hello, SERVER_HELLO: _server_hello, HELLO_RETRY: _hello_retry,
    NEW_SESSION_TICKET: _ticket, CERTIFICATE: _certificate, SERVER_KEY: _server_key,
    CERTIFICATE_REQUEST: _certificate_request, CERTIFICATE_VERIFY: _certificate_verify,
    CERTIFICATE_STATUS: _certificate_status,
}  # fmt: skip
