"""What is left of SSL 2.0: the client hello in its format (RFC 5246, E.2; RFC 6176 forbids to send it)."""

from __future__ import annotations

from pcaptools.core.decode import tls_names as names
from pcaptools.core.decode.layer import Layer
from pcaptools.core.decode.reader import Reader

VERSIONS = frozenset((b"\0\2", b"\3\0", b"\3\1", b"\3\2", b"\3\3"))
SUITES = {
    0x010080: "SSL2_RC4_128_WITH_MD5", 0x020080: "SSL2_RC4_128_EXPORT40_WITH_MD5",
    0x030080: "SSL2_RC2_128_CBC_WITH_MD5", 0x040080: "SSL2_RC2_128_CBC_EXPORT40_WITH_MD5",
    0x050080: "SSL2_IDEA_128_CBC_WITH_MD5", 0x060040: "SSL2_DES_64_CBC_WITH_MD5",
    0x0700C0: "SSL2_DES_192_EDE3_CBC_WITH_MD5",
}  # fmt: skip


class SSL2Hello(Layer):
    """A client hello in the format of SSL 2.0, with which clients once asked for TLS, too."""

    __slots__ = ("challenge", "ciphersuites", "length", "session_id", "version")

    key = "tls"
    fields = ("length", "type", "type_name", "version", "version_name", "ciphersuites", "ciphersuite_names",
              "session_id", "challenge")  # fmt: skip
    first_bytes = bytes(range(0x80, 0x100))
    type, type_name = 1, "client_hello"

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "SSL 2.0 client hello")
        self.length = read.u16() & 0x7FFF
        read.skip(1)
        self.version = read.u16()
        suites, session_id, challenge = read.u16(), read.u16(), read.u16()
        listed = read.take(suites)
        self.ciphersuites = [int.from_bytes(listed[at : at + 3], "big") for at in range(0, suites, 3)]
        self.session_id = read.take(session_id)
        self.challenge = read.take(challenge)

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Its length must be the sum of the three lengths in it and the fixed part."""
        head = data[start : start + 11]
        if len(head) < 11 or head[2] != cls.type or head[3:5] not in VERSIONS:
            return False
        length, suites, session_id, challenge = (int.from_bytes(head[at : at + 2], "big") for at in (0, 5, 7, 9))
        fits = (length & 0x7FFF) == 9 + suites + session_id + challenge <= end - start - 2
        return fits and suites > 0 and suites % 3 == 0 and session_id in (0, 16) and 16 <= challenge <= 32

    @property
    def version_name(self) -> str:
        """The name of the highest version that it offers."""
        return names.version_name(self.version)

    @property
    def ciphersuite_names(self) -> list[str]:
        """The names of the cipher suites; those of SSL 2.0 itself have three bytes, others two with a zero before."""
        return [
            SUITES.get(suite) or (names.cipher_name(suite) if suite <= 0xFFFF else f"0x{suite:06x}")
            for suite in self.ciphersuites
        ]
