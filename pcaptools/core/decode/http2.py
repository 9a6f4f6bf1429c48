"""HTTP/2 in the clear (RFC 9113): the preface with which a client begins, and frames by their names.

Limitations: frames are known only behind the preface or where a segment begins with SETTINGS; what headers say is
compressed with what was said before, and not read.
"""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.layer import Layer, Malformed
from pcaptools.core.decode.reader import Reader

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
TYPES = {
    0: "DATA", 1: "HEADERS", 2: "PRIORITY", 3: "RST_STREAM", 4: "SETTINGS", 5: "PUSH_PROMISE", 6: "PING",
    7: "GOAWAY", 8: "WINDOW_UPDATE", 9: "CONTINUATION", 10: "ALTSVC", 12: "ORIGIN", 16: "PRIORITY_UPDATE",
}  # fmt: skip
SETTINGS_NAMES = {
    1: "header_table_size", 2: "enable_push", 3: "max_concurrent_streams", 4: "initial_window_size",
    5: "max_frame_size", 6: "max_header_list_size", 8: "enable_connect_protocol", 9: "no_rfc7540_priorities",
}  # fmt: skip
SETTINGS = 4
SETTINGS_ENDS = frozenset((b"\x04\x00\x00\x00\x00\x00", b"\x04\x01\x00\x00\x00\x00"))
"""Type, flags and stream of a SETTINGS frame without and with ACK."""
MAX_FRAMES = 256


class HTTP2(Layer):
    """The frames in a segment, `preface` 1 if the client's preface stands before them."""

    __slots__ = ("_trouble", "frames", "preface")

    key = "http2"
    fields = ("preface", "frames")
    first_bytes = b"P\x00"

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.preface = int(data.startswith(PREFACE, start))
        self.frames: list[dict[str, Any]] = []
        self._trouble: Malformed | None = None
        read = Reader.of(self, "HTTP/2 frame")
        try:
            if self.preface:
                read.skip(len(PREFACE))
            while read.left >= 9:  # one that is cut goes on in the next segment
                self._frame(read)
        except Malformed as error:
            self._trouble = error

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Take the preface, or a SETTINGS frame, with which a server begins."""
        if data[start] == ord("P"):
            return data.startswith(PREFACE, start) and end - start >= len(PREFACE)
        if data[start + 3 : start + 9] not in SETTINGS_ENDS or end - start < 9:
            return False
        length = int.from_bytes(data[start : start + 3], "big")
        return length % 6 == 0 and length <= 6 * 32 and not (length and data[start + 4])  # RFC 9113, 6.5

    def next(self) -> None:
        """Nothing that can be read follows; say what was wrong."""
        if self._trouble is not None:
            raise self._trouble

    def _frame(self, read: Reader) -> None:
        if len(self.frames) == MAX_FRAMES:
            raise Malformed(f"more than {MAX_FRAMES} HTTP/2 frames", read.at)
        length, kind, flags = read.u24(), read.u8(), read.u8()
        frame: dict[str, Any] = {"length": length, "type": kind, "type_name": TYPES.get(kind, "unknown")}
        frame.update(flags=flags, streamid=read.u32() & 0x7FFF_FFFF)
        self.frames.append(frame)
        if kind == SETTINGS and length <= read.left:
            content = read.part(length, "HTTP/2 settings")
            settings: dict[str, int] = {}
            frame["settings"] = settings
            while content:
                number = content.u16()
                settings[SETTINGS_NAMES.get(number, f"0x{number:04x}")] = content.u32()
        else:
            read.skip(min(length, read.left))
