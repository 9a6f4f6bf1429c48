"""Listeners get node_pcap's arguments."""

from __future__ import annotations

import pytest
from support.build import Dialogue

from pcaptools.core.protocols.detect import Analysers
from pcaptools.core.sources.base import Batch
from pcaptools.core.tcp.tracker import TCPTracker


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
