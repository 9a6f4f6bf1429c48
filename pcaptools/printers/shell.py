r"""Words for bash (zsh, too): whatever bytes they hold, they are one word each, and harmless for a terminal.

`'…'` where nothing in it needs an escape, else `$'…'` (ANSI-C quoting). There `!` is escaped, too: not the history
expansion of every shell knows that `\'` is not the end of the quotes.
"""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "!": "\\x21"}


def quote(data: bytes) -> str:
    """Return `data` as one word; it must hold no NUL, which no argument can."""
    text = data.decode("utf-8", "surrogateescape")
    if text.isprintable() and "'" not in text:
        return text if _PLAIN.fullmatch(text) else f"'{text}'"
    return f"$'{''.join(map(_escaped, text))}'"


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))
