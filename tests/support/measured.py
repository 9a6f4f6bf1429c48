"""Run a command and write down what it took: `python measured.py REPORT COMMAND…`.

A process of its own, and a small one: Linux counts to a process what it was before exec, which is a part of who
started it.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> int:
    """Run it; the report is JSON: exit status, seconds of processor time, peak memory in bytes."""
    report, *command = sys.argv[1:]
    process = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    code = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    with open(report, "w", encoding="ascii") as file:
        json.dump({"status": code, "seconds": usage.ru_utime + usage.ru_stime, "peak": peak}, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
