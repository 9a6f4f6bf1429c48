"""Header fields: lazily taken apart, looked up without."""

from __future__ import annotations

import pytest

from pcaptools.core.protocols.http.fields import HeaderFields


def test_lookup_and_items() -> None:
    fields = HeaderFields(b"\r\nA: 1\r\nTransfer-Encoding: gzip, Chunked\r\na:2 ")
    assert fields.has(b"\ntransfer-encoding:")
    assert not fields.has(b"\nencoding:")
    assert fields.count(b"\na:") == 2
    assert fields.items == [("A", "1"), ("Transfer-Encoding", "gzip, Chunked"), ("a", "2")]
    assert fields.tokens("transfer-encoding") == ["gzip", "chunked"]


@pytest.mark.parametrize(
    ("raw", "length"),
    [
        (b"\r\nContent-Length: 12", 12),
        (b"\r\nA: b\r\ncontent-length:0\t\r\nC: d", 0),
        (b"\r\nContent-Length: 12\r\nContent-Length: 12", None),
        (b"\r\nContent-Length: 1,2", None),
        (b"\r\nContent-Length: -1", None),
        (b"\r\nContent-Length: 99999999999999999999", None),
        (b"\r\nX-Content-Length: 3", None),
    ],
)
def test_a_plain_content_length_is_read_at_once(raw: bytes, length: int | None) -> None:
    assert HeaderFields(raw).length() == length
