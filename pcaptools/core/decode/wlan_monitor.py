"""What older drivers put before an IEEE 802.11 frame: the Prism header, and AVS that came after it."""

from __future__ import annotations

from typing import Any

from pcaptools.core.decode.layer import Layer, Malformed, Next, text
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.wlan import WLAN

AVS_MAGIC, AVS_MASK = 0x80211000, 0xFFFFF000
PRISM_ITEMS = {
    1: "hosttime", 2: "mactime", 3: "channel", 4: "rssi", 5: "sq", 6: "signal", 7: "noise", 8: "rate", 9: "istx",
    10: "frame_length",
}  # fmt: skip
"""By bits 12 to 15 of an item's number (bits 16 and on for the drivers that shifted them)."""
PRISM_HEADER, PRISM_ITEM = 24, 12
AVS_FIELDS = (
    "phytype",
    "channel",
    "datarate",
    "antenna",
    "priority",
    "ssi_type",
    "ssi_signal",
    "ssi_noise",
    "preamble",
    "encoding",
)
SIGNED = frozenset(("ssi_signal", "ssi_noise"))


class Prism(Layer):
    """LINKTYPE_IEEE802_11_PRISM. Its numbers are in the order of the machine; some drivers write AVS there."""

    __slots__ = ("device", "items", "length")

    key = "link"
    shim = True
    fields = ("device", "length", "items")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "Prism header")
        code = read.take(4)
        self.device = ""
        self.items: dict[str, Any] = {}
        if int.from_bytes(code, "big") & AVS_MASK == AVS_MAGIC:
            self.length, self.items = read_avs(read)
            return
        order: Any = "little" if code[0] else "big"
        self.length = int.from_bytes(read.take(4), order)
        if not PRISM_HEADER <= self.length <= end - start:
            raise Malformed(f"Prism header of {self.length} bytes in a frame of {end - start}")
        self.device = text(read.take(16).split(b"\0")[0])
        items = read.part(self.length - PRISM_HEADER)
        while items.left >= PRISM_ITEM:
            number = int.from_bytes(items.take(4), order)
            status = int.from_bytes(items.take(2), order)
            items.skip(2)
            value = int.from_bytes(items.take(4), order)
            name = PRISM_ITEMS.get(number >> 12 & 15 or number >> 16 & 15)
            if name and not status:
                self.items[name] = value

    def next(self) -> Next:
        """Go on with the frame."""
        return Next(WLAN, self.start + self.length, self.end)


class AVS(Layer):
    """LINKTYPE_IEEE802_11_AVS."""

    __slots__ = ("items", "length")

    key = "link"
    shim = True
    fields = ("length", "items")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "AVS header")
        if read.u32() & AVS_MASK != AVS_MAGIC:
            raise Malformed("no AVS header")
        self.length, self.items = read_avs(read)

    def next(self) -> Next:
        """Go on with the frame."""
        return Next(WLAN, self.start + self.length, self.end)


def read_avs(read: Reader) -> tuple[int, dict[str, Any]]:
    """Read an AVS header behind its first word: its length and its fields."""
    start = read.at - 4
    length = read.u32()
    if not 8 <= length <= read.end - start:
        raise Malformed(f"AVS header of {length} bytes in a frame of {read.end - start}")
    part = Reader(read.data, read.at, start + length, read.what)
    items: dict[str, Any] = {}
    for name in ("mactime", "hosttime"):
        if part.left >= 8:
            items[name] = part.u64()
    for name in AVS_FIELDS:
        if part.left >= 4:
            value = part.u32()
            items[name] = (value ^ 1 << 31) - (1 << 31) if name in SIGNED else value
    return length, items
