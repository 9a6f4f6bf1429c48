"""The Dynamic Host Configuration Protocol (RFC 2131), and BOOTP (RFC 951), whose message it uses."""

from __future__ import annotations

from typing import Any, NamedTuple

from pcaptools.core.decode.dhcpoptions import MESSAGE_TYPE, MESSAGE_TYPES, OVERLOAD, option, split
from pcaptools.core.decode.layer import Layer, Malformed, Next, octets, text
from pcaptools.core.decode.reader import Reader

TYPES = {1: "Boot Request", 2: "Boot Reply"}
COOKIE = bytes((99, 130, 83, 99))
"""RFC 2131, 3: options follow."""


class Flags(NamedTuple):
    """Flag bits, each 0 or 1."""

    broadcast: int


class DHCP(Layer):
    """A message. `message_type` is None where it is BOOTP.

    Options come in the order of the wire, those in `file` and `server` (if they are used for that) last; pieces
    of one that comes several times are put together (RFC 3396).
    """

    __slots__ = (
        "_trouble", "contents", "file", "flags", "hops", "hw_len", "hw_mac_addr", "hw_type", "id", "ip_client",
        "ip_relay", "ip_server", "ip_your", "secs", "server", "type",
    )  # fmt: skip

    key = "dhcp"
    fields = (
        "type", "type_name", "hw_type", "hw_len", "hops", "id", "secs", "flags", "ip_client", "ip_your", "ip_server",
        "ip_relay", "hw_mac_addr", "server", "file", "message_type", "message_type_name", "options",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "DHCP")
        self.type = read.u8()
        self.hw_type = read.u8()
        self.hw_len = read.u8()
        self.hops = read.u8()
        self.id = read.u32()
        self.secs = read.u16()
        self.flags = Flags(read.u16() >> 15)
        self.ip_client, self.ip_your, self.ip_server, self.ip_relay = (read.ipv4() for _ in range(4))
        self.hw_mac_addr = octets(read.take(16)[: self.hw_len])
        server, file = read.at, read.at + 64
        read.skip(64 + 128)
        self.contents: dict[int, bytes] = {}
        """Option code → its content."""
        self._trouble: Malformed | None = None
        try:
            self._read_options(read, server, file)
        except Malformed as error:
            self._trouble = error
        overloaded = self.contents.get(OVERLOAD, b"\x00")[-1:] or b"\x00"
        self.server = "" if overloaded[0] & 2 else text(data[server:file].split(b"\x00")[0])
        self.file = "" if overloaded[0] & 1 else text(data[file : file + 128].split(b"\x00")[0])

    def _read_options(self, read: Reader, server: int, file: int) -> None:
        if read.peek(4) != COOKIE:
            return
        self._collect(read.at + 4, self.end)
        overloaded = self.contents.get(OVERLOAD, b"\x00")[-1:] or b"\x00"
        if overloaded[0] & 1:  # RFC 2131, 4.1: first the file field, then the server's
            self._collect(file, file + 128)
        if overloaded[0] & 2:
            self._collect(server, file)

    def _collect(self, at: int, end: int) -> None:
        pieces: dict[int, list[bytes]] = {code: [content] for code, content in self.contents.items()}
        try:
            for code, content in split(self.data, at, end):
                pieces.setdefault(code, []).append(content)
        finally:
            self.contents = {code: b"".join(parts) for code, parts in pieces.items()}

    @property
    def type_name(self) -> str:
        """Whether it is a request or a reply."""
        return TYPES.get(self.type, "unknown")

    @property
    def message_type(self) -> int | None:
        """What kind of DHCP message it is; None in BOOTP."""
        content = self.contents.get(MESSAGE_TYPE)
        return content[0] if content else None

    @property
    def message_type_name(self) -> str | None:
        """Its name."""
        return None if self.message_type is None else MESSAGE_TYPES.get(self.message_type, "unknown")

    @property
    def options(self) -> list[dict[str, Any]]:
        """The options, each as code, name and value; `reason` says why a value is only bytes."""
        return [option(code, content) for code, content in self.contents.items()]

    def option(self, code: int) -> Any:
        """Return the value of an option; None where it is not there, or not as it should be."""
        if code not in self.contents:
            return None
        found = option(code, self.contents[code])
        return None if "reason" in found else found["value"]

    def next(self) -> Next | None:
        """Tell what is wrong with the options."""
        if self._trouble is not None:
            raise self._trouble
        return None
