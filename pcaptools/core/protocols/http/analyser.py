"""HTTP/1 over both directions of a session: responses find their requests, tunnels are opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pcaptools.core.events import (
    Direction,
    Event,
    HttpError,
    HttpIncomplete,
    HttpRequest,
    HttpRequestBody,
    HttpRequestComplete,
    HttpResponse,
    HttpResponseBody,
    HttpResponseComplete,
    IncompleteReason,
    WebSocketUpgrade,
)
from pcaptools.core.protocols.base import NO_EVENTS, Analyser, Data, End, Gap, Unit
from pcaptools.core.protocols.http.fields import NOT_PLAIN, HeaderFields
from pcaptools.core.protocols.http.framing import CloseReader, Reader, request_reader, response_reader
from pcaptools.core.protocols.http.head import RequestHead, ResponseHead
from pcaptools.core.protocols.http.kept import BodyBounds, KeptBody
from pcaptools.core.protocols.http.parser import After, MessageParser
from pcaptools.core.protocols.http.unanswered import Unanswered
from pcaptools.core.protocols.http.under_way import Exchange, Message
from pcaptools.core.protocols.http.verdict import CAUSES, END_REASONS, ENDS, cause_of, joined, missing_words
from pcaptools.core.protocols.unfinished import SMALL, Share, Unfinished
from pcaptools.core.protocols.websocket import handshake
from pcaptools.core.protocols.websocket.analyser import WebSocketAnalyser
from pcaptools.core.protocols.websocket.bounds import Budget
from pcaptools.core.tcp.session import Session

MAX_OUTSTANDING = 4096
"""Requests of one session that await a response."""
REQUEST_OVERHEAD = 300
"""Bytes that such a request takes beside its target, about."""


class HttpAnalyser(Analyser):
    """Reads HTTP/1 from a session, whichever side is the client."""

    __slots__ = (
        "_asked",
        "_bodies",
        "_budget",
        "_dropped",
        "_events",
        "_messages",
        "_number",
        "_open_tunnel",
        "_overflowed",
        "_parsers",
        "_pipelined",
        "_queue",
        "_requests_lost",
        "_responses_lost",
        "_session",
        "_tunnel",
        "_unfinished",
    )

    def __init__(
        self,
        session: Session,
        *,
        bodies: BodyBounds | None = None,
        number: int = 0,
        open_tunnel: Callable[[Session, int], Analyser | None],
        budget: Budget | None = None,
        unfinished: Unfinished | None = None,
    ) -> None:
        """Read `session`, numbering exchanges from `number` + 1; `open_tunnel(session, number)` reads a tunnel.

        With `bodies` they are kept, within those bounds.
        `budget` is what its WebSocket messages may hold, together with those of other sessions; `unfinished` what
        its heads and requests may that wait for the rest, or for a response.
        """
        self._unfinished = unfinished or Unfinished()
        self._session = session
        self._budget = budget
        self._bodies = bodies
        self._open_tunnel = open_tunnel
        self._tunnel: Analyser | None = None
        self._asked: Unanswered | None = None
        """A WebSocket was asked for, and no answer seen so far."""
        self._parsers = {
            "send": MessageParser(self, "send", keep_bodies=bodies is not None, unfinished=self._unfinished),
            "recv": MessageParser(self, "recv", keep_bodies=bodies is not None, unfinished=self._unfinished),
        }
        self._messages: dict[Direction, Message] = {}
        self._queue: list[Exchange] = []  # nearly always one: a deque would cost ten times the memory
        self._number = number
        self._pipelined = False
        self._requests_lost = False
        self._responses_lost = False
        self._overflowed = False
        self._dropped = 0
        """When the kernel was last seen to have dropped packets (ns), told at the end; 0 for never."""
        self._events: list[Event] = []

    def feed(self, direction: Direction, unit: Unit) -> Sequence[Event]:
        """Take the next unit of a direction."""
        if self._asked is not None:
            return self._look_for_frames(self._asked, direction, unit)
        return self._feed(direction, unit)

    def _feed(self, direction: Direction, unit: Unit) -> Sequence[Event]:
        parser = self._parsers[direction]
        if isinstance(unit, Data):
            parser.data(unit.data, unit.time)
        elif parser.mode == "tunnel":
            return self._tunnel.feed(direction, unit) if self._tunnel else NO_EVENTS
        elif isinstance(unit, Gap):
            parser.gap(unit.length, unit.time, cause_of(unit, self._open_since(direction, unit.time)))
        elif isinstance(unit, End):
            self._dropped = unit.dropped
            parser.end(unit.reason, unit.time)
            if direction != self._session.client:
                self._unanswered(parser, unit)
        events, self._events = self._events, []
        return events

    def skippable(self, direction: Direction) -> int:
        """Return the bytes of a body to come, when nobody asked for bodies."""
        parser = self._parsers[direction]
        if parser.mode == "tunnel":
            return self._tunnel.skippable(direction) if self._tunnel else 1 << 62
        if self._bodies is not None or parser.reader is None or parser.mode != "body":
            return 0
        return parser.reader.skippable

    def skip(self, direction: Direction, count: int) -> None:
        """Take note of body bytes seen and not delivered."""
        parser = self._parsers[direction]
        if parser.mode == "tunnel":
            if self._tunnel:
                self._tunnel.skip(direction, count)
            return
        parser.skip(count)

    # --- what the parsers find ---

    def on_head(self, parser: MessageParser, head: RequestHead | ResponseHead, time: int) -> After:
        """Pair a head with its exchange and decide what follows it."""
        if isinstance(head, RequestHead):
            return self._on_request(parser, head, time)
        return self._on_response(parser, head, time)

    def on_cut_head(
        self, parser: MessageParser, head: RequestHead | ResponseHead, time: int, reason: IncompleteReason
    ) -> None:
        """Show a head of which the end is missing; what follows it is lost."""
        if self.on_head(parser, head, time) == "tunnel":
            parser.mode = "tunnel"
            if isinstance(self._tunnel, WebSocketAnalyser):  # where its first frame begins is unknown
                self._tunnel.feed(parser.direction, Gap(0, time))
        message = self._drop_message(parser)
        if message is not None:
            over = message.kind == "response"
            self._incomplete(
                message.exchange, head.violations[-1], reason, parser.direction, time, over=over, told=True
            )

    def on_lost(self, parser: MessageParser) -> None:
        """Take note that a direction lost its place: responses may be missing."""
        if parser.direction == self._session.content_client:
            self._requests_lost = True
        else:
            self._responses_lost = True

    def on_body(self, parser: MessageParser, data: bytes) -> None:
        """Keep body bytes, when somebody asked for them."""
        if self._bodies is not None:
            message = self._messages[parser.direction]
            if message.body is None:
                message.body = KeptBody(self._bodies)
            message.body.add(data)

    def on_complete(self, parser: MessageParser, time: int) -> None:
        """Take note of a message's last byte."""
        message = self._messages.pop(parser.direction)
        number, direction, session = message.exchange.number, parser.direction, self._session
        if message.body is not None:
            self._show_body(parser, message, time)
        size, missing, version = parser.body_len, parser.missing, message.http_version
        if message.kind == "request":
            message.exchange.end, message.exchange.missing = time, missing
            message.exchange.cause = parser.cause
            asked = message.exchange.upgrade
            if asked is not None and asked.asked and asked.key is not None and message.exchange in self._queue:
                self._asked = Unanswered(direction)
            self._events.append(HttpRequestComplete(session, time, direction, number, size, missing, version))
        elif not message.interim:
            if message.exchange.method is None or missing or message.exchange.missing:
                self._flawed(message.exchange, parser, time)
            exchange, duration = message.exchange, time - message.start
            total = None if exchange.method is None else time - exchange.start
            self._events.append(
                HttpResponseComplete(
                    session, time, direction, number, size, missing, version, duration, exchange.latency, total
                )
            )

    def on_error(self, parser: MessageParser, error: str, time: int, reason: IncompleteReason) -> None:
        """Report what could not be parsed; of a body that broke off show what came."""
        message = self._messages.pop(parser.direction, None)
        if message is not None and message.body is not None:
            self._show_body(parser, message, time)
        self._events.append(HttpError(self._session, time, parser.direction, error))
        if message is not None:
            over = message.kind == "response"
            self._incomplete(message.exchange, error, reason, parser.direction, time, over=over, told=True)

    def _incomplete(
        self,
        exchange: Exchange,
        verdict: str,
        reason: IncompleteReason,
        direction: Direction,
        time: int,
        *,
        over: bool = True,
        told: bool = False,
    ) -> None:
        """Tell that an exchange is not complete; of one that was told before only that it is over."""
        if reason == "open" and self._dropped >= exchange.start > 0:
            verdict, reason = f"{verdict}, the kernel dropped packets", "kernel_drops"  # the rest may be among them
        if over or not exchange.told:
            self._events.append(
                HttpIncomplete(self._session, time, direction, exchange.number, verdict, over, reason, told)
            )
        exchange.told = True

    def _flawed(self, exchange: Exchange, parser: MessageParser, time: int) -> None:
        """Tell what an exchange lacks whose last byte was seen."""
        reason: IncompleteReason
        if exchange.method is None:
            verdict, reason = "joined in the middle: the request was not seen", "joined_midway"
        else:
            reason = joined(parser.cause, exchange.cause) or "bytes_missing"
            verdict = missing_words(parser.missing + exchange.missing, reason)
        # behind the size only the number is said
        told = reason == "bytes_missing"
        self._incomplete(exchange, verdict, reason, parser.direction, time, over=False, told=told)

    def _unanswered(self, parser: MessageParser, end: End) -> None:
        """The side that answers has ended: tell of the requests without a response."""
        lost = self._responses_lost and parser.cause is not None
        for exchange in self._queue:
            exchange.share = None
            if lost:
                self._not_captured(exchange, parser, end.time)
            else:
                verdict = f"no response: {ENDS[end.reason]}"
                self._incomplete(exchange, verdict, END_REASONS[end.reason], parser.direction, end.time)

    def _not_captured(self, exchange: Exchange, parser: MessageParser, time: int, *, over: bool = True) -> None:
        """Tell that bytes are missing in which the response was."""
        cause = parser.cause or "bytes_missing"
        why = "" if cause == "bytes_missing" else f": {CAUSES[cause].removeprefix('missing, ')}"
        self._incomplete(exchange, f"the response was not captured{why}", cause, parser.direction, time, over=over)

    # --- the answer to an upgrade that was not seen ---

    def _look_for_frames(self, asked: Unanswered, direction: Direction, unit: Unit) -> Sequence[Event]:
        """Keep what may be frames from the parsers, until it is known what the session speaks."""
        parser = self._parsers[direction]
        units: list[Unit] = [unit]
        if isinstance(unit, Data) and parser.between:
            units = [*asked.look(direction, unit)]
        elif parser.mode != "body":
            units = [*(kept for _, kept in asked.take(direction)), unit]
        events = [event for each in units for event in self._feed(direction, each)]
        if self._asked is asked and asked.server is not None and self._is_unseen(asked.server):
            self._unseen_upgrade(asked.server, unit.time)
            events += self._events
            self._events = []
        if self._asked is not asked:
            events += [event for side, kept in asked.take() for event in self._feed(side, kept)]
        return events

    def _is_unseen(self, server: Direction) -> bool:
        """Tell whether an answer may have been missed: bytes are missing, or only the client is captured."""
        return self._responses_lost or not getattr(self._session, server).packet_count

    def _unseen_upgrade(self, server: Direction, time: int) -> None:
        """From here on both sides are a WebSocket, as far as can be told."""
        exchange = self._queue.pop()
        self._tunnel = self._websocket(server, exchange, None)
        for parser in self._parsers.values():
            parser.mode = "tunnel"
        self._not_captured(exchange, self._parsers[server], time, over=False)
        self._asked = None
        self._session.protocol = "websocket"

    def _open_since(self, direction: Direction, now: int) -> int:
        """Return since when the exchange is open that a direction is in, or waits for."""
        message = self._messages.get(direction)
        if message is not None:
            return message.exchange.start
        return self._queue[0].start if self._queue else now

    def _show_body(self, parser: MessageParser, message: Message, time: int) -> None:
        kept = message.body
        assert kept is not None
        kind = HttpRequestBody if message.kind == "request" else HttpResponseBody
        fields = message.fields or HeaderFields()
        number = message.exchange.number
        self._events.append(kind(self._session, time, parser.direction, number, kept.take(), fields, kept.left_out))

    def _drop_message(self, parser: MessageParser) -> Message | None:
        message = self._messages.pop(parser.direction, None)
        if message is not None and message.body is not None:
            message.body.take()
        return message

    def on_tunnel(self, parser: MessageParser, data: bytes, time: int) -> None:
        """Hand a tunnel's bytes to whoever reads it."""
        if self._tunnel is not None:
            self._events.extend(self._tunnel.feed(parser.direction, Data(data, time)))

    def on_no_message(self, parser: MessageParser, time: int) -> Reader | None:
        """Take what has no status line as the answer to an HTTP/0.9 request (RFC 1945, 4.1)."""
        if not self._queue or self._queue[0].http_version != "0.9" or parser.direction == self._session.client:
            return None
        exchange = self._queue.pop(0)
        exchange.latency = exchange.waited(time)
        self._messages[parser.direction] = Message("response", exchange, time, "0.9")
        return CloseReader()

    # --- requests ---

    def _on_request(self, parser: MessageParser, head: RequestHead, time: int) -> After:
        reader = request_reader(head)
        self._asked = None
        self._number += 1
        exchange = Exchange(self._number, head.method, head.url, head.http_version, start=time)
        if head.fields.framing() == NOT_PLAIN:
            exchange.upgrade = handshake.request_of(head.fields)
        if self._session.content_client is None:
            self._session.content_client = parser.direction
        # the tracker delivers a request that acknowledges a gap behind that gap: no loss is pending here unseen
        if self._queue and not self._responses_lost:
            self._pipelined = True
        self._requests_lost = False
        self._queue.append(exchange)
        if len(self._queue) > 1 or len(head.url) > SMALL:
            self._bound_queue(exchange, parser.direction, time)
        if len(self._queue) == MAX_OUTSTANDING and not self._overflowed:
            self._overflowed = True
            error = f"more than {MAX_OUTSTANDING} requests without a response: the oldest are forgotten"
            self._events.append(HttpError(self._session, time, parser.direction, error))
        fields = head.fields.about_content() if self._bodies is not None else None
        self._messages[parser.direction] = Message("request", exchange, time, head.http_version, fields=fields)
        self._events.append(
            HttpRequest(
                self._session,
                time,
                parser.direction,
                exchange.number,
                head.method,
                head.url,
                head.http_version,
                head.fields,
                head.violations,
            )
        )
        if head.method == "CONNECT":
            return "pause"
        return reader or "next"

    def _bound_queue(self, newest: Exchange, direction: Direction, time: int) -> None:
        """Keep the requests that await a response to their bounds: their number, and what they hold."""
        newest.share = Share(self._unfinished)
        while len(self._queue) > MAX_OUTSTANDING or not newest.share.resize(len(newest.url or "") + REQUEST_OVERHEAD):
            if self._queue[0] is newest:
                newest.url = None  # nothing else to let go of: its response will stand without it
                return
            self._incomplete(self._queue.pop(0), "too many requests without a response", "bound", direction, time)

    # --- responses ---

    def _on_response(self, parser: MessageParser, head: ResponseHead, time: int) -> After:
        interim = 100 <= head.status_code < 200 and head.status_code != 101
        exchange = self._match(interim, parser, time)
        if not interim:
            self._asked = None
        switched = head.status_code == 101 and exchange.method is not None
        connected = exchange.method == "CONNECT" and 200 <= head.status_code < 300
        reader = None if connected else response_reader(head, exchange.method)
        self._announce(parser, exchange, head, time, interim=interim)
        other = self._other(parser)
        if connected or switched or head.status_code == 101:
            return self._tunnel_from(parser, other, head, time)
        if exchange.method == "CONNECT" and not interim:
            other.resume(tunnel=False, time=time)
        return reader or "next"

    def _match(self, interim: bool, parser: MessageParser, time: int) -> Exchange:
        """Return the exchange that the next response belongs to; one without a request when that is unknown."""
        if self._responses_lost:
            self._responses_lost = False
            self._forget_the_unanswered(parser, time)
        if not self._queue:
            self._number += 1
            self._queue.append(Exchange(self._number, None, None, start=time))
        if interim:
            return self._queue[0]
        exchange = self._queue.pop(0)
        self._pipelined &= bool(self._queue)
        return exchange

    def _forget_the_unanswered(self, parser: MessageParser, time: int) -> None:
        """Forget the requests whose responses may have been lost.

        A client that does not pipeline waits for each response, so what comes now answers its newest request. Of
        several that were sent at once, and when requests were lost too, nobody knows which was answered: the response
        stands without a request.
        """
        known = self._queue and not self._pipelined and not self._requests_lost
        newest = self._queue.pop() if known else None
        for exchange in self._queue:
            if parser.cause is None:
                self._incomplete(exchange, "the response could not be read", "malformed", parser.direction, time)
            else:
                self._not_captured(exchange, parser, time)
        self._queue.clear()
        if newest:
            self._queue.append(newest)
        self._pipelined = False

    def _announce(
        self, parser: MessageParser, exchange: Exchange, head: ResponseHead, time: int, *, interim: bool = False
    ) -> None:
        exchange.latency = latency = exchange.waited(time)
        fields = head.fields.about_content() if self._bodies is not None else None
        self._messages[parser.direction] = Message("response", exchange, time, head.http_version, interim, fields)
        response = (
            self._session, time, parser.direction, exchange.number, exchange.method, exchange.url, head.status_code,
            head.reason, head.http_version, head.fields, head.violations, interim, latency,
        )  # fmt: skip
        if head.status_code == 101 and handshake.asks_for_websocket(head.fields):
            extensions = ", ".join(head.fields.values("sec-websocket-extensions"))
            protocol = handshake.protocol_of(head.fields, exchange.upgrade)
            if not _is_cut(head):  # what it lacks may have been in what is missing
                seen = exchange.method is not None
                head.violations.extend(handshake.problems(head.fields, protocol, exchange.upgrade, seen=seen))
            self._events.append(WebSocketUpgrade(*response, protocol, extensions))
        else:
            self._events.append(HttpResponse(*response))

    def _tunnel_from(self, parser: MessageParser, other: MessageParser, head: ResponseHead, time: int) -> After:
        """From here on both directions are something else: detected afresh after CONNECT (RFC 9110, 9.3.6)."""
        message = self._messages.pop(parser.direction)
        if head.status_code == 101:
            self._session.protocol = ", ".join(head.fields.values("upgrade")) or "unknown"
            if handshake.asks_for_websocket(head.fields):
                self._tunnel = self._websocket(parser.direction, message.exchange, head)
        else:
            self._tunnel = self._open_tunnel(self._session, self._number)
            exchange, facts = message.exchange, (0, 0, head.http_version, 0)
            total = None if exchange.method is None else time - exchange.start
            self._events.append(
                HttpResponseComplete(
                    self._session, time, parser.direction, exchange.number, *facts, exchange.latency, total
                )
            )
        if other.mode == "paused":
            other.resume(tunnel=True, time=time)
        else:
            other.mode = "tunnel"
        return "tunnel"

    def _websocket(self, server: Direction, exchange: Exchange, head: ResponseHead | None) -> Analyser:
        """Read the frames behind an upgrade; without `head` its answer was not seen."""
        agreed = handshake.UNKNOWN if head is None or _is_cut(head) else handshake.agreement_of(head.fields)
        return WebSocketAnalyser(
            self._session,
            server,
            number=exchange.number,
            protocol="rfc6455" if head is None else handshake.protocol_of(head.fields, exchange.upgrade),
            agreement=agreed,
            budget=self._budget or Budget(),
            guess=head is None,
        )

    def _other(self, parser: MessageParser) -> MessageParser:
        return self._parsers["recv" if parser.direction == "send" else "send"]


def _is_cut(head: ResponseHead) -> bool:
    return any(text.startswith("the head is cut") for text in head.violations)
