"""The interface between the TCP tracker and what reads a session's two byte streams."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pcaptools.core.events import Direction, Event

EndReason = Literal["fin", "rst", "timeout", "replaced", "evicted", "end of input"]
NO_EVENTS: Sequence[Event] = ()


@dataclass(slots=True)
class Data:
    """In-order bytes, each delivered once. `time` is that of their packet, ns."""

    data: bytes
    time: int


@dataclass(slots=True)
class Gap:
    """`length` bytes of the stream were not captured."""

    length: int
    time: int
    snapped: bool = False
    """They were in packets that the snap length cut."""
    dropped: int = 0
    """When the kernel was last seen to have dropped packets (ns); 0 for never."""


@dataclass(slots=True)
class End:
    """Nothing more comes in this direction; told once.

    Only behind a RST bytes may follow (the other side's, on their way, or those of a session whose RST was
    forged): they are new messages, or rubbish.
    """

    reason: EndReason
    time: int
    dropped: int = 0
    """As a gap's: the rest may have been among what was dropped."""


Unit = Data | Gap | End


class Analyser(ABC):
    """Reads the two directions of one session. Never raises, whatever the bytes are."""

    __slots__ = ()

    @abstractmethod
    def feed(self, direction: Direction, unit: Unit) -> Sequence[Event]:
        """Take the next unit of a direction and return what it made happen."""

    def skippable(self, direction: Direction) -> int:  # noqa: ARG002
        """Return how many bytes of `direction` come next that nobody reads (a body nobody prints).

        The tracker may count fewer than that instead of delivering them, and tells with `skip`; the byte that
        ends them is always delivered, since its time is the message's end.
        """
        return 0

    def skip(self, direction: Direction, count: int) -> None:  # noqa: B027 - most skip nothing
        """Take note that `count` bytes were seen and not delivered."""
