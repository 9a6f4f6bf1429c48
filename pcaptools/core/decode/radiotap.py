"""The radiotap header: what the radio knew of an IEEE 802.11 frame (radiotap.org). Its numbers are little-endian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pcaptools.core.decode import radiotap_phy as phy
from pcaptools.core.decode.layer import Layer, Malformed, Next, octets
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.wlan import WLAN, PaddedWLAN

MAX_WORDS = 32
RADIOTAP_NAMESPACE, VENDOR_NAMESPACE, MORE_WORDS = 29, 30, 31
TLVS = 28
FCS_SIZE = 4


class RadiotapFlags(NamedTuple):
    """What was done with the frame, each 0 or 1."""

    cfp: int
    preamble: int
    wep: int
    fragmented: int
    fcs: int
    datapad: int
    badfcs: int
    shortgi: int


class Field(NamedTuple):
    """A field of the header: its name, what it is aligned to, and how it is read."""

    name: str
    align: int
    read: Callable[[Reader], Any]


def _signed(read: Reader) -> int:
    return (read.u8() ^ 0x80) - 0x80


def _u8(read: Reader) -> int:
    return read.u8()


def _u16(read: Reader) -> int:
    return read.little(2)


def _u64(read: Reader) -> int:
    return read.little(8)


def _flags(read: Reader) -> RadiotapFlags:
    byte = read.u8()
    return RadiotapFlags(*(byte >> bit & 1 for bit in range(8)))


def _rate(read: Reader) -> float:
    return read.u8() / 2


FIELDS = (
    Field("mactime", 8, _u64), Field("flags", 1, _flags), Field("datarate", 1, _rate), Field("channel", 2, phy.channel),
    Field("fhss", 1, phy.fhss), Field("dbm_antsignal", 1, _signed), Field("dbm_antnoise", 1, _signed),
    Field("quality", 2, _u16), Field("txattenuation", 2, _u16), Field("db_txattenuation", 2, _u16),
    Field("txpower", 1, _signed), Field("antenna", 1, _u8), Field("db_antsignal", 1, _u8),
    Field("db_antnoise", 1, _u8), Field("rxflags", 2, _u16), Field("txflags", 2, _u16), Field("rts_retries", 1, _u8),
    Field("data_retries", 1, _u8), Field("xchannel", 4, phy.xchannel), Field("mcs", 1, phy.mcs),
    Field("ampdu", 4, phy.ampdu), Field("vht", 2, phy.vht), Field("timestamp", 8, phy.timestamp),
    Field("he", 2, phy.he), Field("he_mu", 2, phy.he_mu), Field("he_mu_other_user", 2, phy.he_mu_other_user),
    Field("zero_length_psdu", 1, phy.zero_length_psdu), Field("l_sig", 2, phy.l_sig),
)  # fmt: skip
"""By their bit in the presence words."""


class Radiotap(Layer):
    """A radiotap header. A field that is not there is None.

    What a card tells of each of its antennas comes after what it tells of all together: it is in `antennas`.
    `rest` is what is behind a field that nobody knows, since its length is not known either.
    """

    __slots__ = (
        "_trouble", "antennas", "length", "present", "rest", "tlvs", "vendors", "version",
        *(field.name for field in FIELDS),
    )  # fmt: skip

    key = "link"
    shim = True
    sparse = True
    fields = (
        "version", "length", "present", *(field.name for field in FIELDS), "antennas", "vendors", "tlvs", "rest", "fcs",
    )  # fmt: skip

    version: int
    flags: RadiotapFlags | None
    antennas: list[dict[str, Any]]

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        for field in FIELDS:
            setattr(self, field.name, None)
        self.present: list[int] = []
        self.antennas = []
        self.vendors: list[dict[str, Any]] = []
        self.tlvs: list[dict[str, Any]] = []
        self.rest = b""
        read = Reader.of(self, "radiotap header")
        self.version = read.u8()
        read.skip(1)
        self.length = read.little(2)
        if self.version or not 8 <= self.length <= end - start:
            raise Malformed(f"radiotap version {self.version}, length {self.length} in a frame of {end - start} bytes")
        self._trouble: Malformed | None = None
        try:
            self._read_fields(Reader(data, read.at, start + self.length, read.what))
        except Malformed as error:
            self._trouble = error

    def _read_fields(self, read: Reader) -> None:
        while not self.present or self.present[-1] >> MORE_WORDS & 1:
            if len(self.present) == MAX_WORDS:
                raise Malformed(f"more than {MAX_WORDS} presence words", read.at)
            self.present.append(read.little(4))
        base, foreign = 0, False
        for number, word in enumerate(self.present):
            found: dict[str, Any] = {}
            known = foreign or self._read_word(read, word, base, found)
            self._keep(found, first=not number)
            if not known:
                self.rest = read.rest()
                return
            base += 32
            if word >> RADIOTAP_NAMESPACE & 1:
                base, foreign = 0, False
            if word >> VENDOR_NAMESPACE & 1:
                foreign = True  # the words that follow are the vendor's, and so is what they announce
                self._read_vendor(read)
        if self.present[0] >> TLVS & 1:
            self._read_tlvs(read)

    def _read_word(self, read: Reader, word: int, base: int, found: dict[str, Any]) -> bool:
        """Read what a presence word announces; false at a field that nobody knows."""
        for bit in range(TLVS):
            if word >> bit & 1:
                if base + bit >= len(FIELDS):
                    return False
                field = FIELDS[bit]
                self._align(read, field.align)
                found[field.name] = field.read(read)
        return True

    def _keep(self, found: dict[str, Any], *, first: bool) -> None:
        if first:
            for name, value in found.items():
                setattr(self, name, value)
        elif found:
            self.antennas.append(found)

    def _align(self, read: Reader, size: int) -> None:
        read.skip(-(read.at - self.start) % size)

    def _read_vendor(self, read: Reader) -> None:
        self._align(read, 2)
        oui, kind, size = octets(read.take(3)), read.u8(), read.little(2)
        self.vendors.append({"oui": oui, "type": kind, "data": read.take(size)})

    def _read_tlvs(self, read: Reader) -> None:
        self._align(read, 4)
        while read:
            if len(self.tlvs) == MAX_WORDS:
                raise Malformed(f"more than {MAX_WORDS} radiotap TLVs", read.at)
            kind, size = read.little(2), read.little(2)
            self.tlvs.append({"type": kind, "data": read.take(size)})
            read.skip(min(-size % 4, read.left))

    @property
    def has_fcs(self) -> bool:
        """The frame ends with its check sequence."""
        return self.flags is not None and bool(self.flags.fcs)

    @property
    def fcs(self) -> int | None:
        """The frame check sequence, where it is there and was captured."""
        if not self.has_fcs or len(self.data) < self.end or self.end - FCS_SIZE < self.start + self.length:
            return None
        return int.from_bytes(self.data[self.end - FCS_SIZE : self.end], "little")

    @property
    def rate(self) -> float | None:
        """The data rate in Mbit/s, given or worked out."""
        known: float | None = self.datarate
        return known if known is not None else phy.data_rate(self.mcs, self.vht, self.he)

    @property
    def frequency(self) -> int | None:
        """The channel's centre in MHz."""
        channel = self.channel or self.xchannel
        return channel["freq"] if channel else None

    def next(self) -> Next:
        """The frame, without its check sequence; some drivers pad its header to four bytes."""
        if self._trouble:
            raise self._trouble
        padded = self.flags is not None and self.flags.datapad
        end = max(self.end - (FCS_SIZE if self.has_fcs else 0), self.start + self.length)
        return Next(PaddedWLAN if padded else WLAN, self.start + self.length, end)

    def as_dict(self) -> dict[str, Any]:
        """Return what is there."""
        return {name: value for name, value in super().as_dict().items() if value not in ([], "")}
