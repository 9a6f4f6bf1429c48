"""Install the project, editable, and what its development needs. Run with the virtual environment's Python.

A pip that came with Python may be too old for `--group`, so the group is read from pyproject.toml here.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def development_requirements() -> list[str]:
    """Return the requirements of the dependency group `dev`."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    return [requirement for requirement in groups["dev"] if isinstance(requirement, str)]


def main() -> int:
    """Install everything; what pip says goes to the terminal only when something is wrong."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return subprocess.run([*command, "-e", str(ROOT), *development_requirements()], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
