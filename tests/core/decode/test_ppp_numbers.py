from pcaptools.core.decode import tables
from pcaptools.core.decode.ppp_numbers import PROTOCOL_NAMES, protocol_name


def test_protocol_name() -> None:
    assert protocol_name(0xC227) == "0xc227 (EAP)"
    assert protocol_name(0x1235) == "0x1235"


def test_every_protocol_that_is_decoded_has_a_name() -> None:
    assert set(tables.ppp_protocols) <= PROTOCOL_NAMES.keys()
