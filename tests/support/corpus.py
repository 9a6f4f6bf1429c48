"""The shared corpus of real captures, which is no part of the repository."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

VARIABLE = "PCAPTOOLS_CORPUS"
_DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "corpus"


def folder() -> Path | None:
    """Return the corpus, or None when it is not on this machine."""
    path = Path(os.environ.get(VARIABLE) or _DEFAULT)
    return path if (path / "zeek.json").is_file() else None


def why_not() -> str:
    """Say in a line why corpus tests are skipped."""
    return f"the shared corpus is not here; set {VARIABLE} to its folder"


@cache
def zeek_facts(path: Path) -> dict[str, Any]:
    """Return the facts about the captures under zeek/, by their path in it."""
    loaded: dict[str, Any] = json.loads((path / "zeek.json").read_text())
    return loaded
