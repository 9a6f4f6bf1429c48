import pytest

from pcaptools.core.decode.redis_commands import COMMANDS, is_command


@pytest.mark.parametrize("word", ["get", "GET", "Zadd", "JSON.SET", "ft._list", "BF.ADD", "HELLO", "SENTINEL"])
def test_commands(word: str) -> None:
    assert is_command(word)


@pytest.mark.parametrize("word", ["", "a", "GETS", ".SET", "a-b.c", "HTTP"])
def test_others(word: str) -> None:
    assert not is_command(word)


def test_all_are_in_capitals() -> None:
    assert all(name == name.upper() for name in COMMANDS)
    assert len(COMMANDS) > 250
