"""Both directions of a WebSocket session: bytes in, messages out."""

from __future__ import annotations

from collections.abc import Sequence

from pcaptools.core.events import Direction, Event, HttpIncomplete, WebSocketError, WebSocketMessage
from pcaptools.core.protocols.base import NO_EVENTS, Analyser, Data, End, Gap, Unit
from pcaptools.core.protocols.http.verdict import END_REASONS, ENDS
from pcaptools.core.protocols.websocket.bounds import Budget
from pcaptools.core.protocols.websocket.deflate import Inflater
from pcaptools.core.protocols.websocket.handshake import Agreement, Protocol
from pcaptools.core.protocols.websocket.hixie import HixieReader
from pcaptools.core.protocols.websocket.messages import Message, MessageReader, Reader
from pcaptools.core.tcp.session import Session

HIXIE_76_ANSWER = 16
"""Bytes that the server sends behind its head (hybi-00, 5.2)."""
GUESS = "a guess: the upgrade was not seen"
GUESS_OF_ANSWER = "a guess: the answer to the upgrade was not seen"


class WebSocketAnalyser(Analyser):
    """Reads the frames that follow an upgrade; `number` is that of its exchange, 0 for a guess."""

    __slots__ = ("_closed", "_ended", "_heard", "_notes", "_number", "_readers", "_server", "_session")

    def __init__(
        self, session: Session, server: Direction, *, number: int, protocol: Protocol, agreement: Agreement,
        budget: Budget, guess: bool = False,
    ) -> None:  # fmt: skip
        self._session = session
        self._number = number
        self._server = server
        self._notes = [GUESS_OF_ANSWER if number else GUESS] if guess else []
        client: Direction = "recv" if server == "send" else "send"
        self._closed: set[Direction] = set()
        """Who has sent a close."""
        self._heard: set[Direction] = set()
        self._ended: set[Direction] = set()
        if not number or protocol == "hixie-75":  # nobody knows when a guess began; that one has no close
            self._closed |= {"send", "recv"}
        self._readers: dict[Direction, Reader]
        if protocol != "rfc6455":
            skip = HIXIE_76_ANSWER if protocol == "hixie-76" else 0
            self._readers = {
                client: HixieReader(skip=0, budget=budget),
                server: HixieReader(skip=skip, budget=budget),
            }
            return
        sides = ((client, agreement.client_takeover, agreement.client_bits),
                 (server, agreement.server_takeover, agreement.server_bits))  # fmt: skip
        self._readers = {}
        for side, takeover, bits in sides:
            inflater = None
            if agreement.deflate:  # zlib takes 9 bits for 8
                inflater = Inflater(takeover=takeover, window=1 << max(bits, 9), budget=budget)
                if guess:
                    inflater.lose()
            self._readers[side] = MessageReader(masked=side == client, inflater=inflater, budget=budget)

    def feed(self, direction: Direction, unit: Unit) -> Sequence[Event]:
        """Take the next unit of a direction."""
        reader = self._readers[direction]
        if isinstance(unit, Data):
            self._heard.add(direction)
            found = reader.feed(unit.data)
        elif isinstance(unit, Gap):
            found = reader.gap(unit.length)
        else:
            found = reader.end(ENDS[unit.reason])
        if not found:
            return self._end(direction, unit) if isinstance(unit, End) else NO_EVENTS
        events: list[Event] = []
        for item in found:
            if isinstance(item, Message):
                if item.opcode == "close":
                    self._closed.add(direction)
                notes = ", ".join(item.notes + self._notes)
                events.append(
                    WebSocketMessage(
                        self._session, unit.time, direction, self._number, item.opcode, item.data, item.length,
                        item.close_code, notes,
                    )
                )  # fmt: skip
            else:
                events.append(WebSocketError(self._session, unit.time, direction, item.error, self._number))
        return [*events, *self._end(direction, unit)] if isinstance(unit, End) else events

    def _end(self, direction: Direction, end: End) -> Sequence[Event]:
        """When both sides have ended, tell of a close handshake that was not complete (RFC 6455, 7.1.5).

        It is told of the side that sent no close, of neither of the server: which one ends last may be chance.
        """
        self._ended.add(direction)
        missed: set[Direction] = self._heard - self._closed if self._closed else {"send", "recv"}
        if len(self._ended) < 2 or not missed:
            return NO_EVENTS
        self._closed |= {"send", "recv"}  # told once
        reason = END_REASONS[end.reason]
        none = "still open" if reason == "open" else "no close was seen"
        verdict = f"{none if len(missed) == 2 else 'the close was not answered'}: {ENDS[end.reason]}"
        side: Direction = missed.pop() if len(missed) == 1 else self._server
        return [HttpIncomplete(self._session, end.time, side, self._number, verdict, True, reason)]
