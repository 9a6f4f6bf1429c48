"""Listeners get node_pcap's arguments."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.build import Dialogue

from pcaptools.core.names import Names
from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.files import FileSource
from pcaptools.core.tcp.tracker import TCPTracker

DNS_RECORDS = [  # tshark's dns.qry.name and dns.a or dns.aaaa of the answer section; odd bytes as RFC 4343 has them
    ("192.0.2.80", "www.example.test"),
    ("2001:db8::80", "web.example.test"),
    ("192.0.2.9", "host.old.example.test"),
    ("192.0.2.66", "odd\\.name\\032here.example.test"),
    ("192.0.2.67", "b\\195\\188ro.example.test"),
]
CAPTURES = Path(__file__).parents[2] / "captures"


def test_listeners_are_called_in_order_with_their_arguments() -> None:
    talk = Dialogue().open().send("c", b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n")
    talk.send("s", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").close()
    tracker, calls = TCPTracker(Analysers(bodies=True)), []
    tracker.on("start", lambda session: calls.append(("start", session.src)))
    tracker.on("http_request", lambda _, http: calls.append((http.method, http.url)))
    tracker.on("http_response_body", lambda _, http, data: calls.append((http.number, data)))
    tracker.on("http_response_complete", lambda _, http: calls.append(("complete", http.body_len)))
    tracker.on("end", lambda session: calls.append(("end", session.state)))
    tracker.track_batch(Batch(1, talk.records))
    assert calls == [
        ("start", "10.0.0.1:40000"),
        ("GET", "/x"),
        (1, b"hi"),
        ("complete", 2),
        ("end", "CLOSED"),
    ]


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no such event"):
        TCPTracker().on("http request", print)


def test_reverse_tells_names_from_the_resolver_and_from_dns_answers() -> None:
    told: list[tuple[str, str]] = []
    names = Names(resolve=True, lookup=lambda address: f"host-{address[-1]}.example")
    tracker = TCPTracker(names=names)
    tracker.on("reverse", lambda address, name: told.append((address, name)))
    tracker.track_batch(Batch(1, Dialogue().open().records))
    names._waiting.join()
    tracker.let_pass(0)
    assert sorted(told) == [("10.0.0.1", "host-1.example"), ("10.0.0.2", "host-2.example")]
    told.clear()
    with FileSource([CAPTURES / "dns-records.pcap"]) as source:
        for batch in source.batches():
            tracker.track_batch(batch)
    assert told == DNS_RECORDS


def test_reverse_costs_no_lookup_that_nobody_waits_for() -> None:
    asked: list[str] = []

    def lookup(address: str) -> str:
        asked.append(address)
        return ""

    names = Names(resolve=True, lookup=lookup)
    TCPTracker(names=names).track_batch(Batch(1, Dialogue().open().records))
    names._waiting.join()
    assert asked == []
