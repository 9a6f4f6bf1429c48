"""The Real-time Transport Protocol and its control protocol (RFC 3550, 3551; feedback RFC 4585, 5104).

Their ports are agreed on elsewhere (SIP, RTSP, a browser), and their content is like any other: they are decoded when
`--decode-as` says where they are.
"""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.layer import Layer, Malformed, Next, text
from pcaptools.core.decode.ntp import timestamp
from pcaptools.core.decode.reader import Reader

PAYLOAD_TYPES = {
    0: "PCMU", 3: "GSM", 4: "G723", 5: "DVI4", 6: "DVI4", 7: "LPC", 8: "PCMA", 9: "G722", 10: "L16", 11: "L16",
    12: "QCELP", 13: "CN", 14: "MPA", 15: "G728", 16: "DVI4", 17: "DVI4", 18: "G729", 25: "CelB", 26: "JPEG",
    28: "nv", 31: "H261", 32: "MPV", 33: "MP2T", 34: "H263",
}  # fmt: skip
"""RFC 3551, 6; those from 96 on are agreed on."""
SR, RR, SDES, BYE, APP, RTPFB, PSFB, XR = 200, 201, 202, 203, 204, 205, 206, 207
PACKET_TYPES = {
    192: "FIR", 193: "NACK", 195: "IJ", SR: "Sender Report", RR: "Receiver Report", SDES: "Source description",
    BYE: "Goodbye", APP: "Application specific", RTPFB: "Generic RTP Feedback", PSFB: "Payload-specific Feedback",
    XR: "Extended report", 208: "AVB", 209: "RSI", 210: "TOKEN", 211: "IDMS", 213: "RSNM",
}  # fmt: skip
ITEMS = {1: "CNAME", 2: "NAME", 3: "EMAIL", 4: "PHONE", 5: "LOC", 6: "TOOL", 7: "NOTE", 8: "PRIV", 15: "MID"}
FEEDBACK = {
    (RTPFB, 1): "Generic NACK", (RTPFB, 3): "TMMBR", (RTPFB, 4): "TMMBN", (RTPFB, 5): "RTCP-SR-REQ",
    (RTPFB, 15): "Transport-wide congestion control", (PSFB, 1): "Picture Loss Indication",
    (PSFB, 2): "Slice Loss Indication", (PSFB, 3): "Reference Picture Selection Indication",
    (PSFB, 4): "Full Intra Request", (PSFB, 15): "Application Layer Feedback",
}  # fmt: skip

Fields = dict[str, Any]


class RTP(Layer):
    """A packet of a stream: its header, and that there is a payload."""

    __slots__ = (
        "cc", "csrc", "ext", "ext_profile", "marker", "p_type", "padding", "padding_count", "payload_offset", "seq",
        "ssrc", "timestamp", "version",
    )  # fmt: skip

    key = "rtp"
    fields = (
        "version", "padding", "ext", "cc", "marker", "p_type", "p_type_name", "seq", "timestamp", "ssrc", "csrc",
        "ext_profile", "padding_count",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "RTP")
        first, second = read.u8(), read.u8()
        self.version = first >> 6
        if self.version != 2:
            raise Malformed(f"RTP version {self.version}")
        self.padding, self.ext, self.cc = first >> 5 & 1, first >> 4 & 1, first & 15
        self.marker, self.p_type = second >> 7, second & 0x7F
        self.seq, self.timestamp, self.ssrc = read.u16(), read.u32(), read.u32()
        self.csrc = [read.u32() for _ in range(self.cc)]
        self.ext_profile: int | None = None
        if self.ext:
            self.ext_profile = read.u16()
            read.skip(4 * read.u16())
        self.payload_offset = read.at
        self.padding_count = 0
        if self.padding and end <= len(data):  # RFC 3550, 5.1: the last byte counts the padding, itself included
            self.padding_count = min(data[end - 1], read.left) if read.left else 0

    @property
    def p_type_name(self) -> str:
        """How the payload is coded."""
        if self.p_type in PAYLOAD_TYPES:
            return PAYLOAD_TYPES[self.p_type]
        return "dynamic" if self.p_type >= 96 else "unknown"

    def next(self) -> Next | None:
        """Carry the payload, of which nothing more is known."""
        end = self.end - self.padding_count
        return Next(None, self.payload_offset, end) if self.payload_offset < end else None


class RTCP(Layer):
    """One packet of control; the next one of the same datagram is the layer inside (RFC 3550, 6.1)."""

    __slots__ = (
        "_trouble", "chunks", "count", "length", "media_ssrc", "name", "ntp", "octets", "packet_end", "packets",
        "padding", "pt", "reason", "reports", "rtp_timestamp", "ssrc", "ssrcs", "version",
    )  # fmt: skip

    key = "rtcp"
    sparse = True
    fields = (
        "version", "padding", "count", "pt", "pt_name", "feedback_name", "length", "ssrc", "media_ssrc", "ntp",
        "rtp_timestamp", "packets", "octets", "reports", "chunks", "ssrcs", "reason", "name",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        for name in self.__slots__:
            setattr(self, name, None)
        read = Reader.of(self, "RTCP")
        first = read.u8()
        self.version, self.padding, self.count = first >> 6, first >> 5 & 1, first & 31
        if self.version != 2:
            raise Malformed(f"RTCP version {self.version}")
        self.pt = read.u8()
        self.length = read.u16()
        self.packet_end = start + 4 * (self.length + 1)
        self._trouble: Malformed | None
        self.ssrc: int | None
        try:
            self._read(read.part(4 * self.length))
        except Malformed as error:
            self._trouble = error

    def _read(self, read: Reader) -> None:
        if self.pt in (SR, RR):
            self._read_report(read)
        elif self.pt == SDES:
            self.chunks = self._descriptions(read)
        elif self.pt == BYE:
            self.ssrcs = [read.u32() for _ in range(self.count)]
            if read:
                self.reason = text(read.take(read.u8()))
        elif self.pt == APP:
            self.ssrc = read.u32()
            self.name = text(read.take(4))
        elif self.pt in (RTPFB, PSFB):
            self.ssrc, self.media_ssrc = read.u32(), read.u32()
        elif read:
            self.ssrc = read.u32()

    def _read_report(self, read: Reader) -> None:  # RFC 3550, 6.4.1 and 6.4.2
        self.ssrc = read.u32()
        if self.pt == SR:
            self.ntp = timestamp(read.u32(), read.u32())
            self.rtp_timestamp, self.packets, self.octets = read.u32(), read.u32(), read.u32()
        self.reports = []
        for _ in range(self.count):
            report: Fields = {"ssrc": read.u32(), "fraction_lost": read.u8()}
            lost = read.u24()
            report["cumulative_lost"] = lost - (1 << 24) if lost >> 23 else lost
            report |= {one: read.u32() for one in ("extended_highest_seq", "jitter", "lsr", "dlsr")}
            self.reports.append(report)

    def _descriptions(self, read: Reader) -> list[Fields]:  # RFC 3550, 6.5
        found: list[Fields] = []
        for _ in range(self.count):
            begin = read.at
            chunk: Fields = {"ssrc": read.u32(), "items": []}
            while kind := read.u8():
                chunk["items"].append({"type": ITEMS.get(kind, str(kind)), "text": text(read.take(read.u8()))})
            read.skip(min(-(read.at - begin) % 4, read.left))
            found.append(chunk)
        return found

    @property
    def pt_name(self) -> str:
        """What kind of packet it is."""
        return PACKET_TYPES.get(self.pt, "unknown")

    @property
    def feedback_name(self) -> str | None:
        """What kind of feedback it is (RFC 4585, 6)."""
        return FEEDBACK.get((self.pt, self.count), "unknown") if self.pt in (RTPFB, PSFB) else None

    def next(self) -> Next | None:
        """Go on with the next packet; what is wrong with this one is told first."""
        if self._trouble is not None:
            raise self._trouble
        return Next(RTCP, self.packet_end, self.end) if self.packet_end < self.end else None
