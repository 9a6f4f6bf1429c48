"""The Stream Control Transmission Protocol (RFC 9260): its header and its chunks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pcaptools.core.decode.layer import Cut, Layer, Malformed, Next, text
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields, content

CHUNKS = {
    0: "DATA", 1: "INIT", 2: "INIT_ACK", 3: "SACK", 4: "HEARTBEAT", 5: "HEARTBEAT_ACK", 6: "ABORT", 7: "SHUTDOWN",
    8: "SHUTDOWN_ACK", 9: "ERROR", 10: "COOKIE_ECHO", 11: "COOKIE_ACK", 12: "ECNE", 13: "CWR",
    14: "SHUTDOWN_COMPLETE", 15: "AUTH", 16: "NR_SACK", 64: "I_DATA", 128: "ASCONF_ACK", 129: "PKTDROP",
    130: "RE_CONFIG", 132: "PAD", 192: "FORWARD_TSN", 193: "ASCONF", 194: "I_FORWARD_TSN",
}  # fmt: skip
"""IANA's chunk types."""
CAUSES = {
    1: "Invalid Stream Identifier", 2: "Missing Mandatory Parameter", 3: "Stale Cookie", 4: "Out of Resource",
    5: "Unresolvable Address", 6: "Unrecognized Chunk Type", 7: "Invalid Mandatory Parameter",
    8: "Unrecognized Parameters", 9: "No User Data", 10: "Cookie Received While Shutting Down",
    11: "Restart of an Association with New Addresses", 12: "User-Initiated Abort", 13: "Protocol Violation",
    160: "Request to Delete Last Remaining IP Address", 161: "Operation Refused Due to Resource Shortage",
    162: "Request to Delete Source IP Address", 163: "Association Aborted Due to Illegal ASCONF-ACK",
    164: "Request Refused - No Authorization", 261: "Unsupported HMAC Identifier",
}  # fmt: skip
"""IANA's error causes."""
PARAMETERS = {
    1: "Heartbeat Info", 5: "IPv4 Address", 6: "IPv6 Address", 7: "State Cookie", 8: "Unrecognized Parameter",
    9: "Cookie Preservative", 11: "Host Name Address", 12: "Supported Address Types",
    13: "Outgoing SSN Reset Request", 14: "Incoming SSN Reset Request", 15: "SSN/TSN Reset Request",
    16: "Re-configuration Response", 17: "Add Outgoing Streams Request", 18: "Add Incoming Streams Request",
    0x8000: "ECN Capable", 0x8001: "Zero Checksum Acceptable", 0x8002: "Random", 0x8003: "Chunk List",
    0x8004: "Requested HMAC Algorithm", 0x8005: "Padding", 0x8008: "Supported Extensions",
    0xC000: "Forward TSN Supported", 0xC001: "Add IP Address", 0xC002: "Delete IP Address",
    0xC003: "Error Cause Indication", 0xC004: "Set Primary Address", 0xC005: "Success Indication",
    0xC006: "Adaptation Layer Indication",
}  # fmt: skip
"""IANA's chunk parameters."""
PAYLOAD_PROTOCOLS = {
    1: "IUA", 2: "M2UA", 3: "M3UA", 4: "SUA", 5: "M2PA", 6: "V5UA", 7: "H.248", 8: "BICC", 9: "TALI", 10: "DUA",
    11: "ASAP", 12: "ENRP", 13: "H.323", 14: "QIPC", 15: "SIMCO", 16: "DDP segment", 17: "DDP stream session",
    18: "S1AP", 19: "RUA", 20: "HNBAP", 21: "ForCES-HP", 22: "ForCES-MP", 23: "ForCES-LP", 24: "SBc-AP",
    25: "NBAP", 27: "X2AP", 28: "IRCP", 29: "LCS-AP", 31: "SABP", 46: "Diameter", 47: "Diameter/DTLS",
    50: "WebRTC DCEP", 51: "WebRTC String", 53: "WebRTC Binary", 56: "WebRTC String Empty",
    57: "WebRTC Binary Empty", 60: "NGAP", 61: "XnAP", 62: "F1AP", 66: "NGAP/DTLS", 68: "E1AP",
}  # fmt: skip
"""IANA's payload protocol identifiers, those that are met."""
MAX_CHUNKS = 512
MAX_ITEMS = 128


class SCTP(Layer):
    """An SCTP packet. `chunks` has what it consists of, in order."""

    __slots__ = ("_trouble", "checksum", "chunks", "dport", "sport", "verification_tag")

    key = "sctp"
    fields = ("sport", "dport", "verification_tag", "checksum", "chunks")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "SCTP header")
        self.sport = read.u16()
        self.dport = read.u16()
        self.verification_tag = read.u32()
        self.checksum = read.u32()
        self.chunks: list[Fields] = []
        self._trouble: Malformed | None = None
        try:
            self._read_chunks(read)
        except Malformed as error:
            self._trouble = error

    @classmethod
    def partial(cls, data: bytes, start: int, end: int, depth: int) -> Layer | None:
        """Return the ports, if at least the first eight bytes were captured: all that an ICMP error has to quote."""
        return SCTPStart(data, start, end, depth) if len(data) >= start + 8 else None

    def next(self) -> Next | None:
        """Tell what is wrong with the chunks."""
        if self._trouble is not None:
            raise self._trouble
        return None

    def _read_chunks(self, read: Reader) -> None:
        while read:
            if len(self.chunks) == MAX_CHUNKS:
                raise Malformed(f"more than {MAX_CHUNKS} SCTP chunks", read.at)
            at = read.at
            number, flags, length = read.u8(), read.u8(), read.u16()
            name = CHUNKS.get(number, "unknown")
            if length < 4:
                raise Malformed(f"SCTP chunk {number} with length {length}", at)
            chunk: Fields = {"type": number, "type_name": name, "flags": flags, "length": length}
            self.chunks.append(chunk)
            part = read.part(length - 4, f"SCTP {name}")
            if number in READERS:
                chunk |= content(READERS[number], part)
            read.skip(min(-length % 4, read.left))
        if self.end > len(self.data):  # a chunk's data, of which only the length is told
            raise Cut("SCTP chunks cut short", len(self.data))


class SCTPStart(Layer):
    """The first eight bytes of an SCTP header that was cut."""

    __slots__ = ("dport", "sport", "verification_tag")

    key = "sctp"
    fields = ("sport", "dport", "verification_tag")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader(data, start, end, "SCTP header")
        self.sport = read.u16()
        self.dport = read.u16()
        self.verification_tag = read.u32()

    def next(self) -> Next:
        """Tell that the rest of the header is not there."""
        raise Cut(f"SCTP header cut short: {len(self.data) - self.start} of 12 bytes captured", self.start + 8)


def _data(read: Reader) -> Fields:
    """RFC 9260, 3.3.1."""
    fields: Fields = {"tsn": read.u32(), "stream": read.u16(), "stream_sequence": read.u16()}
    return fields | _payload(read)


def _i_data(read: Reader) -> Fields:
    """RFC 8260, 2.1: the identifier is in a message's first fragment, later ones are numbered there."""
    fields: Fields = {"tsn": read.u32(), "stream": read.u16()}
    read.skip(2)
    return fields | {"message": read.u32()} | _payload(read)


def _payload(read: Reader) -> Fields:
    number = read.u32()
    size, read.at = read.left, read.end
    return {"ppid": number, "ppid_name": PAYLOAD_PROTOCOLS.get(number, "unknown"), "data_length": size}


def _init(read: Reader) -> Fields:
    """RFC 9260, 3.3.2; the acknowledgement is the same."""
    fields: Fields = {"initiate_tag": read.u32(), "window": read.u32()}
    fields |= {"outbound_streams": read.u16(), "inbound_streams": read.u16(), "initial_tsn": read.u32()}
    return fields | {"parameters": _items(read, PARAMETERS, _parameter)}


def _sack(read: Reader) -> Fields:
    """RFC 9260, 3.3.4."""
    fields: Fields = {"cumulative_tsn": read.u32(), "window": read.u32()}
    gaps, copies = read.u16(), read.u16()
    fields["gaps"] = [(read.u16(), read.u16()) for _ in range(gaps)]
    fields["duplicates"] = [read.u32() for _ in range(copies)]
    return fields


def _causes(read: Reader) -> Fields:
    return {"causes": _items(read, CAUSES, _cause)}


def _tsn(read: Reader) -> Fields:
    return {"cumulative_tsn": read.u32()}


def _opaque(read: Reader) -> Fields:
    size, read.at = read.left, read.end
    return {"data_length": size}


def _forward(read: Reader) -> Fields:
    """RFC 3758, 3.2."""
    fields = _tsn(read)
    return fields | {"streams": [(read.u16(), read.u16()) for _ in range(read.left // 4)]}


def _asconf(read: Reader) -> Fields:
    """RFC 5061, 4.1."""
    return {"sequence": read.u32(), "parameters": _items(read, PARAMETERS, _parameter)}


def _reconfigure(read: Reader) -> Fields:
    """RFC 6525, 3.1."""
    return {"parameters": _items(read, PARAMETERS, _parameter)}


def _items(read: Reader, names: dict[int, str], parse: Callable[[int, Reader], Fields]) -> list[Fields]:
    """Read parameters or causes: a number, a length that includes both, a content, padding."""
    items: list[Fields] = []
    while read.left >= 4:
        if len(items) == MAX_ITEMS:
            raise Malformed(f"more than {MAX_ITEMS} items in a chunk", read.at)
        number, length = read.u16(), read.u16()
        if length < 4:
            raise Malformed(f"{read.what}: item {number} with length {length}", read.at)
        part = read.part(length - 4)
        items.append({"type": number, "type_name": names.get(number, "unknown"), "length": length})
        items[-1] |= content(partial(parse, number), part)
        read.skip(min(-length % 4, read.left))
    return items


def _parameter(number: int, part: Reader) -> Fields:
    if number == 5:
        return {"address": part.ipv4()}
    if number == 6:
        return {"address": part.ipv6()}
    if number == 12:
        return {"address_types": [part.u16() for _ in range(part.left // 2)]}
    if number == 0x8008:
        return {"chunk_types": [CHUNKS.get(chunk, str(chunk)) for chunk in part.take(part.left)]}
    data = part.take(part.left)
    return {"data": data} if data else {}


def _cause(number: int, part: Reader) -> Fields:
    if number in {12, 13}:
        return {"reason": text(part.take(part.left))}
    data = part.take(part.left)
    return {"data": data} if data else {}


READERS: dict[int, Callable[[Reader], Fields]] = {
    0: _data, 1: _init, 2: _init, 3: _sack, 4: _opaque, 5: _opaque, 6: _causes, 7: _tsn, 9: _causes, 10: _opaque,
    12: _tsn, 13: _tsn, 64: _i_data, 128: _asconf, 130: _reconfigure, 192: _forward, 193: _opaque,
}  # fmt: skip
