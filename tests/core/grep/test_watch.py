from __future__ import annotations

from pcaptools.core.grep.watch import Watch


def test_this_one_lets_everything_run() -> None:
    with Watch() as watch:
        watch.turn += 1
    assert watch.turn == 1
