"""Install the project, editable, and what its development needs. Run with the virtual environment's Python.

A pip that came with Python may be too old for `--group`, so the groups are read from pyproject.toml here.

    python tests/support/install.py [GROUP …]    `dev` without any
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def development_requirements(group: str = "dev") -> list[str]:
    """Return the requirements of a dependency group."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    return [requirement for requirement in groups[group] if isinstance(requirement, str)]


def main() -> int:
    """Install everything; what pip says goes to the terminal only when something is wrong."""
    wanted = [one for group in sys.argv[1:] or ["dev"] for one in development_requirements(group)]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return subprocess.run([*command, "-e", str(ROOT), *wanted], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
