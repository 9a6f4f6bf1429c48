"""What PPP's ends agree on: LCP (RFC 1661), the network control protocols, and who they are (PAP, CHAP)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from pcaptools.core.decode import ppp_numbers as numbers
from pcaptools.core.decode.layer import Layer, Malformed, octets, text
from pcaptools.core.decode.ppp_values import ipcp_value, ipv6cp_value, lcp_value
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.secrets import secret

MAX_OPTIONS = 64
WITH_OPTIONS = frozenset((1, 2, 3, 4))
ECHO = frozenset((9, 10, 11))
IDENTIFICATION, TIME_REMAINING, CODE_REJECT, PROTOCOL_REJECT = 12, 13, 7, 8


class Option(NamedTuple):
    """One option: its value is a number, text or bytes, as its type has it."""

    type: int
    name: str
    value: Any


class Control(Layer):
    """The common format of all control protocols (RFC 1661, 5): code, identifier, length, then options or data."""

    __slots__ = ("_trouble", "code", "identifier", "length", "message", "options")

    fields: ClassVar[tuple[str, ...]] = ("code", "code_name", "identifier", "length", "options", "message")
    code_names: ClassVar[Mapping[int, str]] = numbers.CODES
    option_names: ClassVar[Mapping[int, str]] = {}

    message: Any
    """What there is instead of options; None where there are some."""

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, self.key.upper())
        self.code = read.u8()
        self.identifier = read.u8()
        self.length = read.u16()
        self.options: list[Option] = []
        self.message = None
        self._trouble: Malformed | None = None
        try:
            # RFC 1661, 5: what is beyond the length is padding of the link
            self.read_body(Reader(data, read.at, min(end, start + self.length), read.what))
            if not 4 <= self.length <= end - start:
                raise Malformed(f"{read.what}: length {self.length} in a packet of {end - start} bytes", start + 2)
        except Malformed as error:
            self._trouble = error

    @property
    def code_name(self) -> str:
        """The code's name."""
        return self.code_names.get(self.code, "unknown")

    def read_body(self, read: Reader) -> None:
        """Read what comes behind the length."""
        if self.code in WITH_OPTIONS:
            self._read_options(read)
        elif read:
            self.message = self.read_message(read)

    def read_message(self, read: Reader) -> Any:
        """Read what is there instead of options."""
        return read.rest()

    def option_value(self, kind: int, value: bytes) -> Any:  # noqa: ARG002
        """Return what an option's bytes mean."""
        return value

    def _read_options(self, read: Reader) -> None:
        while read:
            if len(self.options) == MAX_OPTIONS:
                raise Malformed(f"more than {MAX_OPTIONS} options", read.at)
            at = read.at
            kind, size = read.u8(), read.u8()
            if size < 2:
                raise Malformed(f"{read.what} option {kind} with length {size}", at)
            value = read.take(size - 2)
            self.options.append(Option(kind, self.option_names.get(kind, "unknown"), self.option_value(kind, value)))

    def option(self, name: str) -> Any:
        """Return the value of the first option of a name; None where there is none."""
        return next((option.value for option in self.options if option.name == name), None)

    def next(self) -> None:
        """Nothing follows but what is wrong."""
        if self._trouble:
            raise self._trouble


class LCP(Control):
    """The link control protocol. `message` is a magic number and text, or what was rejected."""

    __slots__ = ()

    key = "lcp"
    option_names = numbers.LCP_OPTIONS

    def option_value(self, kind: int, value: bytes) -> Any:
        """Return what an option's bytes mean."""
        return lcp_value(kind, value)

    def read_message(self, read: Reader) -> Any:
        """RFC 1661, 5.6 to 5.9; RFC 1570, 2.1 and 2.2."""
        if self.code in ECHO or self.code == IDENTIFICATION:
            magic = read.u32()
            rest = read.rest()
            return {"magic_number": magic, "data": text(rest) if self.code == IDENTIFICATION else rest}
        if self.code == TIME_REMAINING:
            return {"magic_number": read.u32(), "seconds": read.u32(), "data": text(read.rest())}
        if self.code == PROTOCOL_REJECT:
            return {"protocol": numbers.protocol_name(read.u16()), "data": read.rest()}
        return read.rest()


class IPCP(Control):
    """The control protocol of IPv4 (RFC 1332, RFC 1877)."""

    __slots__ = ()

    key = "ipcp"
    option_names = numbers.IPCP_OPTIONS

    def option_value(self, kind: int, value: bytes) -> Any:
        """Return what an option's bytes mean."""
        return ipcp_value(kind, value)


class IPv6CP(Control):
    """The control protocol of IPv6 (RFC 5072)."""

    __slots__ = ()

    key = "ipv6cp"
    option_names = numbers.IPV6CP_OPTIONS

    def option_value(self, kind: int, value: bytes) -> Any:
        """Return what an option's bytes mean."""
        return ipv6cp_value(kind, value)


class CCP(Control):
    """The compression control protocol (RFC 1962)."""

    __slots__ = ()

    key = "ccp"
    option_names = numbers.CCP_OPTIONS

    def option_value(self, kind: int, value: bytes) -> Any:
        """MPPE and MPPC have four bytes of flags (RFC 3078, 2)."""
        return int.from_bytes(value, "big") if kind == 18 and len(value) == 4 else value


class BCP(Control):
    """The control protocol of bridging (RFC 3518)."""

    __slots__ = ()

    key = "bcp"
    option_names = numbers.BCP_OPTIONS

    def option_value(self, kind: int, value: bytes) -> Any:
        """Addresses as such, single bytes as numbers."""
        if kind == 6:
            return octets(value)
        return value[0] if len(value) == 1 else value


class MPLSCP(Control):
    """The control protocol of MPLS (RFC 3032, 4.1): it has no options."""

    __slots__ = ()

    key = "mplscp"


class PAP(Control):
    """The password authentication protocol (RFC 1334, 2)."""

    __slots__ = ("password", "peer_id")

    key = "pap"
    fields = ("code", "code_name", "identifier", "length", "peer_id", "password", "message")
    code_names = numbers.PAP_CODES

    def read_body(self, read: Reader) -> None:
        """Read the name and the password, or the message."""
        self.peer_id: str | None = None
        self.password: str | None = None
        if self.code == 1:
            self.peer_id = text(read.take(read.u8()))
            self.password = secret(text(read.take(read.u8())))
        elif self.code in {2, 3} and read:
            self.message = text(read.take(read.u8()))


class CHAP(Control):
    """The challenge handshake (RFC 1994): who challenges or responds, and the verdict in words."""

    __slots__ = ("name", "value")

    key = "chap"
    fields = ("code", "code_name", "identifier", "length", "value", "name", "message")
    code_names = numbers.CHAP_CODES

    def read_body(self, read: Reader) -> None:
        """Read the value and the name, or the message."""
        self.value: bytes | None = None
        self.name: str | None = None
        if self.code in {1, 2}:
            self.value = read.take(read.u8())
            self.name = text(read.rest())
        elif self.code in {3, 4}:
            self.message = text(read.rest())
