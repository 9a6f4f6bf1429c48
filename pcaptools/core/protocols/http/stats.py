"""Exchanges counted by method, host and path, where what is different in each path (numbers, ids) stands as `{id}`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pcaptools.core.events import HttpStats
from pcaptools.core.protocols.http.exchange import Exchange
from pcaptools.core.tcp.sketch import Sketch

MAX_ROWS = 500
"""Kinds of exchanges told apart."""
MAX_PATH = 2000
"""Characters of a path that are looked at."""
MAX_NAME = 200
"""Characters of a host or a template that are kept."""
PLACE = "{id}"
OTHERS = "*"
"""Stands for all that are not told apart."""

_ID = re.compile(
    # between what separates words in a path; what follows a % is the rest of an escape
    r"(?<![A-Za-z0-9%])(?:"
    r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"  # RFC 9562, 4
    r"|\d+(?:[-_.:]\d+)*"  # numbers, dates, addresses
    r"|(?=[a-f]*\d)[0-9a-f]{8,}|(?=[A-F]*\d)[0-9A-F]{8,}"  # hashes, object ids
    r"|(?=[A-Za-z]*\d[A-Za-z]*\d)[A-Za-z0-9]{20,}"  # ULIDs, tokens
    r")(?![A-Za-z0-9])"
)
Key = tuple[str | None, str, str | None]
"""Method, host and template; None where the request was not seen."""


def template(path: str) -> str:
    """Return a path with what is apt to be an id replaced by `{id}`: /orders/17 becomes /orders/{id}."""
    return _ID.sub(PLACE, path[:MAX_PATH])[:MAX_NAME]


@dataclass(slots=True)
class _Row:
    """What is counted of one kind."""

    count: int = 0
    client_errors: int = 0
    server_errors: int = 0
    incomplete: int = 0
    request_bytes: int = 0
    response_bytes: int = 0
    last: int = 0
    totals: Sketch = field(default_factory=Sketch)

    def add(self, exchange: Exchange) -> None:
        self.count += 1
        request, response = exchange.request_complete, exchange.response_complete
        if exchange.response is not None:
            self.client_errors += 400 <= exchange.response.status_code < 500
            self.server_errors += 500 <= exchange.response.status_code < 600
        self.incomplete += exchange.verdict != "complete"
        self.request_bytes += request.body_len if request else 0
        self.response_bytes += response.body_len if response else 0
        if response is not None and response.total is not None:
            self.totals.add(max(0, response.total))
        ends = (response or exchange.response, *exchange.messages[-1:], request or exchange.request)
        self.last = max([self.last, *(event.time for event in ends if event is not None)])

    def told(self, key: Key) -> HttpStats:
        totals = self.totals
        p50, p95, p99 = (round(totals.percentile(percent)) if totals.count else None for percent in (50, 95, 99))
        return HttpStats(
            self.last, *key, self.count, self.client_errors, self.server_errors, self.incomplete, totals.count,
            p50, p95, p99, totals.greatest if totals.count else None, self.request_bytes, self.response_bytes,
        )  # fmt: skip


class Statistics:
    """Counts exchanges. Of more than MAX_ROWS kinds the later ones are counted together."""

    def __init__(self) -> None:
        self._rows: dict[Key, _Row] = {}
        self._crowded = 0

    def take(self, exchanges: Iterable[Exchange]) -> None:
        """Count these."""
        for exchange in exchanges:
            key = kind_of(exchange)
            if key not in self._rows and len(self._rows) >= MAX_ROWS:
                self._crowded += 1
                key = (OTHERS, OTHERS, OTHERS)
            self._rows.setdefault(key, _Row()).add(exchange)

    def rows(self) -> Iterator[HttpStats]:
        """Yield what was counted, the most frequent kind first."""
        for key in sorted(self._rows, key=lambda key: (-self._rows[key].count, *(word or "" for word in key))):
            yield self._rows[key].told(key)

    def notices(self) -> dict[str, int]:
        """Return which bounds were hit, in words, and how often."""
        text = f"counted an exchange with others (*): --stats tells {MAX_ROWS} kinds of exchanges apart"
        return {text: self._crowded} if self._crowded else {}


def kind_of(exchange: Exchange) -> Key:
    """Return what an exchange is counted under."""
    request = exchange.request
    if request is None:
        response = exchange.response
        server = exchange.session.src if response is None or response.direction == "send" else exchange.session.dst
        return None, server, None
    server = exchange.session.dst if request.direction == "send" else exchange.session.src
    if request.method == "CONNECT":  # RFC 9112, 3.2.3
        return request.method, request.url[:MAX_NAME].lower() or server, ""
    path, host = re.split("[?#]", request.url[: MAX_PATH * 2], maxsplit=1)[0], ""
    scheme, mark, rest = path.partition("://")
    if mark and scheme.isalpha():  # the host in the target goes before that in the field (RFC 9112, 3.2.2)
        host, slash, path = rest.partition("/")
        path = slash + path or "/"
    host = host or next(iter(request.fields.values("host")), "") or server
    return request.method[:MAX_NAME], host[:MAX_NAME].lower(), template(path)
