import contextlib
import gzip
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.errors import CaptureFileError, PcapToolsError, TruncatedFileError
from pcaptools.core.sources.inflate import PIECE, _zstd, decoder_for

TEXT = random.Random(1).randbytes(300_000) + bytes(5 * PIECE)
FORMS = {"gzip": gzip.compress(TEXT), "zstd": _zstd().compress(TEXT)}


def inflate(data: bytes, step: int) -> bytes:
    decoder = decoder_for(data[:4])
    out = bytearray()
    for pos in range(0, len(data), step):
        for piece in decoder.feed(data[pos : pos + step]):
            assert len(piece) <= PIECE
            out += piece
    decoder.finish()
    return bytes(out)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("step", [1000, 65_536, 1 << 20])
def test_members_one_after_the_other(form: str, step: int) -> None:
    assert inflate(FORMS[form] * 2, step) == TEXT * 2


def test_zero_padding_after_gzip() -> None:
    assert inflate(FORMS["gzip"] + bytes(700), 512) == TEXT


@pytest.mark.parametrize("form", FORMS)
def test_cut_short(form: str) -> None:
    with pytest.raises(TruncatedFileError):
        inflate(FORMS[form][:-3], 4096)


@pytest.mark.parametrize("form", FORMS)
def test_rubbish_after_the_end(form: str) -> None:
    with pytest.raises(CaptureFileError, match="after its"):
        inflate(FORMS[form] + b"rubbish", 1 << 20)


def test_plain_bytes_pass() -> None:
    assert inflate(b"\xd4\xc3\xb2\xa1rest", 3) == b"\xd4\xc3\xb2\xa1rest"


SMALL = {"gzip": gzip.compress(b"abc" * 200), "zstd": _zstd().compress(b"abc" * 200)}


@pytest.mark.parametrize("form", SMALL)
@given(changes=st.lists(st.tuples(st.integers(4, 30), st.integers(0, 255)), min_size=1, max_size=4))
def test_damage_raises_only_our_errors(form: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(SMALL[form])
    for index, value in changes:
        data[index % len(data) or 4] = value
    with contextlib.suppress(PcapToolsError):
        inflate(bytes(data), 1 << 20)
