import pytest

from pcaptools.core.decode.layer import Malformed
from pcaptools.core.decode.multicast import floating, group_records, query_sources
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields


@pytest.mark.parametrize(
    ("code", "bits", "value"),
    [
        (0, 8, 0), (127, 8, 127), (0x80, 8, 16 << 3), (0x8D, 8, (13 | 16) << 3), (0xFF, 8, 31 << 10),
        (32767, 16, 32767), (0x8000, 16, 0x1000 << 3), (0xFFFF, 16, 0x1FFF << 10),
    ],
)  # fmt: skip
def test_codes(code: int, bits: int, value: int) -> None:  # RFC 3376, 4.1.1; RFC 9777, 5.1.3
    assert floating(code, bits) == value


def reader(text: str) -> Reader:
    data = bytes.fromhex(text)
    return Reader(data, 0, len(data), "records")


def test_query() -> None:
    body: Fields = {}
    query_sources(reader("0b 8d 0002 0a000001 0a000002"), body, Reader.ipv4)
    assert body == {
        "suppress": 1, "qrv": 3, "qqic": 0x8D, "query_interval": 232, "num_sources": 2,
        "sources": ["10.0.0.1", "10.0.0.2"],
    }  # fmt: skip


def test_records_with_data_of_their_own() -> None:
    body: Fields = {}
    group_records(reader("0000 0002 02010000 e0000001 aabbccdd 09000000 e0000002"), body, Reader.ipv4)
    assert [record["group_address"] for record in body["records"]] == ["224.0.0.1", "224.0.0.2"]
    assert body["records"][0]["aux_data"] == b"\xaa\xbb\xcc\xdd"
    assert body["records"][1]["record_type_name"] == "unknown"


def test_records_before_a_fault_stay() -> None:
    body: Fields = {}
    with pytest.raises(Malformed):
        group_records(reader("0000 ffff 0100ffff e0000001 0a000001 0a000002"), body, Reader.ipv4)
    assert body["records"][0]["sources"] == ["10.0.0.1", "10.0.0.2"]


def test_there_is_a_limit() -> None:
    body: Fields = {}
    with pytest.raises(Malformed, match="more than 1024 group records"):
        group_records(reader("0000 ffff" + "01000000 e0000001" * 2000), body, Reader.ipv4)
