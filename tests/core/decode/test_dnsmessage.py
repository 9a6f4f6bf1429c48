from __future__ import annotations

import struct

import pytest

from pcaptools.core.decode.dnsmessage import DNSMessage
from pcaptools.core.decode.layer import Layer, decode_layer


class Form(DNSMessage):
    """The form alone."""

    key = "form"


def message(*counts: int, body: bytes = b"") -> bytes:
    return struct.pack(">HHHHHH", 1, 0x8400, *counts) + body


RECORD = b"\x01a\x00" + struct.pack(">HHIH", 1, 1, 60, 4) + bytes(4)


def form(data: bytes) -> Layer:
    return decode_layer(Form, data, 0, len(data), 3)


def test_where_things_are() -> None:
    found = form(message(1, 1, 1, 1, body=b"\x01q\x00\x00\x01\x00\x01" + RECORD * 3))
    assert isinstance(found, Form)
    assert (found.qr, found.opcode, found.questions) == (1, 0, [("q", 1, 1)])
    assert [[(one.name, one.at, one.size) for one in section] for section in found.records] == [
        [("a", 32, 4)], [("a", 49, 4)], [("a", 66, 4)],
    ]  # fmt: skip
    assert (found.behind, found.trouble, found.child) == (70, None, None)


def test_records_are_read_when_they_are_asked_for() -> None:
    found = form(message(0, 2, 0, 0, body=RECORD))
    assert isinstance(found, Form)
    assert found.behind == 12
    assert found.trouble is not None
    assert found.trouble.at == found.behind == 29


def test_a_bad_question_ends_it() -> None:
    found = form(message(2, 1, 0, 0, body=b"\x01q\x00\x00\x01\x00\x01\x05x"))
    assert isinstance(found, Form)
    assert (len(found.questions), found.records) == (1, ([], [], []))
    assert found.child is not None
    assert found.child.payload == b"\x05x"  # type: ignore[union-attr,unused-ignore]


def test_what_is_behind() -> None:
    found = form(message(0, 0, 0, 0, body=b"xyz"))
    assert repr(found.child) == "Raw(b'xyz', key='payload', protocol='', reason='behind the FORM message')"


def test_each_protocol_reads_its_records_itself() -> None:
    found = form(message(0, 1, 0, 0, body=RECORD))
    assert isinstance(found, Form)
    with pytest.raises(NotImplementedError):
        found.answer  # noqa: B018
