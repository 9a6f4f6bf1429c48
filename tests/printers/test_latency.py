from __future__ import annotations

import pytest

from pcaptools.core.events import HttpResponseComplete, WebSocketUpgrade
from pcaptools.core.protocols.http.fields import HeaderFields
from pcaptools.core.tcp.session import Session
from pcaptools.printers.latency import MAX_TEXTS, _Texts, latency, milliseconds, upgrade_latency


class Opened(Session):
    connect = property(lambda _: 43_000)


def told(latency_ns: int | None, total: int | None, number: int = 2, kind: type[Session] = Opened) -> str:
    talk = kind(bytes([10, 9, 0, 2, 10, 9, 0, 1, 160, 76, 31, 144]), 0)
    return latency(HttpResponseComplete(talk, 0, "recv", number, 0, 0, "1.1", 68_000, latency_ns, total))


def test_what_is_known_is_told() -> None:
    assert told(72_000, 140_000) == ", wait 0.072ms, transfer 0.068ms, total 0.140ms"
    assert told(None, 140_000) == ", transfer 0.068ms, total 0.140ms"  # it began before the request's end
    assert told(None, None) == ", transfer 0.068ms"  # joined in the middle


def test_connect_is_told_once_in_a_session_and_where_the_handshake_was_seen() -> None:
    assert told(72_000, 140_000, 1) == ", connect 0.043ms, wait 0.072ms, transfer 0.068ms, total 0.140ms"
    assert told(72_000, 140_000, 1, Session) == ", wait 0.072ms, transfer 0.068ms, total 0.140ms"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (0, "0.000ms"),
        (499, "0.000ms"),
        (1_000, "0.001ms"),
        (1_534_567_000, "1534.567ms"),
        (10**18, "1000000000000.000ms"),
    ],
)
def test_milliseconds(span: int, text: str) -> None:
    assert milliseconds(span) == milliseconds(span) == text


def test_texts_are_forgotten_when_there_are_many() -> None:
    texts = _Texts()
    assert all(texts[span].endswith("ms") for span in range(3 * MAX_TEXTS))
    assert len(texts) <= MAX_TEXTS


@pytest.mark.parametrize(
    ("number", "latency_ns", "text"),
    [(1, 4_552_000, ", connect 0.043ms, wait 4.552ms"), (2, 4_552_000, ", wait 4.552ms"), (2, None, "")],
)
def test_an_upgrade_has_waited_too(number: int, latency_ns: int | None, text: str) -> None:
    talk = Opened(bytes([10, 9, 0, 2, 10, 9, 0, 1, 160, 76, 31, 144]), 0)
    event = WebSocketUpgrade(
        talk, 0, "recv", number, "GET", "/", 101, "S", "1.1", HeaderFields(), [], False, latency_ns, "rfc6455", ""
    )
    assert upgrade_latency(event) == text
