"""HAR entries from real events: valid by the schema, and what was sent is what they tell."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from typing import Any

import pytest
from support.har import entries_of
from support.steps import Step, events_of

from pcaptools.core.events import WebSocketMessage, WebSocketUpgrade
from pcaptools.core.protocols.http.exchange import Exchange
from pcaptools.core.protocols.http.exchanges import Exchanges
from pcaptools.printers.har import HarFormat

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x20\x08\x02"


def message(start: str, *headers: str, body: bytes = b"") -> bytes:
    length = [f"Content-Length: {len(body)}"] * bool(body or start.startswith("HTTP"))
    return "\r\n".join([start, *headers, *length, "", ""]).encode() + body


def exchanges(*steps: Step) -> list[Exchange]:
    gathered = Exchanges()
    over = [exchange for event in events_of(steps, verdicts=True) for exchange in gathered.take(event)]
    return over + gathered.finish()


def entry(*steps: Step, bodies: bool = True, secrets: bool = False) -> dict[str, Any]:
    (one,) = exchanges(*steps)
    return formatted(one, bodies=bodies, secrets=secrets)


def formatted(exchange: Exchange, *, bodies: bool = True, secrets: bool = False) -> dict[str, Any]:
    form = HarFormat(bodies=bodies, secrets=secrets, limit=1 << 20)
    log = {"version": "1.2", "creator": {"name": "a", "version": "1"}, "entries": [form.entry(exchange)]}
    (found,) = entries_of(json.dumps({"log": log}))
    return found


def test_everything_of_an_exchange() -> None:
    body = gzip.compress(b'{"a": 1}' * 50)
    request = message(
        "POST /a/b?x=1%202&token=k HTTP/1.1", "Host: shop.example:81", "Cookie: sid=s3; u=me", "X-Api-Key: k",
        "Content-Type: application/x-www-form-urlencoded", body=b"name=J+D&password=p",
    )  # fmt: skip
    response = message(
        "HTTP/1.1 302 Found", "Location: /c?code=4", "Content-Type: application/json", "Content-Encoding: gzip",
        "Set-Cookie: sid=s4; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure; HttpOnly", body=body,
    )  # fmt: skip
    found = entry(("send", request), ("recv", response[:30]), ("recv", response[30:]))
    assert found["startedDateTime"] == "1970-01-01T00:00:00.000000+00:00"
    timings = {"blocked": -1, "dns": -1, "connect": -1, "ssl": -1, "send": 0.0, "wait": 1.0, "receive": 1.0}
    assert (found["timings"], found["time"]) == (timings, 2.0)
    assert found["serverIPAddress"] == "10.0.0.2"
    sent, got = found["request"], found["response"]
    assert (sent["method"], sent["url"]) == ("POST", "http://shop.example:81/a/b?x=1%202&token=[hidden]")
    assert sent["queryString"] == [{"name": "x", "value": "1 2"}, {"name": "token", "value": "[hidden]"}]
    assert sent["cookies"] == [{"name": "sid", "value": "[hidden]"}, {"name": "u", "value": "[hidden]"}]
    assert [header["value"] for header in sent["headers"]][1:3] == ["sid=[hidden]; u=[hidden]", "[hidden]"]
    assert sent["postData"]["params"] == [{"name": "name", "value": "J D"}, {"name": "password", "value": "[hidden]"}]
    assert (sent["headersSize"], sent["bodySize"]) == (len(request) - 19, 19)
    assert got["redirectURL"] == "/c?code=[hidden]"
    assert got["cookies"] == [
        {"name": "sid", "value": "[hidden]", "path": "/", "expires": "2026-10-21T07:28:00+00:00",
         "httpOnly": True, "secure": True}
    ]  # fmt: skip
    assert got["content"] == {
        "size": 400, "compression": 400 - len(body), "mimeType": "application/json", "text": '{"a": 1}' * 50,
    }  # fmt: skip
    assert (got["headersSize"], got["bodySize"]) == (len(response) - len(body), len(body))


def test_secrets_on_demand() -> None:
    request = message("GET /?token=k HTTP/1.1", "Host: x", "Authorization: Basic dTpw")
    response = message("HTTP/1.1 200 OK", "Content-Type: application/json", body=b'{"password": "p"}')
    hidden, shown = (json.dumps(entry(("send", request), ("recv", response), secrets=each)) for each in (False, True))
    for secret in ("token=k", "dTpw", '\\"p\\"'):
        assert secret not in hidden
        assert secret in shown


def test_bodies_by_choice() -> None:
    steps: list[Step] = [
        ("send", message("POST / HTTP/1.1", "Host: x", body=PNG)),
        ("recv", message("HTTP/1.1 200 OK", "Content-Type: image/png", body=PNG)),
    ]
    found = entry(*steps)
    assert b64decode(found["response"]["content"]["text"]) == PNG
    assert b64decode(found["request"]["postData"]["text"]) == PNG
    found = entry(*steps, bodies=False)
    assert found["response"]["content"] == {"size": len(PNG), "mimeType": "image/png"}
    assert "postData" not in found["request"]


@pytest.mark.parametrize(
    ("steps", "comment"),
    [
        ([("send", message("GET / HTTP/1.1"))], "still open at the end; request: no Host header"),
        ([("recv", message("HTTP/1.1 200 OK"))], "joined in the middle: the request was not seen"),
    ],
)
def test_half_an_exchange_is_an_entry_that_says_so(steps: list[Step], comment: str) -> None:
    assert entry(*steps)["comment"] == comment


@pytest.mark.parametrize(
    ("request_line", "url"),
    [
        ("GET http://a/b HTTP/1.1", "http://a/b"),
        ("OPTIONS * HTTP/1.1", "http://x/*"),
        ("CONNECT a:443 HTTP/1.1", "a:443"),
        ("GET /?u=http://b/ HTTP/1.1", "http://x/?u=http://b/"),
    ],
)
def test_the_url_is_absolute(request_line: str, url: str) -> None:
    found = entry(("send", message(request_line, "Host: x")))
    assert found["request"]["url"] == url


def test_websocket_messages_as_chrome_has_them() -> None:
    (one,) = exchanges(
        ("send", message("GET /ws HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade")),
        ("recv", b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n"),
    )
    assert isinstance(one.response, WebSocketUpgrade)
    time = 1_700_000_000_250_000_000
    one.messages = [
        WebSocketMessage(one.session, time, "send", 1, "text", "grüß".encode(), 6),
        WebSocketMessage(one.session, time, "recv", 1, "binary", b"\0\xff", 2),
        WebSocketMessage(one.session, time, "recv", 1, "close", b"bye", 3, 1000),
    ]
    found = formatted(one)
    assert (found["_resourceType"], found["request"]["url"]) == ("websocket", "ws://x/ws")
    assert found["_webSocketMessages"] == [
        {"type": "send", "time": 1700000000.25, "opcode": 1, "data": "grüß"},
        {"type": "receive", "time": 1700000000.25, "opcode": 2, "data": "AP8="},
        {"type": "receive", "time": 1700000000.25, "opcode": 8, "data": "bye"},
    ]
