from __future__ import annotations

from collections.abc import Sequence

import pytest

from pcaptools.printers.sparkline import sparkline


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([], ""),
        ([1, 2, 3, 4, 5, 6, 7, 8], "▂▃▄▅▆▇██"),
        ([0, 0.1, None, 8], "▁▁ █"),
        ([0, 0], "▁▁"),
        ([None, None], "  "),
    ],
)
def test_lines(values: Sequence[float | None], line: str) -> None:
    assert sparkline(values) == line
