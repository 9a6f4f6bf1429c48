"""Sequence arithmetic across the wrap (RFC 9293, 3.4), against integers of unbounded size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.tcp.seq import HALF, MASK, MODULUS, add, diff, unwrap

seqs = st.integers(0, MASK)
near = st.integers(-HALF, HALF - 1)


@given(seqs, near)
def test_diff_undoes_add(base: int, count: int) -> None:
    assert diff(add(base, count), base) == count


@given(st.integers(0, 1 << 50), near)
def test_unwrap_finds_the_offset_near_the_base(offset: int, count: int) -> None:
    isn = 0xFFFF_FF00
    base = (isn + offset) % MODULUS
    assert unwrap((isn + offset + count) % MODULUS, base, offset) == offset + count


def test_the_wrap_is_one_step_wide() -> None:
    assert diff(0, 0xFFFF_FFFF) == 1
    assert diff(0xFFFF_FFFF, 0) == -1
    assert add(0xFFFF_FFFF, 1) == 0
