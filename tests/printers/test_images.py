"""Dimensions of what Pillow wrote."""

from __future__ import annotations

import io

import pytest

from pcaptools.printers.images import dimensions

Image = pytest.importorskip("PIL.Image", reason="needs pillow, to make images")


def image(form: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (321, 57), "red").save(file, form, **options)
    return file.getvalue()


CASES = {
    "png": image("PNG"),
    "gif": image("GIF"),
    "jpeg": image("JPEG"),
    "jpeg progressive": image("JPEG", progressive=True, comment=b"x" * 3000),
    "webp": image("WEBP"),
    "webp lossless": image("WEBP", lossless=True),
    "webp extended": image("WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"),
}


@pytest.mark.parametrize("data", CASES.values(), ids=CASES)
def test_dimensions(data: bytes) -> None:
    assert dimensions(data) == (321, 57)


@pytest.mark.parametrize("data", CASES.values(), ids=CASES)
def test_a_cut_at_any_byte_gives_them_or_none(data: bytes) -> None:
    assert {dimensions(data[:end]) for end in range(min(len(data), 4000))} <= {None, (321, 57)}


@pytest.mark.parametrize("data", [b"", b"plain text", b"\xff\xd8" + b"\xff" * 50, b"\xff\xd8\xff\xe0\0\0" * 9])
def test_what_is_none(data: bytes) -> None:
    assert dimensions(data) is None
