"""Events as JSON lines (docs/schema.json): one object a line, pure ASCII."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import partial
from json import JSONEncoder
from typing import Any

from pcaptools.core.decode.packet import Packet
from pcaptools.core.events import (
    Conversation,
    Direction,
    Event,
    HttpBody,
    HttpComplete,
    HttpError,
    HttpIncomplete,
    HttpRequest,
    HttpRequestBody,
    HttpRequestComplete,
    HttpResponse,
    HttpResponseBody,
    HttpResponseComplete,
    TcpAnomaly,
    TcpEnd,
    TcpGap,
    TcpReset,
    TcpRetransmit,
    TcpSession,
    TcpStart,
    TcpSynRetry,
    TlsSession,
    WebSocketError,
    WebSocketMessage,
    WebSocketUpgrade,
)
from pcaptools.core.protocols.http.coding import decode_content
from pcaptools.core.protocols.http.media import as_text, sniff
from pcaptools.printers.bodies import body_media
from pcaptools.printers.clock import decimal
from pcaptools.printers.tls_session import session_fields
from pcaptools.printers.websocket import message_fields

VERSION = 1
encode = JSONEncoder(separators=(",", ":")).encode
"""JSON in pure ASCII, DEL included, which JSON itself allows raw."""
Fields = dict[str, Any]
SPANS = ("latency", "duration", "total", "connect")
"""Fields that are spans of time."""
DECODED = 16 << 20
"""Bytes to which a body is decoded at most."""
RATES = ("throughput", "goodput")
"""Endings of the figures that are bytes a second."""


class JsonPrinter:
    """Turns events into JSON lines; `tcp_verbose` adds the TCP events other than gaps."""

    def __init__(self, *, tcp_verbose: bool = False, bodies: bool = True, body_limit: int = DECODED) -> None:
        """Show `bodies` that the core hands over, decoded to at most `body_limit` bytes."""
        self._tcp_verbose = tcp_verbose
        self._fields = dict(FIELDS)
        for kind in HttpBody.__subclasses__():
            if bodies:
                self._fields[kind] = partial(_body, limit=body_limit)
            else:
                del self._fields[kind]
        self._nanosecond = False
        self.names_version = 0
        """To be raised when a name has become known that lines so far were written without."""

    def format(self, events: Iterable[Event], nanosecond: bool) -> str:
        """Return the lines of those events that are shown, each with its line end."""
        self._nanosecond = nanosecond
        lines = []
        for event in events:
            fields = self._fields.get(type(event))
            if isinstance(event, TcpSession):
                tail = _figures(event, nanosecond)
            elif fields is None or (not self._tcp_verbose and type(event) in VERBOSE):
                continue
            else:
                tail = _tail(fields(event), nanosecond)
            lines.append(
                f'{{"v":{VERSION},"event":"{event.name}","time":{decimal(event.time, nanosecond)},'
                f"{self._session(event)}{tail}\n"
            )
        return "".join(lines)

    def _session(self, event: Event) -> str:
        known = event.session.prefixes_of(self.names_version).get("json " + event.direction)
        return known or _session_fields(event.session, event.direction)


def packet_line(packet: Packet, nanosecond: bool, tree: Fields | None = None) -> str:
    """Return the line of a packet: its header, and its layers as a tree (its `as_dict()`, if no other is given)."""
    raw = packet.raw
    time = decimal(raw.ts_sec * 1_000_000_000 + raw.ts_nsec, nanosecond)
    tree = tree or packet.as_dict()
    header = encode({name: value for name, value in tree["pcap_header"].items() if name != "time"})
    return (
        f'{{"v":{VERSION},"event":"packet","time":{time},"pcap_header":{{"time":{time},{header[1:]},'
        f'"link_type":"{packet.link_type}","link":{encode(tree["link"])}}}\n'
    )


def _tail(fields: Fields, nanosecond: bool) -> str:
    """Return the rest of a line. Spans of time (int, ns) become decimal seconds, never an exponent."""
    spans = "".join(
        f',"{name}":{"null" if span is None else decimal(span, nanosecond)}'
        for name in SPANS
        if (span := fields.pop(name, SPANS)) is not SPANS
    )
    return f",{encode(fields)[1:-1]}{spans}}}" if fields else f"{spans}}}"


def _session_fields(session: Conversation, direction: Direction) -> str:
    fields: Fields = {"session": session.id}
    ends = [("src", session.src, session.src_name), ("dst", session.dst, session.dst_name)]
    if direction == "recv":
        ends = [("src", *ends[1][1:]), ("dst", *ends[0][1:])]
    for key, numeric, name in ends:
        fields[key] = numeric
        if name != numeric:
            fields[f"{key}_name"] = name
    text = encode(fields)[1:-1]
    session.prefixes["json " + direction] = text
    return text


def _figures(event: TcpSession, nanosecond: bool) -> str:
    """Return the rest of a session's line; seconds are decimals, never an exponent."""
    exact = {"start": decimal(event.start, nanosecond), "end": decimal(event.time, nanosecond)}
    texts = (f'"{name}":{exact.get(name) or _figure(name, value, nanosecond)}' for name, value in event.stats.items())
    return f",{','.join(texts)}}}"


def _figure(name: str, value: Any, nanosecond: bool) -> str:
    if not isinstance(value, float):
        return encode(value)
    return f"{value:.1f}" if name.endswith(RATES) else decimal(round(value * 1e9), nanosecond)


def _direction(event: Event) -> Fields:
    return {"direction": event.direction}


def _request(event: HttpRequest) -> Fields:
    return {
        "number": event.number,
        "method": event.method,
        "url": event.url,
        "http_version": event.http_version,
        "headers": event.headers,
        "violations": event.violations,
    }


def _response(event: HttpResponse) -> Fields:
    fields: Fields = {
        "number": event.number,
        "method": event.method,
        "url": event.url,
        "status_code": event.status_code,
        "reason": event.reason,
        "http_version": event.http_version,
        "headers": event.headers,
        "violations": event.violations,
        "interim": event.interim,
        "latency": event.latency,
    }
    if event.number == 1 and not event.interim and (connect := event.session.connect) is not None:
        fields["connect"] = connect
    return fields


def _upgrade(event: WebSocketUpgrade) -> Fields:
    return {**_response(event), "protocol": event.protocol, "extensions": event.extensions}


def _complete(event: HttpComplete) -> Fields:
    fields: Fields = {"number": event.number, "body_len": event.body_len, "missing": event.missing}
    if isinstance(event, HttpResponseComplete):
        fields["duration"], fields["total"] = event.duration, event.total
    return fields


def _incomplete(event: HttpIncomplete) -> Fields:
    return {"number": event.number, "verdict": event.verdict, "over": event.over, "reason": event.reason}


def _body(event: HttpBody, limit: int = DECODED) -> Fields:
    decoded = decode_content(event.fields, event.body, limit)
    fields: Fields = {"number": event.number, "decoded": decoded.codings}
    read = as_text(body_media(event.fields), decoded.data) if not sniff(decoded.data) else None
    if read is not None and read[1]:
        fields["body"], charset = read
        if charset != "utf-8":
            fields["charset"] = charset
    else:
        fields["body_base64"] = b64encode(decoded.data).decode("ascii")
    notes = [decoded.note] * bool(decoded.note)
    if event.left_out:
        notes.append(f"{event.left_out} more bytes were not kept")
    if notes:
        fields["note"] = ", ".join(notes)
    return fields


def _retransmit(event: TcpRetransmit | TcpAnomaly) -> Fields:
    return {"direction": event.direction, "seqno": event.seqno, "length": event.length, "kind": event.kind}


def _gap(event: TcpGap) -> Fields:
    return {"direction": event.direction, "length": event.length}


def _error(event: HttpError) -> Fields:
    return {"direction": event.direction, "error": event.error}


VERBOSE = frozenset((TcpStart, TcpEnd, TcpReset, TcpSynRetry, TcpRetransmit, TcpAnomaly))
FIELDS: dict[type[Event], Callable[[Any], Fields]] = {
    TcpStart: lambda _: {},
    TcpEnd: lambda _: {},
    TcpReset: _direction,
    TcpSynRetry: _direction,
    TcpRetransmit: _retransmit,
    TcpAnomaly: _retransmit,
    TcpGap: _gap,
    HttpRequest: _request,
    HttpRequestBody: _body,
    HttpRequestComplete: _complete,
    HttpResponse: _response,
    HttpResponseBody: _body,
    HttpResponseComplete: _complete,
    WebSocketUpgrade: _upgrade,
    HttpIncomplete: _incomplete,
    HttpError: _error,
    WebSocketError: _error,
    WebSocketMessage: message_fields,
    TlsSession: session_fields,
}
