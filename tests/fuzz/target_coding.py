"""Codings never raise and never give more than their limit; they give what their libraries give at once."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import brotli
from fuzz.choices import Choices

from pcaptools.core.protocols.http.coding import decode_content
from pcaptools.core.protocols.http.fields import HeaderFields

CODINGS = ("gzip", "deflate", "br", "zstd", "gzip, gzip", "br, deflate", "zstd, gzip", "x-gzip", "identity, br", "lzma")
LIMITS = (0, 1, 100, 4096, 70_000, 1 << 20)
TEXT = b"".join(b"%d bottles of beer on the wall, " % number for number in range(99, 0, -1))


def check(data: bytes) -> None:
    """Undo the coding that a byte chooses, under a limit that another chooses."""
    choices = Choices(data)
    coding, limit, after = CODINGS[choices.below(len(CODINGS))], LIMITS[choices.below(len(LIMITS))], choices.number()
    body = choices.rest()
    fields = HeaderFields(items=[("Content-Encoding", coding)])
    decoded = decode_content(fields, body, limit)
    assert len(decoded.data) <= limit, "more than the limit"
    assert decoded.note.isprintable()
    if decoded.bounded:
        assert decoded.note, "a bound that is not told"
    if decoded.codings:
        longer = decode_content(fields, body, limit + after + 1)
        if longer.codings == decoded.codings:
            assert longer.data.startswith(decoded.data), "with a greater limit it begins with other bytes"
    plain = at_once(coding, body)
    if plain is not None and body:
        assert decoded.data == plain[:limit], f"{coding} gives {len(plain)} bytes, we {len(decoded.data)}"
        assert len(plain) <= limit or decoded.bounded


def at_once(coding: str, body: bytes) -> bytes | None:
    """Undo a single coding with its library alone; None when it is damaged, or more than we care for."""
    try:
        if coding in ("gzip", "x-gzip"):
            stream = zlib.decompressobj(31)
            out = stream.decompress(body, 1 << 21)
            return out if stream.eof and not stream.unused_data and len(out) < 1 << 21 else None
        if coding == "br":
            whole: bytes = brotli.decompress(body) if len(body) < 400 else b""
            return whole or None
        if coding == "zstd":
            library = _zstd()
            options = {library.DecompressionParameter.window_log_max: 23}
            one = library.ZstdDecompressor(options=options)
            out = one.decompress(body, 1 << 21)
            return out if one.eof and not one.unused_data else None
    except (zlib.error, brotli.error, _zstd().ZstdError):
        return None
    return None


def _zstd() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def seeds() -> Iterator[bytes]:
    """Yield a text in each coding, once and twice, and a bomb."""
    zstd = _zstd()
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    gzip: Callable[[bytes], bytes] = lambda data: zlib.compress(data, 6, 31)  # noqa: E731
    forms = {
        0: [gzip(TEXT), gzip(TEXT[:9]) + gzip(b"") + gzip(b"x"), gzip(bytes(300_000)), gzip(TEXT) + bytes(9)],
        1: [zlib.compress(TEXT), raw.compress(TEXT) + raw.flush()],
        2: [brotli.compress(TEXT), brotli.compress(bytes(300_000), quality=4), brotli.compress(b"")],
        3: [zstd.compress(TEXT), zstd.compress(TEXT[:40]) * 2, b"\x50\x2a\x4d\x18\2\0\0\0ab" + zstd.compress(b"x")],
        4: [gzip(gzip(TEXT))],
        5: [zlib.compress(brotli.compress(TEXT))],
        6: [gzip(zstd.compress(TEXT))],
    }
    for coding, bodies in forms.items():
        for number, body in enumerate(bodies):
            for limit in (2, 4, 5):
                yield bytes([coding, limit, number * 50]) + body
