"""What an upgrade agreed on: the accept key (RFC 6455, 4.2.2), the version, permessage-deflate (RFC 7692, 7)."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha1
from typing import Literal

from pcaptools.core.protocols.http.fields import HeaderFields

Protocol = Literal["rfc6455", "hixie-75", "hixie-76"]
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass(slots=True)
class Request:
    """What the request of an upgrade said; None in its place when it was not seen."""

    asked: bool
    """Its Upgrade says websocket."""
    key: str | None
    """Its Sec-WebSocket-Key."""


@dataclass(slots=True)
class Agreement:
    """What a response says of extensions."""

    deflate: bool = False
    server_takeover: bool = True
    """The server's messages may refer to its earlier ones."""
    client_takeover: bool = True
    server_bits: int = 15
    """The server's messages refer back at most 2 to the power of it."""
    client_bits: int = 15
    unread: tuple[str, ...] = ()
    """Extensions agreed on that are not undone here."""


UNKNOWN = Agreement(deflate=True)
"""Nobody saw what was agreed on: a message that is marked as compressed will be."""


def accept_of(key: str) -> str:
    """Return the Sec-WebSocket-Accept that answers a Sec-WebSocket-Key."""
    return b64encode(sha1(key.encode("latin-1", "replace") + GUID, usedforsecurity=False).digest()).decode("ascii")


def asks_for_websocket(fields: HeaderFields) -> bool:
    """Tell whether a head's Upgrade names websocket among its tokens."""
    return fields.has(b"\nupgrade:") and "websocket" in fields.tokens("upgrade")


def request_of(fields: HeaderFields) -> Request | None:
    """Return what a request's head says of an upgrade; None when it says nothing, as nearly all do."""
    if not fields.has(b"\nupgrade:"):
        return None
    keys = fields.values("sec-websocket-key")
    return Request(asks_for_websocket(fields), keys[0] if keys else None)


def protocol_of(fields: HeaderFields, request: Request | None) -> Protocol:
    """Return the version of the protocol that a response to websocket switches to."""
    if fields.has(b"\nsec-websocket-accept:") or (request and request.key is not None):
        return "rfc6455"
    newer = fields.has(b"\nsec-websocket-origin:") or fields.has(b"\nsec-websocket-location:")
    return "hixie-76" if newer else "hixie-75"


def problems(fields: HeaderFields, protocol: Protocol, request: Request | None, *, seen: bool) -> list[str]:
    """Return what is wrong with a response to websocket. `seen`: its request was, whether it asked or not."""
    found = []
    if seen and (request is None or not request.asked):
        found.append("no upgrade to websocket was asked for")
    if "upgrade" not in fields.tokens("connection"):
        found.append("Connection without upgrade")
    if protocol != "rfc6455":
        return found
    accepts = fields.values("sec-websocket-accept")
    if len(accepts) != 1:
        found.append("no Sec-WebSocket-Accept" if not accepts else "more than one Sec-WebSocket-Accept")
    elif request is None or request.key is None:
        found.append("Sec-WebSocket-Accept answers no key" if seen else "Sec-WebSocket-Accept to a request not seen")
    elif accepts[0] != accept_of(request.key):
        found.append("wrong Sec-WebSocket-Accept")
    return found


def agreement_of(fields: HeaderFields) -> Agreement:
    """Read a response's Sec-WebSocket-Extensions (RFC 6455, 9.1). What is no parameter of RFC 7692 is ignored."""
    agreement = Agreement()
    unread = []
    for extension in fields.tokens("sec-websocket-extensions"):
        name, *parameters = (part.strip(" \t") for part in extension.split(";"))
        if name == "permessage-deflate" and not agreement.deflate:
            _read_deflate(agreement, parameters)
        elif name != "permessage-deflate":
            unread.append(name)
    agreement.unread = tuple(unread)
    return agreement


def _read_deflate(agreement: Agreement, parameters: list[str]) -> None:
    agreement.deflate = True
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        bits = value.strip(' \t"')
        width = int(bits) if bits in {"8", "9", "10", "11", "12", "13", "14", "15"} else 15
        match name.rstrip(" \t"):
            case "server_no_context_takeover":
                agreement.server_takeover = False
            case "client_no_context_takeover":
                agreement.client_takeover = False
            case "server_max_window_bits":
                agreement.server_bits = width
            case "client_max_window_bits":
                agreement.client_bits = width
