"""The names that tshark has for numbers: `tshark -G values`, which takes it some seconds, once a run."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

import pytest


@cache
def names_of(field: str) -> dict[int, str]:
    """Return tshark's names for the numbers of a field; skip the test when it is not installed."""
    lines = (line.split("\t") for line in _values() if line.startswith(f"V\t{field}\t"))
    return {int(number, 0): text for _, _, number, text, *_ in lines}


@cache
def _values() -> list[str]:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    done = subprocess.run(["tshark", "-G", "values"], capture_output=True, text=True, check=False, timeout=120)
    return [line for line in done.stdout.splitlines() if line.startswith("V\t")]
