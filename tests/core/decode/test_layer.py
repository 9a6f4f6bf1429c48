import struct

import pytest

from pcaptools.core.decode.layer import Layer, Malformed, Next, Raw, decode_layer, octets, plain
from pcaptools.core.decode.registry import decoders
from pcaptools.core.decode.tcp import TCPFlags


class Damaged(Layer):
    key = "link"

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        struct.unpack_from(">I", data, start)


class Doubtful(Layer):
    key = "link"

    def next(self) -> Next:
        raise Malformed("nonsense")


def test_an_exception_of_a_decoder_becomes_a_raw_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PCAPTOOLS_DEBUG", raising=False)
    layer = decode_layer(Damaged, b"ab", 0, 2, 0)
    assert isinstance(layer, Raw)
    assert layer.malformed
    assert layer.payload == b"ab"
    assert layer.reason.startswith("error: unpack_from requires")


def test_debug_lets_it_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PCAPTOOLS_DEBUG", "1")
    with pytest.raises(struct.error):
        decode_layer(Damaged, b"ab", 0, 2, 0)


def test_a_layer_that_cannot_say_what_follows() -> None:
    layer = Doubtful(b"ab", 0, 2, 0)
    assert layer.payload == b""
    assert layer.child is layer.child
    assert layer.as_dict() == {"malformed": {"protocol": "link", "reason": "nonsense", "length": 2, "bytes": "6162"}}


def test_raw_counts_bytes_on_the_wire_but_has_the_captured_ones() -> None:
    raw = Raw(b"abcdef", 2, 100, 0, "unknown")
    assert raw.payload == b"cdef"
    assert raw.as_dict() == {"length": 98}
    assert raw.child is None
    assert repr(raw) == "Raw(b'cdef', key='payload', protocol='', reason='unknown')"


def test_fields_that_are_not_there_are_left_out_of_a_sparse_layer() -> None:
    class Full(Layer):
        key = "link"
        fields = ("depth", "missing")
        missing = None

        def next(self) -> None:
            pass

    class Sparse(Full):
        sparse = True

    assert Full(b"", 0, 0, 0).as_dict() == {"depth": 0, "missing": None}
    assert Sparse(b"", 0, 0, 0).as_dict() == {"depth": 0}


def test_plain_values() -> None:
    assert plain([(1, b"\x01\xff")]) == [[1, "01ff"]]
    assert plain(TCPFlags(0, 0, 0, 1, 0, 0, 0, 0))["ack"] == 1
    assert octets(b"\x00\x1f\xbe") == "00:1f:be"


def test_every_decoder_survives_nothing() -> None:
    for decoder in decoders():
        layer = decode_layer(decoder, b"", 0, 0, 0)
        assert isinstance(layer, Raw) or layer.child is None or layer.child.key in {"malformed", "truncated"}, decoder
