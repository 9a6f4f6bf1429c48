"""Bytes as hexadecimal, and as text beside it, in tcpdump's form."""

from __future__ import annotations

WIDTH = 16
_SHOWN = bytes(code if 0x20 < code < 0x7F else 0x2E for code in range(256))
"""What a byte is shown as: itself if it is a printable character of ASCII, else a dot. A blank is one, too."""


def hexdump(data: bytes, *, text: bool = False) -> str:
    """Return the lines for some bytes: offset, then pairs of bytes, then (with `text`) the characters."""
    return "".join(f"\t0x{at:04x}:  {_row(data[at : at + WIDTH], text)}\n" for at in range(0, len(data), WIDTH))


def _row(row: bytes, text: bool) -> str:
    pairs = " ".join(row[at : at + 2].hex() for at in range(0, len(row), 2))
    return f"{pairs:<39}  {row.translate(_SHOWN).decode('ascii')}" if text else pairs
