"""Running the real command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping


def run_pcaptools(
    *args: str,
    input: bytes | str | None = None,  # noqa: A002 - as subprocess.run has it
    timeout: float = 60,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run `pcaptools args…` as a program of its own; its output comes back as text.

    `input` goes to its stdin (bytes for a capture); without it stdin is at its end. `env` is added to ours.
    """
    done = subprocess.run(
        [sys.executable, "-m", "pcaptools", *args],
        input=input.encode() if isinstance(input, str) else input or b"",
        capture_output=True,
        timeout=timeout,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})},
    )
    out, err = done.stdout.decode(errors="surrogateescape"), done.stderr.decode(errors="surrogateescape")
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)
