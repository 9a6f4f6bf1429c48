"""Exchanges as entries of a HAR 1.2 archive, what browsers and their kin read.

Times are milliseconds; what is not known is -1. A WebSocket's messages stand where Chrome puts them,
in `_webSocketMessages`.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from pcaptools.core.decode.secrets import HIDDEN
from pcaptools.core.events import HttpRequest, HttpResponse, WebSocketMessage, WebSocketUpgrade
from pcaptools.core.protocols.http.coding import content_codings, decode_content
from pcaptools.core.protocols.http.exchange import Exchange
from pcaptools.core.protocols.http.fields import HeaderFields, Headers
from pcaptools.core.protocols.http.media import as_text, media_type, sniff
from pcaptools.printers.redact import is_secret_name, redact_field, redact_json, redact_url

Fields = dict[str, Any]
OPCODES = {"text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MAX_PARAMETERS = 10_000
"""Parameters of a form that are told one by one; a form of more stays text."""


class HarFormat:
    """Makes entries. With `bodies` their text is in them; with `secrets` credentials are left in."""

    def __init__(self, *, bodies: bool, secrets: bool, limit: int) -> None:
        """Decode a body to at most `limit` bytes."""
        self._bodies = bodies
        self._secrets = secrets
        self._limit = limit

    def entry(self, exchange: Exchange) -> Fields:
        """Return the entry of an exchange."""
        timings = _timings(exchange)
        entry: Fields = {
            "startedDateTime": _iso(_start(exchange)),
            "time": round(sum(span for span in timings.values() if span > 0), 6),
            "request": self._request(exchange),
            "response": self._response(exchange),
            "cache": {},
            "timings": timings,
            "serverIPAddress": _server(exchange).rpartition(":")[0].strip("[]"),
            "connection": exchange.session.id,
        }
        if isinstance(exchange.response, WebSocketUpgrade) or exchange.messages:
            entry["_resourceType"] = "websocket"
            entry["_webSocketMessages"] = [self._message(exchange, message) for message in exchange.messages]
        comment = _comment(exchange)
        return {**entry, "comment": comment} if comment else entry

    def _request(self, exchange: Exchange) -> Fields:
        request = exchange.request
        fields = request.fields if request is not None else HeaderFields()
        url = _absolute_url(exchange, fields)
        found: Fields = {
            "method": (request.method if request else exchange.response and exchange.response.method) or "",
            "url": url if self._secrets else redact_url(url),
            "httpVersion": f"HTTP/{request.http_version}" if request else "",
            "cookies": self._cookies(fields.values("cookie")),
            "headers": self._headers(fields.items),
            "queryString": self._pairs(url.partition("#")[0].partition("?")[2]),
            "headersSize": _head_size(request) if request else -1,
            "bodySize": exchange.request_complete.body_len if exchange.request_complete else -1,
        }
        if exchange.request_body and self._bodies:
            found["postData"] = self._post_data(fields, exchange.request_body)
        return found

    def _post_data(self, fields: HeaderFields, body: bytes) -> Fields:
        mime = next(iter(fields.values("content-type")), "")
        content = self._content(fields, body)
        is_form = media_type(mime).name == "application/x-www-form-urlencoded" and "encoding" not in content
        if is_form and content["text"].count("&") < MAX_PARAMETERS:
            # either the parameters or the text, says the specification: the text would tell them again
            return {"mimeType": mime, "params": self._pairs(content["text"]), "text": ""}
        # a request has no place for the encoding: Chrome, too, puts it beside the text
        extra = {f"_{name}": content[name] for name in ("encoding",) if name in content}
        extra |= {"comment": content["comment"]} if "comment" in content else {}
        return {"mimeType": mime, "params": [], "text": content["text"], **extra}

    def _response(self, exchange: Exchange) -> Fields:
        response, complete = exchange.response, exchange.response_complete
        fields = response.fields if response is not None else HeaderFields()
        location = next(iter(fields.values("location")), "")
        return {
            "status": response.status_code if response else 0,
            "statusText": response.reason if response else "",
            "httpVersion": f"HTTP/{response.http_version}" if response else "",
            "cookies": self._set_cookies(fields.values("set-cookie")),
            "headers": self._headers(fields.items),
            "content": self._response_content(exchange, fields),
            "redirectURL": location if self._secrets else redact_url(location),
            "headersSize": _head_size(response) if response else -1,
            "bodySize": complete.body_len if complete else -1,
        }

    def _response_content(self, exchange: Exchange, fields: HeaderFields) -> Fields:
        length = exchange.response_complete.body_len if exchange.response_complete else 0
        mime = next(iter(fields.values("content-type")), "") or "x-unknown"
        content: Fields = {"size": length, "mimeType": mime}
        if not self._bodies or not exchange.response_body:
            if length and content_codings(fields):
                content["comment"] = "size as transferred: the content coding was not undone"
            return content
        content |= self._content(fields, exchange.response_body)
        if content["size"] != length and length:
            content["compression"] = content["size"] - length
        return content

    def _content(self, fields: HeaderFields, body: bytes) -> Fields:
        """Return size and text of a body, base64 where it is no text."""
        decoded = decode_content(fields, body, self._limit)
        media = media_type(next(iter(fields.values("content-type")), ""))
        read = as_text(media, decoded.data) if not sniff(decoded.data) else None
        content: Fields = {"size": len(decoded.data)}
        if read is not None and read[1]:
            content["text"] = read[0] if self._secrets else redact_json(read[0])
        else:
            content |= {"text": b64encode(decoded.data).decode("ascii"), "encoding": "base64"}
        return {**content, "comment": decoded.note} if decoded.note else content

    def _headers(self, headers: Headers) -> list[Fields]:
        secrets = self._secrets
        return [{"name": name, "value": value if secrets else redact_field(name, value)} for name, value in headers]

    def _pairs(self, query: str) -> list[Fields]:
        found = []
        for pair in filter(None, query.split("&")):
            name, _, value = pair.partition("=")
            if not self._secrets and is_secret_name(name):
                value = HIDDEN
            found.append({"name": _plain(name), "value": _plain(value)})
        return found

    def _cookies(self, values: list[str]) -> list[Fields]:
        pairs = (pair.strip().partition("=") for value in values for pair in value.split(";") if pair.strip())
        return [{"name": name, "value": value if self._secrets else HIDDEN} for name, _, value in pairs]

    def _set_cookies(self, values: list[str]) -> list[Fields]:
        """RFC 6265, 5.2. A date that is none we can read is left out."""
        cookies = []
        for value in values:
            pair, *attributes = value.split(";")
            (cookie,) = self._cookies([pair]) or [{"name": "", "value": ""}]
            known = {name.strip().lower(): text.strip() for name, _, text in (a.partition("=") for a in attributes)}
            cookie |= {name: known[name] for name in ("path", "domain") if name in known}
            expires = _http_date(known.get("expires", ""))
            cookie |= {"expires": expires} if expires else {}
            cookie |= {"httpOnly": "httponly" in known, "secure": "secure" in known}
            cookies.append(cookie)
        return cookies

    def _message(self, exchange: Exchange, message: WebSocketMessage) -> Fields:
        if message.opcode in ("text", "close"):
            data = message.data.decode("utf-8", "backslashreplace")
            data = data if self._secrets else redact_json(data)
        else:
            data = b64encode(message.data).decode("ascii")
        return {
            "type": "send" if message.direction == _client(exchange) else "receive",
            "time": message.time // 1000 / 1e6,
            "opcode": OPCODES[message.opcode],
            "data": data,
        }


def _start(exchange: Exchange) -> int:
    """Return when the exchange began; its connection is a part of it, where it made one."""
    first = exchange.request or next(iter(exchange.interim), None) or exchange.response
    return first.time - (exchange.connect or 0) if first else 0


def _timings(exchange: Exchange) -> dict[str, float]:
    request, response = exchange.request, exchange.response
    send = exchange.request_complete.time - request.time if request and exchange.request_complete else None
    wait = response.latency if response else None
    receive = exchange.response_complete.duration if exchange.response_complete else None
    spans = {"blocked": None, "dns": None, "connect": exchange.connect, "ssl": None}
    return {name: _ms(span) for name, span in (spans | {"send": send, "wait": wait, "receive": receive}).items()}


def _ms(span: int | None) -> float:
    # HAR's "does not apply"; below 0 is the clock that stepped back
    return -1 if span is None or span < 0 else round(span / 1e6, 6)


def _iso(time: int) -> str:
    try:
        return (_EPOCH + timedelta(microseconds=time // 1000)).isoformat(timespec="microseconds")
    except OverflowError:  # a forged time, past the year 9999
        return "9999-12-31T23:59:59.999999+00:00"


def _client(exchange: Exchange) -> str:
    """Return the direction of the requests."""
    if exchange.request is not None:
        return exchange.request.direction
    return "recv" if exchange.response is not None and exchange.response.direction == "send" else "send"


def _server(exchange: Exchange) -> str:
    return exchange.session.dst if _client(exchange) == "send" else exchange.session.src


def _absolute_url(exchange: Exchange, fields: HeaderFields) -> str:
    """Return the URL that the request meant (RFC 9112, 3.3)."""
    target = exchange.request.url if exchange.request else (exchange.response and exchange.response.url) or ""
    if not target or "://" in target.partition("?")[0] or (exchange.request and exchange.request.method == "CONNECT"):
        return target
    scheme = "ws" if isinstance(exchange.response, WebSocketUpgrade) or exchange.messages else "http"
    host = next(iter(fields.values("host")), "") or _server(exchange)
    return f"{scheme}://{host}{target if target.startswith('/') else '/' + target}".partition("#")[0]


def _head_size(head: HttpRequest | HttpResponse) -> int:
    """Return the bytes of a head, with one blank after each colon, as nearly everybody writes it."""
    if isinstance(head, HttpRequest):
        start = f"{head.method} {head.url} HTTP/{head.http_version}"
    else:
        start = f"HTTP/{head.http_version} {head.status_code:03d} {head.reason}"
    return len(start.encode()) + sum(len(f"{name}: {value}\r\n".encode()) for name, value in head.headers) + 4


def _http_date(text: str) -> str | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).astimezone(UTC).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _plain(text: str) -> str:
    return unquote_plus(text, errors="backslashreplace")


def _comment(exchange: Exchange) -> str:
    words = [exchange.verdict] if exchange.verdict != "complete" else []
    if exchange.request and exchange.request.violations:
        words.append(f"request: {', '.join(exchange.request.violations)}")
    if exchange.response and exchange.response.violations:
        words.append(f"response: {', '.join(exchange.response.violations)}")
    return "; ".join(words)
