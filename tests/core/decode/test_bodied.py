import pytest

from pcaptools.core.decode.bodied import Bodied
from pcaptools.core.decode.layer import Raw
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields


class Letter(Bodied):
    """A byte that says what it is, and a body."""

    __slots__ = ("type",)

    key = "letter"
    fields = ("type",)

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "letter")
        self.type = read.u8()
        self.read_body(fill, read)


def fill(read: Reader, body: Fields) -> None:
    body["first"] = read.u16()
    body["second"] = read.take(2)


def letter(data: bytes, end: int | None = None) -> Letter:
    return Letter(data, 0, len(data) if end is None else end, 1)


def test_fields_of_the_body_are_attributes() -> None:
    got = letter(b"\x01\x00\x02ab")
    assert (got.type, got.first, got.second) == (1, 2, b"ab")
    assert got.as_dict() == {"type": 1, "first": 2, "second": "6162"}
    assert repr(got) == "Letter(type=1, first=2, second=b'ab')"
    assert got.child is None
    with pytest.raises(AttributeError, match="third"):
        _ = got.third


def test_what_is_left_is_the_payload() -> None:
    got = letter(b"\x01\x00\x02abrest")
    assert got.payload == b"rest"
    assert got.as_dict()["payload"] == {"length": 4}


@pytest.mark.parametrize(("end", "key"), [(4, "malformed"), (9, "truncated")])
def test_what_was_read_before_a_fault_stays(end: int, key: str) -> None:
    got = letter(b"\x01\x00\x02a", end)
    assert got.first == 2
    assert isinstance(got.child, Raw)
    assert (got.child.key, got.child.start, got.child.payload) == (key, 3, b"a")


def test_a_body_that_is_not_there_yet_is_no_endless_search() -> None:
    with pytest.raises(AttributeError):
        _ = object.__new__(Letter).body
