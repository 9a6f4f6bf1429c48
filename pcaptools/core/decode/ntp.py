"""The Network Time Protocol (RFC 5905; extension fields RFC 7822), its control messages (RFC 9327), ntpdc's."""

from __future__ import annotations

from socket import AF_INET, inet_ntop  # of socket, only the formatting
from typing import Any, ClassVar

from pcaptools.core.decode.layer import Layer, Malformed, Next, text
from pcaptools.core.decode.reader import Reader

CONTROL, PRIVATE = 6, 7
MODES = {
    0: "reserved", 1: "symmetric active", 2: "symmetric passive", 3: "client", 4: "server", 5: "broadcast",
    CONTROL: "control", PRIVATE: "private",
}  # fmt: skip
EXTENSIONS = {
    0x0104: "Unique Identifier", 0x0204: "NTS Cookie", 0x0304: "NTS Cookie Placeholder",
    0x0404: "NTS Authenticator and Encrypted Extension Fields", 0x2005: "UDP Checksum Complement",
    0x0002: "No-Operation Request", 0x8002: "No-Operation Response", 0x0102: "Association Message Request",
    0x8102: "Association Message Response", 0x0202: "Certificate Message Request",
    0x8202: "Certificate Message Response", 0x0302: "Cookie Message Request", 0x8302: "Cookie Message Response",
    0x0402: "Autokey Message Request", 0x8402: "Autokey Message Response", 0x0502: "Leapseconds Message Request",
    0x8502: "Leapseconds Message Response", 0x0602: "Sign Message Request", 0x8602: "Sign Message Response",
    0x0702: "IFF Identity Message Request", 0x8702: "IFF Identity Message Response",
    0xF323: "Monotonic and root", 0xF324: "Network correction",
}  # fmt: skip
"""IANA's extension field types, and chrony's experimental ones."""
MAX_MAC = 24
"""A key's number and a digest of 20 bytes: so much, or less, behind the header is no extension (RFC 7822, 7.5)."""
TO_UNIX, ERA = 2_208_988_800, 1 << 32
"""Seconds from 1900 to 1970; seconds of an era."""

OPCODES = {
    0: "reserved", 1: "read status", 2: "read variables", 3: "write variables", 4: "read clock variables",
    5: "write clock variables", 6: "set trap address/port", 7: "trap response", 8: "runtime configuration",
    9: "export configuration to file", 10: "retrieve remote address stats", 11: "retrieve ordered list",
    12: "request client-specific nonce", 31: "unset trap address/port",
}  # fmt: skip
IMPLEMENTATIONS = {0: "UNIV", 2: "XNTPD_OLD", 3: "XNTPD"}
REQUEST_CODES = {
    0: "PEER_LIST", 1: "PEER_LIST_SUM", 2: "PEER_INFO", 3: "PEER_STATS", 4: "SYS_INFO", 5: "SYS_STATS", 6: "IO_STATS",
    7: "MEM_STATS", 8: "LOOP_INFO", 9: "TIMER_STATS", 10: "CONFIG", 11: "UNCONFIG", 12: "SET_SYS_FLAG",
    13: "CLR_SYS_FLAG", 14: "MONITOR", 15: "NOMONITOR", 16: "GET_RESTRICT", 17: "RESADDFLAGS", 18: "RESSUBFLAGS",
    19: "UNRESTRICT", 20: "MON_GETLIST", 21: "RESET_STATS", 22: "RESET_PEER", 23: "REREAD_KEYS",
    24: "DO_DIRTY_HACK", 25: "DONT_DIRTY_HACK", 26: "TRUSTKEY", 27: "UNTRUSTKEY", 28: "AUTHINFO", 29: "TRAPS",
    30: "ADD_TRAP", 31: "CLR_TRAP", 32: "REQUEST_KEY", 33: "CONTROL_KEY", 34: "GET_CTLSTATS", 35: "GET_LEAPINFO",
    36: "GET_CLOCKINFO", 37: "SET_CLKFUDGE", 38: "GET_KERNEL", 39: "GET_CLKBUGINFO", 41: "SET_PRECISION",
    42: "MON_GETLIST_1", 43: "HOSTNAME_ASSOCID", 44: "IF_STATS", 45: "IF_RELOAD",
}  # fmt: skip
"""What ntpdc asks for, by the names in ntpd's sources: there is no RFC."""


class NTP(Layer):
    """A message about time, or one of the other two kinds, which are classes of their own under the same key.

    Timestamps are seconds since 1970 as decimal text, exact to the last bit of the wire; None where it is zero.
    `rootdelay` and `rootdispersion` are seconds, `ppoll` and `precision` exponents of 2.
    """

    __slots__ = (
        "_trouble", "extensions", "keyid", "li", "mac", "org", "ppoll", "precision", "rec", "refid", "reftime",
        "rootdelay", "rootdispersion", "stratum", "vn", "xmt",
    )  # fmt: skip

    key = "ntp"
    fields: ClassVar[tuple[str, ...]] = (
        "li", "vn", "mode", "mode_name", "stratum", "ppoll", "precision", "rootdelay", "rootdispersion", "refid",
        "reftime", "org", "rec", "xmt", "extensions", "keyid", "mac",
    )  # fmt: skip

    def __new__(cls, data: bytes, start: int, end: int, depth: int) -> NTP:  # noqa: ARG004
        """Make one of the kind that the first byte tells."""
        mode = data[start] & 7 if cls is NTP and start < len(data) else 0
        return super().__new__({CONTROL: NTPControl, PRIVATE: NTPPrivate}.get(mode, cls))

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self._trouble: Malformed | None = None
        self._read(Reader.of(self, "NTP"))

    def _read(self, read: Reader) -> None:
        first = read.u8()
        self.li = first >> 6
        self.vn = first >> 3 & 7
        self.stratum = read.u8()
        self.ppoll = _signed(read.u8())
        self.precision = _signed(read.u8())
        self.rootdelay = read.u32() / 65536
        self.rootdispersion = read.u32() / 65536
        self.refid = _reference(self.stratum, read.take(4))
        self.reftime, self.org, self.rec, self.xmt = (timestamp(read.u32(), read.u32()) for _ in range(4))
        self.extensions: list[dict[str, Any]] = []
        self.keyid: int | None = None
        self.mac: bytes | None = None
        try:
            self._read_extensions(read)
        except Malformed as error:
            self._trouble = error

    def _read_extensions(self, read: Reader) -> None:
        while self.vn >= 4 and read.left > MAX_MAC:
            kind, length = read.peek(2), int.from_bytes(read.peek(4)[2:], "big")
            if length < 16 or length % 4 or length > read.left:
                break  # RFC 7822, 3: no extension, so it is a digest, longer than they used to be
            read.skip(4)
            code = int.from_bytes(kind, "big")
            found = {"type": code, "type_name": EXTENSIONS.get(code, "unknown"), "data": read.take(length - 4)}
            self.extensions.append(found)
        if read:
            self.keyid = read.u32()
            self.mac = read.take(read.left)

    @property
    def mode(self) -> int:
        """Who speaks to whom."""
        return self.data[self.start] & 7

    @property
    def mode_name(self) -> str:
        """The name of the mode."""
        return MODES[self.mode]

    def next(self) -> Next | None:
        """Tell what is wrong behind the header."""
        if self._trouble is not None:
            raise self._trouble
        return None


class NTPControl(NTP):
    """A control message, of mode 6, as ntpq sends it (RFC 9327, 2)."""

    __slots__ = ("associd", "content", "count", "error", "more", "offset", "opcode", "r", "sequence", "status")

    fields = (
        "li", "vn", "mode", "mode_name", "r", "error", "more", "opcode", "opcode_name", "sequence", "status", "associd",
        "offset", "count", "content", "keyid", "mac",
    )  # fmt: skip

    def _read(self, read: Reader) -> None:
        first, second = read.u8(), read.u8()
        self.li = first >> 6
        self.vn = first >> 3 & 7
        self.r, self.error, self.more = second >> 7, second >> 6 & 1, second >> 5 & 1
        self.opcode = second & 31
        self.sequence, self.status, self.associd, self.offset, self.count = (read.u16() for _ in range(5))
        self.content: str | list[dict[str, int]] = ""
        self.keyid = None
        self.mac = None
        try:
            self.content = self._content(read.part(self.count))
            if read.left >= 8:
                read.skip(min(-self.count % 4, read.left))
            if read.left >= 8:
                self.keyid, self.mac = read.u32(), read.take(read.left)
        except Malformed as error:
            self._trouble = error

    def _content(self, read: Reader) -> str | list[dict[str, int]]:
        """Read text, or in an answer about no association in particular what there is (RFC 9327, 3.1)."""
        if self.opcode == 1 and self.r and not self.associd and read.left % 4 == 0:
            return [{"associd": read.u16(), "status": read.u16()} for _ in range(read.left // 4)]
        return text(read.take(read.left))

    @property
    def opcode_name(self) -> str:
        """What is asked for."""
        return OPCODES.get(self.opcode, "unknown")


class NTPPrivate(NTP):
    """A message of mode 7, as ntpdc sends it to ntpd."""

    __slots__ = ("auth", "error", "implementation", "item_size", "items", "more", "r", "reqcode", "sequence")

    fields = (
        "r", "more", "vn", "mode", "mode_name", "auth", "sequence", "implementation", "implementation_name", "reqcode",
        "reqcode_name", "error", "items", "item_size",
    )  # fmt: skip

    def _read(self, read: Reader) -> None:
        first, second = read.u8(), read.u8()
        self.r, self.more, self.vn = first >> 7, first >> 6 & 1, first >> 3 & 7
        self.auth, self.sequence = second >> 7, second & 0x7F
        self.implementation = read.u8()
        self.reqcode = read.u8()
        count, size = read.u16(), read.u16()
        self.error, self.items, self.item_size = count >> 12, count & 0xFFF, size & 0xFFF

    @property
    def implementation_name(self) -> str:
        """Whose request codes these are."""
        return IMPLEMENTATIONS.get(self.implementation, "unknown")

    @property
    def reqcode_name(self) -> str:
        """What is asked for."""
        return REQUEST_CODES.get(self.reqcode, "unknown")

    def next(self) -> Next | None:
        """Carry the items, which are not read."""
        at = self.start + 8
        return Next(None, at, self.end) if at < self.end else None


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte


def timestamp(seconds: int, fraction: int) -> str | None:
    """Return seconds since 1970: ten decimals tell every fraction of 2^32 from its neighbours."""
    if not seconds and not fraction:
        return None  # RFC 5905, 6: unknown
    if not seconds & 0x8000_0000:
        seconds += ERA  # of the era from 2036 on (RFC 4330, 3)
    total = (seconds - TO_UNIX) * 10**10 + (fraction * 10**10 + ERA // 2) // ERA
    return f"{'-' if total < 0 else ''}{abs(total) // 10**10}.{abs(total) % 10**10:010}"


def _reference(stratum: int, refid: bytes) -> str:
    """Return the clock that it is, or the kiss code, as text; of other servers the address (RFC 5905, 7.3)."""
    return text(refid.rstrip(b"\x00")) if stratum < 2 else inet_ntop(AF_INET, refid)
