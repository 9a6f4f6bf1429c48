"""The two hellos of TLS (RFC 8446, 4.1; RFC 5246, 7.4.1), on bytes alone: who says what and what was agreed on.

`hello_of(data)` takes the first bytes of one direction of a stream; `ClientHello(body)` and `ServerHello(body)` the
body of one handshake message. None of them raises: what could be read is there, `trouble` says why not the rest.
"""

from __future__ import annotations

import struct
from typing import ClassVar, NamedTuple

from pcaptools.core.decode.layer import Malformed, text
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tls_names import EXTENSIONS, is_grease, name_of

CLIENT_HELLO, SERVER_HELLO = 1, 2
SERVER_NAME, ALPN, SUPPORTED_VERSIONS = 0, 16, 43
MAX_EXTENSIONS = 256

RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""RFC 8446, 4.1.3: a server hello with this `random` is a hello retry request."""
HANDSHAKE_RECORD = 22


class Extension(NamedTuple):
    """One extension: its number, what it holds as far as it is here, its length on the wire."""

    type: int
    data: bytes
    length: int


class Hello:
    """What both hellos have in common. `length` is that of the body on the wire, if it is not all here."""

    __slots__ = (
        "body", "extensions", "legacy_version", "length", "random", "session_id", "trouble",
    )  # fmt: skip
    what: ClassVar[str] = "hello"

    def __init__(self, body: bytes, length: int | None = None) -> None:
        self.body = body
        self.length = len(body) if length is None else length
        self.legacy_version = 0
        self.random = self.session_id = b""
        self.extensions: list[Extension] = []
        self.trouble: Malformed | None = None
        try:
            self._read(Reader(body, 0, self.length, self.what))
        except Malformed as error:
            self.trouble = error

    @property
    def whole(self) -> bool:
        """All of its bytes are here."""
        return len(self.body) >= self.length

    def extension(self, number: int) -> bytes | None:
        """Return what the extension with this number holds; None without it."""
        return next((extension.data for extension in self.extensions if extension.type == number), None)

    @property
    def alpn(self) -> list[str]:
        """The application protocols: those that the client offers, or the one that the server took (RFC 7301)."""
        return names_in(self.extension(ALPN) or b"", 1)

    def _read(self, read: Reader) -> None:
        raise NotImplementedError

    def _read_extensions(self, read: Reader) -> None:
        if read:  # RFC 5246, 7.4.1.2: a hello may end before them
            read_extensions(read, self.extensions)
            if read:
                raise Malformed(f"{self.what}: {read.left} bytes after the extensions", read.at)


class ClientHello(Hello):
    """What a client offers."""

    __slots__ = ("ciphersuites", "comp_methods")
    what = "client hello"

    def _read(self, read: Reader) -> None:
        self.ciphersuites: tuple[int, ...] = ()
        self.comp_methods = b""
        self.legacy_version = read.u16()
        self.random = read.take(32)
        self.session_id = read.take(read.u8())
        self.ciphersuites = numbers(read.part(read.u16()))
        self.comp_methods = read.take(read.u8())
        self._read_extensions(read)

    @property
    def server_name(self) -> str:
        """The host it wants to speak with (RFC 6066, 3); empty if it does not say."""
        return host_name(self.extension(SERVER_NAME) or b"")

    @property
    def supported_versions(self) -> tuple[int, ...]:
        """The versions it offers in the extension, the dearest first; empty without the extension."""
        data = self.extension(SUPPORTED_VERSIONS) or b""
        return tuple(int.from_bytes(data[at : at + 2], "big") for at in range(1, len(data) - 1, 2))

    @property
    def version(self) -> int:
        """The highest version that it offers."""
        return max((v for v in self.supported_versions if not is_grease(v)), default=self.legacy_version)


class ServerHello(Hello):
    """What a server agrees to; with `is_retry` it asks for another client hello."""

    __slots__ = ("ciphersuite", "comp_method")
    what = "server hello"

    def _read(self, read: Reader) -> None:
        self.ciphersuite = self.comp_method = None  # type: int | None
        self.legacy_version = read.u16()
        self.random = read.take(32)
        # drafts of TLS 1.3 before the 22nd, which some browsers had, left two fields out
        draft = 0x7F00 < self.legacy_version < 0x7F16
        if not draft:
            self.session_id = read.take(read.u8())
        self.ciphersuite = read.u16()
        if not draft:
            self.comp_method = read.u8()
        self._read_extensions(read)

    @property
    def is_retry(self) -> bool:
        """It is a hello retry request."""
        return self.random == RETRY

    @property
    def version(self) -> int:
        """The version that it chose."""
        data = self.extension(SUPPORTED_VERSIONS)
        return int.from_bytes(data, "big") if data and len(data) == 2 else self.legacy_version


def hello_of(stream: bytes) -> ClientHello | ServerHello | None:
    """Return the hello that a direction of a stream begins with; None if it is something else.

    It may lie in several records. With `whole` False, and with None while there are less than 10 bytes, more of the
    stream tells more.
    """
    message, at = bytearray(), 0
    while at + 5 <= len(stream) and stream[at] == HANDSHAKE_RECORD and stream[at + 1] == 3:
        size = int.from_bytes(stream[at + 3 : at + 5], "big")
        message += stream[at + 5 : at + 5 + size]
        if not size or (len(message) > 3 and len(message) - 4 >= int.from_bytes(message[1:4], "big")):
            break
        at += 5 + size
    if len(message) < 5 or message[0] not in (CLIENT_HELLO, SERVER_HELLO):
        return None
    length = int.from_bytes(message[1:4], "big")
    body = bytes(message[4 : 4 + length])
    return ClientHello(body, length) if message[0] == CLIENT_HELLO else ServerHello(body, length)


def read_extensions(read: Reader, found: list[Extension]) -> None:
    """Read a list of extensions with its length, one by one into `found`."""
    block = read.part(read.u16(), "extensions")
    while block:
        if len(found) == MAX_EXTENSIONS:
            raise Malformed(f"more than {MAX_EXTENSIONS} extensions", block.at)
        number, size = block.u16(), block.u16()
        part = block.part(size, name_of(EXTENSIONS, number))
        data = part.rest()
        found.append(Extension(number, data, size))
        if len(data) < size:
            part.u8()  # says that the rest was not captured


def numbers(read: Reader) -> tuple[int, ...]:
    """Return a list of two-byte numbers."""
    if read.left % 2:
        raise Malformed(f"{read.what}: a list of {read.left} bytes, two for each", read.at)
    data = read.take(read.left)
    return struct.unpack(f">{len(data) // 2}H", data)


def names_in(data: bytes, size_bytes: int) -> list[str]:
    """Return the texts of a list with its length before it and of each; as many as are whole."""
    found, at = [], 2
    while at < len(data):
        size = int.from_bytes(data[at : at + size_bytes], "big")
        at += size_bytes
        if at + size > len(data):
            break
        found.append(text(data[at : at + size]))
        at += size
    return found


def host_name(data: bytes) -> str:
    """Return the first name of a list of server names, of which only the type 0, DNS, is in use (RFC 6066, 3)."""
    if len(data) < 5 or data[2]:
        return ""
    size = int.from_bytes(data[3:5], "big")
    return text(data[5 : 5 + size]) if size <= len(data) - 5 else ""
