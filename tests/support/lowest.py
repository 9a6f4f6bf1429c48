"""Runs the tests with the oldest versions of all dependencies that pyproject.toml allows, in an environment of its own.

    python tests/support/lowest.py [PYTEST-ARGUMENT …]

`make test` itself runs with the newest. What only the tests need is the newest here, too.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import distributions
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.install import ROOT, development_requirements

FOLDER = ROOT / ".venv-lowest"
PYTHON = FOLDER / "bin" / "python"
FAST = (
    "-n", "auto", "-q", "-m", "not live", "tests/core/sources", "tests/core/protocols", "tests/core/test_devices.py",
    "tests/core/decode/test_dns.py", "tests/core/decode/test_dnsrdata.py", "tests/core/decode/test_general.py",
    "tests/commands", "tests/printers", "tests/test_cli.py", "tests/test_every_capture.py", "tests/test_fuzz.py",
    "tests/test_oracles.py", "tests/test_schema.py",
)  # fmt: skip
"""Every library is used in them, and no test measures."""
_LOWER = re.compile(r"(?P<name>[A-Za-z0-9._-]+)>=(?P<version>[0-9.]+)[^;]*(?P<marker>;.*)?")


def lowest_requirements() -> list[str]:
    """Return every dependency and optional dependency pinned to its lower bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    return [pinned(requirement) for requirement in (*project["dependencies"], *extras)]


def pinned(requirement: str) -> str:
    """Return a requirement with its lower bound as its version."""
    found = _LOWER.fullmatch(requirement)
    if found is None:
        raise SystemExit(f"{requirement} in pyproject.toml has no lower bound")
    return f"{found['name']}=={found['version']}{found['marker'] or ''}"


def install() -> None:
    """Make the environment, or bring it up to date."""
    lowest = lowest_requirements()
    names = {pin.partition("==")[0] for pin in lowest}
    tools = [one for one in development_requirements() if re.split("[<>=]", one)[0] not in names]
    if not PYTHON.exists():
        venv.create(FOLDER, with_pip=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-e", str(ROOT), *lowest, *tools], check=True)


def versions(folder: Path) -> list[str]:
    """Return name and version of each dependency in an environment."""
    names = {pin.partition("==")[0].lower() for pin in lowest_requirements()}
    paths = [str(path) for path in folder.glob("lib/python*/site-packages")]
    found = distributions(path=paths)
    return sorted(f"{one.name} {one.version}" for one in found if one.name.lower() in names)


def main() -> int:
    """Install, tell the versions, and run the tests."""
    install()
    for name, folder in (("lowest", FOLDER), ("newest", Path(sys.prefix))):
        sys.stderr.write(f"{name}: {', '.join(versions(folder))}\n")
    done = subprocess.run([str(PYTHON), "-m", "pytest", *(sys.argv[1:] or FAST)], cwd=ROOT, check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
