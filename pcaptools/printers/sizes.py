"""Sizes as text, and back."""

from __future__ import annotations

import re
from functools import lru_cache

UNITS = ("B", "KB", "MB", "GB", "TB")
_SIZE = re.compile(r"(\d{1,15}(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)


@lru_cache(1024)
def format_size(count: int) -> str:
    """Return a number of bytes as http_trace writes it: 12B, 3.07KB, 1.5MB (units of 1024, no idle zeros)."""
    if count < 1024:
        return f"{count}B"
    size, unit = float(count), "B"
    for unit in UNITS[1:]:  # noqa: B007 - the last unit is the result
        size /= 1024
        if round(size, 2) < 1024:
            break
    return f"{size:.2f}".rstrip("0").rstrip(".") + unit


def parse_size(text: str) -> int | None:
    """Return the bytes that `text` means (500, 64KB, 1.5M; units of 1024); None when it is no size."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        return None
    return int(float(found[1]) * 1024 ** " KMGT".index(found[2].upper() or " "))
