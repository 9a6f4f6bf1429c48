from __future__ import annotations

import pytest

from pcaptools.printers.sizes import format_size, parse_size


@pytest.mark.parametrize(
    ("text", "count"),
    [("0", 0), ("500", 500), ("500B", 500), ("64KB", 65536), ("64k", 65536), ("1.5 MB", 1572864), ("2GiB", 2 << 30)],
)
def test_sizes_are_read(text: str, count: int) -> None:
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["", "KB", "-1", "1e3", "1 2", "1XB", "½MB", "nan"])
def test_what_is_no_size(text: str) -> None:
    assert parse_size(text) is None


@pytest.mark.parametrize("count", [0, 1023, 1024, 1536, 1 << 20, 5 << 30])
def test_what_is_written_is_read(count: int) -> None:
    assert parse_size(format_size(count)) == count
