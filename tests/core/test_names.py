from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest

from pcaptools.core.names import FOUND_S, MAX_WAITING, NOT_FOUND_S, Names, reverse_dns


def settled(names: Names) -> None:
    """Wait until every lookup that was asked for is done."""
    names._waiting.join()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Resolver:
    """Counts what it is asked."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known
        self.asked: list[str] = []

    def __call__(self, address: str) -> str:
        self.asked.append(address)
        if address not in self.known:
            raise socket.herror(1, "Unknown host")
        return self.known[address]


def test_names_learned_need_no_lookup() -> None:
    names = Names()
    assert names.name("192.0.2.1") == "192.0.2.1"
    names.learn([("192.0.2.1", "shop.example"), ("2001:db8::1", "shop.example")])
    assert (names.name("192.0.2.1"), names.name("2001:db8::1")) == ("shop.example", "shop.example")
    assert names.changes == 2
    names.learn([("192.0.2.1", "shop.example")])
    assert names.changes == 2
    names.learn([("192.0.2.1", "other.example")])
    assert (names.name("192.0.2.1"), names.changes) == ("other.example", 3)


def test_a_lookup_is_used_when_it_is_there_and_asked_once() -> None:
    resolver = Resolver({"192.0.2.1": "shop.example"})
    names = Names(resolve=True, lookup=resolver)
    assert names.name("192.0.2.1") == "192.0.2.1"
    settled(names)
    assert [names.name("192.0.2.1") for _ in range(3)] == ["shop.example"] * 3
    assert (resolver.asked, names.changes) == (["192.0.2.1"], 1)


def test_it_never_waits_for_a_resolver_that_hangs() -> None:
    let_go = threading.Event()

    def lookup(address: str) -> str:
        let_go.wait(10)
        return address

    names = Names(resolve=True, lookup=lookup)
    before = time.monotonic()
    for number in range(5000):
        assert names.name(f"192.0.{number // 250}.{number % 250}") == f"192.0.{number // 250}.{number % 250}"
    assert time.monotonic() - before < 5
    assert names._waiting.qsize() <= MAX_WAITING
    assert len(names._threads) == 4
    let_go.set()


def test_what_was_found_and_what_was_not_expire() -> None:
    clock, resolver = Clock(), Resolver({"192.0.2.1": "shop.example"})
    names = Names(resolve=True, lookup=resolver, clock=clock)
    for later, asked in ((0.0, 2), (NOT_FOUND_S - 1, 2), (1, 3), (FOUND_S, 5)):
        clock.now += later
        names.name("192.0.2.1")
        names.name("192.0.2.9")
        settled(names)
        assert len(resolver.asked) == asked, later
    assert names.name("192.0.2.1") == "shop.example"  # an old name until there is a new one


def test_the_tables_are_bounded() -> None:
    names = Names(resolve=True, lookup=lambda address: f"host-{address}", max_names=3)
    names.learn([(f"192.0.2.{number}", "x") for number in range(9)])
    for number in range(9):
        names.name(f"198.51.100.{number}")
    settled(names)
    assert len(names._learned) == len(names._found) == 3
    assert names.name("192.0.2.8") == "x"


@pytest.mark.parametrize("address", ["224.0.0.251", "ff02::fb", "0.0.0.0", "::", "255.255.255.255", "nonsense"])
def test_nobody_is_asked_for_what_has_no_name(address: str) -> None:
    resolver = Resolver({address: "odd"})
    names = Names(resolve=True, lookup=resolver)
    assert names.name(address) == address
    settled(names)
    assert (names.name(address), resolver.asked) == (address, [])


@pytest.mark.parametrize("error", [OSError("timed out"), UnicodeError("label too long")])
def test_a_lookup_that_fails_is_no_name(error: Exception) -> None:
    def lookup(address: str) -> str:  # noqa: ARG001
        raise error

    names = Names(resolve=True, lookup=lookup)
    names.name("192.0.2.1")
    settled(names)
    assert names.name("192.0.2.1") == "192.0.2.1"


def test_the_resolver_of_this_system_knows_loopback() -> None:
    try:
        expected = socket.gethostbyaddr("127.0.0.1")[0]
    except OSError:
        pytest.skip("this system has no name for 127.0.0.1")
    assert reverse_dns("127.0.0.1") == expected


def test_the_default_lookup_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    answer: Callable[[str], tuple[str, list[str], list[str]]] = lambda address: (f"at-{address}", [], [])  # noqa: E731
    monkeypatch.setattr(socket, "gethostbyaddr", answer)
    names = Names(resolve=True)
    names.name("192.0.2.1")
    settled(names)
    assert names.name("192.0.2.1") == "at-192.0.2.1"
