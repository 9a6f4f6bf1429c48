r"""Requests as curl commands, one a line, to be run by bash.

What curl sends is what was sent, as far as curl lets: Host comes first and is spelt so, and a blank follows each colon.
A head is text here, in which a byte that is no UTF-8 is the four characters \xNN: they are taken for that byte.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from pcaptools.core.events import (
    Event,
    HttpEvent,
    HttpIncomplete,
    HttpRequest,
    HttpRequestBody,
    HttpRequestComplete,
    HttpResponse,
)
from pcaptools.core.protocols.http.coding import content_codings, decode_content
from pcaptools.core.protocols.http.fields import HeaderFields, Headers
from pcaptools.core.protocols.http.media import media_type
from pcaptools.printers.redact import redact_field, redact_form, redact_json, redact_url
from pcaptools.printers.safe import safe
from pcaptools.printers.shell import quote

MAX_ARGUMENT = 100_000
"""Bytes of a body that are an argument; more come by standard input, since Linux lets no argument be above 128 KiB."""
MAX_OPEN = 10_000
"""Requests on their way."""
MAX_DECODED = 16 << 20

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, 5.6.2
_BYTE = re.compile(rb"\\x([89a-f][0-9a-f])")
_TARGET = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")
_DOTS = re.compile(r"/(?:\.|%2e)", re.IGNORECASE)
_NAMED = re.compile(r"(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*(?::\d{1,5})?")
_NUMERIC = re.compile(r"(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})(?::\d{1,5})?")
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]):\d{1,5}")
_ADDED = ("User-Agent", "Accept")
"""What curl adds to every request that has none."""
_FORM = "application/x-www-form-urlencoded"


class CurlPrinter:
    """Turns the events of requests into commands, each when its request is over."""

    def __init__(self, *, secrets: bool) -> None:
        """Leave credentials out, unless `secrets`."""
        self._secrets = secrets
        self._open: dict[tuple[str, int], _Request] = {}
        self._tunnels: dict[str, str] = {}
        """Sessions with a CONNECT, and where it led."""
        self.names_version = 0

    def format(self, events: Iterable[Event], _: bool) -> str:
        """Return the commands of the requests that these events end."""
        lines = []
        for event in events:
            if isinstance(event, HttpRequest):
                self._open[event.session.id, event.number] = _Request(event, self._server(event))
                if len(self._open) > MAX_OPEN:
                    lines.append(self._command(next(iter(self._open))))
            elif isinstance(event, HttpEvent):
                key = event.session.id, event.number
                if isinstance(event, HttpResponse) and event.method == "CONNECT" and event.status_code >= 300:
                    self._tunnels.pop(event.session.id, None)  # it was refused
                if key in self._open and self._open[key].note(event):
                    lines.append(self._command(key))
        return "".join(lines)

    def _server(self, head: HttpRequest) -> str:
        """Return address and port, or name and port, of whom a request was for; note a tunnel."""
        session = head.session
        if head.method == "CONNECT" and _AUTHORITY.fullmatch(head.url):
            self._tunnels[session.id] = head.url
            if len(self._tunnels) > MAX_OPEN:
                del self._tunnels[next(iter(self._tunnels))]
        return self._tunnels.get(session.id) or (session.dst if head.direction == "send" else session.src)

    def finish(self) -> str:
        """End of the input: return the commands of the requests that are still on their way."""
        return "".join(map(self._command, list(self._open)))

    def _command(self, key: tuple[str, int]) -> str:
        return f"{command(self._open.pop(key), secrets=self._secrets)}\n"


@dataclass(slots=True)
class _Request:
    """What is known of a request."""

    head: HttpRequest
    server: str
    body: bytes = b""
    missing: int = 0
    """Bytes of the body that are not in `body`."""
    verdict: str = "its end was not seen"

    def note(self, event: HttpEvent) -> bool:
        """Write down what an event says; tell whether the request is over."""
        if isinstance(event, HttpRequestBody):
            self.body, self.missing = event.body, event.left_out
        elif isinstance(event, HttpRequestComplete):
            self.missing += event.missing
            self.verdict = ""
            return True
        elif isinstance(event, HttpIncomplete) and event.direction == self.head.direction:
            self.verdict = event.verdict
            return True
        return False


def command(request: _Request, *, secrets: bool) -> str:
    """Return the command of a request, and behind it, as a comment, what it does not do as the request did."""
    head, notes = request.head, []
    if head.method == "CONNECT":
        return f"# CONNECT {safe(head.url)}: curl opens tunnels by itself, see its --proxy and --proxytunnel"
    target, headers, body = head.url, head.headers, request.body
    if not secrets:
        target, headers, body = _redacted(head, body)
        if (target, headers, body) != (head.url, head.headers, request.body):
            notes.append("credentials are hidden: see --show-secrets")
    sendable = [(name, value) for name, value in headers if _TOKEN.fullmatch(name) and "\0" not in value]
    if len(sendable) < len(headers):
        notes.append("left out header fields that curl cannot send")
    if request.missing:
        notes.append(f"{request.missing} bytes of the body are missing")
    if request.verdict:
        notes.append(f"the request is not complete: {request.verdict}")
    whole = not request.missing and not request.verdict and body == request.body
    if head.http_version not in ("1.1", "1.0"):
        notes.append(f"it was HTTP/{head.http_version}")
    host = _named_host(sendable, request.server)
    words = [*_method(head, body), *_target(target, host or request.server.removesuffix(":80"))]
    line = " ".join(["curl", *words, *_fields(sendable, bool(host), bool(body), whole)])
    if body and (len(body) > MAX_ARGUMENT or not _is_text(body)):
        line = f"base64 -d <<< {b64encode(body).decode('ascii')} | {line} --data-binary @-"
    elif body or head.fields.has(b"\ntransfer-encoding:"):  # no chunk at all would leave the server waiting
        line = f"{line} --data-raw {quote(body)}"
    return f"{line}  # {safe('; '.join(notes))}" if notes else line


def _method(head: HttpRequest, body: bytes) -> list[str]:
    version = ["--http1.0"] if head.http_version in ("1.0", "0.9") else []
    if head.method == "HEAD" and not body:
        return [*version, "--head"]
    if head.method == ("POST" if body else "GET"):
        return version
    return [*version, "-X", quote(_wire(head.method))]


def _target(target: str, host: str) -> list[str]:
    """Return the URL, and the options with which curl sends the target as it was."""
    if _TARGET.fullmatch(target):
        dots = ["--path-as-is"] if _DOTS.search(target.partition("?")[0]) else []
        return [*dots, quote(f"http://{host}{target}".encode())]
    return ["--request-target", quote(_wire(target.replace("\0", ""))), quote(f"http://{host}/".encode())]


def _named_host(headers: Headers, server: str) -> str:
    """Return the Host, where a URL with it makes curl send the same and connect to the same port; else ""."""
    hosts = [value for name, value in headers if name.lower() == "host"]
    if len(hosts) != 1 or not (_NAMED.fullmatch(hosts[0]) or _NUMERIC.fullmatch(hosts[0])):
        return ""
    port = hosts[0].partition(":")[2]
    return hosts[0] if port != "80" and (port or "80") == server.rpartition(":")[2] else ""


def _fields(headers: Headers, named: bool, with_body: bool, whole: bool) -> list[str]:
    """Return the options for the header fields, and those that keep curl from adding some."""
    words: list[str] = []
    for name, value in headers:
        lower = name.lower()
        if (lower == "host" and named) or (lower == "content-length" and not whole):
            continue
        words += ["-H", quote(_wire(f"{name}: {value}" if value else f"{name};"))]
    present = {name.lower() for name, _ in headers}
    unwanted = [name for name in _ADDED if name.lower() not in present]
    if "host" not in present:
        unwanted.insert(0, "Host")
    if with_body:
        unwanted += [name for name in ("Content-Type", "Expect") if name.lower() not in present]
    return words + [word for name in unwanted for word in ("-H", f"{name}:")]


def _redacted(head: HttpRequest, body: bytes) -> tuple[str, Headers, bytes]:
    headers = [(name, redact_field(name, value)) for name, value in head.headers]
    hidden = _redacted_body(head.fields, body)
    if hidden != body:
        headers = [(name, value) for name, value in headers if name.lower() != "content-encoding"]
    return redact_url(head.url), headers, hidden


def _redacted_body(fields: HeaderFields, body: bytes) -> bytes:
    """Return a body without its credentials; one that is compressed as a whole, if it holds some, undone."""
    if not body:
        return body
    data = decode_content(fields, body, MAX_DECODED).data if content_codings(fields) else body
    text = data.decode("utf-8", "surrogateescape")
    form = media_type(next(iter(fields.values("content-type")), "")).name == _FORM
    hidden = redact_form(text) if form else redact_json(text)
    return body if hidden == text else hidden.encode("utf-8", "surrogateescape")


def _is_text(body: bytes) -> bool:
    """Tell whether a body can be an argument, and be read."""
    if b"\0" in body:
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wire(text: str) -> bytes:
    """Return the bytes that a text of a head stands for."""
    return _BYTE.sub(lambda found: bytes([int(found[1], 16)]), text.encode("utf-8", "surrogateescape"))
