"""Bytes that may be held."""

from pcaptools.core.protocols.websocket.bounds import MAX_INFLATED, MAX_MESSAGE, Budget


def test_what_was_given_back_can_be_taken_again() -> None:
    budget = Budget(10)
    assert budget.take(8)
    assert not budget.take(3)
    assert budget.take(-8)
    assert budget.take(10)
    assert budget.left == 0


def test_of_one_message() -> None:
    assert Budget().message == MAX_MESSAGE
    assert Budget(message=1 << 40).message == MAX_INFLATED
