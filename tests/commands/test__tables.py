from __future__ import annotations

import io

import pytest

from pcaptools.commands._tables import draw, plain, preload, say_tables


def test_preloading_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    preload(color=True)
    preload(color=False)
    assert tuple(capfd.readouterr()) == ("", "")


def test_text_stands_left_and_numbers_right() -> None:
    assert plain("Things", [["name", "count"], ["a", "1"], ["longer", "20"]], left=1) == [
        "Things",
        "name    count",
        "a           1",
        "longer     20",
    ]


def test_both_forms_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    title, rows = "Things", [["name", "count"], ["a", "1"], ["longer", "20"]]
    drawn = io.StringIO()
    draw([(title, rows)], "all", False, left=1, file=drawn)
    say_tables([(title, rows)], "all", False, left=1)
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split() for line in drawn.getvalue().splitlines()] == [line.split() for line in err.splitlines()]
