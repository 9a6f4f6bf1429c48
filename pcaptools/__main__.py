"""`pcaptools` and `python -m pcaptools`: Ctrl-C is made quiet before anything is imported that takes time."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line. A Ctrl-C while it starts ends it as any program, not with a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from pcaptools.cli import main as run

    run()


if __name__ == "__main__":
    main()
