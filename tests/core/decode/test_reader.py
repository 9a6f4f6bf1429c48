import pytest

from pcaptools.core.decode.layer import Cut, Malformed
from pcaptools.core.decode.reader import Reader

DATA = bytes(range(32))


def test_numbers_in_network_order() -> None:
    read = Reader(DATA, 1, 32, "thing")
    assert (read.u8(), read.u16(), read.u24(), read.u32()) == (1, 0x0203, 0x040506, 0x0708090A)
    assert read.u64() == 0x0B0C0D0E0F101112
    assert read.little(2) == 0x1413
    assert (read.at, read.left, read.captured) == (21, 11, 11)


def test_addresses() -> None:
    read = Reader(DATA, 1, 32, "thing")
    assert read.ipv4() == "1.2.3.4"
    assert read.ipv6() == "506:708:90a:b0c:d0e:f10:1112:1314"


def test_end_and_peeking() -> None:
    read = Reader(DATA, 28, 30, "thing")
    assert read
    assert read.peek(8) == b"\x1c\x1d"
    assert read.rest() == b"\x1c\x1d"
    assert not read
    assert read.rest() == b""


def test_beyond_the_end_is_malformed_and_beyond_what_was_captured_is_cut() -> None:
    read = Reader(DATA, 30, 34, "thing")
    with pytest.raises(Malformed, match=r"^thing: 8 bytes in 4$") as malformed:
        read.u64()
    assert not isinstance(malformed.value, Cut)
    with pytest.raises(Cut, match=r"^thing cut short: 2 of 4 bytes captured$") as cut:
        read.u32()
    assert cut.value.at == 30
    assert read.rest() == b"\x1e\x1f"  # what was captured


def test_a_part_has_an_end_of_its_own() -> None:
    read = Reader(DATA, 0, 32, "thing")
    part = read.part(4, "piece")
    assert (part.rest(), read.at) == (DATA[:4], 4)
    with pytest.raises(Malformed, match="piece: 1 bytes in 0"):
        part.u8()
    with pytest.raises(Malformed, match="thing: 29 bytes in 28"):
        read.part(29)
