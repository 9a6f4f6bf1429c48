from __future__ import annotations

from pcaptools.core.protocols.http.kept import BodyBounds, KeptBody


def test_a_body_within_the_bounds_is_whole() -> None:
    bounds = BodyBounds()
    body = KeptBody(bounds)
    body.add(b"ab")
    body.add(b"c")
    assert bounds.held == 3
    assert (body.take(), body.left_out, bounds.held, bounds.notices()) == (b"abc", 0, 0, {})


def test_a_long_body_is_cut_once_and_told() -> None:
    bounds = BodyBounds(each=5)
    body = KeptBody(bounds)
    for piece in (b"abc", b"def", b"ghi"):
        body.add(piece)
    assert (body.take(), body.left_out) == (b"abcde", 4)
    assert bounds.notices() == {"kept only the first 5 bytes of a body (see --body-limit)": 1}


def test_exactly_the_bound_is_not_cut() -> None:
    bounds = BodyBounds(each=3)
    body = KeptBody(bounds)
    body.add(b"abc")
    assert (body.take(), body.left_out, bounds.notices()) == (b"abc", 0, {})


def test_all_bodies_together_are_bounded_and_room_comes_back() -> None:
    bounds = BodyBounds(each=10, together=12)
    first, second, third = (KeptBody(bounds) for _ in range(3))
    first.add(b"x" * 10)
    second.add(b"y" * 5)
    assert (bounds.held, second.left_out) == (12, 3)
    assert first.take() == b"x" * 10
    third.add(b"z" * 10)
    assert (third.left_out, bounds.held) == (0, 12)
    second.add(b"y")  # it has a hole now: nothing is added behind it
    assert (second.take(), second.left_out) == (b"yy", 4)
    (notice,) = bounds.notices()
    assert notice.startswith("cut a body, because those on their way were longer than 12 bytes together")
