"""SOCKS 4, 4a and 5 (RFC 1928, RFC 1929): the greeting is passed over, the tunnel's bytes are detected afresh."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pcaptools.core.events import Direction, Event
from pcaptools.core.protocols.base import NO_EVENTS, Analyser, Data, Unit

ADDRESS_LENGTH = {1: 4, 4: 16}
MAX_GREETING = 1024
NEED_MORE = -1


def starts_socks(data: bytes) -> bool:
    """Tell whether a whole client greeting stands at the start of `data`."""
    if len(data) >= 3 and data[0] == 5:
        return data[1] > 0 and len(data) == 2 + data[1]
    return len(data) >= 9 and data[0] == 4 and data[1] in (1, 2) and data[8:].count(0) in (1, 2) and data[-1] == 0


class SocksAnalyser(Analyser):
    """Passes over the handshake of both directions, then reads the tunnel."""

    __slots__ = ("_buffers", "_client", "_open", "_steps", "_tunnel")

    def __init__(self, client: Direction, version: int, open_tunnel: Callable[[], Analyser]) -> None:
        self._client = client
        self._open = open_tunnel
        self._tunnel: Analyser | None = None
        self._buffers: dict[Direction, bytearray] = {"send": bytearray(), "recv": bytearray()}
        server: Direction = "recv" if client == "send" else "send"
        self._steps: dict[Direction, list[Callable[[bytearray], int]]]
        if version == 4:
            self._steps = {
                client: [_socks4_request],
                server: [lambda data: 8 if len(data) >= 8 else NEED_MORE],
            }
        else:
            self._steps = {client: [_greeting, _request], server: [self._method, _request]}

    def feed(self, direction: Direction, unit: Unit) -> Sequence[Event]:
        """Take the next unit of a direction."""
        steps = self._steps[direction]
        if not isinstance(unit, Data) or not steps:
            return self._tunnel.feed(direction, unit) if self._tunnel else NO_EVENTS
        buffer = self._buffers[direction]
        buffer += unit.data
        while steps and buffer:
            length = steps[0](buffer)
            if length == NEED_MORE and len(buffer) < MAX_GREETING:
                return NO_EVENTS
            del buffer[: max(length, 0)], steps[0]
        if not steps and self._tunnel is None:
            self._tunnel = self._open()
        if steps or not buffer or self._tunnel is None:
            return NO_EVENTS
        data = bytes(buffer)
        buffer.clear()
        return self._tunnel.feed(direction, Data(data, unit.time))

    def skippable(self, direction: Direction) -> int:
        """Return what the tunnel's reader says."""
        return 0 if self._tunnel is None or self._steps[direction] else self._tunnel.skippable(direction)

    def skip(self, direction: Direction, count: int) -> None:
        """Pass on to the tunnel's reader."""
        if self._tunnel is not None:
            self._tunnel.skip(direction, count)

    def _method(self, data: bytearray) -> int:
        """Read the server's choice; 2 is user name and password, one more message each way (RFC 1929)."""
        if len(data) < 2:
            return NEED_MORE
        if data[1] == 2:
            server: Direction = "recv" if self._client == "send" else "send"
            self._steps[server].insert(1, lambda reply: 2 if len(reply) >= 2 else NEED_MORE)
            if self._steps[self._client]:
                self._steps[self._client].insert(-1, _credentials)
        return 2


def _greeting(data: bytearray) -> int:
    if len(data) < 2 or len(data) < 2 + data[1]:
        return NEED_MORE
    return 2 + data[1]


def _credentials(data: bytearray) -> int:
    if len(data) < 2 or len(data) < 3 + data[1]:
        return NEED_MORE
    length = 3 + data[1] + data[2 + data[1]]
    return length if len(data) >= length else NEED_MORE


def _request(data: bytearray) -> int:
    """Return the length of a SOCKS 5 request or reply (RFC 1928, sections 4 and 6: the same shape)."""
    if len(data) < 5:
        return NEED_MORE
    address = 1 + data[4] if data[3] == 3 else ADDRESS_LENGTH.get(data[3], 4)
    return 6 + address if len(data) >= 6 + address else NEED_MORE


def _socks4_request(data: bytearray) -> int:
    end = data.find(0, 8)
    if end >= 0 and data[4:7] == b"\0\0\0" and data[7]:  # 4a: the host name follows
        end = data.find(0, end + 1)
    return end + 1 if end >= 0 else NEED_MORE
