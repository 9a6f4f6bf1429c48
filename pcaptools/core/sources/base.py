"""What every source of packets hands over: batches of records, and packet objects for those who ask."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple, Self

Record = tuple[int, int, bytes]
"""(time in ns since the epoch, length on the wire in bytes, captured bytes)."""

BATCH_PACKETS = 4096
"""A batch holds at most this many records, so that memory stays flat and output flows."""


@dataclass(slots=True)
class Batch:
    """Records of one link type, in capture order. Treated as immutable."""

    link_type: int
    """LINKTYPE_ number (not libpcap's DLT): 1 Ethernet, 101 RAW, 113 SLL, 276 SLL2, …"""
    records: list[Record]
    nanosecond: bool = False
    """The source's clock is finer than a microsecond: times print with 9 decimals."""
    comments: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """pcapng packet comments by index into `records`; nearly always empty."""


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
