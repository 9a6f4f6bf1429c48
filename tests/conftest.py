"""What every test may use. Helpers that are no fixtures are in tests/support, imported as `support.…`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from support import cli, schema
from support import corpus as shared_corpus

from pcaptools.core.decode import segment


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of the shared corpus; without it the test is skipped."""
    folder = shared_corpus.folder()
    if folder is None:
        pytest.skip(shared_corpus.why_not())
    return folder


@pytest.fixture(autouse=True)
def _ports_as_they_were() -> Iterator[None]:
    """Take back what a test said with `decode_as`, which holds for the whole process."""
    before = set(segment.UDP_PORTS)
    yield
    segment.UDP_PORTS.clear()
    segment.UDP_PORTS.update(before)


@pytest.fixture(scope="session")
def validate_lines() -> Callable[[str], list[dict[str, Any]]]:
    """Return the function that parses `--json` output and validates every line against docs/schema.json."""
    return schema.validate_lines


@pytest.fixture(scope="session")
def run_pcaptools() -> Callable[..., Any]:
    """Return the function that runs the real command."""
    return cli.run_pcaptools


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud that corpus tests did not run."""
    skipped = [report for report in terminalreporter.getreports("skipped") if _for_corpus(report)]
    if skipped:
        terminalreporter.write_line(f"NOT RUN: {len(skipped)} corpus tests: {shared_corpus.why_not()}", yellow=True)


def _for_corpus(report: Any) -> bool:
    return shared_corpus.why_not() in str(report.longrepr)
