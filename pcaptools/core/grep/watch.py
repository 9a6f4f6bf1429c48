"""A bound on the time of one search, for whoever can set one: a signal ends it, and core knows no signals."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class TooSlow(Exception):  # noqa: N818 (it is what the search is)
    """A search was given up."""


class Watch:
    """A context manager around searches. This one lets them run for as long as they like."""

    def __init__(self) -> None:
        self.turn = 0
        """Changed before each search."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass
