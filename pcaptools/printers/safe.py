"""The one place where text from the wire is made harmless for a terminal.

Control characters (C0, DEL, C1), bidirectional overrides and the characters that some terminals take for a
line end are written as escapes. Nothing of rich's markup is ever interpreted: lines are not markup strings.
"""

from __future__ import annotations

import re

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def safe(text: str) -> str:
    """Return `text` with everything escaped that could move a cursor, hide or reorder what is shown."""
    # no unsafe character is printable; most text is, and is so looked at in a tenth of the time
    return text if text.isprintable() or not _UNSAFE.search(text) else _UNSAFE.sub(_escape, text)


def no_name(address: str) -> str:
    """Name an address by itself: where names are not wanted."""
    return address


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
