"""Passwords, communities and the like: they do not belong into a line that somebody pastes into a ticket."""

from __future__ import annotations

HIDDEN = "[hidden]"

shown = False
"""Whether they are shown: for the whole process, since whoever asks for it wants it everywhere."""


def secret(text: str) -> str:
    """Return a secret as it may be shown."""
    return text if shown else HIDDEN
