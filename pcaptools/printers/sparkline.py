"""Values over time as a line of blocks."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
NOTHING = " "


def sparkline(values: Sequence[float | None]) -> str:
    """Return a block for each value, the highest for the greatest; a blank where there is none."""
    greatest = max((value for value in values if value is not None), default=0)
    if greatest <= 0:
        return "".join(NOTHING if value is None else BLOCKS[0] for value in values)
    return "".join(
        NOTHING if value is None else BLOCKS[min(len(BLOCKS) - 1, int(value / greatest * len(BLOCKS)))]
        for value in values
    )
