"""All that crosses from the core to the printers: what happened on the wire, in the order it was decided.

Every event is a slotted dataclass, treated as immutable (a frozen one costs five times the construction).
Times are integers, nanoseconds since the epoch, from the packet; a printer turns them into text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pcaptools.core.protocols.http.fields import HeaderFields, Headers

Direction = Literal["send", "recv"]
""""send" is from the side that the session's `src` names, "recv" from its `dst`."""


class Conversation:
    """What a printer may know of a session: its two ends and its id."""

    __slots__ = ("_prefixes_version", "prefixes")

    prefixes: dict[str, str]
    """A place where a printer keeps the part of its lines that is the same for the whole session."""
    _prefixes_version: int

    def prefixes_of(self, version: int) -> dict[str, str]:
        """Return `prefixes`, emptied if they are of another version: since then a name has become known."""
        if self._prefixes_version != version:
            self.prefixes.clear()
            self._prefixes_version = version
        return self.prefixes

    @property
    def src(self) -> str:
        """Address and port of the side that `send` means: a.b.c.d:port or [v6]:port."""
        raise NotImplementedError

    @property
    def dst(self) -> str:
        """The other side's."""
        raise NotImplementedError

    @property
    def src_name(self) -> str:
        """Name and port, where the address has a known name; otherwise the same as `src`."""
        return self.src

    @property
    def dst_name(self) -> str:
        """The other side's."""
        return self.dst

    @property
    def connect(self) -> int | None:
        """Nanoseconds that the handshake took; None when it was not seen."""
        return None

    @property
    def names(self) -> tuple[str, str]:
        """`src_name` and `dst_name`."""
        return self.src_name, self.dst_name

    @property
    def id(self) -> str:
        """16 hex digits, the same for this session in every output and every run over the same packets."""
        raise NotImplementedError


@dataclass(slots=True)
class Event:
    """Something that happened in one direction of one session."""

    name: ClassVar[str] = ""
    """The event's name in JSON."""
    session: Conversation
    time: int
    direction: Direction
    """The side that sent the packet that made it happen."""


@dataclass(slots=True)
class TcpStart(Event):
    """A handshake is complete, or a session already running was picked up."""

    name = "tcp_start"


@dataclass(slots=True)
class TcpEnd(Event):
    """Both sides have sent a FIN and had it acknowledged."""

    name = "tcp_end"


@dataclass(slots=True)
class TcpReset(Event):
    """One side sent a RST."""

    name = "tcp_reset"


@dataclass(slots=True)
class TcpSynRetry(Event):
    """A SYN or SYN+ACK was sent again."""

    name = "tcp_syn_retry"


RetransmitKind = Literal["full", "partial", "conflict", "keep_alive", "late"]


@dataclass(slots=True)
class TcpRetransmit(Event):
    """Bytes that were seen before came again."""

    name = "tcp_retransmit"
    seqno: int
    """Sequence number of the segment, as on the wire."""
    length: int
    """Payload bytes of the segment."""
    kind: RetransmitKind
    """full: all bytes were seen before; partial: some; conflict: they differ from those seen first, which
    stand; keep_alive: the probe of RFC 9293, section 3.8.4; late: they fill a hole already given up."""


@dataclass(slots=True)
class TcpGap(Event):
    """Bytes of the stream were not captured, and will not come."""

    name = "tcp_gap"
    length: int | None
    """Number of bytes; None when unknown."""


@dataclass(slots=True)
class TcpSession(Event):
    """The figures of a session, told once, when no packet can belong to it any more."""

    name = "tcp_session"
    start: int
    """Time of its first packet; `time` is that of its last."""
    stats: Mapping[str, Any]
    """`core.tcp.stats.SessionStats`; docs/figures.md defines each figure."""


@dataclass(slots=True)
class TcpAnomaly(Event):
    """A packet that is not as TCP would have it where nothing is lost, in Wireshark's words."""

    name = "tcp_anomaly"
    seqno: int
    length: int
    kind: str
    """One of core.tcp.figures.Anomaly."""


@dataclass(slots=True)
class HttpEvent(Event):
    """Belongs to one exchange of its session."""

    number: int
    """The exchange's place in its session, from 1."""


@dataclass(slots=True)
class HttpRequest(HttpEvent):
    """The head of a request. `time` is that of the packet with its first byte."""

    name = "http_request"
    method: str
    url: str
    """The request-target as sent."""
    http_version: str
    fields: HeaderFields
    violations: list[str]
    """What is wrong with it, in words; empty for a well-formed head."""

    @property
    def headers(self) -> Headers:
        """(name, value) of each header, in wire order and case."""
        return self.fields.items


@dataclass(slots=True)
class HttpComplete(HttpEvent):
    """The last byte of a message was seen."""

    body_len: int
    """Body bytes seen; transfer coding undone, content coding not."""
    missing: int
    """Body bytes that were sent and not captured."""
    http_version: str


@dataclass(slots=True)
class HttpRequestComplete(HttpComplete):
    """The last byte of a request."""

    name = "http_request_complete"


@dataclass(slots=True)
class HttpResponse(HttpEvent):
    """The head of a response, an interim one (1xx) included."""

    name = "http_response"
    method: str | None
    """Method and url of its request; None when that was not seen."""
    url: str | None
    status_code: int
    reason: str
    http_version: str
    fields: HeaderFields
    violations: list[str]
    interim: bool
    latency: int | None
    """Nanoseconds from the request's last byte to the response's first; None when either was not seen,
    and when the response began before the request's end."""

    @property
    def headers(self) -> Headers:
        """(name, value) of each header, in wire order and case."""
        return self.fields.items


@dataclass(slots=True)
class HttpResponseComplete(HttpComplete):
    """The last byte of a response."""

    name = "http_response_complete"
    duration: int
    """Nanoseconds from the first byte of the head to the last of the body."""
    latency: int | None = None
    """As `HttpResponse.latency`."""
    total: int | None = None
    """Nanoseconds from the request's first byte to the response's last; None when the former was not seen."""


IncompleteReason = Literal[
    "bytes_missing", "snap_length", "kernel_drops", "joined_midway", "ended", "open", "malformed", "bound"
]
"""Why an exchange is not complete. bytes_missing: not captured, and nobody knows why; snap_length: cut off by it;
kernel_drops: not captured, and the kernel dropped packets in that time; joined_midway: its beginning was before the
capture; ended: its connection was over first; open: its end is behind the capture's, or was never seen; malformed: it
cannot be read; bound: one of ours was hit."""


@dataclass(slots=True)
class HttpIncomplete(HttpEvent):
    """An exchange that is not complete, and why; told once for an exchange."""

    name = "http_incomplete"
    verdict: str
    """The reason in words."""
    over: bool
    """Nothing more is expected of the exchange. False: its end is still to come."""
    reason: IncompleteReason = "bytes_missing"
    told: bool = False
    """Another event of the exchange says the same: an error, a head's violation, the bytes missing."""


@dataclass(slots=True)
class HttpBody(HttpEvent):
    """A message's body, transfer coding undone, when somebody asked for bodies; also one that broke off."""

    body: bytes
    fields: HeaderFields = field(default_factory=HeaderFields)
    """The header fields of its message."""
    left_out: int = 0
    """Bytes that followed `body` and were not kept, for its length."""


@dataclass(slots=True)
class HttpRequestBody(HttpBody):
    """A request's body."""

    name = "http_request_body"


@dataclass(slots=True)
class HttpResponseBody(HttpBody):
    """A response's body."""

    name = "http_response_body"


@dataclass(slots=True)
class HttpError(Event):
    """Bytes where a message should be are none; the parser looks for the next message."""

    name = "http_error"
    error: str


@dataclass(slots=True)
class WebSocketUpgrade(HttpResponse):
    """A 101 to websocket: from here on both directions carry frames."""

    name = "websocket_upgrade"
    protocol: Literal["rfc6455", "hixie-75", "hixie-76"]
    extensions: str
    """Sec-WebSocket-Extensions of the response; empty when none."""


@dataclass(slots=True)
class WebSocketError(HttpError):
    """Bytes of a WebSocket that became no message: missing, cut off, or not of the protocol."""

    number: int = 0
    """The exchange's that upgraded, 0 where that was not seen."""


WebSocketOpcode = Literal["text", "binary", "close", "ping", "pong"]


@dataclass(slots=True)
class WebSocketMessage(HttpEvent):
    """A message, its fragments put together and its compression undone, or a control frame.

    `time` is that of its last byte; `number` is the exchange's that upgraded, 0 where that was not seen.
    """

    name = "websocket_message"
    opcode: WebSocketOpcode
    data: bytes
    """As far as it is kept; of a close frame the reason."""
    length: int
    """Of the whole message, decompressed, in bytes; of a close frame code and reason together. Of a message that
    could not be inflated, or not to its end, as it crossed the wire."""
    close_code: int | None = None
    notes: str = ""
    """What is wrong with it, or guessed of it; empty for a message like any other."""


@dataclass(slots=True)
class TlsSession(Event):
    """A TLS handshake was seen: what follows is encrypted. Told at the server's hello, or without one at the end."""

    name = "tls_session"
    sni: str | None
    alpn: str | None
    """The protocol that the server chose in the clear; up to TLS 1.2."""
    alpn_offered: list[str]
    version: str | None
    """The version that the server chose, "TLS 1.3"; None where its hello was not seen."""
    cipher: str | None
    notes: str = ""
    """What is not as it should be, or not known, and why; empty for a handshake like any other."""


@dataclass(slots=True)
class HttpStats:
    """Figures over all exchanges of one kind, told at the end. Spans are nanoseconds, None when none was measured."""

    name: ClassVar[str] = "http_stats"
    time: int
    """Of the last byte seen of them."""
    method: str | None
    """None, as `path`, where the request was not seen; all three are "*" for those that are not told apart."""
    host: str
    path: str | None
    """The path's template; empty for CONNECT."""
    count: int
    client_errors: int
    """Responses with a status of 4xx."""
    server_errors: int
    """Responses with a status of 5xx."""
    incomplete: int
    timed: int
    """Exchanges of which both ends were seen: those in the percentiles."""
    p50: int | None
    p95: int | None
    p99: int | None
    longest: int | None
    request_bytes: int
    """Of bodies, transfer coding undone, content coding not."""
    response_bytes: int


Span = tuple[int, int]
"""(first byte, byte behind)"""


@dataclass(slots=True)
class GrepMatch:
    """Where a pattern was found: in a packet's payload, or at a place of a stream or of a decoded message."""

    name: ClassVar[str] = "grep_match"
    time: int
    """Of the packet, or of the last one that the match spans."""
    src: tuple[str, int | None]
    """Address and port of the sender; port None where the protocol has none."""
    dst: tuple[str, int | None]
    packets: tuple[int, ...]
    """Numbers of the packets, from 1, counted after the filter."""
    protocol: str
    """The key of the layer that carries the payload: tcp, udp, icmp, …"""
    data: bytes
    """The payload; of a stream or a message the lines around the match."""
    spans: list[Span]
    """The matches in `data`."""
    offset: int = 0
    """Where `data` begins in the stream or message."""
    where: Literal["packet", "stream", "head", "body", "message"] = "packet"
    session: Conversation | None = None
    context: bool = False
    """It did not match: it stands beside one that did."""
    apart: bool = False
    """Something lies between it and the one before."""
