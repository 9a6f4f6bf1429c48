"""Names of addresses: learned from DNS answers that pass by, or looked up in the background.

Nothing here ever waits: `name()` answers at once with what is known, and what a lookup finds is used from then
on. Limitations: a name in a DNS answer is what somebody said, not what is true; the resolver of the system has
no time limit of its own, so that a lookup that hangs keeps its thread until the program ends.
"""

from __future__ import annotations

import contextlib
import encodings.idna  # noqa: F401 (gethostbyaddr() looks it up, perhaps when it cannot be read any more)
import queue
import socket
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from ipaddress import ip_address

MAX_NAMES = 8192
MAX_WAITING = 1024
"""Addresses that wait to be looked up; of more than that some stay numbers until they come again."""
THREADS = 4
FOUND_S, NOT_FOUND_S = 3600.0, 300.0
"""How long a name, and the lack of one, is believed."""


class Names:
    """What is known of the names of addresses. `changes` grows whenever there is something new."""

    def __init__(
        self,
        *,
        resolve: bool = False,
        lookup: Callable[[str], str] | None = None,
        max_names: int = MAX_NAMES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """With `resolve`, ask `lookup` (the system's resolver) for what no DNS answer has told."""
        self.changes = 0
        self._learned: OrderedDict[str, str] = OrderedDict()
        self._found: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._max_names = max_names
        self._clock = clock
        self._lookup = lookup or reverse_dns
        self._waiting: queue.Queue[str] = queue.Queue(MAX_WAITING)
        self._asked: set[str] = set()
        self._lock = threading.Lock()
        self._resolve = resolve
        self._threads: list[threading.Thread] = []
        self._news: deque[tuple[str, str]] = deque(maxlen=max_names)

    def learn(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Believe a DNS answer: (address, name) pairs."""
        for address, name in pairs:
            if self._learned.get(address) != name:
                self._learned[address] = name
                self._news.append((address, name))
                self.changes += 1
            self._learned.move_to_end(address)
        while len(self._learned) > self._max_names:
            self._learned.popitem(last=False)

    def news(self) -> list[tuple[str, str]]:
        """Return the (address, name) pairs that have become known since this was last called."""
        return [self._news.popleft() for _ in range(len(self._news))]

    def name(self, address: str) -> str:
        """Return the name of an address, or the address where none is known (yet)."""
        learned = self._learned.get(address)
        if learned is not None:
            return learned
        if not self._resolve:
            return address
        name, until = self._found.get(address, ("", 0.0))
        if self._clock() >= until:
            self._ask(address)
        return name or address

    def _ask(self, address: str) -> None:
        with self._lock:
            if address in self._asked:
                return
            with contextlib.suppress(queue.Full):
                self._waiting.put_nowait(address)
                self._asked.add(address)
        if len(self._threads) < THREADS:
            thread = threading.Thread(target=self._work, name="names", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while True:
            address = self._waiting.get()
            name = ""
            if _has_a_name(address):
                with contextlib.suppress(OSError, UnicodeError):
                    name = self._lookup(address)
            with self._lock:
                self._asked.discard(address)
                self._found[address] = (name, self._clock() + (FOUND_S if name else NOT_FOUND_S))
                self._found.move_to_end(address)
                while len(self._found) > self._max_names:
                    self._found.popitem(last=False)
                if name:
                    self._news.append((address, name))
                    self.changes += 1
            self._waiting.task_done()


def reverse_dns(address: str) -> str:
    """Ask the system's resolver, which knows /etc/hosts, DNS, mDNS and whatever else it is set up for."""
    return socket.gethostbyaddr(address)[0]


def _has_a_name(address: str) -> bool:
    """Tell whether asking makes sense: nobody is called 0.0.0.0, 255.255.255.255 or a multicast address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return not (parsed.is_multicast or parsed.is_unspecified or address == "255.255.255.255")
