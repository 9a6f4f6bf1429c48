from __future__ import annotations

import pytest
from support.build import Dialogue

from pcaptools.core.events import HttpStats
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.protocols.http import stats as module
from pcaptools.core.protocols.http.exchanges import Exchanges
from pcaptools.core.protocols.http.stats import Statistics, template
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.tracker import TCPTracker


def counted(*talks: Dialogue) -> tuple[list[HttpStats], dict[str, int]]:
    tracker, exchanges, statistics = TCPTracker(Analysers(bodies=False)), Exchanges(), Statistics()
    records = sorted(record for talk in talks for record in talk.records)
    for event in [*tracker.track_batch(Batch(1, records)), *tracker.finish()]:
        statistics.take(exchanges.take(event))
    statistics.take(exchanges.finish())
    return list(statistics.rows()), statistics.notices()


def ask(target: str, *fields: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/1.1", *(fields or ("Host: Shop.example",)), "", ""]).encode()


def answer(status: int = 200, body: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "/"),
        ("/orders/17/items/2", "/orders/{id}/items/{id}"),
        ("/u/123e4567-e89b-12d3-a456-426614174000.json", "/u/{id}.json"),
        ("/commit/0a1b2c3d4e5f", "/commit/{id}"),
        ("/o/507f1f77bcf86cd799439011", "/o/{id}"),
        ("/static/app.3f2a9c1d.js", "/static/app.{id}.js"),
        ("/log/2026-11-24", "/log/{id}"),
        ("/order-17", "/order-{id}"),
        ("/t/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/t/{id}"),
        # words stay
        ("/api/v2/users", "/api/v2/users"),
        ("/deadbeef", "/deadbeef"),
        ("/utf8%20name", "/utf8%20name"),
        ("/page2/x86", "/page2/x86"),
        ("/internationalization", "/internationalization"),
    ],
)
def test_what_differs_in_each_path_is_replaced(path: str, expected: str) -> None:
    assert template(path) == expected


def test_a_hostile_path_takes_no_time_and_little_room() -> None:
    for path in ("/" + "a" * 200_000, "/" + "1." * 100_000, "/" + "0-" * 100_000, "/" + "a1" * 100_000 + "_"):
        assert len(template(path)) <= module.MAX_NAME


def test_exchanges_are_counted_by_method_host_and_template() -> None:
    talk = Dialogue().open()
    for number in range(3):
        talk.send("c", ask(f"/orders/{number}?x={number}")).send("s", answer(200, b"body"))
    talk.send("c", ask("/orders/9")).send("s", answer(404, b"no"))
    talk.send("c", ask("/orders/9", method="DELETE")).send("s", answer(503))
    (first, second), notices = counted(talk.close())
    assert notices == {}
    assert (first.method, first.host, first.path, first.count) == ("GET", "shop.example", "/orders/{id}", 4)
    assert (first.client_errors, first.server_errors, first.incomplete, first.timed) == (1, 0, 0, 4)
    assert (first.request_bytes, first.response_bytes) == (0, 14)
    assert (second.method, second.count, second.client_errors, second.server_errors) == ("DELETE", 1, 0, 1)
    # a packet a millisecond: request, its ACK, response
    assert (first.p50, first.p95, first.p99, first.longest) == (2_000_000,) * 4


def test_what_has_no_end_is_counted_and_not_timed() -> None:
    (row,), _ = counted(Dialogue().open().send("c", ask("/a")).close())
    assert (row.count, row.incomplete, row.timed, row.p50, row.longest) == (1, 1, 0, None, None)


def test_a_request_that_was_not_seen_has_no_path() -> None:
    (row,), _ = counted(Dialogue().send("s", answer(500)))
    assert (row.method, row.host, row.path) == (None, "10.0.0.2:80", None)
    assert (row.server_errors, row.incomplete, row.timed) == (1, 1, 0)


@pytest.mark.parametrize(
    ("request_", "host", "path"),
    [
        (ask("http://Other.example:81/x?y#z"), "other.example:81", "/x"),
        (ask("http://other.example"), "other.example", "/"),
        (ask("/go?to=http://a/b"), "shop.example", "/go"),
        (ask("/a", "Accept: x"), "10.0.0.2:80", "/a"),
        (ask("*", method="OPTIONS"), "shop.example", "*"),
        (ask("proxied.example:443", method="CONNECT"), "proxied.example:443", ""),
    ],
)
def test_hosts(request_: bytes, host: str, path: str) -> None:
    (row,), _ = counted(Dialogue().open().send("c", request_).send("s", answer()).close())
    assert (row.host, row.path) == (host, path)


def test_rows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROWS", 3)
    talk = Dialogue().open()
    for word in ("a", "b", "c", "d", "e", "a"):
        talk.send("c", ask(f"/{word}")).send("s", answer())
    rows, notices = counted(talk.close())
    assert {(row.path, row.count) for row in rows} == {("/a", 2), ("*", 2), ("/b", 1), ("/c", 1)}
    assert notices == {"counted an exchange with others (*): --stats tells 3 kinds of exchanges apart": 2}
