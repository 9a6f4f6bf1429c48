"""An archive is HAR 1.2 in ASCII with every exchange in it; no field for credentials or cookies tells a secret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fuzz.choices import Choices
from fuzz.target_coding import TEXT
from fuzz.target_streams import Step, play, script, talks, written
from support.har import entries_of

from pcaptools.core.protocols.http.exchange import Exchange
from pcaptools.core.protocols.http.exchanges import Exchanges
from pcaptools.printers.har import HarFormat
from pcaptools.printers.jsonl import encode

SECRET = "S3cr3tS3cr3t"


def check(data: bytes) -> None:
    """Play the steps, and write down what was exchanged."""
    choices = Choices(data)
    style = choices.number()
    steps = list(script(choices))
    exchanges, found = Exchanges(), list[Exchange]()
    numbers = set()
    for event in play(steps, 0, bodies=True):
        found += exchanges.take(event)
        number = getattr(event, "number", None)
        if number is not None and type(event).__name__ != "WebSocketError":
            numbers.add(number)
    found += exchanges.finish()
    assert numbers <= {exchange.number for exchange in found}, "an exchange is missing"
    form = HarFormat(bodies=bool(style & 1), secrets=bool(style & 2), limit=1 << (style >> 4))
    written_down = [encode(form.entry(exchange)) for exchange in found]
    head = '{"log":{"version":"1.2","creator":{"name":"pcaptools","version":"0"},"entries":['
    text = head + ",".join(written_down) + "]}}"
    assert text.isascii()
    assert text.isprintable()
    for entry in entries_of(text):
        assert json.loads(json.dumps(entry)) == entry
        assert entry["time"] >= 0
        if not style & 2:
            _hidden(entry)


def _hidden(entry: dict[str, Any]) -> None:
    for message in (entry["request"], entry["response"]):
        for header in message["headers"]:
            if header["name"].lower() in ("authorization", "cookie", "set-cookie", "proxy-authorization"):
                secret = (
                    header["value"].partition(";")[0] if header["name"].lower() == "set-cookie" else header["value"]
                )
                values = (
                    [pair.partition("=")[2] for pair in secret.split(";")]
                    if "cookie" in header["name"].lower()
                    else [secret]
                )
                assert not any(SECRET in value for value in values), f"{header} tells a secret"  # names are no secret
        assert all(SECRET not in cookie["value"] for cookie in message["cookies"])


def _more() -> Iterator[list[Step]]:
    get = (
        f"GET http://u:{SECRET}@h/a?token={SECRET}&b=%ff#x HTTP/1.1\r\nHost: h\r\nAuthorization: Basic {SECRET}\r\n"
        f"Cookie: a={SECRET}; b={SECRET}\r\nProxy-Authorization: {SECRET}\r\n\r\n"
    ).encode()
    ok = (
        f"HTTP/1.1 200 OK\r\nSet-Cookie: a={SECRET}; Path=/; Expires=Wed, 21 Oct 2015 07:28:00 GMT; HttpOnly\r\n"
        f"Content-Type: application/json; charset=latin1\r\nContent-Length: 20\r\n\r\n"
    ).encode() + b'{"password": "12345"}'[:20]
    form = (
        b"POST /f HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: 9\r\n\r\na=b&pwd=c"
    )
    yield [("send", get), ("recv", ok), ("send", form), ("recv", ok)]
    import zlib

    packed = zlib.compress(TEXT, 9, 31)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\nLocation: /x?sig=1\r\n\r\n" % len(
        packed
    )
    yield [("send", get), ("recv", head + packed), ("send", "fin"), ("recv", "fin")]


def seeds() -> Iterator[bytes]:
    """Yield dialogues, with bodies and without."""
    for number, steps in enumerate([*talks(), *_more()]):
        yield bytes([0xB1]) + written(steps)
        yield bytes([0x70 | number % 4]) + written(steps)
