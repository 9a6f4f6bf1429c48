"""The Secure Shell's transport (RFC 4253): the banners and what is sent before encryption begins.

Limitations: encrypted packets look like nothing, and are left. Messages 30 to 34 belong to the key exchange that
was agreed on (RFC 4253, RFC 4419, RFC 5656), which is not known here: their content tells how many strings they have.
"""

from __future__ import annotations

import struct
from typing import Any

from pcaptools.core.decode.layer import Layer, Malformed, text
from pcaptools.core.decode.reader import Reader

DISCONNECT, KEXINIT, NEWKEYS, GROUP_OR_REPLY = 1, 20, 21, 31
HEADER = 6
"""Bytes that tell a packet's lengths and its message."""

LAYOUTS = {
    1: ("iss",), 2: ("s",), 3: ("i",), 4: ("bss",), 5: ("s",), 6: ("s",), 21: ("",), 30: ("s", "i"), 31: ("sss", "ss"),
    32: ("s",), 33: ("sss",), 34: ("iii",),
}  # fmt: skip
"""What each message consists of: numbers (i), strings (s) and booleans (b). With its padding it fills its packet."""
NAMES = {
    1: "disconnect", 2: "ignore", 3: "unimplemented", 4: "debug", 5: "service_request", 6: "service_accept",
    20: "kexinit", 21: "newkeys", 30: "kexdh_init", 31: "kexdh_reply", 32: "kex_dh_gex_init",
    33: "kex_dh_gex_reply", 34: "kex_dh_gex_request",
}  # fmt: skip
LISTS = (
    "kex_algorithms", "server_host_key_algorithms", "encryption_algorithms_client_to_server",
    "encryption_algorithms_server_to_client", "mac_algorithms_client_to_server",
    "mac_algorithms_server_to_client", "compression_algorithms_client_to_server",
    "compression_algorithms_server_to_client", "languages_client_to_server", "languages_server_to_client",
)  # fmt: skip
REASONS = (
    "", "host_not_allowed_to_connect", "protocol_error", "key_exchange_failed", "reserved", "mac_error",
    "compression_error", "service_not_available", "protocol_version_not_supported", "host_key_not_verifiable",
    "connection_lost", "by_application", "too_many_connections", "auth_cancelled_by_user",
    "no_more_auth_methods_available", "illegal_user_name",
)  # fmt: skip
MAX_PACKET = 35_000
"""RFC 4253, 6.1: what everybody must be able to take."""
MAX_BANNER = 255
MAX_PACKETS = 64
NAME_CHARACTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,@+/=")
_head = struct.Struct(">IBB").unpack_from
_u32 = struct.Struct(">I").unpack_from

Fields = dict[str, Any]


class SSH(Layer):
    """A banner, packets that are not encrypted, or both."""

    __slots__ = ("_pending", "_trouble", "packets", "protocol")

    key = "ssh"
    sparse = True
    fields = ("protocol", "packets")
    first_bytes = b"S\x00"

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.protocol: str | None = None
        """The banner: `SSH-2.0-` and the name of the program."""
        self.packets: list[Fields] | None = None
        self._pending: int | None = None
        self._trouble: Malformed | None = None
        read = Reader.of(self, "SSH packet")
        if data.startswith(b"SSH-", start):
            line = data.find(b"\n", start, min(end, start + MAX_BANNER)) + 1
            line = line or min(end, start + MAX_BANNER, len(data))
            self.protocol = text(data[start:line].rstrip(b"\r\n"))
            read.at = line
        try:
            self._read_packets(read)
        except Malformed as error:
            self._trouble = error

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Take a banner, or a packet whose lengths all agree."""
        if data[start] == ord("S"):
            head = data[start : start + 6]
            return head.startswith(b"SSH-") and head[4:5].isdigit() and head[5:6] == b"."
        return _plain(data, start, min(end, len(data)))

    @property
    def incomplete(self) -> bool:
        """A packet goes on in the next segment."""
        return self._pending is not None

    @property
    def pending(self) -> int:
        """Where that packet begins."""
        return self.start if self._pending is None else self._pending

    def next(self) -> None:
        """Nothing that can be read follows; say what was wrong."""
        if self._trouble is not None:
            raise self._trouble

    def _read_packets(self, read: Reader) -> None:
        while read and _plain(self.data, read.at, min(self.end, len(self.data))):
            if self.packets is None:
                self.packets = []
            if len(self.packets) == MAX_PACKETS:
                raise Malformed(f"more than {MAX_PACKETS} SSH packets", read.at)
            at = read.at
            length, padding, code = _head(self.data, at)
            fields: Fields = {"packet_length": length, "padding_length": padding, "message_code": code}
            group = code == GROUP_OR_REPLY and _fits("ss", self.data, at + 6, len(self.data), length - padding - 2)
            fields["message_code_name"] = "kex_dh_gex_group" if group else NAMES[code]
            self.packets.append(fields)
            if at + 4 + length > self.end and self.end <= len(self.data):
                self._pending = at
            read.skip(HEADER)
            if code == KEXINIT:
                _kexinit(Reader(self.data, read.at, min(self.end, at + 4 + length - padding), "kexinit"), fields)
            elif code == DISCONNECT:
                reason = read.u32()
                fields.update(disconnect_reason=reason, disconnect_reason_name=_reason(reason))
                fields["disconnect_description"] = text(read.take(read.u32()))
            read.at = at
            read.skip(4 + length if self._pending is None else read.left)
        if self.packets and 0 < read.left < HEADER and self.packets[-1]["message_code"] != NEWKEYS:
            self._pending = read.at  # what follows new keys is encrypted


def _kexinit(read: Reader, fields: Fields) -> None:
    """Read what a side can do (RFC 4253, 7.1); as far as it is here."""
    fields["cookie"] = read.take(16).hex()
    for name in LISTS:
        size = read.u32()
        if size > read.left:
            break
        fields[name] = text(read.take(size))
    else:
        fields["first_kex_packet_follows"] = read.u8()


def _reason(code: int) -> str:
    return REASONS[code] if 0 < code < len(REASONS) else "unknown"


def _plain(data: bytes, at: int, end: int) -> bool:
    """Tell whether a packet that is not encrypted begins here: its lengths agree in a way that no chance makes."""
    if end - at < HEADER or data[at]:
        return False
    length, padding, code = _head(data, at)
    if not 12 <= length <= MAX_PACKET or padding < 4 or padding > length - 2:
        return False
    if code == KEXINIT:
        return _begins_kexinit(data, at + 22, end, length - padding - 17)
    return any(_fits(layout, data, at + 6, end, length - padding - 2) for layout in LAYOUTS.get(code, ()))


def _begins_kexinit(data: bytes, at: int, end: int, room: int) -> bool:
    """Tell whether a list of names that may be those of algorithms stands behind the cookie."""
    if end - at < 5:
        return False
    size = _u32(data, at)[0]
    return 0 < size <= room and NAME_CHARACTERS.issuperset(data[at + 4 : min(at + 4 + min(size, 64), end)])


def _fits(layout: str, data: bytes, at: int, end: int, room: int) -> bool:
    """Tell whether a message's parts fill its packet."""
    stop = at + room
    for part in layout:
        if part == "s":
            if at + 4 > end:
                return False
            at += _u32(data, at)[0]
        at += 1 if part == "b" else 4
        if at > stop:
            return False
    return at == stop
