"""Runs one target: with atheris, which follows the coverage, or with seeds and chance where it cannot be installed.

    python tests/fuzz/engine.py TARGET SECONDS [--plain] [--seed N]

Prints `executions N` and `finding TEXT` lines; the input of a finding is kept in the folder `.fuzz/findings`.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

ROOT = Path(__file__).resolve().parents[2]
FINDINGS = ROOT / ".fuzz" / "findings"
CASES = Path(__file__).resolve().parent / "cases"
MAX_INPUT = 8192
SLOWEST = 20
"""Seconds that one input may take."""
MOST_MEMORY = 1024
"""MiB that a process may take, the instrumentation and the corpus in it."""
INTERESTING = (0, 1, 2, 9, 10, 13, 27, 31, 32, 48, 57, 58, 63, 64, 126, 127, 128, 129, 192, 253, 254, 255)
Check = Callable[[bytes], None]


def targets() -> list[str]:
    """Return the names of all targets."""
    return sorted(path.stem.removeprefix("target_") for path in Path(__file__).parent.glob("target_*.py"))


def load(name: str) -> tuple[Check, Callable[[], Iterable[bytes]], str]:
    """Return what checks an input of a target, what yields its seeds, and its invariant."""
    module = importlib.import_module(f"fuzz.target_{name}")
    return module.check, module.seeds, (module.__doc__ or "").partition("\n")[0]


def cases(name: str) -> list[Path]:
    """Return the inputs of a target in which something was wrong once."""
    return sorted(CASES.glob(f"{name}-*"))


def mutate(data: bytes, rng: random.Random, pool: list[bytes]) -> bytes:
    """Change an input in one to six places."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 3, 4, 6))):
        at = rng.randrange(len(out) + 1)
        kind = rng.randrange(8)
        if kind == 0 and at < len(out):
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 1 and at < len(out):
            out[at] = rng.choice(INTERESTING)
        elif kind == 2:
            del out[at : at + rng.choice((1, 2, 4, 8, 32))]
        elif kind == 3:
            out[at:at] = rng.randbytes(rng.choice((1, 2, 4, 8)))
        elif kind == 4:
            out[at : at + 2] = rng.choice((0, 1, len(out), 0xFFFF, 0x7FFF, 0x8000)).to_bytes(4, "big")[-2:]
        elif kind == 5:
            other = rng.choice(pool)
            start = rng.randrange(len(other) + 1)
            out[at:] = other[start : start + rng.choice((4, 40, 4000))]
        elif kind == 6:
            out[at:at] = out[at : at + rng.choice((1, 4, 20, 80))] * rng.choice((1, 2, 30))
        elif at < len(out):
            out[at] = (out[at] + rng.choice((-1, 1, 16))) & 0xFF
    return bytes(out[:MAX_INPUT])


def plain(name: str, seconds: float, seed: int) -> int:
    """Run a target over seeds that are changed by chance; return 1 at the first finding."""
    check, seeds, _ = load(name)
    rng, pool = random.Random(seed), list(seeds())
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        data = mutate(rng.choice(pool), rng, pool) if count >= len(pool) else pool[count]
        count += 1
        try:
            check(data)
        except Exception:  # whatever it is, it is what we look for
            traceback.print_exc()
            keep(name, data)
            print(f"executions {count}")
            return 1
    print(f"executions {count}")
    return 0


def keep(name: str, data: bytes) -> None:
    """Keep the input of a finding."""
    FINDINGS.mkdir(parents=True, exist_ok=True)
    path = FINDINGS / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    print(f"finding {path}", flush=True)


def guided(name: str, seconds: int, seed: int) -> int:
    """Run a target with atheris, in a process of its own since libFuzzer ends it; return 1 at a finding."""
    corpus = ROOT / ".fuzz" / "corpus" / name
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "seeds"
        first.mkdir()
        for number, data in enumerate(load(name)[1]()):
            (first / f"{number:05}").write_bytes(data)
        corpus.mkdir(parents=True, exist_ok=True)
        FINDINGS.mkdir(parents=True, exist_ok=True)
        options = {
            "max_total_time": seconds, "seed": seed, "max_len": MAX_INPUT, "timeout": SLOWEST, "print_final_stats": 1,
            "rss_limit_mb": MOST_MEMORY, "artifact_prefix": f"{FINDINGS}/{name}-", "verbosity": 1,
        }  # fmt: skip
        command = [sys.executable, __file__, name, "0", "--inside", str(corpus), str(first)]
        flags = [f"-{option}={value}" for option, value in options.items()]
        done = subprocess.run([*command, *flags], capture_output=True, text=True, errors="replace", check=False)
    lines = (done.stdout + done.stderr).splitlines()
    count = [line.rpartition(" ")[2] for line in lines if line.startswith("stat::number_of_executed_units")]
    print(f"executions {count[-1] if count else 0}")
    found = [line.rpartition(" ")[2] for line in lines if "Test unit written to" in line]
    for path in found:
        print(f"finding {path}")
        replay(name, Path(path))
    if done.returncode and not found:
        print("\n".join(lines[-30:]))
    return int(done.returncode != 0)


def replay(name: str, path: Path) -> bool:
    """Check one input again; tell what is wrong with it."""
    try:
        load(name)[0](path.read_bytes())
    except Exception:  # whatever it is, it is what we look for
        traceback.print_exc(limit=-5, file=sys.stdout)
        return False
    print("nothing is wrong with it now: too slow, too large, or what came before it matters")
    return True


def inside(name: str, arguments: list[str]) -> None:
    """Be libFuzzer's process."""
    import atheris

    with atheris.instrument_imports(include=["pcaptools"]):
        check, _, _ = load(name)
    atheris.Setup([sys.argv[0], *arguments], check)
    atheris.Fuzz()


def has_atheris() -> bool:
    """Tell whether atheris is installed."""
    return importlib.util.find_spec("atheris") is not None


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Run one target.")
    parser.add_argument("target", choices=targets())
    parser.add_argument("seconds", type=int, nargs="?", default=60)
    parser.add_argument("--plain", action="store_true", help="without atheris, though it is there")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000_000)
    parser.add_argument("--replay", type=Path, help="check this input instead")
    parser.add_argument("--inside", nargs="+", help=argparse.SUPPRESS)
    options, rest = parser.parse_known_args()
    os.environ["PCAPTOOLS_DEBUG"] = "1"  # no decoder hides an exception
    if options.inside:
        inside(options.target, [*options.inside, *rest])
    if options.replay:
        return int(not replay(options.target, options.replay))
    if options.plain or not has_atheris():
        return plain(options.target, options.seconds, options.seed)
    return guided(options.target, options.seconds, options.seed)


if __name__ == "__main__":
    sys.exit(main())
