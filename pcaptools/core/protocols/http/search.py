"""Searches for what the user asks for in what anybody may have sent: each has a bound in time."""

from __future__ import annotations

from typing import AnyStr, Protocol, TypeVar

from pcaptools.core.grep.watch import TooSlow, Watch

T_contra = TypeVar("T_contra", str, bytes, contravariant=True)


class Searching(Protocol[T_contra]):
    """What finds something in a text, or in bytes: a compiled regular expression is such a thing."""

    def search(self, data: T_contra, /) -> object:
        """Tell whether there is a match."""
        ...


class Searches:
    """Counts the searches that were given up; `with self.watch` bounds those inside."""

    def __init__(self, watch: Watch | None = None) -> None:
        self.watch = watch or Watch()
        self.gave_up = 0
        """Searches that took too long, and were taken for no match."""

    def bounded(self, regex: Searching[AnyStr]) -> Searching[AnyStr]:
        """Return a search of the same that may be given up."""
        return Bounded(regex, self)

    def notices(self) -> dict[str, int]:
        """Return what was given up, in words, and how often."""
        return {"gave up a search that took too long: taken for no match": self.gave_up} if self.gave_up else {}


class Bounded(Searching[AnyStr]):
    """A search that may be given up."""

    __slots__ = ("_regex", "_searches")

    def __init__(self, regex: Searching[AnyStr], searches: Searches) -> None:
        self._regex: Searching[AnyStr] = regex
        self._searches = searches

    def search(self, data: AnyStr, /) -> bool:
        """Tell whether there is a match; False as well when that takes too long."""
        searches = self._searches
        searches.watch.turn += 1
        try:
            return self.unbounded(data)
        except TooSlow:
            searches.gave_up += 1
            return False

    def unbounded(self, data: AnyStr) -> bool:
        """Search; the watch may interrupt this function, and no other."""
        return bool(self._regex.search(data))
