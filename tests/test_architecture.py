"""The rules of the tree: which way imports go, where input and output happen, how large things may be.

They are read from the sources (by ast), so a rule that is broken names the file and the line.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "pcaptools"
SOURCES = sorted(path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*.py"))

MODULE_LINES = 500
FUNCTION_LINES = 60
MEDIAN_LINES = 10

INTERNAL: dict[str, tuple[str, ...]] = {
    "pcaptools/core/*": ("pcaptools.core.*", "pcaptools.__version__"),
    "pcaptools/printers/*": (
        "pcaptools.printers.*",
        "pcaptools.core.events.*",
        "pcaptools.core.errors.*",
        "pcaptools.core.decode.*",
        "pcaptools.core.protocols.http.coding.*",
        "pcaptools.core.protocols.http.exchange.*",
        "pcaptools.core.protocols.http.fields.*",
        "pcaptools.core.protocols.http.media.*",
    ),
    "pcaptools/commands/*": (
        "pcaptools.commands.*",
        "pcaptools.printers.*",
        "pcaptools.core.*",
        "pcaptools.__version__",
    ),
}
"""What of the package itself a module may import. The entry points (cli.py, __main__.py) are above all."""

THIRD_PARTY: dict[str, tuple[str, ...]] = {
    "pcapy": ("pcaptools/core/sources/live.py", "pcaptools/core/sources/bpf.py", "pcaptools/core/devices.py"),
    "psutil": ("pcaptools/core/devices.py",),
    "dns": ("pcaptools/core/decode/dnsrdata.py",),
    "dpkt": ("pcaptools/core/decode/*",),
    "h11": ("pcaptools/core/protocols/http/*",),
    "brotli": ("pcaptools/core/protocols/http/*",),
    "backports": ("pcaptools/core/sources/*", "pcaptools/core/protocols/http/*"),
    "click": ("pcaptools/cli.py", "pcaptools/commands/*"),
    "PIL": ("pcaptools/printers/plot.py",),
    "rich": ("pcaptools/printers/console.py", "pcaptools/printers/tree.py", "pcaptools/commands/*"),
}
"""Third-party name → the only modules that may import it."""

INPUT_OUTPUT = (
    "pcaptools/core/sources/*",
    "pcaptools/core/devices.py",
    "pcaptools/core/privileges.py",
    "pcaptools/core/names.py",
)
"""The only modules of the core that may use sockets, the clock and the operating system."""

OUTSIDE_WORLD = {"socket", "time", "datetime", "selectors", "select", "subprocess", "signal", "asyncio", "threading"}
PURE = {"socket.AF_INET", "socket.AF_INET6", "socket.inet_ntop", "socket.inet_pton", "socket.ntohs", "socket.htons"}
"""Names of those modules that only compute."""

TESTED_FOLDERS = ("core", "commands", "printers")
BROAD_EXCEPT = ("pcaptools/core/decode/*", 1)
"""Where an `except Exception` may stand, and how many."""


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name, and where."""

    path: str
    line: int
    name: str
    """Dotted, with the name after `import` where it is `from … import …`."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line} imports {self.name}"


@cache
def tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), path)


@cache
def imports() -> list[Import]:
    return [found for path in SOURCES for found in imports_of(path, tree(path))]


def imports_of(path: str, module: ast.Module) -> Iterator[Import]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(path, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            for alias in node.names:
                yield Import(path, node.lineno, f"{base}.{alias.name}")


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) or name == pattern.removesuffix(".*") for pattern in patterns)


def functions(path: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("layer", INTERNAL)
def test_imports_go_one_way(layer: str) -> None:
    own = [found for found in imports() if fnmatch(found.path, layer) and found.name.split(".")[0] == "pcaptools"]
    assert [str(found) for found in own if not matches(found.name, INTERNAL[layer])] == []


def test_imports_are_absolute() -> None:
    assert [str(found) for found in imports() if found.name.startswith(".")] == []


def test_third_party_is_imported_only_where_it_may_be() -> None:
    wrong = []
    for found in imports():
        top = found.name.split(".")[0]
        if top not in sys.stdlib_module_names | {"pcaptools", "compression"}:
            allowed = THIRD_PARTY.get(top, ())
            wrong += [str(found)] * (not matches(found.path, allowed))
    assert wrong == []


def test_core_is_sans_io() -> None:
    wrong = []
    for found in imports():
        if found.path.startswith("pcaptools/core/") and not matches(found.path, INPUT_OUTPUT):
            wrong += [str(found)] * (found.name.split(".")[0] in OUTSIDE_WORLD and found.name not in PURE)
    assert wrong == []


@pytest.mark.parametrize("name", ["print", "input", "open"])
def test_core_calls_no(name: str) -> None:
    wrong = []
    for path in SOURCES:
        if path.startswith("pcaptools/core/") and not matches(path, INPUT_OUTPUT):
            calls = (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
            wrong += [f"{path}:{call.lineno}" for call in calls if getattr(call.func, "id", "") == name]
    assert wrong == []


def test_modules_are_small() -> None:
    sizes = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {path: size for path, size in sizes.items() if size > MODULE_LINES} == {}


def test_functions_are_small() -> None:
    sizes = {f"{path}:{node.lineno} {node.name}": length(node) for path in SOURCES for node in functions(path)}
    assert {where: size for where, size in sizes.items() if size > FUNCTION_LINES} == {}


def test_the_median_function_is_short() -> None:
    assert median(length(node) for path in SOURCES for node in functions(path)) < MEDIAN_LINES


def broad_excepts(path: str) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or getattr(kind, "id", "") in {"Exception", "BaseException"} for kind in kinds):
                yield f"{path}:{node.lineno}"


def test_broad_except_stands_in_one_place() -> None:
    where, at_most = BROAD_EXCEPT
    found = [(path, place) for path in SOURCES for place in broad_excepts(path)]
    assert [place for path, place in found if not fnmatch(path, where)] == []
    assert len(found) <= at_most, found


def source_modules() -> set[str]:
    """Modules as `core/tcp/seq`, for which there must be a test."""
    paths = (Path(path).relative_to("pcaptools") for path in SOURCES)
    return {
        path.with_suffix("").as_posix()
        for path in paths
        if path.name not in {"__init__.py", "__main__.py"} and path.parts[0] in TESTED_FOLDERS
    }


def modules_with_tests() -> set[str]:
    """Test modules by what they test: tests/core/tcp/test_seq.py as `core/tcp/seq`."""
    found = set()
    for folder in TESTED_FOLDERS:
        for path in (ROOT / "tests" / folder).rglob("test_*.py"):
            tested = path.with_name(path.name.removeprefix("test_")).with_suffix("")
            found.add(tested.relative_to(ROOT / "tests").as_posix())
    return found


def test_every_source_module_has_its_test_module() -> None:
    assert sorted(source_modules() - modules_with_tests()) == []


def test_every_test_module_has_its_source_module() -> None:
    assert sorted(modules_with_tests() - source_modules()) == []


def own_files() -> Iterator[Path]:
    """Files of the tree, without what was built or belongs to tools."""
    skipped = {"__pycache__", "build", "dist", "venv", "node_modules"}
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts[:-1])
        if not hidden and not skipped & set(parts) and path.is_file() and parts[0] not in {".git", ".coverage"}:
            yield path


def machine_paths() -> re.Pattern[bytes]:
    """Where this tree lies, the user's home, and what looks like some developer's home."""
    here = [str(ROOT), *([f"{Path.home()}/"] if len(Path.home().parts) > 1 else [])]
    return re.compile("|".join([*map(re.escape, here), r"/(?:home|Users)/[a-z]\w*/"]).encode())


def test_no_file_names_a_path_of_some_machine() -> None:
    pattern = machine_paths()
    assert [str(path.relative_to(ROOT)) for path in own_files() if pattern.search(path.read_bytes())] == []
