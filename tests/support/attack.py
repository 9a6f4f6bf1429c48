"""What an attack is: traffic of any size, the command that reads it, and what that command says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

TRACE = ("http-trace", "-n", "-r", "FILE")
METRICS = ("tcp-metrics", "-n", "-r", "FILE")
CAPTURE = ("simple-capture", "-n", "-r", "FILE")


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack."""

    name: str
    """What is sent, with `N` for how much."""
    make: Callable[[int], Iterator[bytes]]
    """How much → the pieces of a capture file."""
    full: int
    """How much `make attacks` sends at most; a tenth of it shows how time grows."""
    small: int
    """How much the tests send."""
    words: tuple[str, ...]
    """The command; FILE is the capture, FOLDER a new folder."""
    says: str = ""
    """A regular expression that the full size's stderr has, or its output; "" where no bound is in the way."""
    says_small: str | None = None
    """The same of the tests' size, where that is not the same."""
    status: int = 0
    small_words: tuple[str, ...] = ()
    """Words that the tests add to the command."""

    def called(self, amount: int) -> str:
        """Its name with a number in it."""
        return re.sub(r"\bN\b", f"{amount:,}", self.name, count=1)
