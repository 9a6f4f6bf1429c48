"""Bytes that may be held."""

from pcaptools.core.protocols.websocket.bounds import Budget


def test_what_was_given_back_can_be_taken_again() -> None:
    budget = Budget(10)
    assert budget.take(8)
    assert not budget.take(3)
    assert budget.take(-8)
    assert budget.take(10)
    assert budget.left == 0
