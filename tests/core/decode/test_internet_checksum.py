import random

from pcaptools.core.decode.internet_checksum import checksum, crc32c, ones_sum


def test_the_example_of_rfc_1071() -> None:  # RFC 1071, 3
    assert ones_sum(bytes.fromhex("0001f203f4f5f6f7")) == 0xDDF2
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0x220D


def test_an_odd_byte_is_the_high_half() -> None:  # RFC 1071, 4.1
    assert ones_sum(b"\x12\x34\x56") == 0x1234 + 0x5600


def test_data_with_their_checksum_have_none() -> None:
    for size in (2, 40, 1480):
        data = random.Random(size).randbytes(size)
        assert checksum(data + checksum(data).to_bytes(2, "big")) == 0


def test_carries_are_added_until_there_are_none() -> None:
    assert ones_sum(b"\xff\xff" * 40000) == 0xFFFF


def test_crc32c() -> None:  # RFC 3720, B.4
    assert crc32c(bytes(32)).to_bytes(4, "little") == bytes.fromhex("aa36918a")
    assert crc32c(b"\xff" * 32).to_bytes(4, "little") == bytes.fromhex("43aba862")
    assert crc32c(bytes(range(32))).to_bytes(4, "little") == bytes.fromhex("4e79dd46")
    assert crc32c(bytes(range(31, -1, -1))).to_bytes(4, "little") == bytes.fromhex("5cdb3f11")
