"""What every source of packets hands over: batches of records, and packet objects for those who ask."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Self

Record = tuple[int, int, bytes]
"""(time in ns since the epoch, length on the wire in bytes, captured bytes)."""

Place = tuple[int, int, int, int]
"""A record whose bytes lie in a batch's buffer: (time, length on the wire, where they begin, where they end)."""

BATCH_PACKETS = 4096
"""A batch holds at most this many records, so that memory stays flat and output flows."""


class Batch:
    """Records of one link type, in capture order: a list, or places in a buffer until somebody asks for the list.

    Who can do with places copies no packet that it only looks at.
    """

    __slots__ = ("_records", "buffer", "comments", "link_type", "nanosecond", "places")

    def __init__(
        self,
        link_type: int,
        records: list[Record] | None = None,
        nanosecond: bool = False,
        comments: dict[int, tuple[str, ...]] | None = None,
        *,
        buffer: bytes = b"",
        places: list[Place] | None = None,
    ) -> None:
        self.link_type = link_type
        """LINKTYPE_ number (not libpcap's DLT): 1 Ethernet, 101 RAW, 113 SLL, 276 SLL2, …"""
        self.nanosecond = nanosecond
        """The source's clock is finer than a microsecond: times print with 9 decimals."""
        self.comments = comments or {}
        """pcapng packet comments by index into `records`; nearly always empty."""
        self.buffer = buffer
        self.places = places
        """Where the packets are in `buffer`; None once `records` has the say."""
        self._records = records or []

    def __eq__(self, other: object) -> bool:
        """Tell whether two say the same, whichever way they hold it."""
        if not isinstance(other, Batch):
            return NotImplemented
        mine = (self.link_type, self.nanosecond, self.comments, self.records)
        return mine == (other.link_type, other.nanosecond, other.comments, other.records)

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self._records) if self.places is None else len(self.places)

    @property
    def records(self) -> list[Record]:
        """The packets one by one."""
        if self.places is not None:
            buffer = self.buffer
            self._records = [(time, wire_len, buffer[start:end]) for time, wire_len, start, end in self.places]
            self.places, self.buffer = None, b""
        return self._records

    @records.setter
    def records(self, records: list[Record]) -> None:
        self._records, self.places, self.buffer = records, None, b""

    def last_time(self) -> int:
        """Return the time of the last packet; there must be one."""
        return self._records[-1][0] if self.places is None else self.places[-1][0]

    def cut(self, count: int) -> None:
        """Leave out all but the first `count` packets."""
        del (self._records if self.places is None else self.places)[count:]


@dataclass(slots=True)
class RawPacket:
    """One captured frame, not yet decoded."""

    data: bytes
    ts_sec: int
    ts_nsec: int
    caplen: int
    len: int
    link_type: int

    @classmethod
    def of(cls, record: Record, link_type: int) -> RawPacket:
        """Make the object form of a batch's record."""
        ts, wire_len, data = record
        sec, nsec = divmod(ts, 1_000_000_000)
        return cls(data, sec, nsec, len(data), wire_len, link_type)


class Stats(NamedTuple):
    """Packet counters of a source since it was opened (pcap_stats(3PCAP)); drops are zero for files."""

    ps_recv: int = 0
    ps_drop: int = 0
    ps_ifdrop: int = 0


class Source(ABC):
    """An iterator of RawPacket that also hands over batches; a context manager; stoppable from anywhere."""

    live = False
    """Packets come as they are sent, not from files."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[RawPacket], None]] = []

    @abstractmethod
    def batches(self) -> Iterator[Batch]:
        """Yield batches until the end of the input or `stop()`.

        A live source yields an empty batch (no records) when its link is idle, so that the caller can do
        what time asks for. Errors of the input are raised only after everything before them was yielded.
        """

    @abstractmethod
    def stats(self) -> Stats:
        """Return the counters; they stay readable after `close()`."""

    @abstractmethod
    def stop(self) -> None:
        """End `batches()` soon. May be called from another thread or a signal handler, more than once."""

    @abstractmethod
    def close(self) -> None:
        """Release the descriptor. May be called more than once."""

    def position(self) -> tuple[int, int]:
        """Return how many bytes of how many were read; 0 of 0 where that is not known."""
        return 0, 0

    def preload(self) -> None:  # noqa: B027 (not all import something late)
        """Import what is imported late: who drops privileges calls it before."""

    def on(self, name: str, listener: Callable[[RawPacket], None]) -> None:
        """Register a listener for "packet", called by `run()`."""
        if name != "packet":
            raise ValueError(f'a source has only the event "packet", not {name!r}')
        self._listeners.append(listener)

    def run(self) -> None:
        """Deliver every packet to the listeners until the end of the input or `stop()`."""
        for packet in self:
            for listener in self._listeners:
                listener(packet)

    def __iter__(self) -> Iterator[RawPacket]:
        for batch in self.batches():
            for record in batch.records:
                yield RawPacket.of(record, batch.link_type)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
