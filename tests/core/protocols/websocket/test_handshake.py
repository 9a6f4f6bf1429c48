"""What an upgrade agrees on."""

from __future__ import annotations

import pytest

from pcaptools.core.protocols.http.fields import HeaderFields
from pcaptools.core.protocols.websocket.handshake import (
    Agreement,
    Protocol,
    Request,
    accept_of,
    agreement_of,
    problems,
    protocol_of,
    request_of,
)

KEY, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def fields(**values: str) -> HeaderFields:
    return HeaderFields(items=[(name.replace("_", "-"), value) for name, value in values.items()])


def test_the_key_of_rfc_6455() -> None:  # 1.3
    assert accept_of(KEY) == ACCEPT


def test_what_a_request_says() -> None:
    assert request_of(fields(Host="h")) is None
    assert request_of(fields(UPGRADE="h2c, WebSocket", SEC_WEBSOCKET_KEY=KEY)) == Request(True, KEY)
    assert request_of(fields(Upgrade="h2c")) == Request(False, None)


@pytest.mark.parametrize(
    ("request_", "response", "protocol", "expected"),
    [
        (Request(True, KEY), {"Sec_WebSocket_Accept": ACCEPT}, "rfc6455", []),
        (Request(True, KEY), {"Sec_WebSocket_Accept": "x"}, "rfc6455", ["wrong Sec-WebSocket-Accept"]),
        (Request(True, KEY), {}, "rfc6455", ["no Sec-WebSocket-Accept"]),
        (Request(True, None), {"Sec_WebSocket_Accept": "x"}, "rfc6455", ["Sec-WebSocket-Accept answers no key"]),
        (None, {"Sec_WebSocket_Accept": ACCEPT}, "rfc6455",
         ["no upgrade to websocket was asked for", "Sec-WebSocket-Accept answers no key"]),
        (Request(True, None), {"Sec_WebSocket_Location": "ws://h/"}, "hixie-76", []),
        (Request(True, None), {"WebSocket_Location": "ws://h/"}, "hixie-75", []),
    ],
)  # fmt: skip
def test_what_is_wrong(
    request_: Request | None, response: dict[str, str], protocol: Protocol, expected: list[str]
) -> None:
    head = fields(Upgrade="websocket", Connection="Upgrade", **response)
    assert protocol_of(head, request_) == protocol
    assert problems(head, protocol, request_, seen=True) == expected


def test_a_request_that_was_not_seen_is_told() -> None:
    head = fields(Upgrade="websocket", Connection="close", Sec_WebSocket_Accept=ACCEPT)
    assert problems(head, "rfc6455", None, seen=False) == [
        "Connection without upgrade", "Sec-WebSocket-Accept to a request not seen",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("extensions", "expected"),
    [
        ("", Agreement()),
        ("permessage-deflate", Agreement(deflate=True)),
        ('Permessage-Deflate ; server_no_context_takeover; client_max_window_bits="10"',
         Agreement(deflate=True, server_takeover=False, client_bits=10)),
        ("x-a; b=c, permessage-deflate; client_no_context_takeover ; server_max_window_bits = 8",
         Agreement(deflate=True, client_takeover=False, server_bits=8, unread=("x-a",))),
        ("permessage-deflate; server_max_window_bits=99; foo", Agreement(deflate=True)),
    ],
)  # fmt: skip
def test_extensions(extensions: str, expected: Agreement) -> None:
    assert agreement_of(fields(Sec_WebSocket_Extensions=extensions)) == expected
