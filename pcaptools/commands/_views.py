"""The options of http-trace that show exchanges in other ways, and what they do with events."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from pcaptools.commands._tables import say_tables
from pcaptools.core.events import Event
from pcaptools.core.protocols.http.exchanges import Exchanges
from pcaptools.core.protocols.http.group import Groups
from pcaptools.core.protocols.http.stats import Statistics
from pcaptools.printers.http_stats import HEAD, LEFT, stats_cells, stats_line

F = TypeVar("F", bound=Callable[..., Any])
Format = Callable[[list[Event]], str]
MAX_SHOWN = 50
"""Rows of the table; JSON has them all."""


@dataclass(slots=True)
class Views:
    """What was asked for."""

    stats: bool = False
    group: bool = False
    curl: bool = False


class ViewOutputs:
    """Counts, groups and prints the events that are shown."""

    def __init__(self, views: Views, form: Format, *, json: bool) -> None:
        """Print with `form`, that gives the lines of events."""
        self._format = form
        self._json = json
        self._paragraphs = not (json or views.curl)
        """An empty line stands behind each exchange."""
        self._groups = Groups() if views.group else None
        self.statistics = Statistics() if views.stats else None
        self._exchanges = Exchanges()

    def lines(self, events: list[Event]) -> str:
        """Take the events of a batch; return the lines to print now."""
        if self.statistics is not None:
            for event in events:
                self.statistics.take(self._exchanges.take(event))
        if self._groups is None:
            return self._format(events)
        return self._blocks(self._groups.take(events))

    def finish(self, nanosecond: bool) -> str:
        """End of the input: return the last lines."""
        text = self._blocks(self._groups.finish()) if self._groups is not None else ""
        if self.statistics is not None:
            self.statistics.take(self._exchanges.finish())
            if self._json:
                text += "".join(stats_line(row, nanosecond) for row in self.statistics.rows())
        return text

    def notices(self) -> dict[str, int]:
        """Return which bounds were hit, in words, and how often."""
        parts = [part.notices() for part in (self._groups, self.statistics) if part is not None]
        return {text: count for part in parts for text, count in part.items()}

    def _blocks(self, blocks: Iterable[Any]) -> str:
        """Return the lines of blocks; in text there is an empty one behind each exchange, as between paragraphs."""
        texts = []
        for block in blocks:
            text = self._format(block.events)
            texts.append(f"{text}\n" if text and block.exchange and self._paragraphs else text)
        return "".join(texts)


def say_statistics(statistics: Statistics, color: bool | None) -> None:
    """Write the table of --stats to standard error: standard output holds records."""
    rows = list(statistics.rows())
    if not rows:
        return
    cells = [list(HEAD), *(stats_cells(row) for row in rows[:MAX_SHOWN])]
    more = f", the {MAX_SHOWN} most frequent of {len(rows)} kinds (--json has all)" if len(rows) > MAX_SHOWN else ""
    count = sum(row.count for row in rows)
    say_tables([(f"{count} exchange{'s' * (count != 1)}{more}", cells)], "", color, left=LEFT)


OPTIONS: list[Callable[[F], F]] = [
    click.option("--stats", is_flag=True, help="At the end, count, errors and times by host and path."),
    click.option("--group", is_flag=True, help="Print an exchange as one block, when it is over."),
    click.option("--curl", is_flag=True, help="Print each request as a curl command, and nothing else."),
]


def view_options(function: F) -> F:
    """Give a command the options; it gets one `views: Views`."""

    def with_views(*args: Any, stats: bool, group: bool, curl: bool, **parameters: Any) -> Any:
        return function(*args, views=Views(stats, group, curl), **parameters)

    decorated: Any = functools.update_wrapper(with_views, function)
    for decorate in reversed(OPTIONS):
        decorated = decorate(decorated)
    result: F = decorated
    return result
