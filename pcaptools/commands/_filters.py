"""The options of http-trace that choose exchanges."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import click

from pcaptools.commands._watchdog import Watchdog
from pcaptools.core.errors import UsageError
from pcaptools.core.protocols.http import select
from pcaptools.core.protocols.http.search import Bounded, Searches, Searching
from pcaptools.core.protocols.http.select import Condition, Selector, Stage, Test
from pcaptools.printers.sizes import parse_size

F = TypeVar("F", bound=Callable[..., Any])

_SPAN = re.compile(r"(\d{1,12}(?:\.\d+)?)\s*(us|ms|s|m)?")
_SPANS = {"us": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, None: 1e9}
_STATUS = re.compile(r"(\d)xx|(\d{1,3})(?:-(\d{1,3}))?", re.IGNORECASE)


def _pattern(option: str, text: str, searches: Searches) -> Searching[str]:
    try:
        return searches.bounded(re.compile(text, re.IGNORECASE))
    except (re.error, OverflowError, RecursionError) as error:
        raise UsageError(f'{option} "{text}" is no regular expression: {error}') from None


def _find(option: str, text: str, searches: Searches) -> list[Test]:
    try:
        return [select.find(searches.bounded(re.compile(text.encode("utf-8", "surrogateescape"))))]
    except (re.error, OverflowError, RecursionError) as error:
        raise UsageError(f'{option} "{text}" is no regular expression: {error}') from None


def _status(option: str, text: str, _: Searches) -> list[Test]:
    tests = []
    for part in text.split(","):
        found = _STATUS.fullmatch(part.strip())
        if found is None:
            raise UsageError(f'{option} "{part}" is no status', "write 404, 4xx, 400-599, or several with commas")
        low = int(found[1]) * 100 if found[1] else int(found[2])
        tests.append(select.status(low, low + 99 if found[1] else int(found[3] or low)))
    return tests


def _slower(option: str, text: str, _: Searches) -> list[Test]:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise UsageError(f'{option} "{text}" is no time', "write it as 200ms, 1.5s or 500us")
    return [select.slower_than(round(float(found[1]) * _SPANS[found[2]]))]


def _larger(option: str, text: str, _: Searches) -> list[Test]:
    size = parse_size(text)
    if size is None:
        raise UsageError(f'{option} "{text}" is no size', "write it as 500, 64KB or 1.5MB")
    return [select.larger_than(size)]


Maker = Callable[[str, str, Searches], list[Test]]
KINDS: dict[str, tuple[str, str, Stage, Maker]] = {
    "method": ("REGEX", "whose method matches", Stage.REQUEST, lambda o, t, s: [select.method(_pattern(o, t, s))]),
    "host": ("REGEX", "whose Host header matches", Stage.REQUEST,
             lambda o, t, s: [select.request_header("host", _pattern(o, t, s))]),
    "url": ("REGEX", "whose request-target matches", Stage.REQUEST, lambda o, t, s: [select.url(_pattern(o, t, s))]),
    "user-agent": ("REGEX", "whose User-Agent header matches", Stage.REQUEST,
                   lambda o, t, s: [select.request_header("user-agent", _pattern(o, t, s))]),
    "status": ("STATUS", "with such a status: 404, 4xx, 400-599, several with commas", Stage.RESPONSE, _status),
    "content-type": ("REGEX", "whose response's Content-Type matches", Stage.RESPONSE,
                     lambda o, t, s: [select.content_type(_pattern(o, t, s))]),
    "slower-than": ("TIME", "that took longer (200ms, 1.5s), first byte to last", Stage.COMPLETE, _slower),
    "larger-than": ("SIZE", "with a larger response body (64KB, 1MB), as transferred", Stage.COMPLETE, _larger),
    "find": ("REGEX", "with a match in a body, or in a WebSocket message", Stage.COMPLETE, _find),
}  # fmt: skip


class Filters:
    """The filters of a run, as given."""

    def __init__(self, given: dict[str, tuple[str, ...]], show_header: tuple[str, ...] = ()) -> None:
        """Take the values of each option, by its name without dashes in front."""
        self._searches = Searches(Watchdog(Bounded.unbounded))
        self.conditions: list[Condition] = []
        for name, values in given.items():
            kind = KINDS[name.removesuffix("-ignore")]
            if values:
                tests = [test for value in values for test in kind[3](f"--{name}", value, self._searches)]
                found = Condition(kind[2], tests, ignore=name.endswith("-ignore"), of_messages=kind[3] is _find)
                self.conditions.append(found)
        self.bodies = bool(given.get("find") or given.get("find-ignore"))
        """Bodies must be kept."""

        self.show_header: Callable[[str], object] | None = None
        """Tells by its name whether a header is printed; None: whatever --headers says."""
        if show_header:
            patterns = [_pattern("--show-header", text, self._searches) for text in show_header]
            self.show_header = lru_cache(4096)(lambda name: self._matches(patterns, name))

    def selector(self) -> Selector | None:
        """Return what applies them; None without any."""
        return Selector(self.conditions, self._searches) if self.conditions else None

    def notices(self) -> dict[str, int]:
        """Return which searches were given up, in words, and how often."""
        return self._searches.notices()

    def _matches(self, patterns: list[Searching[str]], name: str) -> bool:
        with self._searches.watch:
            return any(pattern.search(name) for pattern in patterns)


def filter_options(function: F) -> F:
    """Give a command the options that choose exchanges; it gets one `filters: Filters`."""
    names = [*KINDS, *(f"{name}-ignore" for name in KINDS)]

    def with_filters(*args: Any, **parameters: Any) -> Any:
        given = {name: parameters.pop(name.replace("-", "_")) for name in names}
        return function(*args, filters=Filters(given, parameters.pop("show_header")), **parameters)

    decorated: Any = functools.update_wrapper(with_filters, function)
    for name in reversed(names):
        metavar, words = KINDS[name.removesuffix("-ignore")][:2]
        verb = "Do not show exchanges" if name.endswith("-ignore") else "Show only exchanges"
        decorated = click.option(f"--{name}", multiple=True, metavar=metavar, help=f"{verb} {words}.")(decorated)
    decorated = click.option("--show-header", multiple=True, metavar="REGEX",
                             help="Print the headers whose name matches, and no others.")(decorated)  # fmt: skip
    result: F = decorated
    return result
