"""An exchange of which nothing is known yet."""

from __future__ import annotations

from pcaptools.core.events import Conversation
from pcaptools.core.protocols.http.exchange import Exchange


def test_an_exchange_shares_nothing_with_another() -> None:
    one, other = Exchange(Conversation(), 1), Exchange(Conversation(), 2)
    assert one.messages is not other.messages
    assert one.interim is not other.interim
    assert one.verdict == "complete"
    assert (one.request, one.response, one.connect) == (None, None, None)
