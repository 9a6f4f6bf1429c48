"""Credentials out of what is made to be passed on: header fields, cookies, queries, forms and JSON.

Limitations: a secret that stands under a name of its own, in a path or in a binary body is not found.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pcaptools.core.decode.secrets import HIDDEN

_FIELD = re.compile(
    r"(?:.*-)?authorization|authentication-info|(?:set-)?cookie2?|.*api-?key|.*(?:token|secret|password|passwd|credential|"
    r"signature|session-?id|jwt|assertion).*|x-(?:goog-|amz-|ms-)?auth.*|x-amz-security-.*",
    re.IGNORECASE,
)
_NOT_SECRET = re.compile(r"access-control-.*|sec-.*", re.IGNORECASE)  # they only name such fields, or are no secret
_NAME = (
    r"[\w.\-\[\]]*(?:token|secret|passw(?:or)?d|passphrase|credential|signature|jwt|api_?-?key|assertion|session_?-?id)"
    r"[\w.\-\[\]]*|pwd|pass|sig|auth|key|code|sid|otp|pin|code_verifier|phpsessid|jsessionid"
)
_QUERY_NAME = re.compile(_NAME, re.IGNORECASE)
_PAIR = re.compile(r"([^&=?#;]+)=([^&#]*)")
_JSON = re.compile(r'"([^"\\\n]{1,100})"(\s*:\s*)("(?:[^"\\]|\\.)*+"?|-?\d[\d.eE+-]*)')
_USERINFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)[^/?#@]*@")
_SCHEMES = {
    "basic", "bearer", "concealed", "digest", "dpop", "gnap", "hoba", "mutual", "negotiate", "oauth", "privatetoken",
    "scram-sha-1", "scram-sha-256", "vapid", "ntlm", "aws4-hmac-sha256", "token", "apikey",
}  # fmt: skip
"""IANA's registry of authentication schemes, and those that are in use without it: any other word may be a secret."""
_URL_FIELDS = ("referer", "location", "content-location", "refresh", "link", "origin")


@lru_cache(4096)
def is_secret_name(name: str) -> bool:
    """Tell whether the value of a parameter with this name is apt to be a credential."""
    return bool(_QUERY_NAME.fullmatch(name))


def redact_field(name: str, value: str) -> str:
    """Return the value of a header field without its credentials."""
    lower = name.lower()
    if lower in ("cookie", "cookie2"):
        return "; ".join(_cookie(pair) for pair in value.split(";"))
    if lower in ("set-cookie", "set-cookie2"):
        pair, semicolon, attributes = value.partition(";")
        return _cookie(pair) + semicolon + attributes
    if lower in _URL_FIELDS:
        return redact_url(value)
    if _is_secret_field(lower):
        scheme, blank, _ = value.partition(" ")
        told = blank and lower.endswith("authorization") and scheme.lower() in _SCHEMES
        return f"{scheme} {HIDDEN}" if told else HIDDEN
    return value


@lru_cache(4096)
def _is_secret_field(name: str) -> bool:
    return bool(_FIELD.fullmatch(name)) and not _NOT_SECRET.fullmatch(name)


def redact_url(url: str) -> str:
    """Return a URL without the credentials in its query, and without its user and password."""
    url = _USERINFO.sub(rf"\1{HIDDEN}@", url)
    path, mark, query = url.partition("?")
    if not mark:
        return url
    return f"{path}{mark}{redact_form(query)}"


def redact_form(text: str) -> str:
    """Return a query or a form without its credentials."""
    return _PAIR.sub(lambda pair: f"{pair[1]}={HIDDEN}" if is_secret_name(pair[1]) else pair[0], text)


def redact_json(text: str) -> str:
    """Return JSON, or a text with JSON in it, without its credentials."""
    return _JSON.sub(lambda found: f'"{found[1]}"{found[2]}"{HIDDEN}"' if is_secret_name(found[1]) else found[0], text)


def _cookie(pair: str) -> str:
    name, equals, _ = pair.strip().partition("=")
    return f"{name}={HIDDEN}" if equals else HIDDEN
