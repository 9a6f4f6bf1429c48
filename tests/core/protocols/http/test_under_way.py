from __future__ import annotations

from pcaptools.core.protocols.http.under_way import Exchange, Message


def test_nothing_is_known_of_an_exchange_that_has_begun() -> None:
    exchange = Exchange(1, "GET", "/")
    message = Message("request", exchange, 5, "1.1")
    assert (exchange.end, exchange.missing, exchange.cause, exchange.told) == (None, 0, None, False)
    assert (message.interim, message.fields, message.body) == (False, None, None)
