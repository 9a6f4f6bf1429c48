"""Colours: one theme, rendered once. Lines are joined from strings; rich is imported only to paint."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import IO

THEME: dict[str, str] = {
    "time": "dim",
    "address": "cyan",
    "link": "dim",
    "packet": "default",
    "number": "dim",
    "method": "bold green",
    "url": "default",
    "status.1": "blue",
    "status.2": "bold green",
    "status.3": "bold yellow",
    "status.4": "bold red",
    "status.5": "bold magenta",
    "size": "dim",
    "header": "blue",
    "text": "green",
    "json.name": "blue",
    "json.string": "green",
    "json.number": "cyan",
    "json.word": "magenta",
    "match": "bold red",
    "figure": "default",
    "warning": "yellow",
    "error": "bold red",
}
"""Style names and what rich makes of them."""


class Painter:
    """Puts a style's codes around text, or leaves it plain."""

    def __init__(self, color: bool) -> None:
        self.color = color
        self._codes = _codes() if color else {}

    def __call__(self, style: str, text: str) -> str:
        """Return `text` in `style`."""
        if not self._codes or not text:
            return text
        before, after = self._codes[style]
        return f"{before}{text}{after}"


def _codes() -> dict[str, tuple[str, str]]:
    from rich.color import ColorSystem
    from rich.style import Style

    codes = {}
    for name, definition in THEME.items():
        before, _, after = Style.parse(definition).render("\0", color_system=ColorSystem.STANDARD).partition("\0")
        codes[name] = (before, after)
    return codes


def wants_color(stream: IO[str], choice: bool | None, environment: Mapping[str, str] = os.environ) -> bool:
    """Decide whether to paint: the option first, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
    if choice is not None:
        return choice
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"
