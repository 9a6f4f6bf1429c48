from __future__ import annotations

import pytest

from pcaptools.printers.redact import redact_field, redact_form, redact_json, redact_url


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Basic dXNlcjpwYXNz", "Basic [hidden]"),
        ("proxy-authorization", "secret", "[hidden]"),
        ("Authorization", "NTLM TlRMTVNTUAAB", "NTLM [hidden]"),
        ("Authorization", "s3cret and more", "[hidden]"),
        ("Cookie", "a=1; sid=s3cret;b", "a=[hidden]; sid=[hidden]; [hidden]"),
        ("Set-Cookie", "sid=s3cret; Path=/; HttpOnly", "sid=[hidden]; Path=/; HttpOnly"),
        ("X-Api-Key", "k", "[hidden]"),
        ("X-Auth-Token", "k", "[hidden]"),
        ("X-Amz-Security-Token", "k", "[hidden]"),
        ("X-CSRF-Token", "k", "[hidden]"),
        ("Referer", "http://a/?token=k&page=2", "http://a/?token=[hidden]&page=2"),
        ("Location", "/cb?code=abc&state=1", "/cb?code=[hidden]&state=1"),
        ("Sec-WebSocket-Key", "x", "x"),
        ("Access-Control-Allow-Headers", "authorization, x-token", "authorization, x-token"),
        ("Content-Type", "text/html", "text/html"),
        ("WWW-Authenticate", "Basic realm=a", "Basic realm=a"),
    ],
)
def test_header_fields(name: str, value: str, shown: str) -> None:
    assert redact_field(name, value) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("/a?access_token=k&b=1", "/a?access_token=[hidden]&b=1"),
        ("http://user:pass@host/x", "http://[hidden]@host/x"),
        ("/a?X-Amz-Signature=k&API_KEY=k", "/a?X-Amz-Signature=[hidden]&API_KEY=[hidden]"),
        ("/a?tokens[a]=k", "/a?tokens[a]=[hidden]"),
        ("/keys/page?monkey=1", "/keys/page?monkey=1"),
        ("*", "*"),
    ],
)  # fmt: skip
def test_urls(url: str, shown: str) -> None:
    assert redact_url(url) == shown


def test_forms_and_json() -> None:
    assert redact_form("user=me&password=p%26q&x=1") == "user=me&password=[hidden]&x=1"
    assert redact_json('{"password": "a\\"b", "user":"me", "access_token":"k", "pin": 1234}') == (
        '{"password": "[hidden]", "user":"me", "access_token":"[hidden]", "pin": "[hidden]"}'
    )
    assert redact_json('{"token": "cut he') == '{"token": "[hidden]"'
