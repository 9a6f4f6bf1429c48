"""What the extension headers of IPv6 say (RFC 8200, 4, and later ones), read when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from socket import AF_INET6, inet_ntop  # of socket, only the formatting
from typing import Any

from pcaptools.core.decode.ip_names import protocol_name, router_alert_name
from pcaptools.core.decode.ipv4_options import quick_start
from pcaptools.core.decode.layer import Malformed, plain
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields, Kind, Parse, content, read_options

HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION = 0, 43, 44, 51, 60
MAX_OPTIONS = 128
"""A header has room for 2046 bytes of padding, one option each."""


@dataclass(frozen=True, slots=True)
class ExtensionHeader:
    """One extension header; `body` is what follows its first two bytes, as far as captured."""

    protocol: int
    next_header: int
    length: int
    body: bytes
    destination: bytes = field(repr=False)
    """The IP header's destination address, of which the addresses in a routing header may be abridged."""

    @property
    def protocol_name(self) -> str:
        """IANA's name of the header."""
        return protocol_name(self.protocol)

    @property
    def content(self) -> Fields:
        """What it says: `options`, or the fields of its kind; `malformed` and `data` where it cannot be read."""
        read = Reader(self.body, 0, self.length - 2, f"{self.protocol_name} header")
        try:
            if self.protocol == ROUTING:
                return _routing(read, self.destination)
            return content(CONTENTS[self.protocol], read)
        except Malformed as error:  # cut by the snap length
            return {"truncated": str(error)}

    def as_dict(self) -> dict[str, Any]:
        """Return the header's fields and what it says; the body only where nobody knows what it says."""
        told = plain(self.content)
        head = {
            "protocol": self.protocol, "protocol_name": self.protocol_name,
            "next_header": self.next_header, "length": self.length,
        }  # fmt: skip
        return {**head, **told}


# ---------------------------------------------------------------- options


def _value(name: str, size: int) -> Parse:
    """Make the reader of an option that is one number."""
    return lambda read: {name: int.from_bytes(read.take(size), "big")}


def _router_alert(read: Reader) -> Fields:
    value = read.u16()
    return {"router_alert": value, "router_alert_name": router_alert_name(value)}


def _calipso(read: Reader) -> Fields:
    """RFC 5570, 5.1: the length of the compartments counts 32-bit words."""
    fields: Fields = {"doi": read.u32(), "compartment_length": read.u8(), "sensitivity_level": read.u8()}
    return fields | {"checksum": read.u16(), "compartment_bitmap": read.take(fields["compartment_length"] * 4)}


def _metrics(read: Reader) -> Fields:
    """RFC 8250, 3.2: performance and diagnostic metrics."""
    names = ("psn_this_packet", "psn_last_received", "delta_last_received", "delta_last_sent")
    fields: Fields = {"scale_delta_last_received": read.u8(), "scale_delta_last_sent": read.u8()}
    return fields | {name: read.u16() for name in names}


def _duplicate_detection(read: Reader) -> Fields:
    """RFC 6621, 6.1.1: with the H bit a hash assist value, else an identifier behind the tagger's."""
    first = read.u8()
    if first >> 7:
        return {"hash_bit": 1, "hash_assist_value": bytes((first & 0x7F,)) + read.take(read.left)}
    length = (first & 15) + 1 if first >> 4 & 7 else 0
    fields: Fields = {"hash_bit": 0, "tagger_id_type": first >> 4 & 7, "tagger_id": read.take(length)}
    return fields | {"identifier": read.take(read.left)}


def _path_mtu(read: Reader) -> Fields:
    """RFC 9268, 5: the lowest bit of the second number is the return flag."""
    minimum, returned = read.u16(), read.u16()
    return {"minimum_mtu": minimum, "return_mtu": returned & 0xFFFE, "return_flag": returned & 1}


def _rpl(read: Reader) -> Fields:
    """RFC 6553, 3."""
    bits = read.u8()
    flags = {"down": bits >> 7, "rank_error": bits >> 6 & 1, "forwarding_error": bits >> 5 & 1}
    return {"flags": flags, "instance_id": read.u8(), "sender_rank": read.u16()}


def _mpl(read: Reader) -> Fields:
    """RFC 7731, 6.1."""
    bits = read.u8()
    flags = {"seed_id_length": bits >> 6, "largest_sequence": bits >> 5 & 1, "version": bits >> 4 & 1}
    return {"flags": flags, "sequence": read.u8(), "seed_id": read.take((0, 2, 8, 16)[bits >> 6])}


def _line(read: Reader) -> Fields:
    """RFC 6788, 7."""
    return {"line_id": read.take(read.u8())}


def _home(read: Reader) -> Fields:
    """RFC 6275, 6.3."""
    return {"home_address": read.ipv6()}


def _dff(read: Reader) -> Fields:
    """RFC 6971, 11."""
    bits = read.u8()
    flags = {"version": bits >> 6, "duplicate": bits >> 5 & 1, "return": bits >> 4 & 1}
    return {"flags": flags, "sequence": read.u16()}


def _ioam(read: Reader) -> Fields:
    """RFC 9486, 4: a reserved byte, then the kind of the data (RFC 9197)."""
    read.skip(1)
    return {"option_type": read.u8(), "data": read.take(read.left)}


OPTIONS = {
    0x00: Kind("Pad1"),
    0x01: Kind("PadN"),
    0x04: Kind("Tunnel Encapsulation Limit", _value("tunnel_encapsulation_limit", 1)),
    0x05: Kind("Router Alert", _router_alert),
    0x07: Kind("CALIPSO", _calipso),
    0x08: Kind("SMF_DPD", _duplicate_detection),
    0x0F: Kind("Performance and Diagnostic Metrics", _metrics),
    0x11: Kind("IOAM", _ioam),
    0x12: Kind("AltMark"),
    0x23: Kind("RPL Option", _rpl),
    0x26: Kind("Quick-Start", quick_start),
    0x30: Kind("Minimum Path MTU", _path_mtu),
    0x31: Kind("IOAM", _ioam),
    0x32: Kind("AltMark"),
    0x63: Kind("RPL Option", _rpl),
    0x6D: Kind("MPL Option", _mpl),
    0x8A: Kind("Endpoint Identification"),
    0x8B: Kind("ILNP Nonce"),
    0x8C: Kind("Line Identification", _line),
    0xC2: Kind("Jumbo Payload", _value("payload_length", 4)),
    0xC9: Kind("Home Address", _home),
    0xEE: Kind("IP_DFF", _dff),
    **{number: Kind("RFC3692-style Experiment") for number in range(0x1E, 0x100, 0x20)},
}
"""IANA's destination options and hop-by-hop options. 0x63 was RPL's before RFC 9008 made it one that may be skipped."""


def _options(read: Reader) -> Fields:
    return {"options": read_options(read, OPTIONS, limit=MAX_OPTIONS)}


def jumbo_length(data: bytes, at: int) -> int:
    """Return what the jumbo payload option (RFC 2675, 2) of the hop-by-hop header at `at` says, or 0."""
    if len(data) < at + 8:
        return 0
    end = at + ((data[at + 1] + 1) << 3)
    options = read_options(Reader(data, at + 2, end, "hop-by-hop options"), OPTIONS, limit=MAX_OPTIONS)
    found = (
        option["payload_length"] for option in options if option.get("type") == 0xC2 and "payload_length" in option
    )
    return next(found, 0)


# ---------------------------------------------------------------- routing


def _routing(read: Reader, destination: bytes) -> Fields:
    number = read.u8()
    name, parse = ROUTING_TYPES.get(number, ("unknown", None))
    fields: Fields = {"type": number, "type_name": name, "segments_left": read.u8()}
    if number == 3:
        return fields | content(lambda part: _rpl_route(part, destination), read)
    if parse is None:
        return fields | {"body": read.data}
    return fields | content(parse, read)


def _addresses(read: Reader) -> list[str]:
    return [read.ipv6() for _ in range(read.left // 16)]


def _source_route(read: Reader) -> Fields:
    """RFC 2460, 4.4; RFC 5095 took it out of use."""
    read.skip(4)
    return {"addresses": _addresses(read)}


def _mobile(read: Reader) -> Fields:
    """RFC 6275, 6.4."""
    read.skip(4)
    return {"home_address": read.ipv6()}


def _rpl_route(read: Reader, destination: bytes) -> Fields:
    """RFC 6554, 3: the first bytes of an address, as many as in the destination, are left out."""
    lengths, bits = read.u8(), read.u24()
    inner, last, pad = lengths >> 4, lengths & 15, bits >> 20
    size = read.left - pad
    if size < 16 - last:
        raise Malformed(f"RPL source route of {size} bytes with a last address of {16 - last}")
    kept = [inner] * ((size - (16 - last)) // (16 - inner)) + [last]
    addresses = [inet_ntop(AF_INET6, destination[:same] + read.take(16 - same)) for same in kept]
    read.skip(min(pad, read.left))
    return {"compressed_inner": inner, "compressed_last": last, "pad": pad, "addresses": addresses}


SEGMENT_TLVS = {0: Kind("Pad1"), 4: Kind("PadN"), 5: Kind("HMAC")}


def _segment_routing(read: Reader) -> Fields:
    """RFC 8754, 2: the segments in reverse order, then TLVs."""
    last_entry = read.u8()
    fields: Fields = {"last_entry": last_entry, "flags": read.u8(), "tag": read.u16()}
    if (last_entry + 1) * 16 > read.left:
        raise Malformed(f"segment routing header with last entry {last_entry} and {read.left} bytes left")
    fields["segments"] = [read.ipv6() for _ in range(last_entry + 1)]
    if read:
        fields["tlvs"] = read_options(read, SEGMENT_TLVS, limit=MAX_OPTIONS)
    return fields


def _compact(size: int) -> Parse:
    """RFC 9631, 4."""
    return lambda read: {"sids": [int.from_bytes(read.take(size), "big") for _ in range(read.left // size)]}


ROUTING_TYPES: dict[int, tuple[str, Parse | None]] = {
    0: ("Source Route", _source_route),
    1: ("Nimrod", None),
    2: ("Type 2 Routing Header", _mobile),
    3: ("RPL Source Route Header", None),
    4: ("Segment Routing Header", _segment_routing),
    5: ("CRH-16", _compact(2)),
    6: ("CRH-32", _compact(4)),
    253: ("RFC3692-style Experiment 1", None),
    254: ("RFC3692-style Experiment 2", None),
}


# ---------------------------------------------------------------- the others


def _fragment(read: Reader) -> Fields:
    bits = read.u16()
    return {"offset": bits & 0xFFF8, "more": bits & 1, "identification": read.u32()}


def _authentication(read: Reader) -> Fields:
    """RFC 4302, 2."""
    read.skip(2)
    return {"spi": read.u32(), "sequence": read.u32(), "icv": read.take(read.left)}


CONTENTS: dict[int, Parse] = {
    HOP_BY_HOP: _options, FRAGMENT: _fragment, AUTHENTICATION: _authentication, DESTINATION: _options,
}  # fmt: skip
